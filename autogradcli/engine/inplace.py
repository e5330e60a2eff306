"""In-place operations, all from their out-of-place declarations.

``x.mul_(y)`` records ``mul`` on an alias of x, writes the result into x's memory, counts the version up, and gives
x (or, where x is a view, its base) the history of the result. So every declared operation has its in-place form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import dtypes
from .node import AccumulateGrad, Node, Nowhere
from .operation import Operation
from .state import state
from .tensor import Tensor, alias
from .views import rebase

LEAF = "a leaf Variable that requires grad is being used in an in-place operation."
CUSTOM_VIEW = (
    "This view was created inside a custom Function (or because an input was returned as-is) and the autograd logic to "
    "handle view+inplace would override the custom backward associated with the custom Function, leading to incorrect "
    "gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function."
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
    if base is not None and base.node.__class__ is AccumulateGrad:
        raise RuntimeError(VIEW_OF_LEAF)
    if node.__class__ is AccumulateGrad:
        raise RuntimeError(LEAF)
    if meta is not None and meta.multi_view is not None and (node is not None or (base and base.node is not None)):
        name, index = meta.multi_view
        if meta.note == "custom":
            raise RuntimeError(f"Output {index} of {name} is a view and is being modified inplace. {CUSTOM_VIEW}")
        raise RuntimeError(
            f"Output {index} of {name} is a view and is being modified inplace. This view is the output of a "
            "function that returns multiple views. Such functions do not allow the output views to be modified "
            "inplace. You should replace the inplace operation by an out-of-place one."
        )


def inplace(call: Callable[..., Any], target: Tensor, *args: Any) -> Tensor:
    """Apply an out-of-place operation to ``target`` in place and return it.

    Raises RuntimeError where it may not be changed, where the result's shape or dtype doesn't fit it.
    """
    check_inplace(target)
    before = alias(target)
    result: Tensor = call(before, *args)
    node = result.node
    if isinstance(node, Node) and node.saved and any(kept is before for kept in node.saved):
        # The rule needs what is about to be overwritten, so the node gets a copy of its own.
        before.array, before.counter = target.array.copy(), [target.version]
    return write_result(target, result)


def write_result(target: Tensor, result: Tensor, check: bool = True) -> Tensor:
    """Put a freshly computed result into ``target``'s memory and history."""
    if state.levels:
        from .layers import NOT_HERE, write

        if write(target, result, check) is not NOT_HERE:
            return target
    array = target.array
    if check:
        if result.array.shape != array.shape:
            raise RuntimeError(
                f"output with shape {list(array.shape)} doesn't match the broadcast shape {list(result.array.shape)}"
            )
        if result.array.dtype is not array.dtype:
            have, want = dtypes.of(result.array), dtypes.of(array)
            if not dtypes.can_cast(have, want):
                raise RuntimeError(
                    f"result type {have.type_name} can't be cast to the desired output type {want.type_name}"
                )
    check_overlap(array)
    np.copyto(array, result.array, casting="unsafe")
    counter = target.need_counter()
    if not target.is_inference:
        counter[0] += 1
    node = result.node
    if isinstance(node, Node) and not isinstance(node, (AccumulateGrad, Nowhere)):
        own_saved_output(node, result, target)
        rebase(target, node)
    if state.dual_level:
        from .forward import write_tangent

        write_tangent(target, result)
    return target


def own_saved_output(node: Node, result: Tensor, target: Tensor) -> None:
    """The node saved the result; from now on that is the target's memory, under the target's version counter."""
    if node.saved is None:
        return
    op: Operation = type(node).op
    entries = list(node.saved)
    for k, save in enumerate(op.saves):
        if save.kind == "output" and entries[2 * k] is result.array:
            entries[2 * k] = alias(target)
            entries[2 * k].node = None
            entries[2 * k + 1] = target.version
    node.saved = tuple(entries)


def check_overlap(array: np.ndarray) -> None:
    """Raise RuntimeError where several elements are one memory location, as in an expanded tensor."""
    if any(s == 0 and n > 1 for n, s in zip(array.shape, array.strides, strict=True)):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory "
            "location. Please clone() the tensor before performing the operation."
        )
