"""What programs can do with a sparse gradient: read its parts, print, scale and add it, make it dense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.sparse import SparseTensor, coalesced, sparse_array, sparse_tensor, with_parts
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ..calls.registry import Method, Property, attributes_of, namespace
from .placement import Layout
from .tensor_text import dtype_suffix, tensor_text, with_suffixes

SPARSE_COO = Layout("torch.sparse_coo")
namespace("torch")["sparse_coo"] = SPARSE_COO


def sparse_text(t: SparseTensor) -> str:
    """The ``repr`` of a sparse tensor."""
    text = f"tensor(indices={part_text(t.indices, 15)},\n       values={part_text(t.values, 14)}"
    return with_suffixes(text, suffixes(t, "torch.sparse_coo"), 7, broken=True)


def suffixes(t: SparseTensor, layout: str) -> list[str]:
    """What stands after the numbers of a sparse tensor."""
    found = [f"size={tuple(t.dense.shape)}", f"nnz={t.indices.shape[1]}"]
    if note := _dtype_note(t.dense):
        found.append(note)
    return [*found, f"layout={layout}", *_history(t)]


def _history(t: SparseTensor) -> list[str]:
    if t.source is None or not t.source.requires_grad:
        return []
    made_by = t.source.grad_fn
    return ["requires_grad=True"] if made_by is None else [f"grad_fn=<{type(made_by).__name__}>"]


def _dtype_note(array: np.ndarray) -> str:
    """``dtype=...`` where numbers as they are written don't tell."""
    return "" if array.dtype in (np.int64, np.bool_) else dtype_suffix(array).removeprefix(", ")


def part_text(array: np.ndarray, indent: int) -> str:
    """An array inside the text of a sparse tensor."""
    if not array.size:
        return f"tensor([], size={array.shape})"
    text, suffix = tensor_text(array, indent=indent), dtype_suffix(array) + ")"
    return text[: -len(suffix)] + ")" if text.endswith(suffix) else text


def _indices(self: SparseTensor) -> Tensor:
    if not self.coalesced:
        raise RuntimeError("Cannot get indices on an uncoalesced tensor, please call .coalesce() first")
    return wrap(self.indices)


def _values(self: SparseTensor) -> Tensor:
    if not self.coalesced:
        raise RuntimeError("Cannot get values on an uncoalesced tensor, please call .coalesce() first")
    return wrap(self.values)


def _copied(self: SparseTensor) -> Tensor:
    return sparse_tensor(with_parts(self.dense.copy(), self.indices, self.values), self.coalesced)


def _zero(self: SparseTensor) -> SparseTensor:
    self.indices, self.values = self.indices[:, :0], self.values[:0]
    self.dense = np.zeros_like(self.dense)
    self.bump()
    return self


def _numpy(self: SparseTensor) -> None:
    raise TypeError("can't convert Sparse layout tensor to numpy. Use Tensor.to_dense() first.")


def _scaled(ufunc: Any) -> Callable[[SparseTensor, Any], Any]:
    def scaled(self: SparseTensor, other: Any) -> Any:
        if not isinstance(other, (int, float)):
            return NotImplemented
        _no_history(self)
        return sparse_tensor(ufunc(sparse_array(self), self.dense.dtype.type(other)), self.coalesced)

    return scaled


def _no_history(*operands: SparseTensor) -> None:
    """Raises NotImplementedError where values that require grad would lose their history."""
    if state.grad and any(t.source is not None and t.source.requires_grad for t in operands):
        raise NotImplementedError("sparse tensors that require grad are not computed with here: use .to_dense() first")


def _negative(self: SparseTensor) -> Tensor:
    _no_history(self)
    return sparse_tensor(with_parts(-self.dense, self.indices, -self.values), self.coalesced)


def add(self: SparseTensor, other: Any) -> Any:
    if isinstance(other, SparseTensor):
        _no_history(self, other)
        total: Any = sparse_array(self) + sparse_array(other)
        return sparse_tensor(total)
    raise RuntimeError("add(sparse, dense) is not supported. Use add(dense, sparse) instead.")


def _radd(self: SparseTensor, other: Any) -> Any:
    _no_history(self)
    return wrap(other.array + self.dense) if isinstance(other, Tensor) else add(self, other)


def _install() -> None:
    table = attributes_of(SparseTensor)
    for name, call, doc in (
        ("to_dense", lambda t: wrap(t.dense.copy()), "As an ordinary tensor."),
        ("coalesce", coalesced, "With every index once, in order."),
        ("is_coalesced", lambda t: t.coalesced, "Whether every index is there once."),
        ("indices", _indices, "Where the values are; of a coalesced tensor."),
        ("values", _values, "The values; of a coalesced tensor."),
        ("_indices", lambda t: wrap(t.indices), "Where the values are."),
        ("_values", lambda t: wrap(t.values), "The values."),
        ("_nnz", lambda t: t.indices.shape[1], "How many values there are."),
        ("sparse_dim", lambda t: len(t.indices), "Over how many dimensions the indices run."),
        ("dense_dim", lambda t: t.dense.ndim - len(t.indices), "The dimensions of one value."),
        ("sum", lambda t: wrap(np.asarray(t.values.sum(dtype=t.values.dtype))), "The sum of all elements."),
        ("norm", lambda t: wrap(np.asarray(np.sqrt(np.square(t.dense).sum()))), "The 2-norm of all elements."),
        ("numel", lambda t: t.dense.size, "How many elements it stands for."),
        ("dim", lambda t: t.dense.ndim, "The number of dimensions."),
        ("size", lambda t, dim=None: t.shape if dim is None else t.shape[dim], "The shape."),
        ("clone", _copied, "A copy."),
        ("detach", lambda t: t, "Itself: it has no history."),
        ("zero_", _zero, "Drop all values, in place."),
        ("numpy", _numpy, "Not for sparse tensors."),
    ):
        table[name] = Method(call, doc)
    table["ndim"] = Property(lambda t: t.dense.ndim, doc="The number of dimensions.")
    table["layout"] = Property(lambda t: SPARSE_COO, doc="torch.sparse_coo.")
    table["is_sparse"] = Property(lambda t: True, doc="True.")
    operators: dict[str, Any] = {
        "__mul__": _scaled(np.multiply), "__rmul__": _scaled(np.multiply), "__truediv__": _scaled(np.divide),
        "__neg__": lambda t: _negative(t), "__add__": add, "__radd__": _radd,
    }  # fmt: skip
    for name, operator in operators.items():
        setattr(SparseTensor, name, operator)


_install()
