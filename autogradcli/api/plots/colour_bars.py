"""``colorbar``: a bar that says which colour is which number, beside axes, over several, or in axes of its own."""

from __future__ import annotations

from typing import Any

from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from .colour_numbers import Mappable
from .figures import DRAWINGS, Artist, Axes, AxesGrid, Call, Figure
from .further import keyword, plain_value
from .plain_data import text
from .pyplot import PYPLOT, plots

#: What says where a bar stands and how large it is.
_OPTIONS = frozenset(
    ("orientation", "shrink", "aspect", "pad", "fraction", "extend", "ticks", "format", "location", "drawedges")
)
#: Calls that map numbers to colours.
MAPPED = frozenset(
    (
        *("imshow", "contour", "contourf", "scatter", "pcolormesh", "pcolor", "matshow", "plot_surface", "hexbin"),
        *("hist2d", "tricontourf", "tripcolor", "quiver", "contour3D", "contourf3D", "scatter3D", "tricontour", "spy"),
    )
)
#: What a bar can be told, in Matplotlib's names.
TOLD = ("set_label", "set_ticks", "set_ticklabels", "minorticks_on", "minorticks_off")


@shown_as("matplotlib.colorbar.Colorbar")
class ColourBar:
    """A bar of colours, and its axes."""

    __slots__ = ("ax", "call")

    def __init__(self, call: Call, ax: Axes) -> None:
        self.call, self.ax = call, ax

    def __repr__(self) -> str:
        return f"<matplotlib.colorbar.Colorbar object at 0x{id(self):x}>"


DRAWINGS.add(ColourBar)


def _axes_in(value: Any) -> list[Axes]:
    if type(value) is Axes:
        return [value]
    if type(value) is AxesGrid:
        return list(value.cells)
    if type(value) in (list, tuple) and value and all(type(each) is Axes for each in value):
        return list(value)
    raise TypeError(f"axes are needed, not {type(value).__name__}")


def _last_mapped(axes: list[Axes]) -> Artist | None:
    for one in reversed(axes):
        for call in reversed(one.calls):
            if call.name in MAPPED:
                return Artist(call, one)
    return None


def colorbar(
    mappable: Value = None, cax: Value = None, ax: Value = None, label: Value = "", **kwargs: Value
) -> ColourBar:
    """A bar that says which colour is which number, of an image or contours; the last that were drawn."""
    return _colorbar(plots().figure(), mappable, cax, ax, label, **kwargs)


def _colorbar(
    self: Value, mappable: Value = None, cax: Value = None, ax: Value = None, label: Value = "", **kwargs: Value
) -> ColourBar:
    if type(self) is not Figure:
        raise TypeError(f"a figure is needed, not {type(self).__name__}")
    for name in kwargs:
        if name not in _OPTIONS:
            raise TypeError(f"colorbar() got an unexpected keyword argument '{name}'")
    if mappable is not None and type(mappable) not in (Artist, Mappable):
        raise TypeError("colorbar() needs what imshow(), contour(), contourf() or scatter() gave")
    given = [] if ax is None else _axes_in(ax)
    if mappable is None:
        mappable = _last_mapped(given or self.axes)
        if mappable is None:
            raise RuntimeError("No mappable was found to use for colorbar creation.")
    if type(mappable) is Artist and mappable.call.name not in MAPPED:
        raise RuntimeError("No mappable was found to use for colorbar creation.")
    if type(mappable) is Mappable and not given and cax is None:
        raise ValueError(
            "Unable to determine Axes to steal space for Colorbar. Either provide the *cax* argument to use as the "
            "Axes for the Colorbar, provide the *ax* argument to steal space from it, or add *mappable* to an Axes."
        )
    where = given or ([mappable.axes] if type(mappable) is Artist and mappable.axes is not None else [])
    into = None if cax is None else _axes_in(cax)[0]
    bar = into if into is not None else Axes(self, ())
    options = {name: keyword("colorbar", name, kwargs[name]) for name in kwargs}
    made = Call("colorbar", (mappable, tuple(where), into, bar), {"label": text("colorbar", label), **options})
    self.add(made)
    return ColourBar(made, bar)


def _told(name: str) -> Any:
    def tell(bar: Value, *args: Value, **kwargs: Value) -> None:
        if type(bar) is not ColourBar:
            raise TypeError(f"a colour bar is needed, not {type(bar).__name__}")
        given = tuple(plain_value(name, "", value) for value in args)
        bar.ax.add(
            Call("of_colorbar", (name, given), {key: keyword(name, key, value) for key, value in kwargs.items()})
        )

    tell.__doc__ = "What stands at the bar."
    return tell


def _removed(bar: Any) -> None:
    """Draw it no more."""
    figure = bar.ax.figure
    figure.calls[:] = [call for call in figure.calls if call is not bar.call]


def _register() -> None:
    namespace(PYPLOT)["colorbar"] = PythonFunction("colorbar", renamed(colorbar, "colorbar"), PYPLOT)
    made = PythonFunction("colorbar", renamed(_colorbar, "Figure.colorbar"), "Figure")
    attributes_of(Figure)["colorbar"] = Method(made, colorbar.__doc__ or "")
    of_bars = attributes_of(ColourBar)
    for name in TOLD:
        of_bars[name] = Method(PythonFunction(name, renamed(_told(name), f"Colorbar.{name}"), "Colorbar"))
    of_bars["ax"] = Property(lambda bar: bar.ax, doc="The axes of the bar.")
    of_bars["remove"] = Method(_removed, _removed.__doc__ or "")


_register()
