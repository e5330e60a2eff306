"""Sobol's sequence: points that fill a cube evenly, as integers of 30 bits in Gray code order.

Direction numbers: S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections" (2008),
as SciPy has them. Scrambling is Matoušek's: a random lower triangular matrix of bits and a random shift.
"""

from __future__ import annotations

import numpy as np

from ..limits import charge_array

Array = np.ndarray

BITS = 30
LARGEST = 21201


def directions(dimension: int) -> Array:
    """The direction numbers, (dimension, BITS)."""
    if dimension == 1:
        return np.array([[1 << (BITS - 1 - k) for k in range(BITS)]], np.int64)
    from scipy.stats import qmc

    numbers: Array = qmc.Sobol(dimension, scramble=False, bits=BITS)._sv
    return numbers.astype(np.int64)


def scrambled(numbers: Array, matrices: Array) -> Array:
    """Direction numbers, each as a row of bits times a lower triangular matrix of bits for its dimension."""
    charge_array((*numbers.shape, BITS))
    weights = 1 << np.arange(BITS - 1, -1, -1, dtype=np.int64)
    bits = (numbers[..., None] & weights) != 0
    lower = np.tril(matrices, -1) + np.eye(BITS, dtype=np.int64)
    turned = np.einsum("dpj,dkj->dkp", lower, bits.astype(np.int64)) % 2
    found: Array = (turned * weights).sum(-1)
    return found


def points(start: Array, numbers: Array, count: int, first: int) -> Array:
    """The next points after ``start``, of which ``first`` were before: (count, dimension)."""
    charge_array((count, len(start)))
    index = np.arange(first, first + count, dtype=np.int64)
    lowest_zero = ~index & (index + 1)
    steps = numbers[:, np.log2(lowest_zero).astype(np.int64)]
    found: Array = np.bitwise_xor.accumulate(steps, axis=1) ^ start[:, None]
    return found.T
