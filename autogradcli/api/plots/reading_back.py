"""What a program asks of figures and axes, and how it takes them away: lines, labels, numbers of figures."""

from __future__ import annotations

from typing import Any

from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import CONSTRUCTORS, Method, Property, attributes_of, namespace
from . import drawing
from .figures import Artist, Axes, Call, Figure
from .plain_data import text, whole
from .pyplot import PYPLOT, plots, size_of

#: Calls whose lines ``get_lines`` gives.
_LINES = ("plot", "semilogx", "semilogy", "loglog")


def _axes(value: Any) -> Axes:
    if type(value) is not Axes:
        raise TypeError(f"axes are needed, not {type(value).__name__}")
    return value


def _figure(value: Any) -> Figure:
    if type(value) is not Figure:
        raise TypeError(f"a figure is needed, not {type(value).__name__}")
    return value


def _lines(self: Value) -> list[Any]:
    """The lines that were drawn in the axes."""
    found = _axes(self)
    lines = [
        call.args[0] if call.name == "add_line" else Artist(call, found)
        for call in found.calls
        if call.name in _LINES or call.name == "add_line"
    ]
    return lines


def _handles(self: Value) -> tuple[list[Artist], list[str]]:
    """What has a label, and the labels: for ``legend(handles, labels)``."""
    found = _axes(self)
    named = [call for call in found.calls if call.options.get("label") and call.name != "colorbar"]
    return [Artist(call, found) for call in named], [str(call.options["label"]) for call in named]


def _told(name: str) -> Any:
    def said(self: Value) -> str:
        return next((call.args[0] for call in reversed(_axes(self).calls) if call.name == name), "")

    said.__doc__ = "What was written there, as a text."
    return said


def _scaled(axis: str) -> Any:
    def scale(self: Value) -> str:
        """The scale of the axis: ``linear``, ``log`` or ``symlog``."""
        for call in reversed(_axes(self).calls):
            if call.name == f"set_{axis}scale":
                return str(call.args[0])
            if call.name in (f"semilog{axis}", "loglog"):
                return "log"
        return "linear"

    return scale


def _removed(self: Value) -> None:
    """Take the axes out of their figure."""
    _take_out(_axes(self).figure, self)


def _take_out(figure: Figure, found: Any) -> None:
    figure.axes[:] = [each for each in figure.axes if each is not found]
    if plots().axes is found:
        plots().axes = figure.last()


def delaxes(ax: Value = None) -> None:
    """Take axes out of their figure, the current ones unless said."""
    found = plots().current() if ax is None else _axes(ax)
    _take_out(found.figure, found)


def _del_axes(self: Value, ax: Value) -> None:
    """Take axes out of the figure."""
    _take_out(_figure(self), _axes(ax))


def _emptied(self: Value, keep_observers: Value = False) -> None:
    """Empty the figure."""
    figure = _figure(self)
    figure.axes.clear()
    figure.calls.clear()
    if figure.number == plots().last:
        plots().axes = None


def _titled(name: str) -> Any:
    def write(self: Value, t: Value, **kwargs: Value) -> None:
        _figure(self).add(Call(name, (text(name, t),), drawing.options_of("suptitle", kwargs)))

    write.__doc__ = "A label for all axes of the figure."
    return write


def _sized(self: Value, val: Value) -> None:
    """Nothing: files have the size that they have."""


def get_fignums() -> list[int]:
    """The numbers of the open figures."""
    return sorted(plots().figures)


def fignum_exists(num: Value) -> bool:
    """Whether a figure of that number or name is open."""
    held = plots()
    number = held.names.get(num) if type(num) is str else whole(0, 10_000)("fignum_exists", num)
    return number in held.figures


def new_figure(figsize: Any = None, dpi: Any = None, *, layout: Any = None, facecolor: Any = None) -> Figure:
    """``Figure(figsize=(6, 4))``: a figure that ``plt.show()`` doesn't know. Raises ValueError for another size."""
    return Figure(plots(), 0, size_of(figsize, dpi))


def switch_backend(newbackend: Value) -> None:
    """Nothing: there is one way to draw."""
    text("switch_backend", newbackend)


def box(on: Value = None) -> None:
    """Draw the frame of the current axes, or none."""
    drawing.draw(plots().current(), "set_frame_on", (True if on is None else on,), {})


def _method(kind: type, name: str, call: Any) -> None:
    made = PythonFunction(name, renamed(call, f"{kind.__name__}.{name}"), kind.__name__)
    attributes_of(kind)[name] = Method(made, call.__doc__ or "")


def _register() -> None:
    for function in (get_fignums, fignum_exists, switch_backend, box, delaxes):
        made = PythonFunction(function.__name__, renamed(function, function.__name__), PYPLOT)
        namespace(PYPLOT)[function.__name__] = made
    for name, call in (
        ("get_lines", _lines), ("get_legend_handles_labels", _handles), ("remove", _removed),
        ("get_xscale", _scaled("x")), ("get_yscale", _scaled("y")),
        ("get_title", _told("set_title")), ("get_xlabel", _told("set_xlabel")), ("get_ylabel", _told("set_ylabel")),
    ):  # fmt: skip
        _method(Axes, name, call)
    for name, call in (
        ("delaxes", _del_axes), ("clf", _emptied), ("clear", _emptied), ("supxlabel", _titled("supxlabel")),
        ("supylabel", _titled("supylabel")), ("set_dpi", _sized), ("set_facecolor", _sized),
    ):  # fmt: skip
        _method(Figure, name, call)
    namespace("matplotlib.figure")["Figure"] = namespace(PYPLOT)["Figure"] = Figure
    namespace("matplotlib.axes")["Axes"] = namespace(PYPLOT)["Axes"] = Axes
    CONSTRUCTORS[Figure] = new_figure
    attributes_of(Axes)["lines"] = Property(_lines, doc="The lines that were drawn in the axes.")
    attributes_of(Figure)["number"] = Property(lambda figure: figure.number, doc="Which of the figures it is.")


_register()
