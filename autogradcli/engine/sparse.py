"""Sparse gradients: of rows that were looked up, the indices and the values, as ``Embedding(sparse=True)`` gives them.

On its way through the backward pass such a gradient is an array like any other, a ``SparseArray``, which also knows its
parts; what an operation makes of it is an ordinary array, unless it scales it or adds another one. Where it arrives it
becomes a ``SparseTensor``. Such tensors print, can be read, scaled, added, multiplied with matrices and made dense, and
some optimizers take them; one that a program made (``torch.sparse_coo_tensor``) has a history through its values. All
else refuses, since ``array`` does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..numerics import dtypes
from ..numerics.adding import add_at
from ..numerics.dtypes import DType
from .state import state
from .tensor import WRAPPERS, Size, Tensor

_SCALING = frozenset({np.multiply, np.divide, np.negative, np.positive})


class SparseArray(np.ndarray):
    """A dense array with the parts that it is the sum of: ``values[k]`` at ``indices[:, k]``."""

    indices: np.ndarray | None = None
    values: np.ndarray

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        dense = [np.asarray(x) if isinstance(x, SparseArray) else x for x in inputs]
        if out := options.get("out"):
            options["out"] = tuple(np.asarray(x) if isinstance(x, SparseArray) else x for x in out)
        result = getattr(ufunc, method)(*dense, **options)
        if method != "__call__" or out or not isinstance(result, np.ndarray):
            return result
        sparse = [x for x in inputs if isinstance(x, SparseArray) and x.indices is not None]
        if ufunc is np.add and len(sparse) == 2:
            if np.array_equal(sparse[0].indices, sparse[1].indices):  # type: ignore[arg-type]
                return with_parts(result, sparse[0].indices, sparse[0].values + sparse[1].values)
            return with_parts(
                result,
                np.concatenate([x.indices for x in sparse], -1),
                np.concatenate([x.values for x in sparse]),
            )
        others = [x for x in inputs if not isinstance(x, SparseArray)]
        if len(sparse) == 1 and ufunc in _SCALING and all(np.ndim(x) == 0 for x in others):
            first = sparse[0]
            scaled = [first.values if isinstance(x, SparseArray) else x for x in inputs]
            return with_parts(result, first.indices, ufunc(*scaled))
        return result


def with_parts(dense: np.ndarray, indices: Any, values: Any) -> SparseArray:
    """A dense array that remembers its parts."""
    made = dense.view(SparseArray)
    made.indices, made.values = indices, values
    return made


def check_first_order() -> None:
    """Raise NotImplementedError where a sparse gradient is asked for that has a history of its own."""
    if state.in_rule:
        raise NotImplementedError(
            "a sparse gradient has no derivative here: with create_graph=True look up without sparse"
        )


def of_parts(shape: tuple[int, ...], indices: np.ndarray, values: np.ndarray) -> SparseArray:
    """The sum of ``values[k]`` at ``indices[:, k]`` in zeros of a shape."""
    dense = np.zeros(shape, values.dtype)
    add_at(dense, tuple(indices), values)
    return with_parts(dense, indices, values)


class SparseTensor(Tensor):
    """A sparse gradient. Not to be computed with: ``array`` refuses, ``dense`` is for those who know."""

    __slots__ = ("coalesced", "dense", "indices", "source", "values")

    dense: np.ndarray
    indices: np.ndarray
    values: np.ndarray
    coalesced: bool
    source: Tensor | None  # of a program's own: its values as a tensor, which has the history

    @property
    def array(self) -> np.ndarray:  # type: ignore[override]
        raise NotImplementedError(
            "Could not run this operator with arguments from the 'SparseCPU' backend: a sparse gradient can be "
            "printed, scaled and added; for all else make it dense first, with .to_dense()"
        )

    @property
    def shape(self) -> Size:
        return Size(self.dense.shape)

    @property
    def ndim(self) -> int:
        return self.dense.ndim

    @property
    def dtype(self) -> DType:
        return dtypes.of(self.dense)


def sparse_tensor(array: SparseArray, coalesced: bool = False) -> Tensor:
    """The tensor of such an array; of one that lost its parts an ordinary one."""
    if array.indices is None:
        plain = Tensor.__new__(Tensor)
        plain.array = np.asarray(array)
        plain.node = plain.meta = plain.counter = None
        return plain
    t = SparseTensor.__new__(SparseTensor)
    t.node = t.meta = t.counter = None
    t.source = None
    t.dense, t.indices, t.values, t.coalesced = np.asarray(array), array.indices, array.values, coalesced
    return t


def sparse_array(t: SparseTensor) -> SparseArray:
    return with_parts(t.dense, t.indices, t.values)


def coalesced(t: SparseTensor) -> Tensor:
    """With every index once, in order, and the values at it summed."""
    if t.coalesced:
        return t
    sparse_shape = t.dense.shape[: len(t.indices)]
    flat = np.ravel_multi_index(tuple(t.indices), sparse_shape)
    places, inverse = np.unique(flat, return_inverse=True)
    values = np.zeros((len(places), *t.values.shape[1:]), t.values.dtype)
    add_at(values, inverse, t.values)
    indices = np.stack(np.unravel_index(places, sparse_shape)).astype(np.int64)
    return sparse_tensor(with_parts(t.dense, indices, values), True)


WRAPPERS[SparseArray] = sparse_tensor
SparseTensor.__module__ = "torch"
SparseTensor.__name__ = SparseTensor.__qualname__ = "Tensor"
