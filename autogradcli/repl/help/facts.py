"""What a trial and its declaration say about a function, so that no text has to: which dtypes it takes, what they
become, its gradient, how its dimensions count.

The first example is run anew with its tensors of other dtypes. Only an example that is one call on the tensors of
``SETUP`` can tell: anything else in it might be what refuses a dtype.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...api.calls.overloads import Function
from ...engine.operation import Operation
from ...engine.parameters import Param
from ...engine.tensor import Tensor, wrap
from ...events import Event, Failed, Value
from ...language.compile.evaluate import evaluate
from ...numerics.taken import ALL, dtypes_of
from ...session import Session
from .texts import SETUP
from .trial import DEADLINE

_GROUPS = {
    "floating": ("float32", "float64", "float16", "bfloat16"),
    "complex": ("complex64", "complex128"),
    "integer": ("int64", "int32", "int16", "int8", "uint8"),
    "bool": ("bool",),
}
_SAME = "stay"
_TENSORS = ("x", "y", "a")


def facts(name: str, source: str) -> Iterator[str]:
    """Sentences about the function of that name, which an example calls, each a paragraph. None about one that changes
    its operand: what fits into that is another question."""
    names = [] if name.endswith("_") else tried(name, source)
    if names:
        yield from filter(None, (_dtypes(source, names), _gradient(source, names)))


def declared(function: Function, tell_dtypes: bool) -> Iterator[str]:
    """Sentences about what the operations behind a function declare; dtypes only where no trial has told them."""
    made = [(schema, overload[1]) for schema, overload in zip(function.schemas, function.overloads, strict=True)]
    found = [(schema, run.op) for schema, run in made if hasattr(run, "op")]
    takes = {tuple(dtypes_of(op.takes[0])): op for _, op in found if op.takes and op.takes[0] != ALL}
    if tell_dtypes and len(takes) == 1 and len(found) == len(made):
        ((names, op),) = takes.items()
        also = [*_GROUPS["integer"], *_GROUPS["bool"]] if op.promote == "float" else []
        others = _groups([d for group in _GROUPS.values() for d in group if d not in {*names, *also}])
        yield f"Dtypes: {_groups([*names, *also])}; {others} raise NotImplementedError."
    dims = {schema.parameters[p.index].name for schema, op in found for p in _dimensions(op.parse())}
    if dims:
        these = "and".join(f" {name} " for name in sorted(dims)).strip()
        verb = "count" if len(dims) > 1 else "counts"
        yield f"Dimensions: {these} {verb} from 0, from the end from -1; raises IndexError for one that isn't there."


def _dimensions(op: Operation) -> list[Param]:
    names = op.dims.removeprefix("+").split()
    return [p for p in op.params if p.name in names]


def tried(name: str, source: str) -> list[str]:
    """The tensors of ``SETUP`` that an example is one call on; none where it is more than that. A floating number
    beside them would make integers floating."""
    try:
        call = ast.parse(source, mode="eval").body
    except SyntaxError:
        return []
    if not isinstance(call, ast.Call) or getattr(call.func, "attr", "") != name:
        return []
    if any(isinstance(node, ast.Constant) and type(node.value) in (float, complex) for node in ast.walk(call)):
        return []
    parts = [*call.args, *(keyword.value for keyword in call.keywords)]
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    names = [node.id for node in [receiver, *parts] if isinstance(node, ast.Name) and node.id in _TENSORS]
    plain = (ast.Constant, ast.UnaryOp, ast.Tuple, ast.List)
    others = [part for part in parts if not isinstance(part, plain) and getattr(part, "id", "") not in _TENSORS]
    return [] if others else list(dict.fromkeys(names))


def _trial(source: str, prepare: str) -> Value | Failed | None:
    """What a source gives, or how it fails, after ``SETUP`` and other preparations."""
    session = Session(seed=0, deadline_seconds=DEADLINE)
    found: list[Event] = []
    session.run(SETUP + prepare, lambda event: None)
    session.run(source, found.append)
    return next((event for event in found if isinstance(event, (Value, Failed))), None)


def _dtypes(source: str, names: list[str]) -> str:
    outcomes: dict[str, dict[str, str]] = {}
    for group, members in _GROUPS.items():
        for dtype in members:
            cast = "\n".join(f"{name} = ({name}.detach() * 4).to(torch.{dtype})" for name in names)
            outcomes.setdefault(_outcome(_trial(source, cast), dtype), {})[dtype] = group
    if len(outcomes) == 1 and _SAME in outcomes:
        return "Dtypes: all stay."
    parts = []
    for outcome, dtypes in outcomes.items():
        if outcome:
            parts.append(f"{_groups(list(dtypes))} {outcome}")
    return f"Dtypes: {'; '.join(parts)}." if parts else ""


def _outcome(found: Value | Failed | None, dtype: str) -> str:
    if isinstance(found, Failed):
        return f"raise {found.type}"
    value = found.value if found is not None else None
    first = value[0] if isinstance(value, tuple) and value else value
    if not isinstance(first, Tensor):
        return ""
    return _SAME if first.dtype.name == dtype else f"give {first.dtype.name}"


def _groups(dtypes: list[str]) -> str:
    """Dtypes in few words: ``floating, complex``, or by name where a group is not all there."""
    words = []
    for group, members in _GROUPS.items():
        there = [dtype for dtype in members if dtype in dtypes]
        words += [group] if len(there) == len(members) else there
    return ", ".join(words)


def _gradient(source: str, names: list[str]) -> str:
    """The gradient of the call with respect to its tensors as a formula, or that it has none."""
    session = Session(seed=0, deadline_seconds=DEADLINE)
    prepare = "".join(f"{name} = {name}.detach().requires_grad_()\n" for name in names)
    found: list[Event] = []
    if not session.run(f"{SETUP}{prepare}", lambda event: None) or not session.run(source, found.append):
        return ""
    result = next((event.value for event in found if isinstance(event, Value)), None)
    if not isinstance(result, Tensor):
        return ""
    if not result.requires_grad:
        return "Gradient: none; the result is a constant to autograd."
    text = _formula(session, source, names, result)
    return f"Gradient: {text}" if text else ""


def _formula(session: Session, source: str, names: list[str], result: Tensor) -> str:
    from ...explain.derivation import NoFormula
    from ...explain.derived import DOMAIN, Subject, derive

    session.run(f"_function = lambda {', '.join(names)}: {source}", lambda event: None)
    function: Any = session.variables["_function"]
    seed = None if result.array.size == 1 else wrap(np.ones(result.array.shape, result.array.dtype))
    values = {name: session.variables[name] for name in names}
    try:
        shown = derive(
            Subject(lambda given: function(**given), values, seed),
            evaluate=lambda lines, text, given: evaluate(lines, text, given, session.prelude),
        )
    except (NoFormula, *DOMAIN):
        return ""
    if shown.missing or shown.where or shown.conditions:
        return ""
    texts = [f"d{name} = {text}" for name, text in shown.gradients]
    if any(len(text) > 100 for text in texts):
        return ""
    whose = " g is the gradient that arrives." if any(re.search(r"\bg\b", text) for text in texts) else ""
    return f"{'; '.join(texts)}.{whose}"
