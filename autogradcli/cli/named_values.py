"""The variables of ``grad`` and its like: what ``NAME=VALUE`` is, and whether it gets a gradient."""

from __future__ import annotations

import re
from typing import Any

from ..engine.leaves import require_grad
from ..engine.tensor import Tensor, wrap
from ..events import Failed
from ..numerics import dtypes
from ..numerics.dtypes import DType
from ..numerics.records import Record
from ..session import Session
from . import sessions
from .environment import Environment
from .request import Request

_MISSING = re.compile(r"name '(\w+)' is not defined")


class Named(Record):
    """The leaves, in the order in which they were given; what else was given is in the session's variables alone."""

    leaves: dict[str, Tensor]
    held: dict[str, Any]


def bind(session: Session, request: Request, environment: Environment) -> Named | None:
    """Set a request's variables. None if something went wrong, which is shown then.

    A number, a list of numbers, or a floating tensor is a leaf that requires grad, of the default dtype where it has
    none of its own. Integer tensors, bools, strings and all else keep their type and get no gradient, and so does what
    ``--const`` says or ``--wrt`` doesn't.
    """
    default = dtypes.NAMES[request.dtype or "float32"]
    found = Named({}, {})
    lists: set[str] = set()
    for name, text in (*request.variables, *request.constants):
        constant = (name, text) in request.constants
        title = f"--const {name}" if constant else name
        ok, value = sessions.evaluated(session, name, text, request.format_, environment, title, lists)
        if not ok:
            return None
        wanted = not constant and (name in request.wrt or not request.wrt)
        try:
            kept = constant and type(value) is int
            made = value if kept else _made(request, name, value, default, name in lists)
            if wanted and floating(made):
                require_grad(made)
                found.leaves[name] = made
            elif name in request.wrt:
                kind = made.dtype.name if isinstance(made, Tensor) else type(made).__name__
                raise TypeError(f"--wrt {name}: {sessions.article(kind)} has no gradient")
            else:
                found.held[name] = made
        except (TypeError, OverflowError, MemoryError) as error:
            display = sessions.open_display(request.format_, environment, title, batch=False)
            display.show(sessions.about(text, type(error).__name__, str(error)))
            display.end(False, 0.0)
            return None
        session.variables[name] = made
    return found


def _made(request: Request, name: str, value: Any, default: DType, listed: bool) -> Any:
    """A value as a variable: a number or a list of numbers as a floating tensor of its own, all else as it is."""
    if isinstance(value, Tensor):
        if value.dtype.category >= dtypes.FLOATING:
            return wrap(value.array.copy())
        as_floats = name in request.wrt or (listed and name not in request.whole)
        return wrap(value.array.astype(default.np)) if as_floats and value.dtype is not dtypes.bool_ else value
    if isinstance(value, bool) or name in request.whole:
        return value
    if isinstance(value, complex):
        return wrap(dtypes.complex_of(default).np.type(value))
    if isinstance(value, int | float):
        return wrap(default.np.type(value))
    return value


def missing_name(event: Failed) -> str:
    """The name that an error is about, where it means nothing and nothing is known of it; else ""."""
    found = _MISSING.match(event.message) if event.type == "NameError" and not event.hint else None
    return found[1] if found else ""


def mended(event: Failed, request: Request, named: Named) -> Failed:
    """An error, with what to type where a variable is missing, or two precisions met of which one was typed here."""
    if name := missing_name(event):
        names = ", ".join([*named.leaves, *named.held])
        return event._replace(hint=f"give it a value: {name}=VALUE" + (f" (given: {names})" if names else ""))
    if request.dtype is not None or event.type != "RuntimeError" or "dtype" not in event.message:
        return event
    given = {name: tensor.dtype for name, tensor in [*named.leaves.items(), *named.held.items()] if floating(tensor)}
    double = [name for name, dtype in given.items() if dtype is dtypes.float64]
    single = [name for name, dtype in given.items() if dtype is dtypes.float32]
    if not double or not single:
        return event
    verbs = ["is" if len(names) == 1 else "are" for names in (double, single)]
    said = f"{', '.join(double)} {verbs[0]} float64, {', '.join(single)} {verbs[1]} float32"
    return event._replace(hint=f"{said}: with --dtype float64 all numbers that are typed here are float64")


def floating(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dtype.category >= dtypes.FLOATING
