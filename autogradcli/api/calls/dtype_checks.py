"""Tensors of one dtype where PyTorch's kernels take no other: refused in their words, never cast in silence."""

from __future__ import annotations

from ...engine.tensor import Tensor
from ...numerics import dtypes


def check_same(input: Tensor, *others: Tensor | None) -> None:
    """RuntimeError for a tensor of another dtype than the first."""
    for other in others:
        if other is not None and other.dtype is not input.dtype:
            raise RuntimeError(f"expected scalar type {input.dtype.type_name} but found {other.dtype.type_name}")


def check_parameters(input: Tensor, *parameters: Tensor | None) -> None:
    """RuntimeError for the parameters of a normalization that don't go with its input.

    Beside half precision all may be float32; else they are of the input's dtype.
    """
    given = [p for p in parameters if p is not None]
    if not given or given[0].dtype is input.dtype:
        check_same(input, *given)
        return
    if any(p.dtype is not dtypes.float32 for p in given):
        raise RuntimeError("mixed dtype (CPU): expect parameter to have scalar type of Float")
    if input.dtype not in (dtypes.float16, dtypes.bfloat16):
        raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")
