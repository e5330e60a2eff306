"""``f.__annotations__`` and those of a class: what annotations mean, worked out when a program asks for it.

Names in them are looked up as they are then, among the variables of the whole program; an annotation that can't be
worked out so stays the text that it is, and all do after ``from __future__ import annotations``.
"""

from __future__ import annotations

import ast
from typing import Any

from ..values.attribute_lookup import get_attribute
from ..values.checked_operators import subscript
from ..values.kinds import UNBOUND, union_of
from .context import Context

#: So deep an annotation may go to be worked out.
_DEPTH = 20


def of_function(node: ast.FunctionDef) -> list[tuple[str, ast.expr]]:
    """The annotated names of a function in Python's order, and what it returns."""
    given = node.args
    every = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    found = [(each.arg, each.annotation) for each in every if each is not None and each.annotation is not None]
    return found if node.returns is None else [*found, ("return", node.returns)]


class Written(dict[str, str]):
    """The annotated names of a class with the texts of their annotations, and what these mean."""

    __slots__ = ("context", "nodes")

    def __init__(self, node: ast.ClassDef, c: Context) -> None:
        self.nodes = [
            (each.target.id, each.annotation)
            for each in node.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        ]
        self.context = c
        super().__init__({name: ast.unparse(annotation) for name, annotation in self.nodes})

    def meaning(self) -> dict[str, Any]:
        return meaning(self.nodes, self.context)


def meaning(nodes: list[tuple[str, ast.expr]], c: Context) -> dict[str, Any]:
    """What each annotation means."""
    if any("__future__" in line and "annotations" in line for line in c.source.lines[:_FIRST]):
        return {name: ast.unparse(node) for name, node in nodes}
    return {name: _meaning(node, c) for name, node in nodes}


#: Lines among which ``from __future__ import`` is looked for.
_FIRST = 200


def _meaning(node: ast.expr, c: Context) -> Any:
    try:
        return _value(node, c, _DEPTH)
    except (_Unknown, NameError, AttributeError, TypeError, KeyError):
        return ast.unparse(node)


class _Unknown(Exception):
    """This isn't worked out."""


def _value(node: ast.expr, c: Context, room: int) -> Any:
    if room == 0:
        raise _Unknown
    room -= 1
    match node:
        case ast.Constant(value=value) if value is None or value is ... or type(value) in (str, int, float, bool):
            return value
        case ast.Name(id=name):
            found = c.variables.get(name, UNBOUND)
            found = c.prelude.get(name, UNBOUND) if found is UNBOUND else found
            if found is UNBOUND:
                raise _Unknown
            return found
        case ast.Attribute(value=holder, attr=name):
            return get_attribute(_value(holder, c, room), name)
        case ast.Subscript(value=holder, slice=index):
            return subscript(_value(holder, c, room), _value(index, c, room))
        case ast.Tuple(elts=parts):
            return tuple([_value(part, c, room) for part in parts])
        case ast.List(elts=parts):
            return [_value(part, c, room) for part in parts]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            united = union_of(_value(left, c, room), _value(right, c, room))
            if united is not None:
                return united
    raise _Unknown
