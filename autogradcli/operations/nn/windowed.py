"""How formulas say what windows along each dimension do: one matrix for each, ``W @ g @ W2.T``.

Interpolation, and averages over windows, weigh the elements along each dimension by themselves. What such a function
makes of the rows of ``eye(n)`` is its matrix, so the transpose of any is said in terms of the function itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Ints = tuple[int, ...]


def one_or_all(values: Sequence[Any]) -> Any:
    """``2`` for ``(2, 2)``."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def turned_back(F: Any, g: Any, matrices: Sequence[Any]) -> Any:
    """A gradient (..., *out) times a matrix (n, out) along each of the last dimensions: (..., *n)."""
    if len(matrices) == 1:
        return g @ F.transpose(matrices[0], 0, 1)
    if len(matrices) == 2:
        return matrices[0] @ g @ F.transpose(matrices[1], 0, 1)
    lead = "ab"[: g.ndim - 3]
    return F.says("einsum", f"ix,jy,kz,{lead}xyz->{lead}ijk", *matrices, g)


def without_row(F: Any, name: str, input: Any, windows: Sequence[Sequence[Any]]) -> tuple[str, Any, Any]:
    """A function of two dimensions that does nothing along the first, of size 1, as that of one dimension.

    Gives its name, input and windows (kernel, stride, padding, ...).
    """
    if name.endswith("2d") and input.shape[-2] == 1 and all(w[0] in (0, 1) for w in windows):
        return name[:-2] + "1d", F.squeeze_dim(input, input.ndim - 2), [w[1:] for w in windows]
    return name, input, windows
