"""The gate before a picture: values of the language become numbers, texts and choices from closed lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.tensor import MetaTensor, Tensor
from ...numerics.limits import run
from ..arrays.values import NumPyArray, NumPyScalar
from .figures import Tone, Tones
from .made import MapData, Norm

#: Numbers that one call may draw, characters of a text, and lists inside one another.
MOST_NUMBERS, MOST_TEXT, DEEPEST = 1 << 20, 1000, 4

Converter = Callable[[str, Any], Any]
_NUMBER = (int, float, bool)
_COLOUR = re.compile(r"[A-Za-z][A-Za-z :]{0,30}|C[0-9]|#[0-9A-Fa-f]{3,8}|(0|1|0?\.[0-9]+|[01]\.[0-9]+)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_ ]{0,30}")
#: Whole words that may stand in the place of ``'r--'``.
_NAMED_COLOURS = frozenset(
    (
        *("red", "green", "blue", "black", "white", "gray", "grey", "orange", "purple", "brown", "pink", "olive"),
        *("cyan", "magenta", "yellow", "navy", "teal", "gold", "lime", "maroon", "indigo", "violet", "crimson"),
    )
)
MARKERS = frozenset(".,ov^<>1234spP*hH+xXDd|_8") | {"None", "none", "", " "}
LINE_STYLES = frozenset({"-", "--", "-.", ":", "solid", "dashed", "dashdot", "dotted", "None", "none", "", " "})
_REQUIRES_GRAD = "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."


def numbers(name: str, value: Any) -> np.ndarray:
    """Real numbers as an array of float64: of a tensor, a number, nested lists of them.

    Raises TypeError and ValueError for anything else, RuntimeError for a tensor that requires grad, MemoryError.
    """
    if type(value) in (list, tuple, range):
        left = [MOST_NUMBERS]
        array = np.array(_nested(name, value, 1, left), dtype=np.float64)
    else:
        array = _leaf(name, value)
    if array.size > MOST_NUMBERS:
        raise MemoryError(f"{name}() can draw at most {MOST_NUMBERS:,} numbers")
    run.spend(16 * array.size)
    return array


def _leaf(name: str, value: Any) -> np.ndarray:
    if isinstance(value, Tensor) and not isinstance(value, MetaTensor):
        if value.node is not None:
            raise RuntimeError(_REQUIRES_GRAD)
        array = value.array
    elif type(value) is NumPyArray or isinstance(value, NumPyScalar):
        array = np.asarray(value.array)
    elif type(value) in _NUMBER:
        return np.array(float(value))
    else:
        raise TypeError(f"{name}() needs numbers, not {type(value).__name__}")
    if array.dtype.kind == "c":
        raise TypeError(f"{name}() can't draw complex numbers")
    if array.size > MOST_NUMBERS:
        raise MemoryError(f"{name}() can draw at most {MOST_NUMBERS:,} numbers")
    return array.astype(np.float64)


def _nested(name: str, value: Any, depth: int, left: list[int]) -> Any:
    if type(value) not in (list, tuple, range):
        found = _leaf(name, value)
        left[0] -= found.size
        return found.tolist()
    if depth > DEEPEST:
        raise ValueError(f"{name}() needs lists of numbers, not lists so deep in one another")
    left[0] -= len(value)
    if left[0] < 0:
        raise MemoryError(f"{name}() can draw at most {MOST_NUMBERS:,} numbers")
    run.spend(64 * len(value))
    parts = [_nested(name, each, depth + 1, left) for each in value]
    if len({np.shape(part) for part in parts}) > 1:
        raise ValueError(f"{name}() needs lists of the same length")
    return parts


def text(name: str, value: Any) -> str:
    if type(value) is str:
        return value[:MOST_TEXT]
    if type(value) in (int, float, bool, complex, type(None)):
        return str(value)
    raise TypeError(f"{name}() needs a text, not {type(value).__name__}")


def number(name: str, value: Any) -> float:
    array = numbers(name, value)
    if array.size != 1:
        raise TypeError(f"{name}() needs a number, not {array.size} of them")
    return float(array.reshape(-1)[0])


def between(low: float, high: float) -> Converter:
    def convert(name: str, value: Any) -> float:
        found = number(name, value)
        if not low <= found <= high:
            raise ValueError(f"{name}() needs a number from {low:g} to {high:g}, not {found:g}")
        return found

    return convert


def whole(low: int, high: int) -> Converter:
    def convert(name: str, value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"{name}() needs a whole number from {low} to {high}")
        return value

    return convert


def colour(name: str, value: Any) -> Any:
    """A name, ``#rrggbb``, a shade of grey as a text, or three or four numbers from 0 to 1; None."""
    if value is None or type(value) is Tone:
        return value
    if type(value) is str:
        if not _COLOUR.fullmatch(value):
            raise ValueError(f"{value[:40]!r} is not a valid value for color")
        return value
    array = numbers(name, value)
    if array.ndim != 1 or len(array) not in (3, 4) or not ((array >= 0) & (array <= 1)).all():
        raise ValueError("a color is a name or three or four numbers from 0 to 1")
    return tuple(array.tolist())


def colours(name: str, value: Any) -> Any:
    """A colour, or a number or a colour for each point."""
    if value is None or type(value) is str:
        return colour(name, value)
    if type(value) in (Tone, Tones):
        return value
    if type(value) in (list, tuple) and value and all(type(each) is Tone for each in value):
        return Tones(list(value)[:MOST_NUMBERS])
    if type(value) in (list, tuple) and value and all(type(each) is str for each in value):
        return [colour(name, each) for each in value[:MOST_NUMBERS]]
    return numbers(name, value)


def name_of(name: str, value: Any) -> str | None:
    """A word from one of Matplotlib's lists, such as of colour maps: its letters are looked at, no more."""
    if value is None:
        return None
    if type(value) is not str or not _NAME.fullmatch(value):
        raise ValueError(f"{name}() needs a name of Matplotlib's here")
    return value


def map_of(name: str, value: Any) -> Any:
    """The name of a colour map, or what makes one."""
    return value if isinstance(value, MapData) else name_of(name, value)


def norm_of(name: str, value: Any) -> Any:
    """A norm, the name of a scale, or None."""
    if isinstance(value, Norm):
        return value
    return choice(frozenset(("linear", "log", "symlog")), "norm")(name, value)


def choice(allowed: frozenset[str], what: str) -> Converter:
    def convert(name: str, value: Any) -> Any:
        if value is None:
            return None
        if type(value) is not str or value not in allowed:
            shown = repr(value[:40]) if type(value) is str else type(value).__name__
            raise ValueError(f"{shown} is not a valid value for {what}")
        return value

    return convert


def yes(name: str, value: Any) -> bool:
    if type(value) not in (bool, int, type(None)):
        raise TypeError(f"{name}() needs True or False, not {type(value).__name__}")
    return bool(value)


def pair(low: float, high: float) -> Converter:
    def convert(name: str, value: Any) -> Any:
        if value is None:
            return None
        array = numbers(name, value)
        if array.shape != (2,) or not ((array >= low) & (array <= high)).all():
            raise ValueError(f"{name}() needs two numbers from {low:g} to {high:g}")
        return tuple(array.tolist())

    return convert


def texts(name: str, value: Any) -> list[str]:
    if type(value) not in (list, tuple):
        raise TypeError(f"{name}() needs a list of texts, not {type(value).__name__}")
    run.spend(64 * len(value))
    return [text(name, each) for each in value[:1000]]


def style_of(fmt: str) -> dict[str, str]:
    """What ``'r--o'`` means. Raises ValueError in Matplotlib's words."""
    if fmt in _NAMED_COLOURS:
        return {"color": fmt}
    found: dict[str, str] = {}
    rest = fmt
    while rest:
        for kind, known in (
            ("linestyle", ("--", "-.", "-", ":")),
            ("color", tuple(f"C{k}" for k in range(10))),
            ("marker", tuple(m for m in MARKERS if len(m) == 1 and m != " ")),
            ("color", tuple("bgrcmykw")),
        ):
            part = next((each for each in known if rest.startswith(each)), None)
            if part is not None:
                if kind in found:
                    raise ValueError(f"{fmt[:40]!r} is not a valid format string (two {kind} symbols)")
                found[kind] = part
                rest = rest[len(part) :]
                break
        else:
            raise ValueError(f"{fmt[:40]!r} is not a valid format string (unrecognized character {rest[0]!r})")
    if "marker" in found and "linestyle" not in found:
        found["linestyle"] = "None"
    return found
