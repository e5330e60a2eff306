"""The arguments of ``Function.apply``, in the order of ``forward``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _parameters(function: Any) -> tuple[list[str], tuple[Any, ...], bool]:
    """The names of a program's function's parameters, the defaults of the last of them, whether it takes more."""
    code = getattr(function, "code", None)  # what the language's functions have; others take what comes
    return ([], (), True) if code is None else (list(code.names), function.defaults, code.star is not None)


def bound(forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """All arguments in order, defaults filled in. Raises TypeError for a call that doesn't fit."""
    names, defaults, open_ended = _parameters(forward)
    if not names:
        return args
    if len(args) > len(names):
        if open_ended:
            return args
        raise TypeError("too many positional arguments")
    values = dict(zip(names, args))
    for key, value in kwargs.items():
        if key in values:
            raise TypeError(f"multiple values for argument '{key}'")
        if key not in names:
            raise TypeError(f"got an unexpected keyword argument '{key}'")
        values[key] = value
    for name, default in zip(reversed(names), reversed(defaults)):
        values.setdefault(name, default)
    for name in names:
        if name not in values:
            raise TypeError(f"missing a required argument: '{name}'")
    return tuple(values[name] for name in names)


def by_name(forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Arguments of a forward that takes ``ctx``, keywords put in their places. Raises TypeError for a gap."""
    names, _, _ = _parameters(forward)
    names = names[1:]
    values = dict(zip(names, args))
    for key, value in kwargs.items():
        if key not in names:
            raise TypeError(f"forward() got an unexpected keyword argument '{key}'")
        if key in values:
            raise TypeError(f"argument for forward() given by name ('{key}') and position ({names.index(key)})")
        values[key] = value
    last = max(names.index(name) for name in values)
    for k, name in enumerate(names[: last + 1]):
        if name not in values:
            raise TypeError(f"forward() missing required argument: '{name}' (position {k})")
    return tuple(values[name] for name in names[: last + 1])
