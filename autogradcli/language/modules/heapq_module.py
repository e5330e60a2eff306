"""``heapq``: lists as heaps, each step Python's own, with the language's comparison."""

from __future__ import annotations

from typing import Any

from ..values.at_length import less
from ..values.budget import MAX_ITEMS, budget, check_items
from ..values.builtins import sorted_
from .entries import entering


def _list(heap: Any) -> list[Any]:
    if type(heap) is not list:
        raise TypeError(f"heap argument must be a list, not {type(heap).__name__}")
    return heap


def _down(heap: list[Any], start: int, at: int) -> None:
    """Move an element towards the root, as long as it is less than what is above it."""
    item = heap[at]
    while at > start:
        above = (at - 1) >> 1
        if not less(item, heap[above]):
            break
        heap[at] = heap[above]
        at = above
    heap[at] = item


def _up(heap: list[Any], at: int) -> None:
    """Move the lesser of two children up until a leaf is reached, then the element down from there."""
    end, start, item = len(heap), at, heap[at]
    child = 2 * at + 1
    while child < end:
        right = child + 1
        if right < end and not less(heap[child], heap[right]):
            child = right
        heap[at] = heap[child]
        at = child
        child = 2 * at + 1
    heap[at] = item
    _down(heap, start, at)


@entering("heapq")
def heappush(heap: Any, item: Any, /) -> None:
    """Add an element."""
    if len(_list(heap)) >= MAX_ITEMS:
        check_items(len(heap) + 1)
    heap.append(item)
    _down(heap, 0, len(heap) - 1)


@entering("heapq")
def heappop(heap: Any, /) -> Any:
    """Take the least element out. Raises IndexError where there is none."""
    if not _list(heap):
        raise IndexError("index out of range")
    last = heap.pop()
    return _replaced(heap, last) if heap else last


def _replaced(heap: list[Any], item: Any) -> Any:
    least, heap[0] = heap[0], item
    _up(heap, 0)
    return least


@entering("heapq")
def heapreplace(heap: Any, item: Any, /) -> Any:
    """Take the least element out, then add one."""
    if not _list(heap):
        raise IndexError("index out of range")
    return _replaced(heap, item)


@entering("heapq")
def heappushpop(heap: Any, item: Any, /) -> Any:
    """Add an element, then take the least out."""
    return _replaced(heap, item) if _list(heap) and less(heap[0], item) else item


@entering("heapq")
def heapify(heap: Any, /) -> None:
    """Make a heap of a list, in place."""
    for at in budget.polled(reversed(range(len(_list(heap)) // 2))):
        _up(heap, at)


@entering("heapq")
def nlargest(n: Any, iterable: Any, key: Any = None) -> list[Any]:
    """The largest elements, the largest first."""
    found: list[Any] = sorted_(iterable, key=key, reverse=True)
    return found[: max(n, 0)]


@entering("heapq")
def nsmallest(n: Any, iterable: Any, key: Any = None) -> list[Any]:
    """The least elements, the least first."""
    found: list[Any] = sorted_(iterable, key=key)
    return found[: max(n, 0)]


@entering("heapq")
def merge(*iterables: Any, key: Any = None, reverse: Any = False) -> Any:
    """The elements of sorted iterables, sorted."""
    return iter(sorted_([item for each in iterables for item in budget.items(each)], key=key, reverse=reverse))
