"""Conjugate and negative views: tensors that show another's memory with every number conjugated, or negated.

NumPy has no such views, so a *mirror* keeps two arrays of one shape and one set of strides:

    memory    where the numbers really are: a window on the memory of the tensor that it is a view of
    shown     what ``array`` answers: computed anew from ``memory`` once that was written

What is written to a mirror goes into ``memory`` (``store``). ``shown`` can't be written to, so that a path which knows
nothing of mirrors ends in an error, never in a change that is lost.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .operation import Operation
from .state import state
from .tensor import Tensor

SMALL = 1_024  # so few numbers are computed at each look, which costs what asking would
_SHOWN: Any = Tensor.__dict__["array"]


class Mirror:
    """What makes a tensor a mirror: the operation ``op``, which says what it does to each number. ``outermost``: it is
    the last step from the base, and no window on a mirror."""

    __slots__ = ("memory", "op", "outermost", "seen", "writable")

    watched = True  # every change counts a version of the mirror; not so once ``.data`` was asked for

    def __init__(self, op: Operation, memory: np.ndarray, outermost: bool, values: np.ndarray | None = None) -> None:
        self.op = op
        self.memory = memory
        self.outermost = outermost
        self.seen = -1
        fits = values is not None and values.strides == memory.strides
        self.writable: np.ndarray = values if fits else _alike(memory)  # type: ignore[assignment]

    def refresh(self) -> None:
        self.op.flip(self.memory, out=self.writable)


class MirrorTensor(Tensor):
    """A conjugate or negative view. What it is a view of stands in ``meta.mirror``."""

    __slots__ = ()

    @property
    def array(self) -> np.ndarray:
        """The numbers as they are now, not to be written to."""
        mirror: Mirror | None = self.meta.mirror if self.meta is not None else None
        if mirror is not None:
            version = self.version
            if mirror.seen != version or mirror.writable.size <= SMALL or not Mirror.watched or self.is_inference:
                mirror.refresh()
                mirror.seen = version
        shown: np.ndarray = _SHOWN.__get__(self)
        return shown

    @array.setter
    def array(self, array: np.ndarray) -> None:
        """A window on the same memory, or other memory, as by ``x.data = ...``: then it is no mirror any more."""
        meta = self.meta
        mirror = None if meta is None else meta.mirror
        if mirror is not None and np.may_share_memory(array, mirror.writable):
            become(self, Mirror(mirror.op, _same_place(array, self), False))
            return
        if meta is not None:
            meta.mirror = None
        self.__class__ = Tensor  # type: ignore[assignment]
        self.array = array


def unwatched() -> None:
    """From now on memory may be written behind its version counter's back."""
    Mirror.watched = False


def _alike(memory: np.ndarray) -> np.ndarray:
    """Memory of its own with the strides of another array, so that a view of the one is a view of the other."""
    fresh = np.empty_like(memory)
    if fresh.strides == memory.strides:
        return fresh
    span = 1 + sum((n - 1) * (s // memory.itemsize) for n, s in zip(memory.shape, memory.strides, strict=True))
    return np.ndarray(memory.shape, memory.dtype, np.empty(max(span, 0), memory.dtype), 0, memory.strides)


def mirror_of(t: Tensor) -> Mirror | None:
    """What makes a tensor a mirror, at whatever level of ``torch.func``; None for others."""
    while True:
        meta = t.meta
        if meta is None:
            return None
        if t.__class__ is MirrorTensor:
            own: Mirror | None = meta.mirror
            return own
        if meta.layer is None:
            return None
        t = meta.layer.value


def memory_of(t: Tensor) -> np.ndarray:
    """The array in which a tensor's numbers really are; of a row of a ``vmap``, the first row's."""
    meta = t.meta
    if meta is None:
        return t.array
    if t.__class__ is MirrorTensor:
        memory: np.ndarray = meta.mirror.memory
        return memory
    layer = meta.layer
    if layer is None or mirror_of(t) is None:
        return t.array
    found: np.ndarray = layer.level.outside(layer, memory_of(layer.value))
    return found


def flip_of(t: Tensor) -> Any:
    """What stands between a tensor and its memory: None, or NumPy's function."""
    mirror = None if t.meta is None else mirror_of(t)
    return None if mirror is None else mirror.op.flip


def maker_of(t: Tensor) -> Operation | None:
    """The operation that makes such mirrors as a tensor is; None for others."""
    mirror = None if t.meta is None else mirror_of(t)
    return None if mirror is None else mirror.op


def flipped(t: Tensor, flip: Any) -> bool:
    """Whether a tensor is such a mirror."""
    return flip_of(t) is flip


def store(t: Tensor, values: Any) -> None:
    """Write into a tensor's memory, unchecked and uncounted."""
    if t.__class__ is MirrorTensor:
        values = flip_of(t)(values)
    np.copyto(memory_of(t), values, casting="unsafe")


def adopt(op: Operation, source: Tensor, view: Tensor) -> None:
    """Make a fresh view of a mirror, or the mirror just asked for, what it must be. Raises RuntimeError for a view
    that there is not."""
    before = maker_of(source)
    if op.flip is not None:
        memory = memory_of(source)
        if before is op:  # twice is not at all
            view.array = memory
            return
        become(view, Mirror(op, memory, True, view.array))
        return
    assert before is not None
    if view.array.dtype is not memory_of(source).dtype:
        raise RuntimeError(_no_such_view(op, before))
    become(view, Mirror(before, _same_place(view.array, source), False))


def become(view: Tensor, mirror: Mirror) -> None:
    """Make a tensor a mirror."""
    shown = mirror.writable.view()
    shown.flags.writeable = False
    _SHOWN.__set__(view, shown)
    view.need_meta().mirror = mirror
    view.__class__ = MirrorTensor


def _same_place(part: np.ndarray, source: Tensor) -> np.ndarray:
    """The window on a mirror's memory that lies there as ``part`` lies in what it shows."""
    memory, shown = memory_of(source), _SHOWN.__get__(source)
    if not part.size:
        return np.ndarray(part.shape, memory.dtype, strides=part.strides)
    owner = memory
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    if not (owner.flags.c_contiguous or owner.flags.f_contiguous):
        owner = owner.transpose(sorted(range(owner.ndim), key=lambda k: -owner.strides[k]))
    offset = _address(memory) - _address(owner) + _address(part) - _address(shown)
    return np.ndarray(part.shape, memory.dtype, owner, offset, part.strides)


def _address(array: np.ndarray) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def mirrored(t: Tensor, like: Tensor) -> Tensor:
    """A mirror of a tensor as another one is, without history."""
    op = maker_of(like)
    assert op is not None
    before, state.grad = state.grad, False
    try:
        found: Tensor = op.call(t)
    finally:
        state.grad = before
    if found.meta is not None:
        found.meta.note = ""
    return found


def _no_such_view(op: Operation, maker: Operation) -> str:
    """PyTorch's words for a mirror that has no such view."""
    if op.no_mirror:
        return op.no_mirror
    what = "conjugate view tensors" if maker.flip is np.conjugate else "tensors with negative bit set"
    return f"torch.Tensor.view is not supported for {what} when converting to a different dtype."
