"""Forward mode of what is written to places.

As values are written, so are their tangents: where several go to one place the last one stays, which the transpose of a
gradient's rule doesn't know, since it hands each of them the gradient of that place.
"""

from __future__ import annotations

from typing import Any


def tangent(F: Any, tangents: dict[str, Any], name: str, value: Any) -> Any:
    """The tangent of an operand, zeros where it has none."""
    if name in tangents:
        return tangents[name]
    return F.zeros_like(value) if hasattr(value, "shape") else 0.0
