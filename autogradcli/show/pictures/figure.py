"""Pictures in files, drawn by Matplotlib: SVG and HTML that follow a light or a dark surrounding, PNG on white."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from io import BytesIO
from typing import Any

from .picture import PATH, POINTS, Contours, Line, Picture, bounds, unbroken

#: What Matplotlib would say about itself, in vocabularies with addresses.
_UNSAID = dict.fromkeys(("Creator", "Date", "Format", "Type"))
KINDS = ("svg", "png", "html")
#: Colours that can be read on white and on black; the same in the same order always.
_COLOURS = ("#2f7de1", "#e8590c", "#2b9a3e", "#ae3ec9", "#0c8599", "#b8860b")
_PATHS = ("#e03131", "#e8850c", "#ae3ec9")
#: How Matplotlib writes a number of a legend.
_NUMBER = re.compile(r"\$\\mathdefault\{([^{}$]*)\}\$")
#: Of the lowest contour and of the highest.
_LOW, _HIGH = (18, 163, 127), (59, 111, 216)
#: What stands in a drawing for the colour of text and frame, and what it is then.
_INK, _LIGHT, _DARK = "#123456", "#212529", "#e9ecef"
#: The same for the grid.
_FAINT, _FAINT_LIGHT, _FAINT_DARK = "#654321", "#d0d5db", "#3d4248"
_STYLE = (
    f":root{{--ink:{_LIGHT};--faint:{_FAINT_LIGHT}}}"
    f"@media (prefers-color-scheme: dark){{:root{{--ink:{_DARK};--faint:{_FAINT_DARK}}}}}"
)


@contextmanager
def drawn_plainly(styles: Sequence[str] = (), settings: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Matplotlib as it is by itself, or with styles of its own and settings on top, whatever a settings file says,
    which is looked for in the current folder too."""
    import logging

    # A folder that it can't write to, a cache of fonts: no news to anybody.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from matplotlib import style

    own = {"svg.fonttype": "none", "svg.hashsalt": "autogradcli"}
    with style.context(["default", *styles, own, dict(settings or {})], after_reset=True):
        yield


def draw(picture: Picture, kind: str) -> bytes:
    """The picture as a file of a kind. Raises ImportError where Matplotlib is missing."""
    with drawn_plainly():
        return _drawn(picture, kind)


def _drawn(picture: Picture, kind: str) -> bytes:
    if kind == "png":
        return saved(_figure(picture, _LIGHT, _FAINT_LIGHT), "png", dpi=150, facecolor="white")
    drawn = saved(_figure(picture, _INK, _FAINT), "svg", transparent=True, metadata=_UNSAID).decode()
    drawn = drawn[drawn.index("<svg") :].replace(_INK, "var(--ink)").replace(_FAINT, "var(--faint)")
    if kind == "svg":
        head, end, rest = drawn.partition(">")
        return f'<?xml version="1.0" encoding="utf-8"?>\n{head}{end}\n<style>{_STYLE}</style>{rest}'.encode()
    title = escape(picture.title or picture.y_label)
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{_STYLE}html{{color-scheme:light dark}}body{{margin:2rem auto;max-width:60rem}}"
        f"svg{{width:100%;height:auto}}</style>\n{drawn}</html>\n"
    ).encode()


def saved(figure: Any, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    figure.savefig(file, format=kind, **{"bbox_inches": "tight", **options})
    return file.getvalue()


def _figure(picture: Picture, ink: str, faint: str) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.8), layout="constrained")
    axes = figure.add_subplot()
    paint(axes, picture, ink, faint)
    return figure


def paint(axes: Any, picture: Picture, ink: str, faint: str) -> None:
    """Draw into axes of Matplotlib's."""
    # A $ would begin a formula.
    axes.set_xlabel(plain(picture.x_label), color=ink)
    axes.set_ylabel(plain(picture.y_label), color=ink)
    if picture.title:
        axes.set_title(plain(picture.title), color=ink, fontsize=11)
    axes.tick_params(colors=ink)
    for side in axes.spines.values():
        side.set_color(faint)
    low, high, bottom, top = bounds(picture)
    room = 0.0 if picture.contours is not None else 0.05
    axes.set_xlim(low, high)
    axes.set_ylim(bottom - room * (top - bottom), top + room * (top - bottom))
    if picture.contours is not None:
        _contours(axes, picture.contours, ink)
    elif picture.grid:
        axes.grid(color=faint, linewidth=0.6)
        axes.set_axisbelow(True)
    for k, line in enumerate(picture.lines):
        _line(axes, k, line, picture.contours is not None)
    named = [line for line in picture.lines if line.label]
    if picture.legend and len(named) > (0 if picture.contours is not None else 1):
        # Outside of the axes, where it hides nothing.
        legend = axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, labelcolor=ink)
        legend.set_in_layout(True)


def _line(axes: Any, k: int, line: Line, on_contours: bool) -> None:
    tone = _COLOURS[k % len(_COLOURS)]
    label: str | None = plain(line.label) if line.label else None
    for xs, ys in unbroken(line):
        if line.kind == POINTS or len(xs) == 1:
            axes.plot(xs, ys, "o", color=tone, markersize=4, label=label)
        elif line.kind == PATH:
            tone = _PATHS[k % len(_PATHS)] if on_contours else tone
            axes.plot(xs, ys, ".-", color=tone, linewidth=1.2, markersize=5, label=label, zorder=4)
        else:
            axes.plot(xs, ys, "--" if k % 2 else "-", color=tone, linewidth=1.8, label=label)
        label = None
    if line.kind == PATH:
        parts = list(unbroken(line))
        if parts:
            axes.plot(parts[0][0][:1], parts[0][1][:1], "o", color=tone, markersize=8, fillstyle="none", zorder=5)
            axes.plot(parts[-1][0][-1:], parts[-1][1][-1:], "*", color=tone, markersize=11, zorder=5)


def _contours(axes: Any, contours: Contours, ink: str) -> None:
    import numpy as np

    if contours.levels:
        values = np.ma.masked_invalid(contours.values)
        last = max(len(contours.levels) - 1, 1)
        tones = [
            "#" + "".join(f"{round(a + (b - a) * k / last):02x}" for a, b in zip(_LOW, _HIGH))
            for k in range(len(contours.levels))
        ]
        drawn = axes.contour(contours.xs, contours.ys, values, contours.levels, colors=tones, linewidths=1.2)
        axes.clabel(drawn, fmt="%g", fontsize=8)
    arrows = np.array(contours.arrows, float).reshape(-1, 4)
    sizes = np.hypot(arrows[:, 2], arrows[:, 3])
    arrows, sizes = arrows[sizes > 0], sizes[sizes > 0]
    if len(arrows):
        # All can be seen, however much they differ: by the root of their length.
        length = np.sqrt(sizes / sizes.max())
        x, y, dx, dy = arrows.T
        axes.quiver(
            x,
            y,
            dx / sizes * length,
            dy / sizes * length,
            color=ink,
            alpha=0.55,
            zorder=3,
            width=0.0025,
            scale=22,
            pivot="mid",
        )


def plain(text: str) -> str:
    """A text that is no formula: a $ stands for itself."""
    return _NUMBER.sub(r"\1", text).replace("$", r"\$")
