"""Figures that a program drew with pyplot: as files, by Matplotlib, and as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...api.plots.counting import words_of
from ...api.plots.figures import Axes, Call, Figure
from .picture import JOINED, POINTS, Contours, Line, Picture, levels_of

_LABELLED = frozenset({"set_title", "set_xlabel", "set_ylabel", "suptitle"})
_LEVELS, _WIDEST = 8, 200


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
    if call.name == "hist" and isinstance(call.args[0], list):
        return [
            line
            for series, word in zip(call.args[0], [*words_of(call.options), *[""] * len(call.args[0])])
            for line in _lines(Call("hist", (series,), {**call.options, "label": word}))
        ]
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
        half = np.asarray(call.options.get("width", 0.8)) / 2
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
