"""Shapes: ``plt.Circle`` and its like, also in ``matplotlib.patches``, which ``add_patch`` puts into axes."""

from __future__ import annotations

from collections.abc import Callable

from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, attributes_of, namespace
from .figures import Axes, Call, Shape
from .further import SAFE, keyword, plain_value
from .pyplot import PYPLOT

#: What each takes, in order; a value that has to be given stands before the stroke.
SHAPES = {
    "Circle": "xy | radius",
    "Ellipse": "xy width height | angle",
    "Polygon": "xy |",
    "Rectangle": "xy width height | angle",
}
_DEFAULTS = {"radius": 5, "angle": 0.0}


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
        return Shape(kind, placed, {**options, **({"angle": values["angle"]} if "angle" in names else {})})

    make.__doc__ = f"A shape for `add_patch`, of {', '.join(names)}."
    return make


def add_patch(self: Value, p: Value) -> Shape:
    """Draw a shape in the axes."""
    if type(self) is not Axes:
        raise TypeError(f"axes are needed, not {type(self).__name__}")
    if type(p) is not Shape:
        raise TypeError(f"add_patch() needs a shape such as plt.Circle((0, 0), 1), not {type(p).__name__}")
    self.add(Call("add_patch", (p.kind, p.values), p.options))
    return p


def _register() -> None:
    for kind, takes in SHAPES.items():
        for place in ("matplotlib.patches", PYPLOT):
            namespace(place)[kind] = PythonFunction(kind, renamed(_maker(kind, takes), kind), place)
    for name in ("add_patch", "add_artist"):
        made = PythonFunction(name, renamed(add_patch, f"Axes.{name}"), "Axes")
        attributes_of(Axes)[name] = Method(made, add_patch.__doc__ or "")


_register()
