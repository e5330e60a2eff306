"""Which of several equal elements ``topk``, ``kthvalue`` and ``mode`` pick.

The values don't depend on it, the indices do, and with them the gradients. PyTorch leaves the choice to the selection
algorithms it uses, so these are followed here step by step, for rows that have ties at all:

    introselect   C++'s ``nth_element``: median-of-three partition, insertion sort for three elements or fewer
    introsort     C++'s ``sort``: the same partition, insertion sort below 17 elements
    heap select   C++'s ``partial_sort``, which takes a small part of many
    quickselect   Hoare's, with the pivot taken from the middle

Each works on a list of places and a function ``before(i, j)`` that says whether element i goes before element j.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ...numerics.limits import run

Before = Callable[[int, int], bool]
Promising = Callable[[int, int, int], Iterable[int]]
Goes = Callable[[Any, Any], Any]

#: Elements that are compared with the last of the heap at once.
_STRETCH = 1 << 10

_MANY = 4096
#: What introsort leaves to insertion sort: so few elements, if equal, stay in order.
STABLE = 16


def turned(before: Before) -> Before:
    """The same order from its end."""
    return lambda i, j: before(j, i)


def nth_element(a: list[int], before: Before, nth: int) -> None:
    """Put the element that belongs at ``nth`` there, smaller ones before it."""
    _select(a, _stoppable(before, len(a)), 0, len(a), nth, _depth(len(a)))


def _depth(count: int) -> int:
    return 2 * (count.bit_length() - 1)


def _select(a: list[int], before: Before, first: int, last: int, nth: int, depth: int) -> None:
    if nth >= last:
        return
    while last - first > 3:
        if depth == 0:
            _heap_select(a, before, first, nth + 1, last)
            a[first], a[nth] = a[nth], a[first]
            return
        depth -= 1
        cut = _partition(a, before, first, last)
        if cut <= nth:
            first = cut
        else:
            last = cut
    _insertion_sort(a, before, first, last)


def nth_element_of(count: int, before: Before, goes: Goes, nth: int) -> list[int]:
    """The places of so many elements after ``nth_element``. ``goes(places, place)`` says of many whether each goes
    before one, ``goes(place, places)`` whether it goes before each: long parts are split all at once."""
    places: Any = np.arange(count)
    first, last, depth = 0, count, _depth(count)
    while last - first > _SHORT and depth:
        depth -= 1
        _median_first(places, before, first, last)
        part = places[first + 1 : last]
        pivot = places[first]
        lows, highs = np.flatnonzero(~goes(part, pivot)), np.flatnonzero(~goes(pivot, part))[::-1]
        both = min(len(lows), len(highs))
        met = int(np.count_nonzero(lows[:both] < highs[:both]))  # pairs on the wrong sides, until the two ways meet
        ones, others = lows[:met], highs[:met]
        part[ones], part[others] = part[others], part[ones]
        ends = [int(lows[met])] if met < len(lows) else []
        cut = first + 1 + min(ends + ([int(highs[met - 1])] if met else []))
        if cut <= nth:
            first = cut
        else:
            last = cut
    a: list[int] = places.tolist()
    _select(a, before, first, last, nth, depth)
    return a


#: A part that is split element by element.
_SHORT = 64


def sort(a: list[int], before: Before, last: int) -> None:
    """Sort the first ``last`` elements."""
    if last < 2:
        return
    before = _stoppable(before, last)
    _sort_loop(a, before, 0, last, 2 * (last.bit_length() - 1))
    if last > STABLE:
        _insertion_sort(a, before, 0, STABLE)
        for k in range(STABLE, last):
            _sink_back(a, before, k)
    else:
        _insertion_sort(a, before, 0, last)


def partial_sort(count: int, before: Before, middle: int, promising: Promising) -> list[int]:
    """The ``middle`` first of so many elements in order. ``promising`` tells of a stretch of places which go before
    one: the others never come into the heap, whose last element only ever gets better."""
    before = _stoppable(before, count)
    heap = list(range(middle))
    _make_heap(heap, before, 0, middle)
    for begin in range(middle, count, _STRETCH):
        for k in promising(heap[0], begin, min(begin + _STRETCH, count)):
            if before(k, heap[0]):
                _adjust_heap(heap, before, 0, 0, middle, k)
    _sort_heap(heap, before, 0, middle)
    return heap


def quickselect(a: list[int], after: Before, k: int) -> None:
    """Put the element that belongs at ``k`` there. ``after(i, j)``: element i goes behind element j."""
    left, right = 0, len(a) - 1
    after = _stoppable(after, len(a))
    while right > left:
        if right == left + 1:
            if after(a[left], a[right]):
                a[left], a[right] = a[right], a[left]
            return
        middle = left + (right - left) // 2
        a[middle], a[left + 1] = a[left + 1], a[middle]
        for i, j in ((left + 1, right), (left, right), (left + 1, left)):
            if after(a[i], a[j]):
                a[i], a[j] = a[j], a[i]
        i, j, pivot = left + 1, right, a[left]
        while True:
            i += 1
            while after(pivot, a[i]):
                i += 1
            j -= 1
            while after(a[j], pivot):
                j -= 1
            if j < i:
                break
            a[i], a[j] = a[j], a[i]
        a[left], a[j] = a[j], a[left]
        if j <= k:
            left = i
        if j >= k:
            right = j - 1


def _stoppable(before: Before, count: int) -> Before:
    """The same, each comparison a turn that can be stopped where there are many elements."""
    if count <= _MANY:
        return before

    def counted_before(i: int, j: int) -> bool:
        run.spend(0)
        return before(i, j)

    return counted_before


# -- the parts ---------------------------------------------------------------------------------------------


def _partition(a: list[int], before: Before, first: int, last: int) -> int:
    """Split around the median of three elements, which goes to the front; where the second part begins."""
    _median_first(a, before, first, last)
    pivot = a[first]
    low, high = first + 1, last
    while True:
        while before(a[low], pivot):
            low += 1
        high -= 1
        while before(pivot, a[high]):
            high -= 1
        if low >= high:
            return low
        a[low], a[high] = a[high], a[low]
        low += 1


def _median_first(a: Any, before: Before, first: int, last: int) -> None:
    middle = first + (last - first) // 2
    one, two, three = first + 1, middle, last - 1
    if before(a[one], a[two]):
        chosen = two if before(a[two], a[three]) else three if before(a[one], a[three]) else one
    else:
        chosen = one if before(a[one], a[three]) else three if before(a[two], a[three]) else two
    a[first], a[chosen] = a[chosen], a[first]


def _sort_loop(a: list[int], before: Before, first: int, last: int, depth: int) -> None:
    while last - first > STABLE:
        if depth == 0:
            _heap_select(a, before, first, last, last)
            _sort_heap(a, before, first, last)
            return
        depth -= 1
        cut = _partition(a, before, first, last)
        _sort_loop(a, before, cut, last, depth)
        last = cut


def _insertion_sort(a: list[int], before: Before, first: int, last: int) -> None:
    for k in range(first + 1, last):
        if before(a[k], a[first]):
            a[first : k + 1] = [a[k], *a[first:k]]
        else:
            _sink_back(a, before, k)


def _sink_back(a: list[int], before: Before, k: int) -> None:
    value = a[k]
    while before(value, a[k - 1]):
        a[k] = a[k - 1]
        k -= 1
    a[k] = value


def _heap_select(a: list[int], before: Before, first: int, middle: int, last: int) -> None:
    _make_heap(a, before, first, middle)
    for k in range(middle, last):
        if before(a[k], a[first]):
            value, a[k] = a[k], a[first]
            _adjust_heap(a, before, first, 0, middle - first, value)


def _make_heap(a: list[int], before: Before, first: int, middle: int) -> None:
    count = middle - first
    for parent in range((count - 2) // 2, -1, -1):
        _adjust_heap(a, before, first, parent, count, a[first + parent])


def _sort_heap(a: list[int], before: Before, first: int, last: int) -> None:
    while last - first > 1:
        last -= 1
        value, a[last] = a[last], a[first]
        _adjust_heap(a, before, first, 0, last - first, value)


def _adjust_heap(a: list[int], before: Before, first: int, hole: int, count: int, value: int) -> None:
    """Let the hole sink to the bottom along the larger children, then the value rise from there."""
    top, child = hole, hole
    while child < (count - 1) // 2:
        child = 2 * child + 2
        if before(a[first + child], a[first + child - 1]):
            child -= 1
        a[first + hole] = a[first + child]
        hole = child
    if count % 2 == 0 and child == (count - 2) // 2:
        child = 2 * child + 1
        a[first + hole] = a[first + child]
        hole = child
    parent = (hole - 1) // 2
    while hole > top and before(a[first + parent], value):
        a[first + hole] = a[first + parent]
        hole = parent
        parent = (hole - 1) // 2
    a[first + hole] = value
