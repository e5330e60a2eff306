"""Assignment of every kind: targets, unpacking, augmented assignment, ``del``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import islice
from typing import Any

from ..read.syntax import Place
from ..values.attribute_lookup import delete_attribute, get_attribute, set_attribute
from ..values.budget import budget
from ..values.checked_operators import IN_PLACE, delete_subscript, set_subscript, subscript
from ..values.extensions import extended
from ..values.kinds import Frame, Run
from . import variables
from .context import Context, compiles_statement, expression
from .variables import Store


def target(node: ast.expr, c: Context) -> Store:
    """A function (frame, value) that assigns to a target."""
    if isinstance(node, ast.Name):
        return variables.store(node.id, c)
    at = c.place(node)
    if isinstance(node, ast.Attribute):
        owner, name = expression(node.value, c), node.attr

        def store_attribute(f: Frame, value: Any, place: Place = at) -> None:
            set_attribute(owner(f), name, value)

        return store_attribute
    if isinstance(node, ast.Subscript):
        container, index = expression(node.value, c), expression(node.slice, c)

        def store_item(f: Frame, value: Any, place: Place = at) -> None:
            set_subscript(container(f), index(f), value)

        return store_item
    assert isinstance(node, (ast.Tuple, ast.List))
    return _unpack(node.elts, c, at)


def _unpack(nodes: Sequence[ast.expr], c: Context, at: Place) -> Store:
    star = next((i for i, node in enumerate(nodes) if isinstance(node, ast.Starred)), None)
    stores = [target(node.value if isinstance(node, ast.Starred) else node, c) for node in nodes]
    count = len(stores)
    if star is None:

        def unpack(f: Frame, value: Any, place: Place = at) -> None:
            if type(value) is tuple or type(value) is list:
                parts = value
            else:
                parts = list(islice(_iterator(value), count + 1))
            if len(parts) != count:
                if len(parts) > count:
                    raise ValueError(f"too many values to unpack (expected {count})")
                raise ValueError(f"not enough values to unpack (expected {count}, got {len(parts)})")
            for store, part in zip(stores, parts):
                store(f, part)

        return unpack
    after = count - star - 1

    def unpack_starred(f: Frame, value: Any, place: Place = at) -> None:
        _iterator(value)
        parts = budget.items(value)
        if len(parts) < count - 1:
            message = f"not enough values to unpack (expected at least {count - 1}, got {len(parts)})"
            raise ValueError(message)
        end = len(parts) - after
        for store, part in zip(stores, [*parts[:star], parts[star:end], *parts[end:]]):
            store(f, part)

    return unpack_starred


def _iterator(value: Any) -> Any:
    try:
        return iter(value)
    except TypeError as error:
        if "is not iterable" in str(error):
            raise TypeError(f"cannot unpack non-iterable {type(value).__name__} object") from None
        raise


@compiles_statement(ast.Assign)
def _assign(node: ast.Assign, c: Context) -> Run:
    value = expression(node.value, c)
    line = c.line(node)
    if len(node.targets) == 1:
        store = target(node.targets[0], c)

        def assign(f: Frame) -> None:
            budget.line = line
            store(f, value(f))

        return assign
    stores = [target(each, c) for each in node.targets]

    def assign_all(f: Frame) -> None:
        budget.line = line
        result = value(f)
        for store in stores:
            store(f, result)

    return assign_all


@compiles_statement(ast.AnnAssign)
def _annotated(node: ast.AnnAssign, c: Context) -> Run:
    if node.value is None:
        return lambda f: None
    value, store, line = expression(node.value, c), target(node.target, c), c.line(node)

    def assign(f: Frame) -> None:
        budget.line = line
        store(f, value(f))

    return assign


@compiles_statement(ast.AugAssign)
def _augmented(node: ast.AugAssign, c: Context) -> Run:
    operate, value, line = IN_PLACE[type(node.op)], expression(node.value, c), c.line(node)
    at = c.place(node)

    def combine(old: Any, new: Any) -> Any:
        try:
            return operate(old, new)
        except TypeError as error:
            return extended(operate, old, new, error)

    left = node.target
    if isinstance(left, ast.Name):
        load, store = variables.load(left.id, c, c.place(left)), variables.store(left.id, c)

        def augment(f: Frame, place: Place = at) -> None:
            budget.line = line
            store(f, combine(load(f), value(f)))

        return augment
    if isinstance(left, ast.Attribute):
        owner, name = expression(left.value, c), left.attr

        def augment_attribute(f: Frame, place: Place = at) -> None:
            budget.line = line
            holder = owner(f)
            set_attribute(holder, name, combine(get_attribute(holder, name), value(f)))

        return augment_attribute
    assert isinstance(left, ast.Subscript)
    container, index = expression(left.value, c), expression(left.slice, c)

    def augment_item(f: Frame, place: Place = at) -> None:
        budget.line = line
        holder, key = container(f), index(f)
        set_subscript(holder, key, combine(subscript(holder, key), value(f)))

    return augment_item


@compiles_statement(ast.Delete)
def _delete(node: ast.Delete, c: Context) -> Run:
    steps = [_deleter(each, c) for each in node.targets]
    line = c.line(node)

    def delete(f: Frame) -> None:
        budget.line = line
        for step in steps:
            step(f)

    return delete


def _deleter(node: ast.expr, c: Context) -> Run:
    at = c.place(node)
    if isinstance(node, ast.Name):
        return variables.delete(node.id, c, at)
    if isinstance(node, ast.Attribute):
        owner, name = expression(node.value, c), node.attr

        def delete_of(f: Frame, place: Place = at) -> None:
            delete_attribute(owner(f), name)

        return delete_of
    if isinstance(node, ast.Subscript):
        container, index = expression(node.value, c), expression(node.slice, c)

        def delete_item(f: Frame, place: Place = at) -> None:
            delete_subscript(container(f), index(f))

        return delete_item
    assert isinstance(node, (ast.Tuple, ast.List))
    steps = [_deleter(element, c) for element in node.elts]

    def delete_all(f: Frame) -> None:
        for step in steps:
            step(f)

    return delete_all
