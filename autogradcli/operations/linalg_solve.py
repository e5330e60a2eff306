"""Determinants, inverses and linear systems."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine import dtypes
from ..engine.operation import Array, Index, operation
from ..engine.state import state
from . import matrix_kernels as kernels
from .linalg_checks import LinAlgError, at_element, check_singular, first_failure, floating, info_array, matrix, square
from .matrix_rules import T, column, mm, row

# -- determinants -----------------------------------------------------------------------------------------


@operation(
    node="LinalgDetBackward0",
    spelling="linalg.det",
    input=lambda F, g, input: F.det_backward(g, input),
    examples=lambda r: [(r(3, 3),), (r(2, 2, 2),), (r(1, 1),), (r(0, 0),)],
)
def linalg_det(A: Array, *_: Any) -> Array:
    """Determinant of a square matrix, or of each of a batch."""
    raise NotImplementedError
