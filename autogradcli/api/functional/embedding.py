"""``embedding``, ``embedding_bag`` and ``one_hot``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.lazy import loader
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...operations.nn import embedding as operations
from ...operations.refuse import not_implemented_for
from ...operations.shape.any_shape import reshape
from ..calls.overloads import define
from ..calls.python_function import define_python


def _check_indices(indices: Tensor, name: str, number: int = 1, beside: np.ndarray | None = None) -> None:
    """Raise RuntimeError for indices that are none, ``beside`` offsets in the dtype that both are brought to."""
    kind = dtypes.of(indices.array)
    if beside is not None:
        kind = dtypes.promote_types(kind, dtypes.of(beside))
    if kind not in (dtypes.int64, dtypes.int32):
        plain = kind.category in (dtypes.INTEGER, dtypes.FLOATING)
        raise RuntimeError(
            f"Expected tensor for argument #{number} 'indices' to have one of the following scalar types: Long, Int; "
            f"but got {f'torch.{kind.type_name}Tensor' if plain else f'CPU{kind.type_name}Type'} instead (while "
            f"checking arguments for {name})"
        )


def _padding(padding_idx: int | None, rows: int) -> int:
    if padding_idx is None:
        return -1
    if not -rows <= padding_idx < rows:
        raise AssertionError("Padding_idx must be within num_embeddings")
    return padding_idx % rows


def _renormed(weight: Tensor, indices: np.ndarray, max_norm: float, norm_type: float) -> None:
    """The rows that are looked up scaled down, in place, to a norm of at most ``max_norm``."""
    rows = np.unique(indices)
    norms = np.linalg.norm(weight.array[rows], ord=norm_type, axis=1, keepdims=True)
    scale = np.where(norms > max_norm, max_norm / (norms + 1e-7), 1)
    weight.array[rows] *= scale.astype(weight.array.dtype)
    weight.bump()


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Any:
    """The rows of ``weight`` at the indices ``input``; the row ``padding_idx`` gets no gradient."""
    if weight.array.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    padding = _padding(padding_idx, weight.array.shape[0])
    if max_norm is not None:
        _check_indices(input, "embedding_renorm_", 2)
        _renormed(weight, input.array, max_norm, norm_type)
    return _embedding(weight, input, padding, scale_grad_by_freq, sparse)


def _embedding(weight: Tensor, indices: Tensor, padding_idx: int, scale_grad_by_freq: bool, sparse: bool) -> Any:
    """The rows of ``weight`` at ``indices``."""
    _check_indices(indices, "embedding")
    if sparse and state.grad and weight.node is not None and not state.levels:
        if scale_grad_by_freq:
            raise RuntimeError("embedding_backward: scale_grad_by_freq not supported with sparse gradients")
        loader.load("api.tensor.sparse_creation")  # what a program can do with the gradient that this will give
        return operations.embedding_sparse(weight, indices, padding_idx)
    return operations.embedding(weight, indices, padding_idx, scale_grad_by_freq)


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Any:
    """Sums, means or maxima of looked-up rows over bags of indices: rows of ``input``, or stretches that begin at
    ``offsets``."""
    if sparse and state.grad and weight.node is not None:
        raise NotImplementedError("embedding_bag has no sparse gradients here: leave sparse=True out, or use embedding")
    if weight.array.dtype.kind in "iu" and input.array.dtype.kind == "f":
        input, weight = weight, input
    if per_sample_weights is not None and input.array.shape != per_sample_weights.array.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then it must "
            f"have the same shape as the input ({input.shape})"
        )
    if weight.array.ndim != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.array.ndim}")
    if weight.dtype.category != dtypes.FLOATING:
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, BFloat16, "
            f"Float, Double; but got {dtypes.tensor_type(weight.dtype)} instead (while checking arguments for "
            "embedding_bag)"
        )
    indices, starts = _bags(input, offsets, include_last_offset)
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    kind = dtypes.of(weight.array)
    if kind.category != dtypes.FLOATING:
        legacy = dtypes.tensor_type(kind) if kind.category == dtypes.INTEGER else f"CPU{kind.type_name}Type"
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, BFloat16, "
            f"Float, Double; but got {legacy} instead (while checking arguments for embedding_bag)"
        )
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got "
            f"mode='{mode}'). Please open a feature request on GitHub."
        )
    if per_sample_weights is not None and per_sample_weights.dtype is not weight.dtype:
        kinds = [dtypes.tensor_type(t.dtype) for t in (weight, per_sample_weights)]
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 "
            f"'per_sample_weights'; but type {kinds[0]} does not equal {kinds[1]} (while checking arguments for "
            "embedding_bag)"
        )
    padding = _padding(padding_idx, weight.array.shape[0])
    if max_norm is not None:
        _check_indices(input, "embedding_renorm_", 2)
        _renormed(weight, indices, max_norm, norm_type)
    _check_indices(input, "embedding_bag", beside=None if offsets is None else offsets.array)
    indices = indices.astype(np.int64, copy=False)
    bags = np.searchsorted(starts, np.arange(indices.size), "right") - 1
    count = len(starts) - (1 if include_last_offset and offsets is not None else 0)
    if include_last_offset and offsets is not None:
        kept = np.arange(indices.size) < starts[-1]
        indices, bags = indices[kept], bags[kept]
    per_sample = per_sample_weights
    if per_sample is not None:
        per_sample = reshape(per_sample, (-1,))
    return operations.embedding_bag(
        weight, wrap(indices), wrap(bags), count, mode, padding, per_sample, scale_grad_by_freq
    )[0]


def _bags(input: Tensor, offsets: Tensor | None, include_last: bool) -> tuple[np.ndarray, np.ndarray]:
    """Flat indices, and where each bag begins."""
    if input.array.ndim == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                f"sequences. However, found offsets of type {type(offsets)}"
            )
        n, width = input.array.shape
        if input.array.dtype.kind in "bc":
            not_implemented_for("arange_cpu", input.array)
        return input.array.reshape(-1), np.arange(n) * width
    if input.array.ndim != 1:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.array.ndim}")
    if offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    if offsets.array.ndim != 1:
        raise ValueError("offsets has to be a 1D Tensor")
    starts = offsets.array
    if starts.size and starts[0] != 0:
        raise RuntimeError(
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, "
            f"got {starts[0]}\n[ torch.{input.dtype.type_name}Tensor{{}} ]"
        )
    if starts.size and starts[-1] > input.array.size:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {input.array.size} but got offsets[-1] of {starts[-1]}"
        )
    return input.array, starts


def _one_hot(input: Tensor, num_classes: int) -> Any:
    """For each class index a row of zeros with a one at its place."""
    if input.array.dtype.char != "l":
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    return operations.one_hot(input, num_classes)


define(
    "embedding",
    (
        "(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False)",
        _embedding,
    ),
)
define_python("embedding", embedding, into="F")
define_python("embedding_bag", embedding_bag, into="F")
define("one_hot", ("(Tensor input, int num_classes=-1)", _one_hot), into="F")
