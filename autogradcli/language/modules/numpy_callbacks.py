"""What of ``numpy`` calls a program's functions, and what is subscripted to make arrays: ``vectorize``, ``mgrid``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

from ...api.arrays.functions import NAMES
from ...api.calls.registry import Property, attributes_of
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT, Builtin, callable_of
from ..values.attribute_lookup import get_attribute
from ..values.budget import budget, check_items


def _array(value: Any) -> Any:
    return NAMES["asarray"](value)


def _shape(array: Any) -> tuple[int, ...]:
    found: tuple[int, ...] = get_attribute(array, "shape")
    return found


def _list(array: Any) -> list[Any]:
    found: list[Any] = get_attribute(NAMES["ravel"](array), "tolist")()
    return found


@shown_as("numpy.vectorize")
class Vectorized:
    """A function of numbers that goes over the elements of arrays, which are broadcast. As NumPy's, it is called once
    more with the first elements, to see the dtype of its results, where ``otypes`` doesn't say it.
    """

    __slots__ = ("excluded", "function", "kinds")

    def __init__(
        self, pyfunc: Any, otypes: Any = None, doc: Any = None, excluded: Any = None, cache: Any = False,
        signature: Any = None,
    ) -> None:  # fmt: skip
        callable_of(pyfunc)
        if excluded is not None or signature is not None or type(otypes) is str:
            raise NotImplementedError("numpy.vectorize() takes a function and a list of dtypes here")
        self.function = pyfunc
        self.kinds = None if otypes is None else list(budget.items(otypes))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs or not args:
            raise TypeError("what numpy.vectorize() makes is called with arrays, without keywords")
        arrays = NAMES["broadcast_arrays"](*[_array(each) for each in args])
        shape, call = _shape(arrays[0]), callable_of(self.function)
        columns = [_list(array) for array in arrays]
        count = len(columns[0])
        if self.kinds is None and not count:
            raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
        kinds = self.kinds
        if kinds is None:
            first = call(*[NAMES["ravel"](array)[0] for array in arrays])
            parts = first if type(first) is tuple else (first,)
            kinds = [get_attribute(_array(part), "dtype") for part in parts]
        rows = [call(*row) for row in budget.polled(zip(*columns))]
        if len(kinds) == 1:
            return NAMES["reshape"](NAMES["array"](rows, dtype=kinds[0]), shape)
        return tuple(
            NAMES["reshape"](NAMES["array"]([row[k] for row in rows], dtype=kind), shape)
            for k, kind in enumerate(kinds)
        )


DIRECT.add(Vectorized)
attributes_of(Vectorized)["pyfunc"] = Property(lambda made: made.function)


def apply_along_axis(func1d: Any, axis: Any, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """What a function makes of each of the vectors along an axis, brought together."""
    call, array = callable_of(func1d), _array(arr)
    if type(axis) is not int or not -len(_shape(array)) <= axis < len(_shape(array)):
        raise ValueError(f"axis {axis} is out of bounds for array of dimension {len(_shape(array))}")
    axis %= len(_shape(array))
    moved = NAMES["moveaxis"](array, axis, -1)
    lead = _shape(moved)[:-1]
    made = [_array(call(moved[index], *args, **kwargs)) for index in budget.polled(product(*map(range, lead)))]
    if not made:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    inner = _shape(made[0])
    whole = NAMES["reshape"](NAMES["stack"](made), (*lead, *inner))
    for k in range(len(inner)):
        whole = NAMES["moveaxis"](whole, len(lead) + k, axis + k)
    return whole[()] if not _shape(whole) else whole


def fromfunction(function: Any, shape: Any, *, dtype: Any = float, **kwargs: Any) -> Any:
    """What a function makes of the indices of a shape, an array for each dimension."""
    return callable_of(function)(*NAMES["indices"](shape, dtype=dtype), **kwargs)


def ndindex(*shape: Any) -> Iterator[tuple[int, ...]]:
    """The indices of a shape one after the other."""
    sizes = shape[0] if len(shape) == 1 and type(shape[0]) is tuple else shape
    if not all(type(size) is int for size in sizes):
        raise TypeError("ndindex() takes integers, or a tuple of them")
    check_items(prod(max(size, 0) for size in sizes))
    return iter(list(product(*map(range, sizes))))


def ndenumerate(arr: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Pairs of the index and the element, one after the other."""
    array = _array(arr)
    return iter([(index, array[index]) for index in budget.polled(product(*map(range, _shape(array))))])


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """Of each element what the function makes of it whose condition holds there; the last may be for all the others."""
    array = _array(x)
    masks = [_array(each) for each in budget.items(condlist)]
    functions = budget.items(funclist)
    if len(functions) == len(masks) + 1:
        taken = masks[0]
        for mask in masks[1:]:
            taken = taken | mask
        masks.append(~taken)
    if len(functions) != len(masks):
        raise ValueError(
            f"with {len(masks)} condition(s), either {len(masks)} or {len(masks) + 1} functions are expected"
        )
    made = NAMES["zeros_like"](array)
    for mask, function in zip(masks, functions):
        if type(function) in (int, float, complex, bool):
            made[mask] = function
        elif NAMES["any"](mask):
            made[mask] = callable_of(function)(array[mask], *args, **kw)
    return made


def _span(part: slice) -> Any:
    """``start:stop:step`` as an array; a step of ``5j`` is a count, with the end."""
    start, stop, step = 0 if part.start is None else part.start, part.stop, part.step
    if type(step) is complex:
        return NAMES["linspace"](start, stop, int(abs(step)))
    return NAMES["arange"](start, stop, 1 if step is None else step)


@shown_as("numpy.lib._index_tricks_impl.MGridClass")
class Grid:
    """``mgrid[0:2, 0:3]``: the coordinates of a grid; ``ogrid`` has them in shapes that broadcast."""

    __slots__ = ("sparse",)

    def __init__(self, sparse: bool) -> None:
        self.sparse = sparse

    def __getitem__(self, key: Any) -> Any:
        parts = key if type(key) is tuple else (key,)
        if not all(type(part) is slice for part in parts):
            raise TypeError("a grid is made of slices: numpy.mgrid[0:2, 0:3]")
        spans = [_span(part) for part in parts]
        if type(key) is slice:
            return spans[0]
        grids = NAMES["meshgrid"](*spans, indexing="ij", sparse=self.sparse)
        return tuple(grids) if self.sparse else NAMES["stack"](list(grids))

    def __repr__(self) -> str:
        return f"<numpy.{'ogrid' if self.sparse else 'mgrid'}>"


@shown_as("numpy.lib._index_tricks_impl.RClass")
class Joined:
    """``r_[x, 0, 1:5]``: arrays, numbers and spans behind each other; ``c_`` has vectors as columns."""

    __slots__ = ("columns",)

    def __init__(self, columns: bool) -> None:
        self.columns = columns

    def __getitem__(self, key: Any) -> Any:
        parts = []
        for part in key if type(key) is tuple else (key,):
            if type(part) is str:
                raise NotImplementedError("r_ and c_ take arrays, numbers and slices here")
            array = NAMES["atleast_1d"](_span(part) if type(part) is slice else part)
            if self.columns and len(_shape(array)) == 1:
                array = NAMES["reshape"](array, (-1, 1))
            parts.append(array)
        return NAMES["concatenate"](parts, axis=-1 if self.columns else 0)

    def __repr__(self) -> str:
        return f"<numpy.{'c_' if self.columns else 'r_'}>"


@shown_as("numpy.lib._index_tricks_impl.IndexExpression")
class Index:
    """``s_[1:3]``: the index itself."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        return key

    def __repr__(self) -> str:
        return "<numpy.s_>"


TABLE: dict[str, Any] = {
    "vectorize": Builtin("vectorize", Vectorized), "mgrid": Grid(False), "ogrid": Grid(True), "r_": Joined(False),
    "c_": Joined(True), "s_": Index(), "index_exp": Index(),
}  # fmt: skip
for _function in (apply_along_axis, fromfunction, ndindex, ndenumerate, piecewise):
    TABLE[_function.__name__] = Builtin(_function.__name__, _function)
