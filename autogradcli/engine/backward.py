"""The backward pass: from the roots down, each node once, when all that flows into it has arrived.

Creation order is a topological order, so the pass collects the nodes that can be reached, sorts them by sequence
number and walks them from the newest to the oldest: no recursion, no queue. A leaf's sink runs as soon as its last
contribution has come.

In a first-order pass gradients are bare arrays and rules run on kernels. With ``create_graph`` they are tensors and
the same rules record a graph of their own. Hooks see tensors in both.

``Pass.walk`` is the whole of it, with ``step`` (through a node), ``arrive`` (at an edge) and ``leaf`` (the end),
and ``region`` through nodes whose operations were deferred (``block_backward.py``). ``walks.py`` has it unfolded for
the passes that programs run all day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..numerics.repeated import ordinary
from .accumulation import accumulate, add_grad, variable_of
from .anomaly import check_nan, watched
from .block_backward import Region
from .hooks import checked_all, run_post_accumulate, run_tensor_hooks, tell_of_none
from .in_blocks import InBlocks
from .node import FREED, AccumulateGrad, Node, Output, index_of, node_of, reachable
from .state import state
from .tensor import Tensor, wrap
from .walks import Walks
from .worlds import cast_array, roles

Edge = Node | Output

_running: list[Pass] = []


def current_pass() -> Pass:
    """The innermost backward pass that is running: hooks ask. Raises IndexError where none is."""
    return _running[-1]


def running_pass() -> Pass | None:
    """The innermost backward pass that is running, if one is."""
    return _running[-1] if _running else None


class Pass(Walks):
    """One backward pass: what to keep, what to capture, what to accumulate."""

    __slots__ = (
        "_roots", "accumulate", "captured", "closing", "create_graph", "keep_graph", "owned", "pending", "targets",
        "tensors",
    )  # fmt: skip

    def __init__(
        self,
        keep_graph: bool,
        create_graph: bool,
        targets: Sequence[Edge] | None,
        accumulate: bool,
        closing: bool = False,
    ) -> None:
        #: The level of ``torch.func`` whose gradients these are, where they leave it: of the pass itself nothing is
        #: recorded there, and only what a program sees of it is brought back to the level.
        self.closing = state.levels[-1] if closing else None
        self.keep_graph = keep_graph
        self.create_graph = create_graph
        #: gradients are tensors: to be recorded, or since they may carry tangents or belong to a level of torch.func
        self.tensors = create_graph or bool(state.dual_level or state.levels)
        self.accumulate = accumulate
        self.targets: dict[Node, set[int]] | None = None
        if targets is not None:
            self.targets = {}
            for edge in targets:
                self.targets.setdefault(edge.node if isinstance(edge, Output) else edge, set()).add(index_of(edge))
        self.captured: dict[tuple[Node, int], Any] = {}
        self.pending: dict[Edge, Any] = {}  # what has arrived so far; of a node with several outputs, a list
        self.owned: set[Edge] = set()  # where that is an array made here, into which more may be added
        self.leads: set[Node] | None = None  # where there are targets: they and all above them

    def run(self, roots: Sequence[tuple[Edge, Any]]) -> None:
        """Send the gradients (arrays; tensors with ``create_graph``) from the roots down.

        Raises RuntimeError where the graph was freed or a saved value modified.
        """
        if state.tape is not None:
            state.tape.began(roots)
        for edge, g in roots:
            self.arrive(edge, self._own_world(g))
        self._roots = [edge.node if isinstance(edge, Output) else edge for edge, _ in roots]
        grad, state.grad = state.grad, self.create_graph
        _running.append(self)
        try:
            if self._looks_at_nothing():
                self.straight(self._roots)
            else:
                self._run_counted(roots)
        finally:
            _running.pop()
            state.grad = grad
            state.running_node = None

    def _looks_at_nothing(self) -> bool:
        """Whether nobody could see in which order leaves are done."""
        return (
            self.targets is None
            and not (self.tensors or state.anomaly or state.deferred or self.__class__ is not Pass)
            and state.watch is None
            and state.tape is None
            and not any(root.__class__ is AccumulateGrad for root in self._roots)
            and bool(self._roots)
        )

    def _run_counted(self, roots: Sequence[tuple[Edge, Any]]) -> None:
        order, self.waiting = reachable(self._roots)
        if self.targets is not None:
            self.need(order)
        if state.watch is not None and self.accumulate:
            sinks = self.waiting if self.targets is None else [node for node in self.waiting if node in self.targets]
            state.watch(sinks, order[0].seq if order else 0)
        self._sinks(roots)
        if state.anomaly or self.__class__ is not Pass:
            self.walk(order)
        elif self.targets is not None:
            if state.deferred and not self.tensors:
                self.walk(order)
            else:
                self.to_targets(order)
        elif self.tensors:
            self.walk(order)
        elif state.deferred:
            self.by_regions(order)
        else:
            self.counted(order)

    def _own_world(self, g: Any) -> Any:
        if isinstance(g, Tensor):
            return g if self.tensors else g.array
        return wrap(ordinary(g)) if self.tensors else g

    def will_reach(self, edge: Edge | None) -> bool:
        """Whether this pass comes by the place where a tensor's gradient flows. Raises RuntimeError for a leaf whose
        gradient ``autograd.grad`` is to return."""
        node = node_of(edge)
        order, waiting = reachable(self._roots)
        if self.targets is None:
            return node in waiting or node in order
        if isinstance(node, AccumulateGrad):
            if node in self.targets and not self.accumulate and node in waiting:
                raise RuntimeError(
                    "A leaf node was passed to _will_engine_execute_node but we are currently running autograd.grad(). "
                    "This is currently not supported."
                )
            return node in self.targets and node in waiting
        return node in order and (node in self.needed or node in self.targets)

    def _sinks(self, roots: Sequence[tuple[Edge, Any]]) -> None:
        """Roots that are leaves themselves, where nothing else flows into them."""
        for edge, _ in roots:
            if isinstance(edge, AccumulateGrad) and not self.waiting.get(edge) and edge in self.pending:
                self.leaf(edge)

    def arrive(self, edge: Edge, g: Any) -> None:
        """Add a gradient to what has arrived at an edge so far."""
        pending = self.pending
        if edge.__class__ is Output:
            node, index = edge.node, edge.index
            slots = pending.get(node)
            if slots is None:
                slots = pending[node] = [None] * type(node).outputs
            slots[index] = g if slots[index] is None else self._add(slots[index], g)
            return
        sofar = pending.get(edge)
        if sofar is None:
            pending[edge] = g
        elif edge in self.owned and not self.tensors and g.dtype is sofar.dtype:
            sofar += g  # this buffer was made here: nobody else sees it
        else:
            total = pending[edge] = self._add(sofar, g)
            if total.__class__ is np.ndarray:
                self.owned.add(edge)

    def _add(self, a: Any, b: Any) -> Any:
        return roles.add(a, b) if self.tensors else a + b

    # -- the pass -----------------------------------------------------------------------------------------

    def walk(self, order: list[Node]) -> None:
        """The pass: what has arrived at a node goes through it and on along its edges. A leaf that no further edge will
        reach is done."""
        waiting, step, leaf = self.waiting, self.step, self.leaf
        if state.anomaly:
            step, leaf = watched(step), watched(leaf)
        blocks = bool(state.deferred) and not self.tensors and not state.anomaly
        passed = 0
        for at, node in enumerate(order):
            if at < passed:
                continue
            if blocks and node.fix.__class__ is InBlocks:
                region = Region(order, at, self.pending, self._runs_alone)
                if region.nodes:
                    self.region(region)
                    passed = at + len(region.nodes)
                    continue
            g = self.pending.pop(node, None)
            grads = (None,) * len(node.edges) if g is None else step(node, g)
            for edge, x in zip(node.edges, grads, strict=True):
                if edge is not None:
                    if x is not None:
                        self.arrive(edge, x)
                    if edge.__class__ is AccumulateGrad:
                        waiting[edge] -= 1
                        if not waiting[edge] and edge in self.pending:
                            leaf(edge)

    def region(self, region: Region) -> None:
        """Through all nodes of a region at once."""
        pending, waiting = self.pending, self.waiting
        for edge, g in region.run(pending).items():
            pending[edge] = g
            self.owned.add(edge)
        for place, node in enumerate(region.nodes):
            pending.pop(node, None)
            if not self.keep_graph and place in region.reached:
                node.release()
            for edge in node.edges:
                if edge.__class__ is AccumulateGrad:
                    waiting[edge] = left = waiting[edge] - 1
                    if not left and edge in pending:
                        self.leaf(edge)

    def _runs_alone(self, node: Node) -> bool:
        """Whether more is to be done at a node than to run its rule, or nothing."""
        return self.targets is not None and (node not in self.needed or node in self.targets)

    # -- one node -----------------------------------------------------------------------------------------

    def step(self, node: Node, g: Any) -> tuple[Any, ...]:
        """From what arrived at a node to what leaves it, by way of hooks. Targets keep what is theirs, and the node
        lets go of what it saved."""
        if self.targets is not None:
            wanted = node in self.needed
            if node in self.targets and not self.accumulate:
                kept = self._capture(node, g, hooks=not wanted)  # what runs, too, is captured before its hooks
                g = g if wanted else kept
            if not wanted:
                return (None,) * len(node.edges)
        extra = node.extra
        if self.closing is not None and (extra is not None or not node.declared):
            g = self._inside(g)
        if extra is not None:
            if extra.tensor_hooks or extra.retains:
                g = self._tensor_hooks(node, g)
            for prehook in list(extra.prehooks.values()):
                g = self._replace(prehook, ordinary(g))
            if (g is None or (g.__class__ is list and all(x is None for x in g))) and not node.own_rule:
                node.release()
                return (None,) * len(node.edges)
        if node.saved is None:
            raise RuntimeError(FREED)
        closing = self.closing if extra is None and node.declared else None
        previous, state.running_node = state.running_node, node
        if closing is not None:
            closing.closing = True
        try:
            grads = node.run_tensors(g) if self.tensors else node.run(g)
        finally:
            state.running_node = previous
            if closing is not None:
                closing.closing = False
        if state.anomaly and state.anomaly_check_nan:
            check_nan(node, grads)
        if extra is not None and extra.posthooks:
            if self.leads is not None:
                grads = tuple(x if node_of(e) in self.leads else None for x, e in zip(grads, node.edges, strict=True))
            for posthook in list(extra.posthooks.values()):
                grads = self._replace_all(posthook, ordinary(grads), g)
        if not self.keep_graph:
            node.release()
        return grads

    def _tensor_hooks(self, node: Node, g: Any) -> Any:
        """Hooks of the tensors that the node made, then retained gradients."""
        extra = node.extra
        assert extra is not None
        several = type(node).outputs > 1
        for index in dict.fromkeys((*extra.tensor_hooks, *extra.retains)):
            one = g[index] if several else g
            if one is None:
                tell_of_none(extra.tensor_hooks.get(index))
                continue
            shown = run_tensor_hooks(extra.tensor_hooks.get(index), self._tensor(one))
            if index in extra.retains:
                owner = extra.retains[index]()
                if owner is not None:
                    add_grad(owner, shown, self.create_graph)
            one = shown if self.tensors else shown.array
            if several:
                g[index] = one
            else:
                g = one
        return g

    def _capture(self, node: Node, g: Any, hooks: bool) -> Any:
        """Keep the gradient of a target, after its tensor's hooks where these are to run."""
        assert self.targets is not None
        if self.closing is not None and node.extra is not None:
            g = self._inside(g)
        if hooks and node.extra is not None and (node.extra.tensor_hooks or node.extra.retains):
            g = self._tensor_hooks(node, g)
        for index in self.targets[node]:
            one = g[index] if type(node).outputs > 1 else g
            if one is not None:
                self.captured[node, index] = one
        return g

    def leaf(self, sink: AccumulateGrad) -> None:
        """A leaf whose gradient is complete."""
        g = self.pending.pop(sink)
        if self.targets is not None and sink not in self.targets:
            return
        extra = sink.extra
        if extra is not None and self.closing is not None:
            g = self._inside(g)
        kept = sink.grad_dtype
        if kept is not None and not isinstance(g, Tensor):
            g = cast_array(g, sink.array.dtype if kept is ... else kept.np)
        if extra is not None and extra.tensor_hooks:
            shown = run_tensor_hooks(extra.tensor_hooks.get(0), self._tensor(g))
            g = shown if self.tensors else shown.array
        if self.targets is not None and not self.accumulate:
            self.captured[sink, 0] = g
            return
        if extra is not None:
            for prehook in list(extra.prehooks.values()):
                g = self._replace(prehook, ordinary(g))
        leaf = sink.variable_ref()
        if leaf is None or leaf.node is sink:  # else it doesn't require grad any more
            if extra is None and sink in self.owned and g.__class__ is np.ndarray:
                accumulate(sink, g, own_memory=True)
            else:
                accumulate(sink, g if self.create_graph or not isinstance(g, Tensor) else g.array)
        if extra is not None:
            if extra.post_accumulate:
                variable = variable_of(sink)
                for hook in list(extra.post_accumulate.values()):
                    run_post_accumulate(hook, variable)
            for posthook in list(extra.posthooks.values()):
                posthook((), self._as_tensors(g))

    def _inside(self, g: Any) -> Any:
        """Gradients as tensors of the level that they leave: a program is about to see them."""
        if isinstance(g, list):
            return [None if x is None else self._inside(x) for x in g]
        return self.closing.inside(g) if isinstance(g, Tensor) and self.closing is not None else g

    # -- what hooks see -----------------------------------------------------------------------------------

    def _tensor(self, g: Any) -> Any:
        return g if isinstance(g, Tensor) else wrap(ordinary(g))

    def _as_tensors(self, g: Any) -> tuple[Any, ...]:
        several = g if isinstance(g, (list, tuple)) else (g,)
        return tuple(None if x is None else self._tensor(x) for x in several)

    def _replace(self, prehook: Any, g: Any) -> Any:
        """The gradients that arrive at a node, as a prehook leaves them."""
        shown = self._as_tensors(g)
        given = prehook(shown)
        if given is None:
            return g
        values = [self._own_world(x) if x is not None else None for x in checked_all(prehook, shown, given)]
        return values if isinstance(g, list) else values[0]

    def _replace_all(self, posthook: Any, grads: tuple[Any, ...], g: Any) -> tuple[Any, ...]:
        """The gradients that leave a node, as a posthook leaves them."""
        shown = self._as_tensors(list(grads))
        given = posthook(shown, self._as_tensors(g))
        if given is None:
            return grads
        return tuple(self._own_world(x) if x is not None else None for x in checked_all(posthook, shown, given))
