"""Axes in cells of a grid: ``GridSpec``, ``subplot2grid`` and ``add_gridspec``."""

from __future__ import annotations

from typing import Any

from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from .cells import SPACES, Cell, Grid
from .figures import MOST_AXES, Axes, AxesGrid, Figure
from .further import keyword
from .plain_data import numbers, whole
from .pyplot import PYPLOT, plots


def GridSpec(
    nrows: Value, ncols: Value, figure: Value = None, *, left: Value = None, bottom: Value = None, right: Value = None,
    top: Value = None, wspace: Value = None, hspace: Value = None, width_ratios: Value = None,
    height_ratios: Value = None,
) -> Grid:  # fmt: skip
    """A grid whose cells are places of axes: ``fig.add_subplot(gs[0, :])``."""
    rows, columns = (whole(1, MOST_AXES)("GridSpec", n) for n in (nrows, ncols))
    if figure is not None and type(figure) is not Figure:
        raise TypeError(f"a figure is needed, not {type(figure).__name__}")
    made = Grid(rows, columns, width_ratios, height_ratios, figure)
    update(made, left=left, bottom=bottom, right=right, top=top, wspace=wspace, hspace=hspace)
    return made


def update(self: Value, **kwargs: Value) -> None:
    """Other sides of the grid, or other gaps between its cells."""
    if type(self) is not Grid:
        raise TypeError(f"a grid is needed, not {type(self).__name__}")
    for name, value in kwargs.items():
        if name not in SPACES:
            raise AttributeError(f"{name} is an unknown keyword")
        if value is not None:
            found = numbers("update", value)
            if found.ndim or not 0 <= found <= 10:
                raise ValueError(f"{name} needs a number from 0 to 10")
            self.spaces[name] = float(found)


def subplot2grid(
    shape: Value, loc: Value, rowspan: Value = 1, colspan: Value = 1, fig: Value = None, projection: Value = None
) -> Axes:
    """The axes at a row and a column of a grid, over so many rows and columns."""
    sizes = [numbers("subplot2grid", each) for each in (shape, loc)]
    if any(each.shape != (2,) for each in sizes):
        raise ValueError("subplot2grid() takes the shape of a grid and a place in it, such as (3, 3), (0, 1)")
    (rows, columns), (row, column) = (map(int, each.tolist()) for each in sizes)
    down, across = whole(1, MOST_AXES)("subplot2grid", rowspan), whole(1, MOST_AXES)("subplot2grid", colspan)
    cell = GridSpec(rows, columns)[row : row + down, column : column + across]
    return axes_at(plots().figure() if fig is None else fig, cell, projection)


def axes_at(figure: Any, cell: Cell, projection: Any) -> Axes:
    """The axes of a figure at a cell; they are made where there are none."""
    if type(figure) is not Figure:
        raise TypeError(f"a figure is needed, not {type(figure).__name__}")
    return figure.add_axes(*cell.grid.place(cell.at), look="3d" if projection == "3d" else "")


def _subplots(self: Value, **kwargs: Value) -> Any:
    """Axes in all cells."""
    if type(self) is not Grid:
        raise TypeError(f"a grid is needed, not {type(self).__name__}")
    for name in kwargs:
        keyword("subplots", name, kwargs[name])
    figure = self.figure or plots().figure()
    cells = [axes_at(figure, cell, None) for cell in self]
    shape = tuple(n for n in (self.rows, self.columns) if n > 1)
    return AxesGrid(cells, shape) if shape else cells[0]


def _add_gridspec(self: Value, nrows: Value = 1, ncols: Value = 1, **kwargs: Value) -> Grid:
    """A grid of the figure's, as ``GridSpec`` makes it."""
    return GridSpec(nrows, ncols, self, **kwargs)


def _register() -> None:
    for place in ("matplotlib.gridspec", PYPLOT):
        namespace(place)["GridSpec"] = PythonFunction("GridSpec", renamed(GridSpec, "GridSpec"), place)
    namespace(PYPLOT)["subplot2grid"] = PythonFunction("subplot2grid", renamed(subplot2grid, "subplot2grid"), PYPLOT)
    for kind, name, call in (
        (Grid, "update", update), (Grid, "subplots", _subplots), (Figure, "add_gridspec", _add_gridspec),
    ):  # fmt: skip
        made = PythonFunction(name, renamed(call, f"{kind.__name__}.{name}"), kind.__name__)
        attributes_of(kind)[name] = Method(made, call.__doc__ or "")
    attributes_of(Grid)["nrows"] = Property(lambda grid: grid.rows, doc="How many rows it has.")
    attributes_of(Grid)["ncols"] = Property(lambda grid: grid.columns, doc="How many columns it has.")


_register()
