"""What a program asks of figures and axes, and how it takes them away: lines, labels, numbers of figures."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from ..tensor.attributes import array_value
from . import drawing
from .figures import Artist, Axes, Call, Figure
from .further import SAFE, keyword
from .plain_data import text, whole
from .pyplot import PYPLOT, plots, settings

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


def _is_line(call: Call) -> bool:
    return call.name == "add_patch" and call.args[0] == "Line2D"


def _lines(self: Value) -> list[Artist]:
    """The lines that were drawn in the axes."""
    found = _axes(self)
    return [Artist(call, found) for call in found.calls if call.name in _LINES or _is_line(call)]


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


def _removed(self: Value) -> None:
    """Take the axes out of their figure."""
    _take_out(_axes(self).figure, self)


def _take_out(figure: Figure, found: Any) -> None:
    figure.axes[:] = [each for each in figure.axes if each is not found]
    if plots().axes is found:
        plots().axes = figure.axes[-1] if figure.axes else None


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


@shown_as("matplotlib.text.Text")
class TickLabel:
    """What stands at the ticks of an axis: one for all of them."""

    __slots__ = ("axes", "axis")

    def __init__(self, axes: Axes, axis: str) -> None:
        self.axes, self.axis = axes, axis

    def set(self, **options: Any) -> None:
        """Write them so."""
        given = {name: keyword("set", name, value) for name, value in options.items()}
        for name in options:
            if name not in SAFE:
                raise AttributeError(f"Text.set() got an unexpected keyword argument '{name}'")
        self.axes.add(Call("ticklabels", (self.axis,), given))


def _tick_labels(axis: str) -> Any:
    return lambda axes: [TickLabel(_axes(axes), axis)]


def _setter(name: str) -> Any:
    return lambda label, value: label.set(**{name: value})


def rcdefaults() -> None:
    """Forget the settings that the program made."""
    settings().clear()


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
    for function in (get_fignums, fignum_exists, rcdefaults, switch_backend, box, delaxes):
        made = PythonFunction(function.__name__, renamed(function, function.__name__), PYPLOT)
        namespace(PYPLOT)[function.__name__] = made
    for name, call in (
        ("get_lines", _lines), ("get_legend_handles_labels", _handles), ("remove", _removed),
        ("get_title", _told("set_title")), ("get_xlabel", _told("set_xlabel")), ("get_ylabel", _told("set_ylabel")),
    ):  # fmt: skip
        _method(Axes, name, call)
    for name, call in (
        ("delaxes", _del_axes), ("clf", _emptied), ("clear", _emptied), ("supxlabel", _titled("supxlabel")),
        ("supylabel", _titled("supylabel")), ("set_dpi", _sized), ("set_facecolor", _sized),
    ):  # fmt: skip
        _method(Figure, name, call)
    attributes_of(Figure)["get_size_inches"] = Method(
        lambda figure: array_value(np.array(_figure(figure).size, float)), "Its width and height in inches."
    )
    for axis in ("x", "y"):
        attributes_of(Axes)[f"get_{axis}ticklabels"] = Method(
            _tick_labels(axis), "What stands at the ticks: one for all."
        )
    attributes_of(TickLabel)["set"] = Method(TickLabel.set, "How they are written.")
    for told in (
        "rotation",
        "fontsize",
        "color",
        "ha",
        "horizontalalignment",
        "size",
        "weight",
        "fontweight",
        "visible",
    ):
        attributes_of(TickLabel)[f"set_{told}"] = Method(_setter(told), "How they are written.")
    attributes_of(Axes)["lines"] = Property(_lines, doc="The lines that were drawn in the axes.")
    attributes_of(Figure)["number"] = Property(lambda figure: figure.number, doc="Which of the figures it is.")


_register()
