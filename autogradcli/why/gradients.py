"""Why the gradient of a leaf is what it is: None, NaN, infinite, zero, or not what was expected."""

from __future__ import annotations

import numpy as np

from ..engine.node import AccumulateGrad, node_of
from ..engine.tensor import Tensor
from .cuts import why_cut
from .inquiry import Inquiry, Why
from .mending import mended
from .not_finite import why_not_finite
from .surprises import surprises
from .zeros import why_zero


def why(inquiry: Inquiry, name: str) -> Why:
    """About ``NAME.grad``. Raises ValueError for a name that is no tensor's."""
    of = f"{name}.grad"
    tensor = inquiry.named.get(name)
    if tensor is None:
        known = ", ".join(inquiry.leaves()[:8])
        raise ValueError(
            f"{name} is no tensor of the program; the leaves are {known}"
            if known
            else f"{name} is no tensor of the program, and nothing in it requires grad"
        )
    grad = tensor.grad
    if grad is None:
        return _none(inquiry, name, tensor)
    array = np.asarray(grad.array)
    if not np.isfinite(array).all():
        return why_not_finite(inquiry, name, array)
    if not array.any():
        found = why_zero(inquiry, name)
        if found is not None:
            return found
    found = next(iter(surprises(inquiry, name)), None)
    if found is not None:
        return found
    return Why(of, "fine", 0, [f"{of} is {inquiry.number(array)}, as the operations say: derive shows how"])


def _none(inquiry: Inquiry, name: str, tensor: Tensor) -> Why:
    of = f"{name}.grad"
    slot = inquiry.slots[name]
    if not isinstance(node_of(tensor.node), AccumulateGrad) and tensor.node is not None:
        return _no_leaf(inquiry, name)
    if inquiry.leaf(name) is None:
        line = inquiry.names.line(slot)
        if tensor.array.dtype.kind not in "fc":
            text = [f"{name} has the dtype {tensor.dtype}, and only floating numbers have gradients: write 2. for 2"]
            return Why(of, "none", line, text)
        former = inquiry.former(name)
        if former is not None:
            return _renamed(inquiry, name, former)
        cut = next((found for found in (why_cut(inquiry, slot, leaf) for leaf in inquiry.leaves()) if found), None)
        if cut is not None:
            return Why(of, "none", cut.line, [f"{name} has no history: {cut.text[0]}", *cut.text[1:]], cut.path)
        return Why(
            of,
            "none",
            line,
            [
                f"{name} doesn't require grad: nothing is remembered of what is computed from it",
                f"say so where it is made: requires_grad=True, or {name}.requires_grad_()",
            ],
        )
    leaf = inquiry.leaf(name)
    assert leaf is not None
    arrivals = [backward for backward, _ in inquiry.arrivals(name)]
    cleared = inquiry.recording.cleared.get(leaf, [])
    if arrivals and cleared:
        gave = inquiry.lines.said(arrivals[-1].line)
        text = [f"{gave} gave it a gradient, and {inquiry.lines.said(cleared[-1])} forgot it"]
        return Why(of, "none", cleared[-1], text)
    former = inquiry.former(name)
    if former is not None and not arrivals:
        return _renamed(inquiry, name, former)
    results = inquiry.results()
    for result in results:
        cut = why_cut(inquiry, result, name)
        if cut is not None:
            return Why(of, "none", cut.line, cut.text, cut.path, cut.mended)
    if not inquiry.recording.passes:
        if not results:
            return Why(of, "none", 0, [f"nothing was computed from {name}"])
        made_of = next((r for r in results if inquiry.path(r, leaf) is not None), results[0])
        said = inquiry.called(made_of)
        how = f"{said}.backward()" if made_of.array.size == 1 else f"{said}.sum().backward()"
        return Why(of, "none", 0, [f"backward() was never called: {how} gives {name} a gradient"])
    others = [(n, inquiry.leaf(n)) for n in inquiry.leaves() if n != name]
    used = [n for n, other in others if other is not None and inquiry.path(results[0], other) is not None]
    what = inquiry.called(results[0])
    made = f"{what} was made of {_listed(used)} alone" if used else f"{what} was not made of it"
    return Why(of, "none", inquiry.names.line(results[0]), [f"{made}: {name} stands in no line that leads to it"])


def _listed(names: list[str]) -> str:
    shown = names[:4]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]


def _no_leaf(inquiry: Inquiry, name: str) -> Why:
    of = f"{name}.grad"
    slot = inquiry.slots[name]
    line = inquiry.names.line(slot)
    former = inquiry.former(name)
    if former is not None:
        return _renamed(inquiry, name, former)
    text = [f"{name} was computed ({inquiry.lines.said(line)}): only a leaf, which was not, keeps a gradient"]
    found = [flow.arrived[slot] for b in inquiry.recording.passes for flow in inquiry.flows(b) if slot in flow.arrived]
    value = f": its gradient was {inquiry.number(found[-1])}" if found else ""
    text.append(f"{name}.retain_grad() before backward() keeps it{value}")
    change = mended(inquiry, of, line, f"{inquiry.lines.at(line)}\n{name}.retain_grad()") if found else None
    return Why(of, "none", line, text, mended=change)


def _renamed(inquiry: Inquiry, name: str, former: object) -> Why:
    """The name meant a leaf, and means something that was computed from it now."""
    slot = inquiry.slots[name]
    line = inquiry.names.line(slot)
    grad = getattr(former, "grad", None)
    has = f"has the gradient {inquiry.number(grad.array)}" if grad is not None else "is a leaf and gets the gradient"
    text = [
        f"since {inquiry.lines.said(line)} the name {name} is another tensor, which is no leaf",
        f"the {name} of before {has}: give the new one another name",
    ]
    return Why(f"{name}.grad", "none", line, text)
