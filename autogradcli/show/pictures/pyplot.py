"""Figures that a program drew with pyplot: as files, by Matplotlib, and as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...api.plots.drawing import NAMES
from ...api.plots.figures import Axes, Call, Figure, Measure, Tone, Tones
from ...api.plots.made import Made, build
from ...api.plots.parts import OF_PARTS, SIDES, TICKERS
from ...api.plots.shapes import SHAPES
from .figure import drawn_plainly, plain, saved
from .picture import JOINED, POINTS, Contours, Line, Picture, levels_of

_LABELLED = frozenset({"set_title", "set_xlabel", "set_ylabel", "suptitle"})
_LEVELS, _WIDEST = 8, 200


def draw_figure(figure: Figure, kind: str) -> bytes:
    """The figure as a file of a kind. Raises ImportError where Matplotlib is missing, and ValueError and its like for
    what Matplotlib can't draw."""
    with drawn_plainly():
        from matplotlib.figure import Figure as Canvas

        canvas = Canvas(figsize=figure.size, layout="constrained")
        made: dict[int, Any] = {}
        for axes in figure.axes:
            made[id(axes)] = _new_axes(canvas, axes, made)
            _draw_axes(canvas, made[id(axes)], axes)
        for call in figure.calls:
            getattr(canvas, call.name)(*_texts(call), **_options(call))
        return saved(canvas, kind, **({"dpi": 100} if kind == "png" else {}))


def _new_axes(canvas: Any, axes: Axes, made: dict[int, Any]) -> Any:
    if axes.beside is not None and id(axes.beside[0]) in made:
        return getattr(made[id(axes.beside[0])], axes.beside[1])()
    solid = {"projection": "3d"} if axes.solid else {}
    return canvas.add_axes(axes.place, **solid) if len(axes.place) == 4 else canvas.add_subplot(*axes.place, **solid)


def _draw_axes(canvas: Any, drawn: Any, axes: Axes) -> None:
    made: dict[int, Any] = {}
    for call in axes.calls:
        if call.name == "colorbar":
            found = made.get(id(call.args[0]))
            canvas.colorbar(found[3] if isinstance(found, tuple) else found, ax=drawn, **_options(call))
        elif call.name == "add_patch" and call.args[0] in SHAPES:
            from matplotlib import patches

            drawn.add_patch(getattr(patches, call.args[0])(*call.args[1], **_options(call)))
            drawn.autoscale_view()
        elif call.name == "clabel":
            drawn.clabel(made[id(call.args[0])], *call.args[1:], **_options(call))
        elif call.name == "ticks" and call.args[2] in TICKERS:
            from matplotlib import ticker

            name, what, way, given = call.args
            getattr(getattr(drawn, name), what)(getattr(ticker, way)(*given, **call.options))
        elif call.name == "part":
            name, what, given = call.args
            if what in OF_PARTS:
                getattr(drawn.spines[name] if name in SIDES else getattr(drawn, name), what)(*given, **call.options)
        elif call.name in NAMES:
            options = _options(call)
            if isinstance(options.get("transform"), Measure):
                options["transform"] = getattr(drawn, options["transform"].name)
            made[id(call)] = getattr(drawn, call.name)(*_texts(call), **options)


def _texts(call: Call) -> tuple[Any, ...]:
    """Arguments for Matplotlib, where a $ would begin a formula."""
    return tuple(_words(a) for a in call.args)


def _words(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    return [_words(each) for each in value] if isinstance(value, list) else coloured(value)


def _options(call: Call) -> dict[str, Any]:
    found = {name: plain(v) if name in ("label", "title") else coloured(v) for name, v in call.options.items()}
    if call.name == "grid":
        found = found if call.args[0] else {}
    return found


def pictures(figure: Figure) -> Iterator[Picture]:
    """For a terminal: a picture of each axes."""
    for axes in figure.axes:
        found = _picture(axes)
        if found is not None:
            yield found


def _picture(axes: Axes) -> Picture | None:
    if axes.solid:
        return None
    said = {call.name: str(call.args[0]) for call in axes.calls if call.name in _LABELLED}
    log_x = any(c.name in ("semilogx", "loglog") or (c.name == "set_xscale" and c.args[0] == "log") for c in axes.calls)
    log_y = any(c.name in ("semilogy", "loglog") or (c.name == "set_yscale" and c.args[0] == "log") for c in axes.calls)
    lines = [line for call in axes.calls for line in _lines(call)]
    xs = [x for line in lines for x in line.xs] or [0.0, 1.0]
    ys = [y for line in lines for y in line.ys if np.isfinite(y)] or [0.0, 1.0]
    for call in axes.calls:
        label = str(call.options.get("label", ""))
        if call.name == "axhline":
            lines.append(Line(label, [min(xs), max(xs)], [call.args[0]] * 2))
        elif call.name == "axvline":
            lines.append(Line(label, [call.args[0]] * 2, [min(ys), max(ys)]))
    contours = next((found for call in axes.calls if (found := _contours(call)) is not None), None)
    if not lines and contours is None:
        return None
    lines = [Line(n, _log(x, log_x), _log(y, log_y), kind) for n, x, y, kind in lines]
    x_label, y_label = said.get("set_xlabel", ""), said.get("set_ylabel", "")
    return Picture(
        said.get("set_title", ""),
        f"log10 {x_label}".strip() if log_x else x_label,
        f"log10 {y_label}".strip() if log_y else y_label,
        lines,
        contours,
    )


def _lines(call: Call) -> list[Line]:
    if any(not isinstance(each, (np.ndarray, list)) for each in call.args[:2]):
        return []
    label = str(call.options.get("label", ""))
    if call.name in ("plot", "semilogx", "semilogy", "loglog", "scatter"):
        points = call.name == "scatter" or call.options.get("linestyle") in ("None", "none", "", " ")
        x, y = call.args
        return [Line(label, x.tolist(), y.tolist(), POINTS if points or len(x) == 1 else JOINED)]
    if call.name == "fill_between":
        x, low, high = call.args
        return [Line(label, x.tolist(), low.tolist()), Line("", x.tolist(), high.tolist())]
    if call.name == "hist":
        heights, edges = np.histogram(
            call.args[0], call.options.get("bins", 10), density=call.options.get("density", False)
        )
        return [_steps(label, edges[:-1], edges[1:], heights)]
    if call.name == "bar":
        x, heights = call.args
        at = np.arange(len(x), dtype=float) if isinstance(x, list) else x
        half = call.options.get("width", 0.8) / 2
        return [_steps(label, at - half, at + half, heights)]
    return []


def _steps(label: str, left: np.ndarray, right: np.ndarray, heights: np.ndarray) -> Line:
    xs = np.stack([left, left, right, right], axis=1).reshape(-1)
    zero = np.zeros(len(heights))
    return Line(label, xs.tolist(), np.stack([zero, heights, heights, zero], axis=1).reshape(-1).tolist())


def _contours(call: Call) -> Contours | None:
    if call.name in ("contour", "contourf"):
        x, y, z = call.args
    elif call.name == "imshow" and call.args[0].ndim == 2 and min(call.args[0].shape) > 1:
        z = call.args[0]
        x, y = np.arange(z.shape[1], dtype=float), np.arange(z.shape[0], dtype=float)
        if call.options.get("origin", "upper") == "upper":
            z = z[::-1]
    else:
        return None
    step = max(1, -(-max(z.shape) // _WIDEST))
    x, y, z = x[::step], y[::step], z[::step, ::step]
    return Contours(x.tolist(), y.tolist(), z, levels_of(z, _LEVELS), [])


def _log(values: Any, wanted: bool) -> Any:
    if not wanted:
        return values
    with np.errstate(all="ignore"):
        return np.log10(np.asarray(values, float)).tolist()


def coloured(value: Any) -> Any:
    """A value for Matplotlib: colours of a map as numbers."""
    if type(value) is Tone:
        import matplotlib

        found = matplotlib.colormaps[value.map]
        found = found.resampled(value.parts) if value.parts else found
        return found(int(value.at) if value.whole else value.at)
    if type(value) is Tones:
        return np.array([coloured(each) for each in value.each])
    if isinstance(value, Made):
        return build(value)
    if isinstance(value, (list, tuple)):
        return type(value)(coloured(each) for each in value)
    if isinstance(value, dict):
        return {key: coloured(each) for key, each in value.items()}
    return value
