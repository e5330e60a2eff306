"""``--save FILE`` and ``:save FILE``: chosen variables in a file of data, all of it or nothing.

FILE.npy            one array
FILE.npz            several, as NumPy's archive
FILE.safetensors    several
FILE.json           an object: of each tensor its dtype, its shape and its numbers
FILE.csv, FILE.tsv  a matrix, or columns of one length under their names
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import numpy as np

from ..api.arrays.values import NumPyArray, NumPyScalar
from ..api.nn.module import Module
from ..engine.tensor import Tensor
from ..numerics.dtypes import is_outside, plain
from ..tensor_names import named_tensors
from . import safetensors
from .drafts import write_atomically
from .reading import strict
from .values import Reference, name_of

SUFFIXES = (".npy", ".npz", ".csv", ".tsv", ".json", ".safetensors")


def chosen(variables: Mapping[str, Any], names: str) -> dict[str, Any]:
    """The values of the names, a list with commas; NAME.grad is a gradient, and a module or a list all in it. Without
    names, of all variables that are tensors or numbers.

    Raises NameError.
    """
    if names:
        found: dict[str, Any] = {}
        for name in map(str.strip, names.split(",")):
            found.update(_found(variables, name))
        return found
    kinds = (Tensor, int, float, complex)
    return {name: value for name, value in variables.items() if name != "_" and isinstance(value, kinds)}


def _found(variables: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What a name means: a variable, a gradient, a tensor that a variable leads to (``lin.weight``), or all in one."""
    if name in variables and not isinstance(variables[name], (Module, list, tuple, dict)):
        return {name: variables[name]}
    owner = name.removesuffix(".grad")
    inside = dict(named_tensors(variables))
    if name in inside and not name.endswith(".grad"):
        return {name: inside[name]}
    if owner != name and owner in inside:
        if inside[owner].grad is None:
            raise NameError(f"'{owner}' has no gradient")
        return {name: inside[owner].grad}
    under = {each: tensor for each, tensor in inside.items() if each.startswith((f"{name}.", f"{name}["))}
    if not under:
        if name in variables:
            return {name: variables[name]}
        raise NameError(f"name '{name}' is not defined")
    return under


def array_of(value: Any, name: str) -> np.ndarray:
    """The numbers of a tensor, an array or a number. Raises TypeError for anything else."""
    if isinstance(value, (Tensor, NumPyArray, NumPyScalar)):
        return np.asarray(value.array)
    if isinstance(value, int | float | complex):
        array = np.asarray(value)
        if array.dtype.kind in "biufc":  # an integer of more than 64 bits makes an array of objects
            return array
    raise TypeError(f"'{name}' is of the type {type(value).__name__}: only tensors and numbers can be saved")


def save(wanted: Reference, variables: Mapping[str, Any]) -> list[str]:
    """Write the file; the names of what is in it. Raises NameError, TypeError, ValueError where the file can't hold
    what is chosen, and OSError; then the file is as it was before."""
    kind = os.path.splitext(wanted.file)[1].lower()
    names = wanted.key
    if kind == ".npy" and not names:
        names = _of_one(wanted.file, variables)
    values = chosen(variables, names)
    arrays = {name: array_of(value, name) for name, value in values.items()}
    write_atomically(wanted.file, _WRITERS[kind](arrays, values))
    return list(values)


def _of_one(file: str, variables: Mapping[str, Any]) -> str:
    """Which variable a file of one array means: the one of its name, or the only one."""
    name = name_of(file)
    names = [*chosen(variables, "")]
    if name in variables or len(names) != 1:
        return name if name in variables else _say_which(file, names)
    return names[0]


def _say_which(file: str, names: list[str]) -> str:
    there = f"; there are {', '.join(names[:8])}" if names else ""
    raise ValueError(f"it holds one array: say which, as {file}:{names[0] if names else 'NAME'}{there}")


# -- the kinds -----------------------------------------------------------------------------------------------

Write = Callable[[BinaryIO], object]


def _npy(arrays: dict[str, np.ndarray], values: dict[str, Any]) -> Write:
    if len(arrays) != 1:
        raise ValueError("a .npy file holds one array; .npz, .json and .safetensors hold several")
    (array,) = arrays.values()
    _check_known(arrays)
    return lambda file: np.lib.format.write_array(file, array, allow_pickle=False)


def _check_known(arrays: dict[str, np.ndarray]) -> None:
    """Raises TypeError for numbers that NumPy's own format has no name for."""
    for name, array in arrays.items():
        if is_outside(array) and array.dtype.itemsize == 1:
            raise TypeError(
                f"'{name}' has the dtype {array.dtype.name}, which a file of NumPy can't hold: .safetensors"
            )


def _npz(arrays: dict[str, np.ndarray], values: dict[str, Any]) -> Write:
    _check_known(arrays)

    def write(file: BinaryIO) -> None:
        from zipfile import ZipFile

        with ZipFile(file, "w") as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)

    return write


def _safetensors(arrays: dict[str, np.ndarray], values: dict[str, Any]) -> Write:
    safetensors.check(arrays)
    return lambda file: safetensors.write(file, arrays)


def _json(arrays: dict[str, np.ndarray], values: dict[str, Any]) -> Write:
    from json import dumps

    found = {name: _as_json(value, arrays[name]) for name, value in values.items()}
    return lambda file: file.write(dumps(found, indent=1, allow_nan=False).encode() + b"\n")


def _as_json(value: Any, array: np.ndarray) -> Any:
    if not isinstance(value, (Tensor, NumPyArray, NumPyScalar, complex)):
        return strict(value)
    dtype = value.dtype.name if isinstance(value, Tensor) else array.dtype.name
    numbers = np.stack([array.real, array.imag], -1) if array.dtype.kind == "c" else array
    numbers = plain(numbers)
    return {"dtype": dtype, "shape": list(array.shape), "data": strict(numbers.tolist())}


def _table(arrays: dict[str, np.ndarray], values: dict[str, Any], delimiter: str = ",") -> Write:
    for name, array in arrays.items():
        if array.dtype.kind == "c":
            raise ValueError(f"'{name}' is complex, which a table can't hold; .npz, .json and .safetensors can")
    columns = list(arrays.values())
    heads = list(arrays)
    if len(columns) == 1 and columns[0].ndim == 2:
        rows, heads = columns[0], []
    else:
        if not columns or any(column.ndim > 1 or column.size != columns[0].size for column in columns):
            shapes = ", ".join(f"{name} {list(array.shape)}" for name, array in arrays.items()) or "nothing"
            raise ValueError(f"a table holds one matrix, or columns of one length; there is {shapes}")
        rows = list(zip(*[column.reshape(-1) for column in columns]))  # type: ignore[assignment]

    def write(file: BinaryIO) -> None:
        if heads:
            file.write((delimiter.join(heads) + "\n").encode())
        for row in rows:
            file.write((delimiter.join(map(_cell, row)) + "\n").encode())

    return write


def _cell(number: Any) -> str:
    """A number as short as it is exact."""
    return str(int(number)) if isinstance(number, np.bool_) else str(number)


_WRITERS: dict[str, Callable[[dict[str, np.ndarray], dict[str, Any]], Write]] = {
    ".npy": _npy,
    ".npz": _npz,
    ".csv": _table,
    ".tsv": lambda arrays, values: _table(arrays, values, "\t"),
    ".json": _json,
    ".safetensors": _safetensors,
}
