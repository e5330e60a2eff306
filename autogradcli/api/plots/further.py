"""What is handed to Matplotlib as plain data: calls and keywords that need no look of their own.

A call of these holds numbers, texts, and lists and dictionaries of them, each from a closed list of names; only the
files that Matplotlib draws show it, a terminal shows what ``drawing.py`` knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...engine.tensor import Tensor
from ...numerics.limits import run
from ..arrays.values import NumPyArray, NumPyScalar
from .colour_maps import as_data
from .figures import Artist, Axes, Call, Measure, Tone, Tones
from .made import Made
from .plain_data import DEEPEST, MARKERS, MOST_NUMBERS, Converter, between, choice, numbers, text
from .several import of_call

#: Methods of Matplotlib's axes that draw or set something, and take data alone.
PASSED = frozenset(
    (
        *("annotate", "arrow", "axhspan", "axline", "axvspan", "barh", "boxplot", "broken_barh", "errorbar"),
        *("eventplot", "fill", "fill_betweenx", "hexbin", "hist2d", "hlines", "matshow", "pcolor", "pcolormesh", "pie"),
        *("quiver", "spy", "stackplot", "stairs", "stem", "step", "streamplot", "text", "tricontour", "tricontourf"),
        *("tripcolor", "violinplot", "vlines", "invert_xaxis", "invert_yaxis", "locator_params", "margins"),
        *("minorticks_off", "minorticks_on", "set_aspect", "set_axis_off", "set_axis_on", "set_axisbelow"),
        *("set_box_aspect", "set_facecolor", "set_frame_on", "set_xbound", "set_ybound", "set_xmargin", "set_ymargin"),
        *("set_xticks", "set_yticks", "set_xticklabels", "set_yticklabels", "tick_params", "ticklabel_format"),
        *("autoscale", "label_outer", "relim", "autoscale_view", "set_visible", "set_prop_cycle"),
    )
)
#: Of axes in three dimensions.
SOLID = frozenset(
    (
        *("plot_surface", "plot_wireframe", "plot_trisurf", "plot3D", "scatter3D", "contour3D", "contourf3D", "bar3d"),
        *("view_init", "set_zlabel", "set_zlim", "set_zlim3d", "set_xlim3d", "set_ylim3d", "set_zticks"),
        *("set_zticklabels", "invert_zaxis", "quiver3D", "text2D", "set_proj_type"),
    )
)
_SIZES = frozenset(
    (
        *("fontsize", "size", "labelsize", "linewidth", "linewidths", "lw", "markersize", "ms", "pad", "labelpad"),
        *("length", "markeredgewidth", "mew", "capsize", "capthick", "elinewidth", "headwidth", "shrink", "dpi"),
    )
)
_COUNTS = frozenset(("bins", "gridsize", "levels", "nbins", "rcount", "ccount", "rstride", "cstride", "markevery"))
#: Keywords that any call hands on: of lines, of faces, of texts, of ticks.
SAFE = frozenset(
    (
        *_SIZES, *_COUNTS,
        *("alpha", "animated", "antialiased", "aa", "angles", "arrowprops", "arrowstyle", "aspect", "autopct", "axis"),
        *("boxstyle", "shrinkA", "shrinkB", "mutation_scale", "relpos"),
        *("backgroundcolor", "barsabove", "bbox", "bottom", "c", "clip_on", "cmap", "color", "colors", "counterclock"),
        *("connectionstyle", "cumulative", "dashes", "data_aspect", "density", "ec", "ecolor", "edgecolor"),
        *("edgecolors", "elev", "azim", "roll", "errorevery", "explode", "extent", "facecolor", "facecolors", "fc"),
        *("fill", "fillstyle", "fmt", "fontdict", "fontname", "family", "fontfamily", "fontstyle", "fontweight"),
        *("frameon", "fancybox", "shadow", "framealpha", "bbox_to_anchor", "borderaxespad", "handlelength", "ncol"),
        *("grid_alpha", "ha", "hatch", "head_length", "head_width", "headlength", "height", "histtype"),
        *("horizontalalignment", "interpolation", "joinstyle", "label", "labelcolor", "labels", "left", "right"),
        *("labelbottom", "labelleft", "labelright", "labelrotation", "labeltop", "length_includes_head", "linestyle"),
        *("linestyles", "loc", "log", "lolims", "ls", "marker", "markeredgecolor", "markerfacecolor", "mec", "mfc"),
        *("minlength", "minor", "multialignment", "notch", "orientation", "origin", "pctdistance", "pivot"),
        *("positions", "radius", "range", "rotation", "rotation_mode", "rwidth", "s", "scale", "scale_units"),
        *("scilimits", "shading", "showfliers", "showmeans", "showmedians", "showextrema", "stacked", "startangle"),
        *("style", "textcoords", "tight", "top", "transform", "units", "uplims", "va"),
        *("verticalalignment", "vert", "visible"),
        *("vmax", "vmin", "weight", "weights", "where", "which", "width", "widths", "wrap"),
        *("x", "xerr", "xmax", "xmin"),
        *("patch_artist", "boxprops", "medianprops", "flierprops", "whiskerprops", "capprops", "meanprops", "meanline"),
        *("whis", "sym", "showcaps", "showbox", "tick_labels", "bw_method", "points", "quantiles", "wedgeprops"),
        *("textprops", "labeldistance", "normalize", "rotatelabels", "frame", "center", "markerfirst", "edge"),
        *("norm", "slope", "closed", "theta1", "theta2", "ref", "enable", "offset"),
        *("xy", "xycoords", "xytext", "y", "yerr", "ymax", "ymin", "z", "zdir", "zorder"),
        *("step", "baseline", "direction", "arrowsize", "antialiased", "depthshade", "ncols", "numpoints", "title"),
        *("title_fontsize", "borderpad", "labelspacing", "columnspacing", "scatterpoints", "snap"),
        *("aspect", "adjustable"),
        *("solid_capstyle", "solid_joinstyle", "dash_capstyle", "capstyle", "drawstyle", "hatch", "rasterized", "mode"),
    )
)  # fmt: skip
_MOST_ITEMS = 10_000


def plain_value(name: str, key: str, value: Any, depth: int = 0) -> Any:
    """A value as data that Matplotlib takes: arrays, numbers, texts, None, and containers of these."""
    value = as_data(value)
    kind = type(value)
    if value is None or kind is bool or kind in (Tone, Tones, Measure) or isinstance(value, Made):
        return value
    if kind is str:
        return text(name, value)
    if kind is int and key in _COUNTS:
        if not -10_000 <= value <= 10_000:
            raise ValueError(f"{name}({key}=) needs a number up to 10000, not {value}")
        return value
    if kind in (int, float) or isinstance(value, (Tensor, NumPyScalar)) or kind in (NumPyArray, range):
        array = numbers(name, value)
        if array.ndim:
            return array
        return between(-1200, 1200)(f"{name}({key}=)", value) if key in _SIZES else _number(array.item(), kind)
    if depth > DEEPEST:
        raise ValueError(f"{name}() needs lists of numbers, not lists so deep in one another")
    if kind in (list, tuple):
        if len(value) > MOST_NUMBERS:
            raise MemoryError(f"{name}() can draw at most {MOST_NUMBERS:,} numbers")
        run.spend(64 * len(value))
        return kind(plain_value(name, key, each, depth + 1) for each in value)
    if kind is dict:
        return {each: plain_value(name, each, v, depth + 1) for each, v in _named(name, value)}
    raise TypeError(f"{name}() can't draw {kind.__name__} objects" + (f" as {key}" if key else ""))


def _number(found: float, kind: type) -> float:
    return int(found) if kind is int and abs(found) < 1e15 else found


def _named(name: str, given: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    if len(given) > _MOST_ITEMS:
        raise MemoryError(f"{name}() takes a dictionary of at most {_MOST_ITEMS:,} names")
    for key in given:
        if type(key) is not str or key not in SAFE:
            shown = repr(key[:40]) if type(key) is str else type(key).__name__
            raise TypeError(f"{name}() got {shown} in a dictionary, which can't be drawn")
    return list(given.items())


_CHECKED: dict[str, Converter] = {"marker": choice(MARKERS, "marker")}


def keyword(name: str, key: str, value: Any) -> Any:
    """A keyword of ``SAFE`` as data."""
    check = _CHECKED.get(key)
    return check(name, value) if check is not None and type(value) is str else plain_value(name, key, value)


def passed(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Keep a call for Matplotlib. Raises TypeError for values that are no data and for unknown keywords."""
    for key in kwargs:
        if key not in SAFE:
            raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
    options = {key: keyword(name, key, value) for key, value in kwargs.items()}
    call = Call(name, tuple(plain_value(name, "", value) for value in args), options)
    axes.add(call)
    made = Artist(call, axes)
    found = of_call(call, axes)
    return _several(name, call, made) if found is None else found


def _several(name: str, call: Call, made: Artist) -> Any:
    """What Matplotlib gives in the place of one artist: a histogram's numbers, a list of lines."""
    if name == "hist2d":
        try:
            x, y = (np.asarray(a, float).reshape(-1) for a in call.args[:2])
        except (TypeError, ValueError):
            raise ValueError("hist2d() takes two series of numbers") from None
        bins = call.options.get("bins", call.args[2] if len(call.args) > 2 else 10)
        counts, xs, ys = np.histogram2d(x, y, bins, call.options.get("range"), call.options.get("density"))
        return NumPyArray(counts), NumPyArray(xs), NumPyArray(ys), made
    if name in ("step", "plot3D", "fill", "stackplot"):
        return [made]
    return made if name not in _SETTING and not name.startswith(("set_", "invert_")) else None


_SETTING = frozenset(
    ("tick_params", "ticklabel_format", "margins", "locator_params", "minorticks_on", "minorticks_off", "view_init")
)


def on_solid(axes: Axes, name: str) -> Callable[..., Any] | None:
    """What draws a call that has another meaning in three dimensions; None on flat axes."""
    if axes.solid and name in ("plot", "scatter", "bar", "contour", "contourf", "hist"):
        return passed
    return None
