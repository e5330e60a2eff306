"""Hooks: functions of the program that see, and may replace, gradients on their way."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from itertools import count
from typing import Any

from ..numerics import dtypes
from ..numerics.naming import shown_as
from .callbacks import callee
from .modes import ContextMode
from .node import AccumulateGrad, Node, Nowhere, Output, index_of, node_of
from .state import state
from .tensor import Tensor

next_key = count().__next__


@shown_as("torch.utils.hooks.RemovableHandle")
class RemovableHandle(ContextMode):
    """What a registration returns: ``remove()`` takes the hook away, twice does no harm. As a context it removes
    the hook at the end."""

    __slots__ = ("key", "table")

    def __init__(self, table: dict[int, Any], key: int) -> None:
        self.table = table
        self.key = key

    def remove(self) -> None:
        self.table.pop(self.key, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *problem: object) -> None:
        self.remove()

    def __repr__(self) -> str:
        return f"<torch.utils.hooks.RemovableHandle object at 0x{id(self):x}>"


def add_hook(table: dict[int, Any], hook: Callable[..., Any], first: bool = False) -> RemovableHandle:
    key = next_key()
    others = list(table.items()) if first else []
    table[key] = callee(hook)
    if state.tape is not None:
        state.tape.hooked(key)
    for other, value in others:  # a table runs in its order: those before go behind
        del table[other]
        table[other] = value
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
    if state.levels:
        raise RuntimeError(
            "You are attempting to call Tensor.retain_grad() inside of a function being transformed by a functorch "
            "transform. This is unsupported, please attempt to use the functorch transforms (e.g. grad, vjp, jacrev, "
            "jacfwd, hessian) or call retain_grad() outside of a function being transformed instead."
        )
    if isinstance(node, (AccumulateGrad, Nowhere)):
        return
    node.need_extra().retains[index_of(tensor.node)] = weakref.ref(tensor)


def follow_retained(tensor: Tensor, old: Node | Output | None) -> None:
    """After a change in place: what ``retain_grad`` keeps is from now on the gradient of the new history."""
    node = node_of(old)
    if node is None or node.extra is None or node is node_of(tensor.node):
        return
    ref = node.extra.retains.get(index_of(old))
    if ref is not None and ref() is tensor:
        del node.extra.retains[index_of(old)]
        retain_grad(tensor)


def retains_grad(tensor: Tensor) -> bool:
    node = node_of(tensor.node)
    if node is None or node.extra is None:
        return False
    ref = node.extra.retains.get(index_of(tensor.node))
    return ref is not None and ref() is tensor


def tell_of_none(hooks: dict[int, Any] | None) -> None:
    """Call the hooks of an output that no gradient arrives at, while others of its node have theirs.

    Raises RuntimeError where one makes a gradient of nothing.
    """
    for hook in list((hooks or {}).values()):
        new = hook(None)
        if new is not None:
            checked(hook, None, new)


def run_tensor_hooks(hooks: dict[int, Callable[[Any], Any]] | None, g: Tensor) -> Tensor:
    """Pass a gradient through hooks in order. Raises TypeError, RuntimeError for a bad replacement."""
    if not hooks:
        return g
    grad = state.grad
    for hook in list(hooks.values()):
        new = hook(g)
        if new is not None:
            g = checked(hook, g, new)
    state.grad = grad
    return g


def checked(hook: Callable[..., Any], old: Tensor | None, new: Any) -> Tensor:
    """What a hook returned in place of a gradient.

    Raises TypeError where it is no tensor, RuntimeError where there was none or its dtype or shape is another.
    """
    if not isinstance(new, Tensor):
        raise TypeError(f"expected Variable, but hook returned '{type(new).__name__}'")
    if old is None:
        raise RuntimeError("can't replace a None gradient with a non-None value")
    if new.array.dtype is not old.array.dtype:
        was, got = dtypes.tensor_type(dtypes.of(old.array)), dtypes.tensor_type(dtypes.of(new.array))
        raise RuntimeError(f"hook '{_name_of(hook)}' has changed the type of value (was {was} got {got})")
    if new.array.shape != old.array.shape:
        raise RuntimeError(f"hook '{_name_of(hook)}' has changed the size of value")
    return new


def checked_all(hook: Callable[..., Any], old: tuple[Tensor | None, ...], new: Any) -> tuple[Tensor | None, ...]:
    """What a node's hook returned in place of its gradients. Raises as ``checked`` does, and where it is no tuple or of
    another length."""
    if not isinstance(new, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(new).__name__}'")
    if len(new) != len(old):
        raise RuntimeError(
            f"hook '{_name_of(hook)}' has returned an incorrect number of values (got {len(new)}, but expected "
            f"{len(old)})"
        )
    return tuple(None if n is None else checked(hook, o, n) for o, n in zip(old, new, strict=True))


def run_post_accumulate(hook: Callable[[Any], Any], variable: Tensor) -> None:
    """Tell a hook that a leaf's gradient is complete. Raises RuntimeError where it returns anything but None (or the
    leaf itself, which changes nothing)."""
    given = hook(variable)
    if given is not None and checked(hook, variable, given) is not variable:
        raise RuntimeError("Tensor post accumulate grad hooks should return None.")


def _name_of(hook: Any) -> str:
    return str(getattr(hook, "name", None) or getattr(hook, "__name__", "hook"))
