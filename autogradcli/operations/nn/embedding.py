"""Look-up of rows: ``embedding``, and ``embedding_bag``, which reduces the rows of each bag."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...engine.sparse import check_first_order, of_parts
from ...engine.worlds import ARRAYS
from ...numerics.adding import add_at, added, gathered_sums, is_quick, spread_sums
from ...numerics.repeated import zeros
from ..index.indexing import within


@operation(
    half="moved",
    rows="embedding",
    kind="linear",
    weight=lambda F, g, weight_shape, indices, padding_idx, scale_grad_by_freq: F.embedding_dense_backward(
        g, indices, weight_shape[0], padding_idx, scale_grad_by_freq
    ),
    examples=lambda r: [(r(4, 2), r.index((3,), 4), -1, False), (r(4, 2), r.index((2, 2), 4), -1, False)],
)
def embedding(weight: Array, indices: Index, padding_idx: int = -1, scale_grad_by_freq: bool = False) -> Array:
    """The rows of ``weight`` at ``indices``; the row ``padding_idx`` gets no gradient."""
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    if indices.size and not within(indices, weight.shape[0]):
        raise IndexError("index out of range in self")
    return np.take(weight, indices, 0)


@operation(
    node="EmbeddingBackward0",
    spelling="embedding",
    weight=lambda F, g, weight_shape, indices, padding_idx: F.embedding_sparse_backward(
        g, indices, weight_shape, padding_idx
    ),
    jvp=lambda F, t, indices, padding_idx: F.embedding_sparse(t["weight"], indices, padding_idx),
    examples="its gradient is a sparse tensor, which holds only the rows that were looked up",
)
def embedding_sparse(weight: Array, indices: Index, padding_idx: int) -> Array:
    """The rows of ``weight`` at ``indices``; the gradient holds only the rows that were looked up."""
    return ARRAYS.embedding(weight, indices, padding_idx, False)


@operation()
def embedding_sparse_backward(g: Index, indices: Index, shape: tuple[int, ...], padding_idx: int) -> Array:
    """The gradients of the rows that were looked up, with their indices."""
    check_first_order()
    at = indices.reshape(-1)
    rows = np.ascontiguousarray(g.reshape(-1, g.shape[-1]))
    kept = at != padding_idx
    return of_parts(tuple(shape), at[kept][None], rows[kept])


def _dense_said(F: Any, g: Any, indices: Any, rows: int, padding_idx: int, by_frequency: bool) -> Any:
    g = _shared_said(F, g, indices, padding_idx, by_frequency)
    return F.index_add(
        F.new_zeros(g, (rows, g.shape[-1])),
        0,
        F.reshape(indices, (-1,)) if indices.ndim != 1 else indices,
        F.reshape(g, (-1, g.shape[-1])) if g.ndim != 2 else g,
        1,
    )


def _shared_said(F: Any, g: Any, indices: Any, padding_idx: int, by_frequency: bool) -> Any:
    """Rows times what each look-up counts for."""
    if padding_idx >= 0:
        g = g * F.unsqueeze(indices != padding_idx, -1)
    if by_frequency:
        flat = F.reshape(indices, (-1,)) if indices.ndim != 1 else indices
        g = g / F.unsqueeze(F.index(F.says("bincount", flat), [indices]), -1)
    return g


def _max_back_said(F: Any, g: Any, places: Any, rows: int) -> Any:
    zeros = F.new_zeros(g, (rows, g.shape[1]))
    if (places.tensor.array >= 0).all():
        return F.scatter_add(zeros, 0, places, g)
    return F.scatter_add(zeros, 0, F.clamp_min_scalar(places, 0), F.where(places >= 0, g, 0.0))


def _bag_said(
    F: Any, weight: Any, indices: Any, bags: Any, count: int, mode: str, padding_idx: int, samples: Any, scale: bool
) -> Any:
    """The user's function, which takes where each bag begins; which rows were maximal it doesn't tell."""
    at = bags.tensor.array
    if (np.diff(at) < 0).any():
        return None
    options: dict[str, Any] = {"mode": mode}
    if padding_idx >= 0:
        options["padding_idx"] = padding_idx
    if samples is not None:
        options["per_sample_weights"] = samples
    starts = F.constant(np.searchsorted(at, np.arange(count)))
    return F.says("embedding_bag", indices, weight, starts, **options), None


@operation(
    rows="embedding back",
    formula=_dense_said,
    g=lambda F, h, indices, padding_idx, scale_grad_by_freq: F.embedding_picked(
        h, indices, padding_idx, scale_grad_by_freq
    ),
    kind="linear",
    examples=lambda r: [(r(3, 2), r.index((3,), 4), 4, 1, True)],
)
def embedding_dense_backward(g: Array, indices: Index, rows: int, padding_idx: int, scale_grad_by_freq: bool) -> Array:
    """Gradients summed into the rows that they came from; by frequency, where asked for, averaged."""
    if scale_grad_by_freq or (padding_idx >= 0 and (indices == padding_idx).any()):
        g = g * _shares(indices, padding_idx, scale_grad_by_freq, g.dtype)
    if g.ndim > 2 and not g.strides[-2] and g.size > g.shape[-2] and g.flags.aligned:  # the same for each of a bag
        some = g[..., 0, :].reshape(-1, g.shape[-1])
        found = spread_sums(indices.reshape(-1), np.arange(len(some) + 1) * g.shape[-2], some, rows)
        if found is not None:
            return found
    return added(zeros((rows, g.shape[-1]), g.dtype), indices.reshape(-1), g.reshape(-1, g.shape[-1]))


def _shares(indices: Array, padding_idx: int, by_frequency: bool, dtype: Any) -> Array:
    """What each look-up counts for."""
    share = (indices != padding_idx).astype(dtype)
    if by_frequency and indices.size:
        share = (share / np.bincount(indices.reshape(-1))[indices]).astype(dtype)
    return share[..., None]


@operation(
    rows="embedding: back",
    formula=lambda F, weight, indices, padding_idx, scale_grad_by_freq: _shared_said(
        F, F.index(weight, [indices]), indices, padding_idx, scale_grad_by_freq
    ),
    node="EmbeddingBackward0",
    kind="linear",
    weight=lambda F, g, weight_shape, indices, padding_idx, scale_grad_by_freq: F.embedding_dense_backward(
        g, indices, weight_shape[0], padding_idx, scale_grad_by_freq
    ),
    examples=lambda r: [(r(4, 2), r.index((3,), 4), 1, True)],
)
def embedding_picked(weight: Array, indices: Index, padding_idx: int, scale_grad_by_freq: bool) -> Array:
    """The transpose of ``embedding_dense_backward``."""
    return weight[indices] * _shares(indices, padding_idx, scale_grad_by_freq, weight.dtype)


# -- bags -------------------------------------------------------------------------------------------------


def _check_bags(weight: Array, indices: Array, mode: str, padding_idx: int) -> None:
    """RuntimeError for an index of no row, in the words of the kernel that PyTorch takes."""
    rows = weight.shape[0]
    wrong = (indices < 0) | (indices >= rows)
    if not wrong.any():
        return
    at = int(np.flatnonzero(wrong)[0])
    if mode == "max" or padding_idx >= 0 or weight.dtype == np.float64:
        raise RuntimeError(
            f"embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be {indices[at]}"
        )
    raise RuntimeError(f"Index {at} of input takes value {indices[at]} which is not in the valid range [0, {rows})")


@operation(
    rows="slow: embedding_bag.padding_idx",
    formula=_bag_said,
    outputs=("result", "places"),
    differentiable=(0,),
    vjp=lambda F, g, needs, weight, indices, bags, mode, padding_idx, per_sample_weights, count, result1, scale: (
        _bag_rule(F, g[0], needs, weight, indices, bags, mode, padding_idx, per_sample_weights, result1, scale)
    ),
    examples=lambda r: [
        (r(4, 3), r.index((5,), 4), r.tensor([0, 0, 1, 1, 1]), 2, "sum", -1, None, False),
        (r(4, 3), r.index((5,), 4), r.tensor([0, 0, 1, 1, 1]), 2, "mean", 1, None, False),
        (r(4, 3), r.index((3,), 4), r.tensor([0, 0, 1]), 2, "sum", -1, r(3), False),
        (r.distinct(4, 3), r.index((3,), 4), r.tensor([0, 0, 1]), 2, "max", -1, None, False),
    ],
)
def embedding_bag(
    weight: Array,
    indices: Index,
    bags: Index,
    count: int,
    mode: str,
    padding_idx: int,
    per_sample_weights: Array | None,
    scale: bool,
) -> tuple[Array, Array]:
    """Rows summed, averaged or maximised over ``count`` bags; ``bags`` says in which each index is.

    The second result is, for the maximum, the row that each element came from, -1 for none.
    """
    _check_bags(weight, indices, mode, padding_idx)
    if mode != "max" and per_sample_weights is None and (ends := _ends(bags, indices, count, padding_idx)) is not None:
        sums = gathered_sums(indices, ends, weight)
        if sums is not None:
            if mode == "mean":
                sums /= np.maximum(np.diff(ends), 1)[:, None].astype(weight.dtype)
            return sums, np.zeros((0,), np.int64)
    kept = indices != padding_idx
    rows, bag = (weight[indices[kept]], bags[kept]) if not kept.all() else (np.take(weight, indices, 0), bags)
    width = weight.shape[1]
    if mode == "max":
        if kept.all() and (np.diff(bags) >= 0).all() and not np.isnan(rows).any():
            return _largest_of_bags(rows, bag, indices, count)
        out = np.full((count, width), -np.inf, weight.dtype)
        places = np.full((count, width), -1, np.int64)
        for k in range(len(rows)):
            better = (rows[k] > out[bag[k]]) | (places[bag[k]] < 0)
            out[bag[k]] = np.where(better, rows[k], out[bag[k]])
            places[bag[k]] = np.where(better, indices[kept][k], places[bag[k]])
        return np.where(places < 0, 0, out).astype(weight.dtype), places
    if per_sample_weights is not None:
        rows = rows * per_sample_weights[kept][:, None]
    out = added(zeros((count, width), weight.dtype), bag, rows)
    if mode == "mean":
        out /= np.maximum(np.bincount(bag, minlength=count), 1)[:, None].astype(weight.dtype)
    return out, np.zeros((0,), np.int64)


def _largest_of_bags(rows: Array, bag: Array, indices: Array, count: int) -> tuple[Array, Array]:
    """The largest elements of bags that follow each other, and the first of the rows that have each."""
    out = np.zeros((count, rows.shape[1]), rows.dtype)
    places = np.full(out.shape, -1, np.int64)
    if len(rows):
        starts = np.flatnonzero(np.diff(bag, prepend=-1))
        filled = bag[starts]
        out[filled] = np.maximum.reduceat(rows, starts, 0)
        at = np.where(rows == out[bag], np.arange(len(rows))[:, None], len(rows))
        places[filled] = indices[np.minimum.reduceat(at, starts, 0)]
    return out, places


def _ends(bags: Array, indices: Array, count: int, padding_idx: int) -> Array | None:
    """Where each bag begins, and the last one ends. None where they don't follow each other, or some look-up doesn't
    count."""
    if (padding_idx >= 0 and (indices == padding_idx).any()) or (bags[1:] < bags[:-1]).any():
        return None
    return np.searchsorted(bags, np.arange(count + 1))


def _bags_back(g: Array, weight: Array, indices: Array, bags: Array, mode: str, padding_idx: int) -> Array | None:
    """The gradient of the weight from that of each bag's sum or mean, without a row for each look-up; None where the
    bags don't follow each other."""
    ends = _ends(bags, indices, len(g), padding_idx)
    if ends is None or not is_quick(g.dtype, indices.size * g.shape[1]):
        return None
    if mode == "mean":
        g = g * (1 / np.maximum(np.diff(ends), 1))[:, None].astype(g.dtype)
    return spread_sums(indices, ends, g, len(weight))


def _bag_rule(
    F: Any,
    g: Any,
    needs: Any,
    weight: Any,
    indices: Any,
    bags: Any,
    mode: str,
    padding_idx: int,
    per_sample: Any,
    places: Any,
    scale: bool,
) -> tuple[Any, Any]:
    if mode == "max":
        return F.embedding_max_backward(g, places, weight.shape[0]), None
    if g.__class__ is np.ndarray and per_sample is None and not needs[1] and not scale:
        found = _bags_back(g, weight, indices, bags, mode, padding_idx)
        if found is not None:
            return found, None
    rows = F.embedding(g, bags)
    g_sample = (
        F.sum_dim(rows * F.embedding_picked(weight, indices, padding_idx, False), (1,), False) if needs[1] else None
    )
    if mode == "mean":
        rows = rows * F.bag_shares(g, bags, indices, padding_idx)
    if per_sample is not None:
        rows = rows * F.unsqueeze(per_sample, 1)
    return F.embedding_dense_backward(rows, indices, weight.shape[0], padding_idx, scale), g_sample


@operation(
    formula=lambda F, like, bags, indices, padding_idx: F.constant(
        _bag_shares(like.tensor.array, bags.tensor.array, indices.tensor.array, padding_idx)
    )
)
def bag_shares(like: Index, bags: Index, indices: Index, padding_idx: int) -> Array:
    """One over the number of indices in the bag of each."""
    return _bag_shares(like, bags, indices, padding_idx)


def _bag_shares(like: Array, bags: Array, indices: Array, padding_idx: int) -> Array:
    sizes = np.bincount(bags[indices != padding_idx], minlength=like.shape[0])
    return (1 / np.maximum(sizes, 1))[bags][:, None].astype(like.dtype)


@operation(
    formula=_max_back_said,
    kind="linear",
    g=lambda F, h, places: F.embedding_max_picked(h, places),
    examples=lambda r: [(r(2, 3), r.index((2, 3), 4), 4)],
)
def embedding_max_backward(g: Array, places: Index, rows: int) -> Array:
    """Gradients put into the rows that were maximal."""
    out = np.zeros((rows, g.shape[1]), g.dtype)
    bag, column = np.nonzero(places >= 0)
    add_at(out, (places[bag, column], column), g[bag, column])
    return out


@operation(
    formula=lambda F, weight, places: F.where(
        places >= 0, F.gather(weight, 0, F.clamp_min_scalar(places, 0)), F.zeros_like(places)
    ),
    kind="linear",
    weight=lambda F, g, weight_shape, places: F.embedding_max_backward(g, places, weight_shape[0]),
    examples=lambda r: [(r(4, 3), r.index((2, 3), 4)), (r(4, 3), r.tensor([[0, -1, 2], [3, 1, -1]]))],
)
def embedding_max_picked(weight: Array, places: Index) -> Array:
    """The transpose of ``embedding_max_backward``."""
    return np.where(places >= 0, np.take_along_axis(weight, np.maximum(places, 0), 0), 0).astype(weight.dtype)


@operation(rows="same")
def one_hot(input: Index, num_classes: int) -> Array:
    """For each class index a row with a one at its place."""
    if num_classes == -1:
        if not input.size:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        if input.min() < 0:
            raise RuntimeError("Class values must be non-negative.")
        num_classes = int(input.max()) + 1
    elif input.size:
        if num_classes < 1:
            raise RuntimeError("num_classes should be positive")
        if input.min() < 0:
            raise RuntimeError("Class values must be non-negative.")
        if input.max() >= num_classes:
            raise RuntimeError("Class values must be smaller than num_classes.")
    return (input[..., None] == np.arange(num_classes)).astype(np.int64)
