"""``torch.tensor``: arrays out of numbers and nested sequences, by PyTorch's rules and with its errors."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any, NoReturn

import numpy as np

from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.limits import check_numbers, run
from ..arrays.values import NumPyArray, NumPyScalar

#: Numbers that become an array in one call.
_BLOCK = 1 << 20

_ARRAYS = (Tensor, NumPyArray)
_SEQUENCES = (list, tuple, range, deque)
_SCALARS = (bool, int, float, complex)


def array_from(data: Any, dtype: DType | None = None) -> np.ndarray:
    """An array of nested data: the dtype given, or bool, int64, the default floating or complex one by content.

    Raises TypeError, ValueError or RuntimeError for data that is ragged, of no numeric type, or too large.
    """
    if isinstance(data, (Tensor, NumPyArray, NumPyScalar)):
        array = np.asarray(data.array)
        return np.array(array if dtype is None else cast(array, dtype), order="C")
    said = dtype
    if said is None and isinstance(data, _SEQUENCES) and _has_arrays(data):
        said = _promoted(data)
    shape = _shape(data)
    check_numbers(shape)
    flat: list[Any] = []
    if 0 in shape:  # nothing is looked at but for its dtype
        return np.empty(shape, (said or _promoted(data)).np)
    try:
        _flatten(data, shape, 0, flat, said)
    except RuntimeError as error:
        if dtype is None or not str(error).startswith(_NO_DTYPE):
            raise
        raise _no_number(str(error).removeprefix(_NO_DTYPE), dtype) from None
    return _fill(flat, said or _of_kinds(_kinds(flat))).reshape(shape)


def plain_array(data: Any) -> np.ndarray | None:
    """What ``array_from`` makes of a float, or of a short list of floats, where the default dtype is float32 or
    float64; None for all else. Most tensors of a program are written so, and this takes a fraction of the time."""
    if data.__class__ is not float and not (
        data.__class__ is list and len(data) <= _SHORT and {*map(type, data)} == _FLOATS
    ):
        return None
    default = dtypes.default.dtype
    return np.array(data, default.np) if default.itemsize >= 4 else None


#: Elements up to which looking at each costs less than the general way.
_SHORT = 64
_FLOATS = {float}


def cast(array: np.ndarray, dtype: DType) -> np.ndarray:
    """Values in another dtype, as C casts them: complex to real drops the imaginary part."""
    if array.dtype.kind == "c" and dtype.category < dtypes.COMPLEX:
        array = array.real
    if array.dtype.kind == "f" and dtype.category == dtypes.INTEGER and dtype.itemsize < 8:
        return array.astype(np.int64).astype(dtype.np)  # wraps around as PyTorch's kernels do
    return dtypes.cast_to(array, dtype.np)


def _shape(data: Any) -> tuple[int, ...]:
    """The shape that the first of each level has. An array of NumPy's is a sequence in this, a tensor is a number."""
    shape: list[int] = []
    seen = 0
    while isinstance(data, (*_SEQUENCES, NumPyArray)):
        if isinstance(data, NumPyArray):
            if not data.array.ndim:
                raise TypeError("len() of unsized object")
            shape += data.array.shape
            break
        shape.append(len(data))
        if not data:
            break
        data = data[0]
        seen += 1
        if seen > 128:
            raise ValueError("too many dimensions 'list'")
    if isinstance(data, str):
        if seen and data:  # a text is a sequence of texts, which are sequences
            raise ValueError("too many dimensions 'str'")
        raise TypeError("new(): invalid data type 'str'")
    return tuple(shape)


def _flatten(data: Any, shape: tuple[int, ...], dim: int, out: list[Any], dtype: DType | None) -> None:
    if dim == len(shape):
        out.append(_scalar(data, dtype))
        return
    if isinstance(data, _ARRAYS):
        data = _rows(data, len(shape) - dim, dtype)
    if not isinstance(data, (*_SEQUENCES, str)):
        raise TypeError("not a sequence")
    if len(data) != shape[dim]:
        raise ValueError(f"expected sequence of length {shape[dim]} at dim {dim} (got {len(data)})")
    if dim == len(shape) - 1:
        if type(data) is list and data and _plain(data):
            out += data
            return
        for value in data:
            out.append(_scalar(value, dtype))
        return
    for value in data:
        _flatten(value, shape, dim + 1, out, dtype)


def _rows(data: Any, levels: int, dtype: DType | None) -> Any:
    """A tensor, or an array of NumPy's, as nested lists of so many levels at most: below, each is a number."""
    array = data.array
    if array.ndim > levels:
        array = array.reshape((*array.shape[:levels], -1))
        if array.shape[-1] != 1:
            _check_one(data, dtype)
        array = array[..., 0]
    if isinstance(data, Tensor) and array.size:
        _check_kind(data, dtype)
        warn_scalar(data)
    return array.tolist()


def _plain(data: list[Any]) -> bool:
    kinds = set(map(type, data))
    return kinds <= {int, float, bool}


def warn_scalar(self: Tensor) -> None:
    """PyTorch's warning where a number is read out of a tensor that has a history."""
    if self.node is not None and state.grad:
        state.warn_once(
            "UserWarning",
            "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
            "Consider using tensor.detach() first. (Triggered internally at "
            "/__w/pytorch/pytorch/torch/csrc/autograd/generated/python_variable_methods.cpp:820.)",
        )


def _check_one(value: Any, dtype: DType | None) -> NoReturn:
    """Say that this has more than the one number that is needed."""
    whole = dtype is not None and dtype.category <= dtypes.INTEGER
    if isinstance(value, Tensor):
        if whole:
            raise TypeError(_ONE_INTEGER)
        raise ValueError("only one element tensors can be converted to Python scalars")
    if whole:
        raise TypeError("only integer scalar arrays can be converted to a scalar index")
    raise TypeError("only 0-dimensional arrays can be converted to Python scalars")


def _check_kind(value: Tensor, dtype: DType | None) -> None:
    """Raise where the numbers of a tensor aren't ones of the dtype's kind: an index is asked of it, or a float."""
    category = dtypes.COMPLEX if dtype is None else dtype.category
    if category <= dtypes.INTEGER and value.dtype.category > dtypes.INTEGER:
        raise TypeError(_ONE_INTEGER)
    if category == dtypes.FLOATING and value.dtype.category == dtypes.COMPLEX and value.array.imag.any():
        raise RuntimeError("value cannot be converted to type double without overflow")


_ONE_INTEGER = "only integer tensors of a single element can be converted to an index"


def _scalar(value: Any, dtype: DType | None) -> Any:
    if isinstance(value, _SCALARS):
        return value
    if isinstance(value, Tensor):
        if value.array.size != 1:
            _check_one(value, dtype)
        _check_kind(value, dtype)
        warn_scalar(value)
        number = value.array.item()
        real = dtype is not None and dtype.category == dtypes.FLOATING and type(number) is complex
        return number.real if real else number
    if isinstance(value, NumPyArray) and value.array.ndim:
        _check_one(value, dtype)
    if isinstance(value, (NumPyArray, NumPyScalar)):
        return value.array.item()
    if type(value).__name__ in ("str", "bytes"):
        raise TypeError(f"new(): invalid data type '{type(value).__name__}'")
    if isinstance(value, _SEQUENCES):
        raise _no_number(type(value).__name__, dtype or dtypes.int64)
    raise RuntimeError(f"{_NO_DTYPE}{type(value).__name__}")


_NO_DTYPE = "Could not infer dtype of "


def _no_number(name: str, dtype: DType) -> TypeError:
    """What PyTorch says of a value that is no number where the dtype is given."""
    if dtype.category >= dtypes.FLOATING:
        return TypeError(f"must be real number, not {name}")
    return TypeError(f"'{name}' object cannot be interpreted as an integer")


def _of_kinds(kinds: set[type]) -> DType:
    """The dtype of Python's numbers of these types."""
    if complex in kinds:
        return dtypes.complex_of(dtypes.default.dtype)
    if float in kinds or not kinds:
        return dtypes.default.dtype
    if int in kinds:
        return dtypes.int64
    return dtypes.bool_


def _promoted(data: Any) -> DType:
    """The dtype to which all of nested data are promoted. Raises TypeError or RuntimeError for what has none."""
    found: set[DType] = set()
    others: set[type] = set()
    for level in _levels(data):
        if type(level) is range:
            others.add(int)
            continue
        if not level:
            found.add(dtypes.default.dtype)
        for each in level:
            if isinstance(each, (NumPyArray, NumPyScalar)):
                found.add(dtypes.of(each.array))
            elif isinstance(each, Tensor):
                found.add(each.dtype)
            elif isinstance(each, _SCALARS):
                others.add(type(each))
            elif not isinstance(each, _SEQUENCES):
                _scalar(each, None)
    if others:
        found.add(_of_kinds(others))
    return reduce(dtypes.promote_types, found)


def _has_arrays(data: Any) -> bool:
    """Whether tensors, or arrays or scalars of NumPy's, are among nested data."""
    return any(
        issubclass(kind, (NumPyArray, NumPyScalar, Tensor))
        for level in _levels(data)
        if type(level) is not range
        for kind in {*map(type, level)} - _PLAIN
    )


def _levels(data: Any) -> Iterator[Any]:
    """The sequences in one another, each once: one may hold itself."""
    pending, seen = [data], {id(data)}
    while pending:
        run.poll()
        level = pending.pop()
        yield level
        if type(level) is range or _PLAIN.issuperset(map(type, level)):
            continue
        for each in level:
            if isinstance(each, _SEQUENCES) and id(each) not in seen:
                seen.add(id(each))
                pending.append(each)


_PLAIN = frozenset({int, float, bool, complex})


def _array(flat: list[Any], dtype: np.dtype) -> np.ndarray:
    """The numbers as an array, many of them in blocks: one call in C for all could not be interrupted."""
    if len(flat) <= _BLOCK:
        return np.array(flat, dtype=dtype)
    out = np.empty(len(flat), dtype)
    for start in range(0, len(flat), _BLOCK):
        run.poll()
        out[start : start + _BLOCK] = flat[start : start + _BLOCK]
    return out


def _kinds(flat: Sequence[Any]) -> set[type]:
    if len(flat) <= _BLOCK:
        return set(map(type, flat))
    kinds: set[type] = set()
    for start in range(0, len(flat), _BLOCK):
        run.poll()
        kinds.update(map(type, flat[start : start + _BLOCK]))
    return kinds


def _fill(flat: list[Any], dtype: DType) -> np.ndarray:
    category = dtype.category
    if category == dtypes.FLOATING:
        if any(type(v) is complex for v in flat):
            raise TypeError("must be real number, not complex")
        try:
            return dtypes.cast_to(_array(flat, np.dtype(np.float64)), dtype.np)
        except OverflowError:
            raise ValueError("Overflow when unpacking long long") from None
    if category == dtypes.COMPLEX:
        return _array(flat, dtype.np)
    if category == dtypes.BOOL:
        return np.array([bool(v) for v in flat], dtype=np.bool_)
    return _integers(flat, dtype)


def _integers(flat: list[Any], dtype: DType) -> np.ndarray:
    numbers = [v if type(v) is int else _to_int(v, dtype) for v in flat]
    try:
        if dtype is dtypes.uint64 and numbers and min(numbers) >= 0:
            return _array(numbers, dtype.np)
        wide = _array(numbers, np.dtype(np.int64))
    except OverflowError:
        raise ValueError("Overflow when unpacking long long") from None
    info = np.iinfo(dtype.np)
    low = -info.max - 1 if info.min == 0 else info.min  # PyTorch lets small negatives wrap in unsigned dtypes
    if wide.size and dtype is not dtypes.int64 and ((wide < low).any() or (wide > min(info.max, 2**63 - 1)).any()):
        raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")
    return wide.astype(dtype.np)


def _to_int(value: Any, dtype: DType) -> int:
    if isinstance(value, complex):
        raise TypeError("'complex' object cannot be interpreted as an integer")
    try:
        return int(value)
    except (OverflowError, ValueError):
        raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow") from None


def to_tensor(data: Any) -> Tensor:
    """The calculator's extension: a number or nested list as a tensor."""
    return wrap(array_from(data))
