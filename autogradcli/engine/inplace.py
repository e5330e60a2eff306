"""In-place operations, all from their out-of-place declarations.

``x.mul_(y)`` records ``mul`` on an alias of x, writes the result into x's memory, counts the version up, and gives
x (or, where x is a view, its base) the history of the result. So every declared operation has its in-place form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..numerics import dtypes
from ..numerics.dtypes import DType
from ..numerics.layouts import overlaps_itself, slides, turns
from ..numerics.limits import check_steps, run
from .levels.base import check_captured, check_rows, dispatched, write
from .mirrors import MirrorTensor, flip_of, memory_of
from .no_forward import check_forward
from .node import AccumulateGrad, Node, Nowhere
from .operation import Operation
from .saved import maker, pack
from .state import state
from .tangents import has_tangent, keep_apart, write_tangent
from .tensor import Tensor, alias
from .views import OVERLAP, check_sliding, rebase, refresh_views, refusal

LEAF = "a leaf Variable that requires grad is being used in an in-place operation."
SHARED = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
    "location. Please clone() the tensor before performing the operation."
)
VIEW_OF_LEAF = "a view of a leaf Variable that requires grad is being used in an in-place operation."


def check_inplace(target: Tensor) -> None:
    """Raise RuntimeError, in PyTorch's words, where ``target`` may not be changed in place."""
    meta = target.meta
    if meta is not None and meta.inference and not state.inference:
        raise RuntimeError(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get "
            "a normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more "
            "details."
        )
    if not state.grad or state.inference:
        return
    node = target.node
    base = target.base
    if base is not None and (node is not None or base.node is not None):
        check_traceable(target)
    if base is not None and (base.node.__class__ is AccumulateGrad or (base.node is None and node is not None)):
        raise RuntimeError(VIEW_OF_LEAF)  # the base is one, whether it requires grad or the view alone does
    if node.__class__ is AccumulateGrad or (meta is not None and meta.unread):
        raise RuntimeError(LEAF)  # as PyTorch takes such a view for one, until its history is first asked for


def check_traceable(view: Tensor) -> None:
    """Raise RuntimeError for a view of a kind that PyTorch won't trace through a change in place."""
    meta = view.meta
    if meta is not None and (meta.multi_view or meta.note):
        raise RuntimeError(refusal(view, "is being modified inplace"))


def inplace(call: Callable[..., Any], target: Tensor, *args: Any) -> Tensor:
    """Apply an out-of-place operation to ``target`` in place and return it.

    Raises RuntimeError where it may not be changed, where the result's shape or dtype doesn't fit it.
    """
    check_inplace(target)
    before = alias(target)
    if state.dual_level or state.levels:
        if state.levels:
            check_captured(target, dispatched(call, args))
            check_rows(target, call, args)
        op = getattr(call, "op", None)
        if op is not None:
            check_forward(op, (target, *args), has_tangent, in_place=True)
        keep_apart(target, before)
    counter = target.counter
    for arg in args:
        if arg.__class__ is Tensor and arg.counter is counter and counter is not None and arg is not target:
            check_partial_overlap(target.array, arg.array)
    if not target.array.flags.forc and _one_by_one(call, target, before, args):
        _count_change(target)
        return target
    outer = state.overwritten
    if state.pack_hooks:
        state.overwritten = before
    try:
        result: Tensor = call(before, *args)
    except NotImplementedError as error:
        if " not implemented for '" in str(error):
            _check_promoted(call, target, args)
        raise
    finally:
        state.overwritten = outer
    node = result.node
    if isinstance(node, Node) and node.saved and before.counter is counter and any(k is before for k in node.saved):
        # The rule needs what is about to be overwritten, so the node gets a copy of its own.
        keep_values(before)
    if not state.levels:
        return write_result(target, result, call=call)
    outer_memory, state.own_memory = state.own_memory, True  # whether it may be changed was asked above
    try:
        return write_result(target, result, call=call)
    finally:
        state.own_memory = outer_memory


def _one_by_one(call: Callable[..., Any], target: Tensor, before: Tensor, args: tuple[Any, ...]) -> bool:
    """Where windows slide over each other, compute element after element: each takes what the ones before it left in
    its location. False, with nothing done, for other memory, other operations, and where anything is recorded."""
    op: Operation | None = getattr(call, "op", None)
    array = target.array
    if op is None or op.overlap or overlaps_itself(array) or not (op.broadcast or op.kind == "elementwise"):
        return False
    if state.levels or state.dual_level or target.__class__ is MirrorTensor or not slides(array):
        return False
    result = call(before, *args)
    if result.node is not None or result.array.shape != array.shape or result.array.dtype is not array.dtype:
        return False
    turn, whole = turns(array), array.copy()
    count = int(turn.max()) + 1
    check_steps(array.size * count)
    try:
        for k in range(count):
            if k:
                run.poll()
                result = call(before, *args)
            np.copyto(array, result.array, where=turn == k)
    except BaseException:  # Ctrl-C leaves no half of it
        np.copyto(array, whole)
        raise
    return True


def _count_change(target: Tensor) -> None:
    """Note that the target's memory has other numbers now, for what saved it and for what views it."""
    if target.is_inference:
        target.need_counter()
    else:
        target.bump()
    refresh_views(target if target.base is None else target.base)


def plain_inplace(ufunc: Any, target: Tensor, other: Any) -> bool:
    """Compute straight into the target's memory, if that is all there is to do; False where it isn't.

    So it is where nothing is recorded, and no view, mode or other dtype is in play: ``p -= 0.1 * p.grad`` under
    ``no_grad``, in every training loop.
    """
    array = target.array
    if (
        state.special
        or target.meta is not None
        or (state.grad and target.node is not None)
        or array.dtype.char not in "fd"
        or not array.flags.c_contiguous
    ):
        return False
    if other.__class__ is Tensor:
        if (
            (state.grad and other.node is not None)
            or other.array.dtype is not array.dtype
            or (other.counter is not None and other.counter is target.counter)
        ):
            return False
        other = other.array
    elif other.__class__ is not float:
        return False
    try:
        ufunc(array, other, array)
    except ValueError:  # shapes that don't fit: in PyTorch's words
        return False
    target.bump()
    return True


def keep_values(before: Tensor) -> None:
    """Give an alias memory of its own."""
    before.counter = [before.version]
    before.array = before.array.copy()


def write_result(target: Tensor, result: Tensor, check: bool = True, call: Any = None) -> Tensor:
    """Put a freshly computed result, of the operation ``call``, into ``target``'s memory and history."""
    if state.levels and write(target, result, check, call):
        return target
    array, values = target.array, result.array
    meta, node = target.meta, result.node
    base = None if meta is None else meta.base
    if node is not None and base is not None:
        check_traceable(target)
    if check:
        check_shape(target, values.shape)
        if values.dtype is not array.dtype:
            check_cast(dtypes.of(values), dtypes.of(array))
    if target.__class__ is MirrorTensor:
        array, values = memory_of(target), flip_of(target)(values)
    if array.flags.forc:
        array[...] = values
    elif not overlaps_itself(array):
        if slides(array):
            check_sliding(array, values, getattr(call, "op", None))
        array[...] = values
    elif getattr(getattr(call, "op", None), "overlap", False):
        changed = (values != array) & ((values == values) | (array == array))
        np.copyto(array, values, casting="unsafe", where=changed)  # of the others none wins
    else:
        raise RuntimeError(OVERLAP)
    if meta is not None and meta.inference:
        target.need_counter()
    else:
        target.bump()
    if state.dual_level and ((op := getattr(call, "op", None)) is None or op.has_gradient):
        write_tangent(target, result)  # what has no derivative leaves the tangent that is there
    if isinstance(node, Node) and not isinstance(node, (AccumulateGrad, Nowhere)):
        own_saved_output(node, result, target)
        rebase(target, node)
    if meta is not None:
        refresh_views(target if base is None else base)
    return target


def check_shape(target: Tensor, shape: tuple[int, ...]) -> None:
    """Raise RuntimeError where results of another shape are to be written into a tensor."""
    if shape != target.array.shape:
        raise RuntimeError(
            f"output with shape {list(target.array.shape)} doesn't match the broadcast shape {list(shape)}"
        )


def check_cast(have: DType, want: DType) -> None:
    """Raise RuntimeError where results of one dtype may not be written into a tensor of another."""
    if not dtypes.can_cast(have, want):
        raise RuntimeError(f"result type {have.type_name} can't be cast to the desired output type {want.type_name}")


def _check_promoted(call: Any, target: Tensor, args: Sequence[Any]) -> None:
    """Where a kernel doesn't take a dtype, whether its result would fit comes first: PyTorch asks before it runs."""
    op: Operation | None = getattr(call, "op", None)
    if op is None or op.promote not in ("promote", "float"):
        return
    pairs = zip(op.parse().params[1:], args)
    operands = [a.array if isinstance(a, Tensor) else a for p, a in pairs if p.kind == "tensor" and a is not None]
    shapes = [a.shape for a in operands if isinstance(a, np.ndarray)]
    try:
        shape = np.broadcast_shapes(target.array.shape, *shapes)
    except ValueError:
        return  # which the operation itself refuses
    check_shape(target, shape)
    if op.promote == "promote":
        check_cast(dtypes.result_type(target.array, *operands), dtypes.of(target.array))


def own_saved_output(node: Node, result: Tensor, target: Tensor) -> None:
    """The node saved the result; from now on that is the target's memory, under the target's version counter."""
    if node.saved is None:
        return
    op: Operation = type(node).op
    entries = list(node.saved)
    for k, save in enumerate(op.saves):
        entry = entries[2 * k]
        if save.kind == "output" and (
            entry is result.array or (isinstance(entry, Tensor) and entry.counter is result.counter is not None)
        ):
            kept = entries[2 * k] = alias(target)
            kept.node = None
            entries[2 * k + 1] = target.version
            if state.pack_hooks:
                kept.node = maker(node, save)
                entries[2 * k] = pack(kept)
    node.saved = tuple(entries)


def check_partial_overlap(target: np.ndarray, source: np.ndarray) -> None:
    """Raise RuntimeError where a tensor is to be changed by one that shares part of its memory. The same elements in
    the same order are fine: each is read before it is written."""
    if not (target.size and source.size and _is_dense(target) and _is_dense(source)):
        return  # as in PyTorch, which can't tell for memory with gaps
    begin, other = target.__array_interface__["data"][0], source.__array_interface__["data"][0]
    if begin == other and target.nbytes == source.nbytes:
        if target.strides == source.strides:
            return
    elif begin >= other + source.nbytes or other >= begin + target.nbytes:
        return
    raise RuntimeError(SHARED)


def _is_dense(array: np.ndarray) -> bool:
    """Whether the elements fill their stretch of memory without gaps or overlaps, in whatever order."""
    if array.flags.forc:
        return True
    step = array.itemsize
    for stride, size in sorted(zip(array.strides, array.shape, strict=True)):
        if size > 1:
            if stride != step:
                return False
            step *= size
    return True
