"""What our own code calls where a program gave a function: a hook, a closure, what is transformed or checkpointed.

Functions of programs are called as they are. A class is not: to Python ``type`` makes classes and ``set`` hashes by
recursion in C, and what a class means to a program is for the language to say. It says so by setting ``resolve``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _refused(kind: type) -> Callable[..., Any]:
    raise TypeError(f"cannot create '{kind.__name__}' instances")


class Resolver:
    """``resolve(class)`` gives what to call for a class, or raises TypeError."""

    __slots__ = ("resolve",)

    def __init__(self) -> None:
        self.resolve: Callable[[type], Callable[..., Any]] = _refused


resolver = Resolver()


def callee(value: Any) -> Any:
    """What to call for a value of a program; anything but a class stays as it is. Raises TypeError for a class that
    can't be called."""
    return resolver.resolve(value) if isinstance(value, type) else value
