"""Straight-line code for operands that are lists, and for several views of one tensor, which few programs have."""

from __future__ import annotations

from .operation import Operation
from .parameters import Param


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
