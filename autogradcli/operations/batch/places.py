"""Elements by index for all rows: a row's number is one more index in front, or its part of a flattened whole."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.levels.vmap import VmapLevel, batched
from ...engine.operation import Operation
from ...engine.tensor import Tensor, wrap
from ...engine.worlds import TENSORS, roles
from .tools import Args, Rule, beside, everywhere, flat, is_batched, or_rows, rank_of, reshaped, whole

# -- x[i, j, :, mask] ---------------------------------------------------------------------------------------


class Key:
    """A list of index tensors with the rows' own in front, and where the dimensions of what it picks lie.

    NumPy puts the dimensions of the indices where the indices are if those are neighbours, else in front of all.
    """

    def __init__(self, level: VmapLevel, rank: int, indices: Any) -> None:
        given = [k for k, index in enumerate(indices) if index is not None]
        masks = [index for index in indices if index is not None and index.array.dtype.kind == "b"]
        batched = is_batched(indices, level)
        if masks and (batched or len(given) > 1):
            raise RuntimeError
        wide = max((rank_of(i) for i in indices if i is not None), default=0)
        picked = 1 if masks else wide
        neighbours = not given or given[-1] - given[0] + 1 == len(given)
        before = given[0] if given and neighbours else 0
        consumed = rank_of(masks[0]) if masks else len(given)
        #: Dimensions of a row of what is picked.
        self.rank = rank - consumed + picked
        if batched:
            own: list[Any] = [beside(i, level, wide) if i is not None else None for i in indices]
            numbers = np.arange(level.size).reshape((level.size,) + (1,) * wide)
            self.indices = [wrap(numbers), *own]
            if not before:
                self.order: tuple[int, ...] | None = None
            else:
                rest = range(1 + picked, 1 + self.rank)
                self.order = (0, *list(rest)[:before], *range(1, 1 + picked), *list(rest)[before:])
        else:
            self.indices = [None, *indices]
            after = range(picked + 1, 1 + self.rank)
            self.order = None if neighbours else (picked, *range(picked), *after)

    def sorted(self, found: Any) -> Any:
        """What was picked with its dimensions as a row has them, the hidden one in front."""
        return found if self.order is None else roles.permute(found, self.order)

    def unsorted(self, values: Any) -> Any:
        """The other way: values to be put there."""
        if self.order is None:
            return values
        return roles.permute(values, tuple(sorted(range(len(self.order)), key=lambda k: self.order[k])))  # type: ignore[index]


def _index(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    x, indices = args
    key = Key(level, rank_of(x), indices)
    return key.sorted(op.call(everywhere(x, level), key.indices))


def _put_at(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    x, indices, values, *rest = args
    mask = _own_mask(indices, level)
    if mask is not None and not (rest and rest[0]):
        return _put_where(x, mask, values, level)
    key = Key(level, rank_of(x), indices)
    if isinstance(values, Tensor):
        if rank_of(values) > key.rank:
            return NotImplemented
        if is_batched(values, level):
            values = beside(values, level, key.rank)
        elif key.order is not None:
            values = reshaped(values, (1,) * (key.rank + 1 - rank_of(values)) + values.array.shape)
        if key.order is not None:
            values = key.unsorted(values)
    return op.call(everywhere(x, level), key.indices, values, *rest)


def _own_mask(indices: Any, level: VmapLevel) -> Any:
    """The mask, where a mask of each row's own says which elements."""
    first, *others = indices
    alone = first is not None and first.array.dtype.kind == "b" and all(i is None for i in others)
    return first if alone and is_batched(first, level) else None


def _put_where(x: Any, mask: Any, value: Any, level: VmapLevel) -> Any:
    """One value for all that a mask picks."""
    rank = rank_of(x)
    if isinstance(value, Tensor) and (rank_of(value) or value.array.dtype != x.array.dtype):
        return NotImplemented
    if mask.array.shape != x.array.shape[: rank_of(mask)]:
        return NotImplemented
    shown = whole(mask, level)
    shown = reshaped(shown, (*shown.array.shape, *(1,) * (rank - rank_of(mask))))
    return TENSORS.where(shown, beside(value, level, rank), everywhere(x, level))


# -- one index along a dimension ----------------------------------------------------------------------------

#: What does the same where each row has indices of its own.
_EACH_ITS_OWN = {"index_select": "gather", "index_add": "scatter_add", "index_copy": "scatter",
                 "index_fill_scalar": "scatter_value"}  # fmt: skip


def _indexed(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """``index_select`` and kin: ``(input, dim, index, source or number...)``."""
    x, dim, index, *rest = args
    rank = rank_of(x)
    if not -rank <= dim < rank or index.array.ndim > 1:
        return NotImplemented
    at = dim % rank + 1
    name = op.name
    if name == "index_fill_tensor":  # a copy of one value to all places
        if rank_of(rest[0]):
            return NotImplemented
        name, size = "index_copy", [level.size, *x.array.shape]
        size[at] = index.array.size
        value = beside(roles.cast(rest[0], x.dtype), level, rank)
        rest = [batched(level, roles.expand(value, tuple(size)))]
    sources = [everywhere(s, level) if isinstance(s, Tensor) else s for s in rest]
    if not is_batched(index, level):
        if any(isinstance(s, Tensor) and rank_of(s) != rank for s in rest):
            return NotImplemented
        return getattr(TENSORS, name)(everywhere(x, level), at, index, *sources)
    name = _EACH_ITS_OWN.get(name, "")
    if not name:
        return NotImplemented
    shape = [level.size, *x.array.shape]
    shape[at] = index.array.size
    lying = reshaped(whole(index, level), [n if k in (0, at) else 1 for k, n in enumerate(shape)])
    places = roles.expand(lying, tuple(shape))
    if op.name == "index_add":
        source, alpha = sources
        sources = [source if alpha == 1 else TENSORS.mul_scalar(source, alpha)]
    return getattr(TENSORS, name)(everywhere(x, level), at, places, *sources)


# -- counted places -----------------------------------------------------------------------------------------


def _counted(index: Any, level: VmapLevel, count: int) -> Any:
    """Indices that count a row's elements, none from the end."""
    at = flat(index, level)
    return TENSORS.where(TENSORS.lt(at, 0), TENSORS.add(at, count), at)


def _take(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    x, index = args
    if index.array.dtype != np.int64:
        return NotImplemented
    found = TENSORS.gather(flat(x, level), 1, _counted(index, level, x.array.size))
    return reshaped(found, (level.size, *index.array.shape))


def _put(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    x, index, source, accumulate = args
    if index.array.dtype != np.int64 or index.array.size != source.array.size:
        return NotImplemented
    put = TENSORS.scatter_add if accumulate else TENSORS.scatter
    found = put(flat(x, level), 1, _counted(index, level, x.array.size), flat(source, level))
    return reshaped(found, (level.size, *x.array.shape))


# -- rows of a table ----------------------------------------------------------------------------------------


def _table(indices: Any, level: VmapLevel, rows: int) -> Any:
    """Indices into one table that holds the tables of all rows, one after the other."""
    at = everywhere(indices, level)
    flagged = TENSORS.logical_or(TENSORS.lt(at, 0), TENSORS.ge(at, rows))
    if bool(TENSORS.any_(flagged).array):
        raise IndexError
    first = np.arange(level.size).reshape((level.size,) + (1,) * (at.array.ndim - 1)) * rows
    return TENSORS.add(at, wrap(first))


def _embedding(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    weight, indices, padding, by_frequency = args
    if not is_batched(weight, level) and not by_frequency:
        return op.call(weight, whole(indices, level), padding, False)
    if rank_of(weight) != 2 or (how != "back" and (padding >= 0 or by_frequency)):
        return NotImplemented
    rows, width = weight.array.shape
    table = reshaped(everywhere(weight, level), (level.size * rows, width))
    found = op.call(table, _table(indices, level, rows), -1, by_frequency)
    return _without(found, indices, level, padding)


def _without(parts: Any, indices: Any, level: VmapLevel, padding: int) -> Any:
    """Zeros for what was looked up in the row that gets no gradient."""
    if padding < 0:
        return parts
    lost = TENSORS.eq(everywhere(indices, level), padding)
    return TENSORS.masked_fill(parts, TENSORS.unsqueeze(lost, lost.array.ndim), 0.0)


def _embedding_back(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    g, indices, rows, padding, by_frequency = args
    parts = _without(everywhere(g, level), indices, level, padding)
    found = op.call(parts, _table(indices, level, rows), level.size * rows, -1, by_frequency)
    return reshaped(found, (level.size, rows, found.array.shape[-1]))


# -- among others -------------------------------------------------------------------------------------------


def _searched(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    boundaries, values, *rest = args
    if not isinstance(values, Tensor):
        return NotImplemented
    if not is_batched(boundaries, level) and rank_of(boundaries) == 1:
        return op.call(boundaries, whole(values, level), *rest)
    if rank_of(boundaries) > 1:
        return op.call(everywhere(boundaries, level), everywhere(values, level), *rest)
    found = op.call(whole(boundaries, level), flat(values, level), *rest)
    return reshaped(found, (level.size, *values.array.shape))


def _among(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    if is_batched(args[1], level):
        return NotImplemented
    return op.call(whole(args[0], level), *args[1:])


RULES: dict[str, Rule] = {
    "masks": or_rows(_index), "put at": or_rows(_put_at), "indexed": or_rows(_indexed), "taken": or_rows(_take),
    "put": or_rows(_put), "embedding": or_rows(_embedding), "embedding back": or_rows(_embedding_back),
    "searched": or_rows(_searched), "among": or_rows(_among),
}  # fmt: skip
