"""Steps of a recurrent layer over sequences of different lengths, longest first."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ...numerics.limits import counted
from .functions_by_attribute import M, T

Hidden = tuple[Tensor, ...]


def over_falling(gates: Any, hidden: Hidden, step: Any) -> tuple[Tensor, Hidden]:
    """Steps over fewer and fewer sequences; the states of those that ended are kept aside."""
    outputs: list[Tensor] = []
    ended: list[Hidden] = []
    for ih in counted(gates):
        count, before = ih.array.shape[0], hidden[0].array.shape[0]
        if count < before:
            ended.append(tuple(M.narrow(h, 0, count, before - count) for h in hidden))
            hidden = tuple(M.narrow(h, 0, 0, count) for h in hidden)
        hidden = step(ih, hidden)
        outputs.append(hidden[0])
    parts = list(zip(hidden, *reversed(ended)))
    return T.cat(outputs, 0), tuple(T.cat(list(part), 0) for part in parts)


def over_rising(gates: Any, first: Hidden, step: Any) -> tuple[Tensor, Hidden]:
    """Steps from the last to the first: sequences come in, each with its own first state."""
    outputs: list[Tensor] = []
    hidden = tuple(M.narrow(h, 0, 0, gates[-1].array.shape[0]) for h in first)
    for ih in counted(reversed(gates)):
        count, before = ih.array.shape[0], hidden[0].array.shape[0]
        if count > before:
            hidden = tuple(T.cat([h, M.narrow(new, 0, before, count - before)], 0) for h, new in zip(hidden, first))
        hidden = step(ih, hidden)
        outputs.append(hidden[0])
    return T.cat(outputs[::-1], 0), hidden
