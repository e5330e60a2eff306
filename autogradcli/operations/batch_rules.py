"""Operations for all rows of a ``vmap`` at once, by what they declare as ``rows`` or ``dims``: the dimensions that they
name move by one for the hidden one.

Only for speed, for views (which must stay windows on the batched memory) and for graph names that are PyTorch's;
an operation without a rule runs row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..engine.levels.base import layer_of
from ..engine.levels.vmap import BATCH_RULES, VmapLevel, aligned, rows_first, side_by_side
from ..engine.operation import Operation
from ..engine.tensor import Tensor
from ..engine.worlds import TENSORS, roles
from .elementwise.complex import conj
from .shape.joining import stack
from .shape.slicing import select
from .shape.view import permute, view

Args = Sequence[Any]
Rule = Callable[[Operation, VmapLevel, Args], Any]


def _rank(args: Args) -> int:
    """Dimensions of a row of the first operand."""
    return int(args[0].array.ndim)


def _first(level: VmapLevel, args: Args) -> Tensor | None:
    """The first operand with the hidden dimension in front, where no other operand is batched."""
    layer = layer_of(args[0], level)
    if layer is None or any(layer_of(a, level) is not None for a in args[1:]):
        return None
    return rows_first(layer)


def _moved(dim: int, rank: int) -> int:
    return dim % rank + 1


def _positions(op: Operation) -> list[int]:
    """Where among the arguments the dimensions are."""
    names = op.dims.removeprefix("+").split()
    return [p.index for p in op.params if p.name in names]


def _shifted(op: Operation, level: VmapLevel, args: Args) -> Any:
    """The dimensions that the arguments name moved by one."""
    rank = _rank(args) + op.dims.startswith("+")
    whole = _first(level, args)
    if whole is None or not rank:
        return NotImplemented
    moved = list(args)
    for at in _positions(op):
        dims = args[at]
        if dims is None or dims == ():
            return NotImplemented
        each = (dims,) if isinstance(dims, int) else dims
        if any(not -rank <= d < rank for d in each):
            return NotImplemented  # row by row the error has the row's numbers
        moved[at] = _moved(dims, rank) if isinstance(dims, int) else tuple(_moved(d, rank) for d in dims)
    return op.call(whole, *moved[1:])


def _whole(name: str) -> Rule:
    """A reduction of everything becomes one over all dimensions but the hidden one."""

    def rule(op: Operation, level: VmapLevel, args: Args) -> Any:
        rank = _rank(args)
        whole = _first(level, args)
        if whole is None or not rank:
            return NotImplemented
        call = getattr(TENSORS, name)
        return call(whole, tuple(range(1, rank + 1)), False, *args[1:])

    return rule


def _sized(op: Operation, level: VmapLevel, args: Args) -> Any:
    """A new shape, with the hidden dimension in front."""
    whole = _first(level, args)
    if whole is None or -1 in args[1]:
        return NotImplemented if whole is None or 0 in whole.array.shape else op.call(whole, (level.size, *args[1]))
    return op.call(whole, (level.size, *args[1]))


def _expand(op: Operation, level: VmapLevel, args: Args) -> Any:
    size = args[1]
    if _first(level, args) is None:
        return NotImplemented
    if len(size) < _rank(args):
        raise RuntimeError(
            f"expand: the number of sizes provided ({len(size)}) must be greater or equal to the number of dimensions "
            f"in the tensor ({_rank(args)})"
        )
    return op.call(aligned(args[0], level, len(size)), (level.size, *size))


def _permute(op: Operation, level: VmapLevel, args: Args) -> Any:
    rank = _rank(args)
    whole = _first(level, args)
    if whole is None or len(args[1]) != rank:
        return NotImplemented
    return op.call(whole, (0, *(_moved(d, rank) for d in args[1])))


def _t(op: Operation, level: VmapLevel, args: Args) -> Any:
    rank = _rank(args)
    whole = _first(level, args)
    if whole is None or rank > 2:
        return NotImplemented
    return TENSORS.transpose(whole, 1, rank) if rank else whole


def _as_strided(op: Operation, level: VmapLevel, args: Args) -> Any:
    _, size, stride, offset, _ = args
    whole = _first(level, args)
    if whole is None:
        return NotImplemented
    item = whole.array.itemsize
    strides = tuple(s // item for s in whole.array.strides)
    return op.call(whole, (level.size, *size), (strides[0], *stride), offset, strides)


def _squeeze(op: Operation, level: VmapLevel, args: Args) -> Any:
    whole = _first(level, args)
    if whole is None:
        return NotImplemented
    size, *rest = whole.array.shape
    return TENSORS.view(whole, (size, *(n for n in rest if n != 1))) if rest else TENSORS.alias(whole)


def _squeeze_dim(op: Operation, level: VmapLevel, args: Args) -> Any:
    whole, rank = _first(level, args), max(_rank(args), 1)
    if whole is None or not -rank <= args[1] < rank:
        return NotImplemented
    return TENSORS.squeeze_dims(whole, (_moved(args[1], rank),)) if _rank(args) else TENSORS.alias(whole)


def _where(op: Operation, level: VmapLevel, args: Args) -> Any:
    """Side by side, whatever the condition's dtype."""
    tensors = [a for a in args if isinstance(a, Tensor)]
    if len({t.array.dtype for t in tensors[1:]}) > 1:
        return NotImplemented
    rank = max(t.array.ndim for t in tensors)
    return op.call(*[aligned(a, level, rank) for a in args])


def _same(op: Operation, level: VmapLevel, args: Args) -> Any:
    whole = _first(level, args)
    return NotImplemented if whole is None else op.call(whole, *args[1:])


def _joined(op: Operation, level: VmapLevel, args: Args) -> Any:
    """A list of tensors put together, the ones without the hidden dimension repeated."""
    tensors, dim = args[0], args[1]
    rank = tensors[0].array.ndim + op.dims.startswith("+")
    if any(t.array.ndim != tensors[0].array.ndim for t in tensors) or not -rank <= dim < rank:
        return NotImplemented
    wide = []
    for t in tensors:
        layer = layer_of(t, level)
        wide.append(rows_first(layer) if layer is not None else roles.expand(t, (level.size, *t.array.shape)))
    return op.call(wide, _moved(dim, rank))


def _register() -> None:
    roles.permute = permute
    roles.reshape = view
    roles.select = select
    roles.stack = stack
    roles.conj = conj
    rules: dict[str, Rule] = {
        "dims": _shifted, "same": _same, "each": _same, "side by side": side_by_side, "chosen": _where,
        "sized": _sized, "expanded": _expand, "permuted": _permute, "turned": _t, "squeezed": _squeeze,
        "squeezed dim": _squeeze_dim, "strided": _as_strided, "joined": _joined, "as sum_dim": _whole("sum_dim"),
        "as mean_dim": _whole("mean_dim"),
    }  # fmt: skip
    BATCH_RULES.update(rules)


_register()
