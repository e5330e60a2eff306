"""``__torch_function__``: classes of a program's whose objects PyTorch's functions take, by asking them what to do."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from ...engine.callbacks import callee
from ...engine.tensor import Tensor
from .program_classes import NOTHING, Kind, bound, member_of

NAME = "__torch_function__"


def asked(values: Iterable[Any]) -> list[Any]:
    """Of each class that says what functions do with its objects the first object, as it is or in a list or tuple:
    subclasses before what they derive from."""
    found: list[Any] = []
    if type(values) not in (list, tuple):
        raise TypeError("what functions may ask is a list or tuple of objects")
    for value in values:
        for each in value if type(value) in (list, tuple) else (value,):
            kind = type(each)
            if type(kind) is not Kind or any(type(other) is kind for other in found):
                continue
            if member_of(kind, NAME) is not NOTHING:
                at = next((k for k, other in enumerate(found) if issubclass(kind, type(other))), len(found))
                found.insert(at, each)
    return found


def _first(objects: list[Any], function: Any, types: tuple[type, ...], args: Any, kwargs: Any) -> Any:
    """What the first says that says anything; NotImplemented where none does."""
    for value in objects:
        answer = callee(bound(member_of(type(value), NAME), value))(function, types, args, kwargs)
        if answer is not NotImplemented:
            return answer
    return NotImplemented


def ask(name: str, function: Any, objects: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The answer to the call of a function that PyTorch writes in C++. Raises TypeError where there is none."""
    answer = _first(objects, function, tuple(map(type, objects)), args, kwargs or None)
    if answer is NotImplemented:
        said = "".join([f"\n  - tensor subclass {type(value)!r}" for value in objects])
        raise TypeError(
            f"Multiple dispatch failed for '{name}'; all __torch_function__ handlers returned NotImplemented:\n{said}\n"
            "\nFor more information, try re-running with TORCH_LOGS=not_implemented"
        )
    return answer


def ask_python(
    name: str,
    function: Any,
    call: Callable[..., Any],
    objects: list[Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """The same of one that it writes in Python, which passes on all its parameters: those with a default by name."""
    given = inspect.signature(call).bind(*args, **kwargs)
    given.apply_defaults()
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for parameter in given.signature.parameters.values():
        value = given.arguments[parameter.name]
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += value
        elif parameter.kind is parameter.VAR_KEYWORD:
            named.update(value)
        elif parameter.default is parameter.empty and parameter.kind is not parameter.KEYWORD_ONLY:
            positional.append(value)
        else:
            named[parameter.name] = value
    return handled(name, function, objects, args, tuple(positional), named)


def handled(name: str, function: Any, objects: list[Any], given: Iterable[Any], args: Any, kwargs: Any) -> Any:
    """What objects among ``given`` say to the call of a function written in Python. Raises TypeError where none says
    anything."""
    if type(given) not in (list, tuple):
        raise TypeError("what functions may ask is a list or tuple of objects")
    kinds = list(map(type, objects))
    if any(isinstance(value, Tensor) for value in given):
        kinds.append(Tensor)
    answer = _first(objects, function, tuple(kinds), args, kwargs)
    if answer is NotImplemented:
        raise TypeError(f"no implementation found for '{name}' on types that implement __torch_function__: {kinds!r}")
    return answer
