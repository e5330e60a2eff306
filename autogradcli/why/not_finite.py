"""Where a NaN or an infinity in a gradient begins: forward, in the derivative of an operation, or where shares meet."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from ..explain.entries import Entry, Slot
from .flow import Flow, Share
from .inquiry import Inquiry, Mended, Why, place
from .lineage import operands
from .mending import mended, replaced

At = tuple[int, ...]


def why_not_finite(inquiry: Inquiry, name: str, grad: np.ndarray) -> Why:
    kind = "nan" if np.isnan(grad).any() else "inf"
    head = _elements(name, grad, kind)
    leaf = inquiry.leaf(name)
    for backward in reversed(inquiry.recording.passes):
        arrival = next((a for a in backward.arrivals if a.leaf is leaf), None)
        if arrival is None or np.isfinite(arrival.added).all():
            continue
        for flow in inquiry.flows(backward):
            found = _forward(inquiry, flow, name, kind) or _backward(inquiry, flow, name, kind)
            if found is not None:
                return found._replace(text=[head, *found.text])
    return Why(f"{name}.grad", kind, 0, [head, "where it begins can't be told: it goes through what was not recorded"])


def _elements(name: str, grad: np.ndarray, kind: str) -> str:
    word = "NaN" if kind == "nan" else "infinite"
    bad = np.isnan(grad) if kind == "nan" else ~np.isfinite(grad)
    if not grad.ndim:
        return f"{name}.grad is {word}"
    if bad.all():
        return f"all of {name}.grad is {word}"
    first = tuple(int(n) for n in np.argwhere(bad)[0])
    others = f" and {int(bad.sum()) - 1} more" if bad.sum() > 1 else ""
    fine = np.argwhere(~bad)[0]
    good = tuple(int(n) for n in fine)
    return f"{name}.grad{place(first)}{others} is {word}; {name}.grad{place(good)} is {grad[good]:.4g}"


# -- forward ------------------------------------------------------------------------------------------------


def _forward(inquiry: Inquiry, flow: Flow, name: str, kind: str) -> Why | None:
    """The first operation whose result is not finite, though what it was computed from is."""
    if np.isfinite(flow.chain.result.array).all():
        return None
    for entry in flow.chain.entries:
        for out in entry.outputs:
            bad = ~np.isfinite(out.array)
            sources = operands(entry)
            if not bad.any() or any(not np.isfinite(s.array).all() for s in sources):
                continue
            at = tuple(int(n) for n in np.argwhere(bad)[0])
            lines = inquiry.lines
            piece = lines.piece(entry)
            facts = [f"{inquiry.called(s)} is {_at(s, out, at)}" for s in sources[:2]]
            text = [
                f"the value itself is not finite: {piece}{lines.mark(entry.line)} is {out.array[at]:.4g}"
                f"{' at ' + place(at) if at else ''}, where {' and '.join(facts)}"
            ]
            limit = np.finfo(out.array.dtype)
            if entry.op.name.partition("_")[0] == "exp":
                text.append(f"the largest exponent of {out.array.dtype} is {np.log(limit.max):.4g}")
            change = _change_forward(inquiry, entry, name)
            return Why(f"{name}.grad", kind, entry.line, text + _advice(inquiry, entry), mended=change)
    return None


def _at(source: Slot, out: Slot, at: At) -> str:
    """What an operand is where the result is not finite."""
    array = source.array
    if array.shape == out.array.shape:
        return f"{array[at].item():.6g}" if array.dtype.kind == "f" else str(array[at])
    return f"{array.item():.6g}" if array.size == 1 and array.dtype.kind == "f" else f"of the shape {list(array.shape)}"


_FORWARD = {
    "exp": "subtract the largest first, or use softmax, log_softmax or logsumexp, which do",
    "log": "log needs what is greater than 0: log(x.clamp(min=1e-12)), or log1p for what is near to 1",
    "sqrt": "sqrt needs what is not negative",
    "div": "a division by 0: add a small number below, or leave those elements out",
}


def _advice(inquiry: Inquiry, entry: Entry) -> list[str]:
    found = _FORWARD.get(entry.op.name.partition("_")[0])
    return [found] if found else []


def _change_forward(inquiry: Inquiry, entry: Entry, name: str) -> Mended | None:
    of = f"{name}.grad"
    whole = inquiry.lines.statement(entry.line)
    if whole is None:
        return None
    for node in ast.walk(whole):
        new = _stable(node)
        if new and isinstance(node, ast.expr):
            found = mended(inquiry, of, entry.line, replaced(inquiry.lines.raw(entry.line), node, new))
            if found is not None:
                return found
    node_ = inquiry.lines.node(entry)
    kind = entry.op.name.partition("_")[0]
    inner = _argument(node_)
    if inner and kind == "log" and node_ is not None:
        text = ast.unparse(node_).replace(inner, f"({inner}).clamp(min=1e-12)", 1)
        return mended(inquiry, of, entry.line, replaced(inquiry.lines.raw(entry.line), node_, text))
    return None


def _stable(node: ast.AST) -> str:
    """A stable form of what overflows: ``exp(z) / exp(z).sum()``, ``log(softmax(z, 0))``, ``log(exp(z).sum())``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        above, below = node.left, node.right
        z = _called(above, "exp")
        total = _called(below, "sum")
        if z and total and _same(ast.parse(total, mode="eval").body, above):
            return f"torch.softmax({z}, -1)"
    z = _called(node, "log")
    if z:
        inner = ast.parse(z, mode="eval").body
        total = _called(inner, "sum")
        of = _called(ast.parse(total, mode="eval").body, "exp") if total else ""
        if of:
            return f"torch.logsumexp({of}, -1)"
        stable = _stable(inner)
        if stable.startswith("torch.softmax("):
            return stable.replace("torch.softmax(", "torch.log_softmax(", 1)
        if _called(inner, "softmax") and isinstance(inner, ast.Call):
            return ast.unparse(inner).replace("softmax", "log_softmax", 1)
        if _called(inner, "sigmoid"):
            return f"torch.nn.functional.logsigmoid({_called(inner, 'sigmoid')})"
    return ""


def _called(node: ast.AST, name: str) -> str:
    """The text of what a function or method of that name is of; "" for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute) and node.func.attr == name:
        home = ast.unparse(node.func.value)
        if home in ("torch", "F", "torch.nn.functional", "math", "torch.special"):
            return ast.unparse(node.args[0]) if node.args else ""
        return home
    if isinstance(node.func, ast.Name) and node.func.id == name and node.args:
        return ast.unparse(node.args[0])
    return ""


def _same(a: ast.AST, b: ast.AST) -> bool:
    return ast.unparse(a) == ast.unparse(b)


def _argument(node: ast.AST | None) -> str:
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) not in ("torch", "F", "torch.special"):
        return ast.unparse(node.func.value)
    return ast.unparse(node.args[0]) if node.args else ""


# -- backward -----------------------------------------------------------------------------------------------


def _backward(inquiry: Inquiry, flow: Flow, name: str, kind: str) -> Why | None:
    """The first operation that passes on what is not finite though what arrives is, or two shares that meet."""
    for entry in reversed(flow.chain.entries):
        arrived = [flow.arrived[o] for o in entry.outputs if o in flow.arrived]
        if not arrived or any(not np.isfinite(g).all() for g in arrived):
            continue
        for share in flow.given.get(entry, ()):
            if not np.isfinite(share.gradient).all():
                return _derivative(inquiry, flow, entry, share, arrived[0], name, kind)
    for slot, shares in flow.shares.items():
        if not np.isfinite(flow.arrived[slot]).all() and all(np.isfinite(s.gradient).all() for s in shares):
            return _met(inquiry, flow, slot, shares, name, kind)
    for slot, shares in flow.shares.items():  # infinities that meet
        bad = np.isnan(flow.arrived[slot])
        if bad.any() and not any(np.isnan(s.gradient).any() for s in shares):
            return _met(inquiry, flow, slot, shares, name, kind)
    return None


def _derivative(inquiry: Inquiry, flow: Flow, entry: Entry, share: Share, g: np.ndarray, name: str, kind: str) -> Why:
    lines = inquiry.lines
    piece, inside = lines.piece(entry), inquiry.called(share.slot)
    bad = ~np.isfinite(share.gradient)
    at = tuple(int(n) for n in np.argwhere(bad)[0])
    here = f" at {place(at)}" if at else ""
    out = entry.outputs[0]
    text = []
    unused = g.shape == share.gradient.shape and g[at] == 0
    if unused:
        choice = next((e for e in flow.chain.entries if e.op.name == "where" and out in operands(e)), None)
        if choice is not None:
            cond = lines.node(choice)
            condition = ast.unparse(cond.args[0]) if isinstance(cond, ast.Call) and cond.args else "the condition"
            text.append(
                f"{lines.piece(choice)}{lines.mark(choice.line)}: {condition} doesn't choose {piece}{here}, "
                f"so it sends 0 back into it, which nobody used"
            )
    value = share.slot.array[at] if share.slot.array.shape == share.gradient.shape else share.slot.array
    slope = _SLOPES.get(entry.op.name.partition("_")[0], "has no finite slope there")
    text.append(f"{piece}{lines.mark(entry.line)}:{here} {inside} is {inquiry.number(value)}, where it {slope}")
    given = share.gradient[at]
    if np.isnan(given):
        text.append(
            "0 * inf is NaN"
            if unused
            else f"{inquiry.number(g[at] if g.shape == share.gradient.shape else g)} times that is NaN"
        )
    change = _change_backward(inquiry, flow, entry, share, name)
    return Why(f"{name}.grad", kind, entry.line, text, mended=change)


_SLOPES = {
    "sqrt": "has an infinite slope, 1 / (2 * sqrt(0))",
    "log": "has an infinite slope, 1 / 0",
    "pow": "has no finite slope",
    "div": "divides by 0",
    "reciprocal": "divides by 0",
    "rsqrt": "has an infinite slope",
    "asin": "has an infinite slope",
    "acos": "has an infinite slope",
    "atanh": "has an infinite slope",
    "acosh": "has an infinite slope",
    "norm": "has no slope",
}


def _met(inquiry: Inquiry, flow: Flow, slot: Slot, shares: list[Share], name: str, kind: str) -> Why:
    total: Any = flow.arrived[slot]
    at = tuple(int(n) for n in np.argwhere(~np.isfinite(total))[0])
    parts = [
        f"{inquiry.number(s.gradient[at])} from {inquiry.lines.piece(s.entry)}{inquiry.lines.mark(s.entry.line)}"
        for s in shares
    ]
    here = f" at {place(at)}" if at else ""
    line = shares[-1].entry.line
    text = [f"where the shares of {inquiry.called(slot)} meet{here}: {' + '.join(parts)} is {total[at]:.4g}"]
    if np.isnan(total[at]):
        text.append("inf - inf is NaN: each of them is too large for the dtype, their difference may not be")
    return Why(f"{name}.grad", kind, line, text)


def _change_backward(inquiry: Inquiry, flow: Flow, entry: Entry, share: Share, name: str) -> Mended | None:
    """The line with a harmless input where the result isn't used, or with a function that has a slope there."""
    of = f"{name}.grad"
    lines = inquiry.lines
    node = lines.node(entry)
    inner = _argument(node)
    kind = entry.op.name.partition("_")[0]
    if node is None:
        return None
    raw = lines.raw(entry.line)
    choice = next((e for e in flow.chain.entries if e.op.name == "where" and _leads(flow, entry, e)), None)
    call = None if choice is None else lines.node(choice)
    if isinstance(call, ast.Call) and len(call.args) == 3 and inner:
        condition = ast.unparse(call.args[0])
        first = _contains(flow, entry, operands_of(choice, 1))
        home = "torch." if ast.unparse(call.func).startswith("torch.") or isinstance(call.func, ast.Attribute) else ""
        safe = f"{home}where({condition}, {inner}, 1.)" if first else f"{home}where({condition}, 1., {inner})"
        changed = ast.unparse(node).replace(inner, safe, 1)
        found = mended(inquiry, of, entry.line, replaced(raw, node, changed))
        if found is not None:
            return found
    if kind == "div" and isinstance(call, ast.Call) and isinstance(node, ast.BinOp) and len(call.args) == 3:
        condition, below = ast.unparse(call.args[0]), ast.unparse(node.right)
        home = "torch." if isinstance(call.func, ast.Attribute) else ""
        first = _contains(flow, entry, operands_of(choice, 1))
        safe = f"{home}where({condition}, {below}, 1.)" if first else f"{home}where({condition}, 1., {below})"
        return mended(inquiry, of, entry.line, replaced(raw, node.right, safe))
    if kind == "sqrt" and inner:
        total = _called(ast.parse(inner, mode="eval").body, "sum")
        square = ast.parse(total, mode="eval").body if total else None
        if isinstance(square, ast.BinOp) and isinstance(square.op, ast.Pow):
            found = mended(
                inquiry, of, entry.line, replaced(raw, node, f"torch.linalg.norm({ast.unparse(square.left)})")
            )
            if found is not None:
                return found
        return mended(
            inquiry, of, entry.line, replaced(raw, node, ast.unparse(node).replace(inner, f"{inner} + 1e-12", 1))
        )
    return None


def operands_of(entry: Entry | None, place_: int) -> list[Slot]:
    if entry is None or len(entry.args) <= place_:
        return []
    a = entry.args[place_]
    return [a] if isinstance(a, Slot) else []


def _leads(flow: Flow, entry: Entry, to: Entry) -> bool:
    return _contains(flow, entry, operands(to))


def _contains(flow: Flow, entry: Entry, ends: list[Slot]) -> bool:
    """Whether an operation is among those that these values were made by."""
    pending, seen = list(ends), set()
    while pending:
        slot = pending.pop()
        if slot.entry is entry:
            return True
        if slot.entry is not None and slot not in seen:
            seen.add(slot)
            pending += operands(slot.entry)
    return False
