"""What is written to places: its tangents in forward mode, and how a formula says it.

As values are written, so are their tangents: where several go to one place the last one stays, which the transpose of a
gradient's rule doesn't know, since it hands each of them the gradient of that place.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def tangent(F: Any, tangents: dict[str, Any], name: str, value: Any) -> Any:
    """The tangent of an operand, zeros where it has none."""
    if name in tangents:
        return tangents[name]
    return F.zeros_like(value) if hasattr(value, "shape") else 0.0


def put_tangents(F: Any, tangents: dict[str, Any], input: Any, indices: Any, values: Any, accumulate: bool) -> Any:
    """Those of ``index_put``."""
    given = tangent(F, tangents, "input", input), tangent(F, tangents, "values", values)
    return F.index_put(given[0], indices, given[1], accumulate)


def put_said(F: Any, input: Any, indices: Any, values: Any, accumulate: bool) -> Any:
    """A number put at places, which the user's function takes as a tensor."""
    if not isinstance(values, (int, float, complex)) or accumulate:
        return None
    if len(indices) == 1 and "bool" in str(indices[0].dtype) and tuple(indices[0].shape) == tuple(input.shape):
        return F.masked_fill(input, indices[0], values)
    return F.says("index_put", input, indices, F.constant(np.asarray(values, input.dtype.np)))
