"""Single small real matrices, number by number: what a calculator mostly has.

The order of the arithmetic is that of the library behind PyTorch (found by comparing bits), so that a determinant of
-2 prints as ``-2.`` here exactly where it does there. The same order stands in ``matrix_kernels`` for batches.

    L and U    by columns, largest pivot first; a column is multiplied by the pivot's reciprocal, but the last one of a
               matrix of at most 4 rows is divided by it
    L X = B    each element less the sum of products, from the first on
    U X = B    likewise from the last on, times the reciprocal of the diagonal
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array

#: Up to this many rows the order is PyTorch's.
LARGEST = 6

Rows = list[list[Any]]


def is_small(a: Array) -> bool:
    """Whether ``a`` is one real matrix of few rows."""
    return a.ndim == 2 and 0 < a.shape[0] <= LARGEST and a.dtype.char in "fd"


def rows_of(a: Array) -> Rows:
    """The numbers themselves: Python's for double precision, NumPy's for single, so that they round as such."""
    return a.tolist() if a.dtype.char == "d" else [list(row) for row in a]


def factor(rows: Rows) -> tuple[list[int], bool] | None:
    """Make ``rows`` its LU factors: (order of the rows, whether it is an odd permutation).

    None where a pivot is zero, or a number is not finite.
    """
    n = len(rows)
    order = list(range(n))
    odd = False
    for k in range(n):
        best, size = k, abs(rows[k][k])
        for i in range(k + 1, n):
            other = abs(rows[i][k])
            if other > size:
                best, size = i, other
        if not 0 < size < float("inf"):
            return None
        if best != k:
            rows[k], rows[best] = rows[best], rows[k]
            order[k], order[best] = order[best], order[k]
            odd = not odd
        top = rows[k]
        pivot = top[k]
        divides = n <= 4 and k == n - 2
        reciprocal = 1 / pivot
        for i in range(k + 1, n):
            row = rows[i]
            row[k] = part = row[k] / pivot if divides else row[k] * reciprocal
            for j in range(k + 1, n):
                row[j] -= part * top[j]
    return order, odd


def determinant(a: Array) -> Any:
    """The product of the pivots of the transpose, as PyTorch takes it; None where elimination fails."""
    rows = rows_of(a.T if a.flags.c_contiguous else a)
    found = factor(rows)
    if found is None:
        return None
    product = rows[0][0]
    for k in range(1, len(rows)):
        product = product * rows[k][k]
    return -product if found[1] else product


def solve(a: Array, b: Array) -> Array | None:
    """X of ``a X = b`` for a matrix of right hand sides, stored by columns; None where ``a`` is singular."""
    rows = rows_of(a)
    found = factor(rows)
    if found is None:
        return None
    n = len(rows)
    reciprocals = [1 / rows[k][k] for k in range(n)]
    columns = []
    for column in rows_of(b.T):
        x = [column[k] for k in found[0]]
        for i in range(1, n):
            row = rows[i]
            total = row[0] * x[0]
            for j in range(1, i):
                total = total + row[j] * x[j]
            x[i] = x[i] - total
        x[n - 1] = x[n - 1] * reciprocals[n - 1]
        for i in range(n - 2, -1, -1):
            row = rows[i]
            total = row[n - 1] * x[n - 1]
            for j in range(n - 2, i, -1):
                total = total + row[j] * x[j]
            x[i] = (x[i] - total) * reciprocals[i]
        columns.append(x)
    return np.array(columns, a.dtype).reshape(len(columns), n).T
