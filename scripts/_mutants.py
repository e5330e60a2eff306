"""The small wrong edits of scripts/mutate: each one replaces a piece of a file's text, so that its diff can be read."""

from __future__ import annotations

import ast
import difflib
import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

COMPARED: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
CALCULATED: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
#: What no program sees: types, what a checker reads, the samples that the tests themselves take from a declaration.
UNSEEN_FIELDS = {"annotation", "returns", "type_comment"}
UNSEEN_KEYWORDS = {"examples", "examples_back", "formula"}


@dataclass(frozen=True, order=True)
class Mutant:
    """``text[start:end]`` of a file becomes ``new``."""

    file: str
    start: int
    end: int
    new: str
    what: str
    #: Which of the mutants that read alike it is: so its name stays when other lines of the file change.
    name: str = ""

    def applied(self, text: str) -> str:
        return text[: self.start] + self.new + text[self.end :]

    def diff(self, text: str) -> str:
        changed = self.applied(text).splitlines()
        lines = difflib.unified_diff(text.splitlines(), changed, self.file, self.file, "", "", 1)
        return "\n".join(line.rstrip("\n") for line in list(lines)[2:])


class Source:
    """A file's text with the places of its nodes."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.tree = ast.parse(text)
        self.starts = [0]
        self.lines = text.split("\n")
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def place(self, line: int, column: int) -> int:
        """The index of a place that counts a line's bytes, as ``ast`` does."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def start(self, node: ast.AST) -> int:
        return self.place(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        return self.place(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def said(self, node: ast.AST) -> str:
        return self.text[self.start(node) : self.end(node)]

    def mutants(self) -> list[Mutant]:
        alike: Counter[str] = Counter()
        named = []
        for mutant in sorted({mutant for node in self._seen(self.tree) for mutant in self._of(node)}):
            line = self.lines[self.line(mutant.start) - 1].strip()
            old = self.text[mutant.start : mutant.end]
            says = "\0".join((self.file, line, old, mutant.new, mutant.what))
            alike[says] += 1
            name = hashlib.sha256(f"{says}\0{alike[says]}".encode()).hexdigest()[:8]
            named.append(replace(mutant, name=name))
        return named

    def line(self, place: int) -> int:
        """The line, counted from 1, of an index into the text."""
        return bisect_right(self.starts, place)

    def reach(self, mutant: Mutant) -> tuple[set[int], bool]:
        """The lines of which a test must run one to notice the mutant, and whether that is sure: it is inside a
        function. What runs when a file is imported may show anywhere; then they are the lines of the functions that
        the statement holds or decorates, of which a test that notices probably runs one."""
        inside = [node for node in ast.walk(self.tree) if self._holds(node, mutant)]
        bodies = [node for node in inside if isinstance(node, FUNCTIONS) and self._in_body(node, mutant)]
        if not bodies:
            held = [n for node in inside if isinstance(node, ast.stmt) for n in ast.walk(node)]
            return {k for n in held if isinstance(n, FUNCTIONS) for k in self._body_lines(n)}, False
        innermost = max(bodies, key=self.start)
        if isinstance(innermost, ast.Lambda):
            return self._body_lines(innermost), True
        statements = [node for node in inside if isinstance(node, ast.stmt) and self._holds(innermost, node)]
        return self._head_lines(max(statements, key=self.start)), True

    def _holds(self, node: ast.AST, other: Mutant | ast.AST) -> bool:
        if not hasattr(node, "lineno"):
            return False
        first, last = (other.start, other.end) if isinstance(other, Mutant) else (self.start(other), self.end(other))
        decorators = getattr(node, "decorator_list", [])
        return min(map(self.start, [node, *decorators])) <= first and last <= self.end(node)

    def _in_body(self, node: ast.AST, mutant: Mutant) -> bool:
        body = node.body  # type: ignore[attr-defined]
        return any(self._holds(part, mutant) for part in (body if isinstance(body, list) else [body]))

    @staticmethod
    def _body_lines(node: ast.AST) -> set[int]:
        body = node.body  # type: ignore[attr-defined]
        parts = body if isinstance(body, list) else [body]
        return {k for part in parts for k in range(part.lineno, part.end_lineno + 1)}

    @staticmethod
    def _head_lines(node: ast.AST) -> set[int]:
        """A statement's lines without those of the statements inside it."""
        lines = set(range(node.lineno, node.end_lineno + 1))  # type: ignore[attr-defined]
        for part in ast.iter_child_nodes(node):
            if isinstance(part, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                first = part.pattern if isinstance(part, ast.match_case) else part
                last = part.body[-1] if isinstance(part, ast.match_case) else part
                lines -= set(range(first.lineno + 1, last.end_lineno + 1))  # type: ignore[attr-defined]
                if first.lineno > node.lineno:  # type: ignore[attr-defined]
                    lines -= {first.lineno}
        return lines or {node.lineno}  # type: ignore[attr-defined]

    def differs(self, mutant: Mutant) -> bool:
        """Whether it is still Python, and another program."""
        try:
            changed = ast.parse(mutant.applied(self.text))
        except SyntaxError:
            return False
        return ast.dump(changed) != ast.dump(self.tree)

    def _seen(self, node: ast.AST) -> Iterator[ast.AST]:
        yield node
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values):
                if not isinstance(key, ast.Constant) or key.value not in UNSEEN_KEYWORDS:
                    yield from self._seen(value)
            return
        for name, value in ast.iter_fields(node):
            if name in UNSEEN_FIELDS:
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _unseen(child):
                    yield from self._seen(child)

    def _replace(self, node: ast.AST, new: str, what: str) -> Mutant:
        return Mutant(self.file, self.start(node), self.end(node), new, what)

    def _between(self, left: ast.AST, right: ast.AST, old: str, new: str, what: str) -> Iterator[Mutant]:
        """The operator between two nodes, of which one may stand in parentheses."""
        first, last = self.end(left), self.start(right)
        at = self.text.find(old, first, last)
        if at >= 0 and "#" not in self.text[first:last]:
            yield Mutant(self.file, at, at + len(old), new, what)

    def _of(self, node: ast.AST) -> Iterator[Mutant]:
        match node:
            case ast.Compare():
                terms = [node.left, *node.comparators]
                for k, operator in enumerate(node.ops):
                    old, new = COMPARED[type(operator)]
                    yield from self._between(terms[k], terms[k + 1], old, new, "comparison")
            case ast.BinOp() if type(node.op) in CALCULATED and not _is_text(node):
                old, new = CALCULATED[type(node.op)]
                yield from self._between(node.left, node.right, old, new, "arithmetic")
            case ast.BoolOp():
                old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
                for left, right in zip(node.values, node.values[1:]):
                    yield from self._between(left, right, old, new, "and/or")
            case ast.UnaryOp(op=ast.Not()):
                yield self._replace(node, f"({self.said(node.operand)})", "dropped not")
            case ast.UnaryOp(op=ast.USub()):
                yield self._replace(node, f"({self.said(node.operand)})", "dropped minus")
            case ast.Constant(value=bool() as value):
                yield self._replace(node, str(not value), "boolean")
            case ast.Constant(value=int() as value):
                yield self._replace(node, str(value + 1), "off by one")
            case ast.Constant(value=float() as value):
                yield self._replace(node, repr(value + 1.0), "number")
            case ast.If() | ast.IfExp() | ast.While():
                yield self._replace(node.test, f"(not ({self.said(node.test)}))", "condition turned round")
            case ast.Call(args=[first, second], keywords=[]):
                if not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
                    gap = self.text[self.end(first) : self.start(second)]
                    swapped = self.said(second) + gap + self.said(first)
                    yield Mutant(self.file, self.start(first), self.end(second), swapped, "swapped arguments")
            case ast.Raise() | ast.AugAssign() | ast.Continue() | ast.Break() | ast.Delete():
                yield self._replace(node, "pass", "removed statement")
            case ast.Expr(value=ast.Call()) | ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
                yield self._replace(node, "pass", "removed statement")
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
                yield self._replace(value, "None", "returns nothing")


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(side, ast.JoinedStr) or _string(side) for side in (node.left, node.right))


def _string(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))


def _unseen(node: ast.AST) -> bool:
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return True
        case ast.keyword(arg=str() as name):
            return name in UNSEEN_KEYWORDS
        case ast.Assign(targets=[ast.Name(id="__slots__" | "__all__")]):
            return True
        case ast.JoinedStr():
            return True
    return False


def mutants_of(root: Path, paths: list[str]) -> list[Mutant]:
    """All mutants of the files below ``paths`` (folders or files, counted from ``root``), in an order that stays."""
    files: set[Path] = set()
    for path in paths:
        whole = root / path
        if not whole.exists():
            raise FileNotFoundError(path)
        files |= {whole} if whole.is_file() else set(whole.rglob("*.py"))
    found: list[Mutant] = []
    for file in sorted(files):
        found += Source(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")).mutants()
    return found
