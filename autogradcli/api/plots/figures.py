"""Figures, their axes, and what was drawn in them: as data, in the order of the calls."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, NamedTuple, SupportsIndex, cast

import numpy as np

from ...engine.tensor import Tensor
from ...numerics.naming import shown_as
from ..arrays.values import NumPyScalar

#: Figures that are open, axes of one, calls of one of these, and numbers in all that is open.
MOST_FIGURES, MOST_AXES, MOST_CALLS, MOST_HELD = 50, 100, 20_000, 1 << 22


class Call(NamedTuple):
    """One call that draws, of data alone: arrays, numbers, texts."""

    name: str
    args: tuple[Any, ...]
    options: dict[str, Any]
    first: Any = None
    """The call in whose place it stands, where the program has changed what was drawn."""

    @property
    def key(self) -> int:
        """The same for a call and for those that took its place."""
        return id(self if self.first is None else self.first)


@shown_as("matplotlib.colors.Colour")
class Tone:
    """A colour of a map."""

    __slots__ = ("at", "map", "parts", "whole")

    def __init__(self, map: str, parts: int | None, at: float, whole: bool) -> None:
        self.map, self.parts, self.at, self.whole = map, parts, at, whole

    def __repr__(self) -> str:
        return f"{self.map}({int(self.at) if self.whole else self.at})"


@shown_as("matplotlib.colors.Colours")
class Tones:
    """Colours of a map, one after another."""

    __slots__ = ("each",)

    def __init__(self, each: list[Tone]) -> None:
        self.each = each

    def __len__(self) -> int:
        return len(self.each)

    def __iter__(self) -> Iterator[Tone]:
        return iter(self.each)

    def __getitem__(self, index: Any) -> Tone | Tones:
        if type(index) is slice:
            return Tones(self.each[index])
        if type(index) is not int:
            raise IndexError("only whole numbers and slices are valid indices of colours")
        return self.each[index]

    def __repr__(self) -> str:
        return repr(self.each)


@shown_as("matplotlib.artist.Artist")
class Artist:
    """What was drawn: a value that a program may keep, and change."""

    __slots__ = ("axes", "call")

    def __init__(self, call: Call, axes: Axes | None = None) -> None:
        self.call = call
        self.axes = axes

    def change(self, args: tuple[Any, ...] | None = None, **options: Any) -> None:
        """Draw other values, or draw them in another way."""
        old = self.call
        first = old if old.first is None else old.first
        self.call = Call(old.name, old.args if args is None else args, {**old.options, **options}, first)
        if self.axes is not None:
            self.axes.calls[:] = [self.call if each is old else each for each in self.axes.calls]
            if args is not None:
                self.axes.figure.plots.hold(self.call)

    def remove(self) -> None:
        """Draw it no more."""
        if self.axes is not None:
            self.axes.calls[:] = [each for each in self.axes.calls if each is not self.call]

    def __repr__(self) -> str:
        return f"<matplotlib.artist.Artist object at 0x{id(self):x}>"


@shown_as("matplotlib.container.BarContainer")
class Bars(Artist):
    """Bars, each of which can be asked and coloured."""

    __slots__ = ()

    def __len__(self) -> int:
        return len(self.call.args[1])

    def __iter__(self) -> Iterator[Bar]:
        return (Bar(self, k) for k in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index] if type(index) is slice else Bar(self, range(len(self))[whole_index(index)])

    def __repr__(self) -> str:
        return f"<BarContainer object of {len(self)} artists>"


@shown_as("matplotlib.patches.Rectangle")
class Bar:
    """One of some bars."""

    __slots__ = ("bars", "index")

    def __init__(self, bars: Bars, index: int) -> None:
        self.bars, self.index = bars, index

    def sizes(self) -> tuple[float, float, float, float]:
        """Left, bottom, width and height."""
        (xs, heights), options = self.bars.call.args[:2], self.bars.call.options
        at = self.index
        x = float(at) if isinstance(xs, list) else float(xs[at])
        length = _one_of(options.get("width", options.get("height", 0.8)), at)
        base = _one_of(options.get("bottom", options.get("left", 0.0)), at)
        start = x if options.get("align") == "edge" else x - length / 2
        return (start, base, length, float(heights[at])) if self.bars.call.name == "bar" else (
            base, start, float(heights[at]), length)  # fmt: skip

    def paint(self, key: str, value: Any) -> None:
        """Give it a colour of its own."""
        known = self.bars.call.options.get(key, "C0")
        each = list(known) if isinstance(known, list) and len(known) == len(self.bars) else [known] * len(self.bars)
        each[self.index] = value
        options: dict[str, Any] = {key: each}
        self.bars.change(None, **options)

    def __repr__(self) -> str:
        left, bottom, width, height = self.sizes()
        return f"Rectangle(xy=({left:g}, {bottom:g}), width={width:g}, height={height:g}, angle=0)"


def _one_of(given: Any, at: int) -> float:
    found = np.asarray(given, float).reshape(-1)
    return float(found[at if found.size > 1 else 0])


@shown_as("matplotlib.patches.Patch")
class Shape:
    """A shape that isn't drawn yet."""

    __slots__ = ("kind", "options", "values")

    def __init__(self, kind: str, values: tuple[Any, ...], options: dict[str, Any]) -> None:
        self.kind, self.values, self.options = kind, values, options

    def __repr__(self) -> str:
        return f"<matplotlib.patches.{self.kind} object at 0x{id(self):x}>"


@shown_as("matplotlib.transforms.Transform")
class Measure:
    """What the numbers of a place mean: parts of the axes, parts of the figure, or data."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<matplotlib.transforms.Transform object at 0x{id(self):x}>"


@shown_as("matplotlib.axes._axes.Axes")
class Axes:
    __slots__ = ("beside", "calls", "figure", "key", "place", "solid")

    def __init__(self, figure: Figure, place: tuple[float, ...], solid: bool = False) -> None:
        self.figure = figure
        self.place = place
        """Rows, columns, and which of them, from 1; or four parts of the figure: left, bottom, width, height."""
        self.solid = solid
        """Whether they have three dimensions."""
        self.beside: tuple[Any, ...] | None = None
        """Axes whose x or y these share, or in which they stand: the axes, how, and where."""
        self.calls: list[Call] = []
        self.key = self
        """Itself; of a copy for an animation the axes that it is a copy of."""

    def __repr__(self) -> str:
        title = next((c.args[0] for c in reversed(self.calls) if c.name == "set_title"), "")
        return "<Axes: " + (f"title={{'center': {title!r}}}" if title else "") + ">"

    def add(self, call: Call) -> None:
        if len(self.calls) >= MOST_CALLS:
            raise MemoryError(f"more than {MOST_CALLS:,} calls draw in these axes")
        self.figure.plots.hold(call)
        self.calls.append(call)


def whole_index(index: Any) -> Any:
    """A tensor or a number of NumPy's as the whole number that it is; all else as it is."""
    return operator.index(cast(SupportsIndex, index)) if isinstance(index, (Tensor, NumPyScalar)) else index


@shown_as("matplotlib.axes.AxesArray")
class AxesGrid:
    """What ``subplots(2, 2)`` gives: an array of axes."""

    __slots__ = ("cells", "shape")

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, cells: list[Axes], shape: tuple[int, ...]) -> None:
        self.cells = cells
        self.shape = shape

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Axes | AxesGrid]:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, index: Any) -> Axes | AxesGrid:
        places = tuple(map(whole_index, index if type(index) is tuple else (index,)))
        if any(type(k) is slice for k in places):
            return self._part(places)
        if len(places) > len(self.shape):
            raise IndexError(f"too many indices for array: array is {len(self.shape)}-dimensional")
        if not all(type(k) is int for k in places):
            raise IndexError("only integers are valid indices of axes here")
        found, shape = self.cells, self.shape
        for axis, k in enumerate(places):
            if not -shape[0] <= k < shape[0]:
                raise IndexError(f"index {k} is out of bounds for axis {axis} with size {shape[0]}")
            width = len(found) // shape[0]
            found, shape = found[(k % shape[0]) * width : (k % shape[0] + 1) * width], shape[1:]
        return AxesGrid(found, shape) if shape else found[0]

    def _part(self, places: tuple[Any, ...]) -> AxesGrid:
        """Rows and columns of it, as NumPy's slices give them."""
        if len(places) > len(self.shape) or not all(type(k) in (int, slice) for k in places):
            raise IndexError("only integers and slices are valid indices of axes here")
        numbered = np.arange(len(self.cells)).reshape(self.shape)[places]
        return AxesGrid([self.cells[k] for k in numbered.reshape(-1).tolist()], numbered.shape)

    def __repr__(self) -> str:
        return "array([" + ", ".join(map(repr, self)) + "], dtype=object)"


@shown_as("matplotlib.figure.Figure")
class Figure:
    __slots__ = ("axes", "calls", "number", "pause", "plots", "settings", "size", "styles")

    def __init__(self, plots: Plots, number: int, size: tuple[float, float]) -> None:
        self.plots = plots
        self.number = number
        self.size = size
        """In inches."""
        self.axes: list[Axes] = []
        self.calls: list[Call] = []
        self.pause = 0.0
        """Seconds that it is shown, as a part of an animation."""
        self.settings = dict(plots.settings)
        """``rcParams`` and the styles, as they were when it was made."""
        self.styles = tuple(plots.styles)

    def frame(self, pause: float) -> Figure:
        """A copy as it is now, to be shown for some seconds."""
        made = Figure(self.plots, self.number, self.size)
        made.calls, made.pause = list(self.calls), pause
        made.settings, made.styles = self.settings, self.styles
        copies: dict[int, Axes] = {}
        for axes in self.axes:
            copies[id(axes)] = copied = Axes(made, axes.place, axes.solid)
            copied.calls, copied.key = list(axes.calls), axes.key
            if axes.beside is not None:
                copied.beside = (copies.get(id(axes.beside[0]), axes.beside[0]), *axes.beside[1:])
            made.axes.append(copied)
        return made

    def __repr__(self) -> str:
        return f"<Figure size {self.size[0] * 100:.0f}x{self.size[1] * 100:.0f} with {len(self.axes)} Axes>"

    def add_axes(self, *place: float, solid: bool = False) -> Axes:
        """The axes of that place; they are made where there are none."""
        found = next((axes for axes in self.axes if axes.place == place and axes.beside is None), None)
        if found is None or found.solid != solid:
            found = self.new_axes(place, solid)
        self.plots.axes = found
        return found

    def new_axes(self, place: tuple[float, ...], solid: bool = False) -> Axes:
        if len(self.axes) >= MOST_AXES:
            raise MemoryError(f"a figure has at most {MOST_AXES} axes")
        found = Axes(self, place, solid)
        self.axes.append(found)
        return found

    def add(self, call: Call) -> None:
        if len(self.calls) >= MOST_CALLS:
            raise MemoryError(f"more than {MOST_CALLS:,} calls change this figure")
        self.calls.append(call)


class Plots:
    """The figures of one session."""

    __slots__ = ("axes", "figures", "held", "last", "names", "settings", "styles")

    def __init__(self) -> None:
        self.figures: dict[int, Figure] = {}
        self.axes: Axes | None = None
        """Those that ``plt.plot`` draws in."""
        self.held = 0
        self.last = 0
        self.names: dict[str, int] = {}
        """Numbers of figures that have names."""
        self.settings: dict[str, Any] = {}
        """``rcParams``."""
        self.styles: list[str] = []
        """What ``plt.style.use`` has named."""

    @staticmethod
    def is_drawing(value: Any) -> bool:
        """Whether a value is what a call that draws gives, which nobody wants to read."""
        each = value if type(value) in (list, tuple) else (value,)
        return any(type(one) in DRAWINGS for one in each[:4])

    def hold(self, call: Call) -> None:
        self.held += sum(a.size for a in (*call.args, *call.options.values()) if isinstance(a, np.ndarray))
        if self.held > MOST_HELD:
            raise MemoryError(f"more than {MOST_HELD:,} numbers are drawn in figures that are open: plt.close('all')")

    def new(self, size: tuple[float, float], number: int | None = None) -> Figure:
        """A new figure, or the open one of that number, which is current then."""
        found = None if number is None else self.figures.get(number)
        if found is None:
            if len(self.figures) >= MOST_FIGURES:
                raise MemoryError(f"{MOST_FIGURES} figures are open: plt.close('all')")
            number = max(self.figures, default=0) + 1 if number is None else number
            found = self.figures[number] = Figure(self, number, size)
        self.last = found.number
        self.axes = found.axes[-1] if found.axes else None
        return found

    def figure(self) -> Figure:
        """The current one; a new one where none is open."""
        return self.figures.get(self.last) or self.new(SIZE)

    def current(self) -> Axes:
        figure = self.figure()
        return self.axes if self.axes is not None else figure.add_axes(1, 1, 1)

    def close(self, number: int | None) -> None:
        """Forget a figure; None: all."""
        if number is None:
            self.figures.clear()
        else:
            self.figures.pop(number, None)
        if self.last not in self.figures:
            self.last = max(self.figures, default=0)
            last = self.figures.get(self.last)
            self.axes = last.axes[-1] if last is not None and last.axes else None
        if not self.figures:
            self.held = 0


#: Inches of a figure, where a program says nothing.
SIZE = (6.4, 4.8)

#: Classes of what drawing gives.
DRAWINGS: set[type] = {Artist, Bars, Bar, Axes, Figure, AxesGrid, Shape}
