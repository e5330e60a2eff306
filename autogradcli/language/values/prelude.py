"""The names that every program has without an import: Python's builtins, the namespaces, and, as an extension,
every function by its bare name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ...api.calls.overloads import Function
from ...api.calls.python_function import PythonFunction
from ...api.calls.registry import NAMESPACES, home_among
from ..compile.calls import Builtin, callable_of
from . import class_calls as class_calls
from . import further_builtins as further_builtins
from .builtins import BUILTINS
from .kinds import UNBOUND, Namespace

#: Bare names are looked for in these, the first that has one wins.
SOURCES = (
    "torch", "torch.autograd", "torch.nn.functional", "torch.linalg", "torch.special", "torch.func",
    "torch.autograd.functional", "math",
)  # fmt: skip

#: What is under its short name too.
_SHORT = {
    "torch": "torch",
    "math": "math",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "matplotlib": "matplotlib",
    "plt": "matplotlib.pyplot",
}

_NUMBERS = frozenset({int, float, bool})
_FUNCTIONS = (Function, PythonFunction)


#: How many names that are none a prelude remembers: a program's variables, asked for again and again.
_MOST_ABSENT = 10_000


class Prelude(dict[str, Any]):
    """name -> value, found when it is first asked for."""

    __slots__ = ("_absent",)

    def __init__(self, names: Mapping[str, Any]) -> None:
        super().__init__(names)
        self._absent: set[object] = set()

    def __missing__(self, name: str) -> Any:
        value = _find(name)
        if value is UNBOUND:
            raise KeyError(name)
        self[name] = value
        return value

    def __contains__(self, name: object) -> bool:
        if dict.__contains__(self, name):
            return True
        if name in self._absent:
            return False
        if name in _SHORT or (
            isinstance(name, str) and not name.startswith("_") and any(name in _table(s) for s in SOURCES)
        ):
            return True
        if len(self._absent) >= _MOST_ABSENT:
            self._absent.clear()
        self._absent.add(name)
        return False

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def __iter__(self) -> Iterator[str]:
        names = set(dict.keys(self)) | set(_SHORT)
        for source in SOURCES:
            names.update(name for name in _table(source) if not name.startswith("_"))
        return iter(sorted(names))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def keys(self) -> Any:
        return list(self)


def _table(source: str) -> Mapping[str, Any]:
    return NAMESPACES.get(source, {})


def source_of(name: str) -> str | None:
    """The namespace whose function a bare name means; None where none has one."""
    return None if name.startswith("_") else home_among(SOURCES, name)


def _find(name: str) -> Any:
    """What a bare name means: a short name of a namespace, or a function with its calculator's face."""
    if name in _SHORT:
        return Namespace.of(_SHORT[name]) or UNBOUND
    source = source_of(name)
    if source is None:
        return UNBOUND
    value = _table(source)[name]
    if isinstance(value, _FUNCTIONS):
        value = value.calculator()
    on_numbers = _table("math").get(name)
    if type(on_numbers) is Builtin and name in _table("torch"):
        return Builtin(name, _number_or_tensor(on_numbers.call, value))
    return value


@cache
def make() -> Prelude:
    """The names that every program has, the same for every session."""
    return Prelude(BUILTINS)


def _number_or_tensor(on_numbers: Any, on_tensors: Any) -> Any:
    """``sqrt(2)`` is a number, ``sqrt(x)`` the tensor's. Only bare names do this: ``torch.sqrt(2)`` is an error."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if args and not kwargs and _NUMBERS.issuperset(map(type, args)):
            return on_numbers(*args)
        return callable_of(on_tensors)(*args, **kwargs)

    return call
