"""Matplotlib's own maps of colours and norms, made of what a program said; it is loaded when one is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...numerics.naming import shown_as
from ..arrays import members  # noqa: F401 - which gives arrays their methods
from ..arrays.kinds import CLASSES
from ..arrays.values import NumPyArray
from .plain_data import numbers

#: Norms of Matplotlib's that take numbers alone, and names of what they take in order.
NORMS = {
    "Normalize": ("vmin", "vmax", "clip"), "LogNorm": ("vmin", "vmax", "clip"), "NoNorm": ("vmin", "vmax", "clip"),
    "PowerNorm": ("gamma", "vmin", "vmax", "clip"), "TwoSlopeNorm": ("vcenter", "vmin", "vmax"),
    "CenteredNorm": ("vcenter", "halfrange", "clip"), "SymLogNorm": ("linthresh", "linscale", "vmin", "vmax", "clip"),
    "BoundaryNorm": ("boundaries", "ncolors", "clip"),
}  # fmt: skip
NAMED = frozenset({"base", "extend"})


def matplotlib_colours() -> Any:
    """Matplotlib, with its module of colours. Raises ImportError, with what to install."""
    try:
        import matplotlib
        import matplotlib.colors
    except ImportError:
        raise ImportError(
            "numbers of colours need Matplotlib, which isn't installed: pip install 'autogradcli[plot]'"
        ) from None
    return matplotlib


@shown_as("matplotlib.colors.Normalize")
class Norm:
    """How numbers become places in a map of colours; called with numbers it gives the places."""

    __slots__ = ("given", "kind", "made")

    def __init__(self, kind: str, given: dict[str, Any]) -> None:
        self.kind, self.given = kind, given
        self.made: Any = None

    def real(self) -> Any:
        """Matplotlib's own, always the same, so that what it learns of the data stays."""
        if self.made is None:
            kinds = matplotlib_colours().colors
            self.made = {name: kinds.__dict__[name] for name in NORMS}[self.kind](**self.given)
        return self.made

    def __call__(self, value: Any, clip: Any = None) -> Any:
        return _as_value(np.ma.getdata(self.real()(numbers(self.kind, value), clip)))

    def limit(self, name: str) -> Any:
        """Where it begins or ends."""
        found = self.real().vmin if name == "vmin" else self.real().vmax
        return None if found is None else float(found)

    def __repr__(self) -> str:
        return f"<matplotlib.colors.{self.kind} object at 0x{id(self):x}>"


def _as_value(found: Any) -> Any:
    found = np.asarray(found)
    return NumPyArray(found) if found.ndim else number_value(found[()])


def number_value(found: Any) -> Any:
    """A number of NumPy's as programs have it: a float64."""
    return CLASSES["float64"](np.float64(found))


def real_map(given: Any) -> Any:
    """Matplotlib's own colour map. Raises ImportError where Matplotlib is missing."""
    if given.recipe is None:
        found = matplotlib_colours().colormaps[given.name]
        return found.resampled(given.parts) if given.parts else found
    kind, colours = given.recipe
    kinds = matplotlib_colours().colors
    if kind == "listed":
        return kinds.ListedColormap(colours if given.parts is None else colours[: given.parts], given.name)
    made = kinds.LinearSegmentedColormap.from_list(given.name, colours, given.parts or 256)
    return made.reversed() if kind == "reversed" else made


def colours_of(given: Any, x: np.ndarray, alpha: Any, whole: bool) -> Any:
    """The colours of numbers: a tuple of four numbers, or an array with such rows."""
    made = real_map(given)(x.astype(int) if whole else x, alpha)
    return tuple(number_value(each) for each in made) if isinstance(made, tuple) else NumPyArray(np.asarray(made))


def listed(given: Any) -> list[Any] | None:
    """The colours of one of Matplotlib's maps that is a list of them; None for another."""
    made = real_map(given)
    if not isinstance(made, matplotlib_colours().colors.ListedColormap):
        return None
    return [tuple(float(part) for part in each) for each in made.colors]
