"""``matplotlib.pyplot`` and the methods of figures and axes: a closed table of what can be drawn.

Nothing is drawn here. ``show()`` and ``savefig()`` hand figures to whoever listens to the session (``state.draw``),
who knows the terminal and the folder for pictures.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ...engine.lazy import loader
from ...engine.state import state
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from ..nn.kept_files import name_of_file
from . import drawing
from .cells import Cell
from .defaults import DEFAULTS
from .figures import MOST_AXES, SETTINGS, Axes, AxesGrid, Call, Figure, Plots, setting
from .further import SOLID
from .plain_data import between, numbers, pair, text, whole

PYPLOT = "matplotlib.pyplot"
#: A file's name, perhaps in folders below the one that ``--plots`` names, and no way out of it.
FILE = re.compile(r"(?:\./)?(?:[A-Za-z0-9_\-][A-Za-z0-9_\-. ]{0,99}/){0,8}[A-Za-z0-9_\-][A-Za-z0-9_\-.= ]{0,99}")
KINDS = ("png", "svg", "pdf", "jpg", "jpeg", "eps")
#: What each name of pyplot does to the current axes.
_ON_AXES = {
    **{name: name for name in sorted(drawing.NAMES) if not name.startswith(("set_", "invert_")) and name not in SOLID},
    "title": "set_title", "xlabel": "set_xlabel", "ylabel": "set_ylabel", "xlim": "set_xlim", "ylim": "set_ylim",
    "xscale": "set_xscale", "yscale": "set_yscale",
}  # fmt: skip


def plots() -> Plots:
    """The figures of the session that runs."""
    if state.plots is None:
        for module in (
            "parts",
            "grids",
            "insets",
            "pieces",
            "shapes",
            "settings",
            "animations",
            "colours",
            "reading_back",
        ):  # figures and axes have names of theirs, which nobody asks an index for
            loader.load(f"api.plots.{module}")
        state.plots = Plots()
    found: Plots = state.plots
    return found


def _axes_of(value: Any) -> Axes:
    if type(value) is not Axes:
        raise TypeError(f"axes are needed, not {type(value).__name__}")
    return value


def _figure_of(value: Any) -> Figure:
    if type(value) is not Figure:
        raise TypeError(f"a figure is needed, not {type(value).__name__}")
    return value


def _on_current(name: str) -> Callable[..., Any]:
    def call(*args: Value, **kwargs: Value) -> Any:
        return drawing.draw(plots().current(), name, args, kwargs)

    return call


def _on_given(name: str) -> Callable[..., Any]:
    def call(axes: Value, *args: Value, **kwargs: Value) -> Any:
        return drawing.draw(_axes_of(axes), name, args, kwargs)

    return call


def size_of(figsize: Any, dpi: Any) -> tuple[float, float]:
    if dpi is not None:
        between(10, 1200)("figure", dpi)
    wanted = figsize if figsize is not None else settings().get("figure.figsize")
    size: tuple[float, float] = pair(0.5, 50)("figure", wanted)
    return size


def settings() -> dict[str, Any]:
    """``rcParams`` of the session that runs: how everything is drawn."""
    found: dict[str, Any] = plots().settings
    for key, value in found.items():
        if key in SETTINGS and value is not DEFAULTS.get(key):
            found[key] = setting(key, value)
    return found


def figure(
    num: Value = None, figsize: Value = None, dpi: Value = None, *, facecolor: Value = None, edgecolor: Value = None,
    frameon: Value = True, clear: Value = False, layout: Value = None, tight_layout: Value = None,
    constrained_layout: Value = None,
) -> Figure:  # fmt: skip
    """A new figure, or the open one of that number or name."""
    held = plots()
    if type(num) is str:
        num = held.names.setdefault(text("figure", num), max(held.figures, default=0) + 1)
    named = next((name for name, number in held.names.items() if number == num), "")
    made = held.new(size_of(figsize, dpi), None if num is None else whole(0, 10_000)("figure", num))
    made.name = named
    if clear:
        clf()
    return made


def subplots(
    nrows: Value = 1, ncols: Value = 1, sharex: Value = False, sharey: Value = False, squeeze: Value = True,
    figsize: Value = None, dpi: Value = None, constrained_layout: Value = True, tight_layout: Value = True,
    subplot_kw: Value = None, gridspec_kw: Value = None, layout: Value = None, num: Value = None,
    facecolor: Value = None, width_ratios: Value = None, height_ratios: Value = None,
) -> tuple[Any, ...]:  # fmt: skip
    """A new figure with axes in rows and columns."""
    rows, columns = (whole(1, MOST_AXES)("subplots", n) for n in (nrows, ncols))
    if rows * columns > MOST_AXES:
        raise ValueError(f"a figure has at most {MOST_AXES} axes")
    look = _look("subplots", (subplot_kw if type(subplot_kw) is dict else {}).get("projection"))
    made = plots().new(size_of(figsize, dpi))
    cells = [made.add_axes(rows, columns, k + 1, look=look) for k in range(rows * columns)]
    _shared(cells, columns, sharex, sharey)
    if squeeze is False:
        return made, AxesGrid(cells, (rows, columns))
    shape = tuple(n for n in (rows, columns) if n > 1)
    return made, AxesGrid(cells, shape) if shape else cells[0]


def _place(name: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(args) == 1 and type(args[0]) is Cell:
        return args[0].grid.place(args[0].at)
    if len(args) == 1 and type(args[0]) is int and 111 <= args[0] <= 999:
        args = tuple(map(int, str(args[0])))
    if not args:
        args = (1, 1, 1)
    if len(args) == 3 and type(args[2]) is tuple and len(args[2]) == 2:
        first, last = sorted(_place(name, (*args[:2], each))[2] for each in args[2])
        return (*args[:2], (first, last))
    if len(args) != 3 or not all(type(n) is int for n in args):
        raise ValueError(f"{name}() takes rows, columns and which of them, such as {name}(1, 2, 1)")
    rows, columns, index = args
    if not (rows >= 1 and columns >= 1 and rows * columns <= MOST_AXES and 1 <= index <= rows * columns):
        raise ValueError(f"num must be an integer with 1 <= num <= {rows * columns}, not {index}")
    return rows, columns, index


def _look(name: str, projection: Any) -> str:
    if projection not in (None, "rectilinear", "3d", "polar"):
        raise ValueError(f"{name}() knows the projections '3d' and 'polar' and no other")
    return "" if projection in (None, "rectilinear") else str(projection)


def subplot(*args: Value, projection: Value = None, **kwargs: Value) -> Axes:
    """The axes of a place in the current figure: ``subplot(2, 1, 1)`` or ``subplot(211)``."""
    found = plots().figure().add_axes(*_place("subplot", args), look=_look("subplot", projection))
    _made_with(found, "subplot", kwargs)
    return found


def share(made: Axes, axis: str, other: Axes) -> None:
    """Let axes have the limits and the scale of others."""
    if other is not made and other.figure is made.figure:
        made.add(Call("share", (axis, other), {}))


def _shared(cells: list[Axes], columns: int, sharex: Any, sharey: Any) -> None:
    """Axes of a grid that share a scale by rows, by columns or all; the inner ones have no numbers then. Raises
    ValueError in Matplotlib's words."""
    for axis, way in (("x", sharex), ("y", sharey)):
        way = ("all" if way else "none") if type(way) in (bool, int) else way
        if way not in ("all", "none", "row", "col"):
            known = "'all', 'row', 'col', 'none'"
            raise ValueError(f"{str(way)[:40]!r} is not a valid value for share{axis}; supported values are {known}")
        for k, each in enumerate(cells):
            first = {"all": 0, "row": k - k % columns, "col": k % columns}.get(way)
            if first is None:
                continue
            share(each, axis, cells[first])
            inner = k + columns < len(cells) if axis == "x" else k % columns > 0
            if inner and way in ("all", "col" if axis == "x" else "row"):
                drawing.draw(
                    each, "tick_params", (), {"axis": axis, "labelbottom" if axis == "x" else "labelleft": False}
                )


def _made_with(made: Axes, name: str, given: dict[str, Any]) -> None:
    """Set what new axes were given: what ``set`` takes, and a few that draw nothing."""
    for axis in "xy":
        other = given.pop(f"share{axis}", None)
        if type(other) is Axes:
            share(made, axis, other)
    for key in ("label", "polar", "autoscale_on", "zorder"):
        given.pop(key, None)
    for key, told in (("frameon", "set_frame_on"), ("facecolor", "set_facecolor"), ("fc", "set_facecolor")):
        if key in given:
            drawing.draw(made, told, (given.pop(key),), {})
    try:
        _axes_set(made, **{key: value for key, value in given.items() if value is not None})
    except TypeError as error:
        raise TypeError(str(error).replace("set()", f"{name}()", 1)) from None


def axes(arg: Value = None, projection: Value = None, **kwargs: Value) -> Axes:
    """New axes that fill the figure, or a part of it: ``axes([left, bottom, width, height])``."""
    if type(arg) is Axes:
        plots().axes = arg
        return arg
    if arg is None:
        found = plots().figure().add_axes(1, 1, 1, look=_look("axes", projection))
        _made_with(found, "axes", kwargs)
        return found
    return _add_axes(plots().figure(), arg, projection, **kwargs)


def _add_axes(self: Value, rect: Value, projection: Value = None, **kwargs: Value) -> Axes:
    if type(rect) is Axes:
        return rect
    parts = numbers("add_axes", rect)
    if parts.shape != (4,) or not ((parts >= -1) & (parts <= 2)).all():
        raise ValueError("add_axes() takes left, bottom, width and height as parts of the figure")
    found = _figure_of(self).new_axes(tuple(parts.tolist()), _look("add_axes", projection))
    _made_with(found, "add_axes", kwargs)
    plots().axes = found
    return found


def _figure_subplots(
    self: Value, nrows: Value = 1, ncols: Value = 1, *, sharex: Value = False, sharey: Value = False, **kwargs: Value
) -> Any:
    found = _figure_of(self)
    rows, columns = (whole(1, MOST_AXES)("subplots", n) for n in (nrows, ncols))
    cells = [found.add_axes(rows, columns, k + 1) for k in range(rows * columns)]
    _shared(cells, columns, sharex, sharey)
    shape = tuple(n for n in (rows, columns) if n > 1)
    return AxesGrid(cells, shape) if shape else cells[0]


def gca() -> Axes:
    """The current axes."""
    return plots().current()


def gcf() -> Figure:
    """The current figure."""
    return plots().figure()


def tight_layout(*, pad: Value = 1.08, h_pad: Value = None, w_pad: Value = None, rect: Value = None) -> None:
    """Nothing: pictures are laid out tightly anyhow."""


def suptitle(t: Value, **kwargs: Value) -> None:
    """A title over all axes of the current figure."""
    _suptitle(plots().figure(), t, **kwargs)


def _suptitle(self: Value, t: Value, **kwargs: Value) -> None:
    _figure_of(self).add(Call("suptitle", (text("suptitle", t),), drawing.options_of("suptitle", kwargs)))


def close(fig: Value = None) -> None:
    """Forget the current figure, that figure or number, or with ``'all'`` all of them."""
    held = plots()
    if type(fig) is str:
        if fig == "all":
            held.close(None)
        elif fig in held.names:
            held.close(held.names[fig])
        return
    if fig is None:
        if held.figures:
            held.close(held.last)
        return
    held.close(fig.number if type(fig) is Figure else whole(1, 10_000)("close", fig))


def clf() -> None:
    """Empty the current figure."""
    figure = plots().figure()
    figure.axes.clear()
    figure.calls.clear()
    plots().axes = None


def show(block: Value = None) -> None:
    """Show the open figures, and forget them: in a terminal as text, with ``--plots DIR`` as files."""
    held = plots()
    figures = [figure for figure in held.figures.values() if figure.axes]
    held.close(None)
    if figures:
        state.draw(tuple(figures), "")


def savefig(
    fname: Value, dpi: Value = None, bbox_inches: Value = None, format: Value = None, transparent: Value = False,
    facecolor: Value = None, pad_inches: Value = None, edgecolor: Value = None, orientation: Value = None,
) -> None:  # fmt: skip
    """Write the current figure into the folder that ``--plots DIR`` names, as PNG, SVG, PDF, JPEG or EPS."""
    _savefig(plots().figure(), fname, dpi, bbox_inches, format, transparent, facecolor)


def _savefig(
    self: Value, fname: Value, dpi: Value = None, bbox_inches: Value = None, format: Value = None,
    transparent: Value = False, facecolor: Value = None, pad_inches: Value = None, edgecolor: Value = None,
    orientation: Value = None,
) -> None:  # fmt: skip
    figure = _figure_of(self)
    name = name_of_file("savefig", fname)
    if not FILE.fullmatch(name):
        raise ValueError(
            "savefig() takes the name of a file below the folder of --plots, such as 'loss.png' or 'out/loss.png'"
        )
    fname = name.removeprefix("./")
    kind = fname.rpartition(".")[2].lower() if "." in fname else ""
    if type(format) is str:
        kind = format.lower()
    if not kind:
        fname, kind = f"{fname}.png", "png"
    if kind not in KINDS or not fname.lower().endswith(f".{kind}"):
        raise ValueError(f"Format {kind[:20]!r} is not supported (supported formats: {', '.join(KINDS)})")
    state.draw((figure,), fname)


def _add_subplot(self: Value, *args: Value, projection: Value = None, **kwargs: Value) -> Axes:
    found = _figure_of(self).add_axes(*_place("add_subplot", args), look=_look("add_subplot", projection))
    _made_with(found, "add_subplot", kwargs)
    return found


def _figure_gca(self: Value) -> Axes:
    figure = _figure_of(self)
    current = plots().axes
    if current is not None and current.figure is figure:
        return current
    return figure.last() or figure.add_axes(1, 1, 1)


def _figure_show(self: Value) -> None:
    state.draw((_figure_of(self),), "")


def _figure_tight_layout(
    self: Value, *, pad: Value = 1.08, h_pad: Value = None, w_pad: Value = None, rect: Value = None
) -> None:
    """Nothing: pictures are laid out tightly anyhow."""


_SETTABLE = tuple(sorted(name.removeprefix("set_") for name in sorted(drawing.NAMES) if name.startswith("set_")))


def _axes_set(axes: Value, **kwargs: Value) -> None:
    found = _axes_of(axes)
    for name, value in kwargs.items():
        if name not in _SETTABLE:
            raise TypeError(f"set() got an unexpected keyword argument '{name}'; it takes {', '.join(_SETTABLE)}")
        several = name in ("xlim", "ylim", "zlim") and type(value) in (list, tuple)
        drawing.draw(found, f"set_{name}", tuple(value) if several else (value,), {})


def _flat(grid: Any) -> AxesGrid:
    if type(grid) is not AxesGrid:
        raise TypeError(f"an array of axes is needed, not {type(grid).__name__}")
    return AxesGrid(grid.cells, (len(grid.cells),))


def use(backend: Value, force: Value = True) -> None:
    """Nothing: there is one way to draw."""
    text("use", backend)


def _methods(kind: type, found: dict[str, Callable[..., Any]]) -> None:
    for name, call in found.items():
        method = PythonFunction(name, renamed(call, f"{kind.__name__}.{name}"), kind.__name__)
        attributes_of(kind)[name] = Method(method, call.__doc__ or "")


def _register() -> None:
    table = namespace(PYPLOT)
    for name, meant in _ON_AXES.items():
        table[name] = PythonFunction(name, renamed(_on_current(meant), name), PYPLOT)
    for function in (
        figure, subplots, subplot, axes, gca, gcf, tight_layout, suptitle, close, clf, show, savefig,
    ):  # fmt: skip
        table[function.__name__] = PythonFunction(function.__name__, renamed(function, function.__name__), PYPLOT)
    namespace("matplotlib")["use"] = PythonFunction("use", renamed(use, "use"), "matplotlib")
    on_axes = {name: _on_given(name) for name in sorted(drawing.NAMES)}
    _methods(Axes, {**on_axes, "set": _axes_set})
    _methods(
        Figure,
        {
            "add_subplot": _add_subplot, "gca": _figure_gca, "savefig": _savefig, "show": _figure_show,
            "suptitle": _suptitle, "tight_layout": _figure_tight_layout,
            "add_axes": _add_axes, "subplots": _figure_subplots,
        },
    )  # fmt: skip
    attributes_of(Figure)["axes"] = Property(lambda figure: list(figure.axes), doc="Its axes, as a list.")
    attributes_of(Axes)["figure"] = Property(lambda axes: axes.figure, doc="The figure that they are in.")
    attributes_of(AxesGrid)["shape"] = Property(lambda grid: grid.shape, doc="Rows and columns.")
    attributes_of(AxesGrid)["flat"] = Property(_flat, doc="All axes one after another.")
    for name in ("flatten", "ravel"):
        attributes_of(AxesGrid)[name] = Method(_flat)


_register()
