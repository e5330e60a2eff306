"""Sequences of different lengths one step after another, as ``pack_padded_sequence`` lays them out."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, operation


@operation(
    rows="behind",
    node="PackPaddedSequenceBackward0", kind="linear",
    input=lambda F, g, input, batch_sizes: F.unpack_padded(g, batch_sizes, input.shape[0], input.shape[1]),
    examples=lambda r: [(r(3, 2, 2), (2, 1))],
)  # fmt: skip
def pack_padded(input: Array, batch_sizes: Any) -> Array:
    """Of each step of ``(T, B, *)`` the first ``batch_sizes[t]`` rows, one below the other."""
    return np.concatenate([step[:count] for step, count in zip(input, batch_sizes)])


@operation(
    rows="behind",
    kind="linear",
    g=lambda F, h, batch_sizes: F.pack_padded(h, batch_sizes),
    examples=lambda r: [(r(3, 2), (2, 1), 3, 2)],
)
def unpack_padded(g: Array, batch_sizes: Any, steps: int, batch: int) -> Array:
    """The transpose of ``pack_padded``: rows back to their steps, zeros where there is none."""
    out = np.zeros((steps, batch, *g.shape[1:]), g.dtype)
    start = 0
    for step, count in enumerate(batch_sizes):
        out[step, :count] = g[start : start + count]
        start += count
    return out
