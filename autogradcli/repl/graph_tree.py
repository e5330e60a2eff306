"""The graph below a tensor as a tree of text: what made it, from what, down to the variables.

loss = MeanBackward0
└─ PowBackward0
   └─ SubBackward0
      ├─ MvBackward0
      │  └─ w [3]
      └─ ...
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..api.tensor.tensor_repr import shown_name
from ..engine.node import AccumulateGrad, Node, node_of
from ..engine.tensor import Tensor
from ..show.escape import escape_line
from ..tensor_names import named_tensors

#: Lines of a tree, and levels of it.
MAX_LINES = 200
MAX_DEPTH = 30


def tree(value: Tensor, label: str, variables: Mapping[str, Any]) -> str:
    """The tree, escaped. A node that was shown above is named there and not repeated. Raises RuntimeError for a view
    whose history became ambiguous."""
    names = _names(variables)
    root = value.grad_fn if value.grad_fn is not None else node_of(value.node)
    assert root is not None
    lines: list[str] = []
    seen: dict[Node, int] = {}
    #: what to draw: a node, its depth, what stands left of it and of what is below it
    pending = [(root, 0, "", "")]
    while pending:
        node, depth, left, below = pending.pop()
        if len(lines) >= MAX_LINES:
            lines.append("...")
            break
        text = _text(node, names)
        if node in seen and not isinstance(node, AccumulateGrad):
            lines.append(f"{left}{text} (as in line {seen[node]})")
            continue
        seen[node] = len(lines) + 1
        inner = [found for edge in node.edges if (found := node_of(edge)) is not None]
        if depth >= MAX_DEPTH and inner:
            lines.append(f"{left}{text} ...")
            continue
        lines.append(left + text)
        for k, found in reversed(list(enumerate(inner))):
            last = k == len(inner) - 1
            pending.append((found, depth + 1, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")))
    if not lines[0].startswith(f"{escape_line(label)} "):
        lines[0] = f"{escape_line(label)} = {lines[0]}"
    return "\n".join(lines) + "\n"


def _names(variables: Mapping[str, Any]) -> dict[Node, str]:
    """What variables lead to, by the nodes that made it."""
    found: dict[Node, str] = {}
    for name, value in named_tensors({name: value for name, value in variables.items() if name != "_"}):
        node = node_of(value.node)
        if node is not None:
            found.setdefault(node, escape_line(name))
    return found


def _text(node: Node, names: Mapping[Node, str]) -> str:
    name = names.get(node, "")
    if isinstance(node, AccumulateGrad):
        leaf = f"{name or 'a leaf without a name'} {list(node.array.shape)}"
        return leaf if node.grad is None else f"{leaf} has a gradient"
    title = escape_line(shown_name(node))
    return f"{name} = {title}" if name else title
