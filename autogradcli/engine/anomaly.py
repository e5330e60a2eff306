"""Anomaly detection: which line of the program made a node, for the pass in which that node fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from .node import AccumulateGrad, Node, node_of
from .state import state
from .tensor import Tensor

ENABLED = (
    "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for debugging."
)

#: The lines of the program that ran when a node was made, as a traceback has them, and the node that ran then in a
#: pass which records. Of the nodes made while anomaly detection was on.
_made: WeakKeyDictionary[Node, tuple[str, Node | None]] = WeakKeyDictionary()


def note_forward(outputs: Iterable[object]) -> None:
    """Results were made while anomaly detection is on."""
    lines = ""
    for t in outputs:
        node = node_of(t.node) if isinstance(t, Tensor) else None
        if node is not None and node not in _made:
            lines = lines or state.lines()
            _made[node] = lines, state.running_node
            for edge in node.edges:  # a leaf's node is made with the first that uses it
                if isinstance(edge, AccumulateGrad):
                    _made.setdefault(edge, _made[node])


def watched(work: Callable[..., Any]) -> Callable[..., Any]:
    """Under anomaly detection: a node that fails is told with where it was made."""

    def step(node: Node, *given: Any) -> Any:
        try:
            return work(node, *given)
        except Exception:
            report(node)
            raise

    return step


def check_nan(node: Node, grads: tuple[Any, ...]) -> None:
    """Raise RuntimeError where a node's step gave NaN."""
    for k, g in enumerate(grads):
        if g is not None:
            array = g.array if isinstance(g, Tensor) else g
            if array.dtype.kind in "fc" and np.isnan(array).any():
                raise RuntimeError(f"Function '{type(node).__name__}' returned nan values in its {k}th output.")


def report(node: Node) -> None:
    """Warn of a node whose step failed, in the words of PyTorch's ``python_anomaly_mode.cpp``: with the forward call
    that made it, and where a pass made it, with the call that made what ran then, and so on."""
    found = _found(node)
    if found is None:
        _warn_unknown(node)
        return
    lines, parent = found
    state.warn(
        "UserWarning", f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{lines}"
    )
    while parent is not None:
        found = _found(parent)
        if found is None:
            _warn_unknown(parent)
            return
        lines, above = found
        state.warn(
            "UserWarning",
            f"\n\nPrevious calculation was induced by {parent.name()}. Traceback of forward call that induced the "
            f"previous calculation:\n{lines}",
        )
        parent = above


def _found(node: Node) -> tuple[str, Node | None] | None:
    inner = getattr(node, "function", None)  # of a change of a part of a tensor's memory
    return _made.get(node) or (_made.get(inner) if isinstance(inner, Node) else None)


def _warn_unknown(node: Node) -> None:
    state.warn(
        "UserWarning",
        f"Error detected in {node.name()}. No forward pass information available. Enable detect anomaly during forward "
        "pass for more information.",
    )
