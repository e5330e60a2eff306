"""Why a gradient is zero everywhere: the operation that passes nothing on, though something arrives."""

from __future__ import annotations

import numpy as np

from ..explain.entries import Entry, Slot
from .flow import Flow
from .inquiry import Inquiry, Why
from .lineage import operands

#: What to do where an operation is piecewise constant.
FLAT_WORDS = {
    "gt": "for a smooth count of what is greater: sigmoid((a - b) / t) with a small t",
    "lt": "for a smooth count of what is less: sigmoid((b - a) / t) with a small t",
    "ge": "for a smooth count of what is greater: sigmoid((a - b) / t) with a small t",
    "le": "for a smooth count of what is less: sigmoid((b - a) / t) with a small t",
    "argmax": "for a smooth choice: softmax(a / t, dim) with a small t",
    "argmin": "for a smooth choice: softmax(-a / t, dim) with a small t",
    "cast": "integers have no gradients: leave the conversion out of what is differentiated",
    "round": "to let the gradient pass all the same: a + (a.round() - a).detach()",
    "floor": "to let the gradient pass all the same: a + (a.floor() - a).detach()",
    "ceil": "to let the gradient pass all the same: a + (a.ceil() - a).detach()",
    "sign": "a smooth sign is tanh(a / t) with a small t",
}
_FLAT = {"round", "floor", "ceil", "trunc", "sign", "heaviside"}


def why_zero(inquiry: Inquiry, name: str) -> Why | None:
    """About a gradient that is 0 everywhere; None where nothing on its way makes it so."""
    leaf = inquiry.leaf(name)
    for backward in reversed(inquiry.recording.passes):
        for flow in inquiry.flows(backward):
            end = next((slot for slot in flow.arrived if slot.origin is leaf and leaf is not None), None)
            if end is None:
                continue
            found = _blocking(flow, end)
            if found is not None and not np.isfinite(found[1].array).all():
                overflow = forward_overflow(inquiry, flow, name)
                if overflow is not None:
                    return overflow
            if found is not None:
                return _said(inquiry, name, *found)
    return None


def _blocking(flow: Flow, end: Slot) -> tuple[Entry, Slot, np.ndarray] | None:
    """The last operation on the way down to which something arrives and which passes zeros on, with its operand."""
    above = _above(flow, end)
    for entry in reversed(flow.chain.entries):
        for share in flow.given.get(entry, ()):
            arrived = [flow.arrived[o] for o in entry.outputs if o in flow.arrived]
            if share.slot in above and not share.gradient.any() and any(g.any() for g in arrived):
                return entry, share.slot, arrived[0]
    return None


def _above(flow: Flow, end: Slot) -> set[Slot]:
    """The values that a leaf's gradient comes through."""
    found = {end}
    for entry in flow.chain.entries:
        shares = flow.given.get(entry, ())
        if any(share.slot in found for share in shares):
            found.update(entry.outputs)
    return found


def _said(inquiry: Inquiry, name: str, entry: Entry, operand: Slot, arrived: np.ndarray) -> Why:
    lines = inquiry.lines
    piece = lines.piece(entry)
    kind = entry.op.name.partition("_")[0]
    values = inquiry.number(operand.array)
    inside = inquiry.called(operand)
    advice: list[str] = []
    if kind in ("relu", "relu6", "threshold", "clamp", "hardtanh", "elu") and not _positive(operand.array, kind):
        if kind in ("relu", "relu6", "threshold", "elu"):
            why = f"all of {inside}, {values}, is below 0, where {kind} is flat"
            advice = ["leaky_relu has a slope there; or begin with another bias, or a smaller step"]
        else:
            why = f"all of {inside}, {values}, lies outside of the bounds, where {kind} is flat"
            advice = ["keep it inside before, or use a function with a slope there, such as sigmoid or tanh"]
    elif kind in _FLAT:
        why = f"{piece} is piecewise constant: its slope is 0 wherever it has one"
        advice = [FLAT_WORDS[kind]] if kind in FLAT_WORDS else []
    elif kind in ("sigmoid", "tanh", "softmax", "log", "exp", "erf", "softplus", "logsigmoid"):
        why = f"{inside} is {values}: {kind} is so flat there that its slope is 0 in {operand.array.dtype}"
        advice = [
            "smaller inputs, or a loss that takes the inputs themselves, such as binary_cross_entropy_with_logits"
        ]
    elif kind in ("mul", "div", "pow", "mm", "mv", "matmul", "bmm", "dot", "addmm"):
        others = [s for s in operands(entry) if s is not operand and not s.array.any()] or [
            s for s in operands(entry) if not s.array.any()
        ]
        what = f"{inquiry.called(others[0])}, which is 0" if others else "0"
        if others and _underflowed(others[0]):
            least = float(np.finfo(others[0].array.dtype).smallest_subnormal)
            what += f" since {others[0].array.dtype} has no numbers below {least:.2g}"
        why = (
            f"{piece} multiplies it by {what}"
            if kind != "pow"
            else f"{inside} is {values}: the slope of {piece} is 0 there"
        )
    else:
        why = f"{piece} passes nothing on: {inside} is {values} there"
    text = [
        f"it is 0 because of {lines.said(entry.line)}: {why}",
        f"what arrives at {inquiry.called(entry.outputs[0])} is {inquiry.number(arrived)}, "
        f"what goes on to {inside} is 0",
    ]
    return Why(f"{name}.grad", "zero", entry.line, text + advice)


def _underflowed(slot: Slot) -> bool:
    """Whether a product is 0 though none of its factors is."""
    entry = slot.entry
    if (
        entry is None
        or slot.array.dtype.kind != "f"
        or entry.op.name.partition("_")[0] not in ("mul", "div", "pow", "exp")
    ):
        return False
    return all(s.array.all() for s in operands(entry))


def forward_overflow(inquiry: Inquiry, flow: Flow, name: str) -> Why | None:
    """The first operation whose result is infinite though its operands are not: what comes after it has no slope."""
    for entry in flow.chain.entries:
        out = entry.outputs[0]
        sources = operands(entry)
        if np.isfinite(out.array).all() or any(not np.isfinite(s.array).all() for s in sources):
            continue
        dtype = out.array.dtype
        largest = float(np.finfo(dtype).max) if dtype.kind == "f" else 0.0
        values = " and ".join(dict.fromkeys(f"{inquiry.called(s)} is {inquiry.number(s.array)}" for s in sources[:2]))
        said, piece = inquiry.lines.said(entry.line), inquiry.lines.piece(entry)
        text = [
            f"it is 0 because of {said}: {piece} is infinite, where {values}",
            f"the largest number of {dtype} is {largest:.6g}: compute in a wider dtype, or with smaller numbers",
        ]
        return Why(f"{name}.grad", "zero", entry.line, text)
    return None


def _positive(array: np.ndarray, kind: str) -> bool:
    return bool((array > 0).any()) if kind in ("relu", "relu6", "threshold", "elu") else False
