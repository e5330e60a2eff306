"""Axes that belong to others: in a corner of them, as a second scale of theirs; and axes by letters of a mosaic."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...numerics.limits import run
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, attributes_of, namespace
from .cells import Cell, Rectangle
from .figures import MOST_AXES, Axes, Call, Figure
from .further import SAFE, plain_value
from .grids import GridSpec, axes_at
from .plain_data import number, numbers
from .pyplot import PYPLOT, figure

#: Places at which the functions of a second scale are asked.
_PLACES = 101


def _axes(value: Any) -> Axes:
    if type(value) is not Axes:
        raise TypeError(f"axes are needed, not {type(value).__name__}")
    return value


def inset_axes(self: Value, bounds: Value, *, zorder: Value = 5) -> Axes:
    """Axes within these: left, bottom, width and height as parts of them."""
    parent, parts = _axes(self), numbers("inset_axes", bounds)
    if parts.shape != (4,) or not ((parts >= -10) & (parts <= 10)).all():
        raise ValueError("inset_axes() takes left, bottom, width and height as parts of the axes")
    made = parent.figure.new_axes(parent.place)
    made.made = Call("inset_axes", (parent, tuple(parts.tolist())), {"zorder": number("inset_axes", zorder)})
    return made


def indicate_inset_zoom(self: Value, inset_ax: Value, **kwargs: Value) -> None:
    """Show in the axes which part of them an inset shows."""
    for name in kwargs:
        if name not in SAFE:
            raise TypeError(f"indicate_inset_zoom() got an unexpected keyword argument '{name}'")
    options = {key: plain_value("indicate_inset_zoom", key, value) for key, value in kwargs.items()}
    _axes(self).add(Call("indicate_inset_zoom", (_axes(inset_ax),), options))


def _secondary(way: str) -> Any:
    def secondary(self: Value, location: Value, functions: Value = None) -> Axes:
        parent = _axes(self)
        where = location if location in ("top", "bottom", "left", "right") else number(way, location)
        made = parent.figure.new_axes(parent.place)
        table = None if functions is None else _table(way, parent, functions)
        made.made = Call(way, (parent, where, table), {})
        return made

    secondary.__doc__ = "A second scale of the axes, perhaps with a function from the first and one back."
    return secondary


def _table(way: str, axes: Axes, functions: Any) -> tuple[np.ndarray, np.ndarray]:
    """Places of the axes and what the first function makes of them. Raises ValueError for a function that turns."""
    if type(functions) not in (list, tuple) or len(functions) != 2 or not all(map(callable, functions)):
        raise ValueError("functions argument of secondary axes must be a two-tuple of callable functions")
    low, high = _span(axes, "xy".index(way[10]))
    at = np.linspace(low, high, _PLACES)
    run.spend(64 * _PLACES)
    there = np.array([number(way, functions[0](float(x))) for x in at])
    kept = np.isfinite(there)
    steps = np.diff(there[kept])
    if kept.sum() < 2 or not ((steps > 0).all() or (steps < 0).all()):
        raise ValueError(f"{way}() needs a function that only rises or only falls")
    return at[kept], there[kept]


def _span(axes: Axes, k: int) -> tuple[float, float]:
    """From where to where the axes go, and a little beyond, as far as that is known when a scale is added."""
    told = next((c.args for c in reversed(axes.calls) if c.name == ("set_xlim", "set_ylim")[k]), None)
    if told is not None and None not in told:
        low, high = sorted(map(float, told))
    else:
        drawn = [c.args[k] for c in axes.calls if c.name in ("plot", "scatter", "semilogx", "semilogy", "loglog")]
        each = np.concatenate([np.asarray(a, float).reshape(-1) for a in drawn]) if drawn else np.array([0.0, 1.0])
        each = each[np.isfinite(each)]
        low, high = (float(each.min()), float(each.max())) if each.size else (0.0, 1.0)
    room = 0.06 * (high - low) or 1.0
    return (low if low > 0 >= low - room else low - room), high + room


def subplot_mosaic(mosaic: Value, figsize: Value = None, **kwargs: Value) -> tuple[Figure, dict[str, Axes]]:
    """A new figure with axes where the letters, or the names in the rows, stand."""
    layout = {key: kwargs.pop(key) for key in ("layout", "constrained_layout", "dpi", "num") if key in kwargs}
    made = figure(figsize=figsize, **layout)
    return made, _of_figure(made, mosaic, **kwargs)


def _of_figure(self: Value, mosaic: Value, *, empty_sentinel: Value = ".", **kwargs: Value) -> dict[str, Axes]:
    """Axes where the letters, or the names in the rows, stand: a dictionary of them."""
    if type(self) is not Figure:
        raise TypeError(f"a figure is needed, not {type(self).__name__}")
    for name in kwargs:
        if name not in ("sharex", "sharey", "width_ratios", "height_ratios"):
            raise TypeError(f"subplot_mosaic() got an unexpected keyword argument '{name}'")
    ratios = {key: kwargs[key] for key in ("width_ratios", "height_ratios") if key in kwargs}
    rows = _rows(mosaic)
    if len({len(row) for row in rows}) != 1 or not rows[0] or len(rows) * len(rows[0]) > MOST_AXES:
        raise ValueError("All of the rows must be the same length")
    grid, found = GridSpec(len(rows), len(rows[0]), self, **ratios), {}
    at = np.array(rows)
    for name in dict.fromkeys(each for row in rows for each in row):
        if name == empty_sentinel:
            continue
        down, across = np.nonzero(at == name)
        box = Rectangle(int(down.min()), int(down.max()), int(across.min()), int(across.max()))
        if (at[box.top : box.bottom + 1, box.left : box.right + 1] != name).any():
            raise ValueError(f"While trying to layout\n{rows!r}\nwe found that the label {name!r} specifies a "
                             "non-rectangular or non-contiguous area.")  # fmt: skip
        found[name] = axes_at(self, Cell(grid, box), None)
    return found


def _rows(mosaic: Any) -> list[list[str]]:
    if type(mosaic) is str:
        parts = mosaic.strip("\n").split("\n") if "\n" in mosaic else mosaic.split(";")
        return [list("".join(part.split())) for part in parts]
    if type(mosaic) is not list or not all(type(row) is list for row in mosaic):
        raise ValueError("subplot_mosaic() takes rows of names, such as [['a', 'b'], ['c', 'c']] or 'ab;cc'")
    if not all(type(name) is str for row in mosaic for name in row):
        raise ValueError("subplot_mosaic() takes texts as names")
    return mosaic


def _method(kind: type, name: str, call: Any) -> None:
    made = PythonFunction(name, renamed(call, f"{kind.__name__}.{name}"), kind.__name__)
    attributes_of(kind)[name] = Method(made, call.__doc__ or "")


def _register() -> None:
    _method(Axes, "inset_axes", inset_axes)
    _method(Axes, "indicate_inset_zoom", indicate_inset_zoom)
    for way in ("secondary_xaxis", "secondary_yaxis"):
        _method(Axes, way, _secondary(way))
    _method(Figure, "subplot_mosaic", _of_figure)
    made = PythonFunction("subplot_mosaic", renamed(subplot_mosaic, "subplot_mosaic"), PYPLOT)
    namespace(PYPLOT)["subplot_mosaic"] = made


_register()
