"""Parameters and buffers of lazy modules before the first call: a dtype, and neither a shape nor values."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from ...engine.tensor import Parameter, Size, Tensor
from ...numerics import dtypes
from ...numerics.dtypes import DType
from .call_plans import hooks
from .overloads import PLACES
from .python_function import define_python
from .registry import CONSTRUCTORS, Method, Property, attributes_of, namespace

PLACES["parameter"] = ("torch.nn.parameter", "")

NO_SHAPE = (
    "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` "
    "when trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the "
    "parameters before accessing their attributes."
)


class Uninitialized(Tensor):
    """What both have in common. ``held`` is an empty array of the dtype."""

    __slots__ = ()

    @property
    def held(self) -> np.ndarray:
        array: np.ndarray = _ARRAY.__get__(self)
        return array

    @property
    def array(self) -> np.ndarray:
        refuse(self, "an operation")

    @array.setter
    def array(self, new: np.ndarray) -> None:
        _ARRAY.__set__(self, new)

    @property
    def dtype(self) -> DType:
        return dtypes.of(self.held)

    @property
    def shape(self) -> Any:
        raise RuntimeError(NO_SHAPE)

    def materialize(self, shape: Any, device: Any = None, dtype: DType | None = None) -> None:
        """Become a parameter or buffer of this shape, whose values are still to be set."""
        made = np.zeros(tuple(shape), self.held.dtype if dtype is None else _dtype(dtype))
        plain: Any = self
        plain.__class__ = Parameter if isinstance(self, Parameter) else Tensor
        plain.rebind(made)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


_ARRAY: Any = Tensor.__dict__["array"]


class UninitializedParameter(Uninitialized, Parameter):
    """A parameter that gets its shape later."""

    __slots__ = ()


class UninitializedBuffer(Uninitialized):
    """A buffer that gets its shape later."""

    __slots__ = ()


def refuse(tensor: Tensor, function: str) -> NoReturn:
    """Raise ValueError: a function was called with it."""
    raise ValueError(
        f"Attempted to use an uninitialized parameter in {function}. This error happens when you are using a "
        f"`LazyModule` or explicitly manipulating `torch.nn.parameter.{type(tensor).__name__}` objects. When using "
        "LazyModules Call `forward` with a dummy batch to initialize the parameters before calling torch functions"
    )


def refuse_any(name: str, shown: str, method: bool, values: tuple[Any, ...]) -> None:
    """Raise ValueError where one of the arguments of a function is such a tensor."""
    for value in values:
        if isinstance(value, Uninitialized):
            refuse(value, f"<method '{name}' of 'torch._C.TensorBase' objects>" if method else shown)


def held(tensor: Tensor) -> np.ndarray:
    """A tensor's array, of one without a shape an empty one."""
    return tensor.held if isinstance(tensor, Uninitialized) else tensor.array


def uninitialized(kind: type[Tensor], dtype: np.dtype, requires_grad: bool) -> Any:
    """A parameter or buffer without a shape."""
    made: Any = (Parameter if issubclass(kind, Parameter) else Tensor)(np.empty(0, dtype))
    if requires_grad:
        made.begin_grad()
    made.__class__ = kind
    hooks.refuse = refuse_any
    return made


def alike(tensor: Uninitialized) -> Any:
    """Another one of the same class and dtype."""
    return uninitialized(type(tensor), tensor.held.dtype, tensor.requires_grad)


def _dtype(dtype: DType | None) -> np.dtype:
    made: np.dtype = namespace("torch")["empty"](0, dtype=dtype).array.dtype
    return made


def new_parameter(requires_grad: bool = True, device: Any = None, dtype: DType | None = None) -> Any:
    """A parameter that gets its shape by ``materialize``."""
    return uninitialized(UninitializedParameter, _dtype(dtype), bool(requires_grad))


def new_buffer(
    requires_grad: bool = False, device: Any = None, dtype: DType | None = None, persistent: bool = True
) -> Any:
    """A buffer that gets its shape by ``materialize``."""
    return uninitialized(UninitializedBuffer, _dtype(dtype), bool(requires_grad))


def _no_shape(tensor: Any) -> NoReturn:
    raise RuntimeError(NO_SHAPE)


def _size(tensor: Any) -> Size:
    return Size((0,))


def is_lazy(param: Any) -> bool:
    """Whether a parameter or buffer has no shape yet."""
    return isinstance(param, Uninitialized)


def _register() -> None:
    for kind in (UninitializedParameter, UninitializedBuffer):
        kind.__module__ = "torch.nn.parameter"
        table = attributes_of(kind)
        table["shape"] = Property(_no_shape)
        table["dtype"] = Property(lambda t: t.dtype)
        table["size"] = Method(_size, "The size that PyTorch gives it, which means nothing.")
        table["materialize"] = Method(kind.materialize, "Give it a shape.")
        for home in ("torch.nn.parameter", "torch.nn"):
            namespace(home)[kind.__name__] = kind
    CONSTRUCTORS[UninitializedParameter] = new_parameter
    CONSTRUCTORS[UninitializedBuffer] = new_buffer
    define_python("is_lazy", is_lazy, into="parameter")


_register()
