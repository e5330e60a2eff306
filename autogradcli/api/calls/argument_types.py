"""What a parameter of a schema accepts, by the type word written there, and what the implementation receives.

    word          accepts (beside None where the schema says so)                   the implementation receives
    Tensor        a tensor                                                         it
    Scalar        a number, a 0-d tensor that requires no grad                     a Python number
    Real          as Scalar; a complex one only beside a complex tensor            a Python number
    Double        as Scalar; a complex one only without an imaginary part          a Python number
    float         a real number, a 0-d tensor that requires no grad                float
    int           an int (a bool is none), a 0-d integer tensor                    int
    SymInt        as int, and any integer tensor of one element                    int
    IntList       a list or tuple that begins with an int                          tuple of int
    IntList[n]    that, or one int, which counts n times                           tuple of int
    bool, str     exactly that                                                     it
    ScalarType    a dtype, or Python's bool, int, float, complex                   DType
    Scalars       the same, beside an overload with Tensors                        tuple of Scalars
    Tensors       a list or tuple of tensors, beside an overload with Scalars      tuple of Tensors
    Changed       a list or tuple of tensors, as it is given                       tuple of Tensors
    TensorList    a list or tuple of tensors                                       tuple of Tensor
    FloatList, ScalarList   a list or tuple of numbers                             tuple
    Device        an int, a string, a device                                       it
    Layout, MemoryFormat, Generator, object, Callable                              it

Most of that is decided by the type of a value alone, which is what lets a call be resolved once for all
calls with arguments of the same types. Where the value itself matters, ``depends_on_value`` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.numbers import check_operand

Convert = Callable[[Any], Any]

#: Any value of a program's, for annotations: what is given there never gets to NumPy (``gate.py``).
Value = Any

#: One size for all dimensions or one for each, as functions written in Python take it.
Sizes = int | Sequence[int]

#: type -> its name in messages, where that is not ``__name__``.
TYPE_NAMES: dict[type, str] = {}

#: What may stand for a dtype beside a DType: ``dtype=float``.
PYTHON_DTYPES: list[tuple[object, DType]] = [
    (float, dtypes.float64),
    (int, dtypes.int64),
    (bool, dtypes.bool_),
    (complex, dtypes.complex128),
]

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


def checked_tensors(values: Sequence[object]) -> Sequence[Any]:
    """Values that must all be tensors, in PyTorch's words for an argument that is a list of them."""
    for at, value in enumerate(values):
        if not isinstance(value, Tensor):
            raise TypeError(f"expected Tensor as element {at} in argument 0, but got {type_name(value)}")
    return values


class Mismatch(Exception):
    """A value is not what the plan of earlier values of its type expects: the call is resolved anew."""


def type_name(value: object) -> str:
    """The name of the type of a value, as PyTorch's messages spell it."""
    kind = type(value)
    return TYPE_NAMES.get(kind) or kind.__name__


class Kind:
    """One type word. ``printed`` is its name in messages."""

    __slots__ = ("accepts", "by_value", "converter", "printed")

    def __init__(
        self,
        printed: str,
        accepts: Callable[[Any, int], bool],
        by_value: tuple[type, ...] = (),
        converter: Callable[[type, int], Convert | None] | None = None,
    ) -> None:
        self.printed = printed
        self.accepts = accepts
        self.by_value = by_value
        self.converter = converter

    def depends_on_value(self, cls: type) -> bool:
        """Whether two values of this type may fare differently."""
        if self.by_value == (object,) and issubclass(cls, (int, float, tuple, list)):
            return False  # none of these stands for a dtype, and ``x.view(2, 3)`` has to know quickly
        return issubclass(cls, self.by_value)


# -- what is accepted ---------------------------------------------------------------------------------


def is_number(value: object) -> bool:
    return isinstance(value, (int, float, complex))


def _is_int(value: object) -> bool:
    return isinstance(value, int) and value.__class__ is not bool


def _is_integer_tensor(value: object, size: int, with_bool: bool) -> bool:
    """A tensor that can stand for an int; ``size`` is the number of elements it may have, or -1: 0-d only."""
    if not isinstance(value, Tensor) or value.node is not None:
        return False
    kind = value.array.dtype.kind
    if kind not in "iub" or (kind == "b" and not with_bool):
        return False
    return value.array.size == 1 if size == 1 else value.array.ndim == 0


def _is_index(value: object) -> bool:
    return _is_int(value) or _is_integer_tensor(value, 1, with_bool=True)


def _accepts_tensor(value: object, size: int) -> bool:
    return isinstance(value, Tensor)


def _accepts_tensor_or_number(value: object, size: int) -> bool:
    return isinstance(value, (Tensor, int, float, complex))


def _accepts_scalar(value: object, size: int) -> bool:
    if isinstance(value, Tensor):
        return value.node is None and value.array.ndim == 0
    return isinstance(value, (int, float, complex))


def _accepts_float(value: object, size: int) -> bool:
    if isinstance(value, Tensor):
        return value.node is None and value.array.ndim == 0
    return isinstance(value, (int, float))


def _accepts_int(value: object, size: int) -> bool:
    return _is_int(value) or _is_integer_tensor(value, -1, with_bool=False)


def _accepts_symint(value: object, size: int) -> bool:
    return _is_int(value) or _is_integer_tensor(value, 1, with_bool=False)


def accepts_int_list(value: object, size: int) -> bool:
    """Only the first element is looked at: PyTorch complains about later ones while it unpacks them."""
    if isinstance(value, (tuple, list)):
        return not value or _is_index(value[0])
    return size > 0 and _is_index(value)


def _accepts_tensor_list(value: object, size: int) -> bool:
    return isinstance(value, (tuple, list))  # the elements are checked by the conversion, with an error of its own


def _accepts_float_list(value: object, size: int) -> bool:
    if isinstance(value, (tuple, list)):
        return not value or is_number(value[0])
    return size > 0 and isinstance(value, (int, float)) and value.__class__ is not bool


def _accepts_scalar_list(value: object, size: int) -> bool:
    return isinstance(value, (tuple, list)) and all(map(is_number, value))


def _accepts_dtype(value: object, size: int) -> bool:
    return isinstance(value, DType) or any(value is other for other, _ in PYTHON_DTYPES)


def _accepts_device(value: object, size: int) -> bool:
    return _is_int(value) or isinstance(value, str) or type_name(value) == "torch.device"


def _accepts_named(name: str) -> Callable[[Any, int], bool]:
    return lambda value, size: type_name(value) == name


def _accepts_all(value: object, size: int) -> bool:
    return True


# -- what the implementation receives -----------------------------------------------------------------


def _narrow(value: int) -> int:
    if _LOWEST <= value <= _HIGHEST:
        return value
    raise ValueError("Overflow when unpacking long long")


def _one_int(value: int) -> tuple[int]:
    if _LOWEST <= value <= _HIGHEST:
        return (value,)
    raise ValueError("Overflow when unpacking long long")


def _check_number(value: int) -> int:
    check_operand(value)
    return value


def _item(value: Tensor) -> Any:
    if value.node is not None or value.array.ndim:
        raise Mismatch
    return value.array.item()


def _real_item(value: Tensor) -> float:
    number = _item(value)
    if isinstance(number, complex):
        if number.imag:
            raise RuntimeError("value cannot be converted to type double without overflow")
        number = number.real
    return float(number)


def _int_item(value: Tensor) -> int:
    if not _accepts_int(value, 0):
        raise Mismatch
    return int(value.array.item())


def _index_item(value: Tensor) -> int:
    if not _is_index(value):
        raise Mismatch
    return int(value.array.item())


def _to_scalar(cls: type, size: int) -> Convert | None:
    if issubclass(cls, Tensor):
        return _item
    return _check_number if cls is int else None


def _to_number_or_tensor(cls: type, size: int) -> Convert | None:
    return _check_number if cls is int else None


def _double(value: Any) -> Any:
    number = _item(value) if isinstance(value, Tensor) else value
    if isinstance(number, complex):
        if number.imag:
            raise RuntimeError("value cannot be converted to type double without overflow")
        return number.real
    return number


def _to_double(cls: type, size: int) -> Convert | None:
    return _double if issubclass(cls, (Tensor, complex)) else _to_scalar(cls, size)


def _to_float(cls: type, size: int) -> Convert | None:
    if issubclass(cls, Tensor):
        return _real_item
    return None if cls is float else float


def _to_int(cls: type, size: int) -> Convert | None:
    return _int_item if issubclass(cls, Tensor) else _narrow


def _to_symint(cls: type, size: int) -> Convert | None:
    return _index_item if issubclass(cls, Tensor) else _narrow


class BadElement(Exception):
    """An element of an int list is none, or too large: ``position`` counts from 1."""

    def __init__(self, position: int, message: str) -> None:
        self.position, self.message = position, message


def unpack_ints(values: tuple[Any, ...] | list[Any]) -> tuple[int, ...]:
    """A tuple of ints. Raises BadElement, or Mismatch if the very first element is none."""
    for value in values:
        if value.__class__ is not int or not _LOWEST <= value <= _HIGHEST:
            return _unpack_mixed(values)
    return tuple(values)


def _unpack_mixed(values: tuple[Any, ...] | list[Any]) -> tuple[int, ...]:
    if not _is_index(values[0]):
        raise Mismatch
    unpacked = []
    for i, value in enumerate(values, 1):
        if isinstance(value, Tensor) and _is_index(value):
            unpacked.append(int(value.array.item()))
        elif not isinstance(value, int):
            raise BadElement(i, f"type must be tuple of ints,but got {type_name(value)}")
        elif not _LOWEST <= value <= _HIGHEST:
            raise BadElement(i, "Overflow when unpacking long long")
        else:
            unpacked.append(int(value))
    return tuple(unpacked)


def _to_int_list(cls: type, size: int) -> Convert | None:
    if issubclass(cls, (tuple, list)):
        return unpack_ints
    if issubclass(cls, Tensor):
        return lambda value: (_index_item(value),) * size
    return _one_int if size == 1 else lambda value: (_narrow(value),) * size


def _to_float_list(cls: type, size: int) -> Convert | None:
    if issubclass(cls, (tuple, list)):
        return lambda values: tuple(map(float, values))
    return lambda value: (float(value),) * size


def _to_scalar_list(cls: type, size: int) -> Convert | None:
    return tuple


def tensors_of(values: tuple[Any, ...] | list[Any], argument: int = 0) -> tuple[Tensor, ...]:
    """The elements as a tuple. Raises TypeError at the first that is no tensor; ``argument`` is the number
    of the parameter, from 0."""
    for i, value in enumerate(values):
        if not isinstance(value, Tensor):
            name = type_name(value)
            raise TypeError(f"expected Tensor as element {i} in argument {argument}, but got {name}")
    return tuple(values)


def tensor_list(values: tuple[Any, ...] | list[Any], argument: int = 0) -> tuple[Tensor, ...]:
    """The elements as a tuple. Raises TypeError as ``tensors_of``, and Mismatch where one of them is to be asked."""
    if state.lists_ask is not None and state.lists_ask(values):
        raise Mismatch
    for value in values:
        if not isinstance(value, Tensor):
            return tensors_of(values, argument)
    return tuple(values)


def _of_scalars(values: tuple[Any, ...] | list[Any]) -> tuple[Any, ...]:
    """Numbers, where a list of tensors may stand as well."""
    if not all(map(is_number, values)):
        raise Mismatch
    return tuple(values)


def _of_tensors(values: tuple[Any, ...] | list[Any]) -> tuple[Tensor, ...]:
    """Tensors, where a list of numbers may stand as well."""
    if values and all(map(is_number, values)):
        raise Mismatch
    if state.lists_ask is not None and state.lists_ask(values):
        raise Mismatch
    return tensors_of(values, 1)


def _tensors_themselves(values: tuple[Any, ...] | list[Any]) -> tuple[Any, ...] | list[Any]:
    """The list that a function changes the elements of and returns. Raises TypeError as ``tensors_of``."""
    tensors_of(values)
    return values


def _to_dtype(cls: type, size: int) -> Convert | None:
    return None if cls is DType else _dtype_of


def _dtype_of(value: object) -> DType:
    for other, dtype in PYTHON_DTYPES:
        if value is other:
            return dtype
    raise Mismatch


_SEQUENCES = (Tensor, tuple, list)

KINDS: dict[str, Kind] = {
    "Tensor": Kind("Tensor", _accepts_tensor),
    "Scalar": Kind("Number", _accepts_scalar, (Tensor,), _to_scalar),
    "Real": Kind("Number", _accepts_scalar, (Tensor,), _to_scalar),
    "Double": Kind("Number", _accepts_scalar, (Tensor, complex), _to_double),
    "float": Kind("float", _accepts_float, (Tensor,), _to_float),
    "int": Kind("int", _accepts_int, (Tensor,), _to_int),
    "SymInt": Kind("int", _accepts_symint, (Tensor,), _to_symint),
    "bool": Kind("bool", lambda value, size: value.__class__ is bool),
    "str": Kind("str", lambda value, size: isinstance(value, str)),
    "IntList": Kind("tuple of ints", accepts_int_list, _SEQUENCES, _to_int_list),
    "FloatList": Kind("tuple of floats", _accepts_float_list, _SEQUENCES, _to_float_list),
    "ScalarList": Kind("tuple of Scalars", _accepts_scalar_list, _SEQUENCES, _to_scalar_list),
    "Scalars": Kind("tuple of Scalars", _accepts_scalar_list, _SEQUENCES, lambda cls, size: _of_scalars),
    "Tensors": Kind("tuple of Tensors", _accepts_tensor_list, (), lambda cls, size: _of_tensors),
    "Changed": Kind("tuple of Tensors", _accepts_tensor_list, (), lambda cls, size: _tensors_themselves),
    "TensorList": Kind("tuple of Tensors", _accepts_tensor_list, (), lambda cls, size: tensor_list),
    "ScalarType": Kind("torch.dtype", _accepts_dtype, (object,), _to_dtype),
    "Layout": Kind("torch.layout", _accepts_named("torch.layout")),
    "MemoryFormat": Kind("torch.memory_format", _accepts_named("torch.memory_format")),
    "Generator": Kind("torch.Generator", _accepts_named("torch._C.Generator")),
    "Device": Kind("torch.device", _accepts_device),
    "DeviceName": Kind("torch.device", _accepts_device),  # one to speak of; the result of the call doesn't lie there
    "object": Kind("object", _accepts_all),
    "Callable": Kind("object", _accepts_all),
}

#: A parameter of type Tensor in one of the functions that take numbers there.
TENSOR_OR_NUMBER = Kind("Tensor", _accepts_tensor_or_number, (), _to_number_or_tensor)

#: The functions whose Tensor parameters take numbers, which arrive as Python numbers (and stay weak in type
#: promotion): they have no overload for numbers, or not for all places.
NUMBERS_AS_TENSORS = frozenset(
    name + tail
    for name in ("add", "div", "divide", "mul", "multiply", "sub", "subtract", "true_divide", "floor_divide")
    for tail in ("", "_")
) | {"to", "copy_"}
