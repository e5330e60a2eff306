"""What the rules for all rows are written with: operands with the hidden dimension in front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine.levels.base import layer_of
from ...engine.levels.vmap import VmapLevel, aligned, rows_first
from ...engine.operation import Operation
from ...engine.tensor import Tensor
from ...engine.worlds import TENSORS, roles
from ..dims import Shape, numel
from ..linalg.checks import LinAlgError

Args = Sequence[Any]
#: ``(op, level, args, how)``: a result with the hidden dimension in front, or NotImplemented. ``how`` is what a
#: declaration says after the colon.
Rule = Callable[[Operation, VmapLevel, Args, str], Any]


def or_rows(rule: Rule) -> Rule:
    """The rule, but row by row where an operand doesn't fit: there the error has the row's numbers."""

    def guarded(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
        if not level.size:
            return NotImplemented
        try:
            return rule(op, level, args, how)
        except LinAlgError:  # which says in which row
            raise
        except (RuntimeError, IndexError, ValueError, TypeError):
            return NotImplemented

    return guarded


def is_batched(value: Any, level: VmapLevel) -> bool:
    """Whether a value, or one of a list, differs from row to row."""
    if isinstance(value, (list, tuple)):
        return any(is_batched(v, level) for v in value)
    return layer_of(value, level) is not None


def rank_of(value: Any) -> int:
    """Dimensions of a row."""
    return int(value.array.ndim)


def whole(value: Any, level: VmapLevel) -> Any:
    """A batched tensor with the hidden dimension in front; anything else as it is."""
    layer = layer_of(value, level)
    return value if layer is None else rows_first(layer)


def everywhere(value: Any, level: VmapLevel) -> Any:
    """A tensor with the hidden dimension in front, one that all rows share repeated (without copying)."""
    layer = layer_of(value, level)
    if layer is not None:
        return rows_first(layer)
    return roles.expand(value, (level.size, *value.array.shape))


def beside(value: Any, level: VmapLevel, rank: int) -> Any:
    """An operand that is broadcast against rows of so many dimensions."""
    return aligned(value, level, rank) if isinstance(value, Tensor) else value


def reshaped(value: Any, shape: Sequence[int]) -> Any:
    return value if value.array.shape == tuple(shape) else TENSORS.reshape(value, tuple(shape))


def folded(value: Any, level: VmapLevel) -> Any:
    """A tensor of rows (N, ...) as one of (rows * N, ...)."""
    x = everywhere(value, level)
    size, n, *rest = x.array.shape
    return reshaped(x, (size * n, *rest))


def unfolded(found: Any, level: VmapLevel) -> Any:
    """The other way."""
    if isinstance(found, (tuple, list)):
        return [unfolded(t, level) for t in found]
    n, *rest = found.array.shape
    return reshaped(found, (level.size, n // level.size, *rest))


def flat(value: Any, level: VmapLevel) -> Any:
    """Each row as one dimension."""
    x = everywhere(value, level)
    return reshaped(x, (level.size, numel(x.array.shape[1:])))


def row_dims(rank: int) -> Shape:
    """All dimensions of a row, the hidden one being in front of them."""
    return tuple(range(1, rank + 1))


def only_first(level: VmapLevel, args: Args) -> Tensor | None:
    """The first operand with the hidden dimension in front, where no other operand is batched."""
    layer = layer_of(args[0], level)
    if layer is None or any(is_batched(a, level) for a in args[1:]):
        return None
    return rows_first(layer)


def moved(dim: int, rank: int) -> int:
    return dim % rank + 1


def positions(op: Operation, names: str) -> list[int]:
    """Where among the arguments these are."""
    return [p.index for p in op.params if p.name in names.split()]
