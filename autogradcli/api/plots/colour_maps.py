"""Colour maps by name, and colours of them: Matplotlib finds out what they are when a file is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from .figures import Tone, Tones
from .made import MapData, as_number, build
from .plain_data import name_of, number, numbers, yes

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

#: In how many colours those come that are lists of colours.
_STEPS = {
    "Accent": 8, "Dark2": 8, "Paired": 12, "Pastel1": 9, "Pastel2": 8, "Set1": 9, "Set2": 8, "Set3": 12, "tab10": 10,
    "tab20": 20, "tab20b": 20, "tab20c": 20, "twilight": 510,
}  # fmt: skip


@shown_as("matplotlib.colors.Colormap")
class ColourMap:
    """A colour map: called with numbers it gives colours."""

    __slots__ = ("made", "name", "parts")

    def __init__(self, name: str, parts: int | None = None, made: MapData | None = None) -> None:
        self.name = name
        self.parts = parts
        self.made = made
        """What makes it, where it is none of Matplotlib's own."""

    def data(self) -> Any:
        """What a keyword such as ``cmap`` keeps of it: a name, or what makes it."""
        if self.made is not None or self.parts is None:
            return self.name if self.made is None else self.made
        return MapData("named", "map", (self.name, self.parts, False))

    def __call__(self, X: Any, alpha: Any = None, bytes: Any = False) -> Any:
        """The colour of a number from 0 to 1, or of a whole number from 0 on: four numbers; of an array an array.
        Without Matplotlib it can be drawn with, and has no numbers."""
        found = numbers("cmap", X)
        whole = type(X) is int or getattr(getattr(X, "array", found), "dtype", found.dtype).kind == "i"
        if type(X) in (list, tuple, range):
            whole = all(type(each) is int for each in X)
        try:
            mapped = build(self.made or MapData("named", "map", (self.name, self.parts, False)))
        except ImportError:
            if self.made is not None:
                raise
        else:
            at = found.astype(np.int64) if whole else found
            return as_number(
                mapped(
                    at if at.ndim else at.item(), None if alpha is None else number("cmap", alpha), yes("cmap", bytes)
                )
            )
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


def _reversed(self: Value, name: Value = None) -> ColourMap:
    """The same colours from the other end."""
    if type(self) is not ColourMap:
        raise TypeError(f"a colour map is needed, not {type(self).__name__}")
    if self.made is not None:
        raise NotImplementedError("reversed() is of Matplotlib's own maps: give the colours in the other order")
    turned = self.name.removesuffix("_r") if self.name.endswith("_r") else f"{self.name}_r"
    return ColourMap(turned, self.parts)


def _resampled(self: Value, lutsize: Value) -> ColourMap:
    """The same map in so many steps."""
    return get_cmap(self.name, lutsize) if type(self) is ColourMap and self.made is None else _whole(self)


def _whole(value: Any) -> Any:
    raise NotImplementedError("resampled() is of Matplotlib's own maps: make the map with N=")


@shown_as("matplotlib.cm.ColormapRegistry")
class _Maps:
    """``plt.colormaps``: the maps by name."""

    __slots__ = ()

    def __getitem__(self, name: Any) -> ColourMap:
        if type(name) is not str or name.removesuffix("_r") not in NAMES:
            raise KeyError(f"{str(name)[:40]!r} is not a known colormap name")
        return ColourMap(name)

    def __repr__(self) -> str:
        return "ColormapRegistry"


def as_data(value: Any) -> Any:
    """What a keyword such as ``cmap`` keeps of a colour map: its name, or what makes it."""
    return value.data() if type(value) is ColourMap else value


def _register() -> None:
    attributes_of(ColourMap)["__call__"] = Method(ColourMap.__call__, ColourMap.__call__.__doc__ or "")
    attributes_of(ColourMap)["name"] = Property(lambda held: held.name, doc="Its name.")
    attributes_of(ColourMap)["N"] = Property(
        lambda held: held.parts or _STEPS.get(held.name.removesuffix("_r"), 256), doc="In how many steps."
    )
    for place in ("matplotlib.cm", "matplotlib.pyplot.cm"):
        table = namespace(place)
        for name in NAMES:
            table[name] = ColourMap(name)
            table[f"{name}_r"] = ColourMap(f"{name}_r")
    for place in ("matplotlib.cm", "matplotlib.pyplot.cm", "matplotlib.pyplot"):
        namespace(place)["get_cmap"] = PythonFunction("get_cmap", renamed(get_cmap, "get_cmap"), place)
    for place in ("matplotlib", "matplotlib.pyplot"):
        namespace(place)["colormaps"] = _Maps()
    for name, call in (("reversed", _reversed), ("resampled", _resampled)):
        made = PythonFunction(name, renamed(call, f"Colormap.{name}"), "Colormap")
        attributes_of(ColourMap)[name] = Method(made, call.__doc__ or "")


_register()
