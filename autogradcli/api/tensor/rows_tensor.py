"""The class of sparse matrices by rows."""

from __future__ import annotations

from typing import Any

from ...engine.sparse import SparseTensor


class RowsTensor(SparseTensor):
    """A sparse matrix by rows."""

    __slots__ = ()


RowsTensor.__module__ = "torch"
RowsTensor.__name__ = RowsTensor.__qualname__ = "Tensor"


def by_rows(t: Any) -> Any:
    """A sparse tensor that was just made, in order, as a matrix by rows."""
    t.__class__ = RowsTensor
    return t
