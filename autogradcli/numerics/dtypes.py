"""Element types: PyTorch's names and categories over NumPy's dtypes, and the promotion rules.

Promotion follows PyTorch, which ranks operands by *priority* before it ranks them by type: a tensor
with dimensions outweighs a 0-d tensor, which outweighs a Python number. A lower priority can only
raise the *category* (bool < integer < floating < complex), never the width.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .naming import shown_as

BOOL, INTEGER, FLOATING, COMPLEX = range(4)

#: NumPy's kinds of the dtypes that have gradients; "V" is bfloat16's, and that of most numbers of eight bits.
INEXACT = "fcV"
#: NumPy's letters of the dtypes that indices have.
INDEXING = "?Bilq"


@shown_as("torch.dtype", in_c=True)
class DType:
    """A PyTorch dtype: ``torch.float32`` and so on. One instance each, compared by identity."""

    __slots__ = ("category", "cpp_name", "itemsize", "name", "np", "type_name")

    def __init__(self, name: str, np_dtype: np.dtype, category: int, type_name: str, cpp_name: str) -> None:
        self.name = name
        self.np = np_dtype
        self.category = category
        self.itemsize = np_dtype.itemsize
        self.type_name = type_name  # as in torch.FloatTensor: "Float"
        self.cpp_name = cpp_name  # as in matmul's message, as compilers spell it: "long int"

    def __getattr__(self, name: str) -> Any:
        """``np`` of those that NumPy hasn't itself: their package is loaded when it is first needed."""
        if name != "np" or self not in OUTSIDE:
            raise AttributeError(name)
        import ml_dtypes

        self.np = np.dtype(getattr(ml_dtypes, self.name))
        _BY_NUMPY[self.np] = self
        LATE.append(self)
        return self.np

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name

    @property
    def is_floating_point(self) -> bool:
        return self.category == FLOATING

    @property
    def is_complex(self) -> bool:
        return self.category == COMPLEX

    @property
    def is_signed(self) -> bool:
        return self not in (uint8, uint16, uint32, uint64, bool_)


def _make(name: str, np_name: str, category: int, type_name: str, cpp_name: str) -> DType:
    return DType(name, np.dtype(np_name), category, type_name, cpp_name)


bool_ = _make("bool", "bool", BOOL, "Bool", "bool")
uint8 = _make("uint8", "uint8", INTEGER, "Byte", "unsigned char")
int8 = _make("int8", "int8", INTEGER, "Char", "signed char")
int16 = _make("int16", "int16", INTEGER, "Short", "short int")
int32 = _make("int32", "int32", INTEGER, "Int", "int")
int64 = _make("int64", "int64", INTEGER, "Long", "long int")
uint16 = _make("uint16", "uint16", INTEGER, "UInt16", "short unsigned int")
uint32 = _make("uint32", "uint32", INTEGER, "UInt32", "unsigned int")
uint64 = _make("uint64", "uint64", INTEGER, "UInt64", "long unsigned int")
float16 = _make("float16", "float16", FLOATING, "Half", "c10::Half")
float32 = _make("float32", "float32", FLOATING, "Float", "float")
float64 = _make("float64", "float64", FLOATING, "Double", "double")
complex64 = _make("complex64", "complex64", COMPLEX, "ComplexFloat", "c10::complex<float>")
complex128 = _make("complex128", "complex128", COMPLEX, "ComplexDouble", "c10::complex<double>")


def _outside(name: str, itemsize: int, type_name: str) -> DType:
    dtype = object.__new__(DType)
    dtype.name, dtype.category, dtype.itemsize = name, FLOATING, itemsize
    dtype.type_name, dtype.cpp_name = type_name, f"c10::{type_name}"
    return dtype


bfloat16 = _outside("bfloat16", 2, "BFloat16")

#: Numbers of eight bits, by their bits for exponent and mantissa: kept, moved and cast, and hardly computed with.
FLOAT8 = tuple(_outside(name.lower(), 1, name) for name in ("Float8_e4m3fn", "Float8_e5m2", "Float8_e4m3fnuz",
                                                           "Float8_e5m2fnuz"))  # fmt: skip

#: Those that are no dtypes of NumPy's own, and the letters that NumPy has for them.
OUTSIDE = (bfloat16, *FLOAT8)
LETTERS_OUTSIDE = dict(zip((dtype.name for dtype in OUTSIDE), "E45GC", strict=True))
_LETTERS = frozenset(LETTERS_OUTSIDE.values())

#: Of the dtypes outside NumPy those of which something may exist.
LATE: list[DType] = []

#: The dtypes of NumPy's own.
ALL = (
    bool_, uint8, int8, int16, int32, int64, uint16, uint32, uint64,
    float16, float32, float64, complex64, complex128,
)  # fmt: skip

#: Every spelling that the language offers, ``torch.<key>``.
NAMES: dict[str, DType] = {d.name: d for d in ALL} | {
    **{d.name: d for d in OUTSIDE}, "float": float32, "double": float64, "half": float16, "int": int32, "long": int64,
    "short": int16, "cfloat": complex64, "cdouble": complex128,
}  # fmt: skip

_BY_NUMPY: dict[np.dtype, DType] = {d.np: d for d in ALL}

_COMPLEX_OF = {float16: complex64, bfloat16: complex64, float32: complex64, float64: complex128}
_REAL_OF = {complex64: float32, complex128: float64}


def of(array: np.ndarray | np.generic) -> DType:
    """The dtype of an array. Raises KeyError for a NumPy dtype that has no counterpart."""
    return _BY_NUMPY[array.dtype]


def from_numpy(np_dtype: np.dtype) -> DType:
    return _BY_NUMPY[np_dtype]


def complex_of(dtype: DType) -> DType:
    """The complex dtype whose parts have this floating dtype."""
    return _COMPLEX_OF.get(dtype, dtype)


def real_of(dtype: DType) -> DType:
    """The dtype of the parts of a complex dtype; any other dtype itself."""
    return _REAL_OF.get(dtype, dtype)


def is_outside(array: np.ndarray | np.generic) -> bool:
    """Whether an array is of a dtype that NumPy hasn't itself."""
    return array.dtype.char in _LETTERS


def has_floats(array: np.ndarray | np.generic) -> bool:
    """Whether an array is of floating numbers that are computed with."""
    return array.dtype.kind in "fV" and array.dtype.itemsize > 1


def plain(array: np.ndarray) -> np.ndarray:
    """The same numbers in a dtype of NumPy's own."""
    return array.astype(np.float32) if is_outside(array) else array


def cast_to(values: Any, dtype: np.dtype, order: Any = "K") -> np.ndarray:
    """The numbers in another dtype. Numbers of eight bits are made of single precision, and one of the formats, which
    has no infinity, takes its largest number for what is larger."""
    if values.__class__ is not np.ndarray:  # a formula
        made: np.ndarray = values.astype(dtype)
        return made
    letter = str(dtype.char)
    if dtype.itemsize == 1 and letter in _LETTERS and values.dtype is not dtype:
        values = (values.real if values.dtype.kind == "c" else values).astype(np.float32)
        if letter == "4":
            values = np.clip(values, -448, 448)
    made = values.astype(dtype, order=order)
    if letter == "5" and (strange := np.isnan(values)).any():  # PyTorch's NaN has all its bits set
        made.view(np.uint8)[strange] |= 0x7F
    return made


def real_for(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Values that are to be written into this dtype: of complex ones the real part, where the dtype is not complex.
    NumPy would take that too, and warn."""
    return values.real if values.dtype.kind == "c" and dtype.kind != "c" else values


class _Default:
    """The default floating dtype, ``torch.get_default_dtype()``. Integers give it in true division."""

    __slots__ = ("dtype", "np")

    def __init__(self) -> None:
        self.set(float32)

    def set(self, dtype: DType) -> None:
        self.dtype = dtype
        self.np = dtype.np


default = _Default()


def promote_types(a: DType, b: DType) -> DType:
    """The smallest dtype to which both can be cast, in PyTorch's lattice (int64 + float16 is float16)."""
    if a is b:
        return a
    if a in FLOAT8 or b in FLOAT8:
        raise RuntimeError(
            f"Promotion for Float8 Types is not supported, attempted to promote {a.type_name} and {b.type_name}"
        )
    if a.category != b.category and not (max(a.category, b.category) == INTEGER and _for_storage(a, b)):
        high, low = (a, b) if a.category > b.category else (b, a)
        if high.category == COMPLEX and low is float64:
            return complex128
        return high
    if _for_storage(a, b):
        raise RuntimeError(
            "Promotion for uint16, uint32, uint64 types is not supported, attempted to promote "
            f"{a.type_name} and {b.type_name}"
        )
    if a.category == COMPLEX or b.category == COMPLEX:
        return complex128 if complex128 in (a, b) else complex64
    if bfloat16 in (a, b):
        return float64 if float64 in (a, b) else float32
    return _BY_NUMPY[np.promote_types(a.np, b.np)]


#: PyTorch has these for storage only.
_WIDE_UNSIGNED = (uint16, uint32, uint64)


def _for_storage(a: DType, b: DType) -> bool:
    return a in _WIDE_UNSIGNED or b in _WIDE_UNSIGNED


def of_scalar(value: bool | int | float | complex) -> DType:
    """The dtype that a Python number has as an operand."""
    if isinstance(value, bool):
        return bool_
    if isinstance(value, int):
        return int64
    if isinstance(value, float):
        return default.dtype
    return complex_of(default.dtype)


def result_type(*operands: np.ndarray | np.generic | bool | int | float | complex) -> DType:
    """PyTorch's ``result_type``: the dtype of an operation on these arrays and Python numbers."""
    dim: DType | None = None  # the promotion among operands with dimensions,
    zero: DType | None = None  # among 0-d tensors,
    number: DType | None = None  # and among Python numbers
    for operand in operands:
        if isinstance(operand, (np.ndarray, np.generic)):
            dtype = _BY_NUMPY[operand.dtype]
            if operand.ndim:
                dim = dtype if dim is None else promote_types(dim, dtype)
            else:
                zero = dtype if zero is None else promote_types(zero, dtype)
        else:
            dtype = of_scalar(operand)
            number = dtype if number is None else promote_types(number, dtype)
    return _combine(dim, _combine(zero, number))


def _combine(higher: DType | None, lower: DType | None) -> DType:
    if lower is None:
        return higher  # type: ignore[return-value]
    if higher is None:
        return lower
    if lower.category <= higher.category:
        return higher
    if lower.category == COMPLEX and higher.category == FLOATING:
        return complex_of(higher)
    return lower


#: The largest finite number of each floating dtype.
_LARGEST = {
    "float16": 65504.0,
    "bfloat16": 3.3895313892515355e38,
    "float8_e4m3fn": 448.0,
    "float8_e5m2": 57344.0,
    "float8_e4m3fnuz": 240.0,
    "float8_e5m2fnuz": 57344.0,
    "float32": 3.4028234663852886e38,
    "float64": 1.7976931348623157e308,
}


def largest(dtype: DType) -> float:
    """The largest finite number of a floating dtype, or of the parts of a complex one."""
    return _LARGEST[real_of(dtype).name]


def tensor_type(dtype: DType) -> str:
    """A tensor's type in messages: ``torch.FloatTensor``."""
    newer = (bfloat16, *FLOAT8, uint16, uint32, uint64)  # which never had an old name
    named = dtype.category in (INTEGER, FLOATING) and dtype not in newer
    return f"torch.{dtype.type_name}Tensor" if named else f"CPU{dtype.type_name}Type"


def can_cast(source: DType, target: DType) -> bool:
    """Whether a result of ``source`` may be written into ``target`` by an in-place operation."""
    if source.category == COMPLEX and target.category != COMPLEX:
        return False
    if source.category == FLOATING and target.category < FLOATING:
        return False
    return not (source.category != BOOL and target.category == BOOL)
