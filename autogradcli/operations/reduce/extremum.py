"""Extremes: ``max``, ``amax``, ``argmax``, and what they share with other values picked by an index.

Where the result is *the* extreme of all elements, elements that tie share its gradient evenly; where an index is
returned, the element at that index gets all of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...numerics.blocks import LARGE
from ...numerics.repeated import copied
from ..dims import (
    Dims,
    Shape,
    axis_of,
    kept_shape,
    maximum_reduce,
    minimum_reduce,
    wrap_dim,
    wrap_dims,
)
from ..places import along, put_along
from ..refuse import check_usual
from .reduction import unreduced

Pair = tuple[Array, Array]


def refuse_empty(name: str, input: Array, dim: Dims, error: type[Exception] = IndexError) -> None:
    """Raise, in PyTorch's words, where a dimension that needs an element has none."""
    if input.size:
        return
    if dim is None or dim == ():
        tail = " Specify the reduction dim with the 'dim' argument." if error is RuntimeError else ""
        raise error(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.{tail}")
    given = (dim,) if isinstance(dim, int) else dim
    for d, at in zip(given, wrap_dims(dim, input.ndim)):
        if not input.shape[at]:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")


# -- amax, amin, aminmax -----------------------------------------------------------------------------------


def shared(F: Any, g: Any, input: Any, result: Any, dim: Dims, keepdim: bool) -> Any:
    """In a rule: a gradient shared evenly among the elements that equal the result, over some dimensions."""
    shape = tuple(input.shape)
    if shape and not keepdim:
        kept = kept_shape(shape, dim)
        g, result = F.reshape(g, kept), F.reshape(result, kept)

    def full() -> Any:
        if input.__class__ is np.ndarray and input.size >= LARGE:
            found = _lone(g, input, result)
            if found is not None:
                return found
        same = F.cast(F.eq(input, result), g.dtype)
        return g / F.sum_dim(same, wrap_dims(dim, len(shape)), True) * same

    return F.readable(lambda: F.where(F.eq(input, result), g, 0.0), full)


def _lone(g: Array, input: Array, result: Array) -> Array | None:
    """The same where no two elements tie: each gradient at its one place among zeros. None where some do."""
    if result.size > input.size >> 3 or not input.flags.c_contiguous:
        return None
    same = input == result
    if np.count_nonzero(same) != result.size or (result != result).any():
        return None
    at = np.flatnonzero(same)
    places = zip(np.unravel_index(at, input.shape), result.shape)
    out = np.zeros(input.shape, g.dtype)
    out.reshape(-1)[at] = np.broadcast_to(g, result.shape)[tuple(0 if n == 1 else p for p, n in places)]
    return out


_EXTREME: dict[str, Any] = {
    "input": lambda F, g, input, result, dim, keepdim: shared(F, g, input, result, dim, keepdim),
    "examples": lambda r: [(r.distinct((2, 3)), ()), (r.distinct((2, 3)), 0, True)], "dims": "dim",
}  # fmt: skip


@operation(layout="contiguous", takes=("bool integer floating", "max_values_cpu"), **_EXTREME)
def amax(input: Array, dim: Dims = (), keepdim: bool = False) -> Array:
    """Largest element over some dimensions; ties share the gradient."""
    axis = axis_of(dim, input.ndim)
    refuse_empty("amax", input, dim, RuntimeError)
    return maximum_reduce(input, axis, None, None, keepdim)


@operation(layout="contiguous", takes=("bool integer floating", "min_values_cpu"), **_EXTREME)
def amin(input: Array, dim: Dims = (), keepdim: bool = False) -> Array:
    """Smallest element over some dimensions; ties share the gradient."""
    axis = axis_of(dim, input.ndim)
    refuse_empty("amin", input, dim, RuntimeError)
    return minimum_reduce(input, axis, None, None, keepdim)


def _aminmax_back(F: Any, g: Any, input: Any, low: Any, high: Any, dim: Dims, keepdim: bool) -> Any:
    parts = [shared(F, x, input, r, dim, keepdim) for x, r in zip(g, (low, high)) if x is not None]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


@operation(
    layout="contiguous",
    dims="dim",
    takes=("bool integer floating", "aminmax_cpu"),
    outputs=("min", "max"),
    input=lambda F, g, input, result0, result1, dim, keepdim: _aminmax_back(
        F, g, input, result0, result1, dim, keepdim
    ),
    examples=lambda r: [(r.distinct((2, 3)), None), (r.distinct((2, 3)), 0, True)],
)
def aminmax(input: Array, dim: int | None = None, keepdim: bool = False) -> Pair:
    """Smallest and largest element."""
    if not input.size and dim is None:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    refuse_empty("aminmax", input, dim)
    axis = axis_of(dim, input.ndim)
    return (
        minimum_reduce(input, axis, None, None, keepdim),
        maximum_reduce(input, axis, None, None, keepdim),
    )


# -- max() and min() of everything -------------------------------------------------------------------------


def evenly(F: Any, g: Any, input: Any, result: Any) -> Any:
    """The gradient shared evenly among the elements that equal the result; NaN counts as equal to NaN."""
    if input.__class__ is np.ndarray and input.size >= LARGE and result == result:
        at = np.flatnonzero(input == result)
        if at.size < input.size >> 3:
            out = np.zeros(input.shape, g.dtype)
            out.reshape(-1)[at] = g / g.dtype.type(at.size)
            return out
    same = F.logical_or(F.eq(input, result), F.logical_and(F.isnan(input), F.isnan(result)))
    count = F.sum_all(F.cast(same, g.dtype))
    return F.readable(
        lambda: F.where(F.eq(input, result), g, 0.0),
        lambda: F.masked_fill_tensor(F.zeros_like(input), same, g / count),
    )


def _refuse_nothing(name: str, input: Array) -> None:
    if not input.size:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
            "with the 'dim' argument."
        )


@operation(
    takes=("bool integer floating", "max_all"),
    rows="flat: max_dim",
    node="MaxBackward1",
    spelling="max",
    input=lambda F, g, input, result: evenly(F, g, input, result),
    examples=lambda r: [(r.distinct((2, 3)),), (r(),)],
)
def max_all(input: Array) -> Array:
    """Largest element of all; ties share the gradient."""
    _refuse_nothing("max", input)
    return maximum_reduce(input, None)


@operation(
    takes=("bool integer floating", "min_all"),
    rows="flat: min_dim",
    node="MinBackward1",
    spelling="min",
    input=lambda F, g, input, result: evenly(F, g, input, result),
    examples=lambda r: [(r.distinct((2, 3)),), (r(),)],
)
def min_all(input: Array) -> Array:
    """Smallest element of all; ties share the gradient."""
    _refuse_nothing("min", input)
    return minimum_reduce(input, None)


# -- values picked by an index -----------------------------------------------------------------------------


def picked(F: Any, g: Any, index: Any, shape: Shape, dim: int, keepdim: bool) -> Any:
    """In a rule: the gradient of values that were picked along a dimension, put back where they came from."""
    if not shape:
        return g
    g, index = unreduced(F, g, shape, dim, keepdim), unreduced(F, index, shape, dim, keepdim)
    return F.spread(F.new_zeros(g, shape), dim, index, g)


def _spread_said(F: Any, input: Any, dim: int, index: Any, src: Any) -> Any:
    """One for each row of zeros is a row of the identity."""
    at = dim % input.ndim
    if index.shape[at] != 1 or F.uniform(input) != 0:
        return F.scatter(input, at, index, src)
    rows = F.rows(F.squeeze_dim(index, at), input.shape[at], src)
    if at != input.ndim - 1:
        rows = F.permute(rows, (*range(at), input.ndim - 1, *range(at, input.ndim - 1)))
    return src * rows


@operation(
    dims="dim",
    formula=_spread_said,
    node="ScatterBackward0",
    kind="linear",
    complex="own",
    input=lambda F, g, dim, index: F.scatter_value(g, dim, index, 0.0),
    src=lambda F, g, dim, index: F.gather(g, dim, index),
    examples=lambda r: [(r(2, 3), 0, r.index((1, 3), 2), r(1, 3))],
)
def spread(input: Array, dim: int, index: Index, src: Array) -> Array:
    """``scatter`` of picked values back to where they came from: one at each index along a dimension, unchecked."""
    out = copied(input)
    put_along(out, index, wrap_dim(dim, out.ndim), src)
    return out


def _arg(input: Array, axis: int, largest: bool) -> Array:
    if input.dtype.kind == "b":
        input = input.view(np.uint8)
    return (np.argmax if largest else np.argmin)(input, axis, keepdims=True)


def _extreme(name: str, input: Array, dim: int, keepdim: bool, largest: bool) -> Pair:
    at = wrap_dim(dim, input.ndim)
    refuse_empty(name, input, at)
    if input.dtype.kind == "c":
        raise RuntimeError(f"{name}(): does not support complex input")
    if not input.ndim:
        return input.copy(), np.zeros((), np.int64)
    if not input.size:
        shape = kept_shape(input.shape, at)
        index = np.zeros(shape if keepdim else tuple(n for k, n in enumerate(shape) if k != at), np.int64)
        return np.zeros(index.shape, input.dtype), index
    return pick(input, _arg(input, at, largest), at, keepdim)


def pick(input: Array, index: Array, at: int, keepdim: bool) -> Pair:
    """The values at an index along a dimension, and the index; ``index`` has that dimension with size 1."""
    values = input[along(index, at)]
    if not keepdim:
        shape = tuple(n for k, n in enumerate(values.shape) if k != at)
        values, index = values.reshape(shape), index.reshape(shape)
    return values, index


def by_index(node: str, name: str) -> dict[str, Any]:
    return {
        "node": node,
        "spelling": name,
        "dims": "dim",
        "outputs": ("values", "indices"),
        "differentiable": (0,),
        "complex": "own",
        "input": lambda F, g, input_shape, dim, keepdim, result1: picked(F, g[0], result1, input_shape, dim, keepdim),
        "jvp": lambda F, t, input_shape, dim, keepdim, result1: (
            gathered(F, t["input"], result1, input_shape, dim, keepdim),
            None,
        ),
        "examples": lambda r: [(r.distinct((2, 3)), 0), (r.distinct((2, 3)), -1, True)],
    }


def gathered(F: Any, x: Any, index: Any, shape: Shape, dim: int, keepdim: bool) -> Any:
    """In a jvp: the values of ``x`` where values were picked."""
    if not shape:
        return x
    found = F.gather(x, dim, unreduced(F, index, shape, dim, keepdim))
    return found if keepdim else F.squeeze_dim(found, dim)


@operation(
    formula=lambda F, input, dim, keepdim: (F.amax(input, dim, keepdim), F.argmax(input, dim, keepdim)),
    takes=("usual", "max_cpu"),
    **by_index("MaxBackward0", "max"),
)
def max_dim(input: Array, dim: int, keepdim: bool = False) -> Pair:
    """Largest elements along a dimension and the index of the first of them."""
    return _extreme("max", input, dim, keepdim, True)


@operation(
    formula=lambda F, input, dim, keepdim: (F.amin(input, dim, keepdim), F.argmin(input, dim, keepdim)),
    takes=("usual", "min_cpu"),
    **by_index("MinBackward0", "min"),
)
def min_dim(input: Array, dim: int, keepdim: bool = False) -> Pair:
    """Smallest elements along a dimension and the index of the first of them."""
    return _extreme("min", input, dim, keepdim, False)


def _argued(name: str, input: Array, dim: int | None, keepdim: bool) -> Array:
    if dim is None:
        refuse_empty(name, input, None)
    else:
        refuse_empty(name, input, wrap_dim(dim, input.ndim))
    if input.dtype.kind in "cb":
        kind = "bool" if input.dtype.kind == "b" else "complex"
        raise RuntimeError(f"{name}(): does not support {kind} input")
    shape = kept_shape(input.shape, dim)
    if not input.size:
        return np.zeros(shape if keepdim else tuple(n for n in shape if n != 1), np.int64)
    if input.dtype.kind == "u":
        check_usual(f"{name}_cpu", input)
    if dim is None:
        found = _arg(input.reshape(-1), 0, name == "argmax")
        return found.reshape(shape if keepdim else ())
    if not input.ndim:
        return np.zeros((), np.int64)
    found = _arg(input, dim, name == "argmax")
    return found if keepdim else found.squeeze(dim)


@operation(dims="dim")
def argmax(input: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """Index of the largest element, of all elements counted in order or along a dimension."""
    return _argued("argmax", input, dim, keepdim)


@operation(dims="dim")
def argmin(input: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """Index of the smallest element, of all elements counted in order or along a dimension."""
    return _argued("argmin", input, dim, keepdim)
