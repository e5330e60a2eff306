"""A recorded program run again with other values of its variables: the same operations, whatever branches it took."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..engine.backward import Pass
from ..engine.node import Node, Output, node_of
from ..engine.operation import Operation
from ..engine.tensor import Tensor
from .expression import Constant, Expr, Name

#: An operation, its arguments and its results.
Step = tuple[Operation, tuple[Any, ...], Sequence[Expr]]


def replayed(
    steps: Sequence[Step], roots: Sequence[tuple[Expr, np.ndarray]], values: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The gradients of a recorded program at other values of its variables, by the engine.

    ``roots`` are the results and the gradients to start from. Raises what an operation raises out of its domain, and
    RuntimeError where the results depend on none of the variables.
    """
    leaves = {name: Tensor(np.array(array), requires_grad=True) for name, array in values.items()}
    now = _run(steps, leaves)
    starts: list[tuple[Node | Output, np.ndarray]] = []
    for e, seed in roots:
        result = now(e)
        if result.node is not None:
            starts.append((result.node, np.array(seed)))
    if not starts:
        raise RuntimeError("the result depends on none of the variables")
    return gradients_at(starts, {name: node_of(leaf.node) for name, leaf in leaves.items()})


def values_at(steps: Sequence[Step], results: Sequence[Expr], values: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """The results themselves there. Raises what an operation raises out of its domain."""
    now = _run(steps, {name: Tensor(np.array(array)) for name, array in values.items()})
    return [np.asarray(now(e).array) for e in results]


def _run(steps: Sequence[Step], leaves: Mapping[str, Tensor]) -> Callable[[Any], Any]:
    """Run a program with these for its variables; what it gives says what a part of it is now."""
    made: dict[int, Any] = {}

    def now(part: Any) -> Any:
        if isinstance(part, (list, tuple)) and any(isinstance(p, Expr) for p in part):
            return [now(p) for p in part]
        if not isinstance(part, Expr):
            return part
        if id(part) in made:
            return made[id(part)]
        if isinstance(part, Name) and part.name in leaves:
            return leaves[part.name]
        return part.tensor

    for op, args, results in steps:
        if all(isinstance(e, Constant) for e in results):
            continue  # it depends on no variable
        found = op.call(*map(now, args))
        for e, t in zip(results, found if isinstance(found, tuple) else (found,), strict=True):
            made.setdefault(id(e), t)
    return now


def gradients_at(
    starts: Sequence[tuple[Node | Output, np.ndarray]], leaves: Mapping[str, Node | None]
) -> dict[str, np.ndarray]:
    """The engine's gradients at some leaves, without a change to any ``.grad``."""
    nodes = {name: node for name, node in leaves.items() if node is not None}
    task = Pass(True, False, list(nodes.values()), accumulate=False)
    task.run(list(starts))
    found = {name: task.captured.get((node, 0)) for name, node in nodes.items()}
    return {name: np.asarray(g) for name, g in found.items() if g is not None}
