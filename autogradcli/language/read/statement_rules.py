"""The rules of statements: what Python's compiler refuses, and which names a statement binds."""

from __future__ import annotations

import ast

from .analysis import Analyser, handles
from .scopes import CLASS, FUNCTION, MODULE, Scope
from .syntax import fail


@handles(ast.Expr)
def _expression(a: Analyser, node: ast.Expr) -> None:
    a.starless(node.value)


@handles(ast.Assign)
def _assign(a: Analyser, node: ast.Assign) -> None:
    a.result(node.value)
    for target in node.targets:
        a.target(target)


@handles(ast.Match)
def _match(a: Analyser, node: ast.Match) -> None:
    from .pattern_rules import match

    match(a, node)


@handles(ast.AnnAssign)
def _annotated(a: Analyser, node: ast.AnnAssign) -> None:
    if node.value is not None:
        a.result(node.value)
        a.target(node.target)
    elif isinstance(node.target, ast.Name):
        if a.scope.kind != MODULE:
            a.bind(node.target.id)
    else:
        a.visit(node.target)


@handles(ast.AugAssign)
def _augmented(a: Analyser, node: ast.AugAssign) -> None:
    a.target(node.target)
    a.visit(node.value)


@handles(ast.Delete)
def _delete(a: Analyser, node: ast.Delete) -> None:
    for target in node.targets:
        a.target(target)


@handles(ast.If)
def _if(a: Analyser, node: ast.If) -> None:
    a.visit(node.test)
    a.block(node.body)
    a.block(node.orelse)


@handles(ast.While)
def _while(a: Analyser, node: ast.While) -> None:
    a.visit(node.test)
    a.loop(node.body)
    a.block(node.orelse)


@handles(ast.For)
def _for(a: Analyser, node: ast.For) -> None:
    a.target(node.target)
    a.visit(node.iter)
    a.loop(node.body)
    a.block(node.orelse)


@handles(ast.Break)
def _break(a: Analyser, node: ast.Break) -> None:
    if not a.loops:
        fail("'break' outside loop", node)


@handles(ast.Continue)
def _continue(a: Analyser, node: ast.Continue) -> None:
    if not a.loops:
        fail("'continue' not properly in loop", node)


@handles(ast.Pass)
def _pass(a: Analyser, node: ast.Pass) -> None:
    return


@handles(ast.Return)
def _return(a: Analyser, node: ast.Return) -> None:
    if a.scope.kind != FUNCTION:
        fail("'return' outside function", node)
    a.starless(node.value)


@handles(ast.Assert)
def _assert(a: Analyser, node: ast.Assert) -> None:
    a.visit_all([node.test, node.msg])


@handles(ast.Raise)
def _raise(a: Analyser, node: ast.Raise) -> None:
    a.visit_all([node.exc, node.cause])


@handles(ast.Try)
def _try(a: Analyser, node: ast.Try) -> None:
    a.block(node.body)
    for number, handler in enumerate(node.handlers):
        if handler.type is None and number < len(node.handlers) - 1:
            fail("default 'except:' must be last", handler)
        if handler.type is not None:
            a.visit(handler.type)
        if handler.name is not None and a.scope.kind != MODULE:
            a.bind(handler.name)
            a.scope.deleted.add(handler.name)
        a.block(handler.body)
    a.block(node.orelse)
    a.block(node.finalbody)


@handles(ast.With)
def _with(a: Analyser, node: ast.With) -> None:
    for item in node.items:
        a.visit(item.context_expr)
        if item.optional_vars is not None:
            a.target(item.optional_vars)
    a.block(node.body)


@handles(ast.FunctionDef)
def _def(a: Analyser, node: ast.FunctionDef) -> None:
    a.visit_all(node.decorator_list)
    node.name = a.private(node.name)
    if a.scope.kind != MODULE:
        a.bind(node.name)
    a.function(node)


@handles(ast.ClassDef)
def _class(a: Analyser, node: ast.ClassDef) -> None:
    if a.scope.kind != MODULE:
        a.bind(node.name)
    if any(keyword.arg is None for keyword in node.keywords):
        fail("a class takes no **keywords in this language", node)
    a.visit_all(node.decorator_list)
    a.visit_all(node.bases)
    a.visit_all([keyword.value for keyword in node.keywords])
    outer, owner = a.inside(CLASS, node), a.owner
    a.owner = node.name.lstrip("_")
    a.block(node.body)
    a.owner = owner
    a.leave(outer)


@handles(ast.Global, ast.Nonlocal)
def _declaration(a: Analyser, node: ast.Global | ast.Nonlocal) -> None:
    scope = a.scope
    kind = "global" if isinstance(node, ast.Global) else "nonlocal"
    if scope.kind == MODULE and kind == "nonlocal":
        fail("nonlocal declaration not allowed at module level", node)
    for name in node.names:
        if name in scope.parameters:
            fail(f"name '{name}' is parameter and {kind}", node)
        if name in scope.bound and name not in scope.globals and name not in scope.nonlocals:
            fail(f"name '{name}' is assigned to before {kind} declaration", node)
        if name in scope.uses:
            fail(f"name '{name}' is used prior to {kind} declaration", node)
        if kind == "global":
            scope.globals.add(name)
            continue
        scope.nonlocals.add(name)
        scope.uses.setdefault(name)
        if not _binds_above(scope, name):
            fail(f"no binding for nonlocal '{name}' found", node)


def _binds_above(scope: Scope, name: str) -> bool:
    """Whether an enclosing function has the name, or may still come to bind it further down."""
    outer = scope.parent
    while outer is not None and outer.kind != MODULE:
        if outer.kind == FUNCTION:
            if name in outer.bound and name not in outer.nonlocals:
                return name not in outer.globals
            if any(_stores(statement, name) for statement in outer.node.body):  # type: ignore[attr-defined]
                return True
        outer = outer.parent
    return False


def _stores(statement: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for node in ast.walk(statement)
    )


@handles(ast.Import)
def _import(a: Analyser, node: ast.Import) -> None:
    if a.scope.kind != MODULE:
        for alias in node.names:
            a.bind(alias.asname or alias.name.partition(".")[0])


@handles(ast.ImportFrom)
def _import_from(a: Analyser, node: ast.ImportFrom) -> None:
    for alias in node.names:
        if alias.name == "*":
            if a.scope.kind != MODULE:
                fail("import * only allowed at module level", node)
        elif a.scope.kind != MODULE:
            a.bind(alias.asname or alias.name)
