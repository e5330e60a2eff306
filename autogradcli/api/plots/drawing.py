"""What can be drawn in axes: for each call its arguments, and the closed list of its keywords."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .colour_maps import as_data
from .counting import histogram
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
    map_of,
    name_of,
    norm_of,
    number,
    numbers,
    pair,
    style_of,
    text,
    texts,
    whole,
    yes,
)

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
    "cmap": map_of,
    "norm": norm_of,
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
    if type(value) is str:
        return choice(frozenset(("auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt")), "bins")(
            name, value
        )
    return whole(1, 10_000)(name, value) if type(value) is int else np.sort(numbers(name, value).reshape(-1)[:10_001])


def one_or_many(name: str, value: Any) -> Any:
    found = numbers(name, value)
    return found if found.ndim else found.item()


def label_or_labels(name: str, value: Any) -> Any:
    return texts(name, value) if type(value) in (list, tuple) else text(name, value)


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
        **_FILLED, "label": label_or_labels, "color": colours, "bins": _bins, "density": yes, "stacked": yes,
        "histtype": _one_of("bar barstacked step stepfilled", "histtype"),
    },
    "bar": {
        **_FILLED, "color": colours, "edgecolor": colours, "tick_label": texts,
        "width": one_or_many, "bottom": one_or_many, "align": _one_of("center edge", "align"),
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
        given_ = options.get(key)
        if isinstance(given_, np.ndarray) and given_.size not in (1, x.size):
            if key == "c" and (given_.shape in ((x.size, 3), (x.size, 4)) or given_.shape in ((3,), (4,))):
                continue  # colours, not numbers
            raise ValueError(f"{key} must be a scalar, or float array-like with the same size as x and y")
    return _add(axes, name, (x, y), options)


def _hist(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
    if not 1 <= len(args) <= 2:
        raise _wrong(name, "numbers, and perhaps bins")
    options = options_of(name, {**({"bins": args[1]} if args[1:] else {}), **kwargs})
    return histogram(axes, name, args[0], options)


def _bar(axes: Axes, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Artist:
    if not 2 <= len(args) <= 4:
        raise _wrong(name, "x, height, and perhaps width and bottom")
    named = type(args[0]) in (list, tuple) and args[0] and all(type(each) is str for each in args[0])
    x: Any = texts(name, args[0]) if named else np.atleast_1d(numbers(name, args[0]))
    height = np.atleast_1d(numbers(name, args[1]))
    if len(height) not in (1, len(x)):
        raise ValueError("shape mismatch: objects cannot be broadcast to a single shape")
    if _is_whole(args[1]):
        height = height.astype(np.int64)
    height = np.broadcast_to(height, (len(x),)).copy()
    given = {**dict(zip(("width", "bottom"), args[2:], strict=False)), **kwargs}
    call = Call(name, (x, height), options_of(name, given))
    axes.add(call)
    return Bars(call, axes)


def _is_whole(value: Any) -> bool:
    if type(value) in (list, tuple):
        return all(type(each) is int for each in value)
    return type(value) is int or getattr(getattr(value, "array", None), "dtype", np.dtype(float)).kind == "i"


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
    handles = given.pop("handles", None)
    labels = given.pop("labels", None)
    if len(args) == 2:
        handles, labels = args
    elif len(args) == 1:
        labels = args[0]
    elif args:
        raise _wrong(name, "what was drawn and the labels, or the labels, or nothing")
    options = options_of(name, given)
    if handles is None:
        return _add(axes, name, () if labels is None else (texts(name, labels),), options)
    return _add(axes, name, (_handles(handles), None if labels is None else texts(name, labels)), options)


def _handles(handles: Any) -> list[Any]:
    """What a legend names: what was drawn, or shapes and lines that stand for it."""
    if isinstance(handles, Bars):
        return [handles]
    if type(handles) not in (list, tuple) or len(handles) > 1000:
        raise TypeError("legend() needs a list of what was drawn")
    found = [each[0] if type(each) in (list, tuple) and each else each for each in handles]
    if not all(isinstance(each, (Artist, Shape)) for each in found):
        raise TypeError("legend() needs a list of what was drawn")
    return found


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
