"""Hooks that are called with each node as it is made: ``torch.autograd.graph.node_creation_hook``.

A node is told of once it is complete: its edges are wired, its outputs are bound, what it saves is saved. A leaf's
node is told of with the first node that uses it, and again once nothing of the graphs that used it is left: in PyTorch
it is made and freed with them, here it stays, and that something refers to it besides the leaf says that it is in use.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from ..numerics.naming import shown_as
from .modes import ContextMode
from .node import AccumulateGrad, Node, node_of
from .state import state
from .tensor import Tensor

#: References to a leaf's node beside those of graphs: the leaf's own, a loop's, and the argument's of who counts.
_OWN = 3


def check_outside(kind: type[Node]) -> None:
    """Raise RuntimeError where a hook that is told of a node would make one."""
    if state.telling:
        raise RuntimeError(
            "Creating a new autograd node from inside a node creation hook is not supported. Node creation hooks "
            "should only observe the node (e.g. record it, stash metadata, or register backward hooks on it); got a "
            f"new node of type {kind.__name__} while a hook was running."
        )


def tell_of(outputs: Iterable[object]) -> None:
    """Call the hooks with the nodes that made these results, each once."""
    told: list[Node] = []
    for t in outputs:
        node = node_of(t.node) if isinstance(t, Tensor) else None
        if node is not None and not any(node is other for other in told):
            told.append(node)
            tell(node)


def tell(node: Node) -> None:
    """Call the hooks with a node that was just made, after the leaves' nodes that it is the first to use."""
    leaves: list[AccumulateGrad] = []
    for edge in node.edges:
        if isinstance(edge, AccumulateGrad) and not any(edge is leaf for leaf in leaves):
            uses = sum(other is edge for other in node.edges)
            if sys.getrefcount(edge) <= _OWN + uses:
                leaves.append(edge)
    for made in (*leaves, node):
        _call(made)


def _call(node: Node) -> None:
    state.telling = True
    try:
        for hook in list(state.creation_hooks):
            hook(node)
    finally:
        state.telling = False


@shown_as("torch.autograd.graph.node_creation_hook")
class NodeCreationHook(ContextMode):
    """``node_creation_hook(hook)``: inside, ``hook`` is called with each node that is made."""

    __slots__ = ("hook",)

    title = "torch.autograd.graph.node_creation_hook"

    def __init__(self, hook: Callable[[Any], Any]) -> None:
        self.hook = hook

    def __enter__(self) -> None:
        state.creation_hooks.append(self.hook)
        state.refresh()

    def __exit__(self, *problem: object) -> None:
        state.creation_hooks.pop()
        state.refresh()
