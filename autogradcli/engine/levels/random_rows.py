"""Random numbers under ``torch.func``: which rows of ``vmap`` share their draws.

    randomness      a shape alone            operands of the level        others
    "error"         RuntimeError             RuntimeError                 RuntimeError
    "different"     one draw for all rows    what is inside, at once      repeated for each row, then at once
    "same"          one draw                 RuntimeError                 one draw

``noise`` is for what fills a tensor whatever is in it: with "same" the rows of one of the level all get one row's
draws, and the draws go by how the tensor lies in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from ..state import state
from ..tensor import Tensor, wrap
from ..worlds import roles
from .base import layer_of, mark_born
from .lifted import lift
from .vmap import VmapLevel, aligned, batched

NO_RANDOM = (
    "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' "
    "randomness flags on vmap or perform the randomness operation out of vmap"
)
NO_SAME = (
    "Vmap does not currently support same randomness with a batched tensor input. Please file an issue with functorch"
)
NO_DIFFERENT = (
    "vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear like same randomness. "
    "If this is necessary for your usage, please file an issue with functorch."
)


def rows_apart() -> list[VmapLevel]:
    """The vmap levels, outermost first, whose rows get random numbers of their own.

    Raises RuntimeError where a level wants none drawn.
    """
    levels = [level for level in state.levels if isinstance(level, VmapLevel)]
    if any(level.randomness == "error" for level in levels):
        raise RuntimeError(NO_RANDOM)
    return [level for level in levels if level.randomness == "different"]


def of_rows(values: np.ndarray) -> Tensor:
    """Random numbers that were drawn for all rows, a dimension in front for each level of ``rows_apart``."""
    value = wrap(values)
    for level in rows_apart():
        value = batched(level, value)
    if state.levels:
        mark_born([value])
    return value


def one_by_one(draw: Callable[[], np.ndarray]) -> Tensor:
    """As ``of_rows``, of what can't be drawn for several rows at once: the rows of the outermost level by turns."""
    sizes = [level.size for level in rows_apart()]
    if not sizes:
        return of_rows(draw())
    rows = [draw() for _ in range(prod(sizes))]
    if not rows:
        return of_rows(np.empty((*sizes, *draw().shape)))
    turns = np.stack(rows).reshape(*reversed(sizes), *rows[0].shape)
    n = len(sizes)
    return of_rows(turns.transpose(*reversed(range(n)), *range(n, turns.ndim)))


def sampled(call: Callable[..., Tensor], operands: Sequence[Any], depth: int | None = None) -> Tensor:
    """``call(*operands)``, which draws random numbers for each element of the operands, for all rows.

    Raises RuntimeError as the table at the head of this file says.
    """
    depth = len(state.levels) if depth is None else depth
    if not depth:
        return call(*operands)
    level = state.levels[depth - 1]
    ours = [layer_of(x, level) is not None for x in operands]
    if not isinstance(level, VmapLevel):
        lowered = [layer_of(x, level).value if own else x for x, own in zip(operands, ours, strict=True)]  # type: ignore[union-attr]
        found = sampled(call, lowered, depth - 1)
        outside = lift(level, found) if any(ours) else found
    elif level.randomness == "error":
        raise RuntimeError(NO_RANDOM)
    elif level.randomness == "same":
        if any(ours):
            raise RuntimeError(NO_SAME)
        return sampled(call, operands, depth - 1)
    else:
        rank = max(x.array.ndim for x in operands if isinstance(x, Tensor))
        spread = [aligned(x, level, rank) if any(ours) else _repeated(x, level.size) for x in operands]
        outside = batched(level, sampled(call, spread, depth - 1))
    mark_born([outside])
    return outside


def _repeated(x: Any, size: int) -> Any:
    return roles.expand(x, (size, *x.array.shape)) if isinstance(x, Tensor) else x


def noise(like: Tensor, draw: Callable[[tuple[int, ...]], np.ndarray], fresh: bool, depth: int | None = None) -> Tensor:
    """Random numbers to fill a tensor like another with, for all rows: ``draw`` is given their shape.

    ``fresh``: the tensor is made now, so that one that all rows share may become one of rows that differ.
    """
    depth = len(state.levels) if depth is None else depth
    if not depth:
        return wrap(draw(like.array.shape))
    level = state.levels[depth - 1]
    layer = layer_of(like, level)
    if not isinstance(level, VmapLevel):
        return noise(like if layer is None else layer.value, draw, fresh, depth - 1)
    if level.randomness == "error":
        raise RuntimeError(NO_RANDOM)
    if level.randomness == "same":
        return noise(like if layer is None else roles.select(layer.value, layer.bdim, 0), draw, fresh, depth - 1)
    if layer is None and not fresh:
        raise RuntimeError(NO_DIFFERENT)
    inside, at = (_repeated(like, level.size), 0) if layer is None else (layer.value, layer.bdim)
    found = batched(level, noise(inside, draw, fresh, depth - 1), at)
    mark_born([found])
    return found
