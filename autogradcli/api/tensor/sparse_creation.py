"""Sparse tensors that programs make: ``torch.sparse_coo_tensor``, ``to_sparse``, and products with dense matrices.

Such a tensor is its indices and its values. The values are an ordinary tensor with an ordinary history, so what is
computed from a sparse tensor (a dense one, a product) is computed from its values by operations that have gradients,
and the gradient of the sparse tensor is that of its values at the same indices.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.leaves import require_grad
from ...engine.sparse import SparseTensor, of_parts, sparse_tensor
from ...engine.tensor import Parameter, Size, Tensor, wrap
from ...numerics import dtypes
from ...numerics.limits import charge_array, charge_items
from ...operations.linalg.sparse_products import (
    sparse_dense,
    sparse_mm,
    sparse_mv,
    sparse_product,
    sparse_sums,
    sparse_values,
)
from ..calls.argument_types import Value, type_name
from ..calls.overloads import OF_TYPES, PLACES
from ..calls.python_function import define_python
from ..calls.registry import ATTRIBUTES, Method, Property, attributes_of, namespace
from ..calls.titled_nodes import titled
from . import sparse_tensors as sparse_tensors  # what such tensors can do besides
from .sparse_arithmetic import of_tensors as _M
from .sparse_arithmetic import of_torch as _T
from .sparse_arithmetic import quotient, scaled

PLACES["sparse"] = ("torch.sparse", "")


def made_of(indices: np.ndarray, source: Tensor, shape: tuple[int, ...], coalesced: bool = False) -> SparseTensor:
    charge_array(shape, source.array.itemsize)
    found = sparse_tensor(of_parts(shape, indices, source.array), coalesced)
    assert isinstance(found, SparseTensor)
    found.source = source
    return found


def source_of(t: SparseTensor) -> Tensor:
    """The values of a sparse tensor, with the history that it has."""
    if t.source is None:
        t.source = wrap(t.values)
    return t.source


def sparse_coo_tensor(
    indices: Value,
    values: Value = None,
    size: Any = None,
    *,
    dtype: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
    is_coalesced: bool | None = None,
) -> Tensor:
    """A sparse tensor of ``values[k]`` at ``indices[:, k]``, or one without values from a size alone. Raises
    RuntimeError where indices, values and size don't go together."""
    if values is None:  # a size alone
        if not isinstance(indices, (int, list, tuple)):
            raise TypeError(
                f"sparse_coo_tensor(): argument 'size' (position 1) must be tuple of ints, not {type_name(indices)}"
            )
        shape = (indices,) if isinstance(indices, int) else tuple(int(n) for n in indices)
        charge_items(len(shape))
        source = _T("zeros")((0,), dtype=dtype)
        places = np.zeros((len(shape), 0), np.int64)
    else:
        given = indices if isinstance(indices, Tensor) else _T("tensor")(indices, dtype=dtypes.int64)
        places = given.array.real.astype(np.int64)  # PyTorch drops an imaginary part without a word
        source = values if isinstance(values, Tensor) else _T("tensor")(values, dtype=dtype)
        if dtype is not None:
            source = _M("to")(source, dtype)
        if places.ndim != 2:
            raise RuntimeError(f"indices must be sparse_dim x nnz, but got: {_M('size')(given)}")
        if source.array.ndim == 0 or places.shape[1] != source.array.shape[0]:
            count = source.array.shape[0] if source.array.ndim else 1
            raise RuntimeError(
                f"indices and values must have same nnz, but got nnz from indices: {places.shape[1]}, nnz from values: "
                f"{count}"
            )
        rest = source.array.shape[1:]
        if size is None:
            highest = places.max(axis=1) + 1 if places.shape[1] else np.zeros(len(places), np.int64)
            shape = (*(int(n) for n in highest), *rest)
        else:
            shape = tuple(int(n) for n in size)
            if len(shape) != len(places) + len(rest):
                raise RuntimeError(
                    f"number of dimensions must be sparse_dim ({len(places)}) + dense_dim ({len(rest)}), but got "
                    f"{len(shape)}"
                )
            if shape[len(places) :] != rest:
                raise RuntimeError(
                    f"values has incorrect size, expected {list(shape[len(places) :])}, got {list(rest)}"
                )
        _check_places(places, shape)
    if source.requires_grad and not requires_grad:
        source = sparse_values(source)
    if requires_grad:
        source = _M("detach")(source) if source.node is not None else wrap(source.array)
        require_grad(source)
    return made_of(places, source, shape, bool(is_coalesced))


def _check_places(places: np.ndarray, shape: tuple[int, ...]) -> None:
    if (places < 0).any():
        at = np.argwhere(places < 0)[0]
        raise RuntimeError(f"found negative index {places[tuple(at)]} for dim {at[0]}")
    for dim, row in enumerate(places):
        if row.size and row.max() >= shape[dim]:
            raise RuntimeError(
                f"size is inconsistent with indices: for dim {dim}, size is {shape[dim]} but found index {row.max()}"
            )


def to_sparse(self: Tensor, sparse_dim: int | None = None) -> Tensor:
    """The elements that are not zero, as a sparse tensor."""
    if isinstance(self, SparseTensor):
        return self
    rank = self.array.ndim
    dims = rank if sparse_dim is None else sparse_dim
    if not 0 < dims <= rank:
        raise RuntimeError(f"sparse_dim must be between 1 and {rank}, not {dims}")
    kept = self.array if dims == rank else np.any(self.array.reshape(*self.array.shape[:dims], -1) != 0, axis=-1)
    places = np.stack(np.nonzero(kept)) if kept.size else np.zeros((dims, 0), np.int64)
    source = _T("index_select")(_M("reshape")(self, -1, *self.array.shape[dims:]), 0, _flat(places, self.array.shape))
    titled(source, "ToSparseBackward1" if sparse_dim is None else "ToSparseBackward0")
    return made_of(places.astype(np.int64), source, self.array.shape, True)


def _flat(places: np.ndarray, shape: tuple[int, ...]) -> Tensor:
    """Places by several numbers as places by one."""
    if not places.size:
        return wrap(np.zeros(0, np.int64))
    return wrap(np.ravel_multi_index(tuple(places), shape[: len(places)]).astype(np.int64))


def dense_of(self: SparseTensor, dtype: Any = None) -> Tensor:
    if len(self.indices) == self.dense.ndim:
        flat = _flat(self.indices, self.dense.shape)
        made: Tensor = sparse_dense(source_of(self), flat, self.dense.shape)
        return made if dtype is None else _M("to")(made, dtype)
    start = _T("zeros")(self.dense.shape, dtype=self.dtype)
    found: Tensor = _M("index_put")(start, tuple(wrap(row) for row in self.indices), source_of(self), accumulate=True)
    titled(found, "ToDenseBackward0")
    return found if dtype is None else _M("to")(found, dtype)


def _coalesce(self: SparseTensor) -> SparseTensor:
    if self.coalesced:
        return self
    shape = self.dense.shape[: len(self.indices)]
    places, inverse = np.unique(_flat(self.indices, shape).array, return_inverse=True)
    source = source_of(self)
    summed = sparse_sums(source, wrap(inverse.astype(np.int64)), len(places))
    indices = np.stack(np.unravel_index(places, shape)).astype(np.int64)
    return made_of(indices, summed, self.dense.shape, True)


def _values(self: SparseTensor) -> Tensor:
    if not self.coalesced:
        raise RuntimeError("Cannot get values on an uncoalesced tensor, please call .coalesce() first")
    return source_of(self)


def product(left: Any, right: Any, by: Any = sparse_mm) -> Any:
    """A sparse matrix with a dense matrix or vector: each value takes its row of the dense one along."""
    if not isinstance(left, SparseTensor):
        return _T("matmul")(left, dense_of(right))
    if isinstance(right, SparseTensor):
        right = dense_of(right)
    if len(left.indices) != 2 or left.dense.ndim != 2 or right.array.ndim not in (1, 2):
        raise RuntimeError("a sparse matrix is multiplied with a dense matrix or vector")
    if left.dense.shape[1] != right.array.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({left.dense.shape[0]}x{left.dense.shape[1]} and "
            f"{'x'.join(map(str, right.array.shape))})"
        )
    rows, columns = (wrap(row) for row in left.indices)
    values = source_of(left)
    return (sparse_mv if right.array.ndim == 1 else by)(values, right, rows, columns, left.dense.shape[0])


def mm(mat1: Tensor, mat2: Tensor, reduce: str = "sum") -> Tensor:
    """A sparse matrix times a dense one, with gradients of both. Raises RuntimeError for shapes that don't fit."""
    if reduce != "sum":
        raise NotImplementedError("sparse.mm(reduce=) isn't here: only the sum")
    found: Tensor = product(mat1, mat2, sparse_product)
    return found


def _sum(input: Tensor, dim: Any = None, dtype: Any = None) -> Tensor:
    """The sum of a sparse tensor, over all of it or, as a dense tensor, over dimensions."""
    if not isinstance(input, SparseTensor):
        raise RuntimeError("sparse.sum() takes a sparse tensor: use torch.sum")
    if dim is None:
        found: Tensor = _M("sum")(source_of(input), dtype=dtype)
        return found
    return _M("sum")(dense_of(input), dim, dtype=dtype)  # type: ignore[no-any-return]


def _turned(self: SparseTensor, *dims: Any) -> SparseTensor:
    if self.dense.ndim != 2 or len(self.indices) != 2:
        sparse = len(self.indices)
        raise RuntimeError(
            f"t() expects a tensor with <= 2 sparse and 0 dense dimensions, but got {sparse} sparse and "
            f"{self.dense.ndim - sparse} dense dimensions"
        )
    return made_of(self.indices[::-1], source_of(self), self.dense.shape[::-1])


def _node(self: SparseTensor) -> Any:
    """What made its values, as an ordinary tensor says it: with what programs can do with a node."""
    entry = ATTRIBUTES[Tensor]["grad_fn"]
    assert isinstance(entry, Property)
    return None if self.source is None else entry.get(self.source)


def _set_gradient(self: SparseTensor, new: Any) -> None:
    if new is not None:
        raise NotImplementedError("the gradient of a sparse tensor is set to None alone here")
    if self.source is not None:
        entry = ATTRIBUTES[Tensor]["grad"]
        assert isinstance(entry, Property) and entry.set is not None
        entry.set(self.source, None)


def _gradient(self: SparseTensor) -> Any:
    grad = None if self.source is None else self.source.grad
    return None if grad is None else made_of(self.indices, grad, self.dense.shape, self.coalesced)


def _matmul(self: SparseTensor, other: Any) -> Any:
    return product(self, other) if isinstance(other, Tensor) else NotImplemented


def _rmatmul(self: SparseTensor, other: Any) -> Any:
    return product(other, self) if isinstance(other, Tensor) else NotImplemented


def _rebuilt(t: SparseTensor, indices: np.ndarray, values: Tensor) -> SparseTensor:
    return made_of(indices, values, t.dense.shape, t.coalesced)


def _times(self: SparseTensor, other: Any) -> Any:
    return scaled(self, other, source_of(self), _rebuilt)


def _by(self: SparseTensor, other: Any) -> Any:
    return quotient(self, other, source_of(self), _rebuilt)


def _plus(self: SparseTensor, other: Any) -> Any:
    """Of two tensors with the same places, on their values; any other sum is without a history."""
    same = isinstance(other, SparseTensor) and type(other) is type(self) and self.shape == other.shape
    if same and np.array_equal(self.indices, other.indices):
        return _rebuilt(self, self.indices, sum_of(source_of(self), source_of(other)))
    return sparse_tensors.add(self, other)


def sum_of(a: Any, b: Any) -> Tensor:
    total: Tensor = a + b
    return total


def _set_require(self: SparseTensor, requires_grad: bool) -> None:
    _require(self, requires_grad)


def _require(self: SparseTensor, requires_grad: bool = True) -> SparseTensor:
    _M("requires_grad_")(source_of(self), requires_grad)
    return self


def _install() -> None:
    table = attributes_of(SparseTensor)
    for name, call, doc in (
        ("to_dense", dense_of, "As an ordinary tensor."),
        ("coalesce", _coalesce, "With every index once, in order."),
        ("values", _values, "The values; of a coalesced tensor."),
        ("_values", source_of, "The values."),
        ("to_sparse", lambda t, sparse_dim=None: t, "Itself."),
        ("t", _turned, "The transposed matrix."),
        ("transpose", _turned, "The transposed matrix."),
        ("mm", product, "The product with a dense matrix."),
        ("matmul", product, "The product with a dense matrix or vector."),
        ("mv", product, "The product with a dense vector."),
        ("requires_grad_", _require, "Set whether the values require grad."),
        ("backward", lambda t, *a, **k: _M("backward")(source_of(t), *a, **k), "From the values."),
    ):
        table[name] = Method(call, doc)
    table["T"] = Property(_turned, doc="The transposed matrix.")
    table["shape"] = Property(lambda t: Size(t.dense.shape), doc="The shape.")
    table["requires_grad"] = Property(
        lambda t: t.source is not None and t.source.requires_grad, _set_require, doc="Whether the values require grad."
    )
    table["grad"] = Property(_gradient, _set_gradient, doc="The gradient, at the same indices.")
    table["is_leaf"] = Property(lambda t: t.source is None or t.source.is_leaf, doc="Whether it has no history.")
    table["grad_fn"] = Property(_node, doc="What made its values.")
    operators: dict[str, Any] = {
        "__matmul__": _matmul, "__rmatmul__": _rmatmul, "__mul__": _times, "__rmul__": _times, "__truediv__": _by,
        "__add__": _plus, "__neg__": lambda t: _times(t, -1),
    }  # fmt: skip
    for name, operator in operators.items():
        setattr(SparseTensor, name, operator)


_PAIRS = ((SparseTensor, Tensor), (SparseTensor, Parameter), (Tensor, SparseTensor), (SparseTensor, SparseTensor))
for _name in ("mm", "matmul", "mv"):
    OF_TYPES[_name] = dict.fromkeys(_PAIRS, product)
_install()
define_python("sparse_coo_tensor", sparse_coo_tensor)
define_python("to_sparse", to_sparse, into="Tensor")
define_python("mm", mm, into="sparse")


def spmm(input: Tensor, mat2: Tensor) -> Any:
    """The product of two matrices, of which the first may be sparse."""
    if isinstance(input, SparseTensor):
        return mm(input, mat2)
    return namespace("torch")["mm"](input, mat2)


define_python("spmm", spmm)
define_python("sum", _sum, into="sparse")
