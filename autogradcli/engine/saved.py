"""What a node keeps for its rule, and the checks when the rule reads it back.

``node.saved`` is flat, two entries a value, because building one tuple is all that the forward pass can afford:

    input     (the tensor, or a Python number; the version it had)
    output    (its array; its version counter)     kept without the tensor, which points at this node
    anything  (the value; None)

A value that no wanted gradient needs is None. Saved-tensor hooks put a ``Packed`` in the first place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..numerics import dtypes
from .deferred import peek
from .node import FREED, Node, Output, node_of
from .parameters import Save
from .state import state
from .tensor import Tensor, alias, wrap


class Packed:
    """A saved tensor in the form that a pack hook gave it."""

    __slots__ = ("edge", "handle", "unpack")

    def __init__(self, handle: Any, unpack: Callable[[Any], Any], edge: Node | Output | None) -> None:
        self.handle = handle
        self.unpack = unpack
        self.edge = edge

    def open_with_history(self) -> Tensor:
        """The tensor with the history that it had, whatever the hooks made of it."""
        opened = self.open()
        return opened if self.edge is None or opened.node is self.edge else with_history(opened, self.edge)

    def open(self) -> Tensor:
        value = self.unpack(self.handle)
        if not isinstance(value, Tensor):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(value).__name__}"
            )
        return value


def pack(tensor: Tensor) -> Tensor | Packed:
    """Run the innermost saved-tensor hook, where there is one."""
    if not state.pack_hooks:
        return tensor
    pack_hook, unpack_hook = state.pack_hooks[-1]
    return pack_with(tensor, pack_hook, unpack_hook)


def pack_with(tensor: Tensor, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> Packed:
    grad, state.grad = state.grad, False
    try:
        version = tensor.version
        handle = pack_hook(tensor)
    finally:
        state.grad = grad
    if tensor.version != version:
        raise RuntimeError(
            "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook "
            "cannot be modified by in-place operations as this can lead to unexpected side-effects. Please "
            "open an issue if you need to perform in-place operations on the input to a pack hook."
        )
    return Packed(handle, unpack_hook, tensor.node)


def modified(array: np.ndarray, maker: Node | Output | None, counter: list[int] | None, expected: int) -> RuntimeError:
    """PyTorch's error for a saved value that an in-place operation changed; a note says which line did."""
    version, *lines = counter or (0,)
    made = ""
    node = node_of(maker)
    if node is not None and node.edges:
        number = maker.index if isinstance(maker, Output) else 0
        made = f", which is output {number} of {graph_name(node)},"
    error = RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[{dtypes.tensor_type(dtypes.of(array))} [{', '.join(map(str, array.shape))}]]{made} is at version {version}; "
        f"expected version {expected} instead. Hint: enable anomaly detection to find the operation that failed "
        "to compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )
    if lines and lines[0]:
        error.add_note(f"line {lines[0]} changed it in place")
    return error


def graph_name(node: Node) -> str:
    """The name in messages: ``ExpBackward0`` is Exp, ``PowBackward1`` is Pow1."""
    name = node.name()
    head, found, number = name.rpartition("Backward")
    return head + number.removeprefix("0") if found and number != "s" else name


def saved_array(node: Node, save: Save, value: Any, mark: Any) -> Any:
    """A saved value for the array world: checked, unwrapped. Raises RuntimeError where it was modified."""
    if value is None:
        return None
    if save.kind == "input":
        if isinstance(value, Tensor):
            if value.version != mark:
                raise modified(value.array, value.node, value.counter, mark)
            return peek(value)
        if isinstance(value, Packed):
            return value.open().array
        if isinstance(value, list):
            return [saved_array(node, save, v, m) for v, m in zip(value, mark, strict=True)]
        return value
    if save.kind == "output":
        if isinstance(value, Packed):
            return value.open().array
        if isinstance(value, Tensor):
            if value.version != mark:
                raise modified(value.array, maker(node, save), value.counter, mark)
            return peek(value)
        if mark[0]:
            raise modified(value, maker(node, save), mark, 0)
        return value
    return value


def saved_tensor(node: Node, save: Save, value: Any, mark: Any) -> Any:
    """A saved value for the tensor world: as ``saved_array``, with its history."""
    if isinstance(value, Packed):
        if save.kind == "output":
            return with_history(value.open(), output_edge(node, save.index))
        return value.open_with_history()
    if isinstance(value, list):
        return [saved_tensor(node, save, v, m) for v, m in zip(value, mark, strict=True)] if mark else value
    checked = saved_array(node, save, value, mark)
    if save.kind == "input":
        return value
    if save.kind == "output" and checked is not None:
        twin = alias(value) if isinstance(value, Tensor) else wrap(checked)
        twin.node = maker(node, save)
        if not isinstance(value, Tensor):
            twin.counter = mark
        return twin
    return value


def with_history(opened: Tensor, edge: Node | Output) -> Tensor:
    twin = wrap(opened.array)
    twin.node = edge
    return twin


def output_edge(node: Node, index: int) -> Node | Output:
    return node if type(node).outputs == 1 else Output(node, index)


def maker(node: Node, save: Save) -> Node | Output | None:
    """What a saved output shows as its history: none where it has no gradient, as indices."""
    differentiable = type(node).op.differentiable
    return output_edge(node, save.index) if differentiable is None or save.index in differentiable else None


def open_saved(node: Node, opener: Callable[[Node, Save, Any, Any], Any]) -> dict[str, Any]:
    """All saved values of a node by the names that rules use. Raises RuntimeError where they were freed."""
    saved = node.saved
    if saved is None:
        raise RuntimeError(FREED)
    return {save.name: opener(node, save, saved[2 * k], saved[2 * k + 1]) for k, save in enumerate(type(node).op.saves)}
