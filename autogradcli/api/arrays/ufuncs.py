"""NumPy's ufuncs as values: what one does element by element, and ``reduce``, ``accumulate``, ``outer``, ``at``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...numerics.naming import shown_as
from ..calls.registry import Method, Property, attributes_of
from . import costs
from .calls import Call, Cost, perform
from .gate import taken
from .indexing import index_of
from .values import NumPyArray


@shown_as("numpy.ufunc", in_c=True)
class Ufunc(Call):
    """``numpy.maximum`` and its like."""

    __slots__ = ("ways",)

    kernel: np.ufunc

    def __init__(self, name: str, kernel: np.ufunc, cost: Cost) -> None:
        super().__init__(name, kernel, cost, of_tensors=True)
        #: The further ways of calling it that were asked for.
        self.ways: dict[str, Call] = {}

    def way(self, name: str) -> Call:
        """``reduce`` and its like, which NumPy refuses for a ufunc that has no two operands."""
        found = self.ways.get(name)
        if found is None:
            found = self.ways[name] = Call(
                f"{self.name}.{name}", getattr(self.kernel, name), _COSTS[name], of_tensors=True
            )
        return found

    def at(self, a: Any, indices: Any, b: Any = None) -> None:
        """Change the elements of an array at indices, one after the other where an index comes again."""
        if type(a) is not NumPyArray:
            raise TypeError("first operand must be array")
        others = () if b is None else (taken(b, f"{self.name}.at"),)
        perform(self.kernel.at, a.array, index_of(indices), *others)

    def __repr__(self) -> str:
        return f"<ufunc '{self.kernel.__name__}'>"


_COSTS: dict[str, Cost] = {
    "reduce": costs.linear(2, 2),
    "accumulate": costs.linear(2, 2),
    "reduceat": costs.linear(2, 2),
    "outer": costs.outer,
}
_DOCS = {
    "reduce": "The elements along an axis (0) brought together: ``add.reduce`` sums them.",
    "accumulate": "What the elements along an axis (0) come to, up to each: ``add.accumulate`` is ``cumsum``.",
    "reduceat": "The elements from each index up to the next brought together.",
    "outer": "Each element of one with each of the other.",
}


def _method(name: str) -> Callable[..., Any]:
    def call(ufunc: Ufunc, /, *args: Any, **kwargs: Any) -> Any:
        return ufunc.way(name)(*args, **kwargs)

    return call


_table = attributes_of(Ufunc)
for _name, _doc in _DOCS.items():
    _table[_name] = Method(_method(_name), _doc)
_table["at"] = Method(Ufunc.at, Ufunc.at.__doc__ or "")
_table["__name__"] = Property(lambda ufunc: ufunc.kernel.__name__)
for _name in ("nin", "nout", "nargs", "identity", "signature"):
    _table[_name] = Property(lambda ufunc, name=_name: getattr(ufunc.kernel, name))  # type: ignore[misc]
