"""Lines of one shape are compiled once: ``x * 2 + 1`` and ``x * 7 + 0.5`` differ in their numbers alone.

Batch files are long because programs write them, and a program that writes lines writes the same few with other
numbers. The first line of a shape is read like any other; the second makes a *shape* of it, compiled with a slot of
the frame for each number; the others are only searched for their numbers, a tenth of the work.

    text     torch.tensor(3.5) * 2 + 1     torch.tensor(0.25) * 7 + 40
    key      torch.tensor(#) * # + #       the same
    frame    [3.5, 2, 1]                   [0.25, 7, 40]

Only a statement that is whole on its line, an expression or an assignment without a function in it, has a shape.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Literal

from .analysis import analyse
from .assignment import target
from .context import Context, compiles, expression
from .syntax import Source, parse, tree_of
from .values import Frame, Run

#: A number that is an operand: no part of a name, of another literal or of an attribute. None is too long to be an
#: int64 or begins with a zero that Python would refuse; such a one stays in the key.
NUMBER = re.compile(
    r"(?:[1-9](?<![\w.][1-9])[0-9]{0,17}|0(?<![\w.]0))(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{1,3})?(?![\w.])",
)

#: Characters of a line past which it is unlikely to be met again.
_LONGEST = 400
#: How many shapes a session keeps, and how many keys that were met once. Full tables start anew.
_MOST_SHAPES, _MOST_MET = 1_000, 10_000


class Slot(ast.expr):
    """In the tree of a shape: the place of a number, which the frame holds."""

    _fields = ()

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index


@compiles(Slot)
def _slot(node: Slot, c: Context) -> Run:
    return itemgetter(node.index)


class LineSource(Source):
    """The text of a shape's tree: the line of the program that runs at the moment.

    The positions in the tree are those of the line that it was made of, until somebody has to know them.
    """

    __slots__ = ("end", "start", "tree")

    def __init__(self, line: str, tree: ast.Module) -> None:
        super().__init__(line)
        self.tree = tree
        node = tree.body[0]
        assert isinstance(node, (ast.Expr, ast.Assign))
        #: Where the text of its value begins, and where it ends counted from the line's end.
        self.start, self.end = node.value.col_offset, len(line) - (node.value.end_col_offset or 0)

    def settle(self) -> None:
        for node, found in zip(ast.walk(self.tree), ast.walk(parse(self.line(self.before + 1)))):
            if isinstance(node, (ast.expr, ast.stmt, ast.keyword)):
                ast.copy_location(node, found)

    def segment(self, node: ast.expr) -> str:
        """The text of the value, which is all of a bare expression."""
        line = self.line(self.before + 1)
        return line[self.start : len(line) - self.end]


class Shape:
    """A compiled line. ``run`` takes the frame that ``frame`` makes of another line of the same shape."""

    __slots__ = ("has_numbers", "node", "run", "source")

    def __init__(self, node: ast.Expr | ast.Assign, run: Run, source: LineSource, has_numbers: bool) -> None:
        self.node = node
        self.run = run
        self.source = source
        self.has_numbers = has_numbers

    def frame(self, line: str) -> Frame:
        if not self.has_numbers:
            return []
        return [int(n) if n.isdigit() else float(n) for n in NUMBER.findall(line)]


class Shapes:
    """The shapes that a session has met, compiled for its variables."""

    __slots__ = ("_met", "known", "prelude", "variables")

    def __init__(self, variables: dict[str, Any], prelude: Mapping[str, Any]) -> None:
        self.variables = variables
        self.prelude = prelude
        #: key -> its shape; False where the line has none.
        self.known: dict[str, Shape | Literal[False]] = {}
        self._met: set[str] = set()

    def of(self, line: str, learn: bool) -> Shape | None:
        """The shape of a line if it is known, or if the line is the second of its shape and we may learn."""
        if len(line) > _LONGEST:
            return None
        plain = not ("#" in line or '"' in line or "'" in line)
        key = NUMBER.sub("#", line) if plain else line
        shape = self.known.get(key)
        if shape is None and learn:
            if key not in self._met:
                if len(self._met) >= _MOST_MET:
                    self._met.clear()
                self._met.add(key)
                return None
            if len(self.known) >= _MOST_SHAPES:
                self.known.clear()
                self._met.clear()
            shape = self.known[key] = self._made(line, plain)
        return shape or None

    def _made(self, line: str, plain: bool) -> Shape | Literal[False]:
        if line[:1].isspace() or not line.isascii():
            return False
        try:
            tree = tree_of(line)
            scopes = analyse(tree)
        except (SyntaxError, RecursionError, MemoryError):
            return False
        if len(tree.body) != 1 or len(scopes) != 1:
            return False
        node = tree.body[0]
        if not isinstance(node, ast.Expr) and not (isinstance(node, ast.Assign) and len(node.targets) == 1):
            return False
        starts = [match.start() for match in NUMBER.finditer(line)] if plain else []
        slots = _SlotMaker(starts)
        slots.visit(tree)
        if slots.found != len(starts):
            return False
        source = LineSource(line, tree)
        c = Context(self.variables, self.prelude, source, scopes, scopes[tree])
        run = expression(node.value, c)
        if isinstance(node, ast.Assign):
            run = _assigning(target(node.targets[0], c), run)
        return Shape(node, run, source, bool(starts))


def _assigning(store: Any, value: Run) -> Run:
    return lambda f: store(f, value(f))


class _SlotMaker(ast.NodeTransformer):
    """Puts slots in the places of the numbers that begin at these offsets, in the order of the offsets."""

    def __init__(self, starts: list[int]) -> None:
        self.starts = starts
        self.found = 0

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if type(node.value) not in (int, float) or node.col_offset not in self.starts:
            return node
        self.found += 1
        return ast.copy_location(Slot(self.starts.index(node.col_offset)), node)
