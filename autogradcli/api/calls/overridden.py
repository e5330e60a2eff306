"""``__torch_function__``: classes of a program's whose objects PyTorch's functions take, by asking them what to do, and
modes of a program's that see every call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from ...engine.callbacks import callee
from ...engine.modes import ContextMode
from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics.naming import shown_as
from .program_classes import NOTHING, Kind, bound, member_of
from .registry import namespace

NAME = "__torch_function__"


class Disabled(ContextMode):
    """Within it functions ask no object what to do: a tensor of a program's class is an ordinary one."""

    __slots__ = ("modes", "previous")

    def __enter__(self) -> None:
        self.previous = state.asks
        state.asks = False

    def __exit__(self, *problem: object) -> None:
        state.asks = self.previous


@shown_as("torch._C.DisableTorchFunctionSubclass")
class DisabledSubclass(Disabled):
    """Within it functions ask no object what to do; modes still see their calls."""

    __slots__ = ()


@shown_as("torch._C.DisableTorchFunction")
class DisabledAll(Disabled):
    """Within it functions ask neither objects nor modes."""

    __slots__ = ()

    def __enter__(self) -> None:
        super().__enter__()
        self.modes = state.function_modes[:]
        state.function_modes.clear()

    def __exit__(self, *problem: object) -> None:
        super().__exit__()
        state.function_modes[:] = self.modes


def disabled(function: Any, types: Any, args: Any = (), kwargs: Any = None, /) -> Any:
    """The ``__torch_function__`` of a class whose tensors are ordinary ones to functions."""
    if type(args) not in (tuple, list) or not (kwargs is None or type(kwargs) is dict):
        raise TypeError("__torch_function__(): args must be a tuple, and kwargs a dict")
    with DisabledSubclass():
        return callee(function)(*args, **(kwargs or {}))


disabled.__name__ = disabled.__qualname__ = "_disabled_torch_function_impl"
namespace("torch._C")["DisableTorchFunctionSubclass"] = DisabledSubclass
namespace("torch._C")["DisableTorchFunction"] = DisabledAll
namespace("torch._C")["_disabled_torch_function_impl"] = disabled


def is_asked(kind: type) -> bool:
    """Whether a class of a program's says what functions do with its objects."""
    found = member_of(kind, NAME)
    return found is not NOTHING and getattr(found, "__func__", found) is not disabled


def asked(values: Iterable[Any]) -> list[Any]:
    """Of each class that says what functions do with its objects the first object, as it is or in a list or tuple:
    subclasses before what they derive from."""
    found: list[Any] = []
    if type(values) not in (list, tuple):
        raise TypeError("what functions may ask is a list or tuple of objects")
    if not state.asks:
        return found
    for value in values:
        for each in value if type(value) in (list, tuple) else (value,):
            kind = type(each)
            if type(kind) is not Kind or any(type(other) is kind for other in found):
                continue
            if is_asked(kind):
                at = next((k for k, other in enumerate(found) if issubclass(kind, type(other))), len(found))
                found.insert(at, each)
    return found


def _first(objects: list[Any], function: Any, types: tuple[type, ...], args: Any, kwargs: Any) -> Any:
    """What the innermost mode says, which is left meanwhile, or the first object that says anything; NotImplemented
    where none does."""
    given = (function, types, args) if kwargs is None else (function, types, args, kwargs)
    modes = state.function_modes
    if modes:
        mode = modes.pop()
        try:
            answer = callee(bound(member_of(type(mode), NAME), mode))(*given)
        finally:
            modes.append(mode)
        if answer is not NotImplemented:
            return answer
    for value in objects:
        answer = callee(bound(member_of(type(value), NAME), value))(*given)
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
        elif parameter.name == "grad_variables" and value is None:
            continue  # the old name of another, which is passed on
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
    if any(isinstance(value, Tensor) and type(value) not in kinds for value in given):
        kinds.append(Tensor)
    answer = _first(objects, function, tuple(kinds), args, kwargs)
    if answer is NotImplemented:
        raise TypeError(f"no implementation found for '{name}' on types that implement __torch_function__: {kinds!r}")
    return answer
