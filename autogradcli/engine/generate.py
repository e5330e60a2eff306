"""Straight-line code for an operation, written from its declaration on first use.

A generic ``apply(op, *args)`` costs 3 us an operation in Python; code that knows its operation costs 1 us. What is
generated covers the common case only: no special mode, float32 or float64 operands of one dtype, a single result
that is no view. Everything else goes to ``record.record``, which is the same in readable form.

For ``mul`` the text is (shortened):

    def mul(input, other):
        if state.special: return record(OP, (input, other))
        a_input = input.array; dt = a_input.dtype
        if dt is not F32 and dt is not F64: return record(OP, (input, other))
        ...
        r = KERNEL(a_input, a_other)
        t = new(Tensor); t.array = r; ...
        if state.grad and (n_input is not None or n_other is not None):
            node = new(NODE); node.saved = (input if n_other is not None else None, version, ...)
            t.node = node
        return t
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..numerics import dtypes
from ..numerics.blocks import LARGE
from ..numerics.layouts import strides_of
from ..numerics.numbers import check_operand
from .deferred import INDIRECT
from .generate_rules import attach_rules, compiled
from .node import FREED, Output
from .operation import GLOBALS, OPERATIONS, Operation
from .parameters import Param, Save
from .record import record, run_arrays, run_tensors, settle, settle_tensors, several
from .saved import Packed, maker, modified, saved_tensor
from .state import next_sequence, state
from .tensor import Parameter, Tensor
from .views import link
from .worlds import ARRAYS, TENSORS

#: Python numbers that were operands before, as 0-d arrays: a ufunc takes 300 ns to make one of a number.
_SINGLES: dict[float, np.ndarray] = {}
_DOUBLES: dict[float, np.ndarray] = {}
_MOST_NUMBERS = 1_000


def number(value: float, dtype: np.dtype) -> Any:
    """A number as an array of the dtype, kept for the next time.

    One that might not fit the dtype stays what it is, and so does zero, since 0.0 and -0.0 are one key. Raises
    OverflowError for an integer past 64 bits.
    """
    if not 1e-6 < value < 1e6 and not -1e6 < value < -1e-6:
        if value.__class__ is int:
            check_operand(value)
        return value
    kept = _SINGLES if dtype.itemsize == 4 else _DOUBLES
    if len(kept) >= _MOST_NUMBERS:
        kept.clear()
    made = kept[value] = np.array(value, dtype)
    made.flags.writeable = False
    return made


#: No number up to this is too large for float32.
_LARGEST = 1 << 127

GLOBALS.update(
    state=state, record=record, Tensor=Tensor, Parameter=Parameter, new=object.__new__,
    link=link, strides_of=strides_of, Output=Output, several=several, ndarray=np.ndarray, asarray=np.asarray,
    next_sequence=next_sequence, modified=modified,
    F32=np.dtype("float32"), F64=np.dtype("float64"), C64=np.dtype("complex64"), C128=np.dtype("complex128"),
    ARRAYS=ARRAYS, TENSORS=TENSORS, FREED=FREED,
    run_in_general=run_arrays, run_tensors_in_general=run_tensors, settle=settle, settle_tensors=settle_tensors,
    saved_tensor=saved_tensor, maker=maker, INDIRECT=INDIRECT | {Packed},
    DTYPES={d.np: d for d in dtypes.ALL}, SINGLES=_SINGLES, DOUBLES=_DOUBLES, number=number,
)  # fmt: skip


def materialise(name: str) -> Callable[..., Any]:
    """What the stub of a declared operation does when it is first called."""
    op = OPERATIONS[name].parse()
    generate(op)
    return op.call


GLOBALS["materialise"] = materialise


def generate(op: Operation) -> None:
    """Give the operation's function its own code, and its node class the array world's ``run``."""
    params = ", ".join(p.name if not p.has_default else f"{p.name}=DEFAULT_{p.name}" for p in op.params)
    args = ", ".join(p.name for p in op.params) + ("," if len(op.params) == 1 else "")
    general = f"record(OP_{op.label}, ({args}))"
    GLOBALS[f"OP_{op.label}"] = op
    GLOBALS[f"KERNEL_{op.label}"] = op.kernel
    GLOBALS[f"NODE_{op.label}"] = op.node_class
    lines = [f"def {op.name}({params}):"]
    if _is_simple(op):
        GLOBALS[f"COMPLEX_{op.label}"] = _first_complex(op, lines[0], general)
        lines += _forward(op, general)
        attach_rules(op)
    elif op.edges or op.outputs or op.view is not None:
        lines.append(f"    return {general}")
    else:
        lines += _without_history(op, general)
    for p in op.params:
        if p.has_default:
            GLOBALS[f"DEFAULT_{p.name}"] = p.default
    made = compiled(op, lines)
    call: Any = op.call
    call.__code__, call.__defaults__ = op.made = made.__code__, made.__defaults__


def _meet_large() -> None:
    """The first large tensor of the process is here: from now on the operations that can be deferred look for such.
    A program of small ones alone, whose operations take as long as looking ten times, never pays for it."""
    state.large = True
    for op in list(dict.values(OPERATIONS)):  # those that are loaded
        if op.made is not None and op.blocks:
            if op.call.__code__ is op.made[0]:
                generate(op)
            else:  # of the release that is not the chosen one
                op.made = None


state.meet_large = _meet_large


def _is_simple(op: Operation) -> bool:
    kinds = {p.kind for p in op.params}
    if op.taken is not None and "f" not in op.taken.letters:  # nothing that the code written here would compute
        return False
    if op.view != "multi" and str(op.source.__annotations__.get("return")).startswith("list"):
        return False  # as many results as the operand has parts
    if kinds & {"list", "indices"} and (op.vjp is not None or len(op.edges) > 1 or op.broadcast or op.outputs):
        return False
    if op.outputs and (op.broadcast or not op.edges):
        return False
    return bool(op.edges or op.promote)


def _first_complex(op: Operation, head: str, general: str) -> Callable[..., Any]:
    """Most programs have no complex numbers, and integers where they count: the code for those is written when the
    operation meets the first."""

    def first(*args: Any) -> Any:
        names = ", ".join(p.name for p in op.params)
        whole = f"WHOLE_{op.label}({names})"
        GLOBALS[f"WHOLE_{op.label}"] = compiled(op, [head, *_without_history(op, general)])
        if op.complex == "holomorphic" and (op.taken is None or "F" in op.taken.letters):
            made = compiled(op, [head, *_forward(op, general, whole)])
        else:
            made = GLOBALS[f"WHOLE_{op.label}"]
        GLOBALS[f"COMPLEX_{op.label}"] = made
        return made(*args)

    return first


def _without_history(op: Operation, general: str) -> list[str]:
    from .generate_forms import without_history

    return [*_refused(op, general), *without_history(op, general)]


def _forward(op: Operation, general: str, whole: str = "") -> list[str]:
    """The code for floating operands, or for complex ones: those have ``whole``, which is called for all others."""
    complex_ = bool(whole)
    if op.flip is not None:
        return [f"    return {general}"]
    if op.view == "multi":
        from .generate_forms import several_views

        return several_views(op, general)
    if op.view is not None:
        return _forward_view(op, general)
    numbers = [str(k) for k, _ in enumerate(op.outputs)] or [""]
    made = ", ".join(map("t{}".format, numbers))
    no_node = made.replace(",", ".node =") + ".node = None"
    out = [*_refused(op, general), *_taken_apart(op, general, whole), *_run(op, general, complex_, numbers)]
    if not op.edges:
        return [*out, f"    {no_node}", f"    return {made}"]
    return [*out, *_node(op, general, complex_), f"    else: {no_node}", f"    return {made}"]


def _refused(op: Operation, general: str) -> list[str]:
    """Calls that are left to the general path before anything is looked at."""
    out = [f"    if state.special: return {general}"]
    if any(p.kind == "plain" and p.name == "dtype" and p.has_default for p in op.params):
        out.append(f"    if dtype is not None: return {general}")  # the gradient is cast back there
    for name in op.constant:
        out.append(f"    if {name}.__class__ is Tensor and {name}.node is not None: return {general}")
    out += [f"    if {p.name}.__class__ is complex: return {general}" for p in op.params if p.scalar]  # so is it there
    for p in op.params:
        if p.name in op.fits and p.kind == "plain":  # the general path looks closer at NaN and what float32 can't hold
            usual = ""
            if p.has_default:
                usual = f"{p.name} is not None and " if p.default is None else f"{p.name} != {p.default!r} and "
            out.append(f"    if {usual}not -{_LARGEST} <= {p.name} <= {_LARGEST}: return {general}")
    return out


def _taken_apart(op: Operation, general: str, whole: str) -> list[str]:
    """Of each operand its array, ``a_name``, and what made it, ``n_name``."""
    out: list[str] = []
    names = ", ".join(p.name for p in op.params)
    first: Param | None = None
    for p in op.params:
        if p.kind == "plain":
            continue
        if p.optional and (op.broadcast or first is None or p.number):
            out += [
                f"    if {p.name} is not None: return {general}",
                f"    a_{p.name} = n_{p.name} = None; q_{p.name} = True",
            ]
            continue
        if p.kind in ("list", "indices"):
            from .generate_forms import indexed, listed

            if p.kind == "indices":
                out += indexed(p, general)
                continue
            out += listed(p, first, general)
        else:
            out += _operand(p, first, general, bool(whole), whole or f"COMPLEX_{op.label}({names})")
        if p.kind != "index" and first is None:
            first = p
            if op.blocks and state.large and not whole:
                out.append(f"    if a_{p.name}.size >= {LARGE}: return {general}")
    return out


def _run(op: Operation, general: str, complex_: bool, numbers: list[str]) -> list[str]:
    """The kernel, and its results as tensors."""
    call = ", ".join(f"a_{p.name}" if p.kind != "plain" else p.name for p in op.params)
    results = ", ".join(f"r{k}" for k in numbers) + "," * bool(op.outputs)
    out = [
        f"    try: {results} = KERNEL_{op.label}({call})",
        f"    except (ValueError, TypeError, OverflowError): return {general}",  # which words the error
    ]
    for k in numbers:
        out += [
            f"    if r{k}.__class__ is not ndarray: r{k} = asarray(r{k})",
            *([f"    if r{k}.dtype is not dt: return {general}"] if complex_ else []),
            f"    t{k} = new(Tensor); t{k}.array = r{k}; t{k}.meta = None; t{k}.counter = None",
        ]
    return out


def _node(op: Operation, general: str, complex_: bool) -> list[str]:
    """The node, where an operand has a history: its edges, what it keeps, and whose history it is."""
    edges = op.edges
    some = " or ".join(f"n_{p.name} is not None" for p in edges)
    if any(p.name == "dtype" for p in op.params):  # the result may be of a dtype that has no gradients
        some = f"({some}) and r.dtype.kind in 'fcV'"
    out = [f"    if state.grad and ({some}):"]
    if op.outputs:
        out.append(f"        if r0.dtype is not dt: return {general}")  # gradients are cast there
    out.append(f"        node = new(NODE_{op.label})")
    sources = [f"*e_{p.name}, " if p.kind == "list" else f"n_{p.name}, " for p in edges]
    out.append("        node.edges = (" + "".join(sources) + ")")
    entries: list[str] = []
    for save in op.saves:
        before, kept = _entry(op, save, " or ".join(f"n_{edges[k].name} is not None" for k in save.wanted_by))
        out += before
        entries += kept
    out.append("        node.saved = (" + "".join(f"{e}, " for e in entries) + ")")
    out += _fixed(op, complex_)
    out.append("        node.extra = None; node.seq = next_sequence()")
    return [*out, *_histories(op)]


def _fixed(op: Operation, complex_: bool) -> list[str]:
    """What gradients need after the rule: shapes to sum back to, conjugation."""
    conjugated = (None, None, True) if complex_ else None
    if not op.broadcast or sum(p.kind != "plain" for p in op.params) < 2:
        return [f"        node.fix = {conjugated}"]
    shapes = [f"s_{p.name}" for p in op.edges]
    out = ["        s = r.shape"]
    for p in op.edges:
        wide = f"a_{p.name}.shape" if not p.number else f"s if q_{p.name} else a_{p.name}.shape"
        out.append(f"        s_{p.name} = {wide}")
    same = " and ".join(f"{s} == s" for s in shapes)
    return [
        *out,
        f"        if {same}: node.fix = {conjugated}",
        "        else:",
        f"            node.fix = ({''.join(s + ', ' for s in shapes)}), None, {complex_}",
        f"            if r.size >= {LARGE} and not state.large: state.meet_large()",
    ]


def _histories(op: Operation) -> list[str]:
    """The node as the history of the results that have gradients."""
    if not op.outputs:
        return ["        t.node = node"]
    lines = []
    for k in range(len(op.outputs)):
        if op.differentiable is None or k in op.differentiable:
            edge = f"Output(node, {k})" if len(op.outputs) > 1 else "node"
            lines.append(f"        t{k}.node = {edge} if r{k}.dtype.kind in 'fcV' else None")
        else:
            lines.append(f"        t{k}.node = None")
    return lines


def _forward_view(op: Operation, general: str) -> list[str]:
    """A single view: any dtype, since nothing is computed; without grad mode the general path notes how it was made."""
    x = next(p.name for p in op.params if p.kind == "tensor")
    call = ", ".join("a" if p.name == x else p.name for p in op.params)
    out = [
        f"    if state.special or not state.grad: return {general}",
        f"    m = {x}.meta",
        f"    if m is not None and (m.multi_view or m.note or m.inference or m.mirror): return {general}",
        f"    a = {x}.array",
        f"    r = KERNEL_{op.label}({call})",
        f"    if r.__class__ is not ndarray or r.dtype is not a.dtype: return {general}",
        "    t = new(Tensor); t.array = r; t.node = None",
        f"    link({x}, t)",
        f"    n = {x}.node",
        "    if n is not None:",
        f"        node = new(NODE_{op.label})",
        "        node.edges = (n,)",
    ]
    entries: list[str] = []
    for save in op.saves:
        if save.kind not in ("plain", "shape"):
            return [f"    return {general}"]
        entries += [save.name if save.kind == "plain" else "a.shape", "None"]
    out.append("        node.saved = (" + "".join(f"{e}, " for e in entries) + ")")
    out.append("        node.fix = node.extra = None; node.seq = next_sequence(); t.node = node")
    return [*out, "    return t"]


def _operand(p: Param, first: Param | None, general: str, complex_: bool, of_others: str) -> list[str]:
    a, n = f"a_{p.name}", f"n_{p.name}"
    if p.optional:
        given = [f"        {a} = {p.name}.array; {n} = {p.name}.node"]
        if p.kind != "index":
            given.append(f"        if {a}.dtype is not dt: return {general}")
        return [
            f"    if {p.name} is None: {a} = {n} = None",
            f"    elif {p.name}.__class__ is Tensor or {p.name}.__class__ is Parameter:",
            *given,
            f"    else: return {general}",
        ]
    if p.number and first is not None:
        # a number stays a weak scalar, or is one that was made an array before; what it is in other dtypes than
        # these two, NumPy decides in the general path
        kept = (
            [f"        {a} = asarray({p.name}, dt)"]
            if complex_
            else [
                f"        {a} = (SINGLES if dt is F32 else DOUBLES).get({p.name})",
                f"        if {a} is None: {a} = number({p.name}, dt)",
            ]
        )
        small = f"-{1 << 63} <= {p.name} < {1 << 63}"
        number = f"{p.name}.__class__ is float or {p.name}.__class__ is int"
        return [
            f"    if {p.name}.__class__ is Tensor or {p.name}.__class__ is Parameter:",
            f"        {a} = {p.name}.array; {n} = {p.name}.node; q_{p.name} = False",
            f"        if {a}.dtype is not dt: return {general}",
            f"    elif ({number}) and {small}:" if complex_ else f"    elif {number}:",
            *kept,
            f"        {n} = None; q_{p.name} = True",
            f"    else: return {general}",
        ]
    out = [f"    {a} = {p.name}.array; {n} = {p.name}.node"]
    if p.number:
        out = [
            f"    if {p.name}.__class__ is not Tensor and {p.name}.__class__ is not Parameter: return {general}",
            *out,
            f"    q_{p.name} = False",
        ]
    if p.kind == "index":
        return out
    if first is None:
        if complex_:
            return [*out, f"    dt = {a}.dtype", f"    if dt is not C64 and dt is not C128: return {of_others}"]
        return [*out, f"    dt = {a}.dtype", f"    if dt is not F32 and dt is not F64: return {of_others}"]
    return [*out, f"    if {a}.dtype is not dt: return {general}"]


def _version(p: Param) -> str:
    if p.number:
        return f"None if q_{p.name} else 0 if {p.name}.counter is None else {p.name}.counter[0]"
    return f"0 if {p.name} is None or {p.name}.counter is None else {p.name}.counter[0]"


def _entry(op: Operation, save: Save, wanted: str) -> tuple[list[str], list[str]]:
    """What a node keeps of one value: lines before, and the value with its version. ``wanted`` says for which edges'
    sake, in code."""
    if save.kind == "output":
        k = save.index if op.outputs else ""
        return [f"        t{k}.counter = c{k} = [0]"], [f"r{k}", f"c{k}"]
    if save.kind == "plain":
        return [], [save.name, "None"]
    p = op.params[save.index]
    if save.kind == "input":
        if p.kind == "indices":
            versions = "[None if x is None else 0 if x.counter is None else x.counter[0] for x in"
            return [], [
                f"list({p.name}) if {wanted} else None",
                f"{versions} {p.name}] if {wanted} else None",
            ]
        found = _version(p)
        line = f"        v_{p.name} = {found if len(op.edges) == 1 else f'{found} if {wanted} else None'}"
        return [line], [f"{p.name} if {wanted} else None", f"v_{p.name}"]
    made = {"dtype": "DTYPES[{}.dtype]", "strides": "strides_of({})"}.get(save.kind, "{}.shape")
    if p.kind in ("list", "indices"):
        return [], [f"[{made.format('x')} for x in a_{p.name}]", "None"]
    made = made.format(f"a_{p.name}")
    return [], [f"None if a_{p.name} is None else {made}" if p.optional else made, "None"]
