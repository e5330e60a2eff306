"""What sparse tensors are computed from: their values at places, by operations of PyTorch's names.

The places are numbers without a gradient; the values are an ordinary tensor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...numerics.adding import add_at
from ..dims import Shape


def _products(values: Array, dense: Array, rows: Array, columns: Array, count: int) -> Array:
    taken = np.take(dense, columns, 0)
    taken = taken * (values if dense.ndim == 1 else values[:, None])
    made: Array = np.zeros((count, *dense.shape[1:]), taken.dtype)
    add_at(made, rows, taken)
    return made


#: The rules of a sparse matrix times a dense one.
_OF_MATRICES: dict[str, Any] = {
    "values": lambda F, g, dense, rows, columns: F.sum_dim(
        F.index_select(g, 0, rows) * F.index_select(dense, 0, columns), (1,), False
    ),
    "dense": lambda F, g, values, dense_shape, rows, columns: F.index_add(
        F.new_zeros(g, dense_shape), 0, columns, F.index_select(g, 0, rows) * F.unsqueeze(values, 1)
    ),
    "examples": lambda r: [(r(3), r(4, 2), r.index((3,), 2), r.index((3,), 4), 2)],
}


@operation(node="MmBackward0", **_OF_MATRICES)
def sparse_mm(values: Array, dense: Array, rows: Index, columns: Index, count: int) -> Array:
    """A sparse matrix of ``count`` rows times a dense one: each value takes its row of the dense one along."""
    return _products(values, dense, rows, columns, count)


@operation(node="SparseAddmmBackward0", **_OF_MATRICES)
def sparse_product(values: Array, dense: Array, rows: Index, columns: Index, count: int) -> Array:
    """The same by ``torch.sparse.mm``, which PyTorch has another name of in its graph."""
    return _products(values, dense, rows, columns, count)


@operation(
    node="MvBackward0",
    values=lambda F, g, dense, rows, columns: F.index_select(g, 0, rows) * F.index_select(dense, 0, columns),
    dense=lambda F, g, values, dense_shape, rows, columns: F.index_add(
        F.new_zeros(g, dense_shape), 0, columns, F.index_select(g, 0, rows) * values
    ),
    examples=lambda r: [(r(3), r(4), r.index((3,), 2), r.index((3,), 4), 2)],
)
def sparse_mv(values: Array, dense: Array, rows: Index, columns: Index, count: int) -> Array:
    """A sparse matrix of ``count`` rows times a vector."""
    return _products(values, dense, rows, columns, count)


@operation(
    node="SparseCooTensorWithDimsAndTensorsBackward0",
    kind="linear",
    rows="same",
    values=lambda F, g: g,
)
def sparse_values(values: Array) -> Array:
    """The values of a sparse tensor that is made of them."""
    return values.copy()


@operation(
    node="CoalesceBackward0",
    kind="linear",
    values=lambda F, g, places: F.index_select(g, 0, places),
    examples=lambda r: [(r(4, 2), r.index((4,), 3), 3)],
)
def sparse_sums(values: Array, places: Index, count: int) -> Array:
    """The sums of the values that have one place, of ``count`` places."""
    made: Array = np.zeros((count, *values.shape[1:]), values.dtype)
    add_at(made, places, values)
    return made


@operation(
    node="ToDenseBackward0",
    kind="linear",
    values=lambda F, g, places: F.index_select(F.reshape(g, (-1,)), 0, places),
    examples=lambda r: [(r(4), r.index((4,), 6), (2, 3))],
)
def sparse_dense(values: Array, places: Index, shape: Shape) -> Array:
    """The dense tensor of a shape of which values stand at places, counted over all its elements."""
    made: Array = np.zeros(int(np.prod(shape)), values.dtype)
    add_at(made, places, values)
    return made.reshape(shape)
