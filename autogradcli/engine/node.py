"""Nodes of the graph: what made a tensor, and how its gradient flows on.

    x ──▶ MulBackward0 ──edges──▶ (AccumulateGrad of x, AccumulateGrad of y)

A node keeps its edges (one for each differentiable input, None where the input needs no gradient), the values
that its rules name, and a sequence number. A tensor points at its node; a node never points at the tensor that
it made, so a graph holds no cycle and is freed with its last tensor.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar, Protocol

import numpy as np

from .state import next_sequence

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have "
    "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
    "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if "
    "you need to access saved tensors after calling backward."
)


class Variable(Protocol):
    """What the graph knows of a tensor."""

    array: np.ndarray


class Extra:
    """What few nodes have: hooks, captures, metadata."""

    __slots__ = ("metadata", "post_accumulate", "posthooks", "prehooks", "retains", "tensor_hooks")

    def __init__(self) -> None:
        self.tensor_hooks: dict[int, dict[int, Callable[[Any], Any]]] = {}  # output -> key -> hook
        self.retains: dict[int, weakref.ref[Any]] = {}  # output -> the tensor whose .grad to fill
        self.prehooks: dict[int, Callable[[Any], Any]] = {}
        self.posthooks: dict[int, Callable[[Any, Any], Any]] = {}
        self.post_accumulate: dict[int, Callable[[Any], Any]] = {}
        self.metadata: dict[Any, Any] | None = None


class Node:
    """One recorded operation. Subclasses, one for each graph name, are made by ``operation.py``.

    ``run`` and ``run_tensors`` are its backward step in two worlds. Whoever calls them may count on gradients in the
    shapes and dtypes of the inputs, one for each edge and None where there is none.
    """

    __slots__ = ("__weakref__", "edges", "extra", "fix", "saved", "seq")

    op: ClassVar[Any]  # the declared operation that made it
    outputs: ClassVar[int] = 1
    title: ClassVar[str] = ""
    declared: ClassVar[bool] = False  # its rule is a declared operation's, so that no program's code runs in it
    own_rule: ClassVar[bool] = False  # a program wrote its rule, whose None is no gradient and not a zero one

    edges: tuple[Node | Output | None, ...]
    saved: tuple[Any, ...] | None
    fix: Any  # per-edge shape and dtype to bring a gradient back to; None where nothing is to be done
    extra: Extra | None
    seq: int

    def __init__(self, edges: tuple[Node | Output | None, ...] = ()) -> None:
        self.edges = edges
        self.saved = ()
        self.fix = None
        self.extra = None
        self.seq = next_sequence()

    def run(self, g: Any) -> tuple[Any, ...]:
        """The array world: from the gradient of the output(s) those of the inputs, in their shapes and dtypes."""
        raise NotImplementedError

    def run_tensors(self, g: Any) -> tuple[Any, ...]:
        """The tensor world: the same, as tensors with a graph of their own."""
        raise NotImplementedError

    def release(self) -> None:
        """Free saved values after a pass that doesn't retain the graph."""

    def name(self) -> str:
        return type(self).title or type(self).__name__

    def need_extra(self) -> Extra:
        if self.extra is None:
            self.extra = Extra()
        return self.extra

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at 0x{id(self):x}>"


class Output:
    """Stands for output ``index`` of a node with several, wherever a tensor or an edge points at it."""

    __slots__ = ("index", "node")

    def __init__(self, node: Node, index: int) -> None:
        self.node = node
        self.index = index


class AccumulateGrad(Node):
    """The sink of a leaf: adds what arrives to ``.grad``. It *is* the leaf's autograd state.

    The leaf points at this node and this node only weakly back, so a dropped leaf is freed at once;
    the array is kept so that a hook can still see the leaf.
    """

    __slots__ = ("array", "grad", "grad_dtype", "variable_ref")

    title = "torch::autograd::AccumulateGrad"

    def __init__(self, variable: Variable) -> None:
        super().__init__()
        self.array: np.ndarray = variable.array
        self.grad: Any = None  # a tensor
        self.grad_dtype: Any = ...
        self.variable_ref: weakref.ref[Any] = weakref.ref(variable)


AccumulateGrad.__module__ = "builtins"  # in PyTorch it is a class of C++, of no module


class Invalid(Node):
    """History of a view that must not be used any more: its memory was changed behind its back, and it is of a kind
    for which PyTorch refuses to say what its gradient would be. Using it raises ``message``; printing shows
    ``<Invalid>``. ``before`` is the history it had."""

    __slots__ = ("before", "message")

    def __init__(self, message: str, before: Node | Output | None) -> None:
        super().__init__()
        self.before = before
        self.message = message

    def run(self, g: Any) -> tuple[Any, ...]:
        raise RuntimeError(self.message)

    run_tensors = run


class Nowhere(Node):
    """The sink of a view made under ``no_grad``: it requires grad, as PyTorch says, and receives nothing."""

    __slots__ = ()

    def run(self, g: Any) -> tuple[Any, ...]:
        return ()

    run_tensors = run


def node_of(edge: Node | Output | None) -> Node | None:
    return edge.node if isinstance(edge, Output) else edge


def index_of(edge: Node | Output | None) -> int:
    return edge.index if isinstance(edge, Output) else 0


def reachable(roots: list[Node]) -> tuple[list[Node], dict[Node, int]]:
    """Every node below the roots, newest first, without the sinks; and how many edges lead to each sink."""
    seen: set[Node] = set()
    order: list[Node] = []
    waiting: dict[Node, int] = {}
    stack: list[Any] = [root for root in roots if root.__class__ is not AccumulateGrad]
    take, put = stack.pop, stack.append
    while stack:
        node = take()
        if node in seen:
            continue
        seen.add(node)
        order.append(node)
        for edge in node.edges:
            if edge is None:
                continue
            kind = edge.__class__
            if kind is AccumulateGrad:
                waiting[edge] = waiting.get(edge, 0) + 1
            elif kind is Output:
                put(edge.node)
            else:
                put(edge)
    order.sort(key=_sequence, reverse=True)
    return order, waiting


_sequence = attrgetter("seq")
