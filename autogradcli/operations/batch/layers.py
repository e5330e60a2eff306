"""Layers and losses for all rows: a batch of batches is one batch, weights of a row's own are groups of channels."""

from __future__ import annotations

from typing import Any

from ...engine.levels.vmap import VmapLevel
from ...engine.operation import Operation
from ...engine.tensor import Tensor
from ...engine.worlds import TENSORS, roles
from ..dims import numel
from .tools import (
    Args,
    Rule,
    beside,
    everywhere,
    folded,
    is_batched,
    or_rows,
    positions,
    rank_of,
    reshaped,
    row_dims,
    unfolded,
    whole,
)

# -- a batch of batches -------------------------------------------------------------------------------------


def _folded(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """Every operand (N, ...) as one of (rows * N, ...), but those that ``how`` names, which all rows share."""
    shared = positions(op, how)
    if any(is_batched(args[k], level) for k in shared):
        return NotImplemented
    given = [folded(a, level) if isinstance(a, Tensor) and k not in shared else a for k, a in enumerate(args)]
    for at in positions(op, op.sizes):
        n, *rest = args[at]
        given[at] = (level.size * n, *rest)
    return unfolded(op.call(*given), level)


# -- convolution --------------------------------------------------------------------------------------------


def _channels(x: Any, level: VmapLevel) -> Any:
    """(rows, N, C, ...) as (N, rows * C, ...): each row's channels are a group of their own."""
    x = everywhere(x, level)
    size, n, c, *rest = x.array.shape
    turned = roles.permute(x, (1, 0, *range(2, x.array.ndim)))
    return TENSORS.reshape(turned, (n, size * c, *rest))


def _from_channels(found: Any, level: VmapLevel) -> Any:
    n, c, *rest = found.array.shape
    parts = reshaped(found, (n, level.size, c // level.size, *rest))
    return roles.permute(parts, (1, 0, *range(2, parts.array.ndim)))


def _convolved(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """``convolution``, its transpose, and how a gradient goes to an input: (input, weight, bias, ..., groups, ...)."""
    x, weight = args[:2]
    groups = positions(op, "groups")[0]
    at_bias = positions(op, "bias")
    bias = args[2] if at_bias else None
    given = list(args)
    if at_bias:
        given[2] = None
    if is_batched(weight, level):
        given[0], given[1] = _channels(x, level), folded(weight, level)
        given[groups] = args[groups] * level.size
        found = _from_channels(op.call(*given), level)
    else:
        given[0] = folded(x, level)
        if bias is not None and not is_batched(bias, level):
            given[2], bias = bias, None
        found = unfolded(op.call(*given), level)
    return found if bias is None else TENSORS.add(found, _by_channel(bias, level, found.array.ndim))


def _by_channel(x: Any, level: VmapLevel, ndim: int) -> Any:
    """(C,), or rows of that, to be broadcast against (rows, N, C, ...)."""
    lead = (level.size, 1) if is_batched(x, level) else (1, 1)
    return reshaped(whole(x, level), (*lead, x.array.shape[0], *(1,) * (ndim - 3)))


def _correlated(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """The gradient of a weight, of each row its own."""
    *given, groups = args
    given[0], given[1] = _channels(args[0], level), _channels(args[1], level)
    return unfolded(op.call(*given, groups * level.size), level)


def _bias(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    g = whole(args[0], level)
    return TENSORS.sum_dim(g, (1, *range(3, g.array.ndim)), False)


# -- normalisation ------------------------------------------------------------------------------------------


def _scaled(found: Any, weight: Any, bias: Any, level: VmapLevel, shaped: Any) -> Any:
    if weight is not None:
        found = TENSORS.mul(found, shaped(weight, level, found.array.ndim))
    return found if bias is None else TENSORS.add(found, shaped(bias, level, found.array.ndim))


def _layer_norm(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    x, shape, weight, bias, eps = args
    if not is_batched((weight, bias), level):
        return op.call(whole(x, level), shape, weight, bias, eps)
    if any(w is not None and w.array.shape != tuple(shape) for w in (weight, bias)):
        return NotImplemented
    plain = op.call(everywhere(x, level), shape, None, None, eps)
    return _scaled(plain, weight, bias, level, lambda w, level, ndim: beside(w, level, ndim - 1))


def _group_norm(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    x, groups, weight, bias, eps = args
    if not is_batched((weight, bias), level):
        return unfolded(op.call(folded(x, level), groups, weight, bias, eps), level)
    found = unfolded(op.call(folded(x, level), groups, None, None, eps), level)
    return _scaled(found, weight, bias, level, _by_channel)


def _batch_norm(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    x, *vectors, training, eps = args
    each = [None if v is None else folded(v, level) for v in vectors]
    return _from_channels(op.call(_channels(x, level), *each, training, eps), level)


# -- losses of elements -------------------------------------------------------------------------------------


def _reduced(found: Any, reduction: str) -> Any:
    """The sum or mean of each row's losses."""
    rank = found.array.ndim - 1
    if reduction == "none" or not rank:
        return found
    return (TENSORS.sum_dim if reduction == "sum" else TENSORS.mean_dim)(found, row_dims(rank), False)


def _loss(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    tensors = [a for a in args if isinstance(a, Tensor)]
    rank = max(rank_of(t) for t in tensors)
    if len({t.array.dtype for t in tensors}) > 1:
        return NotImplemented
    at = positions(op, "reduction")[0]
    given = [beside(a, level, rank) for a in args]
    given[at] = "none"
    return _reduced(op.call(*given), args[at])


def _loss_back(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    g, *others = args
    tensors = [a for a in others if isinstance(a, Tensor)]
    rank = max(rank_of(t) for t in tensors)
    if len({t.array.dtype for t in (g, *tensors)}) > 1:
        return NotImplemented
    at = positions(op, "reduction")[0]
    reduction = args[at]
    given = [beside(a, level, rank) for a in args]
    given[at] = "none"
    return op.call(_share(given[0], reduction, numel(args[1].array.shape)), *given[1:])


def _share(g: Any, reduction: str, count: int) -> Any:
    return TENSORS.div_scalar(g, float(count)) if reduction == "mean" and count else g


# -- losses of classes --------------------------------------------------------------------------------------


def _in_one(x: Any, level: VmapLevel, single: bool) -> Any:
    """Samples of all rows in one batch; a row may be a single sample."""
    return everywhere(x, level) if single else folded(x, level)


def _class_loss(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """``(input, target, ..., weight, reduction, ...)``: the losses of all samples of all rows, then each row's own."""
    x, target = args[:2]
    single = rank_of(x) == 1
    at, kept = positions(op, "reduction")[0], positions(op, "weight")
    weight = args[kept[0]] if kept else None
    if is_batched(weight, level):
        return NotImplemented
    given = [_in_one(x, level, single), _in_one(target, level, single), *args[2:]]
    given[at] = "none"
    found = op.call(*given)
    if not single:
        found = unfolded(found, level)
    if how != "weighted" or args[at] != "mean":
        return _reduced(found, args[at])
    return TENSORS.div(_reduced(found, "sum"), _counts(args, weight, given, level, single, found.array.dtype))


def _counts(args: Args, weight: Any, given: Any, level: VmapLevel, single: bool, dtype: Any) -> Any:
    """What each row's mean is divided by: the weights of its targets, without those to be ignored."""
    target, ignored = given[1], args[-1]
    counts = TENSORS.ne(target, ignored)
    if weight is not None:
        at = TENSORS.where(counts, target, TENSORS.zeros_like(target))
        counts = TENSORS.mul(TENSORS.index(weight, [at]), counts)
    counts = roles.cast(counts, dtype)
    return counts if single else _reduced(unfolded(counts, level), "sum")


def _class_loss_back(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    g, x, target = args[:3]
    single = rank_of(x) == 1
    at, kept = positions(op, "reduction")[0], positions(op, "weight")
    weight, reduction = args[kept[0]] if kept else None, args[at]
    if is_batched(weight, level):
        return NotImplemented
    given = [g, _in_one(x, level, single), _in_one(target, level, single), *args[3:]]
    g = everywhere(g, level)
    if reduction == "mean":
        if how == "weighted":
            g = TENSORS.div(g, _counts(args, weight, given[1:], level, single, g.array.dtype))
        elif not single:
            g = TENSORS.div_scalar(g, float(x.array.shape[0]))
    if not single:
        if g.array.ndim == 1:
            places = (level.size, x.array.shape[0], *(x.array.shape[2:] if how == "weighted" else ()))
            g = roles.expand(TENSORS.reshape(g, (level.size, *(1,) * (len(places) - 1))), places)
        g = TENSORS.reshape(g, (level.size * g.array.shape[1], *g.array.shape[2:]))
    given[0], given[at] = g, "none"
    found = op.call(*given)
    return found if single else unfolded(found, level)


RULES: dict[str, Rule] = {
    "folded": or_rows(_folded), "convolved": or_rows(_convolved), "correlated": or_rows(_correlated),
    "channel sums": or_rows(_bias), "layer norm": or_rows(_layer_norm), "group norm": or_rows(_group_norm),
    "batch norm": or_rows(_batch_norm), "loss": or_rows(_loss), "loss back": or_rows(_loss_back),
    "class loss": or_rows(_class_loss), "class loss back": or_rows(_class_loss_back),
}  # fmt: skip
