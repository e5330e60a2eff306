"""Products of matrices under their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...engine.tensor import Tensor
from ...operations.dims import numel, wrap_dim
from ...operations.elementwise.arithmetic import mul
from ...operations.linalg import matmul as products
from ...operations.linalg.any_product import matmul
from ...operations.reduce.reduction import sum_dim
from ...operations.shape.any_shape import reshape as reshaped
from ...operations.shape.view import permute
from ..calls.declare import define_both
from ..calls.overloads import define

_BOTH = "torch Tensor"
_FACTORS = "*, Scalar beta=1, Scalar alpha=1, Tensor out=None"


# -- other products ---------------------------------------------------------------------------------------


def outer(input: Tensor, vec2: Tensor) -> Any:
    """Outer product of two vectors: all products of an element of one and an element of the other."""
    for name, x in (("self", input), ("vec2", vec2)):
        if x.array.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {x.array.ndim}-D")
    return mul(reshaped(input, (input.array.shape[0], 1)), vec2)


def inner(input: Tensor, other: Tensor) -> Any:
    """Sum of products along the last dimension of both: of vectors the dot product."""
    if not input.array.ndim or not other.array.ndim:
        return mul(input, other)
    a, b = input.array.shape, other.array.shape
    if a[-1] != b[-1]:
        raise RuntimeError(
            f"inner() the last dimension must match on both input tensors but got shapes {list(a)} and {list(b)}"
        )
    return contract(input, other, (-1,), (-1,))


def contract(a: Tensor, b: Tensor, dims_a: Sequence[int], dims_b: Sequence[int]) -> Any:
    """The tensor product summed over pairs of dimensions."""
    if len(dims_a) != len(dims_b):
        raise RuntimeError("both dimension lists should have same length")
    if a.array.dtype is not b.array.dtype:
        raise RuntimeError("both inputs should have same dtype")
    over_a = [wrap_dim(d, a.array.ndim) for d in dims_a]
    over_b = [wrap_dim(d, b.array.ndim) for d in dims_b]
    size = 1
    for k, (i, j) in enumerate(zip(over_a, over_b, strict=True)):
        m, n = a.array.shape[i], b.array.shape[j]
        if n == 1:
            a = sum_dim(a, (i,), True)
        elif m == 1:
            b = sum_dim(b, (j,), True)
        elif m != n:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {m} in dim {dims_a[k]} and second has size "
                f"{n} in dim {dims_b[k]}"
            )
        else:
            size *= m
    free_a = [k for k in range(a.array.ndim) if k not in over_a]
    free_b = [k for k in range(b.array.ndim) if k not in over_b]
    rows = [a.array.shape[k] for k in free_a]
    columns = [b.array.shape[k] for k in free_b]
    left, right = permute(a, (*free_a, *over_a)), permute(b, (*over_b, *free_b))
    if not free_a and not free_b and a.array.ndim:
        if a.array.ndim > 1:
            left, right = reshaped(left, (size,)), reshaped(right, (size,))
        return reshaped(products.dot(left, right), ())
    product = products.mm(reshaped(left, (numel(rows), size)), reshaped(right, (size, numel(columns))))
    return reshaped(product, (*rows, *columns))


def _dot(input: Tensor, tensor: Tensor) -> Any:
    """Dot product of two vectors."""
    return products.dot(input, tensor)


define_both("addmm", (f"(Tensor input, Tensor mat1, Tensor mat2, {_FACTORS})", products.addmm))
define_both("addmv", (f"(Tensor input, Tensor mat, Tensor vec, {_FACTORS})", products.addmv))
define_both("addr", (f"(Tensor input, Tensor vec1, Tensor vec2, {_FACTORS})", products.addr))
define_both("baddbmm", (f"(Tensor input, Tensor batch1, Tensor batch2, {_FACTORS})", products.baddbmm))
define_both("addbmm", (f"(Tensor input, Tensor batch1, Tensor batch2, {_FACTORS})", products.addbmm))
define("mm", ("(Tensor input, Tensor mat2, *, Tensor out=None)", products.mm), into=_BOTH)
define("mv", ("(Tensor input, Tensor vec, *, Tensor out=None)", products.mv), into=_BOTH)
define("bmm", ("(Tensor input, Tensor mat2, *, Tensor out=None)", products.bmm), into=_BOTH)
define("dot", ("(Tensor input, Tensor tensor, *, Tensor out=None)", _dot), into=_BOTH)
define("vdot", ("(Tensor input, Tensor other, *, Tensor out=None)", products.vdot), into=_BOTH)
define("matmul", ("(Tensor input, Tensor other, *, Tensor out=None)", matmul), into="torch Tensor linalg")
define("outer", ("(Tensor input, Tensor vec2, *, Tensor out=None)", outer), into=_BOTH, aliases=("ger",))
define("inner", ("(Tensor input, Tensor other, *, Tensor out=None)", inner), into=_BOTH)
