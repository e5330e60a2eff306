"""The names that users call, in the tables of ``registry``.

Importing this package makes the tables ready. What programs use most is loaded; every other module is loaded when one
of its names is first asked for, by the index in ``index.py`` (made by ``scripts/index``). The index counts only while
every module is what it was then: after an edit all modules are imported at the start, which takes a few milliseconds
more and is always right. Their contents are compared once, then their sizes and times, which a stamp beside the
bytecode remembers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from marshal import dumps
from typing import NamedTuple

from ..engine.lazy import loader
from .calls import registry
from .index import CHECKSUM, NAMES, SIZES

_HERE = os.path.dirname(__file__)
_PACKAGES = ("api", "operations")
_STAMP = os.path.join(_HERE, "__pycache__", "index.stamp")

#: Modules that do more than fill tables: operators and subscripts of tensors, classes that can be called, hooks.
EAGER = (
    *("tensor.attributes", "tensor.conversion", "tensor.creation", "tensor.operators", "tensor.subscript"),
    *("autograd.backward_and_grad", "autograd.graph_nodes", "autograd.mode_names", "calls.output"),
)


class Module(NamedTuple):
    """``name`` is dotted from the project's name on; ``time`` is when its file was changed, in nanoseconds."""

    name: str
    size: int
    time: int
    path: str


def sources() -> list[Module]:
    """Every module of operations and api, sorted."""
    return sorted(_sources())


def checksum(modules: list[Module]) -> int:
    """A number that changes with the contents of the modules. Raises OSError."""
    from zlib import crc32

    number = 0
    for module in modules:
        with open(module.path, "rb", buffering=0) as file:
            number = crc32(file.read(), number)
    return number


def _sources() -> Iterator[Module]:
    for package in _PACKAGES:
        pending = [(package, os.path.join(os.path.dirname(_HERE), package))]
        while pending:
            dotted, folder = pending.pop()
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    if name.endswith(".py") and name not in ("__init__.py", "index.py"):
                        status = entry.stat()
                        yield Module(f"{dotted}.{name[:-3]}", status.st_size, status.st_mtime_ns, entry.path)
                    elif not name.startswith((".", "_")) and entry.is_dir():
                        pending.append((f"{dotted}.{name}", entry.path))


def _load(module: str) -> object:
    return import_module(f"autogradcli.{module}")


def _is_current(modules: list[Module]) -> bool:
    """Whether the index was made of these modules."""
    if {module.name: module.size for module in modules} != SIZES:
        return False
    # Version 2 of the format, in which equal values have equal bytes.
    seen = dumps((CHECKSUM, [tuple(module) for module in modules]), 2)
    try:
        with open(_STAMP, "rb") as stamp:
            if stamp.read() == seen:
                return True
    except OSError:
        pass
    try:
        if checksum(modules) != CHECKSUM:
            return False
        with open(_STAMP, "wb") as stamp:
            stamp.write(seen)
    except OSError:
        pass  # no place to remember it: then the contents are compared at each start
    return True


def _start() -> None:
    modules = sources()
    if _is_current(modules):
        loader.index = {
            place: {name: module for module, names in modules.items() for name in names.split()}
            for place, modules in NAMES.items()
        }
        loader.load, loader.complete = _load, False
        for place in NAMES:
            if place not in ("Tensor", "operations", "roles"):
                registry.namespace(place)
        for name in EAGER:
            _load(f"api.{name}")
    else:
        for module in modules:
            _load(module.name)


_start()
