"""Views and all else that does the same along a row's dimensions: with the hidden one in front they are one further."""

from __future__ import annotations

from typing import Any

from ...engine.levels.base import layer_of
from ...engine.levels.vmap import VmapLevel, aligned, rows_first, side_by_side
from ...engine.operation import Operation
from ...engine.tensor import Tensor
from ...engine.worlds import TENSORS, roles
from ..dims import numel
from ..elementwise.complex import conj
from ..shape.joining import stack
from ..shape.slicing import select
from ..shape.view import permute, view
from .tools import (
    Args,
    Rule,
    beside,
    everywhere,
    flat,
    is_batched,
    moved,
    only_first,
    or_rows,
    positions,
    rank_of,
    reshaped,
    row_dims,
    whole,
)

# -- the same along dimensions that are one further ---------------------------------------------------------


def leading(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """Every operand with the hidden dimension in front, the dimensions that arguments name one further.

    ``how`` tells the dimensions of a single element of each operand, ``"2 1"`` for a matrix and a vector: what an
    operand has before those is broadcast against that of the others.
    """
    tensors = [p.index for p in op.params if isinstance(args[p.index], Tensor)]
    others = [a for k, a in enumerate(args) if k not in tensors]
    if any(is_batched(a, level) for a in others):
        return NotImplemented
    sizes = positions(op, op.sizes)
    rank = len(args[sizes[0]]) if sizes else rank_of(args[tensors[0]]) + op.dims.startswith("+")
    named = positions(op, op.dims.removeprefix("+"))
    number = not rank and bool(named)
    if number and any(rank_of(args[k]) for k in tensors):
        return NotImplemented
    given = list(args)
    for k in tensors:
        given[k] = everywhere(args[k], level)
        if number:  # a row without dimensions counts as one with a single element
            given[k] = TENSORS.unsqueeze(given[k], 1)
    for at in named:
        dims = _further(op, args[at], at, max(rank, 1))
        if dims is NotImplemented:
            return _of_all(op, level, args, at)
        given[at] = dims
    for at in sizes:
        given[at] = (level.size, *args[at])
    if how:
        operands = [p.index for p in op.params if p.kind in ("tensor", "index")]
        cores = [int(n) for n in how.split()]
        if any(isinstance(args[k], Tensor) and rank_of(args[k]) < n for k, n in zip(operands, cores, strict=True)):
            return NotImplemented
        _line_up(given, operands, cores)
    found = op.call(*given)
    if not number:
        return found
    several = isinstance(found, (tuple, list))
    numbers = [_without_second(t) for t in (found if several else [found])]
    return numbers if several else numbers[0]


def _without_second(t: Tensor) -> Tensor:
    if t.array.ndim < 2:
        return t
    dropped: Tensor = TENSORS.squeeze_dim(t, 1)
    return dropped


def _further(op: Operation, dims: Any, at: int, rank: int) -> Any:
    """The dimensions of an argument moved by one. NotImplemented where None stands for a row counted in order; raises
    IndexError for no dimension: row by row that error has the row's numbers."""
    note = str(op.source.__annotations__.get(op.params[at].name))
    if "Dims" in note and (dims is None or dims == ()):
        return row_dims(rank)
    if dims is None:
        return NotImplemented
    each = (dims,) if isinstance(dims, int) else dims
    if any(not -rank <= d < rank for d in each):
        raise IndexError
    return moved(dims, rank) if isinstance(dims, int) else tuple(moved(d, rank) for d in dims)


def _of_all(op: Operation, level: VmapLevel, args: Args, at: int) -> Any:
    """A reduction of all elements as one along the only dimension of a flattened row."""
    keep = positions(op, "keepdim")
    x = args[0]
    given = [flat(x, level) if rank_of(x) else TENSORS.unsqueeze(whole(x, level), 1), *args[1:]]
    given[at] = 1
    if keep:
        given[keep[0]] = False
    found = op.call(*given)
    if not keep or not args[keep[0]]:
        return found
    shape = (level.size, *(1,) * rank_of(args[0]))
    return [reshaped(t, shape) for t in found] if isinstance(found, tuple) else reshaped(found, shape)


def _line_up(given: list[Any], operands: list[int], cores: list[int]) -> None:
    """Dimensions of size 1 after the hidden one, so that all operands have as many before their elements' own."""
    present = [(k, core) for k, core in zip(operands, cores, strict=True) if isinstance(given[k], Tensor)]
    most = max(given[k].array.ndim - core for k, core in present)
    for k, core in present:
        shape = given[k].array.shape
        if len(shape) - core < most:
            given[k] = reshaped(given[k], (shape[0], *(1,) * (most + core - len(shape)), *shape[1:]))


def _as(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """A reduction of everything becomes one over all dimensions but the hidden one."""
    rank = rank_of(args[0])
    found = only_first(level, args)
    if found is None:
        return NotImplemented
    if not rank:
        return getattr(TENSORS, how)(TENSORS.unsqueeze(found, 1), (1,), False, *args[1:])
    return getattr(TENSORS, how)(found, row_dims(rank), False, *args[1:])


def _flat(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """A reduction of everything becomes one along the only dimension of a flattened row; values without indices."""
    found = getattr(TENSORS, how)(flat(args[0], level), 1, False, *args[1:])
    return found[0] if isinstance(found, tuple) else found


def _rolled(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    x = args[0]
    found = op.call(flat(x, level) if rank_of(x) else TENSORS.unsqueeze(whole(x, level), 1), args[1], (1,))
    return TENSORS.view(found, (level.size, *x.array.shape))


def _traced(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    return TENSORS.sum_dim(TENSORS.diagonal(whole(args[0], level), 0, 1, 2), (1,), False)


def _repeated(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    x = whole(args[0], level)
    for _ in range(len(args[1]) - rank_of(args[0])):
        x = TENSORS.unsqueeze(x, 1)
    return op.call(x, (1, *args[1]))


def _alike(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """What only shapes matter for is the same for each row."""
    first = [a if layer_of(a, level) is None else TENSORS.select(whole(a, level), 0, 0) for a in args]
    found = op.call(*first)
    return roles.expand(found, (level.size, *found.array.shape))


# -- element by element -------------------------------------------------------------------------------------


def _side_by_side(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    return side_by_side(op, level, args)


def _where(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """Side by side, whatever the condition's dtype."""
    tensors = [a for a in args if isinstance(a, Tensor)]
    if len({t.array.dtype for t in tensors[1:]}) > 1:
        return NotImplemented
    rank = max(t.array.ndim for t in tensors)
    return op.call(*[aligned(a, level, rank) for a in args])


def _same(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    found = only_first(level, args)
    return NotImplemented if found is None else op.call(found, *args[1:])


def _copied(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """``copy``, and ``fill`` with the value of a tensor: the operand has a place for each row."""
    rank = rank_of(args[0])
    return TENSORS.copy(everywhere(args[0], level), beside(args[1], level, rank))


def _filled_where(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """``masked_fill`` with the value of a tensor."""
    x, mask, value = args
    rank = max(rank_of(x), rank_of(mask))
    if rank_of(value):
        return NotImplemented
    if value.array.dtype != x.array.dtype:
        value = roles.cast(value, x.dtype)
    return TENSORS.where(beside(mask, level, rank), beside(value, level, rank), beside(x, level, rank))


# -- views ---------------------------------------------------------------------------------------------------


def _own(op: Operation, found: Any) -> Any:
    """What a view's copy gives is no view."""
    return found if op.view is not None else TENSORS.clone(found, "C")


def _sized(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """A new shape, with the hidden dimension in front."""
    found = only_first(level, args)
    if found is None or -1 in args[1]:
        return NotImplemented if found is None or 0 in found.array.shape else op.call(found, (level.size, *args[1]))
    return op.call(found, (level.size, *args[1]))


def _expand(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    size = args[1]
    if only_first(level, args) is None:
        return NotImplemented
    if len(size) < rank_of(args[0]):
        raise RuntimeError(
            f"expand: the number of sizes provided ({len(size)}) must be greater or equal to the number of dimensions "
            f"in the tensor ({rank_of(args[0])})"
        )
    x = whole(args[0], level)
    n, *shape = x.array.shape
    return op.call(roles.reshape(x, (n, *(1,) * (len(size) - len(shape)), *shape)), (level.size, *size))


def _permute(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    rank = rank_of(args[0])
    found = only_first(level, args)
    if found is None or len(args[1]) != rank:
        return NotImplemented
    return op.call(found, (0, *(moved(d, rank) for d in args[1])))


def _t(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    rank = rank_of(args[0])
    found = only_first(level, args)
    if found is None or rank > 2:
        return NotImplemented
    return _own(op, TENSORS.transpose(found, 1, rank) if rank else found)


def _as_strided(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    _, size, stride, offset, _ = args
    found = only_first(level, args)
    if found is None:
        return NotImplemented
    item = found.array.itemsize
    strides = tuple(s // item for s in found.array.strides)
    return op.call(found, (level.size, *size), (strides[0], *stride), offset, strides)


def _strided_back(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """What goes between a window and its base: memory for each row, one after the other."""
    if how == "scatter":
        x, src, size, stride, offset = args
        count = x.array.size
        if offset < 0 or offset + sum((n - 1) * s for n, s in zip(size, stride)) >= count:
            return NotImplemented
        given = (everywhere(x, level), everywhere(src, level))
        return op.call(*given, (level.size, *size), (count, *stride), offset)
    shape, strides, size, stride, offset = args[1:] if how == "sum" else (args[0].array.shape, *args[1:])
    reach = [sum((n - 1) * s for n, s in zip(a, b)) for a, b in ((shape, strides), (size, stride))]
    apart = 1 + max(reach[0], offset + reach[1], 0) - min(0, offset)
    places = ((level.size, *shape), (apart, *strides), (level.size, *size), (apart, *stride), offset)
    return op.call(whole(args[0], level), *(places if how == "sum" else places[1:]))


def _squeeze(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    found = only_first(level, args)
    if found is None:
        return NotImplemented
    size, *rest = found.array.shape
    return _own(op, TENSORS.view(found, (size, *(n for n in rest if n != 1))) if rest else TENSORS.alias(found))


def _squeeze_dim(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    found, rank = only_first(level, args), max(rank_of(args[0]), 1)
    if found is None or not -rank <= args[1] < rank:
        return NotImplemented
    if not rank_of(args[0]):
        return _own(op, TENSORS.alias(found))
    squeeze = TENSORS.squeeze_dims_in_place if op.name.endswith("_in_place") else TENSORS.squeeze_dims
    return _own(op, squeeze(found, (moved(args[1], rank),)))


def _beside(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """A tensor, and others that are only to be in its history."""
    return op.call(everywhere(args[0], level), [whole(t, level) for t in args[1]])


def _joined(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """A list of tensors put together, the ones without the hidden dimension repeated."""
    tensors, dim = args[0], args[1]
    rank = tensors[0].array.ndim + op.dims.startswith("+")
    if any(t.array.ndim != tensors[0].array.ndim for t in tensors) or not -rank <= dim < rank:
        return NotImplemented
    wide = []
    for t in tensors:
        layer = layer_of(t, level)
        wide.append(rows_first(layer) if layer is not None else roles.expand(t, (level.size, *t.array.shape)))
    return op.call(wide, moved(dim, rank))


def _behind(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """The hidden dimension last, for what leaves alone all but a row's first dimensions."""
    x = only_first(level, args)
    if x is None:
        return NotImplemented
    found = op.call(roles.permute(x, (*range(1, x.array.ndim), 0)), *args[1:])
    last = found.array.ndim - 1
    return roles.permute(found, (last, *range(last)))


def distance(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """``dist``: the norm of a difference."""
    x, y, p = args
    rank = max(rank_of(x), rank_of(y))
    between = TENSORS.sub(beside(x, level, rank), beside(y, level, rank))
    return TENSORS.norm_dim(flat_rows(between), p, 1, False)


def flat_rows(t: Any) -> Any:
    size, *rest = t.array.shape
    return reshaped(t, (size, numel(rest)))


roles.permute = permute
roles.reshape = view
roles.select = select
roles.stack = stack
roles.conj = conj

RULES: dict[str, Rule] = {
    "dims": or_rows(leading), "leading": or_rows(leading), "same": _same, "each": _same, "chosen": _where,
    "side by side": or_rows(_side_by_side), "sized": _sized, "expanded": _expand, "permuted": _permute, "turned": _t,
    "squeezed": _squeeze, "squeezed dim": _squeeze_dim, "strided": _as_strided, "joined": _joined, "as": or_rows(_as),
    "flat": or_rows(_flat), "rolled": or_rows(_rolled), "traced": or_rows(_traced), "repeated": or_rows(_repeated),
    "alike": or_rows(_alike), "copied": or_rows(_copied), "filled where": or_rows(_filled_where),
    "behind": or_rows(_behind), "beside": _beside, "strided back": or_rows(_strided_back),
    "distance": or_rows(distance),
}  # fmt: skip
