"""``operator``: the operators of the language as functions, and what gets items, attributes and methods."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import namespace
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT, Builtin, callable_of
from ..values import at_length
from ..values.attribute_lookup import get_attribute
from ..values.budget import CONTAINERS
from ..values.checked_operators import (
    BINARY,
    COMPARISONS,
    IN_PLACE,
    TESTS,
    UNARY,
    contains,
    delete_subscript,
    set_subscript,
    subscript,
)
from ..values.extensions import extended

_BINARY = {
    "add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "truediv": ast.Div, "floordiv": ast.FloorDiv, "mod": ast.Mod,
    "pow": ast.Pow, "matmul": ast.MatMult, "lshift": ast.LShift, "rshift": ast.RShift, "and_": ast.BitAnd,
    "or_": ast.BitOr, "xor": ast.BitXor,
}  # fmt: skip
_COMPARISONS = {"eq": ast.Eq, "ne": ast.NotEq, "lt": ast.Lt, "le": ast.LtE, "gt": ast.Gt, "ge": ast.GtE}
_UNARY = {"neg": ast.USub, "pos": ast.UAdd, "invert": ast.Invert, "inv": ast.Invert, "not_": ast.Not}


def _binary(operate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def call(a: Any, b: Any, /) -> Any:
        try:
            return operate(a, b)
        except TypeError as error:
            return extended(operate, a, b, error)

    return call


def _comparison(operate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def call(a: Any, b: Any, /) -> Any:
        if type(a) in CONTAINERS and type(b) in CONTAINERS:
            return at_length.compare(operate, a, b)
        return operate(a, b)

    return call


@shown_as("operator.itemgetter")
class Getter:
    """What ``itemgetter``, ``attrgetter`` and ``methodcaller`` make: a function of one value."""

    __slots__ = ("get", "text")

    def __init__(self, get: Callable[[Any], Any], text: str) -> None:
        self.get, self.text = get, text

    def __call__(self, value: Any, /) -> Any:
        return self.get(value)

    def __repr__(self) -> str:
        return self.text


DIRECT.add(Getter)


def _each(kind: str, keys: tuple[Any, ...], one: Callable[[Any, Any], Any]) -> Getter:
    if not keys:
        raise TypeError(f"{kind} expected 1 argument, got 0")
    text = f"operator.{kind}({', '.join(map(repr, keys))})"
    if len(keys) == 1:
        return Getter(lambda value: one(value, keys[0]), text)
    return Getter(lambda value: tuple(one(value, key) for key in keys), text)


def itemgetter(*items: Any) -> Getter:
    """A function that gives ``value[item]``, or a tuple of these."""
    return _each("itemgetter", items, subscript)


def _path(value: Any, name: str) -> Any:
    for part in name.split("."):
        value = get_attribute(value, part)
    return value


def attrgetter(*names: Any) -> Getter:
    """A function that gives ``value.name``, or a tuple of these."""
    if not all(type(name) is str for name in names):
        raise TypeError("attribute name must be a string")
    return _each("attrgetter", names, _path)


def methodcaller(name: Any, /, *args: Any, **kwargs: Any) -> Getter:
    """A function that calls ``value.name(*args, **kwargs)``."""
    if type(name) is not str:
        raise TypeError("method name must be a string")
    return Getter(
        lambda value: callable_of(get_attribute(value, name))(*args, **kwargs), f"operator.methodcaller({name!r})"
    )


_table = namespace("operator")
for _name, _kind in _BINARY.items():
    _table[_name] = Builtin(_name, _binary(BINARY[_kind]))
    _name = "i" + _name.rstrip("_")
    _table[_name] = Builtin(_name, _binary(IN_PLACE[_kind]))
for _name, _test in _COMPARISONS.items():
    _table[_name] = Builtin(_name, _comparison(COMPARISONS[_test]))
for _name, _sign in _UNARY.items():
    _table[_name] = Builtin(_name, lambda a, /, operate=UNARY[_sign]: operate(a))
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": lambda a, /: abs(a),
    "truth": lambda a, /: bool(a),
    "is_": lambda a, b, /: TESTS[ast.Is](a, b),
    "is_not": lambda a, b, /: TESTS[ast.IsNot](a, b),
    "contains": lambda a, b, /: contains(a, b),
    "getitem": lambda a, b, /: subscript(a, b),
    "setitem": lambda a, b, c, /: set_subscript(a, b, c),
    "delitem": lambda a, b, /: delete_subscript(a, b),
    "itemgetter": itemgetter,
    "attrgetter": attrgetter,
    "methodcaller": methodcaller,
}
for _name, _function in _FUNCTIONS.items():
    _table[_name] = Builtin(_name, _function)
