"""``--save FILE.npz``: chosen variables as an archive of NumPy's, all of it or nothing."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np

from ..engine.tensor import Tensor
from .data import Reference
from .drafts import write_atomically


def chosen(variables: dict[str, Any], names: str) -> dict[str, np.ndarray]:
    """The arrays of the names, a list with commas; NAME.grad is a gradient. Without names, of all variables that
    are tensors or numbers.

    Raises NameError, and TypeError for a value that is no tensor and no number.
    """
    if names:
        return {name: _array(_find(variables, name), name) for name in map(str.strip, names.split(","))}
    kinds = (Tensor, int, float, complex)
    return {name: _array(value, name) for name, value in variables.items() if name != "_" and isinstance(value, kinds)}


def _find(variables: dict[str, Any], name: str) -> Any:
    variable, dot, attribute = name.partition(".")
    if variable not in variables or (dot and attribute != "grad"):
        raise NameError(f"name '{name}' is not defined")
    value = variables[variable]
    if not dot:
        return value
    if not isinstance(value, Tensor) or value.grad is None:
        raise NameError(f"'{variable}' has no gradient")
    return value.grad


def _array(value: Any, name: str) -> np.ndarray:
    if isinstance(value, Tensor):
        return value.array
    if isinstance(value, int | float | complex):
        array = np.asarray(value)
        if array.dtype.kind in "biufc":  # an integer of more than 64 bits makes an array of objects
            return array
    raise TypeError(f"'{name}' is of the type {type(value).__name__}: only tensors and numbers can be saved")


def save(wanted: Reference, variables: dict[str, Any]) -> None:
    """Write the archive. Raises as ``chosen``, and OSError; then the file is as it was before."""
    from zipfile import ZipFile

    arrays = chosen(variables, wanted.key)

    def write(file: BinaryIO) -> None:
        with ZipFile(file, "w") as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)

    write_atomically(wanted.file, write)
