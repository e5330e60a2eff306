"""The names that users call, in the tables of ``registry``.

Importing this package makes the tables ready. What programs use most is loaded; every other module is loaded when one
of its names is first asked for, by the index in ``index.py`` (made by ``scripts/index``). The index counts only while
every module has the size that it had then: after an edit all modules are imported at the start, which takes a few
milliseconds more and is always right.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module

from ..engine.lazy import loader
from . import registry
from .index import NAMES, SIZES

_HERE = os.path.dirname(__file__)
_PACKAGES = ("functions", "operations")

#: Modules that do more than fill tables: operators and subscripts of tensors, classes that can be called, hooks.
EAGER = ("attributes", "autograd", "conversion", "creation", "graph_nodes", "modes", "operators", "output", "subscript")


def sources() -> Iterator[tuple[str, int]]:
    """Every module of operations and functions, dotted from the project's name on, and the size of its file."""
    for package in _PACKAGES:
        pending = [(package, os.path.join(os.path.dirname(_HERE), package))]
        while pending:
            dotted, folder = pending.pop()
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    if name.endswith(".py") and name not in ("__init__.py", "index.py"):
                        yield f"{dotted}.{name[:-3]}", entry.stat().st_size
                    elif not name.startswith((".", "_")) and entry.is_dir():
                        pending.append((f"{dotted}.{name}", entry.path))


def _load(module: str) -> object:
    return import_module(f"autogradcli.{module}")


def _start() -> None:
    if dict(sources()) == SIZES:
        loader.index = {
            place: {name: module for module, names in modules.items() for name in names.split()}
            for place, modules in NAMES.items()
        }
        loader.load, loader.complete = _load, False
        for place in NAMES:
            if place not in ("Tensor", "operations", "roles"):
                registry.namespace(place)
        for name in EAGER:
            _load(f"functions.{name}")
    else:
        for module, _ in sorted(sources()):
            _load(module)


_start()
