"""Levels of ``torch.func``: a tensor of a level wraps one of the level below.

    grad(vmap(f)):      level 1 grad      x₁ = Layer(level 1, value = x)            a leaf of level 1's graph
                        level 2 vmap      x₂ = Layer(level 2, value = x₁)           one row of x₁

An operation runs at the innermost level that one of its operands belongs to: there its operands are unwrapped, the
operation runs on what was inside (so it comes to the next level down, and at last to arrays), and the result is
wrapped again with what the level is about: a node of the level's own graph, a tangent, a batch dimension.

    kind    a level's tensor has                      an operation at the level
    grad    a node of the level's graph               records a node
    jvp     a tangent, a tensor of the level below    pushes the tangents (forward.py)
    vmap    one dimension hidden                      runs for all rows (batched.py)

So levels nest in every order, and derivatives of one level know nothing of another's graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import dtypes
from .mirrors import MirrorTensor
from .node import AccumulateGrad, Node, Nowhere, Output
from .operation import Operation
from .state import state
from .tensor import Meta, Tensor, alias, wrap

NOT_HERE = object()


class Level:
    """One running transform. ``grad`` is the grad mode around it: below this level that still holds."""

    __slots__ = ("grad", "kind", "number", "randomness", "size")

    def __init__(self, kind: str, size: int = 0, randomness: str = "error") -> None:
        self.kind = kind
        self.size = size
        self.randomness = randomness
        self.grad = state.grad
        self.number = 0

    def __enter__(self) -> Level:
        self.number = len(state.levels) + 1
        state.levels.append(self)
        state.special = True
        return self

    def __exit__(self, *problem: object) -> None:
        state.levels.pop()
        state.refresh()


class Layer:
    """What a level adds to a tensor. ``bdim`` is the hidden dimension of ``value``, for vmap."""

    __slots__ = ("bdim", "level", "tangent", "value")

    def __init__(self, level: Level, value: Tensor, bdim: int = 0, tangent: Tensor | None = None) -> None:
        self.level = level
        self.value = value
        self.bdim = bdim
        self.tangent = tangent

    def copy(self) -> Layer:
        """For another tensor of the same memory: its history below is its own from now on."""
        return Layer(self.level, alias(self.value), self.bdim, self.tangent)

    def around(self, value: Tensor) -> Layer:
        """The same place at the level around another value, without its tangent."""
        return Layer(self.level, value, self.bdim)


def layer_of(value: Any, level: Level | None = None) -> Layer | None:
    """The layer of a tensor; with ``level``, only if it is that level's."""
    if not isinstance(value, Tensor) or value.meta is None:
        return None
    layer: Layer | None = value.meta.layer
    return layer if level is None or (layer is not None and layer.level is level) else None


def lift(level: Level, value: Tensor, tangent: Tensor | None = None) -> Tensor:
    """A tensor of a grad or jvp level around one of the level below."""
    t = wrap(value.array)
    t.need_meta().layer = Layer(level, value, 0, tangent)
    return t


def lower(value: Any, level: Level) -> Any:
    """What is inside, where a value (or a list of them) belongs to the level."""
    if isinstance(value, (list, tuple)):
        parts = [lower(v, level) for v in value]
        return parts if isinstance(value, list) else tuple(parts)
    layer = layer_of(value, level)
    return value if layer is None else layer.value


def inside(layer: Layer) -> np.ndarray:
    """The array of a tensor with such a layer: that of what it wraps, or a row of it."""
    if layer.level.kind == "vmap":
        from .batched import row_shape

        return row_shape(layer.value.array, layer.bdim)
    return layer.value.array


def innermost(args: Sequence[Any]) -> Level | None:
    """The innermost level that one of the operands belongs to."""
    found: Level | None = None
    for value in args:
        if isinstance(value, Tensor):
            meta = value.meta
            if meta is not None and meta.layer is not None:
                level = meta.layer.level
                if found is None or level.number > found.number:
                    found = level
        elif isinstance(value, (list, tuple)):
            level = innermost(value)
            if level is not None and (found is None or level.number > found.number):
                found = level
    return found


def levels_of(args: Sequence[Any]) -> list[Level]:
    """All levels that the operands belong to, the innermost first."""
    found: set[Level] = set()
    waiting = list(args)
    while waiting:
        value = waiting.pop()
        if isinstance(value, (list, tuple)):
            waiting += value
        else:
            layer = layer_of(value)
            if layer is not None:
                found.add(layer.level)
                waiting.append(layer.value)
    return sorted(found, key=lambda level: -level.number)


def below(level: Level, call: Callable[..., Any], args: Sequence[Any]) -> Any:
    """Run something at the level below, under the grad mode that holds there."""
    if level.grad or not state.grad:
        return call(*args)
    state.grad = False
    try:
        return call(*args)
    finally:
        state.grad = True


def at_levels(op: Operation, args: tuple[Any, ...]) -> Any:
    """The operation at the innermost level of its operands; ``NOT_HERE`` where they belong to none."""
    level = innermost(args)
    if state.grad and any(not above.grad for above in state.levels[0 if level is None else level.number :]):
        state.grad = False  # a transform inside of ``no_grad``: what goes on in it is not recorded further out
        try:
            return op.call(*args)
        finally:
            state.grad = True
    if level is None:
        return NOT_HERE
    if level.kind == "vmap":
        from .batched import apply_batched

        return apply_batched(op, level, args)
    lowered = [lower(a, level) for a in args]
    found = below(level, op.call, lowered)
    multiple = isinstance(found, (tuple, list))
    values = list(found) if multiple else [found]
    outputs = [lift(level, v) for v in values]
    if op.view is None:
        mark_born(outputs)
    if level.kind == "grad":
        _record(op, level, args, outputs, multiple)
        if state.dual_level:  # dual tensors made inside of the transform
            from .forward import push_tangents

            push_tangents(op, args, outputs)
    else:
        _push(op, level, args, lowered, outputs, values)
    return tuple(outputs) if multiple else outputs[0]


def mark_born(made: Sequence[Tensor]) -> None:
    """Note of fresh tensors in which transform they were made: there they may be changed in place."""
    for t in made:
        t.need_meta().born = state.levels[-1]


def _record(op: Operation, level: Level, args: tuple[Any, ...], outputs: list[Tensor], multiple: bool) -> None:
    """Give results their history in the level's own graph."""
    from .record import make_node

    node = make_node(op, args, [], outputs, multiple, level) if op.has_gradient else None
    if op.view is not None:
        from .views import attach_views

        layers = [t.need_meta().layer for t in outputs]
        source = next(a for p, a in zip(op.params, args, strict=True) if p.kind == "tensor")
        attach_views(op, source, outputs, node, inner=False)
        for t, layer in zip(outputs, layers, strict=True):
            t.need_meta().layer = layer
    elif node is not None:
        for k, t in enumerate(outputs):
            if (op.differentiable is None or k in op.differentiable) and t.array.dtype.kind in dtypes.INEXACT:
                t.node = Output(node, k) if type(node).outputs > 1 else node


def _push(
    op: Operation, level: Level, args: tuple[Any, ...], lowered: list[Any], outputs: list[Tensor], values: list[Tensor]
) -> None:
    """Give results their tangents, where an operand has one."""
    from .forward import collect, jvp
    from .tangents import tangent_at

    tangents = collect(op, args, lambda t: tangent_at(t, level))
    if op.view is not None:
        from .views import link

        source = next(a for p, a in zip(op.params, args, strict=True) if p.kind == "tensor")
        for t in outputs:
            layer = t.need_meta().layer
            link(source, t)
            t.need_meta().layer = layer
    if not tangents:
        return
    found = below(level, jvp, (op, tuple(lowered), tangents, values))
    for t, tangent in zip(outputs, found, strict=True):
        layer_of(t).tangent = tangent  # type: ignore[union-attr]


# -- in place -------------------------------------------------------------------------------------------------


def write(target: Tensor, result: Tensor, check: bool, call: Any = None) -> Any:
    """``write_result`` where the target or the result belongs to a level; ``NOT_HERE`` where neither does."""
    level = innermost((target, result))
    if level is None:
        return NOT_HERE
    if level.kind == "vmap":
        from .batched import write_batched

        return write_batched(level, target, result, check, call)
    layer = layer_of(target, level)
    if layer is None:
        layer = promote(target, level)
    from .inplace import own_saved_output, write_result

    below(level, write_result, (layer.value, lower(result, level), check, call))
    if layer.value.array is not target.array:
        _follow(target, level)
    if level.kind == "jvp":
        from .tangents import write_tangent_at

        write_tangent_at(level, target, layer, layer_of(result, level))
    target.bump()
    if level.kind == "grad":
        from .views import rebase, refresh_views

        node = result.node if layer_of(result, level) is not None else None
        if isinstance(node, Node) and not isinstance(node, (AccumulateGrad, Nowhere)):
            own_saved_output(node, result, target)
            rebase(target, node)
        refresh_views(target if target.base is None else target.base)
        if state.dual_level:
            from .tangents import write_tangent

            write_tangent(target, result)
    return target


def family(t: Tensor) -> list[Tensor]:
    """The tensor's base and all living views of it."""
    root = t if t.base is None else t.base
    refs = root.meta.views if root.meta is not None else None
    return [root, *(view for view in (ref() for ref in refs or ()) if view is not None)]


def _follow(target: Tensor, level: Level) -> None:
    """After what is inside got other memory (rows of its own, where they were one before), so does the outside."""
    for t in family(target):
        layer = layer_of(t, level)
        if layer is not None:
            t.array = layer.value.array


def check_captured(target: Tensor, name: str) -> None:
    """Raise RuntimeError where a transformed function changes in place, by ``aten::name``, a tensor that was neither
    given to it nor made in it."""
    if state.running_node is not None or state.own_memory:
        return
    differentiating = [level for level in state.levels if level.kind != "vmap"]
    if not differentiating:
        return
    ours = differentiating[-1]
    t = target
    while True:
        t = t if t.base is None else t.base
        meta = t.meta
        if meta is not None and meta.born in state.levels[ours.number - 1 :]:
            return
        if meta is None or meta.layer is None:
            break
        if meta.layer.level is ours:
            return
        t = meta.layer.value
    raise RuntimeError(
        "During a grad (vjp, jvp, grad, etc) transform, the function provided attempted to call in-place operation "
        f"(aten::{name}) that would mutate a captured Tensor. This is not supported; please rewrite the "
        "function being transformed to explicitly accept the mutated Tensor(s) as inputs."
    )


#: Operations whose name in PyTorch's dispatcher says whether the operand was a tensor or a number.
_BY_OPERAND = frozenset(
    [
        "fill",
        "pow",
        "remainder",
        "fmod",
        "floor_divide",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "masked_fill",
        "lerp",
        "bitwise_and",
        "bitwise_or",
        "bitwise_xor",
    ]
)


def dispatched(call: Any, args: Sequence[Any]) -> str:
    """The name of an operation in place in PyTorch's dispatcher: ``add_.Tensor``."""
    op = getattr(call, "op", None)
    name = getattr(call, "__name__", "") if op is None else op.spelling
    stem = str(name).strip("_")
    if stem in ("add", "sub", "mul", "div"):
        return f"{stem}_.Tensor"
    if stem == "index_fill":
        return f"{stem}_.int_{'Tensor' if isinstance(args[-1], Tensor) else 'Scalar'}"
    if stem in _BY_OPERAND and args:
        return f"{stem}_.{'Tensor' if isinstance(args[-1], Tensor) else 'Scalar'}"
    return f"{stem}_"


def promote(t: Tensor, level: Level) -> Layer:
    """Make a tensor of the level below, with its whole family of views, one of this level: it is about to be changed
    by something that belongs here."""
    base = t.base
    if base is not None and layer_of(base, level) is None:
        promote(base, level)
        found = layer_of(t, level)
        if found is not None:
            return found
    inner = alias(t)
    old = t.meta
    inner.meta = old
    if t.__class__ is MirrorTensor:
        inner.__class__, t.__class__ = MirrorTensor, Tensor  # type: ignore[assignment]
    t.node = None
    t.counter = [inner.version]  # who saved the tensor when it was one of the level below counts on
    t.meta = Meta()
    layer = t.meta.layer = Layer(level, inner)
    if old is not None:
        family = [r() for r in old.views or ()]
        old.views = None
        if base is not None:
            _link_again(t, base, inner, layer_of(base, level))
        for view in family:
            if view is not None:
                promote(view, level)
    return layer


def _link_again(view: Tensor, base: Tensor, inner: Tensor, root: Layer | None) -> None:
    """A promoted view is a view of its promoted base, and its inside of the base's inside."""
    from .views import link

    assert root is not None
    layer, meta = view.need_meta().layer, inner.meta
    node = inner.node
    link(base, view)
    view.need_meta().layer = layer
    link(root.value, inner)
    fresh = inner.need_meta()
    inner.node = node
    if meta is not None:
        fresh.multi_view, fresh.note, fresh.layer = meta.multi_view, meta.note, meta.layer
        fresh.mirror = meta.mirror
