"""Hooks: functions of the program that see, and may replace, gradients on their way."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from itertools import count
from typing import Any

from .node import AccumulateGrad, Node, Nowhere, index_of, node_of
from .state import state
from .tensor import Tensor

_next_key = count().__next__


class RemovableHandle:
    """What a registration returns: ``remove()`` takes the hook away, twice does no harm."""

    __slots__ = ("key", "table")

    def __init__(self, table: dict[int, Any], key: int) -> None:
        self.table = table
        self.key = key

    def remove(self) -> None:
        self.table.pop(self.key, None)

    def __repr__(self) -> str:
        return f"<torch.utils.hooks.RemovableHandle object at 0x{id(self):x}>"


def add_hook(table: dict[int, Any], hook: Callable[..., Any]) -> RemovableHandle:
    key = _next_key()
    table[key] = hook
    return RemovableHandle(table, key)


def hook_tensor(tensor: Tensor, hook: Callable[[Any], Any]) -> RemovableHandle:
    """``register_hook``. Raises RuntimeError for a tensor that requires no gradient."""
    node = node_of(tensor.node)
    if node is None:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    hooks = node.need_extra().tensor_hooks
    return add_hook(hooks.setdefault(index_of(tensor.node), {}), hook)


def hook_after_accumulation(tensor: Tensor, hook: Callable[[Any], Any]) -> RemovableHandle:
    """``register_post_accumulate_grad_hook``. Raises RuntimeError for what is no leaf that requires grad."""
    if tensor.node is None:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if tensor.node.__class__ is not AccumulateGrad:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    return add_hook(tensor.node.need_extra().post_accumulate, hook)


def hook_node(node: Node, hook: Callable[[Any, Any], Any]) -> RemovableHandle:
    return add_hook(node.need_extra().posthooks, hook)


def prehook_node(node: Node, hook: Callable[[Any], Any]) -> RemovableHandle:
    return add_hook(node.need_extra().prehooks, hook)


def retain_grad(tensor: Tensor) -> None:
    """Keep the gradient of a non-leaf. Raises RuntimeError for a tensor that requires none."""
    node = node_of(tensor.node)
    if node is None:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if isinstance(node, (AccumulateGrad, Nowhere)):
        return
    node.need_extra().retains[index_of(tensor.node)] = weakref.ref(tensor)


def retains_grad(tensor: Tensor) -> bool:
    node = node_of(tensor.node)
    if node is None or node.extra is None:
        return False
    ref = node.extra.retains.get(index_of(tensor.node))
    return ref is not None and ref() is tensor


def run_tensor_hooks(hooks: dict[int, Callable[[Any], Any]] | None, g: Tensor) -> Tensor:
    """Pass a gradient through hooks in order. Raises TypeError, RuntimeError for a bad replacement."""
    if not hooks:
        return g
    grad = state.grad
    for hook in list(hooks.values()):
        new = hook(g)
        if new is None:
            continue
        if not isinstance(new, Tensor):
            name = getattr(hook, "name", None) or getattr(hook, "__name__", "hook")
            raise TypeError(f"hook '{name}' returned an incompatible type: expected Tensor, got {type(new).__name__}")
        if new.array.shape != g.array.shape:
            name = getattr(hook, "name", None) or getattr(hook, "__name__", "hook")
            raise RuntimeError(f"hook '{name}' has changed the size of value")
        g = new
    state.grad = grad
    return g
