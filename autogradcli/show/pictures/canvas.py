"""A program's figure as Matplotlib draws it: each of its calls in order, and last what refers to several axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...api.plots.drawing import NAMES
from ...api.plots.figures import SHARING, Artist, Axes, Bars, Call, Figure, Measure, Piece, Shape, Tone, Tones
from ...api.plots.made import Made, build
from ...api.plots.parts import OF_PARTS, SIDES, TICKERS
from ...api.plots.pieces import OF_BARS, OF_PIECES
from ...api.plots.shapes import COLLECTIONS, SHAPES
from .figure import drawn_plainly, plain, saved


def draw_figure(figure: Figure, kind: str) -> bytes:
    """The figure as a file of a kind. Raises ImportError where Matplotlib is missing, and ValueError and its like for
    what Matplotlib can't draw."""
    with drawn_plainly(figure.styles, {key: coloured(each) for key, each in figure.settings.items()}):
        drawn = Canvas(figure).drawn
        if kind == "frame":  # all of one size
            return saved(drawn, "png", dpi=100, bbox_inches=None)
        return saved(drawn, kind, **({"dpi": 100} if kind == "png" else {}))


def draw_frames(figures: Sequence[Figure]) -> bytes:
    """The frames of an animation as a GIF that begins anew. Raises ImportError where Pillow is missing."""
    from io import BytesIO

    from PIL import Image

    frames = [Image.open(BytesIO(draw_figure(figure, "frame"))).convert("RGB") for figure in figures]
    if not frames:
        raise ValueError("an animation needs frames")
    file = BytesIO()
    pause = max(20, round(figures[0].pause))
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=pause, loop=0)
    return file.getvalue()


class Canvas:
    """A figure of Matplotlib's, and what became of each call."""

    def __init__(self, figure: Figure) -> None:
        from matplotlib.figure import Figure as Real

        self.drawn = Real(figsize=figure.size, layout="constrained")
        self.made: dict[int, Any] = {}
        """By the identity of calls, axes and shapes."""
        self.bars: dict[int, Any] = {}
        """Bars of colours, by the identity of their axes."""
        self.later: list[tuple[Any, Axes, Call]] = []
        for axes in figure.axes:
            drawn = self.made[id(axes)] = self._new_axes(axes)
            for call in axes.calls:
                if call.name in _LATER:
                    self.later.append((drawn, axes, call))
                else:
                    self._draw(drawn, axes, call)
        for drawn, axes, call in self.later:
            self._draw(drawn, axes, call)
        for call in figure.calls:
            getattr(self.drawn, call.name)(*_texts(call), **_options(call))

    def _new_axes(self, axes: Axes) -> Any:
        made = axes.made
        if made is None or (made.name != "colorbar" and id(made.args[0]) not in self.made):
            look: dict[str, Any] = {"projection": axes.look} if axes.look else {}
            if len(axes.place) == 4:
                return self.drawn.add_axes(axes.place, **look)
            return self.drawn.add_subplot(*axes.place, **look)
        if made.name == "colorbar":
            self.bars[id(axes)] = self.drawn.colorbar(
                self.found(made.args[0]), ax=[self.made[id(each)] for each in made.args[1]], **_options(made)
            )
            return self.bars[id(axes)].ax
        parent = self.made[id(made.args[0])]
        if made.name in SHARING:
            return getattr(parent, made.name)()
        if made.name == "inset_axes":
            return parent.inset_axes(made.args[1], **_options(made))
        where, table = made.args[1:]
        scales = None if table is None else (_scale(*table), _scale(*reversed(table)))
        return getattr(parent, made.name)(where, **({} if scales is None else {"functions": scales}))

    def found(self, what: Any) -> Any:
        """What Matplotlib drew for a program's value."""
        if isinstance(what, Made):
            return build(what)
        if isinstance(what, Shape):
            return self.made.get(id(what)) or self.shape(what)
        found = self.made[id(what.call)]
        if isinstance(what, Bars):
            for k in what.path:
                found = found[k]
            return found
        if what.call.name == "hist2d":
            return found[3]
        return found[0] if isinstance(found, list) else found

    def shape(self, what: Shape) -> Any:
        """A shape or a line that stands by itself, made anew."""
        from matplotlib import lines, patches

        maker = lines.Line2D if what.kind == "Line2D" else getattr(patches, what.kind)
        if what.kind not in SHAPES:
            raise ValueError(f"{what.kind} isn't drawn")
        return maker(*coloured(what.values), **{key: _words_or(key, each) for key, each in what.options.items()})

    def _draw(self, drawn: Any, axes: Axes, call: Call) -> None:
        name = call.name
        if name in ("add_patch", "add_line"):
            shape = self.made[id(call.args[0])] = self.shape(call.args[0])
            getattr(drawn, name)(shape)
            drawn.autoscale_view()
        elif name == "share":
            if id(call.args[1]) in self.made:
                getattr(drawn, f"share{call.args[0]}")(self.made[id(call.args[1])])
        elif name == "add_collection":
            from matplotlib import collections

            kind, parts, given = call.args[0]
            if kind in COLLECTIONS:
                each = [self.shape(part) for part in parts] if kind == "PatchCollection" else parts
                made = self.made[id(call)] = getattr(collections, kind)(
                    each, **{k: coloured(v) for k, v in given.items()}
                )
                drawn.add_collection(made)
                drawn.autoscale_view()
        elif name == "colorbar":
            self.bars[id(axes)] = self.drawn.colorbar(self.found(call.args[0]), cax=drawn, **_options(call))
        elif name == "bar_of_colours" and call.args[0] in OF_BARS:
            getattr(self.bars[id(axes)], call.args[0])(*_words(list(call.args[1])), **_options(call))
        elif name == "piece" and call.args[1] in OF_PIECES:
            target = self.made[id(call.args[0].of.call)]
            for k in call.args[0].path:
                target = target[k]
            getattr(target, call.args[1])(*_words(list(call.args[2])), **_options(call))
        elif name == "bar_label":
            self.made[id(call)] = drawn.bar_label(self.found(call.args[0]), **_options(call))
        elif name == "indicate_inset_zoom":
            drawn.indicate_inset_zoom(self.made[id(call.args[0])], **_options(call))
        elif name == "legend" and call.args and isinstance(call.args[0], list) and not _is_words(call.args[0]):
            handles, labels = call.args
            words = {} if labels is None else {"labels": _words(labels)}
            drawn.legend(handles=[self.found(each) for each in handles], **words, **_options(call))
        elif name == "clabel":
            drawn.clabel(self.made[id(call.args[0])], *call.args[1:], **_options(call))
        elif name == "ticks" and call.args[2] in TICKERS:
            from matplotlib import ticker

            part, what, way, given = call.args
            getattr(getattr(drawn, part), what)(getattr(ticker, way)(*given, **call.options))
        elif name == "part":
            part, what, given = call.args
            if what in OF_PARTS:
                getattr(drawn.spines[part] if part in SIDES else getattr(drawn, part), what)(*given, **call.options)
        elif name in NAMES:
            options = _options(call)
            if isinstance(options.get("transform"), Measure):
                measure = options["transform"].name
                options["transform"] = getattr(self.drawn if measure == "transFigure" else drawn, measure)
            self.made[id(call)] = getattr(drawn, name)(*_texts(call), **options)


#: Calls that may name what other axes draw.
_LATER = frozenset(("legend", "colorbar", "bar_of_colours", "piece", "bar_label", "indicate_inset_zoom"))


def _is_words(value: list[Any]) -> bool:
    return all(isinstance(each, str) for each in value)


def _scale(at: np.ndarray, there: np.ndarray) -> Any:
    """A function of a scale from its values at places, straight between them and beyond."""
    order = np.argsort(at)
    at, there = at[order], there[order]

    def scaled(x: Any) -> Any:
        x = np.asarray(x, float)
        k = np.clip(np.searchsorted(at, x) - 1, 0, len(at) - 2)
        return there[k] + (x - at[k]) * (there[k + 1] - there[k]) / (at[k + 1] - at[k])

    return scaled


def _texts(call: Call) -> tuple[Any, ...]:
    """Arguments for Matplotlib, where a $ would begin a formula."""
    return tuple(_words(a) for a in call.args)


def _words(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    return [_words(each) for each in value] if isinstance(value, list) else coloured(value)


def _words_or(key: str, value: Any) -> Any:
    return _words(value) if key in ("label", "title", "labels") else coloured(value)


def _options(call: Call) -> dict[str, Any]:
    found = {name: _words_or(name, v) for name, v in call.options.items()}
    if call.name == "grid":
        found = found if call.args[0] else {}
    return found


def coloured(value: Any) -> Any:
    """A value for Matplotlib: colours of a map as numbers, norms and maps as its own."""
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


__all__ = ["Artist", "Piece", "coloured", "draw_figure"]
