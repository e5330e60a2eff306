"""NumPy's text of arrays, what it is set to, and what dtypes are able to hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.modes import ContextMode
from ...numerics.limits import check_items
from ...numerics.naming import shown_as
from ..calls.registry import Property, attributes_of
from .calls import needed_dtype
from .gate import refused, taken
from .kinds import NumPyDType, give
from .values import PRINTING, NumPyArray, NumPyObject, NumPyScalar

_DEFAULT: dict[str, Any] = {
    "precision": 8, "threshold": 1000, "edgeitems": 3, "linewidth": 75, "suppress": False, "nanstr": "nan",
    "infstr": "inf", "sign": "-", "floatmode": "maxprec",
}  # fmt: skip


def current() -> dict[str, Any]:
    return _DEFAULT | PRINTING


_WHOLE = frozenset({"precision", "threshold", "edgeitems", "linewidth"})
_WORDS = {"sign": "-+ ", "floatmode": ("fixed", "unique", "maxprec", "maxprec_equal"), "nanstr": None, "infstr": None}
_LONGEST = 1000


def _option(name: str, value: Any) -> Any:
    if isinstance(value, NumPyScalar):
        value = value.array.item()
    if name not in _DEFAULT:
        raise TypeError(f"set_printoptions() got an unexpected keyword argument '{name}'")
    if name in _WHOLE:
        if name == "threshold" and type(value) is float and value == float("inf"):
            return 1 << 40
        if type(value) is not int or (name != "threshold" and not 0 <= value <= 10000):
            raise TypeError(f"{name} must be an integer")
        return min(value, 1 << 40)
    if name == "suppress":
        return bool(value) if type(value) in (bool, int) else False
    words = _WORDS[name]
    if type(value) is not str or len(value) > 20 or (words is not None and value not in words):
        raise ValueError(f"{name} option must be one of {words}" if words else f"{name} must be a short text")
    return value


def set_printoptions(
    precision: Any = None,
    threshold: Any = None,
    edgeitems: Any = None,
    linewidth: Any = None,
    suppress: Any = None,
    nanstr: Any = None,
    infstr: Any = None,
    **more: Any,
) -> None:
    """How arrays are written from now on."""
    given = {
        "precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth,
        "suppress": suppress, "nanstr": nanstr, "infstr": infstr, **more,
    }  # fmt: skip
    PRINTING.update({name: _option(name, value) for name, value in given.items() if value is not None})


def get_printoptions() -> dict[str, Any]:
    return current()


@shown_as("numpy.printoptions")
class PrintOptions(NumPyObject, ContextMode):
    """``with numpy.printoptions(precision=3):``."""

    __slots__ = ("before", "named")

    title = "numpy.printoptions"

    def __init__(self, **named: Any) -> None:
        self.named = {name: _option(name, value) for name, value in named.items()}
        self.before: list[dict[str, Any]] = []

    def fresh(self) -> PrintOptions:
        return PrintOptions(**self.named)

    def __enter__(self) -> None:
        self.before.append(current())
        PRINTING.update(self.named)

    def __exit__(self, *problem: object) -> None:
        PRINTING.update(self.before.pop())


def _check_length(array: np.ndarray | np.generic) -> None:
    now = current()
    if array.size > now["threshold"]:
        check_items(min(array.size, (2 * now["edgeitems"] + 1) ** array.ndim))
    else:
        check_items(array.size)


def text(array: np.ndarray) -> str:
    """``str(array)``."""
    _check_length(array)
    with np.printoptions(**current()):
        return str(array)


def representation(array: np.ndarray | np.generic) -> str:
    """``repr(array)``."""
    _check_length(array)
    with np.printoptions(**current()):
        return repr(array)


def _array(value: Any, name: str) -> np.ndarray:
    if type(value) is not NumPyArray:
        raise TypeError(refused(value, name))
    return value.array


def array2string(a: Any, max_line_width: Any = None, precision: Any = None, **more: Any) -> str:
    """An array's text, with options of its own."""
    separator = more.pop("separator", " ")
    if type(separator) is not str or len(separator) > _LONGEST:
        raise TypeError("separator must be a short text")
    prefix = more.pop("prefix", "")
    if type(prefix) is not str or len(prefix) > _LONGEST:
        raise TypeError("prefix must be a short text")
    named = {"precision": precision, "linewidth": max_line_width} | {
        {"suppress_small": "suppress"}.get(name, name): value for name, value in more.items()
    }
    with PrintOptions(**{name: value for name, value in named.items() if value is not None}):
        array = _array(a, "array2string")
        _check_length(array)
        with np.printoptions(**current()):
            return np.array2string(array, separator=separator, prefix=prefix)


def array_repr(arr: Any) -> str:
    return representation(_array(arr, "array_repr"))


def array_str(a: Any) -> str:
    return text(_array(a, "array_str"))


# -- the limits of dtypes --------------------------------------------------------------------------------------


class _Limits(NumPyObject):
    """What a dtype can hold."""

    __slots__ = ("info",)

    def __init__(self, info: Any) -> None:
        self.info = info

    def __repr__(self) -> str:
        return repr(self.info)

    def __str__(self) -> str:
        return str(self.info)


@shown_as("numpy.finfo")
class FInfo(_Limits):
    """``numpy.finfo``: of a floating dtype."""

    __slots__ = ()


@shown_as("numpy.iinfo")
class IInfo(_Limits):
    """``numpy.iinfo``: of an integer dtype."""

    __slots__ = ()


def _dtype(value: Any) -> np.dtype:
    if isinstance(value, (NumPyArray, NumPyScalar)):
        return value.array.dtype
    if type(value) in (int, float):
        return np.asarray(taken(value)).dtype
    return needed_dtype(value)


def finfo(dtype: Any) -> FInfo:
    """Of a floating dtype: ``eps``, ``max``, ``min``, ``tiny`` and the like."""
    return FInfo(np.finfo(_dtype(dtype)))


def iinfo(type: Any) -> IInfo:
    """Of an integer dtype: ``min``, ``max``, ``bits``."""
    return IInfo(np.iinfo(_dtype(type)))


for _name in ("eps", "max", "min", "tiny", "resolution", "smallest_normal", "smallest_subnormal", "epsneg"):
    attributes_of(FInfo)[_name] = Property(lambda f, name=_name: give(getattr(f.info, name)))  # type: ignore[misc]
for _name in ("bits", "precision", "nmant", "nexp", "iexp"):
    attributes_of(FInfo)[_name] = Property(lambda f, name=_name: int(getattr(f.info, name)))  # type: ignore[misc]
for _name in ("min", "max", "bits"):
    attributes_of(IInfo)[_name] = Property(lambda i, name=_name: int(getattr(i.info, name)))  # type: ignore[misc]
for _kind in (FInfo, IInfo):
    attributes_of(_kind)["dtype"] = Property(lambda i: NumPyDType(np.dtype(i.info.dtype)))
