"""The parameters of whatever can be called, from its declaration: for help while a call is typed, and its keywords."""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType
from typing import Any, NamedTuple

from ..api.calls.class_fields import KEYWORDS, REQUIRED
from ..api.calls.overloads import Function
from ..api.calls.program_classes import Kind
from ..api.calls.python_function import PythonFunction
from ..api.calls.registry import NAMESPACES, Method
from ..language.compile.calls import Builtin
from ..language.read.tokens import Call
from ..language.values.attribute_lookup import entry_of
from ..language.values.kinds import UNBOUND, BoundMethod, Namespace, UserFunction
from ..session import Session
from .help.names import entry_for

#: Characters of a default that is written out.
LONGEST = 40


class Parameter(NamedTuple):
    name: str
    text: str
    """As it is shown: ``dim=None``, ``*args``."""
    positional: bool = True
    keyword: bool = True


Signature = list[Parameter]


def resolve(session: Session, chain: list[str]) -> Any:
    """What a dotted name means, UNBOUND where that is not in a table: no value of an attribute is asked for.

    A method at the end comes as its table's entry.
    """
    value: Any = session.variables.get(chain[0], session.prelude.get(chain[0], UNBOUND))
    for k, name in enumerate(chain[1:], 2):
        if type(value) is Namespace:
            value = value.get(name)
            continue
        entry = None if value is UNBOUND else entry_of(value, name)
        return entry if k == len(chain) and entry is not None else UNBOUND
    return value


def signatures(value: Any, name: str = "") -> list[Signature]:
    """The overloads of a callable, of which ``name`` is the bare name; none where nothing is known."""
    receiver = 0
    if isinstance(value, (Method, BoundMethod)):
        value, receiver = value.call, 1
    if isinstance(value, Kind):  # a class of modules, optimizers, ...: calling it calls its __init__
        found, receiver = _made_by(value), 1
        if isinstance(found, dict):
            return [_of_fields(found)]
        value = found
    if isinstance(value, Function):
        return [_declared(schema) for schema in value.schemas if not schema.deprecated]
    if isinstance(value, UserFunction):
        return [_of_program(value)[receiver:]]
    if type(value) is Builtin and name in NAMESPACES.get("torch", {}):
        return signatures(NAMESPACES["torch"][name])
    if isinstance(value, (PythonFunction, Builtin)):
        value = value.call
        if isinstance(inner := noted(value, "call"), FunctionType):  # within what looks for a context first
            value = inner
    if type(value) is FunctionType:
        value = value.__dict__.get("__wrapped__", value)
        return [_of_python(value)[receiver:]]
    text = noted(value, "__text_signature__")
    return [_of_text(text)[receiver:]] if isinstance(text, str) and not isinstance(value, type) else []


def overloads(session: Session, chain: list[str]) -> list[Signature]:
    """The overloads of what a call's dotted name means: as declared, or as its help says where that says nothing."""
    found = signatures(resolve(session, chain), chain[-1] if len(chain) == 1 else "")
    if any(not parameter.text.startswith("*") for one in found for parameter in one) or found == [[]]:
        return found
    if len(chain) == 1 and chain[0] in session.variables:
        return found
    owner = resolve(session, chain[:-1]) if len(chain) > 1 else UNBOUND
    entry = entry_for(session, ".".join(chain), None if owner is UNBOUND or type(owner) is Namespace else owner, None)
    said = entry.signature if entry is not None else ""
    return found if not said or " or " in said or said == "(...)" else [_of_text(said)]


def _made_by(kind: Kind) -> Any:
    """A class's fields or its ``__init__``, whichever the nearest class declares; None where neither is."""
    for base in kind.__mro__:
        fields = vars(base).get("fields")
        init = vars(base).get("__members__", {}).get("__init__")
        if fields or (init is None and fields is not None):
            return fields
        if init is not None:
            return init if fields is None else fields
    return None


def _of_fields(fields: Mapping[str, Any]) -> Signature:
    found, positional = [], True
    for name, default in fields.items():
        if name == KEYWORDS:
            positional = False
        else:
            found.append(Parameter(name, _with_default(name, () if default is REQUIRED else (default,)), positional))
    return found


def _declared(schema: Any) -> Signature:
    found = []
    for i in schema.visible:
        parameter = schema.parameters[i]
        text = f"{parameter.name}={parameter.default_text}" if parameter.optional else parameter.name
        found.append(Parameter(parameter.name, text, not parameter.keyword_only))
    return found


def _of_program(function: UserFunction) -> Signature:
    code = function.code
    required = code.positional - len(function.defaults)
    found = [
        Parameter(
            name, _with_default(name, function.defaults[k - required : k - required + 1] if k >= required else ())
        )
        for k, name in enumerate(code.names)
    ]
    if code.star is not None:
        found.append(Parameter(code.star, f"*{code.star}", keyword=False))
    defaults = function.keyword_defaults
    for name in code.keyword_only:
        found.append(Parameter(name, _with_default(name, (defaults[name],) if name in defaults else ()), False))
    if code.stars is not None:
        found.append(Parameter(code.stars, f"**{code.stars}", False, False))
    return found


def _of_python(function: Any) -> Signature:
    code = function.__code__
    names: tuple[str, ...] = code.co_varnames
    count, only = code.co_argcount, code.co_kwonlyargcount
    defaults: tuple[Any, ...] = function.__defaults__ or ()
    keywords: Mapping[str, Any] = function.__kwdefaults__ or {}
    required = count - len(defaults)
    found = []
    for k, name in enumerate(names[:count]):
        found.append(
            Parameter(
                name,
                _with_default(name, defaults[k - required : k - required + 1] if k >= required else ()),
                keyword=k >= code.co_posonlyargcount,
            )
        )
    rest = list(names[count + only :])
    if code.co_flags & 4:
        star = rest.pop(0)
        found.append(Parameter(star, f"*{star}", keyword=False))
    for name in names[count : count + only]:
        found.append(Parameter(name, _with_default(name, (keywords[name],) if name in keywords else ()), False))
    if code.co_flags & 8:
        found.append(Parameter(rest[0], f"**{rest[0]}", False, False))
    return found


def _of_text(text: str) -> Signature:
    """A signature as C functions have it: ``(x, y, /)``, ``($module, iterable, /, *, start=0)``."""
    found = []
    positional = True
    parts = [part.strip() for part in text.strip("()").split(",")]
    ends = parts.index("/") if "/" in parts else 0
    for k, part in enumerate(parts):
        if part == "*":
            positional = False
        elif part and part != "/" and not part.startswith("$"):
            found.append(Parameter(part.partition("=")[0].strip("*"), part, positional, k >= ends and part[0] != "*"))
    return found


def _with_default(name: str, default: tuple[Any, ...]) -> str:
    if not default:
        return name
    text = _literal(default[0])
    return f"{name}={text}" if text and len(text) <= LONGEST else f"{name}=..."


def _literal(value: Any) -> str:
    """A default as a program would write it; empty for what has no such text."""
    if type(value) is tuple:
        parts = [_literal(each) for each in value]
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})" if all(parts) else ""
    return repr(value) if value is None or type(value) in (int, float, str, bool) else ""


def pieces(signature: Signature) -> list[tuple[str, int]]:
    """``(input, *, dtype=None)`` in pieces, each with the index of the parameter that it is, or -1."""
    found = [("(", -1)]
    for k, parameter in enumerate(signature):
        if k:
            found.append((", ", -1))
        before = signature[k - 1] if k else None
        first = before is None or (before.positional and before.text[0] != "*")
        if first and not parameter.positional and parameter.text[0] != "*":
            found.append(("*, ", -1))
        found.append((parameter.text, k))
    return [*found, (")", -1)]


def written_out(signature: Signature) -> str:
    return "".join(text for text, _ in pieces(signature))


def shown(overloads: list[Signature], call: Call) -> tuple[Signature, int]:
    """The overload that fits what is written so far, and the index of its current parameter (-1: none)."""
    best: tuple[Signature, int] | None = None
    for signature in overloads:
        at = current(signature, call)
        known = {parameter.name for parameter in signature}
        if at >= 0 and call.given <= known:
            return signature, at
        if best is None or (at >= 0 and best[1] < 0):
            best = signature, at
    return best or ([], -1)


def current(signature: Signature, call: Call) -> int:
    """The index of the parameter that is being written; -1 if the call has none such."""
    if call.keyword:
        return next((k for k, p in enumerate(signature) if p.name == call.keyword and p.keyword), -1)
    for k, parameter in enumerate(signature):
        if not parameter.positional:
            break
        if k == call.position or (parameter.text.startswith("*") and k <= call.position):
            return k
    return -1 if call.position or signature else 0


def noted(value: Any, name: str) -> Any:
    """What a function or an entry of a table says about itself, None where it says nothing. An object whose class may
    be a program's is not asked: its ``__getattr__`` would answer."""
    return None if type(type(value)) is Kind else getattr(value, name, None)


def summary(value: Any) -> str:
    """The first line of what is written about a value: empty where there is nothing."""
    text = noted(value, "doc") or noted(noted(value, "call"), "__doc__") or ""
    if not text and isinstance(value, BoundMethod):
        text = value.call.__doc__ or ""
    return text.strip().partition("\n")[0].rstrip(".") if isinstance(text, str) else ""
