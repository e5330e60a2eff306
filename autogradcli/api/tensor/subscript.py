"""``x[...]`` and ``x[...] = value``: what an index means, part by part, as views and index operations.

An index is a tuple of parts. Integers select, slices and None make views; what is left (lists, masks, index tensors)
is done by one ``index`` at the end. A list counts as a tuple where it holds slices, None, tensors or lists, else as
an index tensor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...engine.inplace import check_inplace, inplace
from ...engine.state import state
from ...engine.tensor import MetaTensor, Tensor, wrap
from ...engine.worlds import TENSORS
from ...numerics import dtypes
from ...numerics.numbers import number_in
from ...operations.shape.copies import copy, fill_tensor
from ...operations.shape.slicing import select, slice_, unbind
from ...operations.shape.view import alias, expand, unsqueeze, view
from ..arrays.values import NumPyArray, NumPyScalar
from ..calls.argument_types import type_name
from ..calls.call_plans import check_numbers, hooks

_ZERO_DIM = (
    "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert "
    "a 0-dim tensor to a number"
)
#: The scalars of NumPy's that are Python's floats and complex numbers, too, and its integers: others can't be assigned.
_NUMBERS_TOO = "dDbhilqBHILQ"
_AS_TUPLE = (Tensor, list, tuple, slice, type(...), type(None))


def getitem(self: Tensor, index: Any) -> Any:
    """``self[index]``. Raises IndexError, TypeError or ValueError, in PyTorch's words, for what is no index of it."""
    kind = index.__class__
    if kind is int:
        return select(self, 0, _checked(self, 0, 0, index))
    if kind is slice:
        if not self.array.ndim:
            raise IndexError("slice() cannot be applied to a 0-dim tensor.")
        start, stop, step = _bounds(index)
        return slice_(self, 0, start, stop, step)
    if index is None:
        return unsqueeze(self, 0)
    if index is ...:
        return alias(self)
    place, indices = _resolve(self, _parts(index))
    if indices:
        return TENSORS.index(place, indices)
    return alias(self) if place is self else place


def setitem(self: Tensor, index: Any, value: Any) -> None:
    """``self[index] = value``, in place. Raises as ``getitem``, and where the value doesn't fit."""
    if value.__class__ is not Tensor:
        if self.node is None and self.meta is None and _written_directly(self, index, value):
            return
        value = _as_value(self, value)
    if index is False:
        return
    if index is True:
        _copy_to(unsqueeze(self, 0), value)
        return
    place, indices = _resolve(self, _parts(index))
    if indices:
        shape = value.array.shape
        kept = _without_leading_ones(shape)
        inplace(TENSORS.index_put, place, indices, value if kept == shape else view(value, kept), False)
    else:
        _copy_to(place, value)


def _written_directly(self: Tensor, index: Any, value: Any) -> bool:
    """Write a number at an integer place of a tensor that nothing else knows of, as loops that fill one do."""
    array = self.array
    kind = value.__class__
    if (kind is not float and kind is not int) or array.dtype.kind != "f" or state.special:
        return False
    places = index if index.__class__ is tuple else (index,)
    if len(places) != array.ndim or not all(p.__class__ is int for p in places):
        return False
    if (kind is int and not -(2**24) <= value <= 2**24) or (array.itemsize < 8 and not abs(value) <= 1e38):
        return False
    try:
        array[places] = value
    except IndexError:
        return False
    self.bump()
    return True


# -- what an index means -----------------------------------------------------------------------------------


def _parts(index: Any) -> tuple[Any, ...]:
    if index.__class__ is tuple:
        return index
    if isinstance(index, list) and len(index) < 32 and any(isinstance(p, _AS_TUPLE) for p in index):
        state.warn(
            "UserWarning",
            "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in pytorch "
            "2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as tensor index, "
            "x[torch.tensor(seq)], which will result either in an error or a different result (Triggered internally at "
            "/__w/pytorch/pytorch/torch/csrc/autograd/python_variable_indexing.cpp:349.)",
        )
        return tuple(index)
    return (index,)


def _resolve(self: Tensor, parts: tuple[Any, ...]) -> tuple[Tensor, list[Tensor | None]]:
    """The view that the parts make, and the index tensors for what is left to be picked from it."""
    parts = tuple(_prepared(part) for part in parts)
    ndim = self.array.ndim
    used = sum(map(_dimensions, parts))
    if used > ndim:
        if not ndim and len(parts) == 1 and not isinstance(parts[0], Tensor):
            _checked(self, 0, 0, parts[0]) if isinstance(parts[0], int) else _no_slice()
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    place: Any = self
    indices: list[Tensor | None] = []
    dim = real = 0  # among the dimensions of the view, and of the tensor
    for part in parts:
        kind = part.__class__
        if kind is int:
            place = select(place, dim, _checked(place, dim, real, part))
            real += 1
        elif kind is slice:
            start, stop, step = _bounds(part)
            size = place.array.shape[dim]
            if not (start in (None, 0) and (stop is None or stop >= size) and step == 1):
                place = slice_(place, dim, start, stop, step)
            indices.append(None)
            dim += 1
            real += 1
        elif part is ...:
            skipped = ndim - used
            indices += [None] * skipped
            dim += skipped
            real += skipped
            used = ndim  # a further ellipsis means nothing
        elif part is None:
            place = unsqueeze(place, dim)
            indices.append(None)
            dim += 1
        elif kind is bool or (not part.array.ndim and part.array.dtype.kind == "b"):
            place = unsqueeze(place, dim)
            indices.append(wrap(np.arange(int(bool(part if kind is bool else part.array)))))
            dim += 1
        else:
            consumed = _dimensions(part)
            if isinstance(part, Tensor) and part.array.dtype == np.uint8:
                state.warn("UserWarning", _BYTES)
            indices.append(part)
            dim += consumed
            real += consumed
    while indices and indices[-1] is None:
        indices.pop()
    return place, indices


def _prepared(part: Any) -> Any:
    """A part of an index in one of the forms int, bool, slice, None, ``...``, tensor of indices or mask."""
    if part is None or part is ... or isinstance(part, (int, slice)):
        if part.__class__ is int and not -(2**63) <= part < 2**63:
            raise ValueError("Overflow when unpacking long long")
        return part
    if isinstance(part, Tensor):
        array = part.array
        if not array.ndim and array.dtype.kind in "iu" and array.__class__ is np.ndarray:  # under vmap each row's own
            return bool(array) if array.dtype == np.uint8 else int(array)
        if array.dtype.char not in dtypes.INDEXING:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        return part
    if isinstance(part, NumPyScalar) and part.array.dtype.kind in "iu":
        return int(part.array)
    if type(part) is NumPyArray:
        return _prepared(wrap(part.array))
    if isinstance(part, (list, tuple, range, str)):
        try:
            made = hooks.to_tensor(list(part) if isinstance(part, range) else part)
        except ValueError as error:
            if "'str'" not in str(error):
                raise
            raise TypeError("new(): invalid data type 'str'") from None
        if made.array.dtype.kind == "c":
            raise TypeError("'complex' object cannot be interpreted as an integer")
        if made.array.dtype.kind not in "b":
            made = wrap(made.array.astype(np.int64))
        return made
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
        f"(got {type_name(part)})"
    )


_BYTES = (
    "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead. (Triggered internally "
    "at /__w/pytorch/pytorch/aten/src/ATen/native/IndexingUtils.h:37.)"
)


def _dimensions(part: Any) -> int:
    """How many dimensions of the tensor a part takes up."""
    if part is None or part is ... or part is True or part is False:
        return 0
    if isinstance(part, MetaTensor) and part.array.dtype.kind == "b":
        check_numbers("nonzero", (part,))
    if isinstance(part, Tensor) and (part.array.dtype.kind == "b" or part.array.dtype == np.uint8):
        return part.array.ndim
    return 1


def _checked(place: Tensor, dim: int, real: int, index: int) -> int:
    """An index that exists. ``real`` is the dimension as the program counts it."""
    shape = place.array.shape
    if not shape:
        if index == 0:
            raise IndexError(_ZERO_DIM)
        raise IndexError(f"index {index} is out of bounds for dimension 0 with size 0")
    size = shape[dim]
    if -size <= index < size:
        return index
    if not -(2**63) <= index < 2**63:
        raise ValueError("Overflow when unpacking long long")
    raise IndexError(f"index {index} is out of bounds for dimension {real} with size {size}")


def _no_slice() -> None:
    raise IndexError("slice() cannot be applied to a 0-dim tensor.")


def _bounds(part: slice) -> tuple[int | None, int | None, int]:
    step = _bound(part.step)
    if step is None:
        step = 1
    elif step <= 0:
        raise ValueError("slice step cannot be zero" if step == 0 else "step must be greater than zero")
    return _bound(part.start), _bound(part.stop), step


def _bound(value: Any) -> int | None:
    if value is None or value.__class__ is int:
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (Tensor, NumPyScalar)) and value.array.size == 1 and value.array.dtype.kind in "iub":
        return int(value.array.reshape(()))
    raise TypeError("slice indices must be integers or None or have an __index__ method")


# -- what is written ---------------------------------------------------------------------------------------


def _without_leading_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    for k, n in enumerate(shape):
        if n != 1:
            return shape[k:]
    return ()


def _copy_to(place: Tensor, value: Tensor) -> None:
    shape = value.array.shape
    if shape == place.array.shape:
        inplace(copy, place, value)
    elif not shape:
        inplace(fill_tensor.in_place, place, value)
    else:
        check_inplace(place)
        value = view(value, _without_leading_ones(shape))
        inplace(copy, place, value if value.array.shape == place.array.shape else expand(value, place.array.shape))


def _as_value(self: Tensor, value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value
    if isinstance(value, NumPyScalar) and value.array.dtype.char in _NUMBERS_TOO:
        value = value.array.item()
    if isinstance(value, (int, float, complex)):
        if self.array.itemsize == 2 and self.dtype.is_floating_point:  # which PyTorch puts into a double first
            return wrap(number_in(np.dtype(np.float64), value).astype(self.array.dtype))
        return wrap(number_in(self.array.dtype, value))
    raise TypeError(f"can't assign a {type_name(value)} to a torch.{self.dtype.type_name}Tensor")


# -- the rest of a sequence --------------------------------------------------------------------------------


def length(self: Tensor) -> int:
    """The size of the first dimension. Raises TypeError for a 0-d tensor."""
    if not self.array.ndim:
        raise TypeError("len() of a 0-d tensor")
    return len(self.array)


def iterate(self: Tensor) -> Iterator[Any]:
    """The parts along the first dimension. Raises TypeError for a 0-d tensor."""
    if not self.array.ndim:
        raise TypeError("iteration over a 0-d tensor")
    if not self.array.shape[0]:
        return iter(())
    return iter(unbind(self, 0))


def contains(self: Tensor, element: Any) -> bool:
    """Whether an element equals this. Raises RuntimeError for what is neither a tensor nor a number."""
    if isinstance(element, Tensor):
        element = element.array
    elif not isinstance(element, (int, float, complex)):
        raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")
    return bool(np.any(self.array == element))


def install() -> None:
    """Attach them to ``Tensor``."""
    for name, function in (
        ("__getitem__", getitem), ("__setitem__", setitem), ("__len__", length), ("__iter__", iterate),
        ("__contains__", contains),
    ):  # fmt: skip
        setattr(Tensor, name, function)


install()
