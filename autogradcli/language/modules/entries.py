"""Entering functions into the table of a module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ...api.calls.registry import namespace
from ..compile.calls import Builtin

F = TypeVar("F", bound=Callable[..., Any])


def entering(module: str) -> Callable[[F], F]:
    """Enter the decorated function into a module's table, under its own name without a trailing underscore."""
    table = namespace(module)

    def enter(function: F) -> F:
        name = function.__name__.rstrip("_")
        table[name] = Builtin(name, function)
        return function

    return enter


def is_number(value: Any) -> bool:
    """Whether a value is a real number of Python's."""
    return type(value) in (int, float, bool)
