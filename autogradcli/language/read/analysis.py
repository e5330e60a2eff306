"""One pass over the syntax tree: every node is of the closed list, every rule of Python's compiler holds,
and every name is entered into its scope.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .scopes import CLASS, CLASS_CELL, COMPREHENSION, FUNCTION, MODULE, Scope, resolve
from .syntax import check_constant, fail


def analyse(tree: ast.Module) -> dict[ast.AST, Scope]:
    """Check a program; the scopes of its module, functions, classes and comprehensions by their nodes.

    Raises SyntaxError in Python's words, or saying what is not part of the language.
    """
    analyser = Analyser(tree)
    analyser.block(tree.body)
    resolve(analyser.module)
    return analyser.scopes


class Analyser:
    """Where the pass is: the scope, the loops around, and in what a ``:=`` must not stand."""

    def __init__(self, tree: ast.Module) -> None:
        self.scope = self.module = Scope(MODULE, tree, None)
        self.scopes: dict[ast.AST, Scope] = {tree: self.module}
        self.loops = 0
        #: The ``yield`` that stands where one may.
        self.yielding: ast.AST | None = None
        #: The class around, without its leading underscores: what ``__name`` in its text is prefixed with.
        self.owner = ""
        #: The iteration variables of the comprehensions around, which := must not rebind.
        self.in_iterable = 0

    # Statements

    def block(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            self.visit(statement)

    def visit(self, node: ast.AST) -> None:
        # What most expressions are made of is looked into here: a handler's call costs more than its work.
        while (kind := type(node)) is ast.BinOp or kind is ast.Attribute:
            if kind is ast.BinOp:
                self.visit(node.left)  # type: ignore[attr-defined]
                node = node.right  # type: ignore[attr-defined]
            else:
                if self.owner:
                    node.attr = self.private(node.attr)  # type: ignore[attr-defined]
                node = node.value  # type: ignore[attr-defined]
        if kind is ast.Name and self.scope.kind == MODULE:
            return
        handler = HANDLERS.get(kind)
        if handler is None:
            name = _NAMES.get(kind) or kind.__name__
            fail(f"{name} is not part of this language", node)
        handler(self, node)

    def visit_all(self, nodes: Sequence[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def loop(self, body: Sequence[ast.stmt]) -> None:
        self.loops += 1
        self.block(body)
        self.loops -= 1

    def inside(self, kind: int, node: ast.AST) -> tuple[Scope, int]:
        """Enter a new scope; what to restore by ``leave``."""
        outer = self.scope, self.loops
        self.scope = self.scopes[node] = Scope(kind, node, self.scope)
        if kind != COMPREHENSION:
            self.loops = 0
        return outer

    def leave(self, outer: tuple[Scope, int]) -> None:
        self.scope, self.loops = outer

    # Names

    def private(self, name: str) -> str:
        """``__name`` within a class is a name of its own: ``_Class__name``."""
        return f"_{self.owner}{name}" if self.owner and name[:2] == "__" and name[-2:] != "__" else name

    def bind(self, name: str) -> None:
        self.scope.bound.setdefault(name)

    def function(self, node: ast.FunctionDef | ast.Lambda) -> None:
        arguments = node.args
        self.visit_all([*arguments.defaults, *arguments.kw_defaults])
        outer = self.inside(FUNCTION, node)
        for parameter in (
            *arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg,
        ):  # fmt: skip
            if parameter is not None:
                if parameter.arg in self.scope.bound:
                    fail(f"duplicate argument '{parameter.arg}' in function definition", parameter)
                self.scope.parameters.append(parameter.arg)
                self.bind(parameter.arg)
        if isinstance(node, ast.Lambda):
            self.visit(node.body)
        else:
            self.block(node.body)
        self.leave(outer)

    def comprehension(self, node: Any, elements: Sequence[ast.expr]) -> None:
        generators: list[ast.comprehension] = node.generators
        self.in_iterable += 1
        self.visit(generators[0].iter)
        self.in_iterable -= 1
        outer = self.inside(COMPREHENSION, node)
        for number, generator in enumerate(generators):
            if generator.is_async:
                fail("an asynchronous comprehension is not part of this language", node)
            self.target(generator.target)
            if number:
                self.in_iterable += 1
                self.visit(generator.iter)
                self.in_iterable -= 1
            self.visit_all(generator.ifs)
        self.visit_all(elements)
        self.leave(outer)

    def target(self, node: ast.expr) -> None:
        """The left side of an assignment."""
        if isinstance(node, (ast.Tuple, ast.List)):
            starred = 0
            for element in node.elts:
                if isinstance(element, ast.Starred):
                    starred += 1
                    element = element.value
                self.target(element)
            if starred > 1:
                fail("multiple starred expressions in assignment", node)
        elif isinstance(node, ast.Starred):
            fail("starred assignment target must be in a list or tuple", node)
        else:
            self.visit(node)

    def elements(self, nodes: Sequence[ast.expr]) -> None:
        """Elements of a display or arguments of a call, where a star may stand."""
        for node in nodes:
            self.visit(node.value if isinstance(node, ast.Starred) else node)

    def result(self, node: ast.expr) -> None:
        """What a whole statement is about: there a ``yield`` may stand."""
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            self.yielding = node
        self.visit(node)

    def starless(self, node: ast.expr | None) -> None:
        if isinstance(node, ast.Starred):
            fail("can't use starred expression here", node)
        if node is not None:
            self.result(node)


def yields(node: ast.AST) -> bool:
    """Whether a statement has a ``yield`` of the function around it, not of one within."""
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(each, (ast.FunctionDef, ast.ClassDef, ast.Lambda)) or each is node:
            pending += ast.iter_child_nodes(each)
    return False


HANDLERS: dict[type[ast.AST], Callable[[Analyser, Any], None]] = {}


_Handler = TypeVar("_Handler", bound=Callable[..., None])


def handles(*kinds: type[ast.AST]) -> Callable[[_Handler], _Handler]:
    """Enter a handler (analyser, node) for types of node."""

    def enter(handler: _Handler) -> _Handler:
        for kind in kinds:
            HANDLERS[kind] = handler
        return handler

    return enter


# Expressions


@handles(ast.Yield, ast.YieldFrom)
def _yield(a: Analyser, node: ast.Yield | ast.YieldFrom) -> None:
    name = "yield" if isinstance(node, ast.Yield) else "yield from"
    if a.scope.kind == COMPREHENSION:
        fail(f"'{name}' inside {_COMPREHENSIONS[type(a.scope.node)]}", node)
    if a.scope.kind != FUNCTION or isinstance(a.scope.node, ast.Lambda):
        fail(f"'{name}' outside function", node)
    if node is not a.yielding:
        fail(f"'{name}' here is a statement of its own, or the whole right side of an assignment or of a return", node)
    a.scope.yields = True
    if node.value is not None:
        a.visit(node.value)


@handles(ast.Constant)
def _constant(a: Analyser, node: ast.Constant) -> None:
    kind = type(node.value)
    if kind is int or kind is bytes:
        check_constant(node)


@handles(ast.Name)
def _name(a: Analyser, node: ast.Name) -> None:
    scope = a.scope  # no module's: ``visit`` has passed over those
    if a.owner:
        node.id = a.private(node.id)
    if type(node.ctx) is ast.Load:
        scope.uses.setdefault(node.id)
        if node.id == "super":
            scope.uses.setdefault(CLASS_CELL)
    else:
        scope.bound.setdefault(node.id)
        if type(node.ctx) is ast.Del:
            scope.deleted.add(node.id)


@handles(ast.UnaryOp)
def _unary(a: Analyser, node: ast.UnaryOp) -> None:
    a.visit(node.operand)


@handles(ast.BoolOp)
def _boolean(a: Analyser, node: ast.BoolOp) -> None:
    a.visit_all(node.values)


@handles(ast.Compare)
def _compare(a: Analyser, node: ast.Compare) -> None:
    a.visit(node.left)
    a.visit_all(node.comparators)


@handles(ast.Call)
def _call(a: Analyser, node: ast.Call) -> None:
    a.visit(node.func)
    a.elements(node.args)
    seen: set[str] = set()
    for keyword in node.keywords:
        if keyword.arg is not None:
            if keyword.arg in seen:
                fail(f"keyword argument repeated: {keyword.arg}", keyword)
            seen.add(keyword.arg)
        a.visit(keyword.value)


@handles(ast.Subscript)
def _subscript(a: Analyser, node: ast.Subscript) -> None:
    a.visit(node.value)
    a.visit(node.slice)


@handles(ast.Slice)
def _slice(a: Analyser, node: ast.Slice) -> None:
    a.visit_all([node.lower, node.upper, node.step])


@handles(ast.Tuple, ast.List)
def _display(a: Analyser, node: ast.Tuple | ast.List) -> None:
    a.elements(node.elts)


@handles(ast.Set)
def _set(a: Analyser, node: ast.Set) -> None:
    a.elements(node.elts)


@handles(ast.Dict)
def _dict(a: Analyser, node: ast.Dict) -> None:
    a.visit_all(node.keys)
    a.visit_all(node.values)


@handles(ast.IfExp)
def _conditional(a: Analyser, node: ast.IfExp) -> None:
    a.visit_all([node.test, node.body, node.orelse])


@handles(ast.Starred)
def _starred(a: Analyser, node: ast.Starred) -> None:
    fail("can't use starred expression here", node)


@handles(ast.NamedExpr)
def _walrus(a: Analyser, node: ast.NamedExpr) -> None:
    name = node.target.id
    if a.in_iterable:
        fail("assignment expression cannot be used in a comprehension iterable expression", node)
    scope = a.scope
    while scope.kind == COMPREHENSION and scope.parent is not None:
        if name in scope.bound:
            fail(f"assignment expression cannot rebind comprehension iteration variable '{name}'", node)
        scope = scope.parent
    if scope is not a.scope and scope.kind == CLASS:
        fail("assignment expression within a comprehension cannot be used in a class body", node)
    a.visit(node.value)
    scope.bound.setdefault(name)
    a.scope.uses.setdefault(name)


@handles(ast.JoinedStr)
def _joined(a: Analyser, node: ast.JoinedStr) -> None:
    a.visit_all(node.values)


@handles(ast.FormattedValue)
def _formatted(a: Analyser, node: ast.FormattedValue) -> None:
    a.visit(node.value)
    if node.format_spec is not None:
        a.visit(node.format_spec)


@handles(ast.Lambda)
def _lambda(a: Analyser, node: ast.Lambda) -> None:
    a.function(node)


@handles(ast.ListComp, ast.SetComp, ast.GeneratorExp)
def _comprehension(a: Analyser, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
    a.comprehension(node, [node.elt])


@handles(ast.DictComp)
def _dict_comprehension(a: Analyser, node: ast.DictComp) -> None:
    a.comprehension(node, [node.key, node.value])


_COMPREHENSIONS: dict[type[ast.AST], str] = {
    ast.ListComp: "list comprehension",
    ast.SetComp: "set comprehension",
    ast.DictComp: "dict comprehension",
    ast.GeneratorExp: "generator expression",
}

_NAMES: dict[type[ast.AST], str] = {
    ast.Await: "'await'",
    ast.AsyncFunctionDef: "'async def'",
    ast.AsyncFor: "'async for'",
    ast.AsyncWith: "'async with'",
    ast.TryStar: "'except*'",
}
