"""``rcParams`` as a program has set them, and Matplotlib's own for all else."""

from __future__ import annotations

import re
from typing import Any

from ...numerics.naming import shown_as
from .further import plain_value

#: Settings that a figure is drawn by; others are kept, and read back.
DRAWN_BY = re.compile(
    r"(axes|lines|font|grid|legend|xtick|ytick|patch|hist|scatter|boxplot|errorbar|contour)\.[a-z_.]{1,40}"
    r"|image\.(cmap|aspect|interpolation|origin)|figure\.(facecolor|edgecolor|titlesize|titleweight|frameon)|text\.color"
)


#: Ends of names of settings that are numbers with a point.
_NUMBERS = frozenset(
    {"size", "linewidth", "markersize", "pad", "alpha", "dpi", "markeredgewidth", "capsize", "titlepad"}
)


@shown_as("matplotlib.RcParams")
class Settings(dict[str, Any]):
    """What a program has set; for all else Matplotlib's own, where that is installed."""

    def __missing__(self, key: Any) -> Any:
        try:
            import matplotlib
        except ImportError:
            raise KeyError(key) from None
        if type(key) is not str or key not in matplotlib.rcParamsDefault:
            raise KeyError(f"{key} is not a valid rc parameter (see rcParams.keys() for a list of valid parameters)")
        defaults: Any = matplotlib.rcParamsDefault
        found = defaults[key]
        if type(found) is list:
            return list(found)
        if type(found) not in (str, int, float, bool, type(None)):
            raise NotImplementedError(f"rcParams[{key!r}] can be set here, and isn't read")
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        if type(key) is not str or len(key) > 100:
            raise KeyError("a setting has a name, such as 'lines.linewidth'")
        kept = plain_value("rcParams", "", value)
        whole = type(kept) is int and key.rpartition(".")[2] in _NUMBERS
        dict.__setitem__(self, key, float(kept) if whole else kept)

    def update(self, *given: Any, **named: Any) -> None:
        """Set some."""
        for key, value in {**(given[0] if given else {}), **named}.items():
            self[key] = value
