"""Axes within axes and beside them, labels at bars, and what bars and drawn texts can be asked and told."""

from __future__ import annotations

import re
from typing import Any

from ...engine.callbacks import callee
from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of
from ..tensor.attributes import array_value
from .figures import DRAWINGS, Artist, Axes, Bar, Bars, Call
from .further import keyword
from .plain_data import between, choice, colour, number, numbers, text, texts

#: ``'%.2f'`` and ``'{:.0%}'``, with no more figures than a label has.
_OLD = re.compile(r"[^%{}]{0,40}%[-+ 0#]?\d{0,2}(\.\d{0,2})?[dfgeiEG](%%)?[^%{}]{0,40}")
_NEW = re.compile(r"[^%{}]{0,40}\{(0|x)?(:[-+ 0#,<>^]{0,3}\d{0,2}(\.\d{0,2})?[dfge%EGn]?)?\}[^{}]{0,40}")
#: Where the text of a call stands among its arguments.
_TEXT_AT = {"set_title": 0, "set_xlabel": 0, "set_ylabel": 0, "text": 2, "annotate": 0, "suptitle": 0}


@shown_as("matplotlib.text.Text")
class Label:
    """A text at a bar."""

    __slots__ = ("said",)

    def __init__(self, said: str) -> None:
        self.said = said

    def __repr__(self) -> str:
        return f"Text(0, 0, {self.said!r})"


DRAWINGS.add(Label)


def _axes(value: Any) -> Axes:
    if type(value) is not Axes:
        raise TypeError(f"axes are needed, not {type(value).__name__}")
    return value


def inset_axes(self: Value, bounds: Value, *, transform: Value = None, zorder: Value = 5) -> Axes:
    """Axes within these, at left, bottom, width and height as parts of them."""
    found = _axes(self)
    parts = numbers("inset_axes", bounds)
    if parts.shape != (4,) or not ((parts >= -5) & (parts <= 5)).all():
        raise ValueError("inset_axes() takes left, bottom, width and height as parts of the axes")
    made = found.figure.new_axes(())
    made.beside = (found, "inset_axes", tuple(parts.tolist()))
    return made


def _secondary(axis: str) -> Any:
    known = ("top", "bottom") if axis == "x" else ("left", "right")

    def make(self: Value, location: Value, functions: Value = None, **kwargs: Value) -> Axes:
        found = _axes(self)
        where = location if location in known else between(-10, 10)("secondary_axis", location)
        scale = None
        if functions is not None:
            if type(functions) is not tuple or len(functions) != 2:
                raise ValueError("functions is a function and its inverse")
            scale = _line(functions[0])
        made = found.figure.new_axes(())
        made.beside = (found, f"secondary_{axis}axis", where, scale)
        return made

    make.__doc__ = f"Another scale of the {axis} axis, such as degrees beside radians."
    return make


def _line(function: Any) -> tuple[float, float]:
    """The slope of a function of numbers and its value at 0. Raises ValueError for one that is no straight line."""
    call = callee(function)
    at = [number("secondary_axis", call(each)) for each in (0.0, 1.0, 2.0, -3.0)]
    slope, zero = at[1] - at[0], at[0]
    near = all(abs(zero + slope * x - y) <= 1e-9 * (1 + abs(y)) for x, y in ((2.0, at[2]), (-3.0, at[3])))
    if not near or not slope:
        raise ValueError(
            "a second scale here is a multiple of the first, and something added: lambda x: 9 / 5 * x + 32"
        )
    return slope, zero


def bar_label(
    self: Value, container: Value, labels: Value = None, *, fmt: Value = "%g", label_type: Value = "edge",
    padding: Value = 0, **kwargs: Value,
) -> list[Label]:  # fmt: skip
    """Write the height of each bar at it, or these labels."""
    found = _axes(self)
    if type(container) is not Bars:
        raise TypeError("bar_label() needs what bar() gave")
    heights = [float(each) for each in container.call.args[1]]
    said = texts("bar_label", list(labels)) if labels is not None else [_formatted(fmt, each) for each in heights]
    choice(frozenset({"edge", "center"}), "label_type")("bar_label", label_type)
    options = {name: keyword("bar_label", name, value) for name, value in kwargs.items()}
    given = {"labels": said, "label_type": label_type, "padding": between(-100, 100)("bar_label", padding), **options}
    found.add(Call("bar_label", (container.call.key,), given))
    return [Label(each) for each in said]


def _formatted(fmt: Any, height: float) -> str:
    if type(fmt) is not str:
        return text("bar_label", callee(fmt)(height))
    if _OLD.fullmatch(fmt):
        return fmt % height
    if _NEW.fullmatch(fmt):
        return fmt.format(height, x=height)
    raise ValueError(f"bar_label() takes a format such as '%.2f' or '{{:.2f}}', not {fmt[:40]!r}")


def _painted(key: str) -> Any:
    return lambda bar, value: bar.paint(key, colour(f"set_{key}", value))


def _size(at: int) -> Any:
    return lambda bar: bar.sizes()[at]


def _set_text(artist: Any, s: Any) -> None:
    """Write another text in its place."""
    at = _TEXT_AT.get(artist.call.name)
    if at is None:
        raise AttributeError(f"'{type(artist).__name__}' object has no attribute 'set_text'")
    args = list(artist.call.args)
    args[at] = text("set_text", s)
    artist.change(tuple(args))


def _get_text(artist: Any) -> str:
    """What is written there."""
    at = _TEXT_AT.get(artist.call.name)
    if at is None:
        raise AttributeError(f"'{type(artist).__name__}' object has no attribute 'get_text'")
    return str(artist.call.args[at])


def _data(at: int) -> Any:
    def read(artist: Any) -> Any:
        return array_value(artist.call.args[at])

    return read


def _register() -> None:
    for name, call in (
        ("inset_axes", inset_axes), ("secondary_xaxis", _secondary("x")), ("secondary_yaxis", _secondary("y")),
        ("bar_label", bar_label),
    ):  # fmt: skip
        made = PythonFunction(name, renamed(call, f"Axes.{name}"), "Axes")
        attributes_of(Axes)[name] = Method(made, call.__doc__ or "")
    of_bars = attributes_of(Bar)
    for at, name in enumerate(("x", "y", "width", "height")):
        of_bars[f"get_{name}"] = Method(_size(at), f"Its {name}.")
    of_bars["set_color"] = Method(_painted("color"), "Give it a colour.")
    of_bars["set_facecolor"] = Method(_painted("color"), "Give it a colour.")
    of_bars["set_edgecolor"] = Method(_painted("edgecolor"), "Give its edge a colour.")
    attributes_of(Bars)["patches"] = Property(list, doc="The bars.")
    attributes_of(Label)["get_text"] = Method(lambda label: label.said, "What is written there.")
    of_artists = attributes_of(Artist)
    of_artists["set_text"] = Method(_set_text, _set_text.__doc__ or "")
    of_artists["get_text"] = Method(_get_text, _get_text.__doc__ or "")
    of_artists["get_xdata"] = Method(_data(0), "The x of a line.")
    of_artists["get_ydata"] = Method(_data(1), "The y of a line.")


_register()
