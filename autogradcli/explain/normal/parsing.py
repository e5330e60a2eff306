"""Texts of the language as forms again: what was shown and tried is what is written another way."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from .forms import Form, TooLong, attribute, binary, number, word

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<",
    ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.USub: "-", ast.Invert: "~",
}  # fmt: skip
#: Attributes that are operations; any other is a part of a name: ``lin.weight``.
_TRANSPOSES = frozenset({"T", "mT", "H", "mH"})


def parsed(text: str) -> Form:
    """The form of a formula. Raises TooLong for one that is nested too deeply to be read by anybody."""
    try:
        return _form(ast.parse(text, mode="eval").body)
    except (RecursionError, MemoryError):
        raise TooLong("the formula is nested too deeply") from None


def _form(node: ast.expr) -> Form:
    if isinstance(node, ast.Name):
        return word(node.id)
    if isinstance(node, ast.Constant):
        plain = isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
        return number(node.value) if plain else word(repr(node.value))
    if isinstance(node, ast.BinOp):
        return binary(_OPERATORS[type(node.op)], _form(node.left), _form(node.right))
    if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        return Form("operator", _OPERATORS[type(node.op)], (_form(node.operand),))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return binary(_OPERATORS[type(node.ops[0])], _form(node.left), _form(node.comparators[0]))
    if isinstance(node, ast.Attribute):
        if node.attr in _TRANSPOSES:
            return attribute(_form(node.value), node.attr)
        return word(ast.unparse(node))
    if isinstance(node, ast.Call):
        return _call(node)
    if isinstance(node, ast.Subscript):
        return _subscript(node)
    if isinstance(node, (ast.List, ast.Tuple)):
        return Form("list" if isinstance(node, ast.List) else "tuple", None, tuple(map(_form, node.elts)))
    return word(ast.unparse(node))


def _call(node: ast.Call) -> Form:
    if any(k.arg is None for k in node.keywords) or any(isinstance(a, ast.Starred) for a in node.args):
        return word(ast.unparse(node))
    keywords = tuple(k.arg or "" for k in node.keywords)
    parts = (*map(_form, node.args), *(_form(k.value) for k in node.keywords))
    function = node.func
    if isinstance(function, ast.Name):
        return Form("call", (function.id, keywords), parts)
    if isinstance(function, ast.Attribute):
        dotted = ast.unparse(function)
        if dotted.startswith(("torch.", "F.", "math.")):
            return Form("call", (dotted, keywords), parts)
        return Form("method", (function.attr, keywords), (_form(function.value), *parts))
    return word(ast.unparse(node))


def _subscript(node: ast.Subscript) -> Form:
    index: Sequence[ast.expr] = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    said: list[str | None] = []
    parts = [_form(node.value)]
    for at in index:
        if isinstance(at, (ast.Slice, ast.Constant, ast.UnaryOp)):
            said.append(ast.unparse(at))
        else:
            said.append(None)
            parts.append(_form(at))
    return Form("subscript", tuple(said), tuple(parts))
