"""Figures that a program drew with pyplot: as files, by Matplotlib, and as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np

from ...api.plots.colour_bars import TOLD
from ...api.plots.colour_maps import ColourMap
from ...api.plots.colour_numbers import Mappable
from ...api.plots.drawing import NAMES
from ...api.plots.figures import Axes, Call, Figure, Measure, Shape, Tone, Tones
from ...api.plots.parts import OF_PARTS, SIDES, TICKERS
from ...api.plots.real_colours import Norm, real_map
from ...api.plots.series import histogram
from ...api.plots.settings_kept import DRAWN_BY
from ...api.plots.shapes import SHAPES
from .figure import drawn_plainly, plain, saved
from .picture import JOINED, POINTS, Contours, Line, Picture, levels_of

_LABELLED = frozenset({"set_title", "set_xlabel", "set_ylabel", "suptitle"})
_LEVELS, _WIDEST = 8, 200


def draw_figure(figure: Figure, kind: str) -> bytes:
    """The figure as a file of a kind. Raises ImportError where Matplotlib is missing, and ValueError and its like for
    what Matplotlib can't draw."""
    with drawn_plainly(), _as_set(figure):
        return saved(_canvas(figure), kind, **({"dpi": 100} if kind == "png" else {}))


def draw_frames(figures: Sequence[Figure]) -> bytes:
    """Figures as an animation, a GIF, each as long as it says. Raises as ``draw_figure``."""
    from PIL import Image

    frames = []
    for figure in figures:
        with drawn_plainly(), _as_set(figure):
            file = BytesIO()
            _canvas(figure).savefig(file, format="png", dpi=100)
        frames.append(Image.open(file).convert("RGB"))
    found = BytesIO()
    first, *rest = frames
    first.save(found, "GIF", save_all=True, append_images=rest, duration=round(1000 * figures[0].pause), loop=0)
    return found.getvalue()


@contextmanager
def _as_set(figure: Figure) -> Iterator[None]:
    """Matplotlib with the styles and settings that held when a figure was made."""
    from matplotlib import rc_context, style

    with style.context([name for name in figure.styles if name in style.available]):
        settings: dict[Any, Any] = {key: value for key, value in figure.settings.items() if DRAWN_BY.fullmatch(key)}
        with rc_context(settings):
            yield


def _canvas(figure: Figure) -> Any:
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=figure.size, layout="constrained")
    places: dict[int, Any] = {}
    made: dict[int, Any] = {}
    for axes in figure.axes:
        places[id(axes.key)] = _new_axes(canvas, axes, places)
    for call in figure.calls:
        if call.name == "shared":
            _share(call, places)
    for axes in figure.axes:
        _draw_axes(places[id(axes.key)], axes, made)
    for axes in figure.axes:
        for call in axes.calls:
            if call.name == "legend" and "handles" in call.options:
                _legend(places[id(axes.key)], call, made)
    for call in figure.calls:
        if call.name == "colorbar":
            _colour_bar(canvas, call, places, made)
        elif call.name != "shared":
            getattr(canvas, call.name)(*_texts(call), **_options(call))
    return canvas


def _new_axes(canvas: Any, axes: Axes, places: dict[int, Any]) -> Any:
    if axes.beside is not None and id(axes.beside[0].key) in places:
        beside = places[id(axes.beside[0].key)]
        how, given = axes.beside[1], axes.beside[2:]
        if how.startswith("secondary"):
            location, scale = given
            ways = None if scale is None else (_straight(*scale), _straight(1 / scale[0], -scale[1] / scale[0]))
            return getattr(beside, how)(location, functions=ways)
        return {"twinx": beside.twinx, "twiny": beside.twiny, "inset_axes": beside.inset_axes}[how](*given)
    solid = {"projection": "3d"} if axes.solid else {}
    return canvas.add_axes(axes.place, **solid) if len(axes.place) == 4 else canvas.add_subplot(*axes.place, **solid)


def _straight(slope: float, at_zero: float) -> Any:
    return lambda values: slope * np.asarray(values) + at_zero


def _share(call: Call, places: dict[int, Any]) -> None:
    """Let axes in rows and columns have the same limits, which stand at the outer ones alone."""
    cells, (rows, columns) = call.args
    grid = np.empty((rows, columns), object)
    for k, axes in enumerate(cells):
        grid[k // columns, k % columns] = places.get(id(axes.key))
    for axis, how in call.options.items():
        for row in range(rows):
            for column in range(columns):
                first = grid[row if how == "row" else 0, column if how == "col" else 0]
                one = grid[row, column]
                if one is None or first is None:
                    continue
                if one is not first:
                    (one.sharex if axis == "x" else one.sharey)(first)
                if axis == "x" and row < rows - 1 and how in (True, "all", "col"):
                    one.tick_params(labelbottom=False)
                if axis == "y" and column and how in (True, "all", "row"):
                    one.tick_params(labelleft=False)


def _colour_bar(canvas: Any, call: Call, places: dict[int, Any], made: dict[int, Any]) -> None:
    mappable, where, into, bar_axes = call.args
    found: Any
    if isinstance(mappable, Mappable):
        from matplotlib.cm import ScalarMappable

        found = ScalarMappable(mappable.norm.real(), real_map(mappable.cmap))
    else:
        found = made.get(mappable.call.key)
        found = found[3] if isinstance(found, tuple) else found
    if found is None:
        return
    if into is not None:
        bar = canvas.colorbar(found, cax=places[id(into.key)], **_options(call))
    else:
        stolen = [places[id(axes.key)] for axes in where if id(axes.key) in places]
        bar = canvas.colorbar(found, ax=stolen[0] if len(stolen) == 1 else stolen, **_options(call))
    for told in bar_axes.calls:
        if told.name == "of_colorbar" and told.args[0] in TOLD:
            getattr(bar, told.args[0])(*[_words(each) for each in told.args[1]], **_options(told))
    if into is None:
        _draw_axes(bar.ax, bar_axes, made)


def _shape(kind: str, values: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """A shape or a line of Matplotlib's own."""
    from matplotlib import lines, patches

    given = {name: coloured(value) for name, value in options.items()}
    return lines.Line2D(*values, **given) if kind == "Line2D" else getattr(patches, kind)(*values, **given)


def _legend(drawn: Any, call: Call, made: dict[int, Any]) -> None:
    options = _options(call)
    handles = []
    for each in options.pop("handles"):
        if isinstance(each, Shape):
            handles.append(
                _shape(each.kind, each.values, {**each.options, "label": plain(each.options.get("label", ""))})
            )
        elif (found := made.get(each.call.key)) is not None:
            handles.append(found[0] if isinstance(found, list) else found)
    drawn.legend(handles=handles, **options)


def _draw_axes(drawn: Any, axes: Axes, made: dict[int, Any]) -> None:
    for call in axes.calls:
        if call.name == "add_patch" and call.args[0] in SHAPES:
            shape = _shape(call.args[0], call.args[1], call.options)
            made[call.key] = drawn.add_line(shape) if call.args[0] == "Line2D" else drawn.add_patch(shape)
            drawn.autoscale_view()
        elif call.name == "legend" and "handles" in call.options:
            continue  # when all is drawn that it may show
        elif call.name == "ticklabels":
            for label in drawn.get_xticklabels() if call.args[0] == "x" else drawn.get_yticklabels():
                label.set(**_options(call))
        elif call.name == "bar_label":
            if call.args[0] in made:
                drawn.bar_label(made[call.args[0]], **_options(call))
        elif call.name == "clabel":
            drawn.clabel(made[call.args[0].key], *call.args[1:], **_options(call))
        elif call.name == "ticks" and call.args[2] in TICKERS:
            from matplotlib import ticker

            name, what, way, given = call.args
            getattr(getattr(drawn, name), what)(getattr(ticker, way)(*given, **call.options))
        elif call.name == "part":
            name, what, given = call.args
            if what in OF_PARTS:
                for one in name.split(" "):
                    getattr(drawn.spines[one] if one in SIDES else getattr(drawn, one), what)(*given, **call.options)
        elif call.name == "hist" and len(call.args) > 1:
            made[call.key] = drawn.hist(list(call.args), **_options(call))[2]
        elif call.name in NAMES:
            options = _options(call)
            if isinstance(options.get("transform"), Measure):
                options["transform"] = getattr(drawn, options["transform"].name)
            made[call.key] = getattr(drawn, call.name)(*_texts(call), **options)


def _texts(call: Call) -> tuple[Any, ...]:
    """Arguments for Matplotlib, where a $ would begin a formula."""
    return tuple(_words(a) for a in call.args)


def _words(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    return [_words(each) for each in value] if isinstance(value, list) else coloured(value)


def _options(call: Call) -> dict[str, Any]:
    found = {name: _said(v) if name in ("label", "title") else coloured(v) for name, v in call.options.items()}
    if call.name == "grid":
        found = found if call.args[0] else {}
    return found


def _said(value: Any) -> Any:
    return [plain(each) for each in value] if isinstance(value, list) else plain(value)


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
        every, edges = histogram(list(call.args), call.options)
        names = call.options.get("label")
        said = names if isinstance(names, list) else [label]
        return [
            _steps(said[k] if k < len(said) else "", edges[:-1], edges[1:], heights) for k, heights in enumerate(every)
        ]
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
    if type(value) is ColourMap:
        return real_map(value)
    if type(value) is Norm:
        return value.real()
    if type(value) is Tones:
        return np.array([coloured(each) for each in value.each])
    if isinstance(value, (list, tuple)):
        return type(value)(coloured(each) for each in value)
    if isinstance(value, dict):
        return {key: coloured(each) for key, each in value.items()}
    return value
