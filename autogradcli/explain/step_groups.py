"""Which operations make one step of a derivation (``steps.py``): what only rearranges, scales or shifts goes with the
operation around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from ..engine.node import Node, Output, node_of
from ..engine.operation import Operation
from .rule_names import is_simple, rearranges, takes_in


class Groups:
    """``entries`` are the operations of a pass by their nodes, as they ran; ``leaves`` the nodes of the variables, and
    ``starts`` the edges where the gradients come from."""

    def __init__(
        self,
        entries: dict[Node, tuple[Operation, Any, Any]],
        leaves: Collection[Node],
        starts: Sequence[Node | Output],
    ) -> None:
        self.entries = entries
        self.leaves = leaves
        self.starts = starts
        #: The nodes that lead from the results to a variable, the last first.
        self.order = self._needed()
        self._wanted: set[Node | None] = {*self.order, *leaves}
        #: For each node the one whose step it belongs to.
        self.within = self._groups()

    def _needed(self) -> list[Node]:
        leading: set[Node] = set(self.leaves)
        for node in self.entries:
            if any(node_of(e) in leading for e in node.edges):
                leading.add(node)
        reached = {node_of(edge) for edge in self.starts}
        order: list[Node] = []
        for node in reversed(self.entries):
            if node in reached and node in leading:
                order.append(node)
                reached |= {node_of(e) for e in node.edges}
        return order

    def edges(self, node: Node) -> list[tuple[int, Node | Output]]:
        """The edges on which a gradient goes on to a variable."""
        return [(k, e) for k, e in enumerate(node.edges) if e is not None and node_of(e) in self._wanted]

    def _groups(self) -> dict[Node, Node]:
        uses = Counter(node_of(e) for node in self.order for _, e in self.edges(node))
        uses.update(node_of(edge) for edge in self.starts)
        within: dict[Node, Node] = {}
        core: dict[Node, Node | None] = {}  # of each step the operation that it is named after
        for node in self.order:
            head = within.setdefault(node, node)
            if not self.is_simple(node) and core.get(head) is None:
                core[head] = node
            for _, edge in self.edges(node):
                below = node_of(edge)
                if below not in self.entries or uses[below] > 1 or type(below).outputs > 1:
                    continue
                here = core.get(head)
                alone = here is None and len(self.edges(node)) == 1
                if (
                    (self.is_simple(below) and not self._ends(below, uses))
                    or alone
                    or (here is node and takes_in(self.op(node), self.op(below)))
                ):
                    within[below] = head
        return within

    def _ends(self, node: Node, uses: Counter[Node | None]) -> bool:
        """Whether an operation only rearranges the result of a step: the name goes to what it makes of it."""
        if not rearranges(self.op(node)) or len(self.edges(node)) != 1:
            return False
        below = node_of(self.edges(node)[0][1])
        if below not in self.entries or uses[below] > 1:
            return False
        return self._ends(below, uses) or not self.is_simple(below)

    def op(self, node: Node) -> Operation:
        return self.entries[node][0]

    def is_simple(self, node: Node) -> bool:
        return is_simple(self.op(node), len(self.edges(node)))
