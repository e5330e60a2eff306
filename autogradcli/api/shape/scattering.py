"""Writing at places under their names: ``scatter``, ``index_add``, ``index_copy``, ``put``, ``fill_``, ``resize_``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.inplace import check_inplace, inplace
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics.limits import check_window
from ...numerics.numbers import number_in
from ...operations.index import scatter, scatter_index, scatter_reduce
from ...operations.shape import copies, strided
from ..calls.declare import in_place
from ..calls.overloads import Overload, define
from ..tensor.memory import resize
from .view_in_place import geometry

_BOTH = "torch Tensor"


def _with_in_place(name: str, *overloads: Overload, into: str = _BOTH) -> None:
    """A function, and its in-place form as a method."""
    define(name, *overloads, into=into)
    define(
        name + "_",
        *((schema.replace(", *, Tensor out=None", ""), in_place(f)) for schema, f, *_ in overloads),
        into="Tensor",
    )


# -- scatter -----------------------------------------------------------------------------------------------

_AT = "(Tensor input, int dim, Tensor index"


def _everywhere(input: Tensor, index: Tensor, value: Any) -> Tensor:
    """A number as a source with as many elements as there are indices, which takes no memory."""
    return wrap(np.broadcast_to(number_in(input.array.dtype, value), index.array.shape))


def _combined_value(input: Tensor, dim: int, index: Tensor, value: Any, reduce: str) -> Any:
    """With a number added, or multiplied, at each index along a dimension. No derivative."""
    return scatter.scatter_combined(input, dim, index, _everywhere(input, index, value), reduce)


def _combined_value_(input: Tensor, dim: int, index: Tensor, value: Any, reduce: str) -> Any:
    """With a number added, or multiplied, at each index along a dimension, in place."""
    return _combined_(input, dim, index, _everywhere(input, index, value), reduce)


_combined_ = in_place(scatter.scatter_combined)
_REDUCE = (
    "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future PyTorch "
    "release. Use torch.scatter_reduce instead for more reduction options."
)


def _combined_tensor(input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str) -> Any:
    """With each element of ``src`` added, or multiplied, at its index along a dimension. No derivative."""
    state.warn_once("UserWarning", _REDUCE)
    return scatter.scatter_combined(input, dim, index, src, reduce)


def _combined_tensor_(input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str) -> Any:
    """With each element of ``src`` added, or multiplied, at its index along a dimension, in place."""
    state.warn_once("UserWarning", _REDUCE)
    return _combined_(input, dim, index, src, reduce)


define(
    "scatter",
    (f"{_AT}, Tensor src, *, Tensor out=None)", scatter.scatter),
    (f"{_AT}, Tensor src, *, str reduce, Tensor out=None)", _combined_tensor),
    (f"{_AT}, Scalar value, *, Tensor out=None)", scatter.scatter_value),
    (f"{_AT}, Scalar value, *, str reduce, Tensor out=None)", _combined_value),
    into=_BOTH,
)
define(
    "scatter_",
    (f"{_AT}, Tensor src)", in_place(scatter.scatter)),
    (f"{_AT}, Tensor src, *, str reduce)", _combined_tensor_),
    (f"{_AT}, Scalar value)", in_place(scatter.scatter_value)),
    (f"{_AT}, Scalar value, *, str reduce)", _combined_value_),
    into="Tensor",
)
_with_in_place("scatter_add", (f"{_AT}, Tensor src, *, Tensor out=None)", scatter.scatter_add))


#: Spellings that PyTorch takes and doesn't name.
_EXTREMES = {"max": "amax", "min": "amin"}


def _scatter_reduce(input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, include_self: bool) -> Any:
    """With each element of ``src`` reduced into its place along a dimension: sum, prod, mean, amax or amin."""
    reduce = _EXTREMES.get(reduce, reduce)
    return scatter_reduce.scatter_reduce(input, dim, index, src, reduce, include_self)


_with_in_place(
    "scatter_reduce",
    (f"{_AT}, Tensor src, str reduce, *, bool include_self=True, Tensor out=None)", _scatter_reduce),
)

# -- whole parts -------------------------------------------------------------------------------------------


_INDEX_REDUCE = (
    "index_reduce() is in beta and the API may change at any time. (Triggered internally at "
    "/__w/pytorch/pytorch/aten/src/ATen/native/TensorAdvancedIndexing.cpp:1523.)"
)


def _index_reduce(input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, include_self: bool) -> Any:
    """With parts of ``source`` reduced into the parts at indices along a dimension: prod, mean, amax or amin."""
    state.warn_once("UserWarning", _INDEX_REDUCE)
    return scatter_reduce.index_reduce(input, dim, index, source, reduce, include_self)


_with_in_place("index_add", (f"{_AT}, Tensor source, *, Scalar alpha=1, Tensor out=None)", scatter_index.index_add))
_with_in_place("index_copy", (f"{_AT}, Tensor source, *, Tensor out=None)", scatter_index.index_copy))
_with_in_place(
    "index_fill",
    (f"{_AT}, Tensor value)", scatter_index.index_fill_tensor),
    (f"{_AT}, Scalar value)", scatter_index.index_fill_scalar),
)
_with_in_place(
    "index_reduce",
    (f"{_AT}, Tensor source, str reduce, *, bool include_self=True, Tensor out=None)", _index_reduce),
)
_with_in_place("put", ("(Tensor input, Tensor index, Tensor source, bool accumulate=False)", scatter.put))

# -- into the place of a view ------------------------------------------------------------------------------

define("select_scatter", ("(Tensor input, Tensor src, int dim, SymInt index)", scatter.select_scatter), into=_BOTH)
define(
    "slice_scatter",
    (
        "(Tensor input, Tensor src, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1)",
        scatter.slice_scatter,
    ),
    into=_BOTH,
)
define(
    "diagonal_scatter",
    ("(Tensor input, Tensor src, int offset=0, int dim1=0, int dim2=1)", scatter.diagonal_scatter),
    into=_BOTH,
)


def _as_strided_scatter(input: Tensor, src: Tensor, size: Any, stride: Any, storage_offset: int | None) -> Any:
    """With ``src`` written into a window of any size and strides."""
    return strided.as_strided_scatter(input, src, size, stride, storage_offset or 0)


define(
    "as_strided_scatter",
    ("(Tensor input, Tensor src, IntList size, IntList stride, SymInt? storage_offset=None)", _as_strided_scatter),
    into=_BOTH,
)

# -- fills -------------------------------------------------------------------------------------------------

define(
    "fill",
    ("(Tensor input, Tensor value)", copies.fill_tensor),
    ("(Tensor input, Scalar value)", copies.fill_scalar),
)
define(
    "fill_",
    ("(Tensor input, Tensor value)", in_place(copies.fill_tensor)),
    ("(Tensor input, Scalar value)", in_place(copies.fill_scalar)),
    into=_BOTH,
)
define("zero_", ("(Tensor input)", in_place(copies.zero)), into=_BOTH)


def _fill_diagonal_(input: Tensor, fill_value: Any, wrap: bool) -> Tensor:
    """Write a number on the main diagonal; ``wrap`` goes on with it in a tall matrix, after a gap of one row."""
    shape = input.array.shape
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    offset, strides = geometry(input, None)
    step = sum(strides)
    count = min(shape)
    place = strided.as_strided(input, (count,), (step,), offset, strides)
    inplace(copies.fill_scalar.in_place, place, fill_value)
    if wrap and len(shape) == 2 and shape[0] > shape[1] + 1:
        rest = shape[1] * shape[0] - (shape[1] + 1) * strides[0]
        below = strided.as_strided(input, ((rest + step - 1) // step,), (step,), (shape[1] + 1) * strides[0], strides)
        inplace(copies.fill_scalar.in_place, below, fill_value)
    return input


define("fill_diagonal_", ("(Tensor input, Scalar fill_value, bool wrap=False)", _fill_diagonal_), into="Tensor")

# -- other sizes of the same memory ------------------------------------------------------------------------


def _resized(input: Tensor, size: tuple[int, ...], strides: tuple[int, ...] | None = None) -> Tensor:
    if input.node is not None:
        raise RuntimeError("cannot resize variables that require grad")
    check_inplace(input)
    if input.array.shape == size:
        return input
    if min(size, default=0) < 0 or math.prod(size) >= 2**63:
        raise RuntimeError("numel: integer multiplication overflow")
    if math.prod(size) * input.array.itemsize >= 2**63:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(size)}")
    check_window(size)
    resize(input, size, strides)
    input.bump()
    return input


def _resize_(input: Tensor, size: tuple[int, ...], memory_format: Any) -> Tensor:
    """Another size on the same memory, which grows where needed; the order of the elements stays."""
    return _resized(input, size)


def _resize_as_(input: Tensor, the_template: Tensor, memory_format: Any) -> Tensor:
    """The size of another tensor on the same memory."""
    return _resized(input, the_template.array.shape)


define("resize_", ("(Tensor input, IntList size, *, MemoryFormat? memory_format=None)", _resize_), into="Tensor")
define(
    "resize_as_",
    ("(Tensor input, Tensor the_template, *, MemoryFormat? memory_format=None)", _resize_as_),
    into=_BOTH,
)
