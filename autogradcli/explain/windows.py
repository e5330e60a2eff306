"""Views by their place in memory, as operations that a reader knows: ``x[1]``, ``x[:, 0:2]``, ``select_scatter``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..engine.custom import CustomNode
from ..engine.node import Node
from ..engine.views import AsStridedBackward0, CopySlices, Window
from ..operations.dims import contiguous_strides

#: ``do(name, arguments)`` carries out a declared operation.
Do = Callable[[str, list[Any]], Any]
#: Of one dimension: an index, or the start, the end and the step of a range.
_At = int | tuple[int, int, int]


class _Step(NamedTuple):
    """One step into a tensor: what reads the part, what writes it, and with which arguments."""

    read: str
    write: str
    at: tuple[int, ...]


def sayable(shape: tuple[int, ...], window: Window) -> bool:
    """Whether a window on a contiguous tensor of this shape is indices and ranges."""
    return _steps(shape, window) is not None


def cut(do: Do, whole: Any, window: Window) -> Any:
    """The part of a tensor that a window shows."""
    for step in _steps(whole.array.shape, window) or ():
        whole = do(step.read, [whole, *step.at])
    return whole


def put(do: Do, whole: Any, new: Any, window: Window) -> Any:
    """A tensor whose window has new values."""
    return _put(do, whole, new, _steps(whole.array.shape, window) or [])


def _put(do: Do, whole: Any, new: Any, steps: list[_Step]) -> Any:
    if not steps:
        return new
    step, *rest = steps
    if rest:
        new = _put(do, do(step.read, [whole, *step.at]), new, rest)
    return do(step.write, [whole, new, *step.at])


def _steps(shape: tuple[int, ...], window: Window) -> list[_Step] | None:
    if 0 in shape or 0 in window.size:
        return None
    starts = []
    left = window.offset
    own = contiguous_strides(shape)
    for n, stride in zip(shape, own, strict=True):
        start, left = divmod(left, stride)
        if start >= n:
            return None
        starts.append(start)
    found = None if left else _matched(shape, own, starts, tuple(window.size), tuple(window.strides))
    if found is None:
        return None
    steps = []
    dim = 0
    for at, n in zip(found, shape, strict=True):
        if isinstance(at, int):
            steps.append(_Step("select", "select_scatter", (dim, at)))
            continue
        if at != (0, n, 1):
            steps.append(_Step("slice_", "slice_scatter", (dim, *at)))
        dim += 1
    return steps


def _matched(
    shape: tuple[int, ...], own: tuple[int, ...], starts: list[int], size: tuple[int, ...], strides: tuple[int, ...]
) -> list[_At] | None:
    """What is taken of each dimension, for a window whose dimensions are some of the tensor's in their order."""
    if len(size) > len(shape):
        return None
    if not shape:
        return []
    start = starts[0]
    if size:
        step, rest = (1, 0) if size[0] == 1 else divmod(strides[0], own[0])
        end = start + (size[0] - 1) * step + 1
        if step >= 1 and not rest and end <= shape[0]:
            inner = _matched(shape[1:], own[1:], starts[1:], size[1:], strides[1:])
            if inner is not None:
                return [(start, end, step), *inner]
    inner = _matched(shape[1:], own[1:], starts[1:], size, strides)
    return None if inner is None else [start, *inner]


def why_not(node: Node) -> str:
    """Why a node has no formula, for a reader."""
    if isinstance(node, CustomNode):
        return f"it goes through {node.definition.name}, a Function with a backward of its own"
    if isinstance(node, (CopySlices, AsStridedBackward0)):
        return "it goes through a change in place of a part of a tensor that has no formula"
    return "it goes through something that has no formula"
