"""``linear`` and ``bilinear``."""

from __future__ import annotations

from typing import Any

from ...engine.levels.base import innermost
from ...engine.state import state
from ...engine.tensor import Tensor
from ...operations.dims import numel, size_of
from ...operations.elementwise.arithmetic import add
from ...operations.linalg.any_product import matmul
from ...operations.linalg.matmul import addmm
from ...operations.nn.convolution import trilinear
from ...operations.shape.any_shape import reshape
from ...operations.shape.view import t, view
from ..calls.overloads import define


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Any:
    """``input @ weight.T + bias``: each output is a weighted sum of the last dimension."""
    if not input.array.ndim or not weight.array.ndim:
        a, b = input.array.ndim, weight.array.ndim
        raise RuntimeError(f"both arguments to linear need to be at least 1D, but they are {a}D and {b}D")
    turned = t(weight)
    if bias is None:
        return matmul(input, turned)
    ndim = input.array.ndim
    if ndim == 2:
        return addmm(bias, input, turned)
    if bias.array.ndim == 1 and input.array.flags.c_contiguous and not (ndim == 1 and _by_rows(input, weight, bias)):
        shape = input.array.shape
        rows = addmm(bias, view(input, (numel(shape[:-1]), shape[-1])), turned)
        return view(rows, (*shape[:-1], rows.array.shape[1]))
    return add(matmul(input, turned), bias)


def _by_rows(*operands: Tensor) -> bool:
    """Whether one of these stands for the rows of a ``vmap``: PyTorch doesn't call a vector contiguous there."""
    level = innermost(operands) if state.levels else None
    return level is not None and level.rows


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Any:
    """``input1^T W_k input2 + bias_k`` for each matrix of ``weight``."""
    given = {"input1": input1, "input2": input2, "weight": weight, "bias": bias}
    kinds = {name: t.dtype for name, t in given.items() if t is not None}
    if len(set(kinds.values())) > 1:
        names = ", ".join(f"{name}: {kind.cpp_name}" for name, kind in kinds.items())
        raise RuntimeError(f"All tensors must have the same dtype, got {names}")
    a, b, w = input1.array.shape, input2.array.shape, weight.array.shape
    if len(a) != len(b):
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {len(a)} and {len(b)}")
    for d, (m, n) in enumerate(zip(a[:-1], b[:-1], strict=True)):
        if m != n:
            raise RuntimeError(f"bilinear(): input batch dimensions do not match at dim {d}: got {m} and {n}")
    for k, x in ((1, input1), (2, input2)):
        wanted, n = size_of(weight.array, k), size_of(x.array, -1)
        if n != wanted:
            raise RuntimeError(f"bilinear(): input{k} size does not match weight size: got {n} but expected {wanted}")
    if bias is not None and bias.array.shape[0] != w[0]:
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {bias.array.shape[0]} but expected {w[0]}"
        )
    product = trilinear(reshape(input1, (-1, a[-1])), reshape(input2, (-1, b[-1])), weight)
    found = reshape(product, (*a[:-1], w[0]))
    return found if bias is None else add(found, bias)


define("linear", ("(Tensor input, Tensor weight, Tensor? bias=None)", linear), into="F")
define("bilinear", ("(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None)", bilinear), into="torch F")
