"""``uuid``: identifiers of 128 bits, from names, from numbers and by chance."""

from __future__ import annotations

import uuid
from typing import Any

from ...api.calls.registry import CONSTRUCTORS, Property, attributes_of, namespace
from ...numerics.naming import shown_as
from ..values.budget import check_text
from ..values.bytes_values import Bytes, BytesLike
from .entries import entering

_WHOLE = int


@shown_as("uuid.UUID")
class UUID:
    """An identifier, which compares and prints as Python's."""

    __slots__ = ("held",)

    def __init__(self, hex: Any = None, bytes: Any = None, int: Any = None, version: Any = None) -> None:
        given = [each for each in (hex, bytes, int) if each is not None]
        if len(given) != 1:
            raise TypeError("one of the hex, bytes, bytes_le, fields, or int arguments must be given")
        if hex is not None:
            if type(hex) is not str:
                raise TypeError(f"hex is a text, not {type(hex).__name__}")
            check_text(len(hex))
            self.held = uuid.UUID(hex, version=version)
        elif bytes is not None:
            if not isinstance(bytes, BytesLike):
                raise TypeError(f"bytes are needed, not {type(bytes).__name__}")
            self.held = uuid.UUID(bytes=bytes.data, version=version)
        elif type(int) is not _WHOLE:
            raise TypeError(f"int is a whole number, not {type(int).__name__}")
        else:
            self.held = uuid.UUID(int=int, version=version)

    def __str__(self) -> str:
        return str(self.held)

    def __repr__(self) -> str:
        return f"UUID({str(self.held)!r})"

    def __eq__(self, other: Any) -> Any:
        return self.held == other.held if isinstance(other, UUID) else NotImplemented

    def __lt__(self, other: Any) -> Any:
        return self.held < other.held if isinstance(other, UUID) else NotImplemented

    def __le__(self, other: Any) -> Any:
        return self.held <= other.held if isinstance(other, UUID) else NotImplemented

    def __gt__(self, other: Any) -> Any:
        return self.held > other.held if isinstance(other, UUID) else NotImplemented

    def __ge__(self, other: Any) -> Any:
        return self.held >= other.held if isinstance(other, UUID) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.held)

    def __int__(self) -> int:
        return self.held.int


def _of(held: uuid.UUID) -> UUID:
    return UUID(int=held.int)


def _named(make: Any, name: str) -> Any:
    def call(namespace: Any, name: Any) -> UUID:
        if not isinstance(namespace, UUID):
            raise AttributeError(f"'{type(namespace).__name__}' object has no attribute 'bytes'")
        if type(name) is not str:
            raise TypeError(f"a name is a text, not {type(name).__name__}")
        check_text(len(name))
        return _of(make(namespace.held, name))

    call.__name__ = name
    call.__doc__ = "The identifier of a name in a space of names: always the same."
    return call


@entering("uuid")
def uuid4() -> UUID:
    """An identifier by chance, which no seed decides."""
    return _of(uuid.uuid4())


@entering("uuid")
def uuid1(node: Any = None, clock_seq: Any = None) -> None:
    """Refused: it would tell where and when the program runs."""
    raise NotImplementedError("uuid.uuid1() isn't here, since it tells on which machine it was made: uuid.uuid4()")


for _name, _make in (("uuid3", uuid.uuid3), ("uuid5", uuid.uuid5)):
    entering("uuid")(_named(_make, _name))
CONSTRUCTORS[UUID] = UUID
_table = namespace("uuid")
_table["UUID"] = UUID
_table |= {
    "NAMESPACE_DNS": _of(uuid.NAMESPACE_DNS), "NAMESPACE_URL": _of(uuid.NAMESPACE_URL),
    "NAMESPACE_OID": _of(uuid.NAMESPACE_OID), "NAMESPACE_X500": _of(uuid.NAMESPACE_X500),
}  # fmt: skip
attributes_of(UUID).update(
    {
        "hex": Property(lambda value: value.held.hex, doc="Its 32 digits."),
        "int": Property(lambda value: value.held.int, doc="The number that it is."),
        "bytes": Property(lambda value: Bytes(value.held.bytes), doc="Its 16 bytes."),
        "version": Property(lambda value: value.held.version, doc="How it was made."),
        "variant": Property(lambda value: value.held.variant, doc="By which standard it was made."),
        "urn": Property(lambda value: value.held.urn, doc="It as a name of a resource."),
        "fields": Property(lambda value: tuple(value.held.fields), doc="Its six parts."),
    }
)
