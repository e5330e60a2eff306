"""Forward mode: tangents pushed along with the operations, from the same rules as the backward pass.

linear        the operation on the tangents
bilinear      one term for each operand: the operation with that operand replaced by its tangent
elementwise   the Jacobian is diagonal, so the rule applied to the tangent is the product with it
else          the declaration's ``jvp``; failing that, the transpose of the rule, which is linear in the gradient:
              with  v(g) = J^T g   the tangent is   d/dg <v(g), t> = J t      (two backward passes)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .node import AccumulateGrad
from .operation import Operation, Param
from .state import state
from .tensor import Tensor, wrap
from .worlds import TENSORS, roles


def tangent_of(value: Any) -> Tensor | None:
    meta = value.meta if isinstance(value, Tensor) else None
    return meta.tangent if meta is not None and meta.level == state.dual_level else None


def push_tangents(op: Operation, args: tuple[Any, ...], outputs: list[Tensor]) -> None:
    """Give the results their tangents, where an operand has one."""
    if not op.has_gradient:
        return
    tangents: dict[str, Any] = {}
    for p in op.edges:
        value = args[p.index]
        if p.kind == "list":
            found = [tangent_of(t) for t in value]
            if any(t is not None for t in found):
                tangents[p.name] = found
        else:
            tangent = tangent_of(value)
            if tangent is not None:
                tangents[p.name] = tangent
    if not tangents:
        return
    level, state.dual_level = state.dual_level, 0
    state.refresh()
    try:
        results = jvp(op, args, tangents, outputs)
    finally:
        state.dual_level = level
        state.refresh()
    for t, tangent in zip(outputs, results, strict=True):
        if tangent is not None:
            meta = t.need_meta()
            meta.tangent = tangent
            meta.level = level


def jvp(op: Operation, args: tuple[Any, ...], tangents: dict[str, Any], outputs: list[Tensor]) -> list[Any]:
    """Tangents of the results, in order; None for a result without derivative."""
    values = {p.name: a for p, a in zip(op.params, args, strict=True)}
    if op.jvp is not None:
        given = _values(op.jvp, 2, values, outputs)
        found = op.jvp(TENSORS, tangents, **given)
        return list(found) if isinstance(found, tuple) else [found]
    if op.kind == "linear":
        new = [_linear_operand(p, a, tangents) if p in op.edges else a for p, a in zip(op.params, args, strict=True)]
        found = op.call(*new)
        return list(found) if isinstance(found, tuple) else [found]
    if op.kind == "bilinear":
        terms = [
            op.call(*[tangents[n] if p.name == n else a for p, a in zip(op.params, args, strict=True)])
            for n in tangents
        ]
        return [_total(terms)]
    if op.kind == "elementwise":
        shape = outputs[0].array.shape
        terms = []
        for name, tangent in tangents.items():
            if tangent.array.shape != shape:
                tangent = roles.expand(tangent, shape)
            rule = op.rules[name]
            terms.append(rule(TENSORS, tangent, *_values(rule, 2, values, outputs).values()))
        return [_total(terms)]
    return _transposed(op, args, tangents, outputs, values)


def _linear_operand(p: Param, value: Any, tangents: dict[str, Any]) -> Any:
    if p.kind == "list":
        given = tangents.get(p.name) or [None] * len(value)
        return [_zeros(v) if t is None else t for v, t in zip(value, given, strict=True)]
    if p.name in tangents:
        return tangents[p.name]
    return _zeros(value) if isinstance(value, Tensor) else value if value is None else 0


def _zeros(t: Tensor) -> Tensor:
    return wrap(np.zeros(t.array.shape, t.array.dtype))


def _values(rule: Any, skip: int, values: dict[str, Any], outputs: list[Tensor]) -> dict[str, Any]:
    names = rule.__code__.co_varnames[skip : rule.__code__.co_argcount]
    return {n: _value(n, values, outputs) for n in names}


def _value(name: str, values: dict[str, Any], outputs: list[Tensor]) -> Any:
    if name in values:
        return values[name]
    if name.startswith("result"):
        return outputs[int(name[6:] or 0)]
    stem, _, suffix = name.rpartition("_")
    value = values[stem]
    several = value if isinstance(value, (list, tuple)) else [value]
    found = [t.shape if suffix == "shape" else t.dtype for t in several]
    return found if isinstance(value, (list, tuple)) else found[0]


def _total(terms: list[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = roles.add(total, term)
    return total


def _transposed(
    op: Operation, args: tuple[Any, ...], tangents: dict[str, Any], outputs: list[Tensor], values: dict[str, Any]
) -> list[Any]:
    """J t as the gradient, with respect to g, of <J^T g, t>."""
    from .backward import Pass

    grad, state.grad = state.grad, True
    try:
        seeds = [wrap(np.zeros(t.array.shape, t.array.dtype)) for t in outputs]
        live = [
            k
            for k, t in enumerate(outputs)
            if t.array.dtype.kind in "fc" and (op.differentiable is None or k in op.differentiable)
        ]
        for k in live:
            seeds[k].require_grad()
        g: Any = seeds if op.outputs else seeds[0]
        pulled: list[tuple[Any, Any]] = []
        if op.vjp is not None:
            needs = tuple(p.name in tangents for p in op.edges)
            grads = op.vjp(TENSORS, g, needs, **_values(op.vjp, 3, values, outputs))
            pulled = [(x, tangents[p.name]) for p, x in zip(op.edges, grads, strict=True) if p.name in tangents]
        else:
            for name, tangent in tangents.items():
                rule = op.rules[name]
                found = rule(TENSORS, g, *_values(rule, 2, values, outputs).values())
                pairs = zip(found, tangent, strict=True) if isinstance(tangent, list) else [(found, tangent)]
                pulled += [(x, t) for x, t in pairs if t is not None]
        pulled = [(_summed(x, t) if op.broadcast else x, t) for x, t in pulled if x is not None]
        roots = [(x.node, t) for x, t in pulled if x.node is not None]
        task = Pass(True, True, [s.node for s in seeds if s.node is not None], accumulate=False)
        if roots:
            task.run(roots)
    finally:
        state.grad = grad
    out: list[Any] = []
    for k, seed in enumerate(seeds):
        if k not in live:
            out.append(None)
            continue
        assert isinstance(seed.node, AccumulateGrad)
        found = task.captured.get((seed.node, 0))
        out.append(_zeros(seed) if found is None else found)
    return out


def _summed(x: Any, like: Tensor) -> Any:
    """A gradient summed back over broadcast dimensions, as the backward pass does after the rule."""
    return x if x.array.shape == like.array.shape else roles.sum_to(x, like.array.shape)
