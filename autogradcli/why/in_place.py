"""Errors of changes in place: of a value that a derivative still needs, and of a leaf."""

from __future__ import annotations

import ast
import re

from ..engine.node import AccumulateGrad, node_of
from ..events import Failed
from .inquiry import Inquiry, Why, of_error
from .lines import targets
from .mending import mended


def changed_in_place(inquiry: Inquiry, failure: Failed) -> Why | None:
    """A value was changed that a derivative needs as it was."""
    found = re.search(r"line (\d+) changed it in place", failure.hint)
    if found is None:
        return None
    line = int(found.group(1))
    statement = inquiry.lines.statement(line)
    text = inquiry.lines.at(line)
    said = inquiry.lines.said(line)
    if ".step(" in text:
        return of_error(
            line,
            f"{said} changed the parameters, which the backward() of {inquiry.lines.said(failure.line)} "
            "still needs as they were",
            "run both backward() before the first step()",
        )
    changed = _changed_name(statement)
    slot = _saved(inquiry, changed, line)
    needs = f": {inquiry.lines.said(slot)} needs {changed} as it was" if slot and changed else ""
    advice = ""
    change = None
    if isinstance(statement, ast.AugAssign):
        operator = ast.unparse(ast.BinOp(statement.target, statement.op, statement.value))
        new = f"{ast.unparse(statement.target)} = {operator}"
        advice = f"write {new}, which makes a new tensor"
        change = mended(inquiry, "", line, new)
    elif changed:
        method = re.fullmatch(rf"{changed}\.(\w+)_(\(.*\))", text)
        if method:
            new = f"{changed} = {changed}.{method.group(1)}{method.group(2)}"
            advice = f"write {new}, which makes a new tensor"
        else:
            new = f"{changed} = {changed}.clone()\n{text}"
            advice = f"change a copy: {changed} = {changed}.clone() before"
        change = mended(inquiry, "", line, new)
    text_ = f"{said} changed {changed or 'a value'} in place{needs}"
    return of_error(line, text_, *([advice] if advice else []), change=change)


def _changed_name(statement: ast.stmt | None) -> str:
    if statement is None:
        return ""
    if isinstance(statement, ast.AugAssign):
        return _base(statement.target)
    if isinstance(statement, ast.Assign):
        return _base(statement.targets[0])
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_"):
            return _base(node.func.value)
    return ""


def _base(node: ast.expr) -> str:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _saved(inquiry: Inquiry, name: str, line: int) -> int:
    """The line that used a variable before another line changed it; 0 where none is known."""
    last = 0
    for entry in inquiry.recording.entries:
        if entry.line == line:
            break
        statement = inquiry.lines.statement(entry.line)
        if statement is None or not any(s.tracked for s in entry.outputs):
            continue
        if any(
            isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in ast.walk(statement)
        ) or (name in targets(statement) and entry.op.name.partition("_")[0] in _KEEP_RESULT):
            last = entry.line
    return last


#: Operations whose derivative needs their own result.
_KEEP_RESULT = {"exp", "sqrt", "tanh", "sigmoid", "relu", "softmax", "log_softmax", "reciprocal", "rsqrt", "tan"}


def leaf_in_place(inquiry: Inquiry, failure: Failed) -> Why | None:
    """A leaf that requires grad was changed."""
    changed = _changed_name(inquiry.lines.statement(failure.line))
    if not changed or not isinstance(
        node_of(inquiry.named[changed].node) if changed in inquiry.named else None, AccumulateGrad
    ):
        return None
    return of_error(
        failure.line,
        f"{changed} is a leaf that requires grad: its own history would be lost",
        "with torch.no_grad(): around a step of an optimizer; else a new name for the new tensor",
    )
