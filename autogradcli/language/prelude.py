"""The names that every program has without an import: Python's builtins, the namespaces, and, as an extension,
every function by its bare name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ..functions.function import Function
from ..functions.python_function import PythonFunction
from ..functions.registry import NAMESPACES
from .builtins import BUILTINS
from .calls import Builtin, callable_of
from .values import Namespace

#: Bare names are looked for in these, the first that has one wins.
_SOURCES = (
    "torch", "torch.autograd", "torch.nn.functional", "torch.linalg", "torch.special", "torch.func",
    "torch.autograd.functional", "math",
)  # fmt: skip

#: What is under its short name too.
_SHORT = {"torch": "torch", "math": "math", "nn": "torch.nn", "F": "torch.nn.functional"}

_NUMBERS = frozenset({int, float, bool})
_FUNCTIONS = (Function, PythonFunction)


@cache
def make() -> Mapping[str, Any]:
    """name -> value, the same for every session: functions with their calculator's face."""
    names: dict[str, Any] = {}
    for source in reversed(_SOURCES):
        for name, value in NAMESPACES.get(source, {}).items():
            if not name.startswith("_"):
                names[name] = value.calculator() if isinstance(value, _FUNCTIONS) else value
    for name, value in NAMESPACES.get("math", {}).items():
        if type(value) is Builtin and name in NAMESPACES.get("torch", {}):
            names[name] = Builtin(name, _number_or_tensor(value.call, names[name]))
    for name, dotted in _SHORT.items():
        namespace = Namespace.of(dotted)
        if namespace is not None:
            names[name] = namespace
    names.update(BUILTINS)
    return names


def _number_or_tensor(on_numbers: Any, on_tensors: Any) -> Any:
    """``sqrt(2)`` is a number, ``sqrt(x)`` the tensor's. Only bare names do this: ``torch.sqrt(2)`` is an error."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if args and not kwargs and _NUMBERS.issuperset(map(type, args)):
            return on_numbers(*args)
        return callable_of(on_tensors)(*args, **kwargs)

    return call
