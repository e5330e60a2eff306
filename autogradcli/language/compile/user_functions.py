"""Functions of the program: ``def``, ``lambda``, how their arguments are bound and their frames made."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from ...api.calls.call_errors import meant
from ..read.syntax import Place
from ..values.budget import MAX_DEPTH, budget
from ..values.kinds import UNBOUND, Frame, Run, UserFunction
from .context import Context, block, compiles, expression, generator_body


class Code:
    """What all functions made by one ``def`` or ``lambda`` share. A frame begins with the parameters."""

    __slots__ = (
        "annotated", "body", "cell_locals", "cell_parameters", "doc", "is_expression", "keyword_only", "names",
        "positional", "positional_only", "rest", "simple", "star", "stars", "yields",
    )  # fmt: skip

    def __init__(self, arguments: ast.arguments, c: Context) -> None:
        scope = c.scope
        self.names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
        self.positional = len(self.names)
        self.positional_only = len(arguments.posonlyargs)
        self.keyword_only = [a.arg for a in arguments.kwonlyargs]
        self.star = arguments.vararg.arg if arguments.vararg else None
        self.stars = arguments.kwarg.arg if arguments.kwarg else None
        self.simple = not (self.keyword_only or self.star or self.stars)
        count = len(scope.parameters)
        self.rest: list[Any] = [UNBOUND] * (scope.size - len(scope.free) - count)
        cells = sorted(scope.slots[name] for name in scope.cells)
        self.cell_parameters = [slot for slot in cells if slot < count]
        self.cell_locals = [slot for slot in cells if slot >= count]
        self.is_expression = False
        self.doc: str | None = None
        #: The ``def`` and its surroundings, where there are annotations.
        self.annotated: tuple[ast.FunctionDef, Context] | None = None
        self.yields = scope.yields
        self.body: Run = _nothing

    def annotations(self) -> dict[str, Any]:
        """What the annotations mean."""
        if self.annotated is None:
            return {}
        from .annotations import meaning, of_function

        node, c = self.annotated
        return meaning(of_function(node), c)

    def call(self, function: UserFunction, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """A call from Python: by the engine, by ``sorted``, with keywords."""
        if kwargs or not self.simple or len(args) != self.positional:
            return execute(self, function, bind(self, function, list(args), dict(kwargs)))
        return execute(self, function, list(args))


def _nothing(f: Frame) -> None:
    return None


def call_function(function: UserFunction, args: list[Any]) -> Any:
    """A call with positional arguments only; the list becomes the frame."""
    code = function.code
    if not code.simple or len(args) != code.positional:
        args = bind(code, function, args, {})
    return execute(code, function, args)


def execute(code: Code, function: UserFunction, frame: Frame) -> Any:
    """Run a function's body in a frame that holds its parameters. Raises RecursionError past MAX_DEPTH."""
    frame += code.rest
    for slot in code.cell_parameters:
        frame[slot] = [frame[slot]]
    for slot in code.cell_locals:
        frame[slot] = [UNBOUND]
    frame += function.cells
    line = budget.line
    budget.depth += 1
    budget.fuel -= 1
    try:
        if budget.depth > MAX_DEPTH:
            raise RecursionError("maximum recursion depth exceeded")
        if budget.fuel < 0:
            budget.poll()
        if code.is_expression:
            return code.body(frame)
        signal = code.body(frame)
        return None if signal is None else signal[0]
    finally:
        budget.depth -= 1
        budget.line = line


# Arguments


def bind(code: Code, function: UserFunction, args: list[Any], kwargs: dict[str, Any]) -> Frame:
    """The parameters' values in order. Raises TypeError as Python does for a wrong call."""
    name, names, count = function.qualname, code.names, code.positional
    given = len(args)
    frame: Frame = args[:count] + [UNBOUND] * (count - given)
    extra: dict[str, Any] = {}
    keyword_only = dict.fromkeys(code.keyword_only, UNBOUND)
    wrong_positional: list[str] = []
    for key, value in kwargs.items():
        if key in keyword_only:
            keyword_only[key] = value
        elif key in names and names.index(key) >= code.positional_only:
            index = names.index(key)
            if frame[index] is not UNBOUND:
                raise TypeError(f"{name}() got multiple values for argument '{key}'")
            frame[index] = value
        elif code.stars is not None:
            extra[key] = value
        elif key in names:
            wrong_positional.append(key)
        else:
            error = TypeError(f"{name}() got an unexpected keyword argument '{key}'")
            raise meant(error, key, [*names, *keyword_only])
    if wrong_positional:
        listed = ", ".join(wrong_positional)
        raise TypeError(f"{name}() got some positional-only arguments passed as keyword arguments: '{listed}'")
    if given > count and code.star is None:
        raise _too_many(code, function, given, sum(value is not UNBOUND for value in keyword_only.values()))
    defaults = function.defaults
    first_default = count - len(defaults)
    missing = [names[i] for i in range(min(given, first_default), first_default) if frame[i] is UNBOUND]
    if missing:
        raise TypeError(f"{name}() missing {_listed(missing, 'positional')}")
    for i in range(first_default, count):
        if frame[i] is UNBOUND:
            frame[i] = defaults[i - first_default]
    if code.star is not None:
        frame.append(tuple(args[count:]))
    for key, value in keyword_only.items():
        if value is UNBOUND:
            if key not in function.keyword_defaults:
                continue
            keyword_only[key] = function.keyword_defaults[key]
    missing = [key for key, value in keyword_only.items() if value is UNBOUND]
    if missing:
        raise TypeError(f"{name}() missing {_listed(missing, 'keyword-only')}")
    frame += keyword_only.values()
    if code.stars is not None:
        frame.append(extra)
    return frame


def _listed(names: list[str], kind: str) -> str:
    quoted = [f"'{name}'" for name in names]
    if len(quoted) == 1:
        return f"1 required {kind} argument: {quoted[0]}"
    if len(quoted) == 2:
        return f"2 required {kind} arguments: {quoted[0]} and {quoted[1]}"
    return f"{len(quoted)} required {kind} arguments: {', '.join(quoted[:-1])}, and {quoted[-1]}"


def _too_many(code: Code, function: UserFunction, given: int, keywords: int) -> TypeError:
    least = code.positional - len(function.defaults)
    takes = f"from {least} to {code.positional}" if function.defaults else str(code.positional)
    plural = "" if takes == "1" else "s"
    if keywords:
        were = (
            f"{given} positional argument{'' if given == 1 else 's'} "
            f"(and {keywords} keyword-only argument{'' if keywords == 1 else 's'}) were"
        )
    else:
        were = f"{given} {'was' if given == 1 else 'were'}"
    return TypeError(f"{function.qualname}() takes {takes} positional argument{plural} but {were} given")


# Making functions


@compiles(ast.Lambda)
def _lambda(node: ast.Lambda, c: Context) -> Run:
    return maker(node, "<lambda>", c)


def maker(node: ast.FunctionDef | ast.Lambda, name: str, c: Context) -> Run:
    """A function of the frame that makes the UserFunction, its defaults evaluated now."""
    qualname = c.qualname + name
    if name in c.scope.host.globals:
        qualname = name
    inner = c.inner(node, f"{qualname}.<locals>.")
    code = Code(node.args, inner)
    if not isinstance(node, ast.Lambda):
        code.doc = ast.get_docstring(node, clean=False)
        code.annotated = node, c
    if isinstance(node, ast.Lambda):
        code.body, code.is_expression = expression(node.body, inner), True
    elif inner.scope.yields:
        code.body, code.is_expression = generator_body(node.body, qualname, inner), True
    else:
        body = node.body
        if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
            code.body, code.is_expression = _at_line(expression(body[0].value, inner), inner.line(body[0])), True
        else:
            code.body = block(body, inner)
    defaults = [expression(default, c) for default in node.args.defaults]
    keyword_defaults = [
        (argument.arg, expression(default, c))
        for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults)
        if default is not None
    ]
    #: Where the cells that the function shares are in the frame in which it is made.
    sources = [_cell_slot(shared, c) for shared in inner.scope.free]

    at = c.place(node)

    def make(f: Frame, place: Place = at) -> UserFunction:
        return UserFunction(
            code,
            name,
            qualname,
            tuple([default(f) for default in defaults]),
            {key: default(f) for key, default in keyword_defaults},
            [f[slot] for slot in sources],
        )

    return make


def _cell_slot(name: str, c: Context) -> int:
    return c.scope.where(name)[1]


def _at_line(body: Run, line: int) -> Run:
    def run(f: Frame) -> Any:
        budget.line = line
        return body(f)

    return run
