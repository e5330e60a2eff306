"""``out=``: a result written into a tensor that the caller provides."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine import dtypes
from ..engine.inplace import check_inplace, check_overlap
from ..engine.layers import levels_of
from ..engine.state import state
from ..engine.tangents import carries_tangent
from ..engine.tensor import Tensor
from ..engine.views import check_overlap
from .plans import hooks


def write_out(name: str, out: Any, result: Any) -> Any:
    """Put ``result`` into ``out``, resized where its shape differs, and return ``out``.

    Raises RuntimeError where the dtype doesn't fit or a gradient would be lost.
    """
    if isinstance(out, (tuple, list)):
        for target, one in zip(out, result, strict=True):
            write_out(name, target, one)
        return tuple(out)
    if result.node is not None and state.grad:
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )
    if out.node is not None and state.grad:
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )
    if state.dual_level or state.levels:
        _check_levels(name, out, result)
    have, want = result.dtype, out.dtype
    if not dtypes.can_cast(have, want):
        raise RuntimeError(f"result type {have.type_name} can't be cast to the desired output type {want.type_name}")
    check_inplace(out)
    if out.array.shape != result.array.shape:
        if out.array.size:
            state.warn(
                "UserWarning",
                f"An output with one or more elements was resized since it had shape {list(out.array.shape)}, which "
                f"does not match the required output shape {list(result.array.shape)}. This behavior is deprecated, "
                "and "
                "in a future PyTorch release outputs will not be resized unless they have zero elements. You can "
                "explicitly reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).",
            )
        out.rebind(np.array(result.array, dtype=out.array.dtype))
    else:
        check_overlap(out.array)
        np.copyto(out.array, result.array, casting="unsafe")
    out.bump()
    return out


def _check_levels(name: str, out: Tensor, result: Tensor) -> None:
    """Raise where a tangent, or the rows of ``vmap``, would be lost."""
    if carries_tangent(out) or carries_tangent(result):
        raise NotImplementedError(
            f"Trying to use forward AD with {name}_out that does not support it because it is an out= function"
        )
    if any(level.kind == "vmap" for level in levels_of((out, result))):
        raise RuntimeError(
            f"Batching rule not implemented for aten::{name}.out; the fallback path doesn't work on out= or view ops."
        )


hooks.write_out = write_out
