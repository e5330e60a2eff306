"""Half precision, in both its formats: kernels compute in single precision and round once, as PyTorch's do.

NumPy has float16 itself; bfloat16 is a dtype from outside it, of kind "V", whose functions are few. So no kernel ever
sees one of either: its operands are widened and what it gives is narrowed, and likewise around a derivative rule.

Where PyTorch computes otherwise it shows, since half precision has few digits. What is an exception declares it:

    half="own"      the kernel sees the operands as they are, and refuses them, or goes by the numbers that there are
    half="steps"    computed step by step in half precision
    half="last"     so are the last elements, that fill no vector
    half="alpha"    so are those where there is an ``alpha``, which is rounded too
    half="rounded"  a number among the arguments, which is no operand, is rounded to half precision
    half="moved"    the elements are moved or compared alone; so is it done with numbers of eight bits, too, which
                    PyTorch keeps and hardly computes with: whatever else declares nothing of them refuses them
    half="exact"    a number on the right, or a 0-d tensor, keeps its own digits: only the result is rounded
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .declared import Declared
from .dtypes import DType

_HALF, _SINGLE = np.dtype(np.float16), np.dtype(np.float32)

_OUTSIDE = frozenset(dtypes.LETTERS_OUTSIDE.values())

_VECTOR = 32


def run_kernel(op: Declared, arrays: list[Any]) -> Any:
    """The kernel on its operands, whatever their precision. Raises NotImplementedError for a dtype not taken."""
    if op.taken is not None:
        op.taken.check(op, arrays)
    if op.view is not None or (kind := _half_kind(arrays)) is None:
        return op.kernel(*arrays)
    how = op.half
    if kind.itemsize == 1 and how != "moved" and (op.taken is None or kind.char not in op.taken.letters):
        name = f"{op.name}_cpu" if op.takes is None else op.takes[1]
        name = name if isinstance(name, str) else name(*arrays)
        raise NotImplementedError(f"\"{name}\" not implemented for '{dtypes.from_numpy(kind).type_name}'")
    if how == "own" or (op.promote is None and _mixed(arrays, kind)):
        return op.kernel(*arrays)  # which looks at the dtypes itself
    if how == "rounded":
        arrays = [_rounded(a, kind) if a.__class__ is float else a for a in arrays]
    elif how == "steps":
        return op.kernel(*[np.asarray(a, kind) for a in arrays])
    elif how == "alpha" and arrays[2] != 1:
        arrays = [*arrays[:2], _rounded(float(arrays[2]), kind)]
        return _with_last_in_steps(op, arrays, kind)
    elif how == "last":
        return _with_last_in_steps(op, arrays, kind)
    return _run_wide(op, arrays, kind)


def _mixed(arrays: list[Any], kind: np.dtype) -> bool:
    """Whether there are two dtypes, where no operation promotes them."""
    return any(isinstance(a, np.ndarray) and a.dtype.kind in "fcV" and a.ndim and a.dtype is not kind for a in arrays)


def _run_wide(op: Declared, arrays: list[Any], kind: np.dtype) -> Any:
    try:
        raw = op.kernel(*map(_wide, arrays))
    except NotImplementedError as error:
        raise NotImplementedError(str(error).replace("'Float'", f"'{dtypes.from_numpy(kind).type_name}'")) from None
    if any(a.__class__ is DType for a in arrays):
        return raw  # where the call names a dtype, that is what the result has
    if isinstance(raw, (tuple, list)):
        return type(raw)(_narrow(r, kind) for r in raw)
    return _narrow(raw, kind)


def _with_last_in_steps(op: Declared, arrays: list[Any], kind: np.dtype) -> Any:
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
            if a.dtype is _HALF or a.dtype.char in _OUTSIDE:
                return a.dtype
        elif a.__class__ is list and (kind := _half_kind(a)) is not None:
            return kind
    return None


def is_half(array: Any) -> bool:
    """Whether an array is of a format of half precision, or of less."""
    return array.dtype is _HALF or array.dtype.char in _OUTSIDE


def _wide(value: Any) -> Any:
    if isinstance(value, list):
        return [_wide(v) for v in value]
    return value.astype(_SINGLE) if isinstance(value, (np.ndarray, np.generic)) and is_half(value) else value


def widened(value: Any) -> Any:
    """An operand, a list of operands or a saved value, in single precision if it is of a dtype outside NumPy."""
    if isinstance(value, list):
        return [widened(v) for v in value]
    return value.astype(_SINGLE) if isinstance(value, (np.ndarray, np.generic)) and dtypes.is_outside(value) else value


def _narrow(raw: Any, kind: np.dtype) -> Any:
    return dtypes.cast_to(raw, kind) if raw.dtype is _SINGLE else raw
