"""Views: tensors that share memory, and what an in-place change to one means for the others.

        base  b ────────────────┐ memory: one NumPy buffer, one version counter
        view  v = b[1:3]    ────┤
        view  w = v.view(2,1) ──┘ base of both is b: chains are flattened

Every view knows its base; a base knows its living views weakly. When one of the family is changed in place with
history, the *base* gets a new node that contains the change, and each living view gets its history anew, as "a
strided window on the base":

        b.node = CopySlices(old b.node, the in-place operation)
        v.node = AsStridedBackward0(b.node)      for every view v
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from ..numerics.layouts import overlaps_itself, reach_over, strides_of
from ..numerics.naming import shown_as
from .creation import tell
from .hooks import follow_retained
from .inference import mark_inference
from .mirrors import MirrorTensor, adopt, maker_of, memory_of, mirror_of
from .node import FREED, AccumulateGrad, Invalid, Node, Nowhere, Output, index_of, node_of
from .operation import Operation
from .saved import graph_name
from .state import state
from .tensor import Meta, Tensor, wrap
from .worlds import roles

CUSTOM_VIEW = (
    "This view was created inside a custom Function (or because an input was returned as-is) and the autograd logic to "
    "handle view+inplace would override the custom backward associated with the custom Function, leading to incorrect "
    "gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function."
)
OVERLAP = (
    "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please "
    "clone() the tensor before performing the operation."
)
PRUNE_AT = 32  # dead references are swept when the list reaches this length, and every doubling of it
_ref = weakref.ref


def attach_views(op: Operation, source: Tensor, views: list[Tensor], node: Node | None, inner: bool = True) -> None:
    """Make fresh tensors views of ``source``: shared counter, base, history. Not ``inner`` are those of a level of
    ``torch.func``: what they wrap is a view already."""
    mirrors = inner and (op.flip is not None or source.__class__ is MirrorTensor)
    if source.is_inference:
        for view in views:  # such tensors have no views: all that is tracked of them is what they are
            mark_inference(view)
            if mirrors:
                adopt(op, source, view)
        return
    for k, view in enumerate(views):
        if node is not None:
            view.node = Output(node, k) if type(node).outputs > 1 else node
        elif op.has_gradient and (source if source.base is None else source.base).node is not None:
            view.node = Nowhere()  # a view requires grad where the base does, whatever is between
        link(source, view)
        if mirrors:
            adopt(op, source, view)
        meta = view.meta
        assert meta is not None
        _note_origin(op, source, view, meta)


def _note_origin(op: Operation, source: Tensor, view: Tensor, meta: Meta) -> None:
    """Note of a view what makes PyTorch refuse to trace it through a change in place: a view of a view inherits that
    where nothing of the kind is to be said of it itself."""
    before = source.meta
    if state.inference or not state.grad:
        meta.note = "inference" if state.inference else "no_grad"
    if op.view == "multi":
        meta.multi_view = True
    if before is not None and before.base is not None:
        if before.note == "inference" or (before.note and not meta.note and not meta.multi_view):
            meta.note = before.note
        meta.multi_view |= before.multi_view
    if meta.note:
        meta.made_at = view.version


def link(source: Tensor, view: Tensor) -> None:
    """Note that ``view`` shares the memory of ``source``."""
    meta = source.meta
    root = source if meta is None or meta.base is None else meta.base
    counter = source.counter
    if counter is None:
        counter = source.counter = [0]
        root.counter = counter
    view.counter = counter
    own = view.meta = Meta()
    own.base = root
    family = root.meta
    if family is None:
        family = root.meta = Meta()
    views = family.views
    if views is None:
        family.views = [_ref(view)]
        return
    count = len(views)
    if count >= PRUNE_AT and count & (count - 1) == 0:
        views[:] = [r for r in views if r() is not None]
    views.append(_ref(view))


def offset_of(array: np.ndarray, base: np.ndarray) -> int:
    """Distance from the base's first element, in elements."""
    start: int = array.__array_interface__["data"][0]
    origin: int = base.__array_interface__["data"][0]
    return (start - origin) // array.itemsize


class Window:
    """Where in its base a view lies: size, strides and offset, in elements of its own. ``dtype`` is the view's where
    that isn't the base's: a complex number and its two parts are views of each other."""

    __slots__ = ("dtype", "offset", "size", "strides")

    def __init__(self, view: np.ndarray, base: np.ndarray) -> None:
        self.dtype = None if view.dtype is base.dtype else view.dtype
        self.size = view.shape
        self.strides = strides_of(view)
        self.offset = offset_of(view, base)


def like_base(base_shape: tuple[int, ...], strides: tuple[int, ...], values: Any) -> np.ndarray:
    """A copy of a gradient laid out in memory as the base is, so that windows on the base fit it."""
    span = 1 + sum((n - 1) * s for n, s in zip(base_shape, strides, strict=True)) if 0 not in base_shape else 1
    storage = np.zeros(span, dtype=values.dtype)
    out = np.ndarray(base_shape, values.dtype, buffer=storage, strides=tuple(s * values.itemsize for s in strides))
    out[...] = values
    return out


@shown_as("AsStridedBackward0")
class AsStridedBackward0(Node):
    """History of a view, made anew after its family was changed in place: a window on the base."""

    __slots__ = ("base_shape", "base_strides", "window")

    def __init__(self, base: Tensor, view: Tensor) -> None:
        super().__init__((base.node,))
        self.window = Window(memory_of(view), base.array)
        self.base_shape = base.array.shape
        self.base_strides = strides_of(base.array)

    def run(self, g: Any) -> tuple[Any, ...]:
        out = like_base(self.base_shape, self.base_strides, np.zeros((), g.dtype))
        add_to_window(out, self.window, g)
        return (out,)

    def run_tensors(self, g: Any) -> tuple[Any, ...]:
        window = self.window
        return (roles.strided_sum(g, self.base_shape, self.base_strides, window.size, window.strides, window.offset),)


def window_on(array: np.ndarray, window: Window) -> np.ndarray:
    """The window on an array that ``like_base`` made."""
    dtype = window.dtype or array.dtype
    size = dtype.itemsize
    storage = array.base if array.base is not None else array
    return np.ndarray(
        window.size, dtype, buffer=storage, offset=window.offset * size,
        strides=tuple(s * size for s in window.strides),
    )  # fmt: skip


def add_to_window(array: np.ndarray, window: Window, values: Any) -> None:
    """Add to a window whose elements may overlap, as those of an expanded tensor do."""
    if overlaps(window):
        index = np.full(window.size, window.offset)
        for k, (n, s) in enumerate(zip(window.size, window.strides, strict=True)):
            index += (np.arange(n) * s).reshape((n,) + (1,) * (len(window.size) - k - 1))
        storage: Any = array.base
        np.add.at(storage, index, values)
    else:
        window_on(array, window)[...] += values


def check_sliding(array: np.ndarray, values: np.ndarray, op: Operation | None) -> None:
    """Raise RuntimeError where windows that slide over each other are to be changed with a graph, or by what is not
    computed element by element: which of them is written first is nobody's to know. What fills is written as it
    stands, and so is what gives one value to each location."""
    if op is not None and op.overlap:
        return
    if op is not None and op.copies:
        trial = like_base(array.shape, strides_of(array), values)
        if np.array_equal(trial, np.broadcast_to(values, array.shape), equal_nan=trial.dtype.kind in "fc"):
            return
    raise RuntimeError(OVERLAP)


def check_overlap(array: np.ndarray) -> None:
    """Raise RuntimeError where several elements are one memory location."""
    if overlaps_itself(array):
        raise RuntimeError(OVERLAP)


def overlaps(window: Window) -> bool:
    """Whether several of the window's elements may be one of the memory's."""
    return reach_over(list(zip(window.strides, window.size, strict=True)), 1)


def history_on(base: Tensor, view: Tensor) -> Node:
    """History of a view as a window on its base; by way of the parts of complex numbers, where these are viewed."""
    mirror = maker_of(view)
    if mirror is not None:
        return _mirror_on(base, view, mirror)
    dtype, at = view.array.dtype, base.array
    if dtype is at.dtype:
        return AsStridedBackward0(base, view)
    if dtype.kind == "c":
        pairs = roles.view_as_real(wrap(view.array))
        whole = pairs.array.shape == at.shape and pairs.array.strides == at.strides
        node = base.node if whole else AsStridedBackward0(base, pairs)
        return made_by(roles.view_as_complex, node)
    node = made_by(roles.view_as_real, base.node)
    pairs = roles.view_as_real(wrap(at))
    pairs.node = node
    if pairs.array.shape == view.array.shape and pairs.array.strides == view.array.strides:
        return node
    return AsStridedBackward0(pairs, view)


def _mirror_on(base: Tensor, view: Tensor, mirror: Operation) -> Node:
    """History of a conjugate or negative view: a mirror of a window, or a window on a mirror of the whole."""
    memory, whole = memory_of(view), base
    if mirror_of(view).outermost:  # type: ignore[union-attr]
        same = memory.shape == base.array.shape and memory.strides == base.array.strides
        return made_by(mirror.call, base.node if same else history_on(base, wrap(memory)))
    if memory.dtype is not base.array.dtype:
        whole = roles.view_as_real(wrap(base.array))
        whole.node = made_by(roles.view_as_real, base.node)
    root = wrap(whole.array)
    root.node = made_by(mirror.call, whole.node)
    return AsStridedBackward0(root, view)


def made_by(call: Any, below: Node | Output | None) -> Node:
    """A node of an operation that saves nothing."""
    node: Node = call.op.parse().node_class((below,))
    return node


class _Freed(Node):
    """What stands in the place of an operation whose graph was freed."""

    __slots__ = ()

    def run(self, g: Any) -> tuple[Any, ...]:
        raise RuntimeError(FREED)

    run_tensors = run


_FREED = _Freed()


@shown_as("CopySlices")
class CopySlices(Node):
    """An in-place operation on a view, as history of the base.

    The gradient of the base goes through unchanged but for the window, which goes through the operation.
    """

    __slots__ = ("base_shape", "base_strides", "function", "mirror", "window")

    title = "torch::autograd::CopySlices"

    def __init__(self, base: Tensor, view: Tensor, function: Node) -> None:
        super().__init__((base.node, *function.edges[1:]))
        self.function = function
        self.mirror = maker_of(view)
        self.window = Window(memory_of(view), base.array)
        self.base_shape = base.array.shape
        self.base_strides = strides_of(base.array)

    def run(self, g: Any) -> tuple[Any, ...]:
        out = like_base(self.base_shape, self.base_strides, g)
        window = window_on(out, self.window)
        function, mirror = self.function, self.mirror
        flip = None if mirror is None else mirror.flip
        first, *rest = function.run(window.copy() if flip is None else flip(window))
        if self.edges[0] is None or (first is None and function.own_rule):
            return (None, *rest)
        check_overlap(window)
        window[...] = 0 if first is None else first if flip is None else flip(first)
        return (out, *rest)

    def run_tensors(self, g: Any) -> tuple[Any, ...]:
        out = wrap(like_base(self.base_shape, self.base_strides, np.zeros((), g.array.dtype)))
        roles.copy_into(out, g)
        window = self._window_on(out)
        if self.mirror is not None:
            window = self.mirror.call(window)
        first, *rest = self.function.run_tensors(roles.clone(window))
        if self.edges[0] is None or (first is None and self.function.own_rule):
            return (None, *rest)
        roles.copy_into(window, wrap(np.zeros((), g.array.dtype)) if first is None else first)
        return (out, *rest)

    def _window_on(self, out: Tensor) -> Any:
        w = self.window
        if w.dtype is None:
            return roles.as_strided(out, w.size, w.strides, w.offset)
        if w.dtype.kind != "c":
            return roles.as_strided(roles.view_as_real(out), w.size, w.strides, w.offset)
        pairs = roles.as_strided(out, (*w.size, 2), (*(2 * s for s in w.strides), 1), 2 * w.offset)
        return roles.view_as_complex(pairs)

    def release(self) -> None:
        # Only let go: a result that the operation saved may have put it into another graph, by itself.
        self.function = _FREED


def rebase(target: Tensor, function: Node) -> None:
    """Give ``target``, just changed in place by ``function``, and its base their new history."""
    base = target.base
    if base is None:
        old, target.node = target.node, function
        follow_retained(target, old)
    else:
        old, base.node = base.node, CopySlices(base, target, function)
        if state.creation_hooks:
            tell(base.node)
        follow_retained(base, old)
        if target.node is None:
            target.node = function  # until its family is refreshed: its history was asked for, the others' was not


def refresh_views(base: Tensor, stale_only: bool = False) -> None:
    """After a change in place: the history of every living view anew. A view of a kind that PyTorch won't trace through
    such a change gets an ``Invalid`` one. ``stale_only``: only these, where ``base`` has just begun to require grad."""
    views = base.meta.views if base.meta is not None else None
    if not views or base.node is None:
        return
    for ref in views:
        view = ref()
        if view is None:
            continue
        meta = view.meta
        assert meta is not None
        if meta.multi_view or meta.note:
            if not stale_only or view.version != meta.made_at:
                text = refusal(view, "its base or another view of its base has been modified inplace")
                view.node = Invalid(text, view.node.before if isinstance(view.node, Invalid) else view.node)
                state.invalid_views = True
                state.refresh()
        elif not stale_only and not isinstance(view.node, AccumulateGrad):
            old, view.node = view.node, history_on(base, view)
            if old is None:
                meta.unread = state.unread_views = True
                state.refresh()
            else:
                follow_retained(view, old)


def refusal(view: Tensor, what: str) -> str:
    """PyTorch's words for a view that can't be traced through a change in place."""
    meta = view.meta
    assert meta is not None
    inference = meta.note == "inference"
    history = view.node.before if isinstance(view.node, Invalid) else view.node
    node = node_of(history)
    made = "" if node is None or not node.edges else f"Output {index_of(history)} of {graph_name(node)} is a view"
    start = f"{made} of a view which" if made else "A view"
    if inference:
        text = f"{start} was created in inference mode and {what} in normal mode. "
    elif meta.note == "no_grad" or not made:
        text = f"{start} was created in no_grad mode and {what} with grad mode enabled. "
    else:
        text = f"{made} and {what}. "
    if meta.note == "custom":
        return text + CUSTOM_VIEW
    if meta.multi_view and not meta.note:
        return text + (
            "This view is the output of a function that returns multiple views. Such functions do not allow the output "
            "views to be modified inplace. You should replace the inplace operation by an out-of-place one."
        )
    block = "inference_mode" if inference else "no_grad"
    return text + (
        "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving "
        f"both the view and the inplace either both inside the {block} block (if you don't want the inplace to be "
        "tracked) or both outside (if you want the inplace to be tracked)."
    )
