"""A picture as it is wanted: as text, or as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import NamedTuple

from ...api.plots.figures import Figure
from .make import Descent
from .picture import Picture

_KINDS = ("svg", "png", "html")
_MOST_STEPS = 10_000
MISSING = "it needs {}, which isn't installed: pip install 'autogradcli[plot]'"


class MissingError(Exception):
    """A library that draws isn't there; the message says how to get it."""


class Wanted(NamedTuple):
    descent: Descent
    files: Mapping[str, str]
    """By kind."""


def wanted(given: Mapping[str, Sequence[str]]) -> Wanted:
    """What is asked for by options as text. Raises ValueError."""
    last = {name: values[-1] for name, values in given.items() if values}
    if "path" not in last and (odd := [name for name in ("start", "lr", "steps") if name in last]):
        raise ValueError(f"--{odd[0]} is about a descent: say with --path which, as --path sgd")
    start = None
    if "start" in last:
        start = [_number("start", text) for text in last["start"].split(",")]
    rate = _number("lr", last.get("lr", "0.1"))
    if rate <= 0:
        raise ValueError("--lr is above 0")
    steps = last.get("steps", "50")
    if not steps.isdecimal() or not 1 <= int(steps) <= _MOST_STEPS:
        raise ValueError(f"--steps is a number from 1 to {_MOST_STEPS}, not {steps}")
    files = {kind: last[kind] for kind in _KINDS if kind in last}
    for kind, file in files.items():
        if file != "-" and not file.lower().endswith(f".{kind}"):
            raise ValueError(f"--{kind} {file}: its name should end in .{kind}")
    if list(files.values()).count("-") > 1:
        raise ValueError("only one picture can go to the standard output")
    ways = list(dict.fromkeys(given.get("path", ())))
    return Wanted(Descent(ways, start, rate, int(steps)), files)


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"--{name}: {text.strip() or 'nothing'} is no number") from None
    if not isfinite(value):
        raise ValueError(f"--{name} is finite, not {text.strip()}")
    return value


def as_text(picture: Picture, columns: int, lines: int, colour: bool) -> str:
    """Raises MissingError."""
    try:
        from .terminal import draw

        return draw(picture, columns, lines, colour)
    except ImportError as error:
        raise _missing(error, "plotille") from None


def as_file(picture: Picture, kind: str) -> bytes:
    """Raises MissingError."""
    try:
        from .figure import draw

        return draw(picture, kind)
    except ImportError as error:
        raise _missing(error, "Matplotlib") from None


def figures_as_file(figures: Sequence[Figure], kind: str) -> bytes:
    """A figure, or the frames of an animation. Raises MissingError, and ValueError for what can't be drawn."""
    try:
        from .canvas import draw_figure, draw_frames

        return draw_frames(figures) if kind == "gif" else draw_figure(figures[0], kind)
    except ImportError as error:
        raise _missing(error, "Matplotlib") from None
    except Exception as error:  # of Matplotlib's own, about values that it doesn't take
        raise ValueError(f"it can't be drawn: {error}") from None


def figure_as_text(figure: Figure, columns: int, lines: int, colour: bool) -> str:
    """Raises MissingError."""
    from .pyplot import pictures

    return "".join(as_text(picture, columns, lines, colour) for picture in pictures(figure))


def _missing(error: ImportError, otherwise: str) -> MissingError:
    name = (error.name or "").partition(".")[0]
    return MissingError(MISSING.format({"matplotlib": "Matplotlib", "PIL": "Pillow", "": otherwise}.get(name, name)))
