"""How a backward pass goes through the graph: node after node, from the newest to the oldest.

``Pass.walk`` in ``backward.py`` is the whole of it. The walks here are the same, unfolded for the passes that programs
run all day: every edge of a graph comes by, and the calls would be felt.

    straight     everything is accumulated, and no program's code could look on: not even the order is asked for
                 before, since whichever node of those reached is the newest comes next
    counted      the same once hooks or a program's own rules come by, or a leaf that has hooks: they may see which
                 leaves are done, so the edges that lead to each are counted first
    by_regions   counted, and through deferred operations block by block
    to_targets   ``autograd.grad``, and ``backward`` with inputs: only what leads to these, and of each node only
                 those rules
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

import numpy as np

from .block_backward import Region, first_of_region
from .node import AccumulateGrad, Node, Output, node_of, reachable
from .state import state
from .worlds import roles


class Walks:
    """What a pass knows, and how it goes on from there. ``backward.Pass`` has the steps."""

    __slots__ = ("leads", "needed", "only", "waiting")

    closing: Any  # the level of torch.func that the gradients leave, if any
    accumulate: bool  # into leaves, not only to return gradients of targets
    keep_graph: bool
    tensors: bool  # gradients are tensors, not bare arrays
    targets: dict[Node, set[int]] | None
    pending: dict[Any, Any]  # what has arrived so far; of a node with several outputs, a list
    owned: set[Any]  # where that is an array made here, into which more may be added
    waiting: dict[Node, int]  # sink -> edges that may still bring it something
    needed: set[Node]  # where there are targets: nodes that must run for them
    leads: set[Node] | None  # the targets and all above them
    only: dict[Node, tuple[Any, ...]]  # and of such a node the edges that lead to one, None for the others

    def arrive(self, edge: Node | Output, g: Any) -> None:
        raise NotImplementedError

    def step(self, node: Node, g: Any) -> tuple[Any, ...]:
        raise NotImplementedError

    def leaf(self, sink: AccumulateGrad) -> None:
        raise NotImplementedError

    def region(self, region: Region) -> None:
        raise NotImplementedError

    def straight(self, roots: list[Node]) -> None:
        """Through all nodes below the roots, whose gradients have arrived."""
        pending, owned = self.pending, self.owned
        take, look, arrive = pending.pop, pending.get, self.arrive
        edge: Any
        keep = self.keep_graph
        waits: list[tuple[int, Node]] = []  # nodes that something has arrived at; no two have one number
        for node in dict.fromkeys(roots):
            heappush(waits, (-node.seq, node))
        node = roots[0]
        try:
            while waits:
                node = heappop(waits)[1]
                if node.extra is not None or not node.declared:
                    self._go_on([node, *[other for _, other in waits]])
                    return
                grads = node.run(take(node))
                if not keep:
                    node.release()
                hooked = False
                for edge, x in zip(node.edges, grads):  # as many by construction: a check costs 60 ns an edge
                    if x is None or edge is None:
                        continue
                    sofar: Any = look(edge)
                    if sofar is None:
                        if edge.__class__ is AccumulateGrad:
                            pending[edge] = x
                            hooked = hooked or edge.extra is not None
                        elif edge.__class__ is Output:
                            behind = edge.node
                            if behind not in pending:
                                heappush(waits, (-behind.seq, behind))
                            arrive(edge, x)
                        else:
                            pending[edge] = x
                            heappush(waits, (-edge.seq, edge))
                    elif edge in owned and x.dtype is sofar.dtype:
                        sofar += x  # this buffer was made here: nobody else sees it
                    else:
                        pending[edge] = total = sofar + x
                        if total.__class__ is np.ndarray:
                            owned.add(edge)
                if hooked:
                    self._go_on([other for _, other in waits], node.edges)
                    return
        except BaseException:
            self._done_leaves([node, *[other for _, other in waits]])
            raise
        for sink in list(pending):
            self.leaf(sink)

    def _go_on(self, rest: list[Node], last: tuple[Any, ...] = ()) -> None:
        """From a straight walk to a counted one: ``rest`` are nodes that something has arrived at, ``last`` the edges
        along which something went just now."""
        order = self._done_leaves(rest, last)
        self.counted(order)

    def _done_leaves(self, rest: list[Node], last: tuple[Any, ...] = ()) -> list[Node]:
        """Leaves that nothing of the rest leads to are done, those at the last edges after the others. The order of the
        rest."""
        order, waiting = reachable(rest)
        self.waiting = waiting
        pending = self.pending
        done = [sink for sink in pending if sink.__class__ is AccumulateGrad and sink not in waiting]
        for sink in sorted(done, key=lambda sink: last.index(sink) if sink in last else -1):
            self.leaf(sink)
        return order

    def counted(self, order: list[Node]) -> None:
        """Through all nodes of the order. A leaf is done when the last edge that leads to it was passed."""
        waiting, pending, owned = self.waiting, self.pending, self.owned
        take, look, arrive, step, leaf = pending.pop, pending.get, self.arrive, self.step, self.leaf
        keep = self.keep_graph
        for node in order:
            g: Any = take(node, None)
            edges = node.edges
            if g is None:
                grads: Any = (None,) * len(edges)
            elif node.extra is not None:
                grads = step(node, g)
            else:
                grads = node.run(g)
                if not keep:
                    node.release()
            for edge, x in zip(edges, grads):
                if edge is None:
                    continue
                if x is not None:
                    sofar: Any = look(edge)
                    if edge.__class__ is Output:
                        arrive(edge, x)
                    elif sofar is None:
                        pending[edge] = x
                    elif edge in owned and x.dtype is sofar.dtype:
                        sofar += x
                    else:
                        pending[edge] = total = sofar + x
                        if total.__class__ is np.ndarray:
                            owned.add(edge)
                if edge.__class__ is AccumulateGrad:
                    waiting[edge] = left = waiting[edge] - 1
                    if not left and edge in pending:
                        leaf(edge)

    def by_regions(self, order: list[Node]) -> None:
        """``counted``, but through deferred operations block by block."""
        at = 0
        while at < len(order):
            begin = first_of_region(order, at)
            if begin > at:
                self.counted(order[at:begin])
            if begin == len(order):
                return
            region = Region(order, begin, self.pending)
            if region.nodes:
                self.region(region)
                at = begin + len(region.nodes)
            else:
                self.counted(order[begin : begin + 1])
                at = begin + 1

    def need(self, order: list[Node]) -> None:
        """Find the nodes that must run for a target to be reached: all that have a target below them. Where gradients
        are accumulated a target itself runs too, though what it gives goes nowhere: so it is in PyTorch."""
        targets = self.targets or {}
        leads = self.leads = set(targets)
        needed = self.needed = set(targets) if self.accumulate else set()
        only = self.only = {}
        for node in reversed(order):
            some = others = False
            edges = node.edges
            for edge in edges:
                if edge is not None:
                    if (edge.node if edge.__class__ is Output else edge) in leads:
                        some = True
                    else:
                        others = True
            if some:
                leads.add(node)
                needed.add(node)
                if others:
                    only[node] = tuple([e if e is not None and node_of(e) in leads else None for e in edges])

    def to_targets(self, order: list[Node]) -> None:
        """Through the nodes that must run for the targets, in either world."""
        waiting, pending, owned, closing = self.waiting, self.pending, self.owned, self.closing
        take, look, arrive, step, leaf = pending.pop, pending.get, self.arrive, self.step, self.leaf
        keep, tensors, needed, targets, only = self.keep_graph, self.tensors, self.needed, self.targets, self.only
        assert targets is not None
        for node in order:
            if node not in needed and node not in targets:
                continue
            g: Any = take(node, None)
            edges: tuple[Any, ...] = node.edges
            all_edges, edges = edges, only.get(node, edges)
            if g is None:
                grads: Any = (None,) * len(edges)
            elif node.extra is not None or node in targets or not node.declared:
                grads = step(node, g)
            else:
                node.edges = edges
                try:
                    grads = _run_recorded(node, g, closing) if tensors else node.run(g)
                finally:
                    node.edges = all_edges
                if not keep:
                    node.release()
            for edge, x in zip(edges, grads):
                if edge is None:
                    continue
                if x is not None:
                    sofar: Any = look(edge)
                    if edge.__class__ is Output:
                        arrive(edge, x)
                    elif sofar is None:
                        pending[edge] = x
                    elif tensors:
                        pending[edge] = roles.add(sofar, x)
                    elif edge in owned and x.dtype is sofar.dtype:
                        sofar += x
                    else:
                        pending[edge] = total = sofar + x
                        if total.__class__ is np.ndarray:
                            owned.add(edge)
                if edge.__class__ is AccumulateGrad:
                    waiting[edge] = left = waiting[edge] - 1
                    if not left and edge in pending:
                        leaf(edge)


def _run_recorded(node: Node, g: Any, closing: Any) -> tuple[Any, ...]:
    """A node's rules in the tensor world, for the levels that ask who runs."""
    previous, state.running_node = state.running_node, node
    if closing is not None:
        closing.closing = True
    try:
        return node.run_tensors(g)
    finally:
        state.running_node = previous
        if closing is not None:
            closing.closing = False
