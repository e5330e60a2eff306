"""One pass over the syntax tree: every node is of the closed list, every rule of Python's compiler holds,
and every name is entered into its scope.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .scopes import CLASS, COMPREHENSION, FUNCTION, MODULE, Scope, resolve
from .syntax import check_constant, fail

_N = TypeVar("_N", bound=ast.AST)


def analyse(tree: ast.Module) -> dict[ast.AST, Scope]:
    """Check a program; the scopes of its module, functions, classes and comprehensions by their nodes.

    Raises SyntaxError in Python's words, or saying what is not part of the language.
    """
    analyser = _Analyser(tree)
    analyser.block(tree.body)
    resolve(analyser.module)
    return analyser.scopes


class _Analyser:
    def __init__(self, tree: ast.Module) -> None:
        self.scope = self.module = Scope(MODULE, tree, None)
        self.scopes: dict[ast.AST, Scope] = {tree: self.module}
        self.loops = 0
        #: The iteration variables of the comprehensions around, which := must not rebind.
        self.in_iterable = 0

    # Statements

    def block(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            self.visit(statement)

    def visit(self, node: ast.AST) -> None:
        handler = HANDLERS.get(type(node))
        if handler is None:
            name = _NAMES.get(type(node)) or type(node).__name__
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

    def starless(self, node: ast.expr | None) -> None:
        if isinstance(node, ast.Starred):
            fail("can't use starred expression here", node)
        if node is not None:
            self.visit(node)


HANDLERS: dict[type[ast.AST], Callable[[_Analyser, Any], None]] = {}


def _handles(*kinds: type[_N]) -> Callable[[Callable[[_Analyser, _N], None]], Callable[[_Analyser, _N], None]]:
    def enter(handler: Callable[[_Analyser, _N], None]) -> Callable[[_Analyser, _N], None]:
        for kind in kinds:
            HANDLERS[kind] = handler
        return handler

    return enter


# Expressions


@_handles(ast.Constant)
def _constant(a: _Analyser, node: ast.Constant) -> None:
    kind = type(node.value)
    if kind is int or kind is bytes:
        check_constant(node)


@_handles(ast.Name)
def _name(a: _Analyser, node: ast.Name) -> None:
    scope = a.scope
    if scope.kind == MODULE:
        return
    if type(node.ctx) is ast.Load:
        scope.uses.setdefault(node.id)
    else:
        scope.bound.setdefault(node.id)
        if type(node.ctx) is ast.Del:
            scope.deleted.add(node.id)


@_handles(ast.BinOp)
def _binary(a: _Analyser, node: ast.BinOp) -> None:
    a.visit(node.left)
    a.visit(node.right)


@_handles(ast.UnaryOp)
def _unary(a: _Analyser, node: ast.UnaryOp) -> None:
    a.visit(node.operand)


@_handles(ast.BoolOp)
def _boolean(a: _Analyser, node: ast.BoolOp) -> None:
    a.visit_all(node.values)


@_handles(ast.Compare)
def _compare(a: _Analyser, node: ast.Compare) -> None:
    a.visit(node.left)
    a.visit_all(node.comparators)


@_handles(ast.Call)
def _call(a: _Analyser, node: ast.Call) -> None:
    a.visit(node.func)
    a.elements(node.args)
    seen: set[str] = set()
    for keyword in node.keywords:
        if keyword.arg is not None:
            if keyword.arg in seen:
                fail(f"keyword argument repeated: {keyword.arg}", keyword)
            seen.add(keyword.arg)
        a.visit(keyword.value)


@_handles(ast.Attribute)
def _attribute(a: _Analyser, node: ast.Attribute) -> None:
    a.visit(node.value)


@_handles(ast.Subscript)
def _subscript(a: _Analyser, node: ast.Subscript) -> None:
    a.visit(node.value)
    a.visit(node.slice)


@_handles(ast.Slice)
def _slice(a: _Analyser, node: ast.Slice) -> None:
    a.visit_all([node.lower, node.upper, node.step])


@_handles(ast.Tuple, ast.List)
def _display(a: _Analyser, node: ast.Tuple | ast.List) -> None:
    a.elements(node.elts)


@_handles(ast.Set)
def _set(a: _Analyser, node: ast.Set) -> None:
    a.elements(node.elts)


@_handles(ast.Dict)
def _dict(a: _Analyser, node: ast.Dict) -> None:
    a.visit_all(node.keys)
    a.visit_all(node.values)


@_handles(ast.IfExp)
def _conditional(a: _Analyser, node: ast.IfExp) -> None:
    a.visit_all([node.test, node.body, node.orelse])


@_handles(ast.Starred)
def _starred(a: _Analyser, node: ast.Starred) -> None:
    fail("can't use starred expression here", node)


@_handles(ast.NamedExpr)
def _walrus(a: _Analyser, node: ast.NamedExpr) -> None:
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


@_handles(ast.JoinedStr)
def _joined(a: _Analyser, node: ast.JoinedStr) -> None:
    a.visit_all(node.values)


@_handles(ast.FormattedValue)
def _formatted(a: _Analyser, node: ast.FormattedValue) -> None:
    a.visit(node.value)
    if node.format_spec is not None:
        a.visit(node.format_spec)


@_handles(ast.Lambda)
def _lambda(a: _Analyser, node: ast.Lambda) -> None:
    a.function(node)


@_handles(ast.ListComp, ast.SetComp, ast.GeneratorExp)
def _comprehension(a: _Analyser, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
    a.comprehension(node, [node.elt])


@_handles(ast.DictComp)
def _dict_comprehension(a: _Analyser, node: ast.DictComp) -> None:
    a.comprehension(node, [node.key, node.value])


# Statements


@_handles(ast.Expr)
def _expression(a: _Analyser, node: ast.Expr) -> None:
    a.starless(node.value)


@_handles(ast.Assign)
def _assign(a: _Analyser, node: ast.Assign) -> None:
    a.visit(node.value)
    for target in node.targets:
        a.target(target)


@_handles(ast.AnnAssign)
def _annotated(a: _Analyser, node: ast.AnnAssign) -> None:
    if node.value is not None:
        a.visit(node.value)
        a.target(node.target)
    elif isinstance(node.target, ast.Name):
        if a.scope.kind != MODULE:
            a.bind(node.target.id)
    else:
        a.visit(node.target)


@_handles(ast.AugAssign)
def _augmented(a: _Analyser, node: ast.AugAssign) -> None:
    a.target(node.target)
    a.visit(node.value)


@_handles(ast.Delete)
def _delete(a: _Analyser, node: ast.Delete) -> None:
    for target in node.targets:
        a.target(target)


@_handles(ast.If)
def _if(a: _Analyser, node: ast.If) -> None:
    a.visit(node.test)
    a.block(node.body)
    a.block(node.orelse)


@_handles(ast.While)
def _while(a: _Analyser, node: ast.While) -> None:
    a.visit(node.test)
    a.loop(node.body)
    a.block(node.orelse)


@_handles(ast.For)
def _for(a: _Analyser, node: ast.For) -> None:
    a.target(node.target)
    a.visit(node.iter)
    a.loop(node.body)
    a.block(node.orelse)


@_handles(ast.Break)
def _break(a: _Analyser, node: ast.Break) -> None:
    if not a.loops:
        fail("'break' outside loop", node)


@_handles(ast.Continue)
def _continue(a: _Analyser, node: ast.Continue) -> None:
    if not a.loops:
        fail("'continue' not properly in loop", node)


@_handles(ast.Pass)
def _pass(a: _Analyser, node: ast.Pass) -> None:
    return


@_handles(ast.Return)
def _return(a: _Analyser, node: ast.Return) -> None:
    if a.scope.kind != FUNCTION:
        fail("'return' outside function", node)
    a.starless(node.value)


@_handles(ast.Assert)
def _assert(a: _Analyser, node: ast.Assert) -> None:
    a.visit_all([node.test, node.msg])


@_handles(ast.Raise)
def _raise(a: _Analyser, node: ast.Raise) -> None:
    a.visit_all([node.exc, node.cause])


@_handles(ast.Try)
def _try(a: _Analyser, node: ast.Try) -> None:
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


@_handles(ast.With)
def _with(a: _Analyser, node: ast.With) -> None:
    for item in node.items:
        a.visit(item.context_expr)
        if item.optional_vars is not None:
            a.target(item.optional_vars)
    a.block(node.body)


@_handles(ast.FunctionDef)
def _def(a: _Analyser, node: ast.FunctionDef) -> None:
    a.visit_all(node.decorator_list)
    if a.scope.kind != MODULE:
        a.bind(node.name)
    a.function(node)


@_handles(ast.ClassDef)
def _class(a: _Analyser, node: ast.ClassDef) -> None:
    if a.scope.kind != MODULE:
        a.bind(node.name)
    if node.keywords:
        fail("keywords of a class are not part of this language", node)
    a.visit_all(node.decorator_list)
    a.visit_all(node.bases)
    outer = a.inside(CLASS, node)
    a.block(node.body)
    a.leave(outer)


@_handles(ast.Global, ast.Nonlocal)
def _declaration(a: _Analyser, node: ast.Global | ast.Nonlocal) -> None:
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


@_handles(ast.Import)
def _import(a: _Analyser, node: ast.Import) -> None:
    if a.scope.kind != MODULE:
        for alias in node.names:
            a.bind(alias.asname or alias.name.partition(".")[0])


@_handles(ast.ImportFrom)
def _import_from(a: _Analyser, node: ast.ImportFrom) -> None:
    for alias in node.names:
        if alias.name == "*":
            if a.scope.kind != MODULE:
                fail("import * only allowed at module level", node)
        elif a.scope.kind != MODULE:
            a.bind(alias.asname or alias.name)


_NAMES: dict[type[ast.AST], str] = {
    ast.Yield: "'yield'",
    ast.YieldFrom: "'yield from'",
    ast.Await: "'await'",
    ast.AsyncFunctionDef: "'async def'",
    ast.AsyncFor: "'async for'",
    ast.AsyncWith: "'async with'",
    ast.TryStar: "'except*'",
    ast.Match: "'match'",
}
