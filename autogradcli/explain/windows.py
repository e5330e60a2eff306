"""Views by their place in memory, as operations that a reader knows: ``x[1]``, ``x[:, 0:2]``, ``select_scatter``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..engine.views import Window
from ..operations.dims import contiguous_strides

#: ``do(name, arguments)`` carries out a declared operation.
Do = Callable[[str, list[Any]], Any]


class _Part(NamedTuple):
    """One step into a tensor: what reads the part, and what writes it, with which arguments."""

    read: str
    write: str
    at: tuple[Any, ...]


def sayable(shape: tuple[int, ...], window: Window) -> bool:
    """Whether a window on a contiguous tensor of this shape is such steps."""
    offset: int | None = window.offset
    try:
        while offset is not None:
            _, offset = _step(shape, tuple(window.size), tuple(window.strides), offset)
            shape = shape[1:]
    except LookupError:
        return False
    return True


def cut(do: Do, whole: Any, window: Window) -> Any:
    """The part of a tensor that a window shows."""
    return _cut(do, whole, tuple(window.size), tuple(window.strides), window.offset)


def put(do: Do, whole: Any, new: Any, window: Window) -> Any:
    """A tensor whose window has new values."""
    return _put(do, whole, new, tuple(window.size), tuple(window.strides), window.offset)


def _cut(do: Do, whole: Any, size: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Any:
    step, left = _step(whole.array.shape, size, strides, offset)
    if step is None:
        return whole
    part = do(step.read, [whole, *step.at])
    return part if left is None else _cut(do, part, size, strides, left)


def _put(do: Do, whole: Any, new: Any, size: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Any:
    step, left = _step(whole.array.shape, size, strides, offset)
    if step is None:
        return new
    if left is not None:
        new = _put(do, do(step.read, [whole, *step.at]), new, size, strides, left)
    return do(step.write, [whole, new, *step.at])


def _step(
    shape: tuple[int, ...], size: tuple[int, ...], strides: tuple[int, ...], offset: int
) -> tuple[_Part | None, int | None]:
    """The next step into a contiguous tensor; and the offset that is left where it isn't the last one. Raises
    LookupError where no step leads there."""
    own = contiguous_strides(shape)
    if shape == size and offset == 0 and _alike(size, strides, own):
        return None, None
    if 0 not in size and 0 not in shape and shape:
        reach = offset + sum((n - 1) * s for n, s in zip(size, strides, strict=True))
        row = offset // own[0]
        if len(size) < len(shape) and reach // own[0] == row:
            return _Part("select", "select_scatter", (0, row)), offset - row * own[0]
        found = _slice(shape, own, size, strides, offset) or _select(shape, own, size, strides, offset)
        if found is not None:
            return found, None
    raise LookupError


def _slice(
    shape: tuple[int, ...], own: tuple[int, ...], size: tuple[int, ...], strides: tuple[int, ...], offset: int
) -> _Part | None:
    if len(size) != len(shape):
        return None
    dims = [k for k in range(len(shape)) if size[k] != shape[k]]
    if len(dims) > 1:
        return None
    dim = dims[0] if dims else 0
    others = [k for k in range(len(shape)) if k != dim]
    if not _alike([size[k] for k in others], [strides[k] for k in others], [own[k] for k in others]):
        return None
    step = strides[dim] // own[dim] if size[dim] > 1 else 1
    start, rest = divmod(offset, own[dim])
    end = start + (size[dim] - 1) * step + 1
    if rest or step < 1 or (size[dim] > 1 and strides[dim] % own[dim]) or end > shape[dim]:
        return None
    return _Part("slice_", "slice_scatter", (dim, start, end, step))


def _select(
    shape: tuple[int, ...], own: tuple[int, ...], size: tuple[int, ...], strides: tuple[int, ...], offset: int
) -> _Part | None:
    for dim in range(len(shape)):
        rest = shape[:dim] + shape[dim + 1 :]
        index, left = divmod(offset, own[dim])
        if rest == size and not left and index < shape[dim] and _alike(size, strides, own[:dim] + own[dim + 1 :]):
            return _Part("select", "select_scatter", (dim, index))
    return None


def _alike(size: Any, strides: Any, own: Any) -> bool:
    """Whether strides are the same where they matter."""
    return all(n == 1 or s == o for n, s, o in zip(size, strides, own, strict=True))
