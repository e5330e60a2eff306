"""The memory below a tensor: ``x.untyped_storage()``, and ``set_``, which puts a tensor on other memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.limits import TOO_MANY_DIMENSIONS, charge_array
from ...numerics.naming import shown_as
from ...operations.dims import address, contiguous_strides, storage_of
from ..calls.overloads import define
from ..calls.registry import CONSTRUCTORS, Method, Property, attributes_of, namespace
from .operators import method
from .placement import CPU


@shown_as("torch.storage.Storage")
class Storage:
    """A stretch of memory, which a tensor keeps alive. ``tensor`` is one that lies on it."""

    __slots__ = ("tensor",)

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor

    @property
    def elements(self) -> np.ndarray:
        """All of it, as the elements that a program sees."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.elements)

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, int):
            raise TypeError(f"can't index a {type(self).__module__}.{type(self).__name__} with {type(index).__name__}")
        elements = self.elements
        if not -len(elements) <= index < len(elements):
            raise IndexError(f"index {index} out of range for storage of size {len(elements)}")
        return elements[index].item()

    def __setitem__(self, index: Any, value: Any) -> None:
        self[index]
        self.elements[index] = _number(value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Storage) and self.address == other.address

    __hash__ = object.__hash__

    @property
    def address(self) -> int:
        memory = storage_of(self.tensor.array)
        return address(memory) if memory.nbytes else 0

    def tolist(self) -> list[Any]:
        elements = self.elements
        charge_array(elements.shape, 64)
        return [value.item() for value in elements]

    def __repr__(self) -> str:
        values = self.tolist()
        shown = [f" {value}" for value in values]
        if len(shown) > 1000:
            shown = [*shown[:3], " ...", *shown[-3:]]
        return "".join(line + "\n" for line in shown) + f"[{self.described()}]"

    def described(self) -> str:
        raise NotImplementedError


@shown_as("torch.storage.UntypedStorage")
class UntypedStorage(Storage):
    """Memory as bytes."""

    __slots__ = ()

    @property
    def elements(self) -> np.ndarray:
        memory = storage_of(self.tensor.array)
        return np.ndarray((memory.nbytes,), np.uint8, memory, 0)

    def described(self) -> str:
        return f"torch.storage.UntypedStorage(device=cpu) of size {len(self)}"


@shown_as("torch.storage.TypedStorage")
class TypedStorage(Storage):
    """Memory as elements of a tensor's dtype."""

    __slots__ = ()

    @property
    def elements(self) -> np.ndarray:
        memory = storage_of(self.tensor.array)
        dtype = self.tensor.array.dtype
        return np.ndarray((memory.nbytes // dtype.itemsize,), dtype, memory, 0)

    def described(self) -> str:
        return f"torch.storage.TypedStorage(dtype={self.tensor.dtype}, device=cpu) of size {len(self)}"


def _number(value: Any) -> Any:
    if not isinstance(value, (int, float, complex)):
        raise TypeError(f"an element of a storage is a number, not {type(value).__name__}")
    return value


_DEPRECATED = (
    "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. "
    "This should only matter to you if you are using storages directly.  To access UntypedStorage directly, use "
    "tensor.untyped_storage() instead of tensor.storage()"
)


def _typed(input: Tensor) -> Storage:
    """The memory of a tensor as elements; `untyped_storage` gives it as bytes."""
    if not state.flags.get("typed storage"):
        state.flags["typed storage"] = True
        state.warn("UserWarning", _DEPRECATED)
    return TypedStorage(input)


def _untyped(input: Tensor) -> Storage:
    """The memory below a tensor, as bytes: `data_ptr()`, `nbytes()`, `size()`."""
    return UntypedStorage(input)


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _resize_storage(self: Storage, size: int) -> Storage:
    """Give the memory another size in elements; tensors on it keep their shape."""
    if not _is_size(size):
        raise RuntimeError("a storage has a size of at least 0")
    item = 1 if isinstance(self, UntypedStorage) else self.tensor.array.itemsize
    charge_array((size,), item)
    array = self.tensor.array
    memory = storage_of(array)
    grown = np.zeros(size * item, np.uint8)
    kept = min(grown.nbytes, memory.nbytes)
    grown[:kept] = memory.reshape(-1).view(np.uint8)[:kept]
    if array.nbytes <= grown.nbytes:
        self.tensor.rebind(np.ndarray(array.shape, array.dtype, grown, 0, array.strides))
    else:
        raise RuntimeError(
            f"a storage of {size * item} bytes has no room for the tensor on it, which takes {array.nbytes}: resize "
            "the tensor first"
        )
    return self


def _fill(self: Storage, value: Any) -> Storage:
    """The same value in all elements."""
    self.elements[...] = _number(value)
    return self


# -- a tensor on other memory -----------------------------------------------------------------------------------


def _check_set(input: Tensor, dtype: DType | None) -> None:
    if input.node is not None and state.grad and input.is_leaf:
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    if dtype is not None and dtype is not input.dtype:
        given, own = dtype.cpp_name, input.dtype.cpp_name
        long = {"long": "long int"}
        raise RuntimeError(
            f"Could not set tensor of type {long.get(given, given)} to a tensor of type {long.get(own, own)}"
        )


def _set_nothing(input: Tensor) -> Tensor:
    """The tensor on no memory: of shape (0,)."""
    _check_set(input, None)
    input.rebind(np.empty((0,), input.array.dtype))
    input.bump()
    return input


def _set_tensor(input: Tensor, source: Tensor) -> Tensor:
    """The tensor on the memory of another, with its shape and strides. Raises RuntimeError for another dtype."""
    _check_set(input, source.dtype)
    input.rebind(source.array)
    input.bump()
    return input


def _tensor_on(source: Any) -> Tensor:
    if isinstance(source, Storage):
        return source.tensor
    raise TypeError(f"set_(): argument 'source' (position 1) must be Tensor, not {type(source).__name__}")


def _set_storage(input: Tensor, source: Any) -> Tensor:
    """The tensor on all of a storage, as one dimension."""
    tensor = _tensor_on(source)
    _check_set(input, tensor.dtype if isinstance(source, TypedStorage) else None)
    memory = storage_of(tensor.array)
    dtype = input.array.dtype
    input.rebind(np.ndarray((memory.nbytes // dtype.itemsize,), dtype, memory, 0))
    input.bump()
    return input


def _set_window(input: Tensor, source: Any, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
    """The tensor on a window of other memory, which grows where it must."""
    tensor = source if isinstance(source, Tensor) else _tensor_on(source)
    typed = not isinstance(source, UntypedStorage)
    _check_set(input, tensor.dtype if typed else None)
    if stride and len(stride) != len(size):
        raise RuntimeError(f"unequal size length ({len(size)}) and stride length ({len(stride)})")
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    if any(n < 0 for n in size):
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(size)}: {list(size)}")
    if any(n < 0 for n in stride):
        raise RuntimeError("negative strides are not supported")
    if len(size) >= TOO_MANY_DIMENSIONS:
        raise ValueError(f"maximum supported dimension for an ndarray is currently 64, found {len(size)}")
    strides = stride or contiguous_strides(size)
    item = input.array.itemsize
    memory = storage_of(tensor.array)
    last = offset + sum((n - 1) * s for n, s in zip(size, strides)) + 1 if 0 not in size else offset
    if last * item > memory.nbytes:
        charge_array((last,), item)
        grown = np.zeros(last * item, np.uint8)
        grown[: memory.nbytes] = memory.reshape(-1).view(np.uint8)
        old = tensor.array
        tensor.rebind(np.ndarray(old.shape, old.dtype, grown, address(old) - address(memory), old.strides))
        memory = grown
    places = tuple(s * item for s in strides)
    start = offset * item if memory.nbytes else 0
    input.rebind(np.ndarray(size, input.array.dtype, memory, start, places))
    input.bump()
    return input


def _is_set_to(input: Tensor, tensor: Tensor) -> bool:
    """Whether two tensors lie on the same memory with the same shape and strides."""
    a, b = input.array, tensor.array
    return address(a) == address(b) and a.shape == b.shape and a.strides == b.strides and input.dtype is tensor.dtype


def _is_storage(obj: Any) -> bool:
    """Whether a value is a storage."""
    return isinstance(obj, Storage)


# -- memory laid out by a program ------------------------------------------------------------------------------


def _empty_strided(
    size: tuple[int, ...], stride: tuple[int, ...], dtype: DType | None, layout: Any, device: Any, pin: bool, grad: bool
) -> Tensor:
    """A tensor of zeros with these strides."""
    if len(size) != len(stride):
        raise RuntimeError(
            f"dimensionality of sizes ({len(size)}) must match dimensionality of strides ({len(stride)})"
        )
    if any(n < 0 for n in size):
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(size)}: {list(size)}")
    if any(n < 0 for n in stride):
        raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}")
    kind = (dtype or dtypes.default.dtype).np
    count = 0 if 0 in size else 1 + sum((n - 1) * s for n, s in zip(size, stride))
    charge_array((count,), kind.itemsize)
    memory = np.zeros(count, kind)
    made = wrap(np.ndarray(size, kind, memory, 0, tuple(s * kind.itemsize for s in stride)))
    return method("requires_grad_")(made, True) if grad else made


def _empty_permuted(
    size: tuple[int, ...], order: tuple[int, ...], dtype: DType | None, layout: Any, device: Any, pin: bool, grad: bool
) -> Tensor:
    """A tensor of zeros without gaps, whose dimensions lie in memory in this order, the last fastest."""
    if sorted(order) != list(range(len(size))):
        raise RuntimeError("Number of dimensions in size does not match the length of the physical_layout")
    strides = [0] * len(size)
    for place, step in zip(order, contiguous_strides([size[k] for k in order])):
        strides[place] = step
    return _empty_strided(size, tuple(strides), dtype, layout, device, pin, grad)


def _new_empty_strided(
    input: Tensor, size: tuple[int, ...], stride: tuple[int, ...], dtype: DType | None, *options: Any
) -> Tensor:
    """A tensor of zeros of the same dtype with these strides."""
    return _empty_strided(size, stride, dtype or input.dtype, *options)


_TAIL = (
    "*, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool pin_memory=False, "
    "bool requires_grad=False"
)


def _attributes() -> None:
    table = attributes_of(Storage)
    table["data_ptr"] = Method(lambda s: s.address, "Where the memory begins.")
    table["nbytes"] = Method(lambda s: storage_of(s.tensor.array).nbytes, "Bytes of all of it.")
    table["size"] = Method(len, "The number of elements.")
    table["element_size"] = Method(lambda s: s.elements.itemsize, "Bytes of one element.")
    table["tolist"] = Method(Storage.tolist, "The elements as a list.")
    table["device"] = Property(lambda s: CPU, doc="Where it lies.")
    table["is_cuda"] = Property(lambda s: False, doc="False.")
    table["is_sparse"] = Property(lambda s: False, doc="False.")
    table["resize_"] = Method(_resize_storage, _resize_storage.__doc__ or "")
    table["fill_"] = Method(_fill, _fill.__doc__ or "")
    attributes_of(TypedStorage)["dtype"] = Property(lambda s: s.tensor.dtype, doc="The type of the elements.")
    attributes_of(TypedStorage)["untyped"] = Method(lambda s: UntypedStorage(s.tensor), "The same memory as bytes.")


def _names() -> None:
    for name, kind in (("UntypedStorage", UntypedStorage), ("TypedStorage", TypedStorage)):
        for home in ("torch", "torch.storage"):
            namespace(home)[name] = kind
        CONSTRUCTORS[kind] = _refused(name)
    define("untyped_storage", ("(Tensor input)", _untyped), into="Tensor")
    define("storage", ("(Tensor input)", _typed), into="Tensor")
    define(
        "set_",
        ("(Tensor input)", _set_nothing),
        ("(Tensor input, Tensor source)", _set_tensor),
        ("(Tensor input, Tensor source, int storage_offset, IntList size, IntList stride=())", _set_window),
        ("(Tensor input, object source)", _set_storage),
        ("(Tensor input, object source, int storage_offset, IntList size, IntList stride=())", _set_window),
        into="Tensor",
    )
    define("is_set_to", ("(Tensor input, Tensor tensor)", _is_set_to), into="Tensor")
    define("is_storage", ("(object obj)", _is_storage))
    define("empty_strided", (f"(IntList size, IntList stride, {_TAIL})", _empty_strided))
    define("empty_permuted", (f"(IntList size, IntList physical_layout, {_TAIL})", _empty_permuted))
    define(
        "new_empty_strided",
        (f"(Tensor input, IntList size, IntList stride, {_TAIL})", _new_empty_strided),
        into="Tensor",
    )


def _refused(name: str) -> Callable[..., Any]:
    def make(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"torch.{name}() makes no memory here: make a tensor and call its untyped_storage()")

    return make


_attributes()
_names()
