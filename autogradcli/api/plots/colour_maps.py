"""Colour maps by name, and colours of them: Matplotlib finds out what they are when a file is drawn."""

from __future__ import annotations

from typing import Any

from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from .figures import Tone, Tones
from .plain_data import name_of, numbers
from .real_colours import colours_of, listed

#: The names of Matplotlib's own, without the reversed ones.
NAMES = (
    *("magma", "inferno", "plasma", "viridis", "cividis", "twilight", "turbo", "Blues", "BrBG", "BuGn"),
    *("BuPu", "CMRmap", "GnBu", "Greens", "Greys", "OrRd", "Oranges", "PRGn", "PiYG", "PuBu", "PuBuGn"),
    *("PuOr", "PuRd", "Purples", "RdBu", "RdGy", "RdPu", "RdYlBu", "RdYlGn", "Reds", "Spectral"),
    *("Wistia", "YlGn", "YlGnBu", "YlOrBr", "YlOrRd", "afmhot", "autumn", "binary", "bone", "brg", "bwr"),
    *("cool", "coolwarm", "copper", "cubehelix", "flag", "gist_earth", "gist_gray", "gist_heat"),
    *("gist_rainbow", "gist_stern", "gnuplot", "gnuplot2", "gray", "hot", "hsv", "jet", "nipy_spectral"),
    *("ocean", "pink", "prism", "rainbow", "seismic", "spring", "summer", "terrain", "winter", "Accent"),
    *("Dark2", "Paired", "Pastel1", "Pastel2", "Set1", "Set2", "Set3", "tab10", "tab20", "tab20b"),
    *("tab20c"),
)


@shown_as("matplotlib.colors.Colormap")
class ColourMap:
    """A colour map: called with numbers it gives colours."""

    __slots__ = ("name", "parts", "recipe")

    def __init__(self, name: str, parts: int | None = None, recipe: tuple[str, list[Any]] | None = None) -> None:
        self.name = name
        self.parts = parts
        self.recipe = recipe
        """Of a map of the program's own: how it is made, and of which colours."""

    def __call__(self, X: Any, alpha: Any = None, bytes: Any = False) -> Any:
        """The colour of a number from 0 to 1, or of a whole number from 0 on; of an array an array of colours. Without
        Matplotlib they are colours by name, which nobody can look into."""
        found = numbers(self.name, X)
        whole = type(X) is int or getattr(getattr(X, "array", found), "dtype", found.dtype).kind == "i"
        if type(X) in (list, tuple, range):
            whole = all(type(each) is int for each in X)
        try:
            return colours_of(self, found, alpha, whole)
        except ImportError:
            if self.recipe is not None:
                raise
        if found.ndim == 0:
            return Tone(self.name, self.parts, found.item(), whole)
        return Tones([Tone(self.name, self.parts, each, whole) for each in found.reshape(-1).tolist()])

    def __repr__(self) -> str:
        return f"<matplotlib.colors.Colormap object {self.name!r}>"


def get_cmap(name: Value = None, lut: Value = None) -> ColourMap:
    """The colour map of a name, perhaps in so many steps."""
    if type(name) is ColourMap:
        return name
    found = name_of("get_cmap", name) or "viridis"
    if found.removesuffix("_r") not in NAMES:
        raise ValueError(f"{found!r} is not a valid value for cmap")
    if lut is not None and not (type(lut) is int and 1 <= lut <= 10_000):
        raise ValueError("get_cmap() takes a whole number of steps from 1 to 10000")
    return ColourMap(found, lut)


def get_cmap_of(held: ColourMap, lut: Any) -> ColourMap:
    """A map in so many steps. Raises ValueError for other values."""
    if not (type(lut) is int and 1 <= lut <= 10_000):
        raise ValueError("resampled() takes a whole number of steps from 1 to 10000")
    return ColourMap(held.name, lut, held.recipe)


def _reversed(held: Any, name: Any = None) -> ColourMap:
    """The same colours from the end to the beginning."""
    if held.recipe is not None:
        kind, colours = held.recipe
        if kind == "listed":
            return ColourMap(f"{held.name}_r", held.parts, (kind, colours[::-1]))
        return ColourMap(f"{held.name}_r", held.parts, ("blended" if kind == "reversed" else "reversed", colours))
    name = held.name.removesuffix("_r") if held.name.endswith("_r") else f"{held.name}_r"
    return ColourMap(name, held.parts)


def _listed(held: Any) -> Any:
    if held.recipe is not None and held.recipe[0] == "listed":
        return list(held.recipe[1])
    found = listed(held)
    if found is None:
        raise AttributeError(f"{held.name!r} has no list of colours: call it with numbers")
    return found


@shown_as("matplotlib.cm.ColormapRegistry")
class Maps:
    """All colour maps, by name."""

    __slots__ = ()

    def __getitem__(self, name: Any) -> ColourMap:
        if type(name) is not str or name.removesuffix("_r") not in NAMES:
            raise KeyError(f"{name!r} is not a known colormap name")
        return get_cmap(name)

    def __contains__(self, name: Any) -> bool:
        return type(name) is str and name.removesuffix("_r") in NAMES

    def __iter__(self) -> Any:
        return iter([*NAMES, *(f"{name}_r" for name in NAMES)])

    def __len__(self) -> int:
        return 2 * len(NAMES)


def as_data(value: Any) -> Any:
    """What a keyword such as ``cmap`` keeps of a colour map: its name."""
    return value.name if type(value) is ColourMap and value.recipe is None and value.parts is None else value


def _register() -> None:
    attributes_of(ColourMap)["__call__"] = Method(ColourMap.__call__, ColourMap.__call__.__doc__ or "")
    attributes_of(ColourMap)["reversed"] = Method(_reversed, _reversed.__doc__ or "")
    attributes_of(ColourMap)["resampled"] = Method(lambda held, lut: get_cmap_of(held, lut), "It in so many steps.")
    attributes_of(ColourMap)["colors"] = Property(_listed, doc="Its colours, where it is a list of them.")
    attributes_of(ColourMap)["name"] = Property(lambda held: held.name, doc="Its name.")
    attributes_of(ColourMap)["N"] = Property(lambda held: held.parts or 256, doc="In how many steps.")
    for place in ("matplotlib.cm", "matplotlib.pyplot.cm"):
        table = namespace(place)
        for name in NAMES:
            table[name] = ColourMap(name)
            table[f"{name}_r"] = ColourMap(f"{name}_r")
    namespace("matplotlib")["colormaps"] = Maps()
    attributes_of(Maps)["get_cmap"] = Method(lambda maps, name: get_cmap(name), "The colour map of a name.")
    for place in ("matplotlib.cm", "matplotlib.pyplot.cm", "matplotlib.pyplot"):
        namespace(place)["get_cmap"] = PythonFunction("get_cmap", renamed(get_cmap, "get_cmap"), place)


_register()
