"""The classes of scalars (``numpy.float64``), dtypes, named results, errors; and making values of NumPy's objects."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...numerics.naming import shown_as
from ..calls.argument_types import PYTHON_DTYPES
from ..calls.registry import Property, attributes_of
from .values import NumPyArray, NumPyObject, NumPyScalar


def _class(name: str, base: type) -> type:
    return shown_as(f"numpy.{name}", in_c=True)(type(name, (base,), {"__slots__": ()}))


#: name -> abstract class, as ``isinstance`` and ``issubdtype`` take them.
ABSTRACT: dict[str, type] = {"generic": NumPyScalar}
for _name, _base in (
    ("number", "generic"), ("integer", "number"), ("signedinteger", "integer"), ("unsignedinteger", "integer"),
    ("inexact", "number"), ("floating", "inexact"), ("complexfloating", "inexact"),
):  # fmt: skip
    ABSTRACT[_name] = _class(_name, ABSTRACT[_base])

#: The dtypes that there are here, by their names.
CLASSES: dict[str, type] = {"bool": _class("bool", NumPyScalar)}
for _base, _names in (
    ("signedinteger", "int8 int16 int32 int64"), ("unsignedinteger", "uint8 uint16 uint32 uint64"),
    ("floating", "float16 float32 float64"), ("complexfloating", "complex64 complex128"),
):  # fmt: skip
    for _name in _names.split():
        CLASSES[_name] = _class(_name, ABSTRACT[_base])

#: class -> NumPy's dtype.
DTYPE_OF: dict[type, np.dtype] = {kind: np.dtype(name) for name, kind in CLASSES.items()}
_CLASS_OF: dict[np.dtype, type] = {dtype: kind for kind, dtype in DTYPE_OF.items()}
_ABSTRACT_OF: dict[type, type] = {kind: getattr(np, name) for name, kind in ABSTRACT.items()}

#: Texts that say a dtype.
_SPELLED: dict[str, np.dtype] = {
    spelling: dtype
    for dtype in _CLASS_OF
    for spelling in (dtype.name, dtype.char, dtype.str[1:], dtype.str, dtype.str.replace("<", "="))
} | {"float": np.dtype(float), "int": np.dtype(int), "bool": np.dtype(bool), "complex": np.dtype(complex)}
_SPELLED |= {"double": np.dtype("f8"), "single": np.dtype("f4"), "half": np.dtype("f2"), "long": np.dtype(int)}


@shown_as("numpy.dtype", in_c=True)
class NumPyDType(NumPyObject):
    """``numpy.dtype``: equal to what says the same dtype, be it a class or a text."""

    __slots__ = ("dtype",)

    def __init__(self, dtype: np.dtype) -> None:
        self.dtype = dtype

    def __eq__(self, other: object) -> bool:
        return dtype_of(other) == self.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)

    def __repr__(self) -> str:
        return repr(self.dtype)

    def __str__(self) -> str:
        return str(self.dtype)


for _name in ("name", "itemsize", "kind", "char", "str", "num"):
    attributes_of(NumPyDType)[_name] = Property(lambda d, name=_name: getattr(d.dtype, name))  # type: ignore[misc]
attributes_of(NumPyDType)["type"] = Property(lambda d: _CLASS_OF[d.dtype])


def dtype_of(value: Any) -> np.dtype | None:
    """The dtype that a value says: a dtype, a class, one of Python's types, a text. None for any other value."""
    if type(value) is NumPyDType:
        return value.dtype
    if type(value) is str:
        return _SPELLED.get(value)
    if type(value) is type and value in DTYPE_OF:
        return DTYPE_OF[value]
    for python, dtype in PYTHON_DTYPES:
        if value is python:
            return dtype.np
    return None


def kind_of(value: Any) -> Any:
    """For ``issubdtype``: NumPy's dtype or abstract class. Raises TypeError."""
    found: Any = _ABSTRACT_OF.get(value) if type(value) is type else None
    if found is None:
        found = dtype_of(value)
    if found is None:
        raise TypeError(f"Cannot interpret '{value if type(value) is str else type(value).__name__}' as a data type")
    return found


# -- what comes from NumPy ---------------------------------------------------------------------------------


class NamedResult(NumPyObject, tuple):  # type: ignore[type-arg]
    """A tuple whose parts have names: what ``numpy.linalg.eig`` gives."""

    __slots__ = ()

    names: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in zip(self.names, self))})"


_RESULTS: dict[str, type[NamedResult]] = {}
for _title, _parts in (
    ("EigResult", "eigenvalues eigenvectors"), ("EighResult", "eigenvalues eigenvectors"), ("QRResult", "Q R"),
    ("SVDResult", "U S Vh"), ("SlogdetResult", "sign logabsdet"), ("UniqueAllResult", "values indices inverse counts"),
):  # fmt: skip
    _made = shown_as(f"numpy.linalg.{_title}")(type(_title, (NamedResult,), {"__slots__": (), "names": _parts.split()}))
    _RESULTS[_title] = _made
    for _at, _part in enumerate(_parts.split()):
        attributes_of(_made)[_part] = Property(lambda found, at=_at: found[at])  # type: ignore[misc]


@shown_as("numpy.linalg.LinAlgError")
class LinAlgError(NumPyObject, ValueError):
    """A matrix that is singular, not square, or for which an iteration did not converge."""


@shown_as("numpy.exceptions.AxisError")
class AxisError(NumPyObject, ValueError, IndexError):
    """An axis that an array does not have."""


_PLAIN = frozenset({bool, int, float, complex, str, type(None), type(NotImplemented)})


def give(found: Any) -> Any:
    """The value for a program of what NumPy gave. Raises TypeError for what programs have no value for."""
    kind = type(found)
    if kind is np.ndarray:
        if found.dtype not in _CLASS_OF:
            raise TypeError(f"arrays here hold numbers and truth values, not {found.dtype.name.rstrip('0123456789')}")
        return NumPyArray(found)
    if isinstance(found, np.generic):
        made = _CLASS_OF.get(found.dtype)
        if made is None:
            raise TypeError(f"there is no {kind.__name__} here: only numbers and truth values")
        return made(found)
    if kind in _PLAIN:
        return found
    if isinstance(found, tuple):
        named = _RESULTS.get(kind.__name__)
        return tuple(map(give, found)) if named is None else named(map(give, found))
    if kind is list:
        return list(map(give, found))
    if isinstance(found, np.dtype):
        return NumPyDType(found)
    raise TypeError(f"there is no value here for {kind.__name__}")


def handed_on(error: Exception) -> Exception:
    """NumPy's error as one of a kind that programs know, with its text."""
    if isinstance(error, np.linalg.LinAlgError):
        return LinAlgError(str(error))
    if isinstance(error, np.exceptions.AxisError):
        return AxisError(str(error))
    known = next(base for base in type(error).__mro__ if base.__module__ == "builtins")
    if known is type(error):
        return error
    return known(str(error)) if issubclass(known, Exception) else error
