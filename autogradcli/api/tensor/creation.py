"""Tensors from nothing and from data: ``tensor``, ``zeros``, ``full``, ``arange``, ``linspace``, ``*_like``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.inference import mark_inference
from ...engine.leaves import require_grad
from ...engine.levels.base import like
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.away import MANY, away_if
from ...numerics.dtypes import DType
from ...numerics.limits import charge_array
from ...numerics.numbers import number_in, scalar_in
from ...numerics.releases import Difference, Varying
from ...operations.refuse import check_usual, not_implemented_for
from ...operations.shape.copies import cast as cast_recorded
from ...operations.shape.spacing import spaced, stepped
from ..arrays.values import NumPyArray
from ..calls.call_plans import hooks
from ..calls.overloads import define
from .from_data import array_from, plain_array, to_tensor
from .memory_format import relaid

hooks.to_tensor = to_tensor

_LONG = np.dtype(np.int64)

#: Whether ends and steps are cut to whole numbers before numbers are counted.
_CUTS = Varying(
    False,
    True,
    Difference(
        "arange",
        "of whole numbers: as many as there are between the ends as they are given",
        "between the ends cut to whole numbers; a step below one is an error",
        "torch.arange(0.1, 3, 1.5, dtype=torch.int64)",
    ),
)

OPTIONS = (
    "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool pin_memory=False, bool requires_grad=False"
)

#: The same with ``out``, for the functions whose result can be written into a tensor that is there.
OUT_OPTIONS = f"Tensor out=None, {OPTIONS}"


def made(array: np.ndarray, requires_grad: bool = False) -> Tensor:
    """A fresh leaf. Raises RuntimeError where a gradient is asked for a dtype that has none."""
    t = wrap(array)
    if state.inference:
        mark_inference(t)
    if state.levels:
        t.need_meta().born = state.levels[-1]
    if requires_grad:
        if array.dtype.kind not in dtypes.INEXACT:
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        require_grad(t)
    return t


def _tensor(data: Any, dtype: DType | None, device: Any, pin_memory: bool, requires_grad: bool) -> Tensor:
    """A tensor of numbers: a leaf with a copy of the data.

    The dtype is found from the data (bool, int64, the default floating or complex dtype) unless it is given.
    """
    if dtype is None and (found := plain_array(data)) is not None:
        result = made(found, requires_grad)
        if state.tape is not None:
            state.tape.left("torch.tensor()", data, result)
        return result
    if isinstance(data, Tensor):
        state.warn(
            "UserWarning",
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
        )
    result = made(array_from(data, dtype), requires_grad)
    if state.tape is not None:
        tensors = [part for part in data if isinstance(part, Tensor)] if isinstance(data, (list, tuple)) else []
        for source in tensors or (data,):
            state.tape.left("torch.tensor()", source, result)
    return result


def _as_tensor(data: Any, dtype: DType | None, device: Any) -> Tensor:
    """The tensor itself, or a new one of the data."""
    if isinstance(data, Tensor):
        if dtype is None or data.dtype is dtype:
            return data
        converted: Tensor = cast_recorded(data, dtype)
        return converted
    if type(data) is NumPyArray and (dtype is None or dtype.np == data.array.dtype):
        return made(data.array)  # on the same memory
    return made(array_from(data, dtype))


def sizes(name: str, size: tuple[int, ...]) -> tuple[int, ...]:
    if any(n < 0 for n in size):
        if name != "zeros":
            bad = next(n for n in size if n < 0)
            raise RuntimeError(f"Trying to create tensor with negative dimension {bad}: {list(size)}")
        raise RuntimeError("zeros: Dimension size must be non-negative.")
    return size


def _like(fresh: Tensor, source: Tensor) -> Tensor:
    """Under ``torch.func`` a tensor made like another belongs to the same levels."""
    return like(fresh, source) if state.levels else fresh


def _filled(name: str, fill: Callable[..., np.ndarray], doc: str) -> None:
    def create(
        size: tuple[int, ...], dtype: DType | None, layout: Any, device: Any, pin_memory: bool, requires_grad: bool
    ) -> Tensor:
        return made(fill(sizes(name, size), (dtype or dtypes.default.dtype).np), requires_grad)

    def create_like(
        input: Tensor, memory_format: Any, dtype: DType | None, layout: Any, device: Any, pin: bool, requires_grad: bool
    ) -> Tensor:
        array = fill(input.array.shape, input.array.dtype if dtype is None else dtype.np)
        return _like(relaid(made(array, requires_grad), input.array, memory_format), input)

    def create_new(
        input: Tensor, size: tuple[int, ...], dtype: DType | None, layout: Any, device: Any, pin: bool, grad: bool
    ) -> Tensor:
        return _like(made(fill(sizes(name, size), input.array.dtype if dtype is None else dtype.np), grad), input)

    create.__doc__ = f"A tensor of the given shape, {doc}."
    create_like.__doc__ = f"A tensor of the shape and dtype of another, {doc}."
    create_new.__doc__ = f"A tensor of the given shape and of this one's dtype, {doc}."
    if name != "empty":
        define(name, (f"(IntList size, *, {OUT_OPTIONS})", create))
    define(name + "_like", (f"(Tensor input, *, MemoryFormat? memory_format=None, {OPTIONS})", create_like))
    define("new_" + name, (f"(Tensor input, IntList size, *, {OPTIONS})", create_new), into="Tensor")


def _zeros(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    charge_array(shape, dtype.itemsize)
    return np.zeros(shape, dtype)


def _ones(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    charge_array(shape, dtype.itemsize)
    return np.ones(shape, dtype)


def _full_array(shape: tuple[int, ...], value: Any, dtype: DType | None) -> np.ndarray:
    if isinstance(value, Tensor):
        value = value.array.item()
    kind = dtypes.of_scalar(value) if dtype is None else dtype
    charge_array(shape, kind.itemsize)
    return np.full(shape, number_in(kind.np, value))


def _empty(size: tuple[int, ...], memory_format: Any, *options: Any) -> Tensor:
    """A tensor of the given shape, with values of no meaning (zeros, in fact)."""
    made_plain = made(_zeros(sizes("empty", size), (options[0] or dtypes.default.dtype).np), bool(options[-1]))
    return made_plain if memory_format is None else relaid(made_plain, made_plain.array, memory_format)


def _full(
    size: tuple[int, ...], value: Any, dtype: DType | None, layout: Any, device: Any, pin: bool, requires_grad: bool
) -> Tensor:
    """A tensor of the given shape filled with one value, whose type decides the dtype unless it is given."""
    return made(_full_array(sizes("full", size), value, dtype), requires_grad)


def _full_like(
    input: Tensor, value: Any, memory_format: Any, dtype: DType | None, layout: Any, device: Any, pin: bool, grad: bool
) -> Tensor:
    """A tensor of the shape and dtype of another, filled with one value."""
    array = _full_array(input.array.shape, value, dtype or input.dtype)
    return _like(relaid(made(array, grad), input.array, memory_format), input)


def _new_full(
    input: Tensor,
    size: tuple[int, ...],
    value: Any,
    dtype: DType | None,
    layout: Any,
    device: Any,
    pin: bool,
    grad: bool,
) -> Tensor:
    """A tensor of the given shape and of this one's dtype, filled with one value."""
    return _like(made(_full_array(sizes("full", size), value, dtype or input.dtype), grad), input)


def _new_tensor(input: Tensor, data: Any, dtype: DType | None, device: Any, requires_grad: bool) -> Tensor:
    """A tensor of numbers in this one's dtype."""
    return made(array_from(data, dtype or input.dtype), requires_grad)


def _number(value: Any) -> Any:
    if isinstance(value, Tensor) and value.array.size != 1:
        raise RuntimeError(f"a Tensor with {value.array.size} elements cannot be converted to Scalar")
    return value.array.item() if isinstance(value, Tensor) else value


def _arange(
    start: Any, end: Any, step: Any, dtype: DType | None, layout: Any, device: Any, pin: bool, requires_grad: bool
) -> Tensor:
    """Numbers from ``start`` up to, not including, ``end`` by ``step``: integers where all three are."""
    if dtype is None and start.__class__ is end.__class__ is step.__class__ is int and _is_usual(start, end, step):
        charge_array(((end - start) // step,))
        return made(np.arange(start, end, step, dtype=np.int64), requires_grad)
    start, end, step = _number(start), _number(end), _number(step)
    if dtype is None:
        whole = all(isinstance(v, int) for v in (start, end, step))
        dtype = dtypes.int64 if whole else dtypes.default.dtype
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if (step > 0 and start > end) or (step < 0 and start < end):
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if dtype.category == dtypes.INTEGER and (_CUTS.value or all(isinstance(v, int) for v in (start, end, step))):
        start, end, step = (number_in(_LONG, v).item() for v in (start, end, step))
        if not step:
            raise ValueError("step must be nonzero")
        count = -((start - end) // step)
    else:
        if not math.isfinite(size := (end - start) / step) or size >= 2.0**63:
            raise RuntimeError("invalid size, possible overflow?")
        count = math.ceil(size)
        if dtype.category == dtypes.INTEGER:
            start, step = (number_in(_LONG, v).item() for v in (start, step))
    charge_array((count,), dtype.itemsize)
    if dtype is dtypes.bool_ or dtype.category == dtypes.COMPLEX or dtype in dtypes.FLOAT8:
        not_implemented_for("arange_cpu", np.empty(0, dtype.np))
    check_usual("arange_cpu", np.empty(0, dtype.np))
    if dtype.category == dtypes.FLOATING:
        return made(away_if(count > MANY, stepped, start, step, count, dtype.np), requires_grad)
    wide = np.int64 if dtype.category == dtypes.INTEGER else np.float64
    if step and max(abs(start), abs(start + count * step)) < 1 << 62:
        numbers = np.arange(int(start), int(start + count * step), int(step), dtype=np.int64)
        return made(numbers.astype(dtype.np, copy=False), requires_grad)
    values = np.arange(count, dtype=wide) * wide(step) + wide(start)
    return made(values.astype(dtype.np), requires_grad)


def _is_usual(start: int, end: int, step: int) -> bool:
    """Whether three integers are a range, and far from where they would overflow."""
    most = 1 << 31
    return (step > 0) == (end > start) and step != 0 and -most < start < most > end > -most < step < most


def _linspace(
    start: Any, end: Any, steps: int, dtype: DType | None, layout: Any, device: Any, pin: bool, requires_grad: bool
) -> Tensor:
    """``steps`` evenly spaced numbers from ``start`` to ``end``, both included."""
    start, end = _ends("linspace", start, end)
    return made(_spaced(start, end, steps, dtype), requires_grad)


def _ends(name: str, start: Any, end: Any) -> tuple[Any, Any]:
    """Both ends as numbers. Raises RuntimeError for tensors with dimensions."""
    ranks = {what: v.array.ndim for what, v in (("start", start), ("end", end)) if isinstance(v, Tensor)}
    if any(ranks.values()):
        given = " and ".join(f"{what} with {ndim} dimension(s)" for what, ndim in ranks.items())
        raise RuntimeError(f"{name} only supports 0-dimensional start and end tensors, but got {given}.")
    return _number(start), _number(end)


def _spaced(start: Any, end: Any, steps: int, dtype: DType | None) -> np.ndarray:
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    charge_array((steps,))
    if dtype is None:
        dtype = dtypes.default.dtype
        if isinstance(start, complex) or isinstance(end, complex):
            dtype = dtypes.complex_of(dtype)
    elif dtype.category < dtypes.COMPLEX and (isinstance(start, complex) or isinstance(end, complex)):
        raise RuntimeError(
            f"torch.linspace(): inferred dtype {dtypes.complex_of(dtypes.default.dtype).cpp_name} can't be safely cast "
            f"to passed dtype {dtype.type_name}"
        )
    if dtype is dtypes.bool_ or dtype in dtypes.FLOAT8:
        not_implemented_for("linspace_cpu", np.empty(0, dtype.np))
    if steps > 1:
        check_usual("linspace_cpu", np.empty(0, dtype.np))
    if steps == 1:
        return number_in(dtype.np, start).reshape(1)
    if not steps:
        return np.empty(0, dtype.np)
    first, last = number_in(dtype.np, start), number_in(dtype.np, end)
    if dtype.category >= dtypes.FLOATING:  # in the result's own precision, as PyTorch's kernel computes it
        step = (last - first) / np.array(steps - 1, dtype.np)
    else:
        step = np.array((float(last) - float(first)) / (steps - 1))
    found: np.ndarray = away_if(steps > MANY, spaced, first, last, np.asarray(step), steps)
    return found.astype(dtype.np, copy=False)


def _logspace(
    start: Any, end: Any, steps: int, base: float, dtype: DType | None, layout: Any, device: Any, pin: bool, grad: bool
) -> Tensor:
    """``steps`` numbers from ``base ** start`` to ``base ** end``, evenly spaced in their logarithm."""
    kind = dtype or dtypes.default.dtype
    if kind in dtypes.FLOAT8:
        not_implemented_for("logspace_cpu", np.empty(0, kind.np))
    bounds = [number_in(kind.np, x).item() for x in _ends("logspace", start, end)]
    if steps > 1:
        check_usual("logspace_cpu", np.empty(0, kind.np))
    wide = dtypes.complex128 if kind.category == dtypes.COMPLEX else dtypes.float64
    exponents = _spaced(bounds[0], bounds[1], steps, wide)
    powers: Any = away_if(steps > MANY, np.power, complex(base) if kind.category == dtypes.COMPLEX else base, exponents)
    return made(powers.astype(kind.np), grad)


def _eye(n: int, dtype: DType | None, layout: Any, device: Any, pin: bool, requires_grad: bool) -> Tensor:
    """The identity matrix."""
    return _eye_wide(n, n, dtype, layout, device, pin, requires_grad)


def _eye_wide(n: int, m: int, dtype: DType | None, layout: Any, device: Any, pin: bool, requires_grad: bool) -> Tensor:
    """A matrix with ones on its diagonal."""
    for name, size in (("n", n), ("m", m)):
        if size < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {size}")
    charge_array((n, m))
    kind = (dtype or dtypes.default.dtype).np
    check_usual("eye", np.empty(0, kind))
    return made(np.eye(n, m, dtype=kind), requires_grad)


def _scalar_tensor(value: Any, dtype: DType | None, layout: Any, device: Any, pin: bool, grad: bool) -> Tensor:
    """A 0-d tensor of one number, in the default dtype unless another is given."""
    return made(scalar_in((dtype or dtypes.default.dtype).np, value), grad)


define(
    "tensor",
    (
        "(object data, *, ScalarType? dtype=None, Device? device=None, bool pin_memory=False, "
        "bool requires_grad=False)",
        _tensor,
    ),
)
define("as_tensor", ("(object data, *, ScalarType? dtype=None, Device? device=None)", _as_tensor), aliases=("asarray",))
_filled("zeros", _zeros, "filled with zeros")
_filled("ones", _ones, "filled with ones")
define("empty", (f"(IntList size, *, MemoryFormat? memory_format=None, {OUT_OPTIONS})", _empty))
_filled("empty", _zeros, "with values of no meaning (zeros, in fact)")
define("full", (f"(IntList size, Scalar fill_value, *, {OUT_OPTIONS})", _full))
define("full_like", (f"(Tensor input, Scalar fill_value, *, MemoryFormat? memory_format=None, {OPTIONS})", _full_like))
define("new_full", (f"(Tensor input, IntList size, Scalar fill_value, *, {OPTIONS})", _new_full), into="Tensor")
define(
    "new_tensor",
    (
        "(Tensor input, object data, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False)",
        _new_tensor,
    ),
    into="Tensor",
)
define(
    "arange",
    (f"(Scalar end, *, {OUT_OPTIONS})", lambda end, *options: _arange(0, end, 1, *options)),
    (f"(Scalar start, Scalar end, *, {OPTIONS})", lambda start, end, *options: _arange(start, end, 1, *options)),
    (f"(Scalar start, Scalar end, Scalar step=1, *, {OUT_OPTIONS})", _arange),
)

#: Either bound may be a 0-d tensor; the overloads differ in nothing else.
_BOUNDS = (
    "Tensor start, Tensor end",
    "Scalar start, Tensor end",
    "Tensor start, Scalar end",
    "Scalar start, Scalar end",
)
define("linspace", *((f"({bounds}, int steps, *, {OUT_OPTIONS})", _linspace) for bounds in _BOUNDS))
define("logspace", *((f"({bounds}, int steps, float base=10.0, *, {OUT_OPTIONS})", _logspace) for bounds in _BOUNDS))
define("eye", (f"(int n, *, {OUT_OPTIONS})", _eye), (f"(int n, int m, *, {OUT_OPTIONS})", _eye_wide))
define("scalar_tensor", (f"(Scalar s, *, {OPTIONS})", _scalar_tensor))


# -- indices of triangles ----------------------------------------------------------------------------------------


def _triangle(name: str, find: Callable[[int, int, int], tuple[np.ndarray, np.ndarray]], doc: str) -> None:
    def create(row: int, col: int, offset: int, dtype: DType | None, *options: Any) -> Tensor:
        for what, size in (("row", row), ("col", col)):
            if size < 0:
                raise RuntimeError(f"{what} must be non-negative, got{size}")
        if dtype is not None and dtype not in (dtypes.int64, dtypes.int32):
            raise NotImplementedError(f"\"{name}\" not implemented for '{dtype.type_name}'")
        charge_array((row, col), 17)  # a mask of it, and two indices for each element
        rows, columns = find(row, col, offset)
        return made(np.stack([rows, columns]).astype((dtype or dtypes.int64).np), False)

    create.__doc__ = doc
    define(name, (f"(int row, int col, int offset=0, *, {OPTIONS})", create))


_triangle(
    "tril_indices", lambda n, m, k: np.tril_indices(n, k, m), "Row and column of each element on and below a diagonal."
)
_triangle(
    "triu_indices", lambda n, m, k: np.triu_indices(n, k, m), "Row and column of each element on and above a diagonal."
)
