"""Half precision, in both its formats: kernels compute in single precision and round once, as PyTorch's do.

NumPy has float16 itself; bfloat16 is a dtype from outside it, of kind "V", whose functions are few. So no kernel ever
sees one: its operands are widened and what it gives is narrowed, and likewise around a derivative rule.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .dtypes import DType
from .operation import Operation

_HALF, _SINGLE = np.dtype(np.float16), np.dtype(np.float32)


def run_kernel(op: Operation, arrays: list[Any]) -> Any:
    """The kernel on its operands, whatever their precision."""
    if dtypes.LATE and op.view is None and any(map(_is_brain, arrays)):
        return _run_brain(op, arrays)
    elementwise = op.kind == "elementwise" or (op.kind is not None and op.promote is not None)
    if not elementwise or not any(a.__class__ is np.ndarray and a.dtype is _HALF for a in arrays):
        return op.kernel(*arrays)
    wide = [a.astype(_SINGLE) if a.__class__ is np.ndarray and a.dtype is _HALF else a for a in arrays]
    raw = op.kernel(*wide)
    return raw.astype(_HALF) if raw.dtype is _SINGLE else raw


def _run_brain(op: Operation, arrays: list[Any]) -> Any:
    if any(isinstance(a, np.ndarray) and a.dtype.kind in "fc" and a.ndim for a in arrays):
        return op.kernel(*arrays)  # two dtypes where there may be one: the kernel tells so
    try:
        raw = op.kernel(*map(widened, arrays))
    except NotImplementedError as error:
        raise NotImplementedError(str(error).replace("'Float'", "'BFloat16'")) from None
    return _narrowed(op, arrays, raw)


def is_brain(array: Any) -> bool:
    """Whether an array is of bfloat16."""
    return bool(array.dtype.kind == "V")


def _is_brain(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_brain, value))
    return isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind == "V"


def widened(value: Any) -> Any:
    """An operand, a list of operands or a saved value in single precision, if it is an array of bfloat16."""
    if isinstance(value, list):
        return [widened(v) for v in value]
    return value.astype(_SINGLE) if _is_brain(value) else value


def _narrowed(op: Operation, arrays: list[Any], raw: Any) -> Any:
    """What the kernel gave, in bfloat16 again; where the call names a dtype, that is what it has."""
    if any(a.__class__ is DType for a in arrays):
        return raw
    if isinstance(raw, (tuple, list)):
        return type(raw)(_narrow(r) for r in raw)
    return _narrow(raw)


def _narrow(raw: Any) -> Any:
    return raw.astype(dtypes.bfloat16.np) if raw.dtype is _SINGLE else raw
