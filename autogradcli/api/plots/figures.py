"""Figures, their axes, and what was drawn in them: as data, in the order of the calls."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, NamedTuple, SupportsIndex, cast

import numpy as np

from ...engine.tensor import Tensor
from ...numerics.naming import shown_as
from ..arrays.values import NumPyScalar
from .defaults import DEFAULTS
from .made import Cycle

#: Figures that are open, axes of one, calls of one of these, and numbers in all that is open.
MOST_FIGURES, MOST_AXES, MOST_CALLS, MOST_HELD = 50, 100, 20_000, 1 << 22

#: What makes axes in the place of others.
SHARING = ("twinx", "twiny")

#: The colours of lines, unless a program says otherwise.
_CODES = "1f77b4 ff7f0e 2ca02c d62728 9467bd 8c564b e377c2 7f7f7f bcbd22 17becf"
TAB10 = Cycle(
    "cycler", "cycler", (), {"color": [tuple(each / 255 for each in bytes.fromhex(code)) for code in _CODES.split()]}
)


class Call(NamedTuple):
    """One call that draws, of data alone: arrays, numbers, texts."""

    name: str
    args: tuple[Any, ...]
    options: dict[str, Any]


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
        self.call = Call(old.name, old.args if args is None else args, {**old.options, **options})
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
    """Bars, one after another: what ``bar``, ``barh`` and ``hist`` drew."""

    __slots__ = ("path",)

    def __init__(self, call: Call, axes: Axes | None = None, path: tuple[Any, ...] = ()) -> None:
        super().__init__(call, axes)
        self.path = path
        """Where the bars are in what Matplotlib's call gives."""

    def __len__(self) -> int:
        if self.call.name == "hist":
            return len(self.call.options["bins"]) - 1
        return len(self.call.args[0])

    def __iter__(self) -> Iterator[Piece]:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        if type(index) is slice:
            return [self[k] for k in range(*index.indices(len(self)))]
        k = operator.index(whole_index(index))
        if not -len(self) <= k < len(self):
            raise IndexError("tuple index out of range")
        return Piece(self, (*self.path, k % len(self)))

    def __repr__(self) -> str:
        return f"<BarContainer object of {len(self)} artists>"


@shown_as("matplotlib.patches.Patch")
class Piece:
    """One of the parts that a call drew: a bar, a box, a text."""

    __slots__ = ("of", "path")

    def __init__(self, of: Artist, path: tuple[Any, ...]) -> None:
        self.of, self.path = of, path

    def __repr__(self) -> str:
        return f"<matplotlib.patches.Patch object at 0x{id(self):x}>"


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
    __slots__ = ("calls", "figure", "look", "made", "place")

    def __init__(self, figure: Figure, place: tuple[float, ...], look: str = "") -> None:
        self.figure = figure
        self.place = place
        """Rows, columns, and which of them, from 1; or four parts of the figure: left, bottom, width, height."""
        self.look = look
        """What Matplotlib calls a projection: ``3d``, ``polar``, or nothing."""
        self.made: Call | None = None
        """What made them of other axes or of a bar of colours, where something did: ``twinx``, ``inset_axes``."""
        self.calls: list[Call] = []

    def __repr__(self) -> str:
        title = next((c.args[0] for c in reversed(self.calls) if c.name == "set_title"), "")
        return "<Axes: " + (f"title={{'center': {title!r}}}" if title else "") + ">"

    @property
    def solid(self) -> bool:
        """Whether they have three dimensions."""
        return self.look == "3d"

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
    __slots__ = ("axes", "calls", "name", "number", "pause", "plots", "settings", "size", "styles")

    def __init__(self, plots: Plots, number: int, size: tuple[float, float]) -> None:
        self.plots = plots
        self.number = number
        self.size = size
        """In inches."""
        self.name = ""
        self.pause = 0.0
        """Milliseconds for which it is seen, where it is a frame of an animation."""
        self.axes: list[Axes] = []
        self.calls: list[Call] = []
        self.styles: tuple[str, ...] = ()
        self.settings: dict[str, Any] = {}
        """What ``rcParams`` said when axes were made last, where that isn't Matplotlib's own."""

    def __repr__(self) -> str:
        return f"<Figure size {self.size[0] * 100:.0f}x{self.size[1] * 100:.0f} with {len(self.axes)} Axes>"

    def add_axes(self, *place: Any, look: str = "") -> Axes:
        """The axes of that place; they are made where there are none."""
        found = next((axes for axes in self.axes if axes.place == place and axes.made is None), None)
        if found is None or found.look != look:
            found = self.new_axes(place, look)
        self.plots.axes = found
        return found

    def new_axes(self, place: tuple[float, ...], look: str = "") -> Axes:
        if len(self.axes) >= MOST_AXES:
            raise MemoryError(f"a figure has at most {MOST_AXES} axes")
        found = Axes(self, place, look)
        self.styles, self.settings = tuple(self.plots.styles), self.plots.changed()
        self.axes.append(found)
        return found

    def last(self) -> Axes | None:
        """The axes that were made last, bars of colours and insets aside."""
        return next((each for each in reversed(self.axes) if each.made is None or each.made.name in SHARING), None)

    def add(self, call: Call) -> None:
        if len(self.calls) >= MOST_CALLS:
            raise MemoryError(f"more than {MOST_CALLS:,} calls change this figure")
        self.calls.append(call)


#: Settings that are used when a figure is drawn; others, such as how a PDF holds its fonts, are kept and no more.
SETTINGS = frozenset((*DEFAULTS, "axes.prop_cycle"))


def setting(key: str, value: Any) -> Any:
    """A value of ``rcParams`` as data, of the kind of Matplotlib's own. Raises ValueError for another kind."""
    usual = DEFAULTS.get(key)
    if type(value) is Cycle or value is None or type(value) is bool:
        return value
    if type(value) in (int, float):
        return float(value) if type(usual) is float else value
    if type(value) is str:
        return value[:1000]
    if type(value) in (list, tuple) and all(type(each) in (int, float, str) for each in value):
        numbers = type(usual) is list and all(type(each) is float for each in usual)
        return [float(each) if numbers and type(each) is not str else each for each in value[:1000]]
    raise ValueError(f"Key {key}: {type(value).__name__} objects are no settings")


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
        self.settings: dict[str, Any] = {**DEFAULTS, "axes.prop_cycle": TAB10}
        """``rcParams``."""
        self.styles: list[str] = []
        """Styles of Matplotlib's that are in use."""

    def changed(self) -> dict[str, Any]:
        """The settings that a program made."""
        return {
            key: setting(key, value)
            for key, value in self.settings.items()
            if value is not TAB10 and key in SETTINGS and DEFAULTS.get(key) != value
        }

    @staticmethod
    def is_drawing(value: Any) -> bool:
        """Whether a value is what a call that draws gives, which nobody wants to read."""
        each = list(value.values()) if type(value) is dict else value if type(value) in (list, tuple) else (value,)
        flat = [one[0] if type(one) is list and one else one for one in each[:4]]
        return any(type(one) in DRAWINGS for one in flat)

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
        self.axes = found.last()
        return found

    def figure(self) -> Figure:
        """The current one; a new one where none is open."""
        return self.figures.get(self.last) or self.new(
            tuple(setting("figure.figsize", self.settings.get("figure.figsize", SIZE)))
        )

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
            self.axes = last.last() if last is not None else None
        if not self.figures:
            self.held = 0


#: Inches of a figure, where a program says nothing.
SIZE = (6.4, 4.8)

#: Kinds of values that calls which draw give.
DRAWINGS: list[type] = [Artist, Bars, Piece, Axes, Figure, AxesGrid, Shape]
