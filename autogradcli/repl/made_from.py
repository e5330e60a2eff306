"""What each variable was computed from: so that ``:derive loss`` can go down to the leaves."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..engine.tensor import Tensor
from ..language.read.syntax import parse

Variables = Mapping[str, Any]


#: Pieces of an expression. ``y = x + x; z = y + y; ...`` doubles with each line.
MAX_SIZE = 2_000


class Definition(NamedTuple):
    value: Tensor
    tree: ast.expr
    """An expression of leaves and of what nobody computed here."""
    used: dict[str, Any]
    """The values that the names in it had."""
    size: int
    """The pieces that the tree has."""


class Definitions:
    """The assignments of the session that still hold."""

    def __init__(self) -> None:
        self._made: dict[str, Definition] = {}

    def forget(self) -> None:
        self._made.clear()

    def note(self, text: str, before: Variables, after: Variables) -> None:
        """A program that ended well, with the variables before and after it."""
        tree = parse(text)
        stores = Counter(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load))
        now = dict(before)
        for node in tree.body:
            if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
                continue
            name = node.targets[0].id
            value = after.get(name)
            if stores[name] == 1 and isinstance(value, Tensor) and not value.is_leaf:
                expanded = self.expanded(node.value, now)
                pieces = list(ast.walk(expanded))
                used = {n.id for n in pieces if isinstance(n, ast.Name)}
                self._made[name] = Definition(value, expanded, {n: now[n] for n in used if n in now}, len(pieces))
            now[name] = value

    def expanded(self, tree: ast.expr, variables: Variables) -> ast.expr:
        """A copy of the expression with computed variables replaced by what they were computed from.

        A variable stays where a name that its expression uses has another value by now, and where the whole would be
        larger than MAX_SIZE.
        """
        copy = parse(ast.unparse(tree)).body
        assert isinstance(copy[0], ast.Expr)
        expanded: ast.expr = _Expand(self._made, variables).visit(copy[0].value)
        return expanded


class _Expand(ast.NodeTransformer):
    def __init__(self, made: Mapping[str, Definition], variables: Variables) -> None:
        self.made = made
        self.variables = variables
        self.size = 0

    def visit_Name(self, node: ast.Name) -> ast.expr:
        found = self.made.get(node.id)
        if found is None or self.variables.get(node.id) is not found.value:
            return node
        if any(self.variables.get(name) is not value for name, value in found.used.items()):
            return node
        self.size += found.size
        return found.tree if self.size <= MAX_SIZE else node
