"""``torch.range``, which PyTorch keeps for old programs: its end is included."""

from __future__ import annotations

import math
from typing import Any

from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ..calls.overloads import define
from ..calls.registry import NAMESPACES
from .creation import OUT_OPTIONS
from .operators import method

_OLD = (
    "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
    "Python's range builtin. Instead, use torch.arange, which produces values in [start, end)."
)


def _range(start: Any, end: Any, step: Any, dtype: DType | None, *options: Any) -> Tensor:
    """Numbers from ``start`` to ``end``, which is included, by ``step``."""
    state.warn("UserWarning", _OLD)
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if (end - start) / step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    count = math.floor((end - start) / step) + 1
    kind = dtype or dtypes.default.dtype
    numbers: Any = NAMESPACES["torch"]["arange"](count, dtype=dtypes.int64 if kind.category < 2 else kind)
    made: Tensor = method("to")(numbers * step + start, kind)
    return method("requires_grad_")(made, True) if options[-1] else made


define("range", (f"(Scalar start, Scalar end, Scalar step=1, *, {OUT_OPTIONS})", _range))
