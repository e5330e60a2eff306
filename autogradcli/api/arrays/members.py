"""Methods and attributes of arrays and scalars, and what of PyTorch's takes them: ``torch.from_numpy``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ..calls.argument_types import type_name
from ..calls.registry import Method, Property, attributes_of
from . import costs, operators  # which attaches the operators
from .calls import Call, Cost, charge, needed_dtype, perform
from .gate import listed, taken
from .kinds import NumPyDType, give
from .values import NumPyArray, NumPyScalar

_array = attributes_of(NumPyArray)
_scalar = attributes_of(NumPyScalar)


def _method(name: str, cost: Cost, *, writes: bool = False) -> Method:
    kernel: Callable[..., Any] = getattr(np.ndarray, name)
    call = Call(name, kernel, cost, writes=writes, text=True)
    return Method(lambda self, *args, **kwargs: call(self, *args, **kwargs))


_NAMES_1 = (
    "sum prod mean std var min max argmin argmax any all cumsum cumprod ravel flatten reshape transpose "
    "squeeze swapaxes diagonal trace round clip conj conjugate copy argsort argpartition nonzero compress"
)
for _name in _NAMES_1.split():
    _array[_name] = _method(_name, costs.linear(3, 4))
for _name in ("take", "choose"):
    _array[_name] = _method(_name, costs.choosing)
_array["dot"] = _method("dot", costs.product)
_array["repeat"] = _method("repeat", costs.repeated)
_array["searchsorted"] = _method("searchsorted", costs.linear(3, 8))
for _name in ("sort", "fill", "partition", "put"):
    _array[_name] = _method(_name, costs.linear(1), writes=True)


def _astype(
    self: Any, dtype: Any, order: Any = "K", casting: Any = "unsafe", subok: Any = True, copy: Any = True
) -> Any:
    """The same values in another dtype."""
    array = self.array
    kind = needed_dtype(dtype)
    if copy is False and array.dtype == kind:
        return self
    if casting not in ("no", "equiv", "safe", "same_kind", "unsafe"):
        raise ValueError("casting must be one of 'no', 'equiv', 'safe', 'same_kind', or 'unsafe'")
    charge(array.size)
    return give(perform(array.astype, kind, casting=casting))


def _tolist(self: Any) -> Any:
    """The values as nested lists of Python numbers."""
    return listed(self.array)


def _item(self: Any, *args: Any) -> Any:
    """The one element, or that at an index, as a Python number."""
    return perform(self.array.item, *[taken(each, "item") for each in args])


def _view(self: Any, dtype: Any = None) -> Any:
    """The same memory again; as another dtype: its bytes read anew."""
    return give(perform(self.array.view, needed_dtype(dtype)) if dtype is not None else self.array.view())


def _resize(self: Any, *shape: Any) -> Any:
    raise ValueError("an array can't be resized in place here: numpy.resize makes another")


def _set_shape(self: Any, shape: Any) -> None:
    self.array = perform(self.array.reshape, taken(shape, "shape"))


def _set_flat(self: Any, values: Any) -> None:
    perform(lambda: self.array.flat.__setitem__(slice(None), taken(values, "flat")))


_array["astype"] = _scalar["astype"] = Method(_astype)
_array["tolist"] = _scalar["tolist"] = Method(_tolist)
_array["item"] = _scalar["item"] = Method(_item)
_array["view"] = Method(_view)
_array["resize"] = Method(_resize)
_array["shape"] = Property(lambda a: a.array.shape, _set_shape)
_array["flat"] = Property(lambda a: operators.iterate(NumPyArray(a.array.reshape(-1))), _set_flat)
_array["T"] = Property(lambda a: give(a.array.T))
_array["mT"] = Property(lambda a: give(perform(lambda: a.array.mT)))
_array["strides"] = Property(lambda a: a.array.strides)
_array["real"] = Property(lambda a: give(a.array.real), lambda a, new: perform(np.copyto, a.array.real, taken(new)))
_array["imag"] = Property(lambda a: give(a.array.imag), lambda a, new: perform(np.copyto, a.array.imag, taken(new)))
_scalar["real"] = Property(lambda a: give(a.array.real))
_scalar["imag"] = Property(lambda a: give(a.array.imag))
_scalar["shape"] = Property(lambda a: ())
_scalar["T"] = Property(lambda a: a)
for _table in (_array, _scalar):
    for _name in ("ndim", "size", "itemsize", "nbytes"):
        _table[_name] = Property(lambda a, name=_name: getattr(a.array, name))  # type: ignore[misc]
    _table["dtype"] = Property(lambda a: NumPyDType(a.array.dtype))


def _scalar_method(name: str) -> Method:
    kernel: Callable[..., Any] = getattr(np.generic, name)
    call = Call(name, kernel, costs.linear(1), text=True)
    return Method(lambda self, *args, **kwargs: call(self, *args, **kwargs))


_NAMES_2 = (
    "sum prod mean std var min max argmin argmax any all cumsum cumprod ravel flatten reshape transpose "
    "squeeze round clip conj conjugate copy"
)
for _name in _NAMES_2.split():
    _scalar[_name] = _scalar_method(_name)


def _is_integer(self: Any) -> bool:
    return bool(float(self.array).is_integer())


_scalar["is_integer"] = Method(_is_integer)

# -- PyTorch's side -------------------------------------------------------------------------------------------

_SUPPORTED = (
    "float64, float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and "
    "bool"
)


def from_numpy(value: Any) -> Tensor:
    """A tensor on the memory of an array: what is written to one is seen in the other."""
    if type(value) is not NumPyArray:
        raise TypeError(f"expected np.ndarray (got {type_name(value)})")
    array = value.array
    if any(stride < 0 for stride in array.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) "
        )
    try:
        dtypes.of(array)
    except KeyError:
        raise TypeError(
            f"can't convert np.ndarray of type numpy.{array.dtype.name}. The only supported types are: {_SUPPORTED}."
        ) from None
    return wrap(array)
