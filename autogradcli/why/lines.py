"""A program's lines: what stands on each, what is called what, and which piece of a line an operation is."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..explain.entries import Entry, Slot
from ..language.read.syntax import parse
from .lineage import Lineage

#: Operators by the operation that they are.
_OPERATORS: dict[str, type[ast.AST]] = {
    "add": ast.Add,
    "sub": ast.Sub,
    "mul": ast.Mult,
    "div": ast.Div,
    "pow": ast.Pow,
    "matmul": ast.MatMult,
    "mm": ast.MatMult,
    "mv": ast.MatMult,
    "dot": ast.MatMult,
    "neg": ast.USub,
    "gt": ast.Gt,
    "lt": ast.Lt,
    "ge": ast.GtE,
    "le": ast.LtE,
    "eq": ast.Eq,
    "ne": ast.NotEq,
    "rsub": ast.Sub,
    "reciprocal": ast.Div,
}
_CASTS = {"to", "type", "bool", "byte", "char", "short", "int", "long", "half", "bfloat16", "float", "double"}
#: A statement's text that is quoted.
_LONGEST = 60


class Lines:
    """The text of a program, for quoting. ``numbered``: whether its reader knows lines by their numbers."""

    def __init__(self, text: str, numbered: bool = True) -> None:
        self.text = text
        self.numbered = numbered
        self._lines = text.split("\n")
        try:
            body = parse(text).body
        except (SyntaxError, RecursionError, MemoryError, ValueError):
            body = []
        self.statements: dict[int, ast.stmt] = {}
        self._around: dict[int, list[ast.stmt]] = {}
        for statement, around in _walk(body, []):
            for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1):
                if line not in self.statements or not _block(statement):
                    self.statements[line] = statement
                    self._around[line] = around

    def raw(self, line: int) -> str:
        """The line as it stands; "" for one that there is not."""
        return self._lines[line - 1] if 0 < line <= len(self._lines) else ""

    def at(self, line: int) -> str:
        """The line's text, without what only indents it."""
        return self.raw(line).strip()

    def said(self, line: int) -> str:
        """``line 4 (`d = h.detach()`)``."""
        text = self.at(line)
        quoted = f"`{text if len(text) <= _LONGEST else text[: _LONGEST - 3] + '...'}`"
        if not self.numbered and text:
            return quoted
        return f"line {line} ({quoted})" if text else f"line {line}"

    def mark(self, line: int) -> str:
        """`` (line 4)``, for what is said of a line otherwise."""
        return f" (line {line})" if self.numbered and line else ""

    def statement(self, line: int) -> ast.stmt | None:
        """The innermost statement that stands there."""
        return self.statements.get(line)

    def target(self, line: int) -> str:
        """The one name that the statement of a line gives; "" where it gives none, or several."""
        found = targets(self.statement(line))
        return found[0] if len(found) == 1 else ""

    def no_grad(self, line: int) -> int:
        """The line of the ``with torch.no_grad()`` or the like that a line stands in: a decorator of its function, or a
        switch before it; 0 where there is none."""
        for around in reversed(self._around.get(line, [])):
            if isinstance(around, ast.With) and any(
                word in ast.unparse(item.context_expr)
                for item in around.items
                for word in ("no_grad", "inference_mode")
            ):
                return around.lineno
            if isinstance(around, ast.FunctionDef):
                for decorator in around.decorator_list:
                    if any(word in ast.unparse(decorator) for word in ("no_grad", "inference_mode")):
                        return decorator.lineno
        before = [k for k in self.statements if k < line and "set_grad_enabled(False)" in self.raw(k)]
        return max(before, default=0)

    def in_loop(self, line: int) -> bool:
        return any(isinstance(s, (ast.For, ast.While)) for s in self._around.get(line, []))

    def piece(self, entry: Entry) -> str:
        """The text that an operation is: ``sqrt(x)``; the operation's name where that can't be told."""
        found = self.node(entry)
        text = "" if found is None else ast.unparse(found)
        return text if text and len(text) <= _LONGEST else name_of(entry)

    def node(self, entry: Entry) -> ast.expr | None:
        """The expression that an operation is, if there is one that it may be."""
        statement = self.statement(entry.line)
        if statement is None:
            return None
        name = name_of(entry)
        wanted = {name, name.rstrip("_"), entry.op.name, entry.op.name.partition("_")[0]}
        if entry.op.name == "cast":
            wanted |= _CASTS
        operator = _OPERATORS.get(entry.op.name.partition("_")[0]) or _OPERATORS.get(name)
        found = [n for n in ast.walk(statement) if isinstance(n, ast.expr) and _is(n, wanted, operator)]
        return found[0] if len(found) == 1 else None


def one_a_line(text: str) -> str:
    """A program with its statements on lines of their own, where several stand on one."""
    try:
        body = parse(text).body
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return text
    if len({statement.lineno for statement in body}) == len(body):
        return text
    parts = [ast.get_source_segment(text, statement) or ast.unparse(statement) for statement in body]
    return "\n".join(part + "\n" * _block(statement) for part, statement in zip(parts, body, strict=True))


def name_of(entry: Entry) -> str:
    """What an operation is called in the language."""
    return entry.op.spelling or entry.op.name


def _is(node: ast.expr, wanted: set[str], operator: type[ast.AST] | None) -> bool:
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return called in wanted
    if operator is None:
        return False
    if isinstance(node, (ast.BinOp, ast.UnaryOp)):
        return isinstance(node.op, operator)
    return isinstance(node, ast.Compare) and isinstance(node.ops[0], operator)


def targets(statement: ast.stmt | None) -> list[str]:
    """The names that a statement gives a value."""
    if isinstance(statement, ast.Assign):
        given = statement.targets
    elif isinstance(statement, (ast.AugAssign, ast.AnnAssign)):
        given = [statement.target]
    else:
        return []
    return [
        n.id for target in given for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    ]


def _block(statement: ast.stmt) -> bool:
    return bool(getattr(statement, "body", None))


def _walk(body: list[ast.stmt], around: list[ast.stmt]) -> Iterator[tuple[ast.stmt, list[ast.stmt]]]:
    for statement in body:
        yield statement, around
        inner = [*around, statement]
        for field in ("body", "orelse", "finalbody"):
            yield from _walk(getattr(statement, field, None) or [], inner)
        for handler in getattr(statement, "handlers", None) or []:
            yield from _walk(handler.body, inner)


class Names:
    """What values are called: by the variables that hold them, or by the statement that made them."""

    def __init__(self, recording: Lineage, lines: Lines, named: dict[Slot, str]) -> None:
        self._lines = lines
        self._named = named
        self._last: dict[int, Slot] = {}
        for entry in recording.entries:
            if entry.outputs:
                self._last[entry.line] = entry.outputs[0]
        for exit_ in recording.exits:  # the line gives what left the history, not what it left from
            if self._last.get(exit_.line) is exit_.source:
                del self._last[exit_.line]

    def of(self, slot: Slot) -> str:
        """ "" where a value has no name."""
        found = self._named.get(slot) or slot.called
        if not found and slot.entry is not None and self._last.get(slot.entry.line) is slot:
            found = self._lines.target(slot.entry.line)
        if not found and slot.came is not None:
            found = self._lines.target(slot.came.line)
        return found

    def line(self, slot: Slot) -> int:
        """Where a value was made; 0 for one that came from outside."""
        if slot.came is not None:
            return int(slot.came.line)
        return 0 if slot.entry is None else slot.entry.line
