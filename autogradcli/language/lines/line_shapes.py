"""Lines of one shape are compiled once: ``x * 2 + 1`` and ``y * 7 + 0.5`` differ in their numbers and names alone.

Batch files are long because programs write them, and a program that writes lines writes the same few with other
numbers and names. The first line of a shape is read like any other; the second makes a *shape* of it, compiled with
slots for what differs; the others are only taken apart into their tokens, a tenth of the work.

    text     torch.tensor(3.5) * 2 + 1      torch.full((3, 1), 5)
    close    torch.tensor(#) * # + #        torch.full((#, #), #)      other numbers
    wide     $.$(#) * # + #                 $.$((#, #), #)             other names too, and a little slower

Only a statement that is whole on its line, an expression or an assignment without a function in it, has a shape.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from ..compile.context import Context, expression
from ..compile.variables import Store
from ..read.analysis import analyse
from ..read.syntax import Source, parse, tree_of
from ..values.kinds import Frame, Run

if TYPE_CHECKING:
    import re

#: What finds the tokens of a line.
Tokens = Callable[[str], list[str]]

#: Characters of a line past which it is unlikely to be met again.
_LONGEST = 400
#: How many shapes a session keeps, and how many keys that were met once. Full tables start anew.
_MOST_SHAPES, _MOST_MET = 3_000, 20_000
#: Lines after which it pays to compile their common names too.
_WORTH = 16
#: Lines that a session reads before it looks for shapes: what finds them takes as long to make as they do to read.
_BEFORE = 16


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
        #: Where the text of its value begins, for an expression, and where it ends counted from the line's end.
        self.start, self.end = node.value.col_offset, len(line) - (node.value.end_col_offset or 0)

    def settle(self) -> None:
        for node, found in zip(ast.walk(self.tree), ast.walk(parse(self.line(self.before + 1)))):
            if isinstance(node, (ast.expr, ast.stmt, ast.keyword)):
                ast.copy_location(node, found)

    def segment(self, node: ast.expr) -> str:
        line = self.line(self.before + 1)
        return line[self.start : len(line) - self.end]


class Shape:
    """A compiled line: ``run`` takes the frame that ``frame`` makes of another line of the same shape.

    ``bare`` is the expression where the line is only that.
    """

    __slots__ = ("_tokens", "bare", "keywords", "run", "source")

    def __init__(self, node: ast.Expr | ast.Assign, run: Run, source: LineSource, tokens: Tokens | None) -> None:
        self.bare = node.value if isinstance(node, ast.Expr) else None
        self.run = run
        self.source = source
        self._tokens = tokens
        #: Tokens that must differ: the keywords of a call.
        self.keywords: list[list[int]] = []

    def frame(self, line: str) -> Frame:
        if self._tokens is None:
            return []
        return [t if t[0] > "9" else int(t) if t.isdigit() else float(t) for t in self._tokens(line)]

    def takes(self, tokens: list[str]) -> bool:
        """Whether a line of these tokens is a statement at all."""
        return all(len({tokens[index] for index in names}) == len(names) for names in self.keywords)


class Shapes:
    """The shapes that a session has met, compiled for its variables."""

    __slots__ = ("_before", "_known", "_met", "_tools", "prelude", "variables")

    def __init__(self, variables: dict[str, Any], prelude: Mapping[str, Any]) -> None:
        self.variables = variables
        self.prelude = prelude
        #: key -> its shape; False where the line has none.
        self._known: dict[str, Shape | Literal[False]] = {}
        self._met: dict[str, int] = {}
        self._tools: Any = None
        self._before = _BEFORE

    def of(self, line: str, learn: bool) -> Shape | None:
        """The shape of a line if it is known, or if the line is the second of its shape and we may learn."""
        # A name may be written in several ways, full-width letters among them: Python's parser knows, tokens don't.
        if len(line) > _LONGEST or not line.isascii():
            return None
        tools = self._tools
        if tools is None:
            self._before -= 1
            if self._before >= 0:
                return None
            from . import line_slots as tools  # a program of a few lines needs none of it

            self._tools = tools
        plain = not ("#" in line or '"' in line or "'" in line)
        close = tools.NUMBER.sub("#", line) if plain else line
        shape = self._known.get(close)
        if shape is not None:
            return shape or None
        wide: Shape | Literal[False] | None = None
        if plain and "__" not in line and "$" not in line:
            tokens = tools.TOKEN.findall(line)
            key = tools.WORD.sub("$", close)
            if not tools.FIXED.isdisjoint(tokens):
                key += str([(index, token) for index, token in enumerate(tokens) if token in tools.FIXED])
            wide = self._known.get(key)
            if wide is None and learn and self._meetings(key) == 2:
                wide = self._known[key] = self._made(line, tools.TOKEN, names=True)
            if wide and wide.keywords and not wide.takes(tokens):
                return None
        # Where the wide shape serves, the close one has to be worth its making.
        if learn and self._meetings(close) == (_WORTH if wide else 2):
            return self._known.setdefault(close, self._made(line, tools.NUMBER if plain else None)) or None
        return wide or None

    def _meetings(self, key: str) -> int:
        """How often a line with this key was met, this time included."""
        met = self._met
        if len(met) >= _MOST_MET:
            met.clear()
        if len(self._known) >= _MOST_SHAPES:
            self._known.clear()
            met.clear()
        count = met[key] = met.get(key, 0) + 1
        return count

    def _made(self, line: str, pattern: re.Pattern[str] | None, names: bool = False) -> Shape | Literal[False]:
        """The shape with a slot for each token of a pattern (None: for nothing), False if the line has none."""
        if line[:1].isspace():
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
        tools = self._tools
        found = [] if pattern is None else list(pattern.finditer(line))
        starts = {match.start(): index for index, match in enumerate(found) if match[0] not in tools.FIXED}
        slots = tools.SlotMaker(starts, names)
        slots.put(node)
        if slots.unfit or len(slots.taken) != len(starts):
            return False
        source = LineSource(line, tree)
        c = Context(self.variables, self.prelude, source, scopes, scopes[tree])
        run = expression(node.value, c)
        if isinstance(node, ast.Assign):
            store = tools.store_of(node.targets[0], c)
            if store is None:
                return False
            run = _assigning(store, run)
        shape = Shape(node, run, source, pattern.findall if pattern is not None and starts else None)
        shape.keywords = slots.keywords
        return shape


def _assigning(store: Store, value: Run) -> Run:
    return lambda f: store(f, value(f))
