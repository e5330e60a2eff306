"""Which operation has the kink, or the jump, that a result has."""

from __future__ import annotations

import numpy as np

from ..explain.entries import Entry, Slot, slots_in
from .numbers import Numbers

#: The step at which both sides are compared, as a part of the number's size.
_STEP = 1e-5


def culprit(numbers: Numbers, name: str, index: int, unit: complex) -> str:
    """The first operation whose result bends or jumps where what it is given does not; "" if none can be told."""
    at = complex(numbers.wide[name].reshape(-1)[index])
    step = _STEP * max(abs(at), 1.0)

    def along(t: float) -> dict[Slot, np.ndarray]:
        moved = at + t * unit
        real = numbers.wide[name].dtype.kind != "c"
        changed = numbers.with_element(name, index, moved.real if real else moved)
        return numbers.all_values(changed)

    here, above, below = along(0.0), along(step), along(-step)

    def bends(slot: Slot) -> bool:
        if slot not in here:
            return False
        a, b, c = (np.asarray(found[slot]) for found in (below, here, above))
        if b.dtype.kind not in "fc":
            return False
        left, right = (b - a) / step, (c - b) / step
        with np.errstate(all="ignore"):
            apart = np.abs(right - left) > 1e-3 * (np.abs(right) + np.abs(left)) + 1e-6 * np.abs(b)
        return bool(apart.any())

    def given(entry: Entry) -> bool:
        return any(bends(slot) for slot in slots_in(entry.args))

    for entry in numbers.reading.chain.entries:
        if any(map(bends, entry.outputs)) and not given(entry):
            return entry.op.spelling.rstrip("_")
    return ""
