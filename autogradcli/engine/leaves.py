"""Leaves: where a tensor begins to require grad, and where it stops."""

from __future__ import annotations

from weakref import ref

from .node import AccumulateGrad, Invalid, Nowhere
from .tensor import Tensor
from .views import refresh_views


def require_grad(t: Tensor) -> None:
    """Make a tensor a leaf that requires grad. Raises RuntimeError for a dtype that has no gradients, and for an
    inference tensor outside of inference mode."""
    if t.node is not None:
        return
    meta = t.meta
    kept = None if meta is None or meta.sink is None else meta.sink()
    if kept is None:
        node = t.begin_grad()
    else:
        t.node = node = kept  # as it was before, for the graphs that lead to it
    meta = t.meta
    if meta is None:
        return
    node.grad, meta.grad = meta.grad, None
    node.extra, meta.hooks = meta.hooks, None
    if meta.views:
        refresh_views(t, stale_only=True)


def drop_grad(t: Tensor) -> None:
    """Make a leaf require no grad. Raises RuntimeError for a tensor that operations made."""
    node = t.node
    if node is None or node.__class__ is Nowhere or node.__class__ is Invalid:
        return  # such a view requires grad because its base does
    if node.__class__ is not AccumulateGrad:
        raise RuntimeError(
            "you can only change requires_grad flags of leaf variables. If you want to use a computed "
            "variable in a subgraph that doesn't require differentiation use "
            "var_no_grad = var.detach()."
        )
    t.need_meta().sink = ref(node)
    if node.grad is not None:
        t.need_meta().grad = node.grad
    if node.extra is not None:
        t.need_meta().hooks = node.extra
    t.node = None
