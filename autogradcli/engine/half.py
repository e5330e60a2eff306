"""Half precision, in both its formats: kernels compute in single precision and round once, as PyTorch's do.

NumPy has float16 itself; bfloat16 is a dtype from outside it, of kind "V", whose functions are few. So no kernel ever
sees one of either: its operands are widened and what it gives is narrowed, and likewise around a derivative rule.

Where PyTorch computes otherwise it shows, since half precision has few digits. Three kinds of exceptions follow it:
numbers that are rounded to half precision first, kernels whose scalar form rounds at every step (and which are used for
the last elements, that fill no vector), and functions that have no kernel for half precision at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .dtypes import DType
from .operation import Operation

_HALF, _SINGLE = np.dtype(np.float16), np.dtype(np.float32)

#: Kernels of which PyTorch has none for half precision say so themselves: they see the operands as they are.
_REFUSING = frozenset({"decompose", "solve", "spectral", "determinant", "special_polynomials"})
_REFUSING_ONE = frozenset({
    "cdist", "linalg_householder_product", "linalg_ldl_solve", "linalg_lstsq", "linalg_pinv", "linalg_vander",
    "ctc_loss", "multi_margin_loss", "multilabel_margin_loss", "ormqr",
})  # fmt: skip

#: Those that have no kernel for half precision and don't look: what PyTorch's is called.
_WITHOUT_HALF = {
    "special_erfcx": "erfcx_cpu", "special_log_ndtr": "log_ndtr_cpu", "special_ndtri": "ndtri_cpu", "pdist": "pdist",
    "special_zeta": "zeta_cpu", "avg_pool3d": "avg_pool3d_out_frame", "geqrf": "geqrf_cpu",
    "linalg_ldl_factor_ex": "ldl_factor_kernel_cpu", "polar": "polar_cpu",
}  # fmt: skip

#: A number among the arguments, which is no operand, is rounded to half precision in these.
_ROUNDED_NUMBERS = frozenset({"pow_tensor_scalar", "pow_scalar_tensor", "hardshrink"})

#: Computed step by step in half precision: all elements, or those that fill no vector.
_IN_STEPS = frozenset({"xlogy", "xlogy_scalar_tensor", "xlogy_tensor_scalar"})
_IN_OWN_FORMAT = frozenset({"nextafter", "nan_to_num"})  # what they give depends on the numbers that there are
_LAST_IN_STEPS = frozenset({"rsqrt"})
_SCALED = frozenset({"add", "sub", "rsub"})  # with an ``alpha``, which is rounded too
_VECTOR = 32


def run_kernel(op: Operation, arrays: list[Any]) -> Any:
    """The kernel on its operands, whatever their precision."""
    if op.view is not None or (kind := _half_kind(arrays)) is None:
        return op.kernel(*arrays)
    if op.name in _REFUSING_ONE or op.source.__module__.rpartition(".")[2] in _REFUSING:
        return op.kernel(*arrays)
    if op.promote is None and any(
        isinstance(a, np.ndarray) and a.dtype.kind in "fc" and a.ndim and a.dtype is not kind for a in arrays
    ):
        return op.kernel(*arrays)  # two dtypes where there may be one: the kernel tells so
    name = op.name
    if name in _WITHOUT_HALF:
        kernel, dtype = _WITHOUT_HALF[name], dtypes.from_numpy(kind).type_name
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{dtype}'")
    if name in _ROUNDED_NUMBERS:
        arrays = [_rounded(a, kind) if a.__class__ is float else a for a in arrays]
    elif name in _IN_STEPS:
        return op.kernel(*[np.asarray(a, kind) for a in arrays])
    elif name in _IN_OWN_FORMAT:
        return op.kernel(*arrays)
    elif name in _SCALED and arrays[2] != 1:
        arrays = [*arrays[:2], _rounded(float(arrays[2]), kind)]
        return _with_last_in_steps(op, arrays, kind)
    elif name in _LAST_IN_STEPS:
        return _with_last_in_steps(op, arrays, kind)
    return _run_wide(op, arrays, kind)


def _run_wide(op: Operation, arrays: list[Any], kind: np.dtype) -> Any:
    try:
        raw = op.kernel(*map(_wide, arrays))
    except NotImplementedError as error:
        raise NotImplementedError(str(error).replace("'Float'", f"'{dtypes.from_numpy(kind).type_name}'")) from None
    if any(a.__class__ is DType for a in arrays):
        return raw  # where the call names a dtype, that is what the result has
    if isinstance(raw, (tuple, list)):
        return type(raw)(_narrow(r, kind) for r in raw)
    return _narrow(raw, kind)


def _with_last_in_steps(op: Operation, arrays: list[Any], kind: np.dtype) -> Any:
    """Vectors of elements in single precision, and what is left of them step by step."""
    raw = _run_wide(op, arrays, kind)
    if last := raw.size % _VECTOR:
        steps = op.kernel(*[a.astype(kind) if isinstance(a, np.ndarray) else a for a in arrays])
        is_last = np.arange(raw.size) >= raw.size - last
        return np.where(is_last.reshape(raw.shape, order="C" if raw.flags.c_contiguous else "F"), steps, raw)
    return raw


def _rounded(value: float, kind: np.dtype) -> float:
    return float(np.asarray(value, _SINGLE).astype(kind).astype(_SINGLE))


def _half_kind(arrays: list[Any]) -> np.dtype | None:
    """The format of half precision among the operands, if there is one."""
    for a in arrays:
        if a.__class__ is np.ndarray or isinstance(a, np.generic):
            if a.dtype is _HALF or a.dtype.kind == "V":
                return a.dtype
        elif a.__class__ is list and (kind := _half_kind(a)) is not None:
            return kind
    return None


def is_bfloat16(array: Any) -> bool:
    """Whether an array is of bfloat16."""
    return bool(array.dtype.kind == "V")


def is_half(array: Any) -> bool:
    """Whether an array is of either format of half precision."""
    return array.dtype is _HALF or bool(array.dtype.kind == "V")


def _wide(value: Any) -> Any:
    if isinstance(value, list):
        return [_wide(v) for v in value]
    return value.astype(_SINGLE) if isinstance(value, (np.ndarray, np.generic)) and is_half(value) else value


def widened(value: Any) -> Any:
    """An operand, a list of operands or a saved value in single precision, if it is an array of bfloat16."""
    if isinstance(value, list):
        return [widened(v) for v in value]
    return value.astype(_SINGLE) if isinstance(value, (np.ndarray, np.generic)) and is_bfloat16(value) else value


def _narrow(raw: Any, kind: np.dtype) -> Any:
    return raw.astype(kind) if raw.dtype is _SINGLE else raw
