"""How a call of an operation is spelled in the language: as which user's function, with which arguments.

An operation says only the name of the function that it is an overload of (``op.spelling``); the functions' own
schemas say how arguments are written. A spelling is kept only if calling the function so gives the value that the
operation gave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..engine.operation import Operation, Param
from ..engine.tensor import Tensor
from ..functions.function import Function
from ..functions.python_function import PythonFunction
from ..functions.registry import ATTRIBUTES, NAMESPACES, Method
from .expression import Call, value_of, without_history

#: Where functions are looked for, in the language's order of bare names, and the prefix that their names have in
#: PyTorch's own tables (``torch.linalg.solve`` is ``linalg_solve``).
_HOMES = (("torch", ""), ("torch.nn.functional", ""), ("torch.linalg", "linalg_"), ("torch.special", "special_"),
          ("torch.fft", "fft_"))  # fmt: skip

#: (keyword or "", argument)
Argument = tuple[str, Any]


class Spelling:
    """``name(arguments)``; as a method, of its first argument."""

    __slots__ = ("arguments", "method", "name", "results")

    def __init__(self, name: str, arguments: list[Argument], method: bool, results: bool) -> None:
        self.name = name
        self.arguments = arguments
        self.method = method
        self.results = results  # the call gives a tuple of the operation's results


class Unspeakable(ValueError):
    """An operation for which the language has no call."""


def spell(call: Call, taken: frozenset[str] = frozenset()) -> Spelling:
    """A call of the language that gives what the operation gave. ``taken`` are names that mean variables.

    Raises Unspeakable where there is none.
    """
    for name, function, method in _functions(call.op.spelling, taken):
        for arguments in _layouts(call.op, call.args, function, method):
            results = _results(function, arguments)
            if results is not None and _equal(results, call.results):
                return Spelling(name, arguments, method, len(call.results) > 1)
    raise Unspeakable(f"the language has no function for {call.op.name}")


def _functions(spelling: str, taken: frozenset[str]) -> Iterator[tuple[str, Callable[..., Any], bool]]:
    """What may be called: its text, what it is, whether it is a method. A bare name only where it means just that."""
    for home, prefix in _HOMES:
        for name in {spelling.removeprefix(prefix), spelling}:
            function = NAMESPACES.get(home, {}).get(name)
            if function is not None:
                yield (name if _means(name, function) and name not in taken else f"{home}.{name}"), function, False
    method = ATTRIBUTES.get(Tensor, {}).get(spelling)
    if isinstance(method, Method):
        yield spelling, method.call, True


def _means(name: str, function: Callable[..., Any]) -> bool:
    """Whether a bare name is found in the table where this function is."""
    found = next((NAMESPACES[home][name] for home, _ in _HOMES if name in NAMESPACES.get(home, {})), None)
    return found is function


def _layouts(
    op: Operation, args: Sequence[Any], function: Callable[..., Any], method: bool
) -> Iterator[list[Argument]]:
    """Ways to write the arguments: by the names of the function's parameters, then by their order."""
    for parameters in _signatures(function):
        for by_name in (True, False):
            arguments = _match(op.params, args, parameters, by_name)
            if arguments is not None and (not method or (arguments and not arguments[0][0])):
                yield arguments


def _signatures(function: Callable[..., Any]) -> Iterator[list[tuple[str, bool, Any, bool]]]:
    """The parameters of each overload: name, optional, default, keyword only. A method's receiver comes first."""
    if isinstance(function, Function):
        for schema in function.schemas:
            if not schema.deprecated:
                receiver = [] if schema.receiver is None else [schema.receiver]
                yield [
                    (p.name, p.optional, p.default, p.keyword_only)
                    for p in (schema.parameters[i] for i in (*receiver, *schema.visible))
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
    from .formula import is_default

    if by_name:
        given = {p.name: a for p, a in zip(params, args, strict=True)}
    else:
        given = dict(zip((name for name, *_ in parameters), args, strict=False))
    known = {name for name, *_ in parameters}
    if any(p.name not in known and not is_default(a, p) for p, a in zip(params, args, strict=True)) and by_name:
        return None
    if not by_name and len(args) > len(parameters):
        return None
    out: list[Argument] = []
    gap = False
    for name, optional, default, keyword_only in parameters:
        if name not in given or (optional and _same_plain(given[name], default)):
            if not optional:
                return None
            gap = True
            continue
        value = given[name]
        keyword = keyword_only or gap or (optional and not _is_operand(value))
        out.append((name if keyword else "", value))
    return out


def _same_plain(value: Any, default: Any) -> bool:
    return value is default or (type(value) is type(default) and isinstance(value, (int, float, str, tuple)) and value == default)


def _is_operand(value: Any) -> bool:
    from .expression import Expr

    return isinstance(value, Expr)


def _results(function: Callable[..., Any], arguments: Sequence[Argument]) -> list[Any] | None:
    positional = [value_of(a) for name, a in arguments if not name]
    keywords = {name: value_of(a) for name, a in arguments if name}
    try:
        made = without_history(lambda: function(*positional, **keywords))
    except (TypeError, ValueError, RuntimeError, IndexError, AttributeError, NotImplementedError, KeyError):
        return None  # not an overload that takes these
    return list(made) if isinstance(made, (tuple, list)) else [made]


def _equal(results: Sequence[Any], wanted: Sequence[Tensor]) -> bool:
    if len(results) != len(wanted):
        return False
    for result, want in zip(results, wanted, strict=True):
        if not isinstance(result, Tensor):
            return False
        a, b = result.array, want.array
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        tolerance = 1e-9 if a.dtype.itemsize >= 8 else 1e-4
        if not np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=a.dtype.kind in "fc"):
            return False
    return True
