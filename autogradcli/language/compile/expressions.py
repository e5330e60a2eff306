"""Expressions to closures: arithmetic, comparison, displays, subscripts, attributes, f-strings.

Each compiling function returns a function of the frame. One that can fail has its place as the default
argument ``place``: it costs nothing to run, and the traceback of an error then tells where it was.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

from ...api.calls.registry import SWITCHES, Property
from ...api.tensor.operators import OF_TWO_TENSORS
from ...engine.tensor import Tensor
from ..read.syntax import Place
from ..values import at_length
from ..values.attribute_lookup import TABLES, get_attribute, key_of
from ..values.budget import CONTAINERS, budget, check_items, hashable
from ..values.checked_operators import BINARY, COMPARISONS, TESTS, UNARY, subscript, subtract_sets
from ..values.extensions import extended
from ..values.kinds import Frame, Namespace, Run
from ..values.mappings import as_dict
from ..values.nesting import depth_of
from ..values.text_format import format_value, to_ascii, to_repr, to_str
from ..values.text_format import joined as joined_text
from . import variables
from .context import Context, compiles, expression

#: Of which class two operands go to their operation at once: none while a program's modes see every call.
_at_once: type | None = Tensor


def _switch(on: bool) -> None:
    global _at_once
    _at_once = None if on else Tensor


SWITCHES.append(_switch)

OF_TENSORS = {
    ast.Add: OF_TWO_TENSORS["add"],
    ast.Mult: OF_TWO_TENSORS["mul"],
    ast.Div: OF_TWO_TENSORS["truediv"],
    ast.MatMult: operator.matmul,
}


@compiles(ast.Constant)
def _constant(node: ast.Constant, c: Context) -> Run:
    value = node.value
    return lambda f: value


@compiles(ast.BinOp)
def _binary(node: ast.BinOp, c: Context) -> Run:
    operate = BINARY[type(node.op)]
    of_tensors = OF_TENSORS.get(type(node.op), operate)  # what two ordinary tensors go to at once
    left = expression(node.left, c)
    at = c.place(node)
    if isinstance(node.right, ast.Constant):
        constant = node.right.value

        def with_constant(f: Frame, place: Place = at) -> Any:
            a = left(f)
            try:
                return operate(a, constant)
            except TypeError as error:
                return extended(operate, a, constant, error)

        return with_constant
    right = expression(node.right, c)

    def binary(f: Frame, place: Place = at) -> Any:
        a = left(f)
        b = right(f)
        if a.__class__ is _at_once is b.__class__:
            return of_tensors(a, b)
        try:
            return operate(a, b)
        except TypeError as error:
            return extended(operate, a, b, error)

    if type(node.op) is not ast.Sub:
        return binary

    # The one operator that is Python's own for numbers and tensors, so that a call more would be felt, and takes sets.
    def difference(f: Frame, place: Place = at) -> Any:
        a = left(f)
        b = right(f)
        if type(a) is set:
            return subtract_sets(a, b)
        try:
            return operate(a, b)
        except TypeError as error:
            return extended(operate, a, b, error)

    return difference


@compiles(ast.UnaryOp)
def _unary(node: ast.UnaryOp, c: Context) -> Run:
    operate = UNARY[type(node.op)]
    if type(node.op) is ast.USub and isinstance(node.operand, ast.Constant):
        number = node.operand.value
        if type(number) is int or type(number) is float:
            constant = -number
            return lambda f: constant
    operand = expression(node.operand, c)

    at = c.place(node)

    def unary(f: Frame, place: Place = at) -> Any:
        return operate(operand(f))

    return unary


@compiles(ast.BoolOp)
def _boolean(node: ast.BoolOp, c: Context) -> Run:
    *firsts, last = [expression(value, c) for value in node.values]
    at = c.place(node)
    if isinstance(node.op, ast.And):

        def conjunction(f: Frame, place: Place = at) -> Any:
            for value in firsts:
                found = value(f)
                if not found:
                    return found
            return last(f)

        return conjunction

    def disjunction(f: Frame, place: Place = at) -> Any:
        for value in firsts:
            found = value(f)
            if found:
                return found
        return last(f)

    return disjunction


@compiles(ast.Compare)
def _compare(node: ast.Compare, c: Context) -> Run:
    left = expression(node.left, c)
    at = c.place(node)
    if len(node.ops) > 1:
        return _chain(node, left, c, at)
    right = expression(node.comparators[0], c)
    test = TESTS.get(type(node.ops[0]))
    if test is not None:

        def of_objects(f: Frame, place: Place = at) -> Any:
            return test(left(f), right(f))

        return of_objects
    operate = COMPARISONS[type(node.ops[0])]

    def compare(f: Frame, place: Place = at) -> Any:
        a = left(f)
        b = right(f)
        if type(a) in CONTAINERS and type(b) in CONTAINERS:
            return at_length.compare(operate, a, b)
        try:
            return operate(a, b)
        except TypeError as error:
            return extended(operate, a, b, error)

    return compare


def _chain(node: ast.Compare, left: Run, c: Context, at: Place) -> Run:
    """``a < b < c``: each operand is evaluated once, and none after a comparison that is false."""
    steps = [
        (COMPARISONS.get(type(op)) or TESTS[type(op)], expression(right, c))
        for op, right in zip(node.ops, node.comparators)
    ]
    last = len(steps) - 1

    def chain(f: Frame, place: Place = at) -> Any:
        a = left(f)
        result: Any = True
        for number, (operate, right) in enumerate(steps):
            b = right(f)
            if type(a) in CONTAINERS and type(b) in CONTAINERS:
                result = at_length.compare(operate, a, b)
            else:
                result = operate(a, b)
            if number < last and not result:
                return result
            a = b
        return result

    return chain


@compiles(ast.IfExp)
def _conditional(node: ast.IfExp, c: Context) -> Run:
    test, body, orelse = expression(node.test, c), expression(node.body, c), expression(node.orelse, c)

    at = c.place(node.test)

    def conditional(f: Frame, place: Place = at) -> Any:
        return body(f) if test(f) else orelse(f)

    return conditional


@compiles(ast.NamedExpr)
def _walrus(node: ast.NamedExpr, c: Context) -> Run:
    value, store = expression(node.value, c), variables.store(node.target.id, c)

    def walrus(f: Frame) -> Any:
        result = value(f)
        store(f, result)
        return result

    return walrus


# Displays


def elements(nodes: Sequence[ast.expr], c: Context) -> Run:
    """A function that makes the list of the elements of a display or of positional arguments."""
    if not any(isinstance(node, ast.Starred) for node in nodes):
        parts = [expression(node, c) for node in nodes]
        if len(parts) == 1:
            (only,) = parts
            return lambda f: [only(f)]
        if len(parts) == 2:
            first, second = parts
            return lambda f: [first(f), second(f)]
        return lambda f: [part(f) for part in parts]
    pieces = [
        (True, expression(node.value, c)) if isinstance(node, ast.Starred) else (False, expression(node, c))
        for node in nodes
    ]

    at = c.place(nodes[0])

    def starred(f: Frame, place: Place = at) -> list[Any]:
        result: list[Any] = []
        for star, piece in pieces:
            value = piece(f)
            if star:
                try:
                    result += budget.items(value)
                    check_items(len(result))
                except TypeError as error:
                    if "is not iterable" in str(error):
                        message = f"Value after * must be an iterable, not {type(value).__name__}"
                        raise TypeError(message) from None
                    raise
            else:
                result.append(value)
        return result

    return starred


@compiles(ast.List)
def _list(node: ast.List, c: Context) -> Run:
    return elements(node.elts, c)


@compiles(ast.Tuple)
def _tuple(node: ast.Tuple, c: Context) -> Run:
    constants = [element.value for element in node.elts if isinstance(element, ast.Constant)]
    if node.elts and len(constants) == len(node.elts):
        constant = tuple(constants)
        return lambda f: constant
    make = elements(node.elts, c)
    return lambda f: tuple(make(f))


@compiles(ast.Set)
def _set(node: ast.Set, c: Context) -> Run:
    make = elements(node.elts, c)

    at = c.place(node)

    def display(f: Frame, place: Place = at) -> set[Any]:
        return {hashable(element) for element in make(f)}

    return display


@compiles(ast.Dict)
def _dict(node: ast.Dict, c: Context) -> Run:
    pairs = [
        (None if key is None else expression(key, c), expression(value, c))
        for key, value in zip(node.keys, node.values)
    ]

    at = c.place(node)

    def display(f: Frame, place: Place = at) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key, value in pairs:
            if key is not None:
                name = hashable(key(f))
                result[name] = value(f)
            else:
                given = value(f)
                more = as_dict(given)
                if more is None:
                    raise TypeError(f"'{type(given).__name__}' object is not a mapping")
                check_items(len(result) + len(more))
                at_length.put_all(result, more)
        return result

    return display


# Attributes and subscripts


@compiles(ast.Attribute)
def _attribute(node: ast.Attribute, c: Context) -> Run:
    target, name, key = expression(node.value, c), node.attr, key_of(node.attr)

    at = c.place(node)

    def attribute(f: Frame, place: Place = at) -> Any:
        value = target(f)
        kind = type(value)
        if kind is Namespace:
            known = value.names
            return known[name] if name in known else get_attribute(value, name)
        entry = TABLES[kind].get(key)
        if type(entry) is Property:
            return entry.get(value)
        return get_attribute(value, name)

    return attribute


@compiles(ast.Subscript)
def _subscript(node: ast.Subscript, c: Context) -> Run:
    target, index = expression(node.value, c), expression(node.slice, c)

    at = c.place(node)

    def item(f: Frame, place: Place = at) -> Any:
        return subscript(target(f), index(f))

    return item


@compiles(ast.Slice)
def _slice(node: ast.Slice, c: Context) -> Run:
    lower, upper, step = [
        (lambda f: None) if part is None else expression(part, c) for part in (node.lower, node.upper, node.step)
    ]

    def short(f: Frame) -> slice:
        start, stop = lower(f), upper(f)
        value = slice(start, stop)
        if type(start) is slice or type(stop) is slice:
            depth_of(value)
        return value

    def long(f: Frame) -> slice:
        value = slice(lower(f), upper(f), step(f))
        depth_of(value)
        return value

    return short if node.step is None else long


# F-strings

_CONVERT: dict[int, Callable[[Any], str]] = {ord("s"): to_str, ord("r"): to_repr, ord("a"): to_ascii}


@compiles(ast.JoinedStr)
def _joined(node: ast.JoinedStr, c: Context) -> Run:
    parts = [expression(value, c) for value in node.values]

    at = c.place(node)

    def joined(f: Frame, place: Place = at) -> str:
        return joined_text([part(f) for part in parts] if len(parts) < 4 else (part(f) for part in parts))

    return joined


@compiles(ast.FormattedValue)
def _formatted(node: ast.FormattedValue, c: Context) -> Run:
    value = expression(node.value, c)
    convert = _CONVERT.get(node.conversion)
    at = c.place(node.value)
    if node.format_spec is None:
        write = convert or format_value

        def plain(f: Frame, place: Place = at) -> str:
            return write(value(f))

        return plain
    spec = expression(node.format_spec, c)

    def formatted(f: Frame, place: Place = at) -> str:
        result = value(f)
        return format_value(result if convert is None else convert(result), spec(f))

    return formatted
