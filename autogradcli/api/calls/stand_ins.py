"""What stands in a Python class for the members that a program bound: the only ways from Python's code to a program's.

A program's own function never stands there. Each function here is ours; it asks the table of members for the
program's, and passes on only what Python may get back: ``__len__`` gives an int, ``__repr__`` a str, of exactly these
types. There is none for ``__getattr__``, so no name that Python or NumPy ask for by themselves gets to a program.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any


def of_method(function: Callable[..., Any]) -> Callable[..., Any]:
    """A program's function under the name of one of our own methods."""

    def method(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    return method


def of_descriptor(value: Any) -> Any:
    """A program's static or class method, or property, under the name of one of our own methods."""
    if type(value) is property:
        return property(_calling(value.fget), _calling(value.fset), _calling(value.fdel))
    return type(value)(_calling(value.__func__))


def _calling(function: Any) -> Any:
    if function is None:
        return None

    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return call


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _as_text(name: str, value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"{_short(name)} returned non-string (type {type(value).__name__})")
    return value


def _as_int(name: str, value: Any) -> int:
    return int(operator.index(value))


def _as_integer(name: str, value: Any) -> int:
    if type(value) is not int and type(value) is not bool:
        raise TypeError(f"{_short(name)} returned non-int (type {type(value).__name__})")
    return int(value)


def _as_hash(name: str, value: Any) -> int:
    if type(value) is not int and type(value) is not bool:
        raise TypeError("__hash__ method should return an integer")
    return int(value)


def _as_float(name: str, value: Any) -> float:
    if type(value) is not float:
        raise TypeError(f"{name} returned non-float (type {type(value).__name__})")
    return value


def _as_complex(name: str, value: Any) -> complex:
    if type(value) is not complex:
        raise TypeError(f"{name}() returned non-complex (type {type(value).__name__})")
    return value


def _as_truth(name: str, value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError(f"{_short(name)} should return bool, returned {type(value).__name__}")
    return value


def _as_bool(name: str, value: Any) -> bool:
    return bool(value)


#: What comes back from a special method is checked, where Python has a use for it.
_CHECKED = {
    "__repr__": _as_text, "__str__": _as_text, "__format__": _as_text, "__len__": _as_int, "__contains__": _as_bool,
    "__bool__": _as_truth, "__hash__": _as_hash, "__int__": _as_integer, "__index__": _as_integer,
    "__float__": _as_float, "__complex__": _as_complex,
}  # fmt: skip

#: Operators of two operands, each also with the operands the other way round and in place.
_ARITHMETIC = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lshift", "rshift", "and", "or", "xor",
)  # fmt: skip

#: The special methods that Python's own code calls, by its operators and functions: what they get to are fixed
#: functions of ours. ``with`` and ``dir`` never ask a Python class here, and nothing ever does for ``__getattr__``.
CALLED_BY_PYTHON = (
    *_CHECKED, "__init__", "__call__", "__getitem__", "__setitem__", "__delitem__", "__setattr__", "__delattr__",
    "__iter__", "__next__", "__reversed__", "__neg__", "__pos__", "__abs__", "__invert__", "__round__", "__divmod__",
    "__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__",
    *(f"__{before}{name}__" for name in _ARITHMETIC for before in ("", "r", "i")),
)  # fmt: skip


def dispatchers(special: Callable[[Any, str], Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Special name -> what stands in the class for it; ``special(value, name)`` gives the program's, bound."""

    def plain(name: str) -> Callable[..., Any]:
        def dispatch(self: Any, /, *args: Any, **kwargs: Any) -> Any:
            return special(self, name)(*args, **kwargs)

        return dispatch

    def checking(name: str, check: Callable[[str, Any], Any]) -> Callable[..., Any]:
        def dispatch(self: Any, /, *args: Any) -> Any:
            return check(f"{type(self).__name__}.{name}", special(self, name)(*args))

        return dispatch

    return {name: checking(name, _CHECKED[name]) if name in _CHECKED else plain(name) for name in CALLED_BY_PYTHON}
