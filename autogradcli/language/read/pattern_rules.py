"""The rules of ``match``: which names its patterns bind, and what Python's compiler refuses in them."""

from __future__ import annotations

import ast

from .analysis import Analyser
from .scopes import MODULE
from .syntax import fail


def match(a: Analyser, node: ast.Match) -> None:
    """Check a ``match``, and enter the names that it binds."""
    a.visit(node.subject)
    for number, case in enumerate(node.cases):
        name = _irrefutable(case.pattern)
        if name is not None and case.guard is None and number < len(node.cases) - 1:
            made = "wildcard" if name == "_" else f"name capture {name!r}"
            fail(f"{made} makes remaining patterns unreachable", case.pattern)
        _Names(a).visit(case.pattern)
        if case.guard is not None:
            a.visit(case.guard)
        a.block(case.body)


def _irrefutable(pattern: ast.pattern) -> str | None:
    """The name that a pattern which fits everything has: ``_`` for none."""
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        return pattern.name or "_"
    return None


class _Names:
    """The names that one pattern binds, each once."""

    def __init__(self, a: Analyser) -> None:
        self.a = a
        self.names: set[str] = set()

    def bind(self, name: str | None, node: ast.pattern) -> None:
        if name is None:
            return
        if name in self.names:
            fail(f"multiple assignments to name '{name}' in pattern", node)
        self.names.add(name)
        if self.a.scope.kind != MODULE:
            self.a.bind(name)

    def visit(self, node: ast.pattern) -> None:
        if isinstance(node, ast.MatchValue):
            self.a.visit(node.value)
        elif isinstance(node, ast.MatchAs):
            if node.pattern is not None:
                self.visit(node.pattern)
            self.bind(node.name, node)
        elif isinstance(node, ast.MatchStar):
            self.bind(node.name, node)
        elif isinstance(node, ast.MatchSequence):
            if sum(isinstance(each, ast.MatchStar) for each in node.patterns) > 1:
                fail("multiple starred expressions in sequence pattern", node)
            for each in node.patterns:
                self.visit(each)
        elif isinstance(node, ast.MatchMapping):
            self.a.visit_all(node.keys)
            for each in node.patterns:
                self.visit(each)
            self.bind(node.rest, node)
        elif isinstance(node, ast.MatchClass):
            self.a.visit(node.cls)
            for each in (*node.patterns, *node.kwd_patterns):
                self.visit(each)
        elif isinstance(node, ast.MatchOr):
            self.alternatives(node)

    def alternatives(self, node: ast.MatchOr) -> None:
        before, bound = self.names, None
        for number, each in enumerate(node.patterns):
            if number < len(node.patterns) - 1 and (name := _irrefutable(each)) is not None:
                made = "wildcard" if name == "_" else f"name capture {name!r}"
                fail(f"{made} makes remaining patterns unreachable", each)
            self.names = set(before)
            self.visit(each)
            if bound is not None and self.names != bound:
                fail("alternative patterns bind different names", node)
            bound = self.names
