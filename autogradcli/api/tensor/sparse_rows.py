"""Sparse matrices by rows: ``to_sparse_csr``, ``torch.sparse_csr_tensor``. They are sparse tensors in order, and are
read and printed in another way: where each row begins, and the columns.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.sparse import SparseTensor
from ...engine.tensor import Parameter, Tensor, wrap
from ..calls.argument_types import Value
from ..calls.overloads import OF_TYPES
from ..calls.python_function import define_python
from ..calls.registry import ATTRIBUTES, Method, Property, attributes_of, namespace
from ..calls.titled_nodes import titled
from . import sparse_addmm as sparse_addmm  # what such matrices have besides
from .placement import SPARSE_CSR
from .rows_tensor import RowsTensor, by_rows
from .sparse_arithmetic import added, multiplied, scaled
from .sparse_creation import dense_of, made_of, product, source_of, sparse_coo_tensor, sum_of, to_sparse
from .sparse_tensors import part_text, suffixes
from .tensor_text import with_suffixes


def _starts(t: SparseTensor) -> np.ndarray:
    """Where each row begins among the values, and where the last one ends."""
    counts = np.bincount(t.indices[0], minlength=t.dense.shape[0])
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def rows_text(t: RowsTensor) -> str:
    """The ``repr`` of a sparse matrix by rows."""
    parts = [
        f"crow_indices={part_text(_starts(t), 20)}",
        f"col_indices={part_text(t.indices[1], 19)}",
        f"values={part_text(t.values, 14)}",
    ]
    return with_suffixes("tensor(" + ",\n       ".join(parts), suffixes(t, "torch.sparse_csr"), 7)


def to_sparse_csr(self: Tensor, dense_dim: int | None = None) -> Tensor:
    """The elements of a matrix that are not zero, by rows."""
    if isinstance(self, RowsTensor):
        return self
    if self.ndim != 2:
        raise RuntimeError(f"a tensor of {self.ndim} dimensions has no sparse rows here: only a matrix has")
    if isinstance(self, SparseTensor):
        ordered = attributes_of(SparseTensor)["coalesce"]
        assert isinstance(ordered, Method)
        return by_rows(_again(ordered.call(self)))  # type: ignore[no-any-return]
    found = to_sparse(self)
    assert isinstance(found, SparseTensor)
    titled(source_of(found), "ToSparseCsrBackward0")
    return by_rows(found)  # type: ignore[no-any-return]


def _again(t: SparseTensor) -> Tensor:
    """The same as a tensor of its own, in order."""
    return made_of(t.indices, source_of(t), t.dense.shape, True)


def sparse_csr_tensor(
    crow_indices: Value, col_indices: Value, values: Value, size: Any = None, *, dtype: Any = None, device: Any = None,
    pin_memory: bool = False, requires_grad: bool = False, check_invariants: bool | None = None,
) -> Tensor:  # fmt: skip
    """A sparse matrix: where each row begins, the columns, and the values. Raises RuntimeError for rows that don't
    go on from 0 to the number of values."""
    starts, columns = (_whole(each) for each in (crow_indices, col_indices))
    if starts.ndim != 1 or columns.ndim != 1 or not starts.size:
        raise RuntimeError("crow_indices and col_indices have one dimension here: only matrices are by rows")
    if starts[0] != 0 or starts[-1] != columns.size:
        raise RuntimeError("`crow_indices[..., 0] == 0` and `crow_indices[..., -1] == nnz` are not satisfied.")
    counts = np.diff(starts)
    if (counts < 0).any():
        raise RuntimeError("`0 <= crow_indices[..., 1:] - crow_indices[..., :-1] <= ncols` is not satisfied.")
    rows = np.repeat(np.arange(len(counts)), counts)
    shape = (len(counts), int(columns.max(initial=-1)) + 1) if size is None else size
    made = sparse_coo_tensor(
        wrap(np.stack([rows, columns])), values, shape, dtype=dtype, requires_grad=requires_grad, is_coalesced=True
    )
    return by_rows(made)  # type: ignore[no-any-return]


def _whole(given: Any) -> np.ndarray:
    found: Tensor = given if isinstance(given, Tensor) else namespace("torch")["tensor"](given)
    if found.array.dtype.kind not in "iu":
        raise RuntimeError(f"crow_indices and col_indices must be an int32 or int64 type, but got: {found.dtype}")
    return found.array.astype(np.int64)


def _method(name: str) -> Any:
    method = ATTRIBUTES[Tensor][name]
    assert isinstance(method, Method)
    return method.call


def _rebuilt(t: SparseTensor, indices: np.ndarray, values: Tensor) -> Any:
    return by_rows(made_of(indices, values, t.dense.shape, True))


def _unsupported(self: Any, other: Any) -> Any:
    raise RuntimeError("unsupported tensor layout: SparseCsr")


def _add(self: Any, other: Any) -> Any:
    if isinstance(other, RowsTensor):
        return added(self, other, source_of(self), source_of(other), _rebuilt)
    if isinstance(other, Tensor) and not isinstance(other, SparseTensor):
        return sum_of(dense_of(self), other)
    shown = list(other.shape) if isinstance(other, Tensor) else []
    raise RuntimeError(
        f"add: expected 'self' and 'other' to have same size, but self has size {shown} while other has size "
        f"{list(self.shape)}"
    )


def _multiply(self: Any, other: Any) -> Any:
    made = scaled(self, other, source_of(self), _rebuilt)
    if made is not NotImplemented:
        return made
    if isinstance(other, RowsTensor):
        return multiplied(self, other, source_of(self), source_of(other), _rebuilt)
    if isinstance(other, Tensor) and not isinstance(other, SparseTensor):
        return multiplied(self, other, source_of(self), None, _rebuilt)
    return NotImplemented


def _refused(name: str) -> Any:
    def refuse(self: Any, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(f"a sparse matrix by rows has no {name} here: .to_sparse() or .to_dense() has")

    return refuse


def _install() -> None:
    table = attributes_of(RowsTensor)
    for name, call, doc in (
        ("crow_indices", lambda t: wrap(_starts(t)), "Where each row begins among the values, and the last one ends."),
        ("col_indices", lambda t: wrap(t.indices[1]), "The column of each value."),
        ("values", source_of, "The values, row by row."),
        ("to_sparse", lambda t, sparse_dim=None: _again(t), "As a sparse tensor with indices."),
        ("to_sparse_coo", _again, "As a sparse tensor with indices."),
        ("detach", lambda t: by_rows(_again_of(t, wrap(t.values))), "The same without a history."),
        ("clone", lambda t: by_rows(_again(t)), "A copy."),
    ):
        table[name] = Method(call, doc)
    for name in ("indices", "_indices", "coalesce", "is_coalesced", "t", "transpose", "zero_"):
        table[name] = Method(_refused(f"{name}()"), "Refused: a sparse tensor with indices has it.")
    table["layout"] = Property(lambda t: SPARSE_CSR, doc="torch.sparse_csr.")
    table["is_sparse"] = Property(lambda t: False, doc="False: its indices are not a tensor of places.")
    table["is_sparse_csr"] = Property(lambda t: True, doc="True.")
    operators: tuple[tuple[str, Any], ...] = (
        ("add", _add), ("radd", _add), ("mul", _multiply), ("rmul", _multiply), ("neg", lambda t: _multiply(t, -1)),
        ("sub", _unsupported), ("rsub", _unsupported), ("truediv", _unsupported),
    )  # fmt: skip
    for name, operator in operators:
        setattr(RowsTensor, f"__{name}__", operator)
    more: tuple[tuple[str, Any, str], ...] = (
        ("add", _add, "The sum with a sparse matrix by rows, or a dense one."),
        ("mul", _multiply, "The product by elements: with a number, a sparse matrix by rows, or a dense one."),
        ("neg", lambda t: _multiply(t, -1), "Of the other sign."),
        ("abs", lambda t: _rebuilt(t, t.indices, _method("abs")(source_of(t))), "The magnitudes."),
        ("sum", lambda t: _method("sum")(source_of(t)), "The sum of all elements."),
    )
    for name, call, doc in more:
        table[name] = Method(call, doc)
    for name in ("mm", "matmul", "mv"):
        for other in (Tensor, Parameter, SparseTensor, RowsTensor):
            OF_TYPES[name][(RowsTensor, other)] = OF_TYPES[name][(other, RowsTensor)] = product


def _again_of(t: SparseTensor, values: Tensor) -> Tensor:
    return made_of(t.indices, values, t.dense.shape, True)


_install()
define_python("to_sparse_csr", to_sparse_csr, into="Tensor")
define_python("sparse_csr_tensor", sparse_csr_tensor)
