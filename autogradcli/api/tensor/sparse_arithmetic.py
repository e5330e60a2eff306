"""``+``, ``*`` and ``/`` of sparse tensors that programs made: on their values, which have the history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.sparse import SparseTensor
from ...engine.tensor import Tensor, wrap
from ..calls.registry import ATTRIBUTES, Method, namespace
from .subscript import getitem

#: ``rebuild(t, indices, values)``: another tensor of t's kind and shape.
Rebuild = Callable[[SparseTensor, np.ndarray, Tensor], Any]


def of_torch(name: str) -> Any:
    """``torch.name``."""
    return namespace("torch")[name]


def of_tensors(name: str) -> Any:
    """``torch.Tensor.name``."""
    method = ATTRIBUTES[Tensor][name]
    assert isinstance(method, Method)
    return method.call


def _flat(t: SparseTensor) -> np.ndarray:
    flat: np.ndarray = np.ravel_multi_index(tuple(t.indices), t.dense.shape[: len(t.indices)])
    return flat


def _check_shapes(name: str, a: Tensor, b: Tensor) -> None:
    if a.shape != b.shape:
        raise RuntimeError(
            f"{name}: expected 'self' and 'other' to have same size, but self has size {list(a.shape)} while other "
            f"has size {list(b.shape)}"
        )


def scaled(t: SparseTensor, by: Any, values: Any, rebuild: Rebuild) -> Any:
    """``t * number``, with a 0-d tensor, too; NotImplemented for any other operand."""
    if not isinstance(by, (int, float)) and not (isinstance(by, Tensor) and not by.ndim):
        return NotImplemented
    return rebuild(t, t.indices, values * by)


def quotient(t: SparseTensor, by: Any, values: Any, rebuild: Rebuild) -> Any:
    """``t / number``, likewise."""
    if not isinstance(by, (int, float)) and not (isinstance(by, Tensor) and not by.ndim):
        return NotImplemented
    return rebuild(t, t.indices, values / by)


def added(a: SparseTensor, b: SparseTensor, first: Any, second: Any, rebuild: Rebuild) -> Any:
    """The sum of two in order: a value wherever one of them has one."""
    _check_shapes("add", a, b)
    if np.array_equal(a.indices, b.indices):
        return rebuild(a, a.indices, first + second)
    here, there = _flat(a), _flat(b)
    places = np.union1d(here, there)
    total = of_torch("zeros")(
        (len(places), *first.shape[1:]), dtype=of_torch("promote_types")(first.dtype, second.dtype)
    )
    for flat, values in ((here, first), (there, second)):
        at = wrap(np.searchsorted(places, flat).astype(np.int64))
        total = of_tensors("index_add")(total, 0, at, of_tensors("to")(values, total.dtype))
    indices = np.stack(np.unravel_index(places, a.dense.shape[: len(a.indices)])).astype(np.int64)
    return rebuild(a, indices, total)


def multiplied(a: SparseTensor, b: Tensor, first: Any, second: Any, rebuild: Rebuild) -> Any:
    """Element by element: values where both have one; of a dense one those at the places of the sparse one."""
    if second is None:
        if b.shape != a.shape:
            raise RuntimeError(
                f"sparse * dense takes operands of one shape here, not {list(a.shape)} and {list(b.shape)}"
            )
        return rebuild(a, a.indices, first * getitem(b, tuple(wrap(row) for row in a.indices)))
    assert isinstance(b, SparseTensor)
    _check_shapes("mul", a, b)
    places, mine, others = np.intersect1d(_flat(a), _flat(b), assume_unique=True, return_indices=True)
    picked = [
        of_torch("index_select")(values, 0, wrap(at.astype(np.int64)))
        for values, at in ((first, mine), (second, others))
    ]
    indices = np.stack(np.unravel_index(places, a.dense.shape[: len(a.indices)])).astype(np.int64)
    return rebuild(a, indices, picked[0] * picked[1])
