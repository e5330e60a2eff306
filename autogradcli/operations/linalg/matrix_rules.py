"""Formulas that several derivative rules of linear algebra share, in whatever world ``F`` stands for.

``mm(F, a, b)`` is ``a @ b`` with leading dimensions broadcast, ``H(F, a)`` the conjugate transpose.
"""

from __future__ import annotations

from typing import Any


def mm(F: Any, a: Any, b: Any) -> Any:
    return F.mm(a, b) if a.ndim == b.ndim == 2 else F.stacked_product(a, b)


def T(F: Any, a: Any) -> Any:
    return F.transpose(a, -2, -1)


def H(F: Any, a: Any) -> Any:
    return conj(F, F.transpose(a, -2, -1))


def conj(F: Any, a: Any) -> Any:
    return F.conj(a) if "complex" in str(a.dtype) else a


def column(F: Any, a: Any) -> Any:
    """A vector, or a batch of them, as one-column matrices."""
    return F.unsqueeze(a, -1)


def row(F: Any, a: Any) -> Any:
    return F.unsqueeze(a, -2)


def lower_half(F: Any, a: Any) -> Any:
    """The lower triangle with half the diagonal."""
    return (F.tril(a, 0) + F.tril(a, -1)) * 0.5


def total(terms: list[Any]) -> Any:
    """The sum of those terms that are there, or None."""
    found = [t for t in terms if t is not None]
    if not found:
        return None
    result = found[0]
    for t in found[1:]:
        result = result + t
    return result


def minus(a: Any, b: Any) -> Any:
    """``a - b`` where either may be missing."""
    if b is None:
        return a
    return -b if a is None else a - b


def part(F: Any, a: Any, dim: int, start: int, end: int) -> Any:
    """The entries from ``start`` to ``end`` of a dimension."""
    return F.slice_(a, dim, start, end, 1)


def first_columns(F: Any, a: Any, count: int) -> Any:
    return a if a.shape[-1] == count else part(F, a, -1, 0, count)


def last_columns(F: Any, a: Any, start: int) -> Any:
    return part(F, a, -1, start, a.shape[-1])


def first_rows(F: Any, a: Any, count: int) -> Any:
    return a if a.shape[-2] == count else part(F, a, -2, 0, count)


def last_rows(F: Any, a: Any, start: int) -> Any:
    return part(F, a, -2, start, a.shape[-2])
