"""What can be drawn in axes: for each call its arguments, and the closed list of its keywords."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...engine.tensor import Tensor
from ...numerics.limits import run
from ..arrays.values import NumPyArray
from ..tensor.attributes import array_value
from .colour_maps import ColourMap, as_data
from .figures import Artist, Axes, Bars, Call, Shape
from .further import PASSED, SAFE, SOLID, keyword, on_solid, passed
from .plain_data import (
    LINE_STYLES,
    MARKERS,
    Converter,
    between,
    choice,
    colour,
    colours,
    name_of,
    number,
    numbers,
    pair,
    style_of,
    text,
    texts,
    whole,
    yes,
)
from .real_colours import Norm
from .series import histogram

_ALIASES = {
    "c": "color",
    "ls": "linestyle",
    "lw": "linewidth",
    "ms": "markersize",
    "ec": "edgecolor",
    "fc": "facecolor",
}
_WIDTH = between(0, 100)


def _one_of(words: str, what: str) -> Converter:
    return choice(frozenset(words.split()), what)


def _map(name: str, value: Any) -> Any:
    return value if type(value) is ColourMap else name_of(name, value)


def _norm(name: str, value: Any) -> Any:
    if value is not None and type(value) is not Norm:
        return name_of(name, value)
    return value


_COMMON: dict[str, Converter] = {"label": text, "alpha": between(0, 1), "zorder": number}
_LINE: dict[str, Converter] = {
    **_COMMON, "color": colour, "linestyle": choice(LINE_STYLES, "ls"), "linewidth": _WIDTH,
    "marker": choice(MARKERS, "marker"), "markersize": _WIDTH, "markerfacecolor": colour,
    "markeredgecolor": colour,
    "drawstyle": _one_of("default steps steps-pre steps-mid steps-post", "drawstyle"),
}  # fmt: skip
_STRAIGHT: dict[str, Converter] = {n: _LINE[n] for n in ("label", "alpha", "zorder", "color", "linestyle", "linewidth")}
_MAPPED: dict[str, Converter] = {
    "alpha": between(0, 1),
    "zorder": number,
    "cmap": _map,
    "norm": _norm,
    "vmin": number,
    "vmax": number,
}
_FILLED: dict[str, Converter] = {
    **_COMMON,
    "color": colour,
    "edgecolor": colour,
    "facecolor": colour,
    "linewidth": _WIDTH,
}
_WRITTEN: dict[str, Converter] = {
    "fontsize": lambda name, value: name_of(name, value) if type(value) is str else between(1, 100)(name, value),
    "color": colour, "loc": name_of, "pad": number, "labelpad": number,
    "fontweight": name_of, "rotation": number,
}  # fmt: skip
_AXIS = ("on", "off", "equal", "tight", "scaled", "auto", "square")
_ORIGIN = _one_of("upper lower", "origin")


def _levels(name: str, value: Any) -> Any:
    return whole(1, 1000)(name, value) if type(value) is int else np.sort(numbers(name, value).reshape(-1)[:1000])


def _bins(name: str, value: Any) -> Any:
    return whole(1, 10_000)(name, value) if type(value) is int else np.sort(numbers(name, value).reshape(-1)[:10_001])


def _place_of_legend(name: str, value: Any) -> Any:
    if type(value) in (list, tuple):
        return pair(-100, 100)(name, value)
    return value if type(value) is int and 0 <= value <= 10 else name_of(name, value)


#: Keywords by call.
OPTIONS: dict[str, Mapping[str, Converter]] = {
    **dict.fromkeys(("plot", "semilogx", "semilogy", "loglog"), _LINE),
    "scatter": {
        **_COMMON, **_MAPPED, "s": numbers, "c": colours, "color": colours, "marker": choice(MARKERS, "marker"),
        "edgecolors": colours, "linewidths": _WIDTH,
    },
    "hist": {
        **_FILLED, "color": colours, "bins": _bins, "density": yes,
        "histtype": _one_of("bar step stepfilled", "histtype"),
    },
    "bar": {
        **_FILLED, "color": colours, "edgecolor": colours, "tick_label": texts,
        "width": between(0, 1e9), "bottom": number, "align": _one_of("center edge", "align"),
    },
    "imshow": {
        **_MAPPED, "origin": _ORIGIN, "aspect": _one_of("auto equal", "aspect"), "interpolation": name_of,
    },
    "contour": {**_MAPPED, "levels": _levels, "colors": colours, "linewidths": _WIDTH},
    "contourf": {**_MAPPED, "levels": _levels, "colors": colours},
    "clabel": {
        "fontsize": _WRITTEN["fontsize"], "inline": yes, "colors": colours, "fmt": text, "inline_spacing": number,
    },
    "axhline": _STRAIGHT, "axvline": _STRAIGHT,
    "fill_between": _FILLED,
    "set_title": _WRITTEN, "set_xlabel": _WRITTEN, "set_ylabel": _WRITTEN, "suptitle": _WRITTEN,
    "legend": {
        "loc": _place_of_legend,
        "fontsize": _WRITTEN["fontsize"], "title": text, "ncol": whole(1, 20), "ncols": whole(1, 20), "frameon": yes,
    },
    "grid": {
        "which": _one_of("major minor both", "which"),
        "axis": _one_of("both x y", "axis"),
        **_STRAIGHT,
    },
    "set_xlim": {}, "set_ylim": {}, "set_xscale": {}, "set_yscale": {}, "axis": {},
}  # fmt: skip


def options_of(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords as data. Raises TypeError for one that isn't in the list."""
    allowed = OPTIONS[name]
    found: dict[str, Any] = {}
    for key, value in given.items():
        meant = key if key in allowed else _ALIASES.get(key, key)
        if meant not in allowed and key in SAFE:
            found[key] = keyword(name, key, as_data(value))
            continue
        if meant not in allowed:
            known = ", ".join(sorted(allowed)) or "none"
            raise TypeError(f"{name}() got an unexpected keyword argument '{key}'; it can draw {known}")
        found[meant] = allowed[meant](name, as_data(value))
    return found


#: Of calls whose first values may be given by name: the names.
_FIRST: dict[str, tuple[str, ...]] = {
    "scatter": ("x", "y"), "hist": ("x", "bins"), "bar": ("x", "height"), "imshow": ("X",), "step": ("x", "y"),
    "fill_between": ("x", "y1", "y2"), "fill_betweenx": ("y", "x1", "x2"), "barh": ("y", "width"),
    "boxplot": ("x",), "violinplot": ("dataset",), "pie": ("x",), "hist2d": ("x", "y"), "hexbin": ("x", "y"),
    "arrow": ("x", "y", "dx", "dy"), "hlines": ("y", "xmin", "xmax"), "vlines": ("x", "ymin", "ymax"),
    "axhspan": ("ymin", "ymax"), "axvspan": ("xmin", "xmax"), "axline": ("xy1", "xy2"), "matshow": ("Z",),
    "spy": ("Z",), "eventplot": ("positions",), "text": ("x", "y", "s"), "annotate": ("text", "xy"),
    "set_xticks": ("ticks",), "set_yticks": ("ticks",), "set_zticks": ("ticks",), "set_xticklabels": ("labels",),
    "set_yticklabels": ("labels",), "set_xscale": ("value",), "set_yscale": ("value",), "axis": ("arg",),
    "plot_surface": ("X", "Y", "Z"), "plot_wireframe": ("X", "Y", "Z"), "scatter3D": ("xs", "ys", "zs"),
}  # fmt: skip


def draw(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Add a call to axes; what Matplotlib's gives, as values of the language."""
    if name in SOLID and not axes.solid:
        raise AttributeError(f"'Axes' object has no attribute '{name}': give the axes projection='3d'")
    kwargs, firsts = dict(kwargs), _FIRST.get(name, ())
    while len(args) < len(firsts) and firsts[len(args)] in kwargs:
        args = (*args, kwargs.pop(firsts[len(args)]))
    return (on_solid(axes, name) or _DRAWN[name])(axes, name, args, kwargs)


def _add(axes: Axes, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> Artist:
    call = Call(name, args, options)
    axes.add(call)
    return Artist(call, axes)


def _wrong(name: str, needed: str) -> TypeError:
    return TypeError(f"{name}() takes {needed}")


def _lines(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Artist]:
    """``plot(y)``, ``plot(x, y, 'r--')``, and several such groups."""
    options = options_of(name, kwargs)
    made: list[Artist] = []
    rest = list(args)
    while rest:
        first = numbers(name, rest.pop(0))
        second = numbers(name, rest.pop(0)) if rest and type(rest[0]) is not str else None
        style = style_of(rest.pop(0)) if rest and type(rest[0]) is str else {}
        y = np.atleast_1d(first if second is None else second)
        x = np.arange(len(y), dtype=float) if second is None else np.atleast_1d(first)
        if len(x) != len(y):
            shapes = f"{x.shape} and {y.shape}"
            raise ValueError(f"x and y must have same first dimension, but have shapes {shapes}")
        if x.ndim > 2 or y.ndim > 2:
            raise ValueError(f"x and y can be no greater than 2D, but have shapes {x.shape} and {y.shape}")
        x, y = (a.reshape(len(a), -1 if a.size else 1) for a in (x, y))
        for k in range(min(max(x.shape[1], y.shape[1]), 1000)):
            one = tuple(a[:, min(k, a.shape[1] - 1)] for a in (x, y))
            made.append(_add(axes, name, one, {**style, **options}))
    return made


def _scatter(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Artist:
    if not 2 <= len(args) <= 4:
        raise _wrong(name, "x, y, and perhaps s and c")
    x, y = (numbers(name, a).reshape(-1) for a in args[:2])
    if x.size != y.size:
        raise ValueError("x and y must be the same size")
    given = {**dict(zip(("s", "c"), args[2:], strict=False)), **kwargs}
    options = options_of(name, {key: value for key, value in given.items() if value is not None})
    for key in ("s", "c"):
        if isinstance(options.get(key), np.ndarray) and options[key].size not in (1, x.size):
            raise ValueError(f"{key} must be a scalar, or float array-like with the same size as x and y")
    return _add(axes, name, (x, y), options)


def _hist(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
    if not 1 <= len(args) <= 2:
        raise _wrong(name, "numbers, and perhaps bins")
    given = {**({"bins": args[1]} if args[1:] else {}), **kwargs}
    labels = given.pop("label", None) if type(given.get("label")) in (list, tuple) else None
    series = series_of(name, args[0])
    options = options_of(name, given)
    if labels is not None:
        options["label"] = texts(name, labels)
    run.spend(8 * sum(each.size for each in series))
    counts, edges = histogram(series, options)
    made = _add(axes, name, tuple(series) if len(series) > 1 else (series[0],), options)
    if len(series) == 1:
        return array_value(counts[0]), array_value(edges), made
    axes.figure.plots.hold(Call(name, tuple(series), {}))
    return array_value(counts), array_value(edges), [made] * len(series)


def _is_series(given: Any) -> bool:
    """Whether a value has several numbers: no tensor or array of one element without dimensions."""
    if isinstance(given, Tensor) or type(given) is NumPyArray:
        return bool(given.array.ndim)
    return type(given) in (list, tuple, range)


def series_of(name: str, given: Any) -> list[np.ndarray]:
    """The numbers of a histogram, or of several that stand side by side: a list of arrays, or the columns of one."""
    several = type(given) in (list, tuple) and given and not all(type(each) in (int, float, bool) for each in given)
    if several and any(_is_series(each) for each in given):
        if len(given) > 1000:
            raise ValueError("hist() draws at most 1000 series")
        return [numbers(name, each).reshape(-1) for each in given]
    values = numbers(name, given)
    if values.ndim == 2 and not several:
        return [values[:, k] for k in range(min(values.shape[1], 1000))]
    values = values.reshape(-1)
    if isinstance(given, Tensor) and given.array.dtype == np.float32:
        values = values.astype(np.float32)  # whose edges are such numbers, too
    return [values]


def _bar(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Bars:
    if not 2 <= len(args) <= 3:
        raise _wrong(name, "x, height, and perhaps width")
    named = type(args[0]) in (list, tuple) and args[0] and all(type(each) is str for each in args[0])
    x: Any = texts(name, args[0]) if named else np.atleast_1d(numbers(name, args[0]))
    height = np.atleast_1d(numbers(name, args[1]))
    if len(height) not in (1, len(x)):
        raise ValueError("shape mismatch: objects cannot be broadcast to a single shape")
    height = np.broadcast_to(height, (len(x),)).copy()
    call = Call(name, (x, height), options_of(name, {**({"width": args[2]} if args[2:] else {}), **kwargs}))
    axes.add(call)
    return Bars(call, axes)


def _imshow(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Artist:
    if not args or len(args) > 2:
        raise _wrong(name, "a matrix, and perhaps cmap")
    image = numbers(name, args[0])
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3, 4)):
        raise TypeError(f"Invalid shape {image.shape} for image data")
    return _add(axes, name, (image,), options_of(name, {**({"cmap": args[1]} if args[1:] else {}), **kwargs}))


def _contours(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Artist:
    if not 1 <= len(args) <= 4:
        raise _wrong(name, "x, y, z, and perhaps levels")
    last = {"levels": args[-1]} if len(args) in (2, 4) else {}
    z = numbers(name, args[0] if len(args) <= 2 else args[2])
    if z.ndim != 2 or min(z.shape) < 2:
        raise TypeError(f"Input z must be at least a (2, 2) shaped array, but has shape {z.shape}")
    if len(args) <= 2:
        x, y = np.arange(z.shape[1], dtype=float), np.arange(z.shape[0], dtype=float)
    else:
        x, y = numbers(name, args[0]), numbers(name, args[1])
        x, y = (x[0] if x.ndim == 2 else x), (y[:, 0] if y.ndim == 2 else y)
        if (len(y), len(x)) != z.shape:
            raise TypeError(f"Length of x ({len(x)}) must match number of columns in z ({z.shape[1]})")
    return _add(axes, name, (x, y, z), options_of(name, {**last, **kwargs}))


def _labels_of_contours(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Artist:
    if len(args) not in (1, 2) or type(args[0]) is not Artist or args[0].call.name not in ("contour", "contourf"):
        raise _wrong(name, "what contour() gave, and perhaps levels")
    given = {key: bool(value) if key == "inline" else value for key, value in kwargs.items()}
    levels = tuple(numbers(name, each).reshape(-1) for each in args[1:])
    return _add(axes, name, (args[0].call, *levels), options_of(name, given))


def _straight(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Artist:
    given = dict(kwargs)
    at = args[0] if args else given.pop("y" if name == "axhline" else "x", 0)
    if len(args) > 1:
        raise _wrong(name, "one number")
    return _add(axes, name, (number(name, at),), options_of(name, given))


def _fill(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Artist:
    if not 2 <= len(args) <= 3:
        raise _wrong(name, "x, y1, and perhaps y2")
    x = np.atleast_1d(numbers(name, args[0]))
    ys = [np.atleast_1d(numbers(name, a)) for a in (*args[1:], 0.0)[:2]]
    if x.ndim != 1 or any(y.shape not in (x.shape, (1,)) for y in ys):
        raise ValueError("x, y1 and y2 need the same length")
    return _add(axes, name, (x, *(np.broadcast_to(y, x.shape).copy() for y in ys)), options_of(name, kwargs))


def _written(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Artist:
    given = dict(kwargs)
    words = ("label", "t", "s") if name == "set_title" else (name[4:], "label")
    said = args or tuple(given.pop(key) for key in words if key in given)
    if len(said) != 1:
        raise _wrong(name, "one text")
    named = given.pop("fontdict", None)
    given = {**named, **given} if type(named) is dict else given
    return _add(axes, name, (text(name, said[0]),), options_of(name, given))


def _legend(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Artist:
    given = dict(kwargs)
    handles = None
    if len(args) == 2:
        handles, labels = args
    elif "handles" in given:
        handles, labels = given.pop("handles"), given.pop("labels", None) if not args else args[0]
    if handles is not None:
        found = _labelled(handles, labels)
        return _add(axes, name, (), {**options_of(name, given), "handles": found})
    if "labels" in given:
        args = (given.pop("labels"),)
    if len(args) > 1:
        raise _wrong(name, "the labels, or nothing")
    return _add(axes, name, tuple(texts(name, a) for a in args), options_of(name, given))


def _labelled(handles: Any, labels: Any) -> list[Any]:
    """What ``legend(handles, labels)`` shows: what was drawn, or shapes and lines that are not. What was drawn has
    these names from now on."""
    if type(handles) not in (list, tuple) or not all(type(each) in (Artist, Shape) for each in handles):
        raise TypeError("legend() needs a list of what was drawn, or of lines and shapes")
    for each, word in zip(handles, texts("legend", labels) if labels is not None else ()):
        if type(each) is Shape:
            each.options["label"] = word
        else:
            each.change(label=word)
    return list(handles)


def _grid(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    given = dict(kwargs)
    visible = args[0] if args else given.pop("visible", True)
    if len(args) > 1:
        raise _wrong(name, "True or False")
    _add(axes, name, (yes(name, visible),), options_of(name, given))


def _limits(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    given = dict(kwargs)
    names = ("left", "right") if name == "set_xlim" else ("bottom", "top")
    values = list(args)
    if len(args) == 1 and args[0] is not None:
        both = numbers(name, args[0]).reshape(-1)
        values = both.tolist() if both.size > 1 else values
    values += [given.pop(key, None) for key in names[len(values) :]]
    options_of(name, given)
    if len(values) != 2:
        raise _wrong(name, "two numbers")
    found = tuple(None if value is None else number(name, value) for value in values)
    _add(axes, name, found, {})


def _scale(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    if len(args) != 1 or type(args[0]) is not str or args[0] not in ("linear", "log", "symlog"):
        raise ValueError(f"{name}() takes 'linear', 'log' or 'symlog'")
    _add(axes, name, args, options_of(name, kwargs))


def _axis(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    if len(args) == 1 and type(args[0]) in (list, tuple):
        four = numbers(name, args[0])
        if four.shape != (4,):
            raise TypeError("axis() takes four numbers: [xmin, xmax, ymin, ymax]")
        _add(axes, "set_xlim", tuple(four[:2].tolist()), {})
        _add(axes, "set_ylim", tuple(four[2:].tolist()), {})
        return
    if (
        len(args) != 1
        or type(args[0]) is not str
        or args[0] not in ("on", "off", "equal", "tight", "scaled", "auto", "square")
    ):
        raise ValueError("axis() takes 'on', 'off', 'equal', 'tight', 'scaled', 'auto' or 'square'")
    _add(axes, name, args, options_of(name, kwargs))


#: Everything that axes can do.
NAMES = frozenset((*OPTIONS, *PASSED, *SOLID)) - {"suptitle"}

_DRAWN: dict[str, Callable[[Axes, str, tuple[Any, ...], Mapping[str, Any]], Any]] = {
    **dict.fromkeys((*PASSED, *SOLID), passed),
    **dict.fromkeys(("plot", "semilogx", "semilogy", "loglog"), _lines),
    "scatter": _scatter, "hist": _hist, "bar": _bar, "imshow": _imshow, "contour": _contours, "contourf": _contours,
    "clabel": _labels_of_contours,
    "axhline": _straight, "axvline": _straight, "fill_between": _fill, "set_title": _written, "set_xlabel": _written,
    "set_ylabel": _written, "legend": _legend, "grid": _grid, "set_xlim": _limits, "set_ylim": _limits,
    "set_xscale": _scale, "set_yscale": _scale, "axis": _axis,
}  # fmt: skip
