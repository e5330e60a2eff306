"""Products of vectors and matrices for all rows: ``matmul`` of what has the hidden dimension in front.

What doesn't fit is refused with the numbers of all rows, as PyTorch does.
"""

from __future__ import annotations

from typing import Any

from ...engine.levels.vmap import VmapLevel, aligned
from ...engine.operation import Operation
from ...engine.worlds import TENSORS, roles
from ..linalg.any_product import matmul
from .tools import Args, Rule, beside, everywhere, is_batched, rank_of, reshaped, whole


def matrices(a: Any, b: Any, level: VmapLevel) -> Any:
    """``a @ b`` of rows (n, m) and (m, p), or (b, n, m) and (b, m, p)."""
    return matmul(whole(a, level), whole(b, level))


def with_vector(a: Any, v: Any, level: VmapLevel) -> Any:
    """``a @ v`` of rows (n, m) and (m,): (rows, n)."""
    if not is_batched(v, level):
        return matmul(whole(a, level), v)
    if not is_batched(a, level):
        return roles.permute(matmul(a, roles.permute(whole(v, level), (1, 0))), (1, 0))
    columns = TENSORS.unsqueeze(whole(v, level), 2)
    return TENSORS.squeeze_dim(matmul(roles.permute(whole(a, level), (0, 1, 2)), columns), -1)


def vectors(a: Any, b: Any, level: VmapLevel) -> Any:
    """Dot products of rows: (rows,)."""
    left, right = whole(a, level), whole(b, level)
    if not is_batched(a, level) or not is_batched(b, level):
        return matmul(left, TENSORS.t(right))
    product = matmul(TENSORS.unsqueeze(left, 1), TENSORS.unsqueeze(right, 2))
    return TENSORS.squeeze_dim(TENSORS.squeeze_dim(product, -1), -1)


def _check(name: str, a: Any, m: int, b: Any, n: int) -> None:
    """Raise RuntimeError where a row has other dimensions than the product is of."""
    if rank_of(a) == m and rank_of(b) == n:
        return
    if m == n == 1:
        raise RuntimeError("Got wrong shapes for dot")
    raise RuntimeError(
        f"Shape mismatch: Got incorrect dims for {name}(a, b). a has dim {rank_of(a)}and b has dim {rank_of(b)}but "
        f"expected them to have dim {m} and dim {n}"
    )


def _product(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """``mm``, ``mv``, ``bmm``."""
    multiply, name, m, n, _ = _ADDED[how]
    _check(name, args[0], m, args[1], n)
    return multiply(args[0], args[1], level) if level.size else NotImplemented


def _dot(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    a, b = args
    _check("dot", a, 1, b, 1)
    if not level.size:
        return NotImplemented
    if how == "conj" and a.array.dtype.kind == "c":
        a = TENSORS.conj_physical(everywhere(a, level))
        left, right = TENSORS.unsqueeze(a, 1), TENSORS.unsqueeze(everywhere(b, level), 2)
        return reshaped(TENSORS.bmm(left, right), (level.size,))
    return vectors(a, b, level)


def _outer(a: Any, b: Any, level: VmapLevel) -> Any:
    column = TENSORS.view(everywhere(a, level), (level.size, *a.array.shape, 1))
    return TENSORS.mul(column, aligned(b, level, 2))


def _summed(a: Any, b: Any, level: VmapLevel) -> Any:
    return TENSORS.sum_dim(matrices(a, b, level), (-3,), False)


#: What is added in ``addmm`` and kin: how the product is made, its name, the dimensions of its factors and its own.
_ADDED = {
    "mm": (matrices, "mm", 2, 2, 2), "mv": (with_vector, "mv", 2, 1, 1), "outer": (_outer, "", 1, 1, 2),
    "bmm": (matrices, "bmm", 3, 3, 3), "sum": (_summed, "bmm", 3, 3, 2),
}  # fmt: skip


def _added(op: Operation, level: VmapLevel, args: Args, how: str) -> Any:
    """``beta * input + alpha * product``; here a NaN of the input counts whatever ``beta`` is, as in PyTorch."""
    x, a, b, beta, alpha = args
    multiply, name, m, n, rank = _ADDED[how]
    if name:
        _check(name, a, m, b, n)
    if not level.size or x.array.ndim > rank or x.array.dtype != a.array.dtype or a.array.dtype.kind not in "fc":
        return NotImplemented
    if how == "outer":
        if rank_of(a) != 1 or rank_of(b) != 1:
            return NotImplemented
        found = _outer(a, b, level)
        added = roles.expand(beside(x, level, rank), found.array.shape)
        return TENSORS.add(TENSORS.mul(added, beta), TENSORS.mul(found, alpha))
    found, added = multiply(a, b, level), beside(TENSORS.mul_scalar(x, beta), level, rank)
    if how == "mm":
        return TENSORS.add(added, found, alpha)
    return TENSORS.add(added, found if alpha == 1 else TENSORS.mul_scalar(found, alpha))


RULES: dict[str, Rule] = {"product": _product, "dot": _dot, "added": _added}
