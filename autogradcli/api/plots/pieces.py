"""Parts of what a call drew, which a program asks and changes: bars, boxes, texts; and bars of colours beside axes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.callbacks import callee
from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from ..tensor.attributes import array_value
from .figures import DRAWINGS, Artist, Axes, AxesGrid, Bars, Call, Figure, Piece, Shape
from .further import SAFE, keyword, plain_value
from .made import Made, Mappable, build
from .plain_data import text
from .pyplot import PYPLOT, plots

#: What a part can be told, in Matplotlib's names.
OF_PIECES = frozenset(
    (
        *("set_color", "set_facecolor", "set_edgecolor", "set_alpha", "set_linewidth", "set_linestyle", "set_label"),
        *("set_hatch", "set_visible", "set_fontsize", "set_rotation", "set_zorder", "set_fontweight", "set_markersize"),
        *("set_fc", "set_ec", "set_lw", "set_size", "set_text", "set_marker", "set"),
    )
)
#: What a bar of colours can be told.
OF_BARS = frozenset(("set_label", "set_ticks", "set_ticklabels", "minorticks_on", "minorticks_off"))
_MAPPED = (
    *("imshow", "contour", "contourf", "scatter", "pcolormesh", "pcolor", "matshow", "plot_surface", "hexbin"),
    *("hist2d", "tricontourf", "tripcolor", "quiver", "contour3D", "add_collection", "spy"),
)
#: Numbers that a legend of points tells one by one.
_MOST_ELEMENTS = 9
#: Options of a bar of colours: where it stands, how large it is.
_OPTIONS = frozenset(
    (
        *("orientation", "shrink", "aspect", "pad", "fraction", "extend", "ticks", "format", "location", "anchor"),
        *("drawedges", "spacing", "extendfrac", "alpha", "panchor"),
    )
)


@shown_as("matplotlib.colorbar.Colorbar")
class ColourBar:
    """A bar that says which colour is which number; ``ax`` is where it is drawn."""

    __slots__ = ("ax", "mappable")

    def __init__(self, ax: Axes, mappable: Any) -> None:
        self.ax, self.mappable = ax, mappable

    def __repr__(self) -> str:
        return f"<matplotlib.colorbar.Colorbar object at 0x{id(self):x}>"


DRAWINGS.append(ColourBar)


def colorbar(mappable: Value = None, cax: Value = None, ax: Value = None, **kwargs: Value) -> ColourBar:
    """A bar that says which colour is which number, of an image or contours; the last that were drawn."""
    return of_figure(plots().figure(), mappable, cax, ax, **kwargs)


def of_figure(self: Value, mappable: Value = None, cax: Value = None, ax: Value = None, **kwargs: Value) -> ColourBar:
    """A bar that says which colour is which number, of an image or contours; the last that were drawn."""
    if type(self) is not Figure:
        raise TypeError(f"a figure is needed, not {type(self).__name__}")
    label = text("colorbar", kwargs.pop("label", ""))
    for name in kwargs:
        if name not in _OPTIONS:
            raise TypeError(f"colorbar() got an unexpected keyword argument '{name}'")
    options = {"label": label, **{name: keyword("colorbar", name, value) for name, value in kwargs.items()}}
    given = _given_axes(ax)
    shown = _shown(self, mappable, given)
    if cax is not None:
        place = _given_axes(cax)[0]
        place.add(Call("colorbar", (shown,), options))
        return ColourBar(place, shown)
    if not given and isinstance(shown, Mappable):
        raise ValueError(
            "Unable to determine Axes to steal space for Colorbar. Either provide the *cax* argument to use as the "
            "Axes for the Colorbar, provide the *ax* argument to steal space from it, or add *mappable* to an Axes."
        )
    if not given:
        given = [shown.axes] if isinstance(shown, Artist) and shown.axes is not None else [plots().current()]
    made = self.new_axes(given[0].place)
    made.made = Call("colorbar", (shown, given), options)
    return ColourBar(made, shown)


def _given_axes(ax: Any) -> list[Axes]:
    each = [] if ax is None else ax.cells if type(ax) is AxesGrid else list(ax) if type(ax) in (list, tuple) else [ax]
    for one in each:
        if type(one) is not Axes:
            raise TypeError(f"axes are needed, not {type(one).__name__}")
    return each


def _shown(figure: Figure, mappable: Any, given: list[Axes]) -> Any:
    """What the bar tells of. Raises RuntimeError in Matplotlib's words where nothing was drawn in colours."""
    if isinstance(mappable, Mappable):
        return mappable
    if mappable is not None:
        if type(mappable) is not Artist or mappable.call.name not in _MAPPED:
            raise TypeError("colorbar() needs what imshow(), contour(), contourf() or scatter() gave")
        return mappable
    for one in reversed(given or figure.axes):
        for call in reversed(one.calls):
            if call.name in _MAPPED:
                return Artist(call, one)
    raise RuntimeError("No mappable was found to use for colorbar creation.")


def _bar_told(name: str) -> Callable[..., None]:
    def tell(self: Value, *args: Value, **kwargs: Value) -> None:
        if type(self) is not ColourBar:
            raise TypeError(f"a bar of colours is needed, not {type(self).__name__}")
        values = tuple(plain_value(name, "", value) for value in args)
        named = {key: plain_value(name, key, value) for key, value in kwargs.items() if _safe(name, key)}
        self.ax.add(Call("bar_of_colours", (name, values), named))

    tell.__doc__ = "Write or tick the bar in another way."
    return tell


def _safe(name: str, key: str) -> bool:
    if key not in SAFE and key != "ticks":
        raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
    return True


def _piece_told(name: str) -> Callable[..., None]:
    def tell(self: Value, *args: Value, **kwargs: Value) -> None:
        if type(self) is not Piece:
            raise TypeError(f"a part of what was drawn is needed, not {type(self).__name__}")
        values = tuple(plain_value(name, "", value) for value in args)
        named = {key: plain_value(name, key, value) for key, value in kwargs.items() if _safe(name, key)}
        if self.of.axes is not None:
            self.of.axes.add(Call("piece", (self, name, values), named))

    tell.__doc__ = "Draw it in another way."
    return tell


def _measured(which: str) -> Callable[[Any], float]:
    def measure(self: Value) -> float:
        if type(self) is not Piece or not isinstance(self.of, Bars):
            raise NotImplementedError(f"get_{which}() is of the bars that bar(), barh() and hist() draw")
        found = _geometry(self.of, self.path[-1])[which]
        return found.item() if isinstance(found, np.generic) else found

    measure.__doc__ = f"The {which} of the bar."
    return measure


def _geometry(bars: Bars, k: int) -> dict[str, float]:
    """Where a bar stands, and how wide and high it is."""
    call = bars.call
    if call.name == "hist":
        if len(bars.path) > 1 or call.options.get("stacked"):
            raise NotImplementedError("places of bars are known of one series")
        edges = call.options["bins"]
        heights = np.histogram(call.args[0], edges, density=call.options.get("density", False))[0]
        return {"x": edges[k], "y": 0.0, "width": edges[k + 1] - edges[k], "height": heights[k]}
    at = _at(bars, call.args[0], k)
    long, thick = _kth(call.args[1], k), _kth(call.options.get("width" if call.name == "bar" else "height", 0.8), k)
    start = _kth(call.options.get("bottom" if call.name == "bar" else "left", 0.0), k)
    at -= thick / 2 if call.options.get("align", "center") == "center" else 0.0
    if call.name == "bar":
        return {"x": at, "y": start, "width": thick, "height": long}
    return {"x": start, "y": at, "width": long, "height": thick}


def _kth(value: Any, k: int) -> float:
    found = np.asarray(value).reshape(-1)
    one: float = found[k if found.size > 1 else 0].item()
    return one


def _at(bars: Bars, places: Any, k: int) -> float:
    """The place of a bar: names have theirs in the order in which the axes met them."""
    if not isinstance(places, (list, tuple)) or not isinstance(places[k], str):
        return _kth(places, k)
    met: dict[str, int] = {}
    for call in bars.axes.calls if bars.axes is not None else []:
        if call.name == bars.call.name and isinstance(call.args[0], (list, tuple)):
            for word in call.args[0]:
                met.setdefault(str(word), len(met))
    return float(met.get(places[k], k))


#: A number's format, old or new, that can't be long.
_OLD = r"%[-+ 0#]{0,3}\d{0,2}(\.\d{1,2})?[a-zA-Z](%%)?"
_NEW = r"\{:?[-+ 0,<>^=]{0,3}\d{0,2}(\.\d{1,2})?[a-zA-Z%]?\}"
_FORMAT = re.compile(rf"[^%{{}}]{{0,100}}({_OLD}|{_NEW})[^%{{}}]{{0,100}}")


def bar_label(
    self: Value, container: Value, labels: Value = None, fmt: Value = "%g", label_type: Value = "edge", **kwargs: Value
) -> list[Piece]:
    """Write what each bar stands for, its height unless said. Raises ValueError for a format that is none."""
    if type(self) is not Axes or not isinstance(container, Bars):
        raise TypeError("bar_label() needs what bar() or barh() gave")
    if label_type not in ("edge", "center"):
        raise ValueError(f"{label_type!r} is not a valid value for label_type; supported values are 'edge', 'center'")
    options: dict[str, Any] = {"label_type": label_type}
    for key, value in kwargs.items():
        if key != "padding":
            _safe("bar_label", key)
        options[key] = keyword("bar_label", key, value)
    given = [] if labels is None else plain_value("bar_label", "labels", labels)
    words = [*map(str, given[: len(container)])]
    words += [_labelled(container, k, fmt) for k in range(len(words), len(container))]
    made = Artist(Call("bar_label", (container,), {**options, "labels": words}), self)
    self.add(made.call)
    return [Piece(made, (k,)) for k in range(len(container))]


def _labelled(bars: Bars, k: int, fmt: Any) -> str:
    where = _geometry(bars, k)
    value = where["width" if bars.call.name == "barh" else "height"]
    if isinstance(fmt, str):
        if not _FORMAT.fullmatch(fmt):
            raise ValueError("bar_label() takes a format such as '%.1f' or '{:.0%}'")
        return fmt.format(value) if "{" in fmt else fmt % value
    return str(callee(fmt)(value))


def _written(self: Value) -> str:
    if type(self) is not Piece or self.of.call.name != "bar_label":
        raise NotImplementedError("get_text() is of the labels that bar_label() writes")
    found: str = self.of.call.options["labels"][self.path[-1]]
    return found


def _pyplot_bar_label(
    container: Value, labels: Value = None, fmt: Value = "%g", label_type: Value = "edge", **kwargs: Value
) -> list[Piece]:
    return bar_label(plots().current(), container, labels, fmt, label_type, **kwargs)


def legend_elements(self: Value, prop: Value = "colors", **kwargs: Value) -> tuple[list[Shape], list[str]]:
    """Lines and labels for a legend: what each colour of points stands for."""
    if type(self) is not Artist or self.call.name != "scatter" or prop != "colors" or kwargs:
        raise NotImplementedError("legend_elements() is of the colours of scatter(), without options")
    options = self.call.options
    each = options.get("c")
    if not isinstance(each, np.ndarray) or each.ndim != 1:
        raise NotImplementedError("legend_elements() needs points whose colours are numbers: scatter(x, y, c=numbers)")
    values = np.unique(each)
    if len(values) > _MOST_ELEMENTS:
        raise NotImplementedError(
            f"legend_elements() knows up to {_MOST_ELEMENTS} numbers: give legend() handles of Line2D"
        )
    limits = {"vmin": options.get("vmin", values[0]), "vmax": options.get("vmax", values[-1])}
    norm = build(options.get("norm") or Made("colors", "Normalize", (), limits))
    shown = options.get("cmap") or "viridis"
    colour = build(shown if isinstance(shown, Made) else Made("named", "map", (shown, None, False)))
    if norm.vmin is None or norm.vmax is None:
        norm.autoscale_None(values)
    handles = [
        Shape(
            "Line2D", ([0.0], [0.0]), {"marker": "o", "linestyle": "none", "color": tuple(map(float, colour(norm(v))))}
        )
        for v in values.tolist()
    ]
    return handles, [f"$\\mathdefault{{{v:g}}}$".replace("-", "\u2212") for v in values.tolist()]


def _levels(self: Value) -> Any:
    if type(self) is not Artist or self.call.name not in ("contour", "contourf"):
        raise AttributeError("only contours have levels")
    found = self.call.options.get("levels")
    if not isinstance(found, np.ndarray):
        raise NotImplementedError("levels are known where they were given: contour(..., levels=[...])")
    return array_value(found)


def _method(kind: type, name: str, call: Any) -> None:
    made = PythonFunction(name, renamed(call, f"{kind.__name__}.{name}"), kind.__name__)
    attributes_of(kind)[name] = Method(made, call.__doc__ or "")


def _register() -> None:
    table = namespace(PYPLOT)
    table["colorbar"] = PythonFunction("colorbar", renamed(colorbar, "colorbar"), PYPLOT)
    table["bar_label"] = PythonFunction("bar_label", renamed(_pyplot_bar_label, "bar_label"), PYPLOT)
    _method(Figure, "colorbar", of_figure)
    _method(Axes, "bar_label", bar_label)
    for name in sorted(OF_BARS):
        _method(ColourBar, name, _bar_told(name))
    attributes_of(ColourBar)["ax"] = Property(lambda bar: bar.ax, doc="The axes that it is drawn in.")
    attributes_of(ColourBar)["mappable"] = Property(lambda bar: bar.mappable, doc="What it tells of.")
    for name in sorted(OF_PIECES):
        _method(Piece, name, _piece_told(name))
    for which in ("x", "y", "width", "height"):
        _method(Piece, f"get_{which}", _measured(which))
    _method(Piece, "get_text", _written)
    _method(Artist, "legend_elements", legend_elements)
    attributes_of(Artist)["levels"] = Property(_levels, doc="The levels of contours.")
    attributes_of(Bars)["patches"] = Property(list, doc="The bars, as a list.")


_register()
