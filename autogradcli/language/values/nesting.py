"""How deep values of Python's own kinds may stand in each other.

To advance an iterator over an iterator takes a level of the C stack for each, and so does releasing a wrapper of a
wrapper: nothing else bounds those, as it does the containers.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any

from .budget import MAX_LAZY

#: What each kind of wrapper holds.
_PARTS: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    slice: lambda value: (value.start, value.stop, value.step),
    staticmethod: lambda value: (value.__func__,),
    classmethod: lambda value: (value.__func__,),
    property: lambda value: (value.fget, value.fset, value.fdel),
    MethodType: lambda value: (value.__func__, value.__self__),
}

#: Iterators, which know their own depth.
LAZY_KINDS: set[type] = set()


def depth_of(value: Any) -> int:
    """The levels of wrappers and iterators that end with this value; 0 for anything else. Raises RecursionError past
    MAX_LAZY."""
    deepest = depth = 0
    level = [value]
    while level:
        inner: dict[int, Any] = {}  # each once: wrappers may share what they hold
        for one in level:
            if type(one) in LAZY_KINDS:
                deepest = max(deepest, depth + one.depth)
            elif type(one) in _PARTS:
                deepest = max(deepest, depth + 1)
                inner.update((id(part), part) for part in _PARTS[type(one)](one))
        if deepest > MAX_LAZY:
            raise RecursionError("maximum recursion depth exceeded")
        depth += 1
        level = list(inner.values())
    return deepest


def checked(kind: Callable[..., Any]) -> Callable[..., Any]:
    """A constructor of wrappers that raises RecursionError past MAX_LAZY levels."""

    def construct(*args: Any, **kwargs: Any) -> Any:
        value = kind(*args, **kwargs)
        depth_of(value)
        return value

    return construct
