"""Colours, maps of colours and norms as numbers: Matplotlib works them out, and is loaded when a program asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...numerics.naming import shown_as
from ..arrays.values import NumPyArray
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from .colour_maps import ColourMap, get_cmap
from .further import plain_value
from .plain_data import colour, numbers, text
from .real_colours import NAMED, NORMS, Norm, colours_of, matplotlib_colours

COLORS = "matplotlib.colors"
_MOST_COLOURS = 10_000


def _norm(kind: str, takes: tuple[str, ...]) -> Callable[..., Norm]:
    def make(*args: Value, **kwargs: Value) -> Norm:
        if len(args) > len(takes):
            raise TypeError(f"{kind}() takes {', '.join(takes)}")
        given = dict(zip(takes, args))
        for name, value in kwargs.items():
            if name not in takes and not (name in NAMED and kind in ("SymLogNorm", "BoundaryNorm")):
                raise TypeError(f"{kind}.__init__() got an unexpected keyword argument '{name}'")
            given[name] = value
        return Norm(kind, {name: plain_value(kind, name, value) for name, value in given.items() if value is not None})

    make.__doc__ = f"A norm of Matplotlib's, of {', '.join(takes)}."
    return make


def _colours(name: str, given: Any) -> list[Any]:
    """A list of colours as data. Raises ValueError and TypeError."""
    if type(given) is NumPyArray:
        given = [tuple(row) for row in numbers(name, given).reshape(-1, given.array.shape[-1]).tolist()]
    if type(given) not in (list, tuple) or not 1 <= len(given) <= _MOST_COLOURS:
        raise TypeError(f"{name}() takes a list of colours")
    return [colour(name, each) for each in given]


def ListedColormap(colors: Value, name: Value = "from_list", N: Value = None) -> ColourMap:
    """A map of these colours, each for a whole number."""
    found = _colours("ListedColormap", colors)
    if N is not None and not (type(N) is int and 1 <= N <= _MOST_COLOURS):
        raise ValueError(f"ListedColormap() takes at most {_MOST_COLOURS} colours")
    return ColourMap(text("ListedColormap", name), len(found) if N is None else N, ("listed", found))


def _from_list(kind: Value, name: Value, colors: Value, N: Value = 256, gamma: Value = 1.0) -> ColourMap:
    """A map that goes from colour to colour, in N steps."""
    if not (type(N) is int and 2 <= N <= _MOST_COLOURS):
        raise ValueError(f"from_list() takes from 2 to {_MOST_COLOURS} steps")
    pairs = type(colors) in (list, tuple) and all(type(each) in (list, tuple) and len(each) == 2 for each in colors)
    if pairs and len(colors):
        places = numbers("from_list", [each[0] for each in colors]).tolist()
        found: list[Any] = list(zip(places, _colours("from_list", [each[1] for each in colors])))
    else:
        found = _colours("from_list", colors)
    return ColourMap(text("from_list", name), N, ("blended", found))


def to_rgba(c: Value, alpha: Value = None) -> tuple[float, ...]:
    """A colour as four numbers from 0 to 1."""
    found = matplotlib_colours().colors.to_rgba(
        colour("to_rgba", c), None if alpha is None else numbers("to_rgba", alpha).item()
    )
    return tuple(float(each) for each in found)


def to_rgb(c: Value) -> tuple[float, ...]:
    """A colour as three numbers from 0 to 1: red, green and blue."""
    return to_rgba(c)[:3]


def to_hex(c: Value, keep_alpha: Value = False) -> str:
    """A colour as ``#rrggbb``."""
    found: str = matplotlib_colours().colors.to_hex(colour("to_hex", c), bool(keep_alpha))
    return found


def to_rgba_array(c: Value, alpha: Value = None) -> NumPyArray:
    """Colours as rows of four numbers."""
    each = [c] if type(c) is str else list(c) if type(c) in (list, tuple) else _colours("to_rgba_array", c)
    return NumPyArray(np.array([to_rgba(one, alpha) for one in each[:_MOST_COLOURS]]).reshape(-1, 4))


def is_color_like(c: Value) -> bool:
    """Whether a value is a colour."""
    try:
        to_rgba(c)
    except (TypeError, ValueError):
        return False
    return True


@shown_as("matplotlib.cm.ScalarMappable")
class Mappable:
    """A map of colours with a norm, for numbers and for ``colorbar``."""

    __slots__ = ("cmap", "norm")

    def __init__(self, norm: Any = None, cmap: Any = None) -> None:
        if norm is not None and type(norm) is not Norm:
            raise TypeError("ScalarMappable() takes a norm such as plt.Normalize(0, 1)")
        self.norm, self.cmap = Norm("Normalize", {}) if norm is None else norm, get_cmap(cmap)

    def to_rgba(self, x: Any, alpha: Any = None) -> Any:
        """The colours of numbers."""
        return colours_of(self.cmap, np.asarray(self.norm.real()(numbers("to_rgba", x))), alpha, False)

    def __repr__(self) -> str:
        return f"<matplotlib.cm.ScalarMappable object at 0x{id(self):x}>"


def _set_array(mappable: Any, A: Any) -> None:
    """Numbers for the norm to learn its limits from."""
    if A is not None and numbers("set_array", A).size:
        mappable.norm.real().autoscale_None(numbers("set_array", A))


def _set_limits(mappable: Any, vmin: Any = None, vmax: Any = None) -> None:
    """Where the norm begins and ends."""
    limits = {"vmin": vmin, "vmax": vmax}
    given = {name: numbers("set_clim", each).item() for name, each in limits.items() if each is not None}
    mappable.norm = Norm(mappable.norm.kind, {**mappable.norm.given, **given})


def scalar_mappable(norm: Value = None, cmap: Value = None) -> Mappable:
    """A map of colours with a norm."""
    return Mappable(norm, cmap)


def _named_colours(which: str) -> Property:
    def read(module: Any) -> dict[str, Any]:
        found = matplotlib_colours().colors
        return dict({"CSS4_COLORS": found.CSS4_COLORS, "TABLEAU_COLORS": found.TABLEAU_COLORS,
                     "BASE_COLORS": found.BASE_COLORS, "XKCD_COLORS": found.XKCD_COLORS}[which])  # fmt: skip

    return Property(read, doc="Colours by name.")


@shown_as("type")
class Segmented:
    """``LinearSegmentedColormap``, whose ``from_list`` makes maps."""

    __slots__ = ()


def _register() -> None:
    for kind, takes in NORMS.items():
        for place in (COLORS, "matplotlib.pyplot") if kind == "Normalize" else (COLORS,):
            namespace(place)[kind] = PythonFunction(kind, renamed(_norm(kind, takes), kind), place)
    for function in (ListedColormap, to_rgba, to_rgb, to_hex, to_rgba_array, is_color_like):
        name = function.__name__
        namespace(COLORS)[name] = PythonFunction(name, renamed(function, name), COLORS)
    namespace(COLORS)["LinearSegmentedColormap"] = Segmented()
    attributes_of(Segmented)["from_list"] = Method(_from_list, _from_list.__doc__ or "")
    for which in ("CSS4_COLORS", "TABLEAU_COLORS", "BASE_COLORS", "XKCD_COLORS"):
        namespace(COLORS)[which] = _named_colours(which)
    for place in ("matplotlib.cm", "matplotlib.pyplot.cm"):
        made = PythonFunction("ScalarMappable", renamed(scalar_mappable, "ScalarMappable"), place)
        namespace(place)["ScalarMappable"] = made
    attributes_of(Norm)["__call__"] = Method(Norm.__call__, "The places of numbers in a map.")
    attributes_of(Norm)["vmin"] = Property(lambda norm: norm.limit("vmin"), doc="Where it begins.")
    attributes_of(Norm)["vmax"] = Property(lambda norm: norm.limit("vmax"), doc="Where it ends.")
    attributes_of(Mappable)["to_rgba"] = Method(Mappable.to_rgba, "The colours of numbers.")
    attributes_of(Mappable)["set_array"] = Method(_set_array, _set_array.__doc__ or "")
    attributes_of(Mappable)["set_clim"] = Method(_set_limits, _set_limits.__doc__ or "")
    attributes_of(Mappable)["cmap"] = Property(lambda mappable: mappable.cmap, doc="The map of colours.")
    attributes_of(Mappable)["norm"] = Property(lambda mappable: mappable.norm, doc="The norm.")


_register()
