"""Straight-line code that few programs need: for operands that are lists, for several views of one tensor, and for
results without a history (of integers, or because the operation has no derivative).
"""

from __future__ import annotations

from ..numerics.blocks import LARGE
from .operation import Operation
from .parameters import Param
from .state import state


def listed(p: Param, first: Param | None, general: str) -> list[str]:
    """Several tensors of one dtype: ``a_p`` has their arrays, ``e_p`` what made them, ``n_p`` whether anything did."""
    a, e = f"a_{p.name}", f"e_{p.name}"
    lines = [f"    {a} = []; {e} = []; n_{p.name} = None"]
    if first is None:
        lines.append("    dt = None")
    return [
        *lines,
        f"    for each in {p.name}:",
        f"        if each.__class__ is not Tensor and each.__class__ is not Parameter: return {general}",
        "        x = each.array; n = each.node",
        *([] if first is not None else ["        if dt is None: dt = x.dtype"]),
        f"        if x.dtype is not dt: return {general}",
        f"        {a}.append(x); {e}.append(n)",
        f"        if n is not None: n_{p.name} = n",
        *([] if first is not None else [f"    if dt is not F32 and dt is not F64: return {general}"]),
    ]


def indexed(p: Param, general: str) -> list[str]:
    """Several indices, some of them None."""
    return [
        f"    a_{p.name} = []",
        f"    for each in {p.name}:",
        f"        if each is None: a_{p.name}.append(None)",
        f"        elif each.__class__ is Tensor: a_{p.name}.append(each.array)",
        f"        else: return {general}",
    ]


def several_views(op: Operation, general: str) -> list[str]:
    """Several views of one tensor."""
    x = next(p.name for p in op.params if p.kind == "tensor")
    call = ", ".join("a" if p.name == x else p.name for p in op.params)
    kept = [f"{save.name if save.kind == 'plain' else 'a.shape'}, None, " for save in op.saves]
    if any(save.kind not in ("plain", "shape") for save in op.saves):
        return [f"    return {general}"]
    return [
        f"    if state.special or not state.grad: return {general}",
        f"    m = {x}.meta",
        f"    if m is not None and (m.multi_view or m.note or m.inference or m.mirror): return {general}",
        f"    a = {x}.array; n = {x}.node; node = None",
        f"    raw = KERNEL_{op.label}({call})",
        "    if n is not None:",
        f"        node = new(several(OP_{op.label}, len(raw)))",
        f"        node.edges = (n,); node.saved = ({''.join(kept)})",
        "        node.fix = node.extra = None; node.seq = next_sequence()",
        "    views = []; k = 0",
        "    for r in raw:",
        "        t = new(Tensor); t.array = r; t.node = None",
        f"        link({x}, t)",
        "        t.meta.multi_view = True",
        "        if node is not None: t.node = Output(node, k); k += 1",
        "        views.append(t)",
        "    return tuple(views)",
    ]


#: NumPy's letters of the dtypes that need no care: no half precision, and integers that promotion leaves as they are.
_WHOLE, _FLOATING = "?bBhil", "fd"


def _has_lists(op: Operation) -> bool:
    return any(p.kind in ("list", "indices") for p in op.params)


def without_history(op: Operation, general: str) -> list[str]:
    """A result that nothing is recorded of, of operands of one dtype."""
    letters = _WHOLE + (_FLOATING if not op.edges else "") if op.promote != "float" else ""
    if op.taken is not None:
        letters = "".join(letter for letter in letters if letter in op.taken.letters)
    if op.fits:  # which the numbers that are taken do in the widest of them
        letters = "l" * ("l" in letters)
    many = op.outputs or str(op.source.__annotations__.get("return")).startswith(("list", "tuple"))
    if not letters or many or op.view is not None or op.flip is not None or _has_lists(op):
        return [f"    return {general}"]
    small = f"-{1 << 31} <= {{}} < {1 << 31}"
    out = []
    for p in op.params:
        if p.name in op.fits and p.kind == "plain":
            unless = f"{p.name} is not None and " if p.has_default and p.default is None else ""
            usual = f"({p.name}.__class__ is int and {small.format(p.name)})"
            out.append(f"    if {unless}not {usual}: return {general}")
    first = None
    for p in op.params:
        if p.kind == "plain":
            continue
        a = f"a_{p.name}"
        given = [f"    {a} = {p.name}.array"]
        if p.kind == "tensor":
            wrong = f"{a}.dtype.char not in {letters!r}" if first is None else f"{a}.dtype is not dt"
            given += [f"    if {wrong}: return {general}", *([f"    dt = {a}.dtype"] if first is None else [])]
        tensor = f"{p.name}.__class__ is Tensor or {p.name}.__class__ is Parameter"
        if p.optional:
            out += [f"    if {p.name} is not None: return {general}", f"    {a} = None"]
        elif p.number and first is not None:
            out += [
                f"    if {tensor}:",
                *("    " + line for line in given),
                f"    elif {p.name}.__class__ is int and dt.char == 'l' and {small.format(p.name)}:",
                f"        {a} = asarray({p.name}, dt)",
                f"    else: return {general}",
            ]
        else:
            out += [f"    if not ({tensor}): return {general}", *given]
        if p.kind == "tensor" and first is None:
            first = p
            if op.blocks and state.large:
                out.append(f"    if {a}.size >= {LARGE}: return {general}")
    if first is None and not any(p.kind == "index" for p in op.params):
        return [f"    return {general}"]
    call = ", ".join(f"a_{p.name}" if p.kind != "plain" else p.name for p in op.params)
    return [
        *out,
        f"    try: r = KERNEL_{op.label}({call})",
        f"    except (ValueError, TypeError, OverflowError): return {general}",  # which words the error
        f"    if r.__class__ is tuple or r.__class__ is list: return {general}",
        "    if r.__class__ is not ndarray: r = asarray(r)",
        "    t = new(Tensor); t.array = r; t.meta = None; t.counter = None; t.node = None",
        "    return t",
    ]
