"""Objects of Matplotlib's that a program makes and hands on, such as norms and its own colour maps: as what makes them.

Each is the name of a class in a closed table and data. ``build`` makes the object itself, for the drawing of a file and
for the numbers that a program asks of it; it is the one place below ``show/`` that needs Matplotlib.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...numerics.naming import shown_as
from ..arrays.values import NumPyScalar
from ..tensor.attributes import array_value

#: What can be made, by module.
MAKERS: dict[str, tuple[str, ...]] = {
    "colors": (
        "Normalize", "LogNorm", "SymLogNorm", "PowerNorm", "TwoSlopeNorm", "CenteredNorm", "BoundaryNorm", "NoNorm",
        "ListedColormap", "LinearSegmentedColormap",
    ),
    "cm": ("ScalarMappable",),
    "named": ("map",),
    "cycler": ("cycler",),
}  # fmt: skip
_MISSING = "colours as numbers need Matplotlib, which isn't installed: pip install 'autogradcli[plot]'"


class Made:
    """What makes an object of Matplotlib's: a module, a name in it, and data."""

    __slots__ = ("args", "module", "named", "way")

    def __init__(self, module: str, way: str, args: tuple[Any, ...] = (), named: dict[str, Any] | None = None) -> None:
        self.module, self.way, self.args, self.named = module, way, args, named or {}

    def __repr__(self) -> str:
        return f"<matplotlib.{self.module}.{self.way} object at 0x{id(self):x}>"


@shown_as("matplotlib.colors.Normalize")
class Norm(Made):
    """How numbers become places in a colour map."""

    __slots__ = ()


@shown_as("matplotlib.cm.ScalarMappable")
class Mappable(Made):
    """A colour map and a norm without a picture, for a bar of colours."""

    __slots__ = ()


@shown_as("matplotlib.colors.Colormap")
class MapData(Made):
    """What makes a colour map."""

    __slots__ = ()


@shown_as("cycler.Cycler")
class Cycle(Made):
    """Colours for lines, one after another."""

    __slots__ = ()


def library() -> Any:
    """Matplotlib, with its colours. Raises ImportError where it isn't installed."""
    try:
        import matplotlib.cm
        import matplotlib.colors
        import matplotlib.rcsetup
    except ImportError:
        raise ImportError(_MISSING) from None
    return matplotlib


def build(made: Any) -> Any:
    """The object of Matplotlib's; what is none of these stays. Raises ImportError where it isn't installed."""
    if isinstance(made, (list, tuple)):
        return type(made)(build(each) for each in made)
    if not isinstance(made, Made):
        return made
    if made.way not in MAKERS[made.module]:
        raise ValueError(f"{made.way} isn't made here")
    args, named = build(made.args), {key: build(value) for key, value in made.named.items()}
    found = library()
    if made.module == "named":
        name, parts, turned = args
        named_map = found.colormaps[name]
        named_map = named_map.reversed() if turned else named_map
        return named_map.resampled(parts) if parts else named_map
    if made.module == "cycler":
        return found.rcsetup.cycler(**named)
    maker = getattr(getattr(found, made.module), made.way)
    if made.way == "LinearSegmentedColormap":
        return maker.from_list(*args, **named)
    return maker(*args, **named)


def as_number(found: Any) -> Any:
    """A number or an array of NumPy's, or a tuple of numbers, in the values that programs have of them."""
    if isinstance(found, tuple):
        return tuple(map(as_number, found))
    if isinstance(found, np.ndarray) and found.ndim:
        return array_value(np.ascontiguousarray(np.ma.getdata(found)))
    if isinstance(found, (np.generic, np.ndarray)):
        array_value(np.zeros(1))  # which brings the methods of numbers, too
        number: Any = np.ma.getdata(found)[()]
        return NumPyScalar(number)
    return found
