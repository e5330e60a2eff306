"""Parts of pictures that a program changes: what it drew, frames and axes' scales; and what is about windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from ..tensor.attributes import array_value
from . import drawing
from .figures import Artist, Axes, AxesGrid, Call, Figure, Measure
from .further import plain_value
from .plain_data import between, numbers, pair, text, texts
from .pyplot import PYPLOT, plots


@shown_as("matplotlib.spines.Spine")
class Part:
    """A side of the frame of axes, or one of their scales."""

    __slots__ = ("axes", "name")

    def __init__(self, axes: Axes, name: str) -> None:
        self.axes = axes
        self.name = name

    def __repr__(self) -> str:
        return f"<matplotlib.spines.Spine object at 0x{id(self):x}>"


#: What parts can be told, in Matplotlib's names.
OF_PARTS = frozenset(
    (
        *("set_visible", "set_color", "set_linewidth", "set_position", "set_label_position", "set_ticks_position"),
        *("set_ticks", "set_ticklabels", "set_label_text", "set_inverted", "tick_top", "tick_bottom", "tick_left"),
        *("tick_right", "set_tick_params", "grid", "set_alpha"),
    )
)
#: Parts of the axes, and data.
MEASURES = ("transAxes", "transData")
SIDES = ("left", "right", "bottom", "top")


def _told(name: str) -> Any:
    def tell(part: Value, *args: Value, **kwargs: Value) -> None:
        if type(part) is not Part:
            raise TypeError(f"a part of axes is needed, not {type(part).__name__}")
        given = tuple(plain_value(name, "", value) for value in args)
        named = {key: plain_value(name, key, value) for key, value in kwargs.items()}
        part.axes.add(Call("part", (part.name, name, given), named))

    return tell


def _axes(value: Any) -> Axes:
    if type(value) is not Axes:
        raise TypeError(f"axes are needed, not {type(value).__name__}")
    return value


def _part(name: str) -> Callable[[Any], Part]:
    return lambda axes: Part(_axes(axes), name)


def _measure(name: str) -> Callable[[Any], Measure]:
    return lambda axes: Measure(name)


def _spines(axes: Any) -> dict[str, Part]:
    return {side: Part(axes, side) for side in SIDES}


def _artist(value: Any) -> Artist:
    if type(value) is not Artist:
        raise TypeError(f"what was drawn is needed, not {type(value).__name__}")
    return value


def set_data(self: Value, *args: Value) -> None:
    """Draw other points: x and y of a line, or the numbers of an image."""
    made = _artist(self)
    made.change(tuple(numbers("set_data", each) for each in args))


def set_xdata(self: Value, x: Value) -> None:
    """Draw a line through other x."""
    made = _artist(self)
    made.change((numbers("set_xdata", x), *made.call.args[1:]))


def set_ydata(self: Value, y: Value) -> None:
    """Draw a line through other y."""
    made = _artist(self)
    made.change((made.call.args[0], numbers("set_ydata", y), *made.call.args[2:]))


def _get_data(self: Value) -> Any:
    return tuple(array_value(each) for each in _artist(self).call.args[:2])


def _set(self: Value, **kwargs: Value) -> None:
    made = _artist(self)
    made.change(
        **drawing.options_of(made.call.name, kwargs) if made.call.name in drawing.OPTIONS else kwargs_of(kwargs)
    )


def kwargs_of(given: dict[str, Any]) -> dict[str, Any]:
    return {key: plain_value("set", key, value) for key, value in given.items()}


def _setter(name: str) -> Any:
    def change(self: Value, value: Value) -> None:
        _set(self, **{name: value})

    return change


def _getter(name: str) -> Any:
    return lambda self: _artist(self).call.options.get(name)


def _remove(self: Value) -> None:
    """Draw it no more."""
    _artist(self).remove()


def _clear(axes: Value) -> None:
    """Forget what was drawn in these axes."""
    if type(axes) is Axes:
        axes.calls.clear()


def cla() -> None:
    """Forget what was drawn in the current axes."""
    plots().current().calls.clear()


def sca(ax: Value) -> None:
    """Draw in these axes from now on."""
    if type(ax) is not Axes:
        raise TypeError(f"axes are needed, not {type(ax).__name__}")
    plots().axes, plots().last = ax, ax.figure.number


def _beside(axes: Any, which: str) -> Axes:
    if type(axes) is not Axes:
        raise TypeError(f"axes are needed, not {type(axes).__name__}")
    made = axes.figure.new_axes(axes.place)
    made.made = Call(which, (axes,), {})
    plots().axes = made
    return made


def twinx(ax: Value = None) -> Axes:
    """Other axes in the same place, which share the x axis."""
    return _beside(plots().current() if ax is None else ax, "twinx")


def twiny(ax: Value = None) -> Axes:
    """Other axes in the same place, which share the y axis."""
    return _beside(plots().current() if ax is None else ax, "twiny")


def ion() -> None:
    """Nothing: no window is open while a program runs."""


def ioff() -> None:
    """Nothing: no window is open while a program runs."""


def isinteractive() -> bool:
    """False."""
    return False


def pause(interval: Value) -> None:
    """Nothing, and at once: no window is open while a program runs."""
    between(0, 1e9)("pause", interval)


def draw() -> None:
    """Nothing: ``show()`` shows figures."""


def subplots_adjust(
    left: Value = None, bottom: Value = None, right: Value = None, top: Value = None, wspace: Value = None,
    hspace: Value = None,
) -> None:  # fmt: skip
    """Nothing: pictures are laid out tightly anyhow."""


def _laid_out(self: Value, *args: Value, **kwargs: Value) -> None:
    """Nothing: pictures are laid out tightly anyhow."""


def _ticks(axis: str) -> Any:
    def ticks(ticks: Value = None, labels: Value = None, **kwargs: Value) -> None:
        axes = plots().current()
        if ticks is not None:
            words = () if labels is None else (texts(f"{axis}ticks", list(labels)),)
            drawing.draw(axes, f"set_{axis}ticks", (ticks, *words), {})
        if kwargs:
            known = {"rotation": "labelrotation", "fontsize": "labelsize", "size": "labelsize", "color": "colors"}
            meant = {known[key]: value for key, value in kwargs.items() if key in known}
            if meant:
                drawing.draw(axes, "tick_params", (), {"axis": axis, **meant})

    ticks.__doc__ = f"Where the {axis} axis has ticks, and what stands there."
    return ticks


def _limits(name: str) -> Any:
    def get(axes: Value) -> tuple[float, float]:
        axes = _axes(axes)
        found = next((c.args for c in reversed(axes.calls) if c.name == f"set_{name}"), None)
        if found is None or None in found:
            raise NotImplementedError(
                f"get_{name}() knows limits that set_{name}() has set: others are found when drawing"
            )
        return found[0], found[1]

    return get


def _inches(self: Value) -> Any:
    """How wide and high it is."""
    return array_value(np.array(self.size)) if type(self) is Figure else _laid_out(self)


def _resized(self: Value, w: Value, h: Value = None, forward: Value = True) -> None:
    """Make the figure so wide and high, in inches."""
    if type(self) is not Figure:
        raise TypeError(f"a figure is needed, not {type(self).__name__}")
    self.size = pair(0.5, 50)("set_size_inches", w if h is None else (w, h))


def figtext(x: Value, y: Value, s: Value, **kwargs: Value) -> None:
    """A text somewhere in the current figure."""
    _figure_text(plots().figure(), x, y, s, **kwargs)


def _figure_text(self: Value, x: Value, y: Value, s: Value, **kwargs: Value) -> None:
    if type(self) is not Figure:
        raise TypeError(f"a figure is needed, not {type(self).__name__}")
    at = tuple(between(-10, 10)("text", each) for each in (x, y))
    self.add(Call("text", (*at, text("text", s)), kwargs_of(dict(kwargs))))


@shown_as("matplotlib.ticker.Locator")
class Ticks:
    """Where an axis has ticks, or how they are written: one of Matplotlib's ways, with numbers and texts."""

    __slots__ = ("args", "named", "way")

    def __init__(self, way: str, args: tuple[Any, ...], named: dict[str, Any]) -> None:
        self.way, self.args, self.named = way, args, named

    def __repr__(self) -> str:
        return f"<matplotlib.ticker.{self.way} object at 0x{id(self):x}>"


#: Ways of Matplotlib's module ``ticker`` that take numbers and texts alone.
TICKERS = (
    "AutoLocator", "AutoMinorLocator", "FixedLocator", "LinearLocator", "LogLocator", "MaxNLocator", "MultipleLocator",
    "NullLocator", "FixedFormatter", "FormatStrFormatter", "NullFormatter", "PercentFormatter", "ScalarFormatter",
)  # fmt: skip
_BY_TICKS = ("set_major_locator", "set_minor_locator", "set_major_formatter", "set_minor_formatter")


def _ticker(way: str) -> Any:
    def make(*args: Value, **kwargs: Value) -> Ticks:
        return Ticks(way, tuple(plain_value(way, "nbins", each) for each in args), kwargs_of(dict(kwargs)))

    make.__doc__ = f"Matplotlib's {way}."
    return make


def _ticked(name: str) -> Any:
    def tell(part: Value, ticks: Value) -> None:
        if type(part) is not Part:
            raise TypeError(f"a part of axes is needed, not {type(part).__name__}")
        if type(ticks) is str:
            ticks = Ticks("FormatStrFormatter", (text(name, ticks),), {})
        if type(ticks) is Ticks:  # a function that writes them is the program's: it is not called when a file is drawn
            part.axes.add(Call("ticks", (part.name, name, ticks.way, ticks.args), ticks.named))

    return tell


def setp(obj: Value, *args: Value, **kwargs: Value) -> None:
    """Draw what was drawn in another way; texts of a legend stay as they are."""
    for each in obj if type(obj) in (list, tuple) else [obj]:
        if type(each) is Artist:
            _set(each, **kwargs)


def _texts_of(legend: Value) -> list[Any]:
    """No texts: they are drawn with the legend."""
    return []


def get_backend() -> str:
    """``'agg'``: what draws into files, and opens no window."""
    return "agg"


def imread(*args: Value, **kwargs: Value) -> None:
    """Refused: programs reach no files."""
    raise NotImplementedError("imread() isn't here: programs here reach no files")


def imsave(*args: Value, **kwargs: Value) -> None:
    """Refused: ``imshow`` and ``savefig`` draw into the folder that ``--plots DIR`` names."""
    raise NotImplementedError("imsave() isn't here: plt.imshow() and plt.savefig() draw into the folder of --plots DIR")


def _solid_axes(fig: Value, *args: Value, **kwargs: Value) -> Axes:
    """Axes in three dimensions that fill a figure."""
    if type(fig) is not Figure:
        raise TypeError(f"a figure is needed, not {type(fig).__name__}")
    return fig.add_axes(1, 1, 1, look="3d")


def _method(kind: type, name: str, call: Any) -> None:
    made = PythonFunction(name, renamed(call, f"{kind.__name__}.{name}"), kind.__name__)
    attributes_of(kind)[name] = Method(made, call.__doc__ or "")


def _name_of(figure: Value) -> str:
    """The name that it was made with."""
    if type(figure) is not Figure:
        raise TypeError(f"a figure is needed, not {type(figure).__name__}")
    return str(figure.name)


def _register() -> None:
    table = namespace(PYPLOT)
    for function in (
        cla, sca, twinx, twiny, setp, ion, ioff, isinteractive, pause, draw, subplots_adjust, figtext, imread,
        imsave,
    ):  # fmt: skip
        table[function.__name__] = PythonFunction(function.__name__, renamed(function, function.__name__), PYPLOT)
    for axis in ("x", "y"):
        table[f"{axis}ticks"] = PythonFunction(f"{axis}ticks", renamed(_ticks(axis), f"{axis}ticks"), PYPLOT)
    for place in (PYPLOT, "matplotlib"):
        namespace(place)["get_backend"] = PythonFunction("get_backend", get_backend, place)
    namespace("matplotlib")["__version__"] = "3.11.2"
    for name in ("clear", "cla"):
        _method(Axes, name, _clear)
    for name, call in (
        ("twinx", twinx),
        ("twiny", twiny),
        ("get_xlim", _limits("xlim")),
        ("get_ylim", _limits("ylim")),
    ):
        _method(Axes, name, call)
    of_axes = attributes_of(Axes)
    of_axes["spines"] = Property(_spines, doc="The four sides of the frame, by name.")
    for axis in ("xaxis", "yaxis", "zaxis"):
        of_axes[axis] = Property(_part(axis), doc="The scale of an axis.")
        of_axes[f"get_{axis}"] = Method(_part(axis), "The scale of an axis.")
    for measure in MEASURES:
        of_axes[measure] = Property(_measure(measure), doc="What numbers of a place mean.")
    of_axes["get_figure"] = Method(lambda axes: _axes(axes).figure, "The figure that they are in.")
    for way in TICKERS:
        namespace("matplotlib.ticker")[way] = PythonFunction(way, renamed(_ticker(way), way), "matplotlib.ticker")
    for name in _BY_TICKS:
        _method(Part, name, _ticked(name))
    attributes_of(Artist)["get_texts"] = Method(_texts_of, _texts_of.__doc__ or "")
    attributes_of(Artist)["legend_handles"] = Property(_texts_of, doc="None: they are drawn with the legend.")
    for name in sorted(OF_PARTS):
        _method(Part, name, _told(name))
    for name, call in (
        ("set_data", set_data), ("set_xdata", set_xdata), ("set_ydata", set_ydata),
        ("set", _set), ("remove", _remove), ("get_data", _get_data),
    ):  # fmt: skip
        _method(Artist, name, call)
    for name in ("color", "label", "alpha", "linewidth", "linestyle", "marker", "markersize", "zorder", "visible"):
        _method(Artist, f"set_{name}", _setter(name))
        attributes_of(Artist)[f"get_{name}"] = Method(_getter(name), "How it is drawn.")
    for name, call in (
        ("subplots_adjust", _laid_out), ("autofmt_xdate", _laid_out), ("set_size_inches", _resized),
        ("get_size_inches", _inches),
        ("text", _figure_text), ("align_labels", _laid_out), ("set_tight_layout", _laid_out),
    ):  # fmt: skip
        _method(Figure, name, call)
    _method(Figure, "get_label", _name_of)
    attributes_of(Figure)["canvas"] = Property(lambda figure: figure, doc="The figure: there is no window.")
    for name in ("draw", "draw_idle", "flush_events"):
        _method(Figure, name, _laid_out)
    attributes_of(AxesGrid)["T"] = Property(_turned, doc="Columns as rows.")
    solid = namespace("mpl_toolkits.mplot3d")
    solid["Axes3D"] = PythonFunction("Axes3D", renamed(_solid_axes, "Axes3D"), "mpl_toolkits.mplot3d")
    namespace("mpl_toolkits.mplot3d.axes3d")["Axes3D"] = solid["Axes3D"]


def _turned(grid: Any) -> AxesGrid:
    numbered = np.arange(len(grid.cells)).reshape(grid.shape).T
    return AxesGrid([grid.cells[k] for k in numbered.reshape(-1).tolist()], numbered.shape)


_register()
