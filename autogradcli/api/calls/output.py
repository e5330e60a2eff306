"""``out=``: a result written into a tensor that the caller provides. All functions that take it come through here.

In this order, which decides what an error is about: history (nothing may require grad), dtypes, memory, then the size;
a tensor of another size becomes one of the result's, with a warning if it had elements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...engine.inplace import SHARED, check_inplace, check_partial_overlap, inplace
from ...engine.levels.base import levels_of
from ...engine.mirrors import store
from ...engine.state import state
from ...engine.tangents import carries_tangent
from ...engine.tensor import Tensor, wrap
from ...engine.views import check_overlap
from ...numerics import dtypes
from ...operations.shape.copies import copy
from ..tensor.memory import resize
from . import output_rules as rules
from .call_plans import hooks
from .return_types import ReturnType, written


def write_out(name: str, out: Any, compute: Callable[[], Any], operands: Sequence[Any]) -> Any:
    """Compute and put the result into ``out``, which is returned.

    Raises RuntimeError, in PyTorch's words, where a gradient would be lost, the dtype doesn't fit, or elements share
    memory.
    """
    targets: tuple[Any, ...] = tuple(out) if isinstance(out, (tuple, list)) else (out,)
    given = _tensors_of(operands)
    name = _overload(name, targets, given)
    if state.dual_level or state.levels:
        _check_levels(name, (*given, *targets))
    copied = name in rules.COPIED
    tracked = state.grad and not state.inference and not copied and name not in rules.UNTRACKED
    if tracked and name not in rules.HISTORY_LAST:
        _check_history(name, targets, given)
    grad = state.grad
    state.grad = grad and copied
    try:
        result = compute()
    except RuntimeError:
        if name in rules.DTYPES_FIRST and given:
            _check_dtype(name, wrap(np.empty(0, dtypes.result_type(*[t.array for t in given]).np)), targets[0], 0)
        raise
    finally:
        state.grad = grad
    several = isinstance(result, (tuple, list))
    results: Sequence[Tensor] = result if several else (result,)
    if len(results) != len(targets):
        raise TypeError(f"{name}(): argument 'out' must be tuple of {len(results)} Tensors, not {len(targets)}")
    for k, (target, one) in enumerate(zip(targets, results, strict=True)):
        _check_dtype("abs_complex" if name in _REAL and given[0].dtype.is_complex else name, one, target, k)
    if tracked and name in rules.HISTORY_LAST:
        _check_history(name, targets, given)
    for target in targets:
        if name not in rules.UNTRACKED:
            check_inplace(target)
        if name not in rules.EXPANDED:
            check_overlap(target.array)
        if target.array.size and name not in rules.OVERLAP_UNSEEN and name not in rules.EXPANDED:
            _check_operands(name, target, given)
    for target, one in zip(targets, results, strict=True):
        _write(target, one, in_order=name.endswith("_copy"), recorded=copied, as_it_is=name in rules.SHAPE_KEPT)
        if name != "empty":
            target.bump()
    if not several:
        return targets[0]
    return written(type(result))(targets) if isinstance(result, ReturnType) else targets


#: Functions whose result is real for complex operands too, and is cast then.
_REAL = frozenset({"abs", "absolute", "angle"})


def _tensors_of(values: Sequence[Any]) -> list[Tensor]:
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, (tuple, list)):
            found += [v for v in value if isinstance(v, Tensor)]
    return found


def _overload(name: str, targets: Sequence[Tensor], given: Sequence[Tensor]) -> str:
    """Overloads that fare differently under one name."""
    if name in ("max", "min") and len(targets) == 1:
        return f"{name}imum" if len(given) == 2 else f"{name}_all"
    if name == "normal" and given:
        return "normal_of_tensors"
    if name == "lerp" and len(given) == 2:
        return "lerp_number"
    if name in ("clamp", "clip", "clamp_min", "clamp_max") and len(given) == 1:
        return f"{name}_number"
    return name


def _called(name: str) -> str:
    return rules.CALLED.get(name, name)


def _check_history(name: str, targets: Sequence[Tensor], given: Sequence[Tensor]) -> None:
    shown = _called(name)
    if name in rules.NO_FORMULA and any(t.node is not None and _root(t).is_leaf for t in targets):
        shown = "aten::" + rules.NO_FORMULA_CALLED.get(name, name)
    elif name in ("empty", "randn") and targets[0].node is not None:
        raise RuntimeError("cannot resize variables that require grad")
    elif not any(t.node is not None for t in (*targets, *given)):
        return
    raise RuntimeError(
        f"{shown}(): functions with out=... arguments don't support automatic differentiation, but one of the "
        "arguments requires grad."
    )


def _root(t: Tensor) -> Tensor:
    return t if t.base is None else t.base


def _check_dtype(name: str, result: Tensor, out: Tensor, k: int) -> None:
    have, want = result.dtype, out.dtype
    if have is want or name in rules.ANY_DTYPE:
        return
    error: type[Exception] = TypeError if name in rules.TYPE_ERRORS else RuntimeError
    exact = rules.EXACT_SECOND.get(name) if k == 1 else None
    exact = exact or rules.EXACT.get(name)
    if name in rules.BOOL_OR_BYTE:
        if want is dtypes.uint8:
            return
        exact = "{name} only supports bool tensor for result, got: {want}"
    if exact is not None:
        if name == "heaviside" and want.is_complex:
            exact = "heaviside is not yet implemented for complex tensors."
        raise error(_filled(exact, name, have, want))
    if not dtypes.can_cast(have, want):
        text = rules.CASTABLE.get(name, "result type {have} can't be cast to the desired output type {want}")
        raise error(_filled(text, name, have, want))
    if name in ("std", "var") and want.is_complex:
        raise NotImplementedError(f"\"std_cpu\" not implemented for '{want.type_name}'")
    if name.startswith("fft_") and want.is_complex:  # of a transform whose result is real
        raise error(_filled(rules.CASTABLE[name], name, have, want))


def _filled(text: str, name: str, have: Any, want: Any) -> str:
    bare = name.removeprefix("linalg_").removeprefix("fft_")
    return text.format(
        name=bare if name.startswith("fft_") else name,
        bare=bare,
        dotted=name.replace("linalg_", "linalg.", 1),
        have=have.type_name,
        want=want.type_name,
        c_have=have.cpp_name,
        c_want=want.cpp_name,
        is_int=have is dtypes.int32,
    ).replace("fft_", "")


def _check_operands(name: str, target: Tensor, given: Sequence[Tensor]) -> None:
    counter = target.counter
    for t in given:
        if t.array is target.array or (name in rules.OVERLAP_NEVER and _is_same(t.array, target.array)):
            if name in rules.OVERLAP_NEVER:
                raise RuntimeError(SHARED)
        elif (counter is not None and t.counter is counter) or np.may_share_memory(t.array, target.array):
            check_partial_overlap(target.array, t.array)


def _is_same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays are the same elements in the same order."""
    if a.shape != b.shape or a.strides != b.strides or not a.size:
        return False
    return bool(a.__array_interface__["data"][0] == b.__array_interface__["data"][0])


def _write(out: Tensor, result: Tensor, in_order: bool, recorded: bool, as_it_is: bool) -> None:
    array = result.array
    if as_it_is and out.array.size == array.size:
        array = array.reshape(out.array.shape)
    if out.array.shape != array.shape:
        if out.array.size:
            state.warn(
                "UserWarning",
                f"An output with one or more elements was resized since it had shape {list(out.array.shape)}, which "
                f"does not match the required output shape {list(array.shape)}. This behavior is deprecated, and "
                "in a future PyTorch release outputs will not be resized unless they have zero elements. You can "
                "explicitly reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).",
            )
        steps = [s // array.itemsize * out.array.itemsize for s in array.strides]
        resize(out, array.shape, None if in_order or not array.size else steps)
    if recorded and state.grad and (result.node is not None or out.node is not None):
        inplace(copy, out, result)
    else:
        store(out, array)


def dtype_of_out(name: str, out: Any, dtype: Any) -> Any:
    """The dtype to compute in where the result goes into ``out``. Raises RuntimeError where two are given."""
    if name not in rules.IN_OUTS_DTYPE and name not in rules.CREATING:
        return dtype
    want = out.dtype
    if dtype is not None and dtype is not want:
        if name in rules.CREATING:
            raise RuntimeError(f"dtype {dtype.type_name} does not match dtype of out parameter ({want.type_name})")
        raise RuntimeError(f"Expected out tensor to have dtype {dtype.cpp_name}, but got {want.cpp_name} instead")
    if name in ("mean", "nanmean") and want.category < dtypes.FLOATING:
        return None  # the result can't be cast to it
    return want


def _check_levels(name: str, tensors: Sequence[Tensor]) -> None:
    """Raise where a tangent, or the rows of ``vmap``, would be lost."""
    if any(carries_tangent(t) for t in tensors):
        raise NotImplementedError(
            f"Trying to use forward AD with {_called(name)}_out that does not support it because it is an out= function"
        )
    if any(level.rows for level in levels_of(tensors)):
        raise RuntimeError(
            f"Batching rule not implemented for aten::{name}.out; the fallback path doesn't work on out= or view ops."
        )


hooks.write_out = write_out
hooks.dtype_of_out = dtype_of_out
