"""Elements by index or mask under their names: ``gather``, ``index_select``, ``take``, ``masked_fill``, ``nonzero``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.deferred import shape_of
from ...engine.inplace import check_inplace, inplace
from ...engine.lazy import loader
from ...engine.mirrors import flip_of, memory_of
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...engine.views import check_overlap
from ...numerics.layouts import overlaps_itself
from ...operations.dims import broadcast_shape, wrap_dim
from ...operations.index import gather, indexing, masks
from ...operations.reduce import sorting
from ...operations.shape.any_shape import reshape
from ...operations.shape.slicing import unbind
from ...operations.shape.view import expand
from ..calls.declare import in_place
from ..calls.overloads import define

_BOTH = "torch Tensor"
_OUT = ", *, Tensor out=None"

define("index_select", (f"(Tensor input, int dim, Tensor index{_OUT})", indexing.index_select), into=_BOTH)


def _gather(input: Tensor, dim: int, index: Tensor, sparse_grad: bool) -> Any:
    """For each element of the index the element of the input at that index along a dimension."""
    if sparse_grad and state.grad and input.node is not None and not state.levels:
        loader.load("api.tensor.sparse_creation")  # what a program can do with the gradient that this will give
        return gather.gather_sparse(input, dim, index)
    return gather.gather(input, dim, index)


define(
    "gather",
    ("(Tensor input, int dim, Tensor index, *, bool sparse_grad=False, Tensor out=None)", _gather),
    into=_BOTH,
)
define("take", (f"(Tensor input, Tensor index{_OUT})", indexing.take), into=_BOTH)


def _take_along_dim(input: Tensor, indices: Tensor, dim: int | None) -> Any:
    """The elements at indices along a dimension, both broadcast; without one, of all elements in order."""
    if indices.array.dtype != np.int64:
        if dim is None:
            raise RuntimeError("gather(): Expected dtype int32/int64 for index")
        raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype.type_name}")
    if dim is None:
        return gather.gather(reshape(input, (-1,)), 0, reshape(indices, (-1,)))
    if input.array.ndim != indices.array.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, "
            f"but got {input.array.ndim} dimensions for input, and {indices.array.ndim} dimensions for indices"
        )
    at = wrap_dim(dim, input.array.ndim)
    mine, theirs = input.array.shape, indices.array.shape
    wide = _broadcast_but(at, mine, theirs)
    if mine != (size := (*wide[:at], mine[at], *wide[at + 1 :])):
        input = expand(input, size)
    if theirs != (size := (*wide[:at], theirs[at], *wide[at + 1 :])):
        indices = expand(indices, size)
    size = mine[at]
    if not size and indices.array.size:
        raise RuntimeError("ZeroDivisionError")  # here they go round
    if size and ((indices.array < 0) | (indices.array >= size)).any():
        indices = wrap(indices.array % size)  # here they go round
    return gather.gather(input, at, indices)


def _broadcast_but(at: int, mine: tuple[int, ...], theirs: tuple[int, ...]) -> tuple[int, ...]:
    """The broadcast shape with no heed to one dimension. Raises RuntimeError where there is none."""
    met = broadcast_shape(*[(*shape[:at], 1, *shape[at + 1 :]) for shape in (mine, theirs)])
    return (*met[:at], mine[at], *met[at + 1 :])


define(
    "take_along_dim", ("(Tensor input, Tensor indices, int? dim=None, *, Tensor out=None)", _take_along_dim), into=_BOTH
)

# -- masks -------------------------------------------------------------------------------------------------

define("masked_select", (f"(Tensor input, Tensor mask{_OUT})", masks.masked_select), into=_BOTH)


def _over_mask(operation: Any) -> Any:
    """The out-of-place form: the operand is expanded to the mask's shape, where that is larger."""

    def apply(input: Tensor, mask: Tensor, value: Any) -> Any:
        shape, its = shape_of(mask), shape_of(input)
        if shape != its:
            whole = broadcast_shape(shape, its)
            if whole != its:
                input = expand(input, whole)
        return operation(input, mask, value)

    apply.__doc__ = operation.__doc__
    return apply


_BY_TENSOR, _BY_NUMBER = "(Tensor input, Tensor mask, Tensor value)", "(Tensor input, Tensor mask, Scalar value)"
define(
    "masked_fill",
    (_BY_TENSOR, _over_mask(masks.masked_fill_tensor)),
    (_BY_NUMBER, _over_mask(masks.masked_fill)),
    into=_BOTH,
)
define(
    "masked_fill_",
    (_BY_TENSOR, in_place(masks.masked_fill_tensor)),
    (_BY_NUMBER, in_place(masks.masked_fill)),
    into="Tensor",
)
_SOURCE = "(Tensor input, Tensor mask, Tensor source)"
define("masked_scatter", (_SOURCE, _over_mask(masks.masked_scatter)), into=_BOTH)
define("masked_scatter_", (_SOURCE, in_place(masks.masked_scatter)), into="Tensor")

# -- index_put ---------------------------------------------------------------------------------------------


def _index_put(input: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool) -> Any:
    """A copy with other values at the places that index tensors name, or with the values added there."""
    return indexing.index_put(input, list(indices), values, accumulate)


def _index_put_(input: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool) -> Tensor:
    """Write values at places given by index tensors (or add them there)."""
    if accumulate and overlaps_itself(memory_of(input)):
        return _added_in_turn(input, indices, values)
    return inplace(indexing.index_put, input, list(indices), values, accumulate)


def _added_in_turn(input: Tensor, indices: Sequence[Tensor], values: Tensor) -> Tensor:
    """Values added where several elements are one memory location: each to what the one before it left there."""
    if state.levels or (state.grad and (input.node is not None or values.node is not None)):
        check_overlap(memory_of(input))
    check_inplace(input)
    added = indexing.index_put(
        wrap(np.zeros(input.array.shape, input.array.dtype)), list(indices), values, True
    )  # as it checks them, too
    flip, memory = flip_of(input), memory_of(input)
    own = added.array if flip is None else flip(added.array)
    places = np.zeros((), np.int64)
    for stride, size in zip(memory.strides, memory.shape, strict=True):
        places = np.add.outer(places, np.arange(size) * (stride // memory.itemsize))
    span = np.lib.stride_tricks.as_strided(memory, (int(places.max()) + 1,), (memory.itemsize,))
    np.add.at(span, places, own)
    input.bump()
    return input


_PUT = "(Tensor input, TensorList indices, Tensor values, bool accumulate=False)"
define("index_put", (_PUT, _index_put), into=_BOTH)
define("index_put_", (_PUT, _index_put_), into=_BOTH)

# -- what is true ------------------------------------------------------------------------------------------


def _places(input: Tensor) -> tuple[Any, ...]:
    found = sorting.nonzero(input if input.array.ndim else reshape(input, (1,)))
    return tuple(unbind(found, 1))


def _nonzero(input: Tensor, as_tuple: bool) -> Any:
    """The places of the nonzero elements: one row each, or a tuple of indices for each dimension."""
    return _places(input) if as_tuple else sorting.nonzero(input)


def _nonzero_rows(input: Tensor) -> Any:
    """The places of the nonzero elements, one row each."""
    return sorting.nonzero(input)


define("nonzero", ("(Tensor input, *, bool as_tuple=False, Tensor out=None)", _nonzero))
define(
    "nonzero",
    ("(Tensor input)", _nonzero_rows),
    ("(Tensor input, *, bool as_tuple)", _nonzero),
    into="Tensor",
)


def _nonzero_static(input: Tensor, size: int, fill_value: int) -> Any:
    """The places of the nonzero elements, cut or filled up to ``size`` rows."""
    found = sorting.nonzero(input).array[:size]
    out = np.full((size, input.array.ndim), fill_value, np.int64)
    out[: len(found)] = found
    return wrap(out)


define(
    "nonzero_static",
    ("(Tensor input, *, SymInt size, int fill_value=-1, Tensor out=None)", _nonzero_static),
    into=_BOTH,
)
define("argwhere", ("(Tensor input)", _nonzero_rows), into=_BOTH)
