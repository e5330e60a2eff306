"""What programs have of NumPy: an array or a scalar in a value of ours. NumPy's own objects stay out of their reach.

What these values can do is attached by ``operators`` and ``members``, once a program has one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...numerics.naming import shown_as


class NumPyObject:
    """The base of all of them, and of NumPy's classes of errors."""

    __slots__ = ()


@shown_as("numpy.ndarray", in_c=True)
class NumPyArray(NumPyObject):
    """``numpy.ndarray``: what ``x.numpy()`` and the functions of ``numpy`` give."""

    __slots__ = ("array",)

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, array: np.ndarray) -> None:
        self.array = array


@shown_as("numpy.generic", in_c=True)
class NumPyScalar(NumPyObject):
    """``numpy.generic``: one number with its dtype, such as ``a[0]`` or ``a.sum()``."""

    __slots__ = ("array",)

    def __init__(self, number: np.generic) -> None:
        self.array = number

    def is_python(self, kind: type) -> bool:
        """Whether it counts as an object of Python's type: NumPy's float64 is a float, its complex128 a complex."""
        return (kind is float and self.array.dtype.char == "d") or (kind is complex and self.array.dtype.char == "D")


class NumPySource(NumPyObject):
    """A generator of random numbers. ``kept`` is where it stands, for ``put_back``."""

    __slots__ = ("source",)

    source: Any

    def kept(self) -> Any:
        raise NotImplementedError

    def put_back(self, kept: Any) -> None:
        raise NotImplementedError


#: The types of values that are bytes, with what gives those.
BYTES: dict[type, Callable[[Any], bytes | bytearray]] = {}

#: How arrays are written, and what happens at divisions by zero: the session's, as programs set them. Of no use before
#: ``numpy`` is: an empty entry stands for NumPy's own way.
PRINTING: dict[str, Any] = {}
HANDLING: dict[str, str] = {}

#: "generator": what ``numpy.random.seed`` and the functions beside it draw from, once a program has asked for it.
LEGACY: dict[str, Any] = {}


def _python_number(value: object) -> object:
    """The Python number that a scalar stands for where PyTorch takes a number; anything else as it is."""
    if isinstance(value, NumPyScalar):
        return value.array.item()
    if type(value) in (list, tuple) and any(isinstance(each, NumPyScalar) for each in value):  # type: ignore[attr-defined]
        return type(value)(map(_python_number, value))  # type: ignore[call-arg,call-overload]
    return value


def has_scalars(values: object) -> bool:
    """Whether one of these arguments is, or begins with, a scalar of NumPy's: PyTorch takes them for numbers."""
    return any(
        isinstance(value, NumPyScalar)
        or (type(value) in (list, tuple) and any(isinstance(each, NumPyScalar) for each in value[:64]))
        for value in values  # type: ignore[attr-defined]
    )


def without_scalars(args: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(map(_python_number, args))
