"""Calls: ``f(x)``, ``x.method(y)`` without a bound method in between, stars and keywords.

As in Python, the arguments are evaluated before anybody asks whether the value can be called.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import Method
from ..read.scopes import CLASS_CELL
from ..read.syntax import Place
from ..values.attribute_lookup import TABLES, get_attribute, key_of
from ..values.budget import check_items
from ..values.kinds import Frame, Namespace, Run, UserFunction
from ..values.mappings import as_dict
from .calls import DIRECT, callable_of
from .context import Context, compiles, expression
from .expressions import elements
from .user_functions import call_function
from .variables import load


@compiles(ast.Call)
def _call(node: ast.Call, c: Context) -> Run:
    at = c.place(node)
    starred = any(isinstance(argument, ast.Starred) for argument in node.args)
    if node.keywords:
        if isinstance(node.func, ast.Attribute):
            return _method_keywords(node, node.func, c, at)
        return _keywords(expression(node.func, c), node, c, at)
    if isinstance(node.func, ast.Attribute):
        return _method(node, node.func, c, at)
    function = expression(node.func, c)
    if not node.args and isinstance(node.func, ast.Name) and node.func.id == "super":
        return _super(function, c, at)
    if len(node.args) == 1 and not starred:
        return _one(function, expression(node.args[0], c), at)
    if not node.args:
        return _none(function, at)
    arguments = elements(node.args, c)

    def call(f: Frame, place: Place = at) -> Any:
        callee = function(f)
        kind = type(callee)
        if kind is UserFunction:
            return call_function(callee, arguments(f))
        if kind in DIRECT:
            return callee(*arguments(f))
        given = arguments(f)
        return callable_of(callee)(*given)

    return call


def _none(function: Run, at: Place) -> Run:
    def call(f: Frame, place: Place = at) -> Any:
        callee = function(f)
        kind = type(callee)
        if kind is UserFunction:
            return call_function(callee, [])
        if kind not in DIRECT:
            callee = callable_of(callee)
        return callee()

    return call


def _super(function: Run, c: Context, at: Place) -> Run:
    """``super()`` in a method: of the class around, and of what the first parameter holds."""
    host = c.scope.host
    if c.scope.owner(CLASS_CELL) is None or not host.parameters:
        return _none(function, at)
    kind, value = load(CLASS_CELL, c, at), load(host.parameters[0], c, at)

    def call(f: Frame, place: Place = at) -> Any:
        return callable_of(function(f))(kind(f), value(f))

    return call


def _one(function: Run, argument: Run, at: Place) -> Run:
    def call(f: Frame, place: Place = at) -> Any:
        callee = function(f)
        kind = type(callee)
        if kind is UserFunction:
            return call_function(callee, [argument(f)])
        if kind in DIRECT:
            return callee(argument(f))
        given = argument(f)
        return callable_of(callee)(given)

    return call


def _method(node: ast.Call, func: ast.Attribute, c: Context, at: Place) -> Run:
    target, name, key = expression(func.value, c), func.attr, key_of(func.attr)
    if len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        argument = expression(node.args[0], c)

        def call_one(f: Frame, place: Place = at) -> Any:
            value = target(f)
            kind = type(value)
            if kind is Namespace:
                known = value.names
                callee = known[name] if name in known else get_attribute(value, name)
            else:
                entry = TABLES[kind].get(key)
                if type(entry) is Method:
                    return entry.call(value, argument(f))
                callee = get_attribute(value, name)
            if type(callee) is UserFunction:
                return call_function(callee, [argument(f)])
            if type(callee) in DIRECT:
                return callee(argument(f))
            given = argument(f)
            return callable_of(callee)(given)

        return call_one
    if not node.args:

        def call_none(f: Frame, place: Place = at) -> Any:
            value = target(f)
            kind = type(value)
            if kind is Namespace:
                known = value.names
                callee = known[name] if name in known else get_attribute(value, name)
            else:
                entry = TABLES[kind].get(key)
                if type(entry) is Method:
                    return entry.call(value)
                callee = get_attribute(value, name)
            if type(callee) not in DIRECT:
                callee = callable_of(callee)
            return callee()

        return call_none
    arguments = elements(node.args, c)

    def call(f: Frame, place: Place = at) -> Any:
        value = target(f)
        kind = type(value)
        if kind is Namespace:
            known = value.names
            callee = known[name] if name in known else get_attribute(value, name)
        else:
            entry = TABLES[kind].get(key)
            if type(entry) is Method:
                return entry.call(value, *arguments(f))
            callee = get_attribute(value, name)
        if type(callee) in DIRECT:
            return callee(*arguments(f))
        given = arguments(f)
        return callable_of(callee)(*given)

    return call


def _keyword_arguments(node: ast.Call, c: Context, at: Place) -> Callable[[Frame], dict[str, Any]]:
    if all(keyword.arg is not None for keyword in node.keywords):
        fixed = [(keyword.arg, expression(keyword.value, c)) for keyword in node.keywords if keyword.arg is not None]
        return lambda f: {name: value(f) for name, value in fixed}
    parts = [(keyword.arg, expression(keyword.value, c)) for keyword in node.keywords]

    def collect(f: Frame, place: Place = at) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, value in parts:
            if name is not None:
                if name in result:
                    raise TypeError(f"got multiple values for keyword argument '{name}'")
                result[name] = value(f)
                continue
            given = value(f)
            more = as_dict(given)
            if more is None:
                raise TypeError(f"argument after ** must be a mapping, not {type(given).__name__}")
            for key, item in more.items():
                if key in result:
                    raise TypeError(f"got multiple values for keyword argument '{key}'")
                result[key] = item
            check_items(len(result))
        return result

    return collect


def _keywords(function: Run, node: ast.Call, c: Context, at: Place) -> Run:
    arguments = elements(node.args, c) if node.args else _no_arguments
    keywords = _keyword_arguments(node, c, at)

    def call(f: Frame, place: Place = at) -> Any:
        callee = function(f)
        if type(callee) in DIRECT:
            return callee(*arguments(f), **keywords(f))
        given, named = arguments(f), keywords(f)
        return callable_of(callee)(*given, **named)

    return call


def _method_keywords(node: ast.Call, func: ast.Attribute, c: Context, at: Place) -> Run:
    target, name, key = expression(func.value, c), func.attr, key_of(func.attr)
    arguments = elements(node.args, c) if node.args else _no_arguments
    keywords = _keyword_arguments(node, c, at)

    def call(f: Frame, place: Place = at) -> Any:
        value = target(f)
        kind = type(value)
        if kind is Namespace:
            known = value.names
            callee = known[name] if name in known else get_attribute(value, name)
        else:
            entry = TABLES[kind].get(key)
            if type(entry) is Method:
                return entry.call(value, *arguments(f), **keywords(f))
            callee = get_attribute(value, name)
        if type(callee) in DIRECT:
            return callee(*arguments(f), **keywords(f))
        given, named = arguments(f), keywords(f)
        return callable_of(callee)(*given, **named)

    return call


def _no_arguments(f: Frame) -> list[Any]:
    return []
