"""``struct``: numbers as bytes, in a format."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import namespace
from ...numerics.limits import charge_items
from ...numerics.naming import shown_as
from ..values.budget import check_text
from ..values.bytes_values import Bytes, BytesLike, made
from .entries import entering


@shown_as("struct.error")
class Error(Exception):
    """A format, or values, that don't go together."""


def _format(given: Any) -> str:
    """A format whose bytes are few enough."""
    text = given.data.decode("latin-1") if isinstance(given, BytesLike) else given
    if type(text) is not str:
        raise TypeError("Struct() argument 1 must be a str or bytes object, not " + type(given).__name__)
    if len(text) > 1000:
        raise Error("a format of more than 1000 characters")
    check_text(16 * sum(int(count[:12]) if count else 1 for count in re.findall(r"(\d*)[^\d\s]", text, re.ASCII)))
    return text


def _checked(call: Callable[..., Any], *args: Any) -> Any:
    try:
        return call(*args)
    except struct.error as error:
        raise Error(str(error)) from None


def _given(value: Any) -> Any:
    if isinstance(value, BytesLike):
        return value.data
    if type(value) in (int, float, bool):
        return value
    raise Error("required argument is not an integer" if type(value) is str else "required argument is not a number")


@entering("struct")
def pack(format: Any, /, *values: Any) -> Bytes:
    """These values as bytes."""
    return made(_checked(struct.pack, _format(format), *map(_given, values)))


@entering("struct")
def unpack(format: Any, buffer: Any, /) -> Any:
    """The values of bytes."""
    return _values(_checked(struct.unpack, _format(format), _bytes(buffer)))


@entering("struct")
def unpack_from(format: Any, /, buffer: Any, offset: Any = 0) -> Any:
    """The values of bytes from a place on."""
    if type(offset) is not int:
        raise TypeError(f"'{type(offset).__name__}' object cannot be interpreted as an integer")
    return _values(_checked(struct.unpack_from, _format(format), _bytes(buffer), offset))


@entering("struct")
def iter_unpack(format: Any, buffer: Any, /) -> Any:
    """The values of bytes, one record after another."""
    return iter([_values(each) for each in _checked(struct.iter_unpack, _format(format), _bytes(buffer))])


@entering("struct")
def calcsize(format: Any, /) -> int:
    """How many bytes a format takes."""
    found: int = _checked(struct.calcsize, _format(format))
    return found


def _bytes(buffer: Any) -> bytes:
    if not isinstance(buffer, BytesLike):
        raise TypeError(f"a bytes-like object is required, not '{type(buffer).__name__}'")
    return buffer.data


def _values(found: tuple[Any, ...]) -> tuple[Any, ...]:
    charge_items(len(found))
    return tuple(made(each) if isinstance(each, bytes) else each for each in found)


namespace("struct")["error"] = Error
