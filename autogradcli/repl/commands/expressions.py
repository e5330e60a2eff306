"""Expressions that commands are given."""

from __future__ import annotations

import ast

from ...engine.tensor import Tensor
from ...language.read.syntax import parse
from ...numerics.dtypes import FLOATING
from ...session import Session
from .table import CommandError


def expression(text: str) -> ast.expr:
    """The tree of an expression. Raises CommandError for anything else."""
    try:
        body = parse(text).body
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise CommandError(f"an expression is needed: {error}") from None
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        raise CommandError("an expression is needed")
    return body[0].value


def floating_variables(session: Session, tree: ast.expr) -> list[str]:
    """The variables in an expression that can have a gradient, in the order of their making."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found = []
    for name, value in session.variables.items():
        if name in used and isinstance(value, Tensor) and value.dtype.category >= FLOATING:
            found.append(name)
    return found
