"""The memory of tangents: what a change in place does to them, and to the tangents of views.

A tensor's tangent is its own memory, or noted as lent. The tangent of a view is the same view of its base's tangent,
so that a change in place of one is a change of all. Where a base gets its tangent only after a view was made, that of
the view is a *window* on it, which fits since the base's tangent is laid out in memory as the base is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..numerics.layouts import strides_of
from .levels.base import Layer, Level, below, family, layer_of, like, promote
from .mirrors import maker_of, memory_of
from .state import state
from .tensor import Tensor, wrap
from .views import Window, like_base
from .worlds import roles


class undual:
    """Tangents are computed, and changed, by operations that push none themselves."""

    __slots__ = ("level",)

    def __enter__(self) -> None:
        self.level = state.dual_level
        if self.level:
            state.dual_level = 0
            state.refresh()

    def __exit__(self, *problem: object) -> None:
        if state.dual_level != self.level:
            state.dual_level = self.level
            state.refresh()


# -- whose a tangent is ---------------------------------------------------------------------------------------


def tangent_of(value: Any) -> Tensor | None:
    """The tangent of a tensor at the current dual level."""
    meta = value.meta if isinstance(value, Tensor) else None
    if meta is None:
        return None
    if meta.level == state.dual_level:
        return meta.tangent
    root = None if meta.base is None else meta.base.meta
    if root is None or root.tangent is None or root.level != state.dual_level:
        return None
    with undual():
        tangent = window_like(root.tangent, meta.base, value)  # type: ignore[arg-type]
    set_tangent(value, tangent)
    return tangent


def has_tangent(t: Tensor) -> bool:
    """Whether a tensor has a tangent, at the dual level or at one of ``torch.func``'s."""
    if state.dual_level and tangent_of(t) is not None:
        return True
    layer = layer_of(t)
    return layer is not None and (layer.level.carries_tangent(t) or has_tangent(layer.value))


def set_tangent(t: Tensor, tangent: Tensor | None) -> None:
    """At the current dual level; None says that it has none, whatever its base has."""
    meta = t.need_meta()
    meta.tangent = tangent
    meta.level = state.dual_level


def tangent_at(t: Any, level: Level) -> Tensor | None:
    """The tangent of a tensor at a jvp level."""
    layer = layer_of(t, level)
    if layer is None:
        return None
    base = layer_of(t.base, level)
    if layer.tangent is None and base is not None and base.tangent is not None:
        layer.tangent = window_like(base.tangent, t.base, t)
    return layer.tangent


def window_like(whole: Tensor, base: Tensor, view: Tensor) -> Tensor:
    """The part of ``whole`` that lies in it as ``view`` lies in ``base``; by way of the parts of complex numbers,
    where these are viewed."""
    window = Window(memory_of(view), base.array)
    if window.dtype is None:
        part: Tensor = roles.as_strided(whole, window.size, window.strides, window.offset)
    elif window.dtype.kind == "c":
        pairs = (*window.size, 2), (*(2 * s for s in window.strides), 1), 2 * window.offset
        part = roles.view_as_complex(roles.as_strided(whole, *pairs))
    else:
        part = roles.as_strided(roles.view_as_real(whole), window.size, window.strides, window.offset)
    mirror = maker_of(view)
    return part if mirror is None else mirror.call(part)


def note_lent(tangent: Tensor, given: Iterable[Any]) -> Tensor:
    """A result's tangent; noted is where its memory is not its own, since a rule may answer with a tangent that it was
    given, or with a part or an expansion of it: before a change in place it gets its own (``owned``)."""
    array = tangent.array.view(np.ndarray)
    if any(s == 0 and n > 1 for n, s in zip(array.shape, array.strides, strict=True)) or any(
        np.may_share_memory(array, t.array.view(np.ndarray)) for t in _flat(given)
    ):
        tangent.need_meta().lent = True
    return tangent


def _flat(given: Iterable[Any]) -> Iterable[Tensor]:
    for t in given:
        if isinstance(t, (list, tuple)):
            yield from _flat(t)
        elif isinstance(t, Tensor):
            yield t


# -- where it lies --------------------------------------------------------------------------------------------


def blank(t: Tensor, source: Tensor) -> Tensor:
    """Zeros laid out in memory as ``t`` is, of the levels of ``source``, which is to be written into them."""
    made = wrap(like_base(t.array.shape, strides_of(t.array), np.zeros((), t.array.dtype)))
    if state.levels:
        made.need_meta().born = state.levels[-1]
    return like(made, source)


def laid_out(tangent: Tensor, t: Tensor) -> Tensor:
    """A fresh tangent laid out in memory as its tensor is, so that windows on the one fit the other."""
    if (
        tangent.array.dtype is not t.array.dtype
        or all(a == b or n < 2 for n, a, b in zip(t.array.shape, t.array.strides, tangent.array.strides, strict=True))
        or any(s == 0 and n > 1 for n, s in zip(t.array.shape, t.array.strides, strict=True))
    ):
        return tangent
    made = blank(t, tangent)
    fill(made, tangent)
    return made


def fill(target: Tensor, source: Tensor) -> None:
    """Write into memory of the engine's own. Where rows of it turn out to differ that were one so far, it is opened:
    of memory of the program's that would be an error."""
    before, state.own_memory = state.own_memory, True
    try:
        roles.copy_into(target, source)
    finally:
        state.own_memory = before


def zeros(t: Tensor) -> Tensor:
    """Zeros of the shape and dtype of a tensor: not of its level, since no row of them differs."""
    made = wrap(np.zeros(t.array.shape, t.array.dtype))
    if state.levels:
        made.need_meta().born = state.levels[-1]
    return made


# -- changes in place -----------------------------------------------------------------------------------------


def keep_apart(t: Tensor, twin: Tensor) -> None:
    """Give an alias of a tensor that is about to be changed in place memory, and tangents, of its own at every level:
    graphs of any level may keep it, or a tangent, and must find there what it was."""
    twin.counter = [twin.version]
    tangent = tangent_of(t)
    if tangent is not None:
        with undual():
            tangent = roles.clone(tangent)
        set_tangent(twin, tangent)
    layer = layer_of(t)
    if layer is None:
        twin.array = twin.array.copy(order="K")
        return
    other = layer_of(twin)
    assert other is not None
    keep_apart(layer.value, other.value)
    twin.array = layer.level.outside(other, other.value.array)
    if layer.level.tangents:
        other.tangent = layer.level.copied_tangent(t)


def owned(tangent: Tensor, t: Tensor) -> Tensor:
    """A copy of a tangent of lent memory, laid out as its tensor is."""
    return laid_out(roles.clone(tangent, "C"), t)


def _is_lent(tangent: Tensor | None) -> bool:
    return tangent is not None and tangent.meta is not None and tangent.meta.lent


def carries_tangent(t: Tensor) -> bool:
    """Whether a tensor has a tangent at whatever level."""
    if state.dual_level and tangent_of(t) is not None:
        return True
    layer = layer_of(t)
    if layer is None:
        return False
    return layer.level.carries_tangent(t) or carries_tangent(layer.value)


def write_tangent(target: Tensor, result: Tensor) -> None:
    """After ``result`` was written into ``target`` at a dual level: the same for the tangents, in place where the
    target has one."""
    root, *views = family(target)
    lent = tangent_of(root)
    if lent is not None and _is_lent(lent):
        with undual():
            lent = owned(lent, root)
        set_tangent(root, lent)
        for view in views:
            view.need_meta().level = 0  # a window on the new one
    new, old = tangent_of(result), tangent_of(target)
    if old is None and new is not None:
        if root is target or lent is not None:
            with undual():
                made = owned(new, target) if _is_lent(new) else laid_out(new, target)
            set_tangent(target, made)
            return
        with undual():
            made = blank(root, new)
        set_tangent(root, made)
        target.need_meta().level = 0
        old = tangent_of(target)
    if old is not None and old is not new:
        with undual():
            fill(old, zeros(target) if new is None else new)


def write_tangent_at(level: Level, target: Tensor, layer: Layer, new: Layer | None) -> None:
    """``write_tangent`` at a jvp level."""
    root, *views = family(target)
    top = layer_of(root, level)
    if top is not None and top.tangent is not None and _is_lent(top.tangent):
        top.tangent = below(level, owned, (top.tangent, top.value))
        for view in views:
            part = layer_of(view, level)
            if part is not None:
                part.tangent = None  # a window on the new one
    tangent = None if new is None else new.tangent
    old = tangent_at(target, level)
    if old is None:
        if tangent is None:
            return
        if root is target:
            if _is_lent(tangent):
                tangent = below(level, roles.clone, (tangent, "C"))
            layer.tangent = below(level, laid_out, (tangent, layer.value))
            return
        top = top or promote(root, level)
        top.tangent = below(level, blank, (top.value, tangent))
        old = tangent_at(target, level)
        assert old is not None
    below(level, fill, (old, zeros(old) if tangent is None else tangent))
