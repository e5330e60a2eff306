"""``import`` of the names that exist here. Nothing is loaded: a module is a namespace of the registry."""

from __future__ import annotations

import ast
from typing import Any

from .. import modules
from ..read.syntax import Place
from ..values.budget import budget
from ..values.kinds import UNBOUND, Frame, Namespace, Run
from . import variables as names
from .context import Context, compiles_statement


def _module(dotted: str) -> Namespace:
    modules.load(dotted if dotted == "torch.types" else dotted.partition(".")[0])
    found = Namespace.of(dotted)
    if found is None:
        from .. import absent

        parts = dotted.split(".")
        for count in range(1, len(parts) + 1):
            prefix = ".".join(parts[:count])
            if Namespace.of(prefix) is None:
                package = parts[0] if parts[0] == "math" and count == 2 else ""
                if why := absent.reason(prefix if count > 1 or count == len(parts) else dotted):
                    raise ModuleNotFoundError(f"{dotted} can't be imported: {why}", name=prefix)
                note = f"; '{package}' is not a package" if package else ""
                raise ModuleNotFoundError(f"No module named '{prefix}'{note}", name=prefix)
        raise ModuleNotFoundError(f"No module named '{dotted}'", name=dotted)
    return found


@compiles_statement(ast.Import)
def _import(node: ast.Import, c: Context) -> Run:
    steps = []
    for alias in node.names:
        top = alias.name.partition(".")[0]
        store = names.store(alias.asname or top, c)
        steps.append((alias.name, alias.name if alias.asname else top, store))
    line = c.line(node)

    at = c.place(node)

    def run(f: Frame, place: Place = at) -> None:
        budget.line = line
        for dotted, bound, store in steps:
            _module(dotted)
            store(f, _module(bound))

    return run


@compiles_statement(ast.ImportFrom)
def _import_from(node: ast.ImportFrom, c: Context) -> Run:
    dotted, line = node.module or "", c.line(node)
    stores = [
        (alias.name, None if alias.name == "*" else names.store(alias.asname or alias.name, c)) for alias in node.names
    ]
    level, variables = node.level, c.variables

    at = c.place(node)

    def run(f: Frame, place: Place = at) -> None:
        budget.line = line
        if level:
            raise ImportError("attempted relative import with no known parent package")
        if dotted == "__future__":
            return  # annotations are never evaluated here, and the rest has long been the default
        module = _module(dotted)
        for name, store in stores:
            if store is None:
                variables.update(_public(module, dotted))
                continue
            value = module.get(name)
            if value is UNBOUND:
                from .. import absent

                why = absent.of_name(dotted, name)
                where = f": {why}" if why else " (unknown location)"
                raise ImportError(f"cannot import name '{name}' from '{dotted}'{where}", name=dotted)
            store(f, value)

    return run


#: Which of its own modules a package of PyTorch hands out with ``*``, where it says so (in ``__all__``).
_STARRED: dict[str, tuple[str, ...]] = {
    "torch": (),
    "torch.autograd": ("grad_mode",),
    "torch.distributions": (),
    "torch.nn.utils": ("parametrizations", "parametrize", "rnn", "stateless"),
    "torch.optim": ("lr_scheduler", "swa_utils"),
}


def _public(module: Namespace, dotted: str) -> dict[str, Any]:
    """What ``from dotted import *`` brings."""
    found = {name: module.get(name) for name in module.all_names() if not name.startswith("_")}
    starred = _STARRED.get(dotted)
    if starred is None:
        return found
    return {name: value for name, value in found.items() if not isinstance(value, Namespace) or name in starred}
