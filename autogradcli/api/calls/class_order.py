"""The classes that a class derives from, as programs see them: their own, and those of ours that have a name here."""

from __future__ import annotations

import builtins
from typing import Any

from ...engine.tensor import STANDS_FOR
from .class_kind import Kind, Plain, Raised, is_program_class
from .registry import NAMESPACES


def order_of(kind: type, name: str) -> Any:
    """``kind.__mro__``, ``mro``, ``__bases__`` or ``__base__``."""
    if name == "mro":
        return _mro_of(kind)
    if name == "__bases__":
        return _bases(kind)
    if name == "__base__":
        return next(iter(_bases(kind)), None)
    order = tuple(dict.fromkeys(_shown(b) for b in kind.__mro__ if b is kind or is_named(_shown(b))))
    return order if order[-1] is Plain else (*order, Plain)


def _shown(kind: type) -> type:
    """What programs see in the place of a base: ``type``, ``torch.Tensor``."""
    return type if "_makes_classes" in vars(kind) else STANDS_FOR.get(kind, kind)


def _mro_of(kind: type) -> Any:
    def mro(*given: Any) -> list[type]:
        if kind is not type and not given:
            return list(order_of(kind, "__mro__"))
        if kind is type and len(given) == 1 and isinstance(given[0], type):
            return list(order_of(given[0], "__mro__"))
        raise TypeError(
            f"type.mro() takes no arguments ({len(given)} given)"
            if given
            else "unbound method type.mro() needs an argument"
        )

    return mro


def _bases(kind: type) -> tuple[type, ...]:
    """The nearest classes with a name on each way up."""
    if kind is Plain:
        return ()
    found: dict[type, None] = {}
    for base in kind.__bases__:
        if base is Raised:  # which stands beside the error that the program named
            continue
        above = (_shown(base),) if is_named(_shown(base)) else _bases(base) if base is not object else ()
        found.update(dict.fromkeys(above))
    if len(found) > 1:
        found.pop(Plain, None)
    return tuple(found) or (Plain,)


def is_named(kind: type) -> bool:
    """Whether programs have a name for a class."""
    if kind in STANDS_FOR or kind in STANDS_FOR.values():
        return True
    if type(kind) is not Kind:
        return kind is not object and vars(builtins).get(kind.__name__) is kind
    name = kind.__name__
    if kind is Plain or is_program_class(kind) or kind.__module__ == "typing":
        return True
    return any(table.get(name) is kind for table in NAMESPACES.values())


def names_of(value: Any) -> list[str]:
    """What an object, or a class, has: for completion."""
    kind = value if type(value) is Kind else type(value)
    found = {name for base in kind.__mro__ for name in vars(base).get("__members__", ())}
    if kind is not value:
        found.update(vars(value), *(vars(value).get(group, ()) for group in ("_parameters", "_buffers", "_modules")))
    return sorted(name for name in found if not name.startswith("_"))
