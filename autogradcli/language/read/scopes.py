"""Which variable a name means: Python's scopes, resolved to slots of a frame before anything runs.

A *host* (module, function, class body) owns a frame. A comprehension has a scope of its own but keeps its
variables in its host's frame, so running one costs no call. A variable that an inner host shares lives in a
cell, a one-element list, in both frames.
"""

from __future__ import annotations

import ast

MODULE, FUNCTION, CLASS, COMPREHENSION = range(4)

#: The variable of a class body that holds the class once it is made: what ``super()`` in its methods needs.
CLASS_CELL = "__class__"

#: What a name turned out to be.
GLOBAL, LOCAL, CELL, MEMBER = range(4)


class Scope:
    """The names of one module, function, class body or comprehension."""

    __slots__ = (
        "bound", "cells", "deleted", "free", "globals", "host", "inner", "kind", "node", "nonlocals",
        "parameters", "parent", "size", "slots", "uses", "yields",
    )  # fmt: skip

    def __init__(self, kind: int, node: ast.AST, parent: Scope | None) -> None:
        self.kind = kind
        self.node = node
        self.parent = parent
        self.host: Scope = parent.host if kind == COMPREHENSION and parent is not None else self
        self.inner: list[Scope] = []
        self.parameters: list[str] = []
        self.bound: dict[str, None] = {}
        self.uses: dict[str, None] = {}
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.deleted: set[str] = set()
        #: Own variables by slot of the host's frame, those of them that inner hosts share,
        #: and for a host the slots of the cells that it is given when its function is made.
        self.slots: dict[str, int] = {}
        self.cells: set[str] = set()
        self.free: dict[str, int] = {}
        self.size = 0
        #: There is a ``yield`` in this function.
        self.yields = False
        if parent is not None:
            parent.inner.append(self)

    def owner(self, name: str) -> Scope | None:
        """The scope whose variable ``name`` is, seen from here; None for a global."""
        scope: Scope | None = self
        first = True
        while scope is not None and scope.kind != MODULE:
            if scope.kind != CLASS or first:
                if name in scope.globals:
                    return None
                if name in scope.bound and name not in scope.nonlocals:
                    return scope
            if name == CLASS_CELL and scope.kind == CLASS:
                return scope
            # A comprehension sees its class body's names; functions inside do not.
            first = first and scope.kind == COMPREHENSION
            scope = scope.parent
        return None

    def where(self, name: str) -> tuple[int, int]:
        """How code of this scope reaches a name: (GLOBAL, 0), (LOCAL, slot), (CELL, slot) or (MEMBER, 0)."""
        owner = self.owner(name)
        if owner is None:
            return GLOBAL, 0
        if owner.kind == CLASS and owner is self.host and name not in owner.cells:
            return MEMBER, 0
        if owner.host is self.host:
            return (CELL if name in owner.cells else LOCAL), owner.slots[name]
        return CELL, self.host.free[name]


def resolve(module: Scope) -> None:
    """Give every variable of a tree of scopes its slot.

    Raises SyntaxError for a ``nonlocal`` that names nothing.
    """
    scopes = [module]
    for scope in scopes:
        scopes.extend(scope.inner)
    for scope in scopes:
        if scope.kind in (FUNCTION, COMPREHENSION):
            for name in (*scope.parameters, *scope.bound):
                if name not in scope.globals and name not in scope.nonlocals and name not in scope.slots:
                    scope.slots[name] = scope.host.size
                    scope.host.size += 1
        elif scope.kind == CLASS:
            scope.size = 1  # the dict of its members
    # Deepest first or not does not matter: each use walks the whole way to its owner.
    for scope in scopes[1:]:
        for name in (*scope.uses, *scope.bound):
            _share(scope, name)
    for scope in scopes:
        if scope.kind == CLASS and CLASS_CELL in scope.cells:
            scope.slots[CLASS_CELL] = scope.size
            scope.size += 1
        for name in scope.free:
            scope.free[name] = scope.size
            scope.size += 1


def _share(scope: Scope, name: str) -> None:
    owner = scope.owner(name)
    if owner is None or owner.host is scope.host or (owner.kind == CLASS and name != CLASS_CELL):
        return
    owner.cells.add(name)
    host: Scope | None = scope.host
    while host is not None and host is not owner.host:
        host.free[name] = 0
        host = host.parent.host if host.parent is not None else None
