"""Shapes: ``plt.Circle`` and its like, also in ``matplotlib.patches``, which ``add_patch`` puts into axes."""

from __future__ import annotations

from collections.abc import Callable

from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from .figures import Axes, Bar, Bars, Call, Shape
from .further import SAFE, keyword, plain_value
from .plain_data import text
from .pyplot import PYPLOT

#: What each takes, in order; a value that has to be given stands before the stroke.
SHAPES = {
    "Arc": "xy width height | angle theta1 theta2",
    "Circle": "xy | radius",
    "Ellipse": "xy width height | angle",
    "Polygon": "xy |",
    "Rectangle": "xy width height | angle",
    "Patch": "|",
    "RegularPolygon": "xy numVertices radius |",
    "Wedge": "center r theta1 theta2 |",
    "Line2D": "xdata ydata |",
}
#: Where they are found, if not among the patches; and those that pyplot has, too.
_PLACES = {"Line2D": "matplotlib.lines"}
_IN_PYPLOT = ("Circle", "Polygon", "Rectangle", "Line2D")
_DEFAULTS = {"radius": 5, "angle": 0.0, "theta1": 0.0, "theta2": 360.0}


def _maker(kind: str, takes: str) -> Callable[..., Shape]:
    needed, others = (part.split() for part in takes.split("|"))
    names = (*needed, *others)

    def make(*args: Value, **kwargs: Value) -> Shape:
        if len(args) > len(names):
            raise TypeError(f"{kind}() takes {', '.join(names)}")
        given = {**dict(zip(names, args, strict=False)), **{k: v for k, v in kwargs.items() if k in names}}
        for name in needed:
            if name not in given:
                raise TypeError(f"{kind}.__init__() missing 1 required positional argument: '{name}'")
        for name in kwargs:
            if name not in names and name not in SAFE:
                raise TypeError(f"{kind}() got an unexpected keyword argument '{name}'")
        values = {name: plain_value(kind, name, given.get(name, _DEFAULTS.get(name))) for name in names}
        options = {name: keyword(kind, name, value) for name, value in kwargs.items() if name not in names}
        placed = tuple(values[name] for name in (*needed, *(n for n in others if n == "radius")))
        return Shape(kind, placed, {**options, **{n: values[n] for n in others if n in ("angle", "theta1", "theta2")}})

    make.__doc__ = f"A shape for `add_patch`, of {', '.join(names)}."
    return make


def add_patch(self: Value, p: Value) -> Shape:
    """Draw a shape in the axes."""
    if type(self) is not Axes:
        raise TypeError(f"axes are needed, not {type(self).__name__}")
    if type(p) is not Shape:
        raise TypeError(f"add_patch() needs a shape such as plt.Circle((0, 0), 1), not {type(p).__name__}")
    if p.kind == "Patch":
        raise TypeError("a Patch has no form: it is for legend(handles=...)")
    self.add(Call("add_patch", (p.kind, p.values), p.options))
    return p


def _patches(axes: Axes) -> list[Shape | Bar]:
    """The shapes in axes, and the bars."""
    found: list[Shape | Bar] = []
    for call in axes.calls:
        if call.name == "add_patch" and call.args[0] != "Line2D":
            found.append(Shape(call.args[0], call.args[1], call.options))
        elif call.name in ("bar", "barh"):
            found += list(Bars(call, axes))
    return found


def _labelled(shape: Shape, label: Value) -> None:
    """Give a shape a label."""
    shape.options["label"] = text("set_label", label)


def _register() -> None:
    for kind, takes in SHAPES.items():
        for place in (_PLACES.get(kind, "matplotlib.patches"), *([PYPLOT] if kind in _IN_PYPLOT else [])):
            namespace(place)[kind] = PythonFunction(kind, renamed(_maker(kind, takes), kind), place)
    attributes_of(Axes)["patches"] = Property(_patches, doc="The shapes and bars that were drawn in the axes.")
    attributes_of(Shape)["get_label"] = Method(lambda shape: shape.options.get("label", ""), "Its label.")
    attributes_of(Shape)["set_label"] = Method(_labelled, "Give it a label.")
    for name in ("add_patch", "add_artist", "add_line"):
        made = PythonFunction(name, renamed(add_patch, f"Axes.{name}"), "Axes")
        attributes_of(Axes)[name] = Method(made, add_patch.__doc__ or "")


_register()
