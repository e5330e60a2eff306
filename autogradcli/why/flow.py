"""The numbers of one backward pass: at every value on its way the gradient, and what each operation passes on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..engine.node import node_of
from ..engine.tensor import Tensor, wrap
from ..explain.entries import Entry, Slot
from ..explain.recording import Recording
from ..explain.replay import gradients_at


class Share(NamedTuple):
    """What an operation passes on to one of its operands."""

    entry: Entry
    place: int
    """Which operand: an operand that is used twice gets two shares."""
    slot: Slot
    gradient: np.ndarray


class Flow:
    """One pass, from a value and the gradient it starts with. Each operation is run again by itself."""

    def __init__(self, recording: Recording, root: Slot, seed: np.ndarray) -> None:
        self.chain = recording.chain(root, through=True)
        self.arrived: dict[Slot, np.ndarray] = {root: seed}
        """The whole gradient of each value."""
        self.shares: dict[Slot, list[Share]] = {}
        """What it is the sum of, in the order in which it arrives."""
        self.given: dict[Entry, list[Share]] = {}
        with np.errstate(all="ignore"):
            for entry in reversed(self.chain.entries):
                if not entry.cut and any(out in self.arrived for out in entry.outputs):
                    self._pass_on(entry)

    def _pass_on(self, entry: Entry) -> None:
        self.given[entry] = found = local(entry, [self.arrived.get(out) for out in entry.outputs])
        for share in found:
            if not share.slot.tracked:
                continue
            self.shares.setdefault(share.slot, []).append(share)
            sofar = self.arrived.get(share.slot)
            self.arrived[share.slot] = share.gradient if sofar is None else sofar + share.gradient


def local(entry: Entry, arrived: list[np.ndarray | None]) -> list[Share]:
    """What an operation makes of the gradients that arrive at its results, for each operand that has a history."""
    leaves: list[tuple[Slot, Tensor]] = []

    def fresh(a: object) -> object:
        if isinstance(a, Slot):
            tensor = Tensor(a.array.copy(), requires_grad=True) if a.tracked else wrap(a.array.copy())
            if a.tracked:
                leaves.append((a, tensor))
            return tensor
        return [fresh(x) for x in a] if isinstance(a, list) else a

    made = entry.op.call(*[fresh(a) for a in entry.args])
    results = made if isinstance(made, tuple) else (made,)
    starts = [
        (result.node, np.array(g, result.array.dtype))
        for result, g in zip(results, arrived, strict=False)
        if g is not None and result.node is not None
    ]
    if not starts:
        return []
    found = gradients_at(starts, {str(k): node_of(leaf.node) for k, (_, leaf) in enumerate(leaves)})
    return [Share(entry, k, slot, found[str(k)]) for k, (slot, _) in enumerate(leaves) if str(k) in found]
