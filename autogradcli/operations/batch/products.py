"""Products of vectors and matrices for all rows: one product of matrices where one factor is shared, else a batch."""

from __future__ import annotations

from typing import Any

from ...engine.levels.vmap import VmapLevel
from ...engine.operation import Operation
from ...engine.worlds import TENSORS, roles
from .tools import Args, Rule, beside, everywhere, folded, is_batched, or_rows, rank_of, reshaped, unfolded, whole


def matrices(a: Any, b: Any, level: VmapLevel) -> Any:
    """``a @ b`` of rows (n, m) and (m, p): (rows, n, p)."""
    if not is_batched(b, level):
        return unfolded(TENSORS.mm(folded(a, level), b), level)
    if is_batched(a, level):
        return TENSORS.bmm(whole(a, level), whole(b, level))
    n, p = a.array.shape[0], b.array.shape[1]
    together = reshaped(TENSORS.transpose(whole(b, level), 0, 1), (b.array.shape[0], level.size * p))
    found = TENSORS.reshape(TENSORS.mm(a, together), (n, level.size, p))
    return roles.permute(found, (1, 0, 2))


def with_vector(a: Any, v: Any, level: VmapLevel) -> Any:
    """``a @ v`` of rows (n, m) and (m,): (rows, n)."""
    if not is_batched(v, level):
        found = TENSORS.mv(folded(a, level), v)
        return reshaped(found, (level.size, a.array.shape[0]))
    if not is_batched(a, level):
        return TENSORS.mm(whole(v, level), TENSORS.t(a))
    return TENSORS.squeeze_dims(TENSORS.bmm(whole(a, level), TENSORS.unsqueeze(whole(v, level), 2)), (2,))


def vectors(a: Any, b: Any, level: VmapLevel) -> Any:
    """Dot products of rows: (rows,)."""
    if not is_batched(b, level):
        return TENSORS.mv(whole(a, level), b)
    if not is_batched(a, level):
        return TENSORS.mv(whole(b, level), a)
    left, right = TENSORS.unsqueeze(whole(a, level), 1), TENSORS.unsqueeze(whole(b, level), 2)
    return reshaped(TENSORS.bmm(left, right), (level.size,))


def batches(a: Any, b: Any, level: VmapLevel) -> Any:
    """``bmm`` of rows (b, n, m) and (b, m, p)."""
    return unfolded(TENSORS.bmm(folded(a, level), folded(b, level)), level)


def _check(*pairs: tuple[Any, int]) -> None:
    """Raise RuntimeError where a row is no vector or matrix: row by row the error has PyTorch's words."""
    if any(rank_of(x) != rank for x, rank in pairs) or len({x.array.dtype for x, _ in pairs}) > 1:
        raise RuntimeError


def _mm(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    _check((args[0], 2), (args[1], 2))
    return matrices(args[0], args[1], level)


def _mv(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    _check((args[0], 2), (args[1], 1))
    return with_vector(args[0], args[1], level)


def _dot(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    _check((args[0], 1), (args[1], 1))
    a, b = args
    if how == "conj" and a.array.dtype.kind == "c":
        a = TENSORS.conj_physical(everywhere(a, level))
        left, right = TENSORS.unsqueeze(a, 1), TENSORS.unsqueeze(everywhere(b, level), 2)
        return reshaped(TENSORS.bmm(left, right), (level.size,))
    return vectors(a, b, level)


def _bmm(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    _check((args[0], 3), (args[1], 3))
    return batches(args[0], args[1], level)


def _outer(a: Any, b: Any, level: VmapLevel) -> Any:
    return TENSORS.mul(TENSORS.unsqueeze(everywhere(a, level), 2), TENSORS.unsqueeze(everywhere(b, level), 1))


def _summed(a: Any, b: Any, level: VmapLevel) -> Any:
    return TENSORS.sum_dim(batches(a, b, level), (1,), False)


#: What is added in ``addmm`` and kin: how the product is made, the dimensions of its factors and its own.
_ADDED = {
    "mm": (matrices, 2, 2, 2), "mv": (with_vector, 2, 1, 1), "outer": (_outer, 1, 1, 2), "bmm": (batches, 3, 3, 3),
    "sum": (_summed, 3, 3, 2),
}  # fmt: skip


def _added(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """``beta * input + alpha * product``; with ``beta`` 0 the input counts for nothing."""
    x, a, b, beta, alpha = args
    product, m, n, rank = _ADDED[how]
    _check((a, m), (b, n))
    if x.array.ndim > rank or x.array.dtype != a.array.dtype or a.array.dtype.kind not in "fc":
        return NotImplemented
    if how == "mm" and not is_batched(x, level) and not is_batched(b, level) and x.array.ndim < 2:
        return unfolded(op.call(x, folded(a, level), b, beta, alpha), level)
    found = product(a, b, level)
    if x.array.ndim and any(m not in (1, n) for m, n in zip(x.array.shape[::-1], found.array.shape[:0:-1])):
        return NotImplemented
    if alpha != 1:
        found = TENSORS.mul_scalar(found, alpha) if alpha else TENSORS.zeros_like(found)
    if beta == 0:
        return found
    added = beside(x, level, rank)
    return TENSORS.add(added if beta == 1 else TENSORS.mul_scalar(added, beta), found)


RULES: dict[str, Rule] = {
    "mm": or_rows(_mm), "mv": or_rows(_mv), "dot": or_rows(_dot), "bmm": or_rows(_bmm), "added": or_rows(_added),
}  # fmt: skip
