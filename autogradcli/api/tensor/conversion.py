"""From one dtype to another: ``to``, ``float``, ``double``, ``type``; which dtype two operands meet in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.leaves import require_grad
from ...engine.state import state
from ...engine.tensor import MetaTensor, Parameter, Size, Tensor, to_meta, wrap
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.naming import shown_as
from ...operations.shape.copies import cast
from ...operations.shape.view import alias
from ..arrays.values import NumPyArray
from ..calls.argument_types import PYTHON_DTYPES, Value, type_name
from ..calls.call_errors import no_overload
from ..calls.overloads import define
from ..calls.python_function import define_python
from ..calls.registry import CONSTRUCTORS, Property, attributes_of, namespace
from .creation import made
from .from_data import array_from
from .memory_format import check_rank, is_laid_out, order_of
from .placement import Device, device, make_device


def converted(input: Tensor, dtype: DType | None, copy: bool = False, format: Any = None) -> Tensor:
    """The tensor in another dtype and memory format: itself where nothing is to be done, unless a copy is asked for."""
    same = (dtype is None or input.array.dtype is dtype.np) and not copy
    if same and (format is None or order_of(format) == "K" or is_laid_out(input.array, format)):
        return input
    check_rank(input.array, format)
    if input.array.dtype.kind == "c" and dtype is not None and dtype.category < dtypes.COMPLEX and dtype.category:
        state.warn_once(
            "UserWarning",
            "Casting complex values to real discards the imaginary part (Triggered internally at "
            "/__w/pytorch/pytorch/aten/src/ATen/native/Copy.cpp:308.)",
        )
    order = order_of(format)
    result: Tensor = cast(input, dtype or input.dtype) if order == "K" else cast(input, dtype or input.dtype, order)
    return result


def _to_dtype(input: Tensor, dtype: DType, non_blocking: bool, copy: bool, memory_format: Any) -> Tensor:
    """The tensor in another dtype (or itself)."""
    return converted(input, dtype, copy, memory_format)


def _to_device(
    input: Tensor, where: Any, dtype: DType | None, non_blocking: bool, copy: bool, memory_format: Any
) -> Tensor:
    """The tensor on a device, which is the CPU, and in a dtype."""
    if where is not None:
        device(where)
    return converted(input, dtype, copy, memory_format)


def _to_like(input: Tensor, other: Tensor, non_blocking: bool, copy: bool, memory_format: Any) -> Tensor:
    """The tensor in the dtype of another, or in that of a number in double precision."""
    if isinstance(other, Tensor):
        return converted(input, other.dtype, copy, memory_format)
    if isinstance(other, int) and not isinstance(other, bool):
        device(other)
    return converted(input, dict(PYTHON_DTYPES)[type(other)], copy, memory_format)


_TAIL = "bool non_blocking=False, bool copy=False, *, MemoryFormat? memory_format=None"
define(
    "to",
    (f"(Tensor input, ScalarType dtype, {_TAIL})", _to_dtype),
    (f"(Tensor input, Tensor other, {_TAIL})", _to_like),
    (f"(Tensor input, Device? device=None, ScalarType? dtype=None, {_TAIL})", _to_device),
    into="Tensor",
)

_SHORT = {
    "float": dtypes.float32, "double": dtypes.float64, "half": dtypes.float16, "bfloat16": dtypes.bfloat16,
    "int": dtypes.int32, "long": dtypes.int64,
    "short": dtypes.int16, "char": dtypes.int8, "byte": dtypes.uint8, "bool": dtypes.bool_,
    "cfloat": dtypes.complex64, "cdouble": dtypes.complex128,
}  # fmt: skip


def _short(name: str, dtype: DType) -> None:
    def convert(input: Tensor, memory_format: Any) -> Tensor:
        return converted(input, dtype, format=memory_format)

    convert.__doc__ = f"The tensor as {dtype!r}."
    define(name, ("(Tensor input, *, MemoryFormat? memory_format=None)", convert), into="Tensor")


for _name, _dtype in _SHORT.items():
    _short(_name, _dtype)

_TENSOR_TYPES = {f"torch.{d.type_name}Tensor": d for d in dtypes.ALL}


def _type(input: Tensor, dtype: Value = None, non_blocking: bool = False) -> Any:
    """The name of the tensor's type, or the tensor in another dtype."""
    if dtype is None:
        return f"torch.{'meta.' if isinstance(input, MetaTensor) else ''}{input.dtype.type_name}Tensor"
    if isinstance(dtype, DType):
        return converted(input, dtype)
    if isinstance(dtype, _LegacyMeta):
        return converted(input, dtype.dtype)
    if isinstance(dtype, str):
        if dtype in _TENSOR_TYPES:
            return converted(input, _TENSOR_TYPES[dtype])
        raise ValueError(f"invalid type: '{dtype}'")
    raise TypeError("dtype must be a type, str, or dtype object")


define_python("type", _type, into="Tensor")
define("type_as", ("(Tensor input, Tensor other)", lambda input, other: converted(input, other.dtype)), into="Tensor")


# -- which dtype operands meet in -------------------------------------------------------------------------------


def _operand(value: Any) -> Any:
    return value.array if isinstance(value, Tensor) else value


def result_type(first: Any, second: Any) -> DType:
    """The dtype of an operation on two operands, tensors or numbers."""
    return dtypes.result_type(_operand(first), _operand(second))


define(
    "result_type",
    ("(Tensor tensor, Tensor other)", result_type),
    ("(Scalar scalar, Tensor tensor)", result_type),
    ("(Tensor tensor, Scalar other)", result_type),
    ("(Scalar scalar1, Scalar scalar2)", result_type),
)
define("promote_types", ("(ScalarType type1, ScalarType type2)", dtypes.promote_types))
define("can_cast", ("(ScalarType from_, ScalarType to)", dtypes.can_cast))


@shown_as("torch.finfo", in_c=True)
class FInfo:
    """``torch.finfo(dtype)``: the limits of a floating dtype."""

    __slots__ = ("bits", "dtype", "eps", "max", "min", "resolution", "smallest_normal", "tiny")

    def __init__(self, dtype: DType) -> None:
        real = dtypes.real_of(dtype)
        limits: Any
        if real in dtypes.OUTSIDE:
            from ml_dtypes import finfo as limits
        else:
            from numpy import finfo as limits
        info = limits(real.np)
        self.bits = 8 * real.itemsize
        #: Of one of them PyTorch's is half of what the format has.
        self.eps = 0.125 if real.name == "float8_e5m2fnuz" else float(info.eps)
        self.max, self.min = float(info.max), float(info.min)
        self.tiny = self.smallest_normal = float(info.tiny)
        self.dtype = real.name
        self.resolution = 10.0 ** -_DIGITS[real.name]

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
            f"smallest_normal={self.tiny:g}, tiny={self.tiny:g}, dtype={self.dtype})"
        )


_DIGITS = {**{d.name: 0 for d in dtypes.FLOAT8}, "bfloat16": 2, "float16": 3, "float32": 6, "float64": 15}


@shown_as("torch.iinfo", in_c=True)
class IInfo:
    """``torch.iinfo(dtype)``: the limits of an integer dtype."""

    __slots__ = ("bits", "dtype", "max", "min")

    def __init__(self, dtype: DType) -> None:
        import numpy as np

        info = np.iinfo(dtype.np)
        self.bits, self.max, self.min = int(info.bits), int(info.max), int(info.min)
        self.dtype = dtype.name

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


def finfo(type: DType | None = None) -> FInfo:
    """The limits of a floating dtype. Raises TypeError for another."""
    kind = dtypes.default.dtype if type is None else type
    if kind.category < dtypes.FLOATING:
        # The name of the asker stands where one expects the dtype's: so it does in PyTorch.
        raise TypeError("torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'")
    return FInfo(kind)


def iinfo(type: DType) -> IInfo:
    """The limits of an integer dtype. Raises TypeError for another."""
    if type.category != dtypes.INTEGER:
        raise TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
    return IInfo(type)


define_python("finfo", finfo)
define_python("iinfo", iinfo)
for _class, _names in ((FInfo, FInfo.__slots__), (IInfo, IInfo.__slots__)):
    for _name in _names:
        attributes_of(_class)[_name] = Property(_class.__dict__[_name].__get__)


# -- classes that can be called ------------------------------------------------------------------------------------


_NEW_FORMS = (
    "(*, torch.device device = None)", "(torch.Storage storage)", "(Tensor other)",
    "(tuple of ints size, *, torch.device device = None)", "(object data, *, torch.device device = None)",
)  # fmt: skip


def _check_new_options(data: tuple[Any, ...], options: dict[str, Any]) -> None:
    """The old constructors take a device, which must be the CPU, by keyword. Raises TypeError for other keywords."""
    if any(name != "device" for name in options):
        no_overload("new", data, options, _NEW_FORMS)
    if options.get("device") is not None and device(options["device"]).type != "cpu":
        raise RuntimeError("legacy constructor expects device type: cpu but device type: meta was passed")


def _check_new(data: tuple[Any, ...]) -> None:
    """Raises TypeError for what the old constructors take neither as values nor as a shape."""
    if len(data) == 1 and not isinstance(data[0], (int, Size)):
        if isinstance(data[0], (str, bytes)):
            raise TypeError(f"new(): invalid data type '{type_name(data[0])}'")
        raise TypeError(f"new(): data must be a sequence (got {type_name(data[0])})")
    for at, each in enumerate(data, 1):
        if len(data) > 1 and not isinstance(each, int):
            raise TypeError(
                f"new(): argument 'size' failed to unpack the object at pos {at} with error \"type must be tuple of "
                f'ints,but got {type_name(each)}"'
            )


def new_tensor(*data: Any, **options: Any) -> Tensor:
    """``torch.Tensor([1, 2])``: always of the default dtype; ``torch.Tensor(2, 3)`` has a shape and no values."""
    _check_new_options(data, options)
    if len(data) == 1 and isinstance(data[0], Tensor):
        result: Tensor = alias(data[0])
        return result
    if len(data) == 1 and isinstance(data[0], (list, tuple, range, NumPyArray)) and not isinstance(data[0], Size):
        return made(array_from(data[0], dtypes.default.dtype))
    _check_new(data)
    size = data[0] if len(data) == 1 and isinstance(data[0], Size) else data
    create = namespace("torch")["empty"]
    result = create(*size) if size else made(array_from([], dtypes.default.dtype))
    return result


def new_parameter(data: Any = None, requires_grad: bool = True) -> Parameter:
    """A tensor that a module learns: a leaf on the data's memory."""
    if data is None:
        data = made(array_from([], dtypes.default.dtype))
    if not isinstance(data, Tensor):
        raise AttributeError(f"'{type_name(data)}' object has no attribute 'detach'")
    if not isinstance(requires_grad, bool):
        kind = type_name(requires_grad)
        raise TypeError(f"_make_subclass(): argument 'require_grad' (position 3) must be bool, not {kind}")
    parameter = Parameter(data.array)
    if isinstance(data, MetaTensor):
        to_meta(parameter)
    if requires_grad:
        if parameter.dtype.category < dtypes.FLOATING:
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        require_grad(parameter)
    return parameter


class _LegacyMeta(type):
    """The type of ``torch.FloatTensor`` and its like: a tensor of that dtype counts as an instance."""

    dtype: DType

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype


def _legacy(dtype: DType) -> None:
    """``torch.LongTensor([1, 2])``, ``torch.LongTensor(2, 3)``: a class for each dtype, older than dtypes."""
    name = f"{dtype.type_name}Tensor"
    kind = _LegacyMeta(name, (), {"dtype": dtype, "__module__": "torch"})

    def make(*data: Any, **options: Any) -> Tensor:
        _check_new_options(data, options)
        if len(data) == 1 and isinstance(data[0], Tensor):
            if data[0].dtype is not dtype:
                raise TypeError(f"expected {_options(dtype)} (got {_options(data[0].dtype)})")
            result: Tensor = alias(data[0])
            return result
        if len(data) == 1 and isinstance(data[0], (list, tuple, range, NumPyArray)) and not isinstance(data[0], Size):
            return made(array_from(data[0], dtype))
        _check_new(data)
        size = data[0] if len(data) == 1 and isinstance(data[0], Size) else data
        return made(np.zeros([int(n) for n in size] if size else (0,), dtype.np))

    CONSTRUCTORS[kind] = make
    namespace("torch")[name] = kind


def _options(dtype: DType) -> str:
    kind = "long int" if dtype is dtypes.int64 else dtype.cpp_name
    return (
        f"TensorOptions(dtype={kind}, device=cpu, layout=Strided, requires_grad=false (default), pinned_memory=false "
        "(default), memory_format=(nullopt))"
    )


def _new_like(self: Tensor, *data: Any) -> Tensor:
    """Another tensor of this dtype: of a list, or of a shape."""
    if len(data) == 1 and isinstance(data[0], (list, tuple, range, NumPyArray)) and not isinstance(data[0], Size):
        return made(array_from(data[0], self.dtype))
    _check_new(data)
    size = data[0] if len(data) == 1 and isinstance(data[0], Size) else data
    return made(np.zeros([int(n) for n in size] if size else (0,), self.dtype.np))


define_python("new", _new_like, into="Tensor")
shown_as("type")(_LegacyMeta)
for _dtype in dtypes.ALL:
    if not _dtype.is_complex:
        _legacy(_dtype)


class _VariableMeta(type):
    """Any tensor counts as a Variable."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor)


@shown_as("torch.autograd.variable.Variable")
class Variable(metaclass=_VariableMeta):
    """What tensors with a history once were. Calling it makes a tensor: a leaf on the data's memory."""


shown_as("torch.autograd.variable.VariableMeta")(_VariableMeta)


def _new_variable(data: Any = None, requires_grad: bool = False, volatile: bool = False) -> Tensor:
    """A leaf on the data's memory."""
    if data is None:
        data = made(array_from([], dtypes.default.dtype))
    if not isinstance(data, Tensor):
        raise TypeError(f"Variable data has to be a tensor, but got {type_name(data)}")
    variable = wrap(data.array)
    if requires_grad:
        if variable.dtype.category < dtypes.FLOATING:
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        require_grad(variable)
    return variable


def _is_count(item: Any) -> bool:
    return isinstance(item, Tensor) and item.array.ndim == 0 and item.array.dtype.kind in "iu"


def _new_size(sizes: Any = ()) -> Size:
    """A shape of these sizes."""
    items = tuple(sizes)
    items = tuple(int(item.array) if _is_count(item) else item for item in items)
    for at, item in enumerate(items):
        if not isinstance(item, int):
            raise TypeError(f"torch.Size() takes an iterable of 'int' (item {at} is '{type_name(item)}')")
    return Size(items)


for _maker, _spelled in (
    (new_tensor, "Tensor"),
    (_new_variable, "Variable"),
    (new_parameter, "Parameter.__new__"),
    (_new_size, "Size"),
):
    _maker.__qualname__ = _spelled  # what Python's own messages call it
CONSTRUCTORS[Tensor] = new_tensor
CONSTRUCTORS[Parameter] = new_parameter
CONSTRUCTORS[Size] = _new_size
CONSTRUCTORS[Variable] = _new_variable
namespace("torch.autograd")["Variable"] = Variable
CONSTRUCTORS[Device] = make_device
namespace("torch")["device"] = Device
