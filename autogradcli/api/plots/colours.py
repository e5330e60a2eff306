"""``matplotlib.colors``: norms, colour maps of a program's own, and colours as numbers and as texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from .colour_maps import ColourMap, get_cmap
from .figures import Tone
from .made import Made, MapData, Mappable, Norm, as_number, build, library
from .plain_data import colour, colours, number, numbers, text, whole, yes

_PLACE = "matplotlib.colors"
#: What each norm takes, in order; what stands before the stroke has to be given.
NORMS = {
    "Normalize": "| vmin vmax clip",
    "LogNorm": "| vmin vmax clip",
    "NoNorm": "| vmin vmax clip",
    "SymLogNorm": "linthresh | linscale vmin vmax clip base",
    "PowerNorm": "gamma | vmin vmax clip",
    "TwoSlopeNorm": "vcenter | vmin vmax",
    "CenteredNorm": "| vcenter halfrange clip",
    "BoundaryNorm": "boundaries ncolors | clip",
}


def _norm(way: str, takes: str) -> Callable[..., Norm]:
    needed, others = (part.split() for part in takes.split("|"))
    names = (*needed, *others)

    def make(*args: Value, **kwargs: Value) -> Norm:
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        if len(args) > len(names) or not set(given) <= set(names):
            raise TypeError(f"{way}() takes {', '.join(names)}")
        for name in needed:
            if name not in given:
                raise TypeError(f"{way}.__init__() missing 1 required positional argument: '{name}'")
        made = Norm("colors", way, (), {name: _measure(way, name, value) for name, value in given.items()})
        if made.way == "TwoSlopeNorm":
            build(made)  # which says what is wrong with its numbers
        return made

    make.__doc__ = f"Matplotlib's {way}: numbers to places in a colour map."
    return make


def _measure(way: str, name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "clip":
        return yes(way, value)
    if name == "boundaries":
        return numbers(way, value).reshape(-1).tolist()
    return whole(1, 10_000)(way, value) if name == "ncolors" else number(way, value)


def apply_norm(self: Value, value: Value, clip: Value = None) -> Any:
    """Places in a colour map, of a number or of an array."""
    if not isinstance(self, Norm):
        raise TypeError(f"a norm is needed, not {type(self).__name__}")
    found = numbers(self.way, value)
    return as_number(build(self)(found if found.ndim else found.item()))


def _limit(name: str) -> Callable[[Any], Any]:
    return lambda norm: norm.named.get(name)


def ListedColormap(colors: Value, name: Value = "from_list", N: Value = None) -> ColourMap:
    """A colour map of these colours, one after another."""
    each = _some("ListedColormap", colors)
    count = len(each) if N is None else whole(1, 10_000)("ListedColormap", N)
    named = {"name": text("ListedColormap", name)}
    return ColourMap(named["name"], count, MapData("colors", "ListedColormap", (each[:count],), named))


def from_list(name: Value, colors: Value, N: Value = 256, gamma: Value = 1.0) -> ColourMap:
    """A colour map that goes from colour to colour: of a list of colours, or of pairs of a place and a colour."""
    if type(colors) in (list, tuple) and colors and all(type(c) is tuple and len(c) == 2 for c in colors):
        each: list[Any] = [(number("from_list", at), colour("from_list", tone)) for at, tone in colors]
    else:
        each = _some("from_list", colors)
    given = {"N": whole(1, 10_000)("from_list", N), "gamma": number("from_list", gamma)}
    named = text("from_list", name)
    return ColourMap(named, given["N"], MapData("colors", "LinearSegmentedColormap", (named, each), given))


def _some(name: str, value: Any) -> list[Any]:
    """Colours of a list, or the rows of an array."""
    if type(value) in (list, tuple):
        if not 1 <= len(value) <= 10_000:
            raise ValueError(f"{name}() needs from 1 to 10000 colours")
        return [colour(name, each) for each in value]
    found = colours(name, value)
    if not hasattr(found, "ndim") or found.ndim != 2 or found.shape[1] not in (3, 4) or len(found) > 10_000:
        raise ValueError(f"{name}() needs a list of colours")
    return [tuple(row) for row in found.tolist()]


def _known(name: str, value: Any) -> Any:
    """A colour as Matplotlib takes it. Raises ValueError in its words."""
    if value is None:
        raise ValueError("Invalid RGBA argument: None")
    found = colour(name, value)
    return _number_of(found) if type(found) is Tone else found


def _number_of(tone: Tone) -> Any:
    return build(MapData("named", "map", (tone.map, tone.parts, False)))(int(tone.at) if tone.whole else tone.at)


def to_rgba(c: Value, alpha: Value = None) -> Any:
    """A colour as four numbers from 0 to 1: red, green, blue and how much it covers."""
    return as_number(
        library().colors.to_rgba(_known("to_rgba", c), None if alpha is None else number("to_rgba", alpha))
    )


def to_rgb(c: Value) -> Any:
    """A colour as three numbers from 0 to 1: red, green and blue."""
    return as_number(library().colors.to_rgb(_known("to_rgb", c)))


def to_hex(c: Value, keep_alpha: Value = False) -> Any:
    """A colour as a text: ``'#ff0000'``."""
    return library().colors.to_hex(_known("to_hex", c), yes("to_hex", keep_alpha))


def is_color_like(c: Value) -> bool:
    """Whether it can be taken for a colour."""
    try:
        return bool(library().colors.is_color_like(_known("is_color_like", c)))
    except (TypeError, ValueError):
        return False


def ScalarMappable(norm: Value = None, cmap: Value = None) -> Mappable:
    """A colour map and a norm without a picture: what ``colorbar`` can show."""
    if norm is not None and not isinstance(norm, Norm):
        raise TypeError("ScalarMappable() needs a norm such as plt.Normalize(0, 1)")
    return Mappable("cm", "ScalarMappable", (), {"norm": norm, "cmap": get_cmap(cmap).data()})


def _mapped(self: Value, x: Value, alpha: Value = None, bytes: Value = False, norm: Value = True) -> Any:
    """The colours of numbers."""
    found = numbers("to_rgba", x)
    return as_number(build(self).to_rgba(found if found.ndim else found.item()))


def _set_array(self: Value, A: Value) -> None:
    """Nothing: a bar of colours shows the norm."""


def _method(kind: type, name: str, call: Any) -> None:
    made = PythonFunction(name, renamed(call, f"{kind.__name__}.{name}"), kind.__name__)
    attributes_of(kind)[name] = Method(made, call.__doc__ or "")


def _names_of(which: str) -> Property:
    return Property(lambda module: dict(getattr(library().colors, which)), doc="Colours by their names.")


def _register() -> None:
    table = namespace(_PLACE)
    for way, takes in NORMS.items():
        table[way] = PythonFunction(way, renamed(_norm(way, takes), way), _PLACE)
    namespace("matplotlib.pyplot")["Normalize"] = table["Normalize"]
    for call in (ListedColormap, to_rgba, to_rgb, to_hex, is_color_like):
        table[call.__name__] = PythonFunction(call.__name__, renamed(call, call.__name__), _PLACE)
    place = f"{_PLACE}.LinearSegmentedColormap"
    namespace(place)["from_list"] = PythonFunction("from_list", renamed(from_list, "from_list"), place)
    for which in ("TABLEAU_COLORS", "CSS4_COLORS", "BASE_COLORS"):
        table[which] = _names_of(which)
    for place in ("matplotlib.cm", "matplotlib.pyplot.cm"):
        made = PythonFunction("ScalarMappable", renamed(ScalarMappable, "ScalarMappable"), place)
        namespace(place)["ScalarMappable"] = made
    _method(Norm, "__call__", apply_norm)
    for name in ("vmin", "vmax", "clip", "vcenter"):
        attributes_of(Norm)[name] = Property(_limit(name), doc="What it was made with.")
    _method(Mappable, "to_rgba", _mapped)
    _method(Mappable, "set_array", _set_array)


_register()

__all__ = ["Made", "apply_norm"]
