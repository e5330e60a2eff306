"""How a call of an operation is spelled in the language: as which user's function, with which arguments.

An operation says only the name of the function that it is an overload of (``op.spelling``); the functions' own
schemas say how arguments are written. A spelling is kept only if calling the function so gives the value that the
operation gave.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..api.calls.overloads import Function
from ..api.calls.python_function import PythonFunction
from ..api.calls.registry import ATTRIBUTES, NAMESPACES, Method, home_among
from ..engine.operation import Operation
from ..engine.parameters import Param
from ..engine.tensor import Tensor
from .expansion import expansion, same_values
from .expression import Call, Expr, Item, expressions_in, value_of, without_history
from .formula import FORMULAS, is_default

#: Where functions are looked for, in the language's order of bare names, and the prefix that their names have in
#: PyTorch's own tables (``torch.linalg.solve`` is ``linalg_solve``).
_HOMES = (("torch", ""), ("torch.nn.functional", ""), ("torch.linalg", "linalg_"), ("torch.special", "special_"),
          ("torch.fft", "fft_"))  # fmt: skip

#: Operations number these as PyTorch's own do; the functions take words.
_REDUCTIONS = ("none", "mean", "sum")

#: (keyword or "", argument)
Argument = tuple[str, Any]


class Spelling:
    """``name(arguments)``; as a method, of its first argument. ``dotted`` is the name where a variable has it.

    ``first_only``: of several results of the operation the function gives only the first.
    """

    __slots__ = ("arguments", "dotted", "first_only", "method", "name")

    def __init__(self, name: str, dotted: str, arguments: list[Argument], method: bool, first_only: bool) -> None:
        self.first_only = first_only
        self.name = name
        self.dotted = dotted
        self.arguments = arguments
        self.method = method


class Unspeakable(ValueError):
    """An operation for which the language has no call."""


def speak(call: Call) -> Spelling | Expr | tuple[Expr, ...]:
    """How the language says a call: as a function's, or as another expression of the same value, one for each result
    where there are several.

    Raises Unspeakable where it can't.
    """
    if call.spoken is None:
        said: Spelling | Expr | tuple[Expr, ...] | None = _declared(call)
        if said is None:
            said = _spelling(call)
        if said is None:
            said = _expanded(call)
        call.spoken = False if said is None else said
    if call.spoken is False:
        raise Unspeakable(f"the language has no function for {call.op.name}")
    spoken: Spelling | Expr | tuple[Expr, ...] = call.spoken
    return spoken


def expressed(e: Expr) -> Expr | None:
    """The other expression that an operation's result is said as; None where it is said as a function's call, or is
    no operation's result. Raises Unspeakable as ``speak`` does."""
    if isinstance(e, Item):
        said = speak(e.call)
        if not isinstance(said, tuple):
            return said if isinstance(said, Expr) else None
        if said[e.index] is None:
            raise Unspeakable(f"the language has no function for result {e.index} of {e.call.op.name}")
        return said[e.index]
    if not isinstance(e, Call):
        return None
    said = speak(e)
    return said[0] if isinstance(said, tuple) else said if isinstance(said, Expr) else None


def _declared(call: Call) -> Expr | tuple[Expr, ...] | None:
    """What the operation's declaration says in its place."""
    if call.op.formula is None:
        return None
    found: Expr | tuple[Expr, ...] | None = call.op.formula(FORMULAS, *call.args)
    return found


def speakable(root: Expr, known: dict[int, Expr] | None = None) -> bool:
    """Whether the language can say an expression and all in it. ``known`` holds those that it can, by their ids."""
    stack: list[Any] = [root]
    known = {} if known is None else known
    seen: dict[int, Expr] = {}
    while stack:
        part = stack.pop()
        if isinstance(part, (list, tuple)):
            stack += part
        elif isinstance(part, Expr) and id(part) not in seen and id(part) not in known:
            seen[id(part)] = part
            call = part.call if isinstance(part, Item) else part
            try:
                other = expressed(part)
            except Unspeakable:
                return False
            if other is not None:
                stack.append(other)
                continue
            stack += part.parts
            if isinstance(call, Call):
                said = speak(call)
                if isinstance(said, Spelling) and said.first_only and isinstance(part, Item) and part.index > 0:
                    return False
    known |= seen
    return True


#: Operations being expanded: an expansion must not need itself.
_open: set[str] = set()


def _expanded(call: Call) -> Expr | None:
    name = call.op.name
    if name in _open:
        return None
    _open.add(name)
    try:
        found = expansion(call)
        operands = {id(e): e for e in expressions_in(call.args)}  # which are no part of it
        return found if found is not None and speakable(found, operands) else None
    finally:
        _open.discard(name)


def _spelling(call: Call) -> Spelling | None:
    """A function's call that gives the operation's value. Only where none takes all that the operation takes, one
    that takes less: the geometry of the operand, say, comes last in an operation and isn't the function's."""
    # An operation of an in-place function is said as the function that changes nothing.
    functions = list(functions_of(call.op.spelling.rstrip("_")))
    for truncated in (False, True):
        for name, dotted, function, method in functions:
            for arguments in _layouts(call.op, call.args, function, method, truncated):
                results = _results(function, arguments)
                if results is None:
                    continue
                first_only = len(results) == 1 and len(call.results) > 1
                if same_values(results, call.results[:1] if first_only else call.results):
                    return Spelling(name, dotted, arguments, method, first_only)
    return None


def functions_of(spelling: str) -> Iterator[tuple[str, str, Callable[..., Any], bool]]:
    """What may be called: its text, that with its home, what it is, whether it is a method.

    A bare ``sum`` or ``max`` is Python's, which goes through a tensor's rows; these are said as methods.
    """
    method = ATTRIBUTES.get(Tensor, {}).get(spelling)
    methods = [(spelling, spelling, method.call, True)] if isinstance(method, Method) else []
    pythons = spelling in dir(builtins) and spelling != "abs"
    if pythons:
        yield from methods
    for home, prefix in _HOMES:
        for name in dict.fromkeys((spelling.removeprefix(prefix), spelling.removeprefix(f"{home[6:]}."), spelling)):
            function = NAMESPACES.get(home, {}).get(name)
            if function is not None and home_among((home,), name):
                dotted = f"{home}.{name}"
                bare = _means(name, function) and not pythons
                yield (name if bare else dotted), dotted, function, False
    if not pythons:
        yield from methods


def _means(name: str, function: Callable[..., Any]) -> bool:
    """Whether a bare name is found in the table where this function is."""
    home = home_among((home for home, _ in _HOMES), name)
    return home is not None and NAMESPACES[home][name] is function


def _layouts(
    op: Operation, args: Sequence[Any], function: Callable[..., Any], method: bool, truncated: bool
) -> Iterator[list[Argument]]:
    """Ways to write the arguments: by the names of the function's parameters, then by their order, then with those
    that an operation takes as one tuple each by itself."""
    apart = [*args[:-1], *args[-1]] if args and _is_packed(args[-1]) else None
    for parameters in _signatures(function):
        ways = [(args, False)] if truncated else [(args, True), (args, False)]
        if apart is not None:
            ways.append((apart, False))
        for given, by_name in ways:
            if not by_name and (len(given) > len(parameters)) != truncated:
                continue
            arguments = _match(op.params, given[: len(parameters)] if truncated else given, parameters, by_name)
            if arguments is not None and (not method or (arguments and not arguments[0][0])):
                yield arguments


def _is_packed(value: Any) -> bool:
    """A tuple of several arguments, not a shape."""
    return isinstance(value, tuple) and any(not isinstance(v, int) or isinstance(v, bool) for v in value)


def _signatures(function: Callable[..., Any]) -> Iterator[list[tuple[str, bool, Any, bool]]]:
    """The parameters of each overload: name, optional, default, keyword only. A method's receiver comes first."""
    if isinstance(function, Function):
        for schema in function.schemas:
            if not schema.deprecated:
                receiver = [] if schema.receiver is None else [schema.receiver]
                yield [
                    (p.name, p.optional, p.default, p.keyword_only)
                    for p in (schema.parameters[i] for i in (*receiver, *schema.visible))
                    if p.name != "out"
                ]
        return
    call: Any = function.call if isinstance(function, PythonFunction) else function
    code = getattr(call, "__code__", None)
    if code is None:
        return
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    defaults = dict(zip(reversed(names[: code.co_argcount]), reversed(call.__defaults__ or ()), strict=False))
    defaults |= call.__kwdefaults__ or {}
    yield [(n, n in defaults, defaults.get(n), k >= code.co_argcount) for k, n in enumerate(names)]


def _match(
    params: Sequence[Param], args: Sequence[Any], parameters: Sequence[tuple[str, bool, Any, bool]], by_name: bool
) -> list[Argument] | None:
    """The arguments in the order of the function's parameters; None where the two don't fit."""
    if by_name:
        given = {p.name: a for p, a in zip(params, args)}
    else:
        given = dict(zip((name for name, *_ in parameters), args, strict=False))
    known = {name for name, *_ in parameters}
    if any(p.name not in known and not is_default(a, p) for p, a in zip(params, args)) and by_name:
        return None
    out: list[Argument] = []
    gap = False
    for name, optional, default, keyword_only in parameters:
        if name not in given or (optional and _same_plain(given[name], default)):
            if not optional:
                return None
            gap = True
            continue
        value = _REDUCTIONS[given[name]] if name == "reduction" and type(given[name]) is int else given[name]
        if optional and _same_plain(value, default):
            gap = True
            continue
        if name == "dim" and isinstance(value, tuple) and len(value) == 1:
            value = value[0]
        keyword = keyword_only or gap or (optional and not isinstance(value, Expr))
        out.append((name if keyword else "", value))
    return out


def _same_plain(value: Any, default: Any) -> bool:
    return value is default or (
        type(value) is type(default) and isinstance(value, (int, float, str, tuple)) and value == default
    )


def _results(function: Callable[..., Any], arguments: Sequence[Argument]) -> list[Any] | None:
    positional = [value_of(a) for name, a in arguments if not name]
    keywords = {name: value_of(a) for name, a in arguments if name}
    try:
        made = without_history(lambda: function(*positional, **keywords))
    except (TypeError, ValueError, RuntimeError, IndexError, AttributeError, NotImplementedError, KeyError):
        return None  # not an overload that takes these
    return list(made) if isinstance(made, (tuple, list)) else [made]
