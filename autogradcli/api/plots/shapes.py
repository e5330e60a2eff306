"""Shapes and lines that stand by themselves: for ``add_patch`` and ``add_line``, and for what a legend says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from .figures import Artist, Axes, Bars, Call, Shape
from .further import SAFE, keyword, plain_value
from .plain_data import numbers
from .pyplot import PYPLOT

#: What each takes, in order; a value that has to be given stands before the stroke.
SHAPES = {
    "Circle": "xy | radius",
    "Ellipse": "xy width height | angle",
    "Polygon": "xy | closed",
    "Rectangle": "xy width height | angle",
    "Wedge": "center r theta1 theta2 | width",
    "Arc": "xy width height | angle theta1 theta2",
    "RegularPolygon": "xy numVertices | radius orientation",
    "CirclePolygon": "xy | radius resolution",
    "FancyBboxPatch": "xy width height | boxstyle",
    "FancyArrow": "x y dx dy | width",
    "FancyArrowPatch": "| posA posB",
    "Arrow": "x y dx dy | width",
    "Patch": "|",
    "Line2D": "xdata ydata | linewidth linestyle color",
}
_IN_PYPLOT = ("Circle", "Polygon", "Rectangle", "Line2D")
COLLECTIONS = ("LineCollection", "PatchCollection")


def _maker(kind: str, takes: str) -> Callable[..., Shape]:
    needed, others = (part.split() for part in takes.split("|"))
    names = (*needed, *others)

    def make(*args: Value, **kwargs: Value) -> Shape:
        if len(args) > len(names):
            raise TypeError(f"{kind}() takes {', '.join(names)}")
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        for name in needed:
            if name not in given:
                raise TypeError(f"{kind}.__init__() missing 1 required positional argument: '{name}'")
        for name in given:
            if name not in names and name not in SAFE:
                raise TypeError(f"{kind}() got an unexpected keyword argument '{name}'")
        values = tuple(plain_value(kind, name, given[name]) for name in needed)
        options = {name: keyword(kind, name, value) for name, value in given.items() if name not in needed}
        return Shape(kind, values, options)

    make.__doc__ = f"A shape of {', '.join(names) or 'no place, for a legend'}."
    return make


def add_patch(self: Value, p: Value) -> Shape:
    """Draw a shape in the axes."""
    return _added(self, p, "add_patch", "a shape such as plt.Circle((0, 0), 1)")


def add_line(self: Value, line: Value) -> Shape:
    """Draw a line in the axes."""
    return _added(self, line, "add_line", "a line such as Line2D([0, 1], [0, 1])")


def add_artist(self: Value, a: Value) -> Any:
    """Draw a shape or a line in the axes; a legend stays where it was drawn."""
    if type(a) is Artist:
        return a
    is_line = type(a) is Shape and a.kind == "Line2D"
    return _added(self, a, "add_line" if is_line else "add_patch", "a shape such as plt.Circle((0, 0), 1)")


def _added(axes: Any, shape: Any, name: str, needed: str) -> Shape:
    if type(axes) is not Axes:
        raise TypeError(f"axes are needed, not {type(axes).__name__}")
    if type(shape) is not Shape or (shape.kind == "Line2D") != (name == "add_line"):
        raise TypeError(f"{name}() needs {needed}, not {type(shape).__name__}")
    axes.add(Call(name, (shape,), {}))
    return shape


def _collection(kind: str) -> Callable[..., Artist]:
    def make(parts: Value, *, match_original: Value = False, array: Value = None, **kwargs: Value) -> Artist:
        each: Any
        if kind == "PatchCollection":
            each = list(parts) if type(parts) in (list, tuple) else [parts]
            if len(each) > 10_000 or not all(type(one) is Shape for one in each):
                raise TypeError("PatchCollection() needs a list of shapes")
        else:
            each = _segments(parts)
        for name in kwargs:
            if name not in SAFE:
                raise TypeError(f"{kind}() got an unexpected keyword argument '{name}'")
        options = {name: keyword(kind, name, value) for name, value in kwargs.items()}
        if match_original:
            options["match_original"] = True
        if array is not None:
            options["array"] = numbers(kind, array).reshape(-1)
        return Artist(Call("add_collection", ((kind, each, options),), {}))

    make.__doc__ = f"Many at once: Matplotlib's {kind}, for `add_collection`."
    return make


def _segments(parts: Any) -> Any:
    if type(parts) in (list, tuple):
        return [numbers("LineCollection", each) for each in parts]
    found = numbers("LineCollection", parts)
    if found.ndim != 3:
        raise ValueError("LineCollection() needs a list of lines, each of points")
    return list(found)


def add_collection(self: Value, collection: Value, autolim: Value = True) -> Artist:
    """Draw what a collection holds."""
    if type(self) is not Axes or type(collection) is not Artist or collection.call.name != "add_collection":
        raise TypeError("add_collection() needs a LineCollection or a PatchCollection")
    held = collection.call.args[0]
    collection.axes = self
    self.add(collection.call)
    for each in held[1]:
        if isinstance(each, np.ndarray):
            self.figure.plots.hold(Call("", (each,), {}))
    return collection


def _set_array(held: Artist, value: Any) -> None:
    """Numbers that the colours of a collection, an image or points come from."""
    if held.call.name == "add_collection":
        kind, parts, options = held.call.args[0]
        held.change(((kind, parts, {**options, "array": numbers("set_array", value).reshape(-1)}),))
    elif held.call.name == "scatter":
        held.change(c=numbers("set_array", value).reshape(-1))
    else:
        held.change((numbers("set_array", value), *held.call.args[1:]))


def set_array(self: Value, A: Value) -> None:
    """Numbers that the colours of a collection, an image or points come from."""
    if type(self) is not Artist:
        raise TypeError(f"what was drawn is needed, not {type(self).__name__}")
    _set_array(self, A)


def _get(name: str, short: str) -> Callable[[Value], Any]:
    def found(self: Value) -> Any:
        if type(self) is not Shape:
            raise TypeError(f"a shape is needed, not {type(self).__name__}")
        value = self.options.get(name, self.options.get(short))
        return float(value) if name in ("linewidth", "markersize") and value is not None else value

    found.__doc__ = f"The {name} that it was made with."
    return found


def _set(name: str) -> Callable[[Value, Value], None]:
    def change(self: Value, value: Value) -> None:
        if type(self) is not Shape:
            raise TypeError(f"a shape is needed, not {type(self).__name__}")
        self.options[name] = keyword(self.kind, name, value)

    change.__doc__ = f"Draw it with another {name}."
    return change


def _patches(axes: Any) -> list[Any]:
    """The shapes and the bars of the axes."""
    found: list[Any] = []
    for call in axes.calls:
        if call.name == "add_patch":
            found.append(call.args[0])
        elif call.name in ("axvspan", "axhspan"):
            found.append(Artist(call, axes))
        elif call.name in ("bar", "barh"):
            bars: Any = Bars(call, axes)
            found.extend(bars)
    return found


_COLLECTED = ("scatter", "fill_between", "fill_betweenx", "add_collection", "hlines", "vlines", "pcolormesh", "quiver")


def _collections(axes: Any) -> list[Artist]:
    return [Artist(call, axes) for call in axes.calls if call.name in _COLLECTED]


def _method(kind: type, name: str, call: Any) -> None:
    made = PythonFunction(name, renamed(call, f"{kind.__name__}.{name}"), kind.__name__)
    attributes_of(kind)[name] = Method(made, call.__doc__ or "")


def _register() -> None:
    for kind, takes in SHAPES.items():
        made = PythonFunction(kind, renamed(_maker(kind, takes), kind), "matplotlib.patches")
        namespace("matplotlib.lines" if kind == "Line2D" else "matplotlib.patches")[kind] = made
        if kind in _IN_PYPLOT:
            namespace(PYPLOT)[kind] = made
    for kind in COLLECTIONS:
        place = "matplotlib.collections"
        namespace(place)[kind] = PythonFunction(kind, renamed(_collection(kind), kind), place)
    for call in (add_patch, add_line, add_artist, add_collection):
        _method(Axes, call.__name__, call)
    _method(Artist, "set_array", set_array)
    for name, short in (
        ("linewidth", "lw"), ("linestyle", "ls"), ("color", "c"), ("label", "label"), ("alpha", "alpha"),
        ("facecolor", "fc"), ("edgecolor", "ec"), ("marker", "marker"), ("markersize", "ms"), ("visible", "visible"),
    ):  # fmt: skip
        _method(Shape, f"get_{name}", _get(name, short))
        _method(Shape, f"set_{name}", _set(name))
    attributes_of(Axes)["patches"] = Property(_patches, doc="The shapes and the bars that were drawn in the axes.")
    attributes_of(Axes)["collections"] = Property(_collections, doc="Points and areas that were drawn in the axes.")


_register()
