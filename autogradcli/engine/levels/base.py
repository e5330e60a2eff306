"""Levels of ``torch.func``: a tensor of a level wraps one of the level below.

    grad(vmap(f)):      level 1 grad      x₁ = Layer(level 1, value = x)            a leaf of level 1's graph
                        level 2 vmap      x₂ = Layer(level 2, value = x₁)           one row of x₁

An operation runs at the innermost level that one of its operands belongs to: there its operands are unwrapped, the
operation runs on what was inside (so it comes to the next level down, and at last to arrays), and the result is
wrapped again with what the level is about: a node of the level's own graph, a tangent, a batch dimension.

    level        a tensor of it has                      an operation at the level
    GradLevel    a node of the level's graph             records a node
    JvpLevel     a tangent, a tensor of the level below  pushes the tangents
    VmapLevel    one dimension hidden                    runs for all rows

So levels nest in every order, and derivatives of one level know nothing of another's graph. This file asks a level what
it does (``apply``, ``write``, ...) and doesn't know which there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from ..mirrors import MirrorTensor
from ..operation import Operation
from ..state import state
from ..tensor import Meta, Tensor, alias
from ..views import link

NOT_HERE = object()


class Level:
    """One running transform. ``grad`` is the grad mode around it: below this level that still holds. ``muted``: it is
    off around this level or one further out. ``closing``: nobody will see a graph of what happens now, since its
    results leave the level: it happens at the level below alone."""

    __slots__ = ("closing", "grad", "muted", "number")

    #: Whether a tensor of the level stands for several rows: then it has a ``size`` and a ``randomness``.
    rows: ClassVar[bool] = False
    #: Whether a tensor of the level may have a tangent.
    tangents: ClassVar[bool] = False

    size: int
    randomness: str

    def __init__(self) -> None:
        self.grad = state.grad
        self.muted = False
        self.closing = False
        self.number = 0

    def __enter__(self) -> Self:
        self.number = len(state.levels) + 1
        before = state.levels
        self.muted = not self.grad or bool(before and before[-1].muted)
        before.append(self)
        state.refresh()
        return self

    def __exit__(self, *problem: object) -> None:
        state.levels.pop()
        state.refresh()

    def apply(self, op: Operation, args: tuple[Any, ...]) -> Any:
        """The operation on operands of which some belong to this level."""
        raise NotImplementedError

    def write(self, target: Tensor, result: Tensor, check: bool, call: Any) -> None:
        """Put a result, of the operation ``call``, into the memory of a target, of which one at least belongs to this
        level."""
        raise NotImplementedError

    def inside(self, t: Tensor) -> Tensor:
        """A tensor as one of this level."""
        return t

    def outside(self, layer: Layer, array: np.ndarray) -> np.ndarray:
        """Of an array of what is inside a layer, what a tensor of this level has."""
        return array

    def like(self, made: Tensor, layer: Layer) -> Tensor:
        """A fresh tensor as one of this level and of those of a layer's value."""
        raise NotImplementedError

    def copied_tangent(self, t: Tensor) -> Tensor | None:
        """A copy of the tangent that a tensor has at this level."""
        return None

    def carries_tangent(self, t: Tensor) -> bool:
        """Whether a tensor has a tangent at this level."""
        return False

    def check_shared(self, target: Tensor, call: Any, args: Sequence[Any]) -> None:
        """Raise RuntimeError where an operation in place would write operands of this level into a target that is none
        of it, and can't."""


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


def values_of(t: Tensor) -> np.ndarray:
    """The array behind a tensor of whatever levels: of all rows, their dimensions in front."""
    layer = layer_of(t)
    if layer is None:
        return t.array
    inner = values_of(layer.value)
    hidden = inner.ndim - layer.value.array.ndim
    return np.moveaxis(inner, hidden + layer.bdim, hidden) if layer.level.rows else inner


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
    levels = state.levels
    if levels[-1].muted and state.grad and any(not above.grad for above in levels[level.number if level else 0 :]):
        state.grad = False  # a transform inside of ``no_grad``: what goes on in it is not recorded further out
        try:
            return op.call(*args)
        finally:
            state.grad = True
    if level is not None:
        return level.apply(op, args)
    return _below_all(op, args) if state.alone else NOT_HERE


def _below_all(op: Operation, args: tuple[Any, ...]) -> Any:
    """An operation on operands of no level, by the straight-line code that it has where nothing is special."""
    state.special = state.alone = False
    try:
        made = op.call(*args)
    finally:
        state.special = True
        state.alone = not state.deferred  # the one mode that an operation may begin
    mark_born(made if made.__class__ is tuple else (made,))
    return made


def mark_born(made: Sequence[Tensor]) -> None:
    """Note of fresh tensors in which transform they were made: there they may be changed in place."""
    innermost = state.levels[-1]
    for t in made:
        meta = t.meta
        if meta is None:
            meta = t.meta = Meta()
        meta.born = innermost


# -- in place -------------------------------------------------------------------------------------------------


def write(target: Tensor, result: Tensor, check: bool, call: Any = None) -> bool:
    """``write_result`` where the target or the result belongs to a level; False where neither does."""
    level = innermost((target, result))
    if level is None:
        return False
    level.write(target, result, check, call)
    return True


def like(made: Tensor, source: Tensor) -> Tensor:
    """A fresh tensor as one of the levels of ``source``: every row, so to speak, has its own."""
    layer = layer_of(source)
    if layer is None:
        return made
    fresh = layer.level.like(made, layer)
    mark_born([fresh])
    return fresh


def check_rows(target: Tensor, call: Any, args: Sequence[Any]) -> None:
    """Raise RuntimeError where an operation in place would write what differs from row to row into memory that all rows
    share."""
    if state.running_node is not None or state.own_memory:
        return
    ours = levels_of([target])
    for level in levels_of(args):
        if level not in ours:
            level.check_shared(target, call, args)


def family(t: Tensor) -> list[Tensor]:
    """The tensor's base and all living views of it."""
    root = t if t.base is None else t.base
    refs = root.meta.views if root.meta is not None else None
    return [root, *(view for view in (ref() for ref in refs or ()) if view is not None)]


def check_captured(target: Tensor, name: str) -> None:
    """Raise RuntimeError where a transformed function changes in place, by ``aten::name``, a tensor that was neither
    given to it nor made in it."""
    if state.running_node is not None or state.own_memory:
        return
    differentiating = [level for level in state.levels if not level.rows]
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


def dispatched(call: Any, args: Sequence[Any]) -> str:
    """The name of an operation in place in PyTorch's dispatcher: ``add_.Tensor``."""
    op: Operation | None = getattr(call, "op", None)
    if op is None:
        return f"{str(getattr(call, '__name__', '')).strip('_')}_"
    stem = op.spelling.strip("_")
    if not op.overload or not args:
        return f"{stem}_"
    return f"{stem}_.{op.overload.replace('*', 'Tensor' if isinstance(args[-1], Tensor) else 'Scalar')}"


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
