"""What may be unexpected about a gradient that is a number: where it is another one than a reader would think."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ..engine.node import node_of
from ..engine.tensor import Tensor
from ..explain.derived import agrees
from ..explain.entries import Entry, Slot
from ..explain.recording import EDITED
from ..explain.replay import gradients_at
from .flow import Flow
from .inquiry import Inquiry, Why
from .lineage import Arrival, Backward, links, operands
from .mending import mended, replaced

#: From how much smaller or larger a gradient is than the one it began with, that is worth a word.
_FAR = 1e6
#: Lines of norms.
_MOST_LINES = 12
_LOSSES = {"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"}


def surprises(inquiry: Inquiry, name: str) -> Iterator[Why]:
    leaf = inquiry.leaf(name)
    found = [(b, a) for b in inquiry.recording.passes for a in b.arrivals if a.leaf is leaf]
    if not found:
        return
    backward, arrival = found[-1]
    flows = inquiry.flows(backward)
    yield from _other(inquiry, name, flows, arrival)
    yield from _added(inquiry, name, backward, arrival)
    for flow in flows:
        yield from _shapes(inquiry, name, flow)
    for flow in flows:
        yield from _numbers(inquiry, name, flow)
    for flow in flows:
        yield from _digits(inquiry, name, flow, arrival)
        yield from _norms(inquiry, name, flow)


# -- hooks and edits -----------------------------------------------------------------------------------------


def _other(inquiry: Inquiry, name: str, flows: list[Flow], arrival: Arrival) -> Iterator[Why]:
    """The operations say another gradient than the one that arrived."""
    said = [flow.arrived[s] for flow in flows for s in flow.arrived if s.origin is arrival.leaf]
    opaque = any(s.opaque for flow in flows for s in flow.chain.sources)
    edited = _edited(inquiry, flows)
    if len(said) == 1 and agrees(said[0], arrival.added) and not edited:
        return
    of = f"{name}.grad"
    hooks = sorted(set(inquiry.recording.hook_lines.values()))
    arrived = f"{inquiry.number(arrival.added)} arrived"
    if hooks:
        lines = " and ".join(inquiry.lines.said(line) for line in hooks)
        text = [f"the hook of {lines} changes it on its way"]
        if len(said) == 1:
            text.append(f"the operations give {inquiry.number(said[0])}, {arrived}")
        yield Why(of, "hook", hooks[0], text)
    elif edited:
        line, slot, now = edited
        before = (
            f"{inquiry.called(slot)} was {inquiry.number(slot.array)} when it was used, and {now} when backward read it"
        )
        text = [
            f"{inquiry.lines.said(line)} changed it where autograd can't see it: {before}",
            "change it before it is used, or by an operation that autograd records",
        ]
        yield Why(of, "data", line, text)
    elif not opaque and said:
        yield Why(of, "data", 0, [f"the operations give {inquiry.number(said[0])}, {arrived}"])


def _edited(inquiry: Inquiry, flows: list[Flow]) -> tuple[int, Slot, str] | None:
    """The edit of ``.data`` of a value that a pass reads: its line, the value, and what it is by now."""
    used = {s for flow in flows for e in flow.chain.entries for s in operands(e)}
    used |= {s for flow in flows for s in flow.chain.sources}
    for exit_ in inquiry.recording.exits:
        if exit_.way != ".data" or not isinstance(exit_.made, Tensor):
            continue
        source = exit_.source
        if (
            source in used
            and exit_.made.array.shape == source.array.shape
            and not _equal(exit_.made.array, source.array)
        ):
            return exit_.line, source, inquiry.number(exit_.made.array)
    for slot in used:
        if slot.opaque == EDITED:
            return inquiry.names.line(slot), slot, "another"
    return None


def _equal(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))


# -- sums ----------------------------------------------------------------------------------------------------


def _added(inquiry: Inquiry, name: str, backward: Backward, arrival: Arrival) -> Iterator[Why]:
    before = arrival.before
    if before is None or not before.any():
        return
    of = f"{name}.grad"
    line = backward.line
    text = [
        f"the backward() of {inquiry.lines.said(line)} added {inquiry.number(arrival.added)} to the "
        f"{inquiry.number(before)} that stood there",
        f"{of} = None, or the optimizer's zero_grad(), between two",
    ]
    yield Why(of, "sum", line, text, mended=mended(inquiry, of, line, f"{of} = None; {inquiry.lines.at(line)}"))


# -- shapes --------------------------------------------------------------------------------------------------


def _shapes(inquiry: Inquiry, name: str, flow: Flow) -> Iterator[Why]:
    """[3, 1] met [3], and became [3, 3]."""
    for entry in flow.chain.entries:
        found = [_unexpanded(slot) for slot in operands(entry)]
        if len(found) != 2:
            continue
        a, b = found
        column, row = (a, b) if a.array.ndim == 2 else (b, a)
        n = row.array.size
        loss = entry.op.name.partition("_")[2] == "loss" or entry.op.name in _LOSSES
        if column.array.shape != (n, 1) or row.array.shape not in ((n,), (1, n)) or n < 2:
            continue
        met = loss or any(o.array.shape == (n, n) for o in entry.outputs)
        if not met or entry.op.name in ("mm", "matmul", "addmm", "linear"):
            continue
        first, second = inquiry.called(column), inquiry.called(row)
        text = [
            f"in {inquiry.lines.said(entry.line)} {first} {list(column.array.shape)} and {second} "
            f"{list(row.array.shape)} met as {[n, n]}: {n * n} pairs, not {n}",
            f"{first}.squeeze(1) has the shape {[n]}",
        ]
        node = inquiry.lines.node(entry)
        change = None
        operand = _operand(node, first)
        if operand is not None and row.array.ndim == 1:
            new = f"{ast.unparse(operand)}.squeeze(1)"
            change = mended(inquiry, f"{name}.grad", entry.line, replaced(inquiry.lines.raw(entry.line), operand, new))
        yield Why(f"{name}.grad", "shapes", entry.line, text, mended=change)


def _unexpanded(slot: Slot) -> Slot:
    """A value as it was before it was repeated to fit another."""
    while slot.entry is not None and slot.entry.op.name == "expand":
        slot = operands(slot.entry)[0]
    return slot


def _operand(node: ast.expr | None, called: str) -> ast.expr | None:
    if node is None:
        return None
    return next((n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == called), None)


# -- numbers that left the history ---------------------------------------------------------------------------


def _numbers(inquiry: Inquiry, name: str, flow: Flow) -> Iterator[Why]:
    """A part of the value came of the leaf by a way that has no history."""
    leaf = inquiry.leaf(name)
    if leaf is None:
        return
    seen: set[Slot] = set()
    pending = [flow.chain.result]
    while pending:
        slot = pending.pop()
        if slot in seen:
            continue
        seen.add(slot)
        for link in links(inquiry.recording, slot):
            if link.by in ("item()", "tolist()", "torch.tensor()", "detach()", ".data"):
                path = inquiry.path(link.source, leaf)
                if path is not None and not path.cuts:
                    what = "a number" if link.by == "item()" else "a tensor without history"
                    text = [
                        f"{inquiry.lines.said(link.line)} made {what} of {inquiry.called(link.source)}: that part of "
                        f"the gradient is missing"
                    ]
                    line = inquiry.lines.at(link.line)
                    new = line.replace(".item()", "").replace(".detach()", "").replace(".data", "")
                    change = mended(inquiry, f"{name}.grad", link.line, new)
                    yield Why(f"{name}.grad", "number", link.line, text, mended=change)
                    return
            pending.append(link.source)


# -- digits --------------------------------------------------------------------------------------------------


def _digits(inquiry: Inquiry, name: str, flow: Flow, arrival: Arrival) -> Iterator[Why]:
    """In float64 it is another number: digits were lost where two numbers that are nearly equal are subtracted."""
    slot = next((s for s in flow.chain.sources if s.origin is arrival.leaf), None)
    if slot is None or slot.array.dtype != np.float32 or flow.chain.result.array.size != 1:
        return
    wide = Tensor(slot.array.astype(np.float64), requires_grad=True)
    try:
        result = flow.chain.run({slot: wide}, double=True)
        if result.node is None:
            return
        found = gradients_at([(result.node, np.ones(result.array.shape))], {name: node_of(wide.node)}).get(name)
    except (RuntimeError, ValueError, TypeError, NotImplementedError):
        return
    if found is None or not np.isfinite(found).all() or found.shape != arrival.added.shape:
        return
    size = max(float(np.abs(found).max()), float(np.abs(arrival.added).max()))
    if float(np.abs(found - arrival.added).max()) <= 1e-2 * size:
        return
    entry = _cancelling(flow)
    text = [
        f"it is {inquiry.number(arrival.added)} in float32, and {inquiry.number(found)} in float64: digits were lost"
    ]
    line = 0
    if entry is not None:
        line = entry.line
        out = entry.outputs[0]
        sources = " and ".join(f"{inquiry.called(s)} = {inquiry.number(s.array)}" for s in operands(entry)[:2])
        text.append(
            f"in {inquiry.lines.said(line)}: {inquiry.lines.piece(entry)} is {inquiry.number(out.array)}, the "
            f"difference of what is nearly equal ({sources})"
        )
    text.append(
        "compute in float64, or rewrite the difference (1 - cos(x) is 2 * sin(x / 2)**2, exp(x) - 1 is expm1(x))"
    )
    yield Why(f"{name}.grad", "digits", line, text)


def _cancelling(flow: Flow) -> Entry | None:
    for entry in flow.chain.entries:
        if entry.op.name.partition("_")[0] not in ("sub", "add", "rsub"):
            continue
        sources = operands(entry)
        largest = max((float(np.abs(s.array).max(initial=0)) for s in sources), default=0.0)
        made = np.abs(entry.outputs[0].array)
        if made.size and float(made.min()) < 1e-3 * largest:
            return entry
    return None


# -- sizes ---------------------------------------------------------------------------------------------------


def _norms(inquiry: Inquiry, name: str, flow: Flow) -> Iterator[Why]:
    """The norm of the gradient line by line, where it vanishes or explodes."""
    leaf = inquiry.leaf(name)
    end = next((s for s in flow.arrived if s.origin is leaf), None)
    if end is None:
        return
    start = _norm(flow.arrived[flow.chain.result])
    last = _norm(flow.arrived[end])
    if not np.isfinite(last) or last == 0.0 or start == 0.0 or 1 / _FAR < last / start < _FAR:
        return
    norms: list[tuple[int, str, float]] = []
    for entry in reversed(flow.chain.entries):
        for out in entry.outputs:
            if out in flow.arrived:
                norms.append((entry.line, inquiry.called(out), _norm(flow.arrived[out])))
    norms.append((0, name, last))
    shrinks = last < start
    steps = [(b[2] / a[2], a) for a, b in pairwise(norms) if a[2] > 0]
    factor, worst = min(steps) if shrinks else max(steps)
    word = "vanishes" if shrinks else "explodes"
    text = [f"it {word} on its way back, most of all in {inquiry.lines.said(worst[0])}: by a factor of {factor:.2g}"]
    kept = norms if len(norms) <= _MOST_LINES else [*norms[: _MOST_LINES - 2], norms[-1]]
    text.append(
        "|gradient| by line: " + ", ".join(f"{n:.2g}" + (inquiry.lines.mark(k) or f" ({w})") for k, w, n in kept)
    )
    yield Why(f"{name}.grad", "norms", worst[0], text)


def _norm(array: np.ndarray) -> float:
    return float(np.linalg.norm(array.reshape(-1).astype(np.float64) if array.dtype.kind == "f" else array.reshape(-1)))
