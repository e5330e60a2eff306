"""The names that users call, in the tables of ``registry``.

Importing this package makes the tables ready. What programs use most is loaded; every other module is loaded when one
of its names is first asked for, by the index of ``name_index.py``. Where there is none of these modules as they are
now, all are imported, which is always right, and one is made of that.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..engine.lazy import loader
from ..engine.operation import OPERATIONS
from ..engine.tensor import Tensor
from ..engine.worlds import roles
from .calls import registry
from .calls.call_plans import hooks
from .name_index import Names, Tables, import_all, read, sources, writable, write

#: Modules that do more than fill tables: operators and subscripts of tensors, classes that can be called, hooks.
EAGER = (
    *("tensor.attributes", "tensor.conversion", "tensor.creation", "tensor.operators", "tensor.subscript"),
    "autograd.node_classes",
)
#: Tables that are no namespaces of the language.
_OURS = ("Tensor", "operations", "roles", "hooks")


def _load(module: str) -> object:
    return import_module(f"{__name__.partition('.')[0]}.{module}")


def tables() -> Tables:
    """The tables as they are by now: where they stand -> name -> value."""
    ours: dict[str, dict[str, Any]] = {"Tensor": registry.ATTRIBUTES[Tensor], "operations": OPERATIONS}
    return {**registry.NAMESPACES, **ours, "roles": _provided(roles), "hooks": _provided(hooks)}


def _provided(slots: Any) -> dict[str, Any]:
    """The functions that other modules have put into the slots of an object by now."""
    found = {name: getattr(slots, name, None) for name in type(slots).__slots__}
    return {name: value for name, value in found.items() if callable(value)}


def _use(names: Names) -> None:
    """Load a module when one of its names is asked for."""
    loader.index, loader.load, loader.complete = names, _load, False
    for place in names:
        if place not in _OURS:
            registry.namespace(place)
    for name in EAGER:
        _load(f"api.{name}")


def _start() -> None:
    modules = sources()
    names = read(modules)
    if names is not None:
        _use(names)
    elif writable():
        kept = import_all(modules, _load, tables)
        if kept is not None:
            write(kept)
    else:
        for module in modules:
            _load(module.name)


_start()
