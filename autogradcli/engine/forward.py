"""Forward mode: tangents pushed along with the operations, from the same rules as the backward pass.

linear        the operation on the tangents
bilinear      one term for each operand: the operation with that operand replaced by its tangent
elementwise   the Jacobian is diagonal, so the rule applied to the tangent is the product with it
else          the declaration's ``jvp``; failing that, the transpose of the rule, which is linear in the gradient:
              with  v(g) = J^T g   the tangent is   d/dg <v(g), t> = J t      (two backward passes)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..numerics import dtypes
from .backward import Pass
from .leaves import require_grad
from .levels.base import layer_of
from .levels.grad import GradLevel
from .levels.lifted import lift, lower
from .no_forward import refused
from .node import AccumulateGrad, node_of
from .operation import Operation
from .parameters import Param
from .state import state
from .tangents import note_lent, set_tangent, tangent_of, undual
from .tensor import Tensor, wrap
from .worlds import TENSORS, roles


def check_tangent(t: Tensor, tangent: Tensor) -> None:
    """Raises RuntimeError for a tangent that doesn't fit its tensor."""
    if tangent.array.shape != t.array.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(t.array.shape)} while the given forward gradient is of size "
            f"{list(tangent.array.shape)}."
        )


def collect(op: Operation, args: Sequence[Any], find: Callable[[Any], Tensor | None]) -> dict[str, Any]:
    """The tangents of the operands, by the names of their parameters, where they have one."""
    tangents: dict[str, Any] = {}
    if not op.has_gradient:
        return tangents
    for p in op.edges:
        value = args[p.index]
        if p.kind == "list":
            several = [find(t) for t in value]
            if any(t is not None for t in several):
                tangents[p.name] = several
        else:
            tangent = find(value)
            if tangent is not None:
                tangents[p.name] = tangent
    return tangents


def push_tangents(op: Operation, args: tuple[Any, ...], outputs: list[Tensor]) -> None:
    """Give the results their tangents, where an operand has one."""
    tangents = collect(op, args, tangent_of)
    if not tangents:
        return
    with undual():
        results = jvp(op, args, tangents, outputs)
    for k, (t, tangent) in enumerate(zip(outputs, results, strict=True)):
        if tangent is not None:
            set_tangent(t, tangent)
            _tell_saved(op, t, k, tangent)


state.push_tangents = push_tangents


def _tell_saved(op: Operation, t: Tensor, index: int, tangent: Tensor) -> None:
    """What a node saved of a result before that had its tangent has it too: the rule may be differentiated."""
    node = node_of(t.node)
    if node is None or not node.saved or type(node).op is not op:
        return
    for k, save in enumerate(op.saves):
        kept = node.saved[2 * k]
        if save.kind == "output" and save.index == index and isinstance(kept, Tensor):
            set_tangent(kept, tangent)


def jvp(op: Operation, args: Sequence[Any], tangents: dict[str, Any], outputs: list[Tensor]) -> list[Any]:
    """Tangents of the results, in order, in their shapes and dtypes; None for a result without derivative."""
    found = _jvp(op, args, tangents, outputs)
    fitted = [None if tangent is None else _fitted(tangent, t) for tangent, t in zip(found, outputs, strict=True)]
    if op.view is not None:
        return fitted
    return [None if tangent is None else note_lent(tangent, tangents.values()) for tangent in fitted]


def _fitted(tangent: Tensor, t: Tensor) -> Any:
    if t.array.dtype.kind not in dtypes.INEXACT:
        return None
    if tangent.array.shape != t.array.shape:
        tangent = roles.expand(tangent, t.array.shape)
    if tangent.array.dtype is not t.array.dtype:
        return roles.cast(tangent, t.dtype)
    return tangent


def _jvp(op: Operation, args: Sequence[Any], tangents: dict[str, Any], outputs: list[Tensor]) -> list[Any]:
    if op.jvp is not None:
        found = op.jvp(TENSORS, tangents, **op.asked(op.jvp, 2, args, outputs))
        return list(found) if isinstance(found, tuple) else [found]
    if op.kind == "linear":
        new = [_linear_operand(p, a, tangents) if p in op.edges else a for p, a in zip(op.params, args, strict=True)]
        found = op.call(*new)
        return list(found) if isinstance(found, tuple) else [found]
    if op.kind == "bilinear":
        return [_product_rule(op, args, tangents)]
    if op.kind == "elementwise":
        shape = outputs[0].array.shape
        terms = []
        for name, tangent in tangents.items():
            if tangent.array.shape != shape:
                tangent = roles.expand(tangent, shape)
            rule = op.rules[name]
            terms.append(rule(TENSORS, tangent, **op.asked(rule, 2, args, outputs)))
        return [_total(terms)]
    try:
        return _transposed(op, args, tangents, outputs)
    except RuntimeError as error:
        if str(error).startswith("derivative for aten::"):  # its rule has no derivative, so it has no forward mode
            raise NotImplementedError(refused(op.aten)) from None
        raise


def _product_rule(op: Operation, args: Sequence[Any], tangents: dict[str, Any]) -> Any:
    """One term for each operand, that operand replaced by its tangent. A product of which one operand has none is
    still a sum in PyTorch's graph where the other one requires grad, so it is here."""
    terms = [
        op.call(*[tangents[n] if p.name == n else a for p, a in zip(op.params, args, strict=True)]) for n in tangents
    ]
    total = _total(terms)
    if len(terms) == 1 and state.grad and not state.levels:
        (name,) = tangents
        given = next(args[p.index] for p in op.edges if p.name == name)
        if total.node is not None or given.node is not None:
            return roles.add(total, _tracked_zeros(op, args, name, total))
    return total


def _tracked_zeros(op: Operation, args: Sequence[Any], name: str, like: Tensor) -> Tensor:
    """The missing term: zeros that came from the operand, whatever its values (0 * inf is no number)."""
    still = [
        a if p.name == name or p not in op.edges else _zeros(a) if isinstance(a, Tensor) else 0.0
        for p, a in zip(op.params, args, strict=True)
    ]
    term: Tensor = op.call(*still)
    zeros = _zeros(like)
    zeros.node = term.node
    return zeros


def _linear_operand(p: Param, value: Any, tangents: dict[str, Any]) -> Any:
    if p.kind == "list":
        given = tangents.get(p.name) or [None] * len(value)
        return [_zeros(v) if t is None else t for v, t in zip(value, given, strict=True)]
    if p.name in tangents:
        return tangents[p.name]
    return _zeros(value) if isinstance(value, Tensor) else value if value is None else 0


def _zeros(t: Tensor) -> Tensor:
    return wrap(np.zeros(t.array.shape, t.array.dtype))


def _total(terms: list[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = roles.add(total, term)
    return total


def _transposed(op: Operation, args: Sequence[Any], tangents: dict[str, Any], outputs: list[Tensor]) -> list[Any]:
    """J t as the gradient, with respect to g, of <J^T g, t>: at a level of its own, so that no other graph sees it."""
    live = [
        k
        for k, t in enumerate(outputs)
        if t.array.dtype.kind in dtypes.INEXACT and (op.differentiable is None or k in op.differentiable)
    ]
    with GradLevel() as level:
        grad, state.grad = state.grad, True
        try:
            seeds = [lift(level, _zeros(t)) for t in outputs]
            for k in live:
                require_grad(seeds[k])
            g: Any = seeds if op.outputs else seeds[0]
            # The pass conjugates as gradients want it, A^H t; a holomorphic rule's own transpose is conj(A^H conj(t)).
            conj = op.complex == "holomorphic" and any(t.array.dtype.kind == "c" for t in outputs)
            roots = [
                (x.node, roles.conj(t) if conj else t)
                for x, t in _pulled(op, g, tangents, args, outputs)
                if layer_of(x, level) and x.node
            ]
            task = Pass(True, True, [s.node for s in seeds if s.node is not None], accumulate=False)
            if roots:
                task.run(roots)
        finally:
            state.grad = grad
    out: list[Any] = []
    for k, seed in enumerate(seeds):
        found = task.captured.get((seed.node, 0)) if isinstance(seed.node, AccumulateGrad) else None
        if found is not None:
            found = roles.conj(lower(found, level)) if conj else lower(found, level)
        out.append(None if k not in live else _zeros(seed) if found is None else found)
    return out


def _pulled(
    op: Operation, g: Any, tangents: dict[str, Any], args: Sequence[Any], outputs: list[Tensor]
) -> list[tuple[Any, Tensor]]:
    """J^T g for each operand that has a tangent, beside that tangent."""
    along: list[Tensor | None] = []
    for p in op.edges:
        given = tangents.get(p.name)
        along += (given or [None] * len(args[p.index])) if p.kind == "list" else [given]
    grads = op.pull(TENSORS, g, [t is not None for t in along], op.saved(args, outputs))
    return [(_summed(x, t), t) for x, t in zip(grads, along, strict=True) if t is not None]


def _summed(x: Any, like: Tensor) -> Any:
    """A gradient summed back over broadcast dimensions, as the backward pass does after the rule."""
    return x if x is None or x.array.shape == like.array.shape else roles.sum_to(x, like.array.shape)
