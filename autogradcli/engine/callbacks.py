"""What our own code calls where a program gave a function: a hook, a closure, what is transformed or checkpointed.

Python calls whatever is callable to it: ``type`` makes classes, ``set`` hashes by recursion in C, an object of
a library may do anything. So what is called is of a closed list of kinds, or what the language says to call.
"""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

#: The kinds of function that are called as they are; the language enters its own.
CALLED: set[type] = {FunctionType, BuiltinFunctionType, MethodType}


def _refused(value: Any) -> Callable[..., Any]:
    if isinstance(value, type):
        raise TypeError(f"cannot create '{value.__name__}' instances")
    raise TypeError(f"'{type(value).__name__}' object is not callable")


def _itself(name: str, function: Any) -> Any:
    return function


class Resolver:
    """``resolve(value)`` gives what to call for any other value, or raises TypeError. ``method(name, function)`` gives
    what programs have as ``torch.Tensor.name``, which calls that function."""

    __slots__ = ("method", "resolve")

    def __init__(self) -> None:
        self.resolve: Callable[[Any], Callable[..., Any]] = _refused
        self.method: Callable[[str, Any], Any] = _itself


resolver = Resolver()


def callee(value: Any) -> Any:
    """What to call for a value of a program. What can't be called at all stays as it is: calling it is Python's error.

    Raises TypeError for what Python could call and the language doesn't.
    """
    if type(value) in CALLED or not callable(value):
        return value
    return resolver.resolve(value)
