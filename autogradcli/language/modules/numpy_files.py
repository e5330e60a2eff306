"""Files of NumPy's in the folder of ``--files``: arrays as NPY and NPZ, and as text. Nothing in them is run."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...api.arrays.gate import taken
from ...api.arrays.kinds import dtype_of
from ...api.arrays.values import NumPyArray
from ...api.calls.python_function import renamed
from ...api.calls.registry import Method, Property, attributes_of
from ...api.nn.kept_files import files
from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from ..values.budget import MAX_TEXT, budget, check_items, check_text
from ..values.held_streams import Held
from ..values.open_files import name_of
from ..values.text_format import to_str

#: Bytes that a file of arrays may have.
_MOST = 1 << 28
_FORMAT = re.compile(r"[^%]{0,20}%[-+ 0#]?\d{0,2}(\.\d{0,2})?[dfgeisEG][^%]{0,20}")


def _array(value: Any) -> np.ndarray:
    found = np.asarray(taken(value, "numpy"))
    if found.dtype.kind not in "biufcSU":
        raise TypeError("arrays of numbers, truth values and texts can be saved here")
    budget.spend(found.nbytes)
    return found


def _put(file: Any, data: bytes, ending: str) -> None:
    """Write bytes into a file of a name, which gets that ending, or into one that is open."""
    if isinstance(file, Held):
        file.check(to_write=True)
        file.done("write", data)
        file.size += len(data)
        file.wrote()
        return
    name = name_of(file)
    files().settle(name)
    files().write(name if name.endswith(ending) else f"{name}{ending}", data)


def _bytes(file: Any) -> bytes:
    if isinstance(file, Held):
        file.check()
        found: Any = file.done("read")
        return found if isinstance(found, bytes) else bytes(found.encode())
    return files().contents(name_of(file), _MOST)


def save(file: Any, arr: Any, allow_pickle: Any = False) -> None:
    """Write an array as NPY."""
    held = io.BytesIO()
    np.save(held, _array(arr), allow_pickle=False)
    _put(file, held.getvalue(), ".npy")


def _savez(compressed: bool) -> Any:
    def write(file: Any, *args: Any, **kwds: Any) -> None:
        arrays = {f"arr_{k}": _array(value) for k, value in enumerate(args)}
        arrays |= {name: _array(value) for name, value in kwds.items()}
        held = io.BytesIO()
        (np.savez_compressed if compressed else np.savez)(held, **arrays)  # type: ignore[arg-type]
        _put(file, held.getvalue(), ".npz")

    write.__doc__ = "Write arrays by their names as NPZ."
    return renamed(write, "savez_compressed" if compressed else "savez")


@shown_as("numpy.lib._npyio_impl.NpzFile")
class NpzFile(ContextMode):
    """The arrays of a file, by name."""

    __slots__ = ("arrays",)

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self.arrays = arrays

    def __enter__(self) -> NpzFile:
        return self

    def __exit__(self, *problem: object) -> None:
        return

    def __getitem__(self, name: Any) -> NumPyArray:
        if name not in self.arrays:
            raise KeyError(f"{name} is not a file in the archive")
        return NumPyArray(self.arrays[name].copy())

    def __contains__(self, name: Any) -> bool:
        return name in self.arrays

    def __iter__(self) -> Iterator[str]:
        return iter(list(self.arrays))

    def __len__(self) -> int:
        return len(self.arrays)


def load(file: Any, mmap_mode: Any = None, allow_pickle: Any = False) -> Any:
    """The array of an NPY file, or the arrays of an NPZ. Raises ValueError for objects, MemoryError for too much."""
    data = _bytes(file)
    if not data.startswith(b"PK"):
        if not data.startswith(b"\x93NUMPY"):
            raise ValueError("np.load() here reads NPY and NPZ: this file is neither, and pickles are never read")
        return NumPyArray(_one(data))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_items(len(archive.infolist()))
        budget.spend(sum(each.file_size for each in archive.infolist()))
        found = {each.filename.removesuffix(".npy"): _one(archive.read(each)) for each in archive.infolist()}
    return NpzFile(found)


def _one(data: bytes) -> np.ndarray:
    held = io.BytesIO(data)
    budget.spend(len(data))
    found: np.ndarray = np.lib.format.read_array(held, allow_pickle=False)
    return found


def savetxt(
    fname: Any, X: Any, fmt: Any = "%.18e", delimiter: Any = " ", newline: Any = "\n", header: Any = "",
    footer: Any = "", comments: Any = "# ", encoding: Any = None,
) -> None:  # fmt: skip
    """Write an array as text, a row a line."""
    found = _array(X)
    for each in fmt if type(fmt) in (list, tuple) else [fmt]:
        if type(each) is not str or not _FORMAT.fullmatch(each):
            raise ValueError(f"fmt is a format such as '%.4f' or one for each column, not {to_str(each)[:40]}")
    for text in (delimiter, newline, header, footer, comments):
        if type(text) is not str:
            raise TypeError(f"a text is needed, not {type(text).__name__}")
    check_text(120 * found.size + len(header) + len(footer))
    held = io.StringIO()
    given = list(fmt) if type(fmt) in (list, tuple) else fmt
    np.savetxt(held, found, given, delimiter, newline, header, footer, comments)
    if isinstance(fname, Held):
        fname.write(held.getvalue())
    else:
        files().settle(name_of(fname))
        files().write(name_of(fname), held.getvalue().encode())


def _lines(fname: Any) -> list[str]:
    if isinstance(fname, Held):
        found = [each if type(each) is str else to_str(each.data.decode()) for each in fname.readlines()]
    elif type(fname) is list:
        found = budget.items(fname)
        if not all(type(line) is str for line in found):
            raise TypeError("loadtxt() reads lines of text, or a file")
    else:
        found = files().contents(name_of(fname), MAX_TEXT).decode().splitlines(keepends=True)
    check_items(sum(line.count(" ") + line.count(",") + 1 for line in found))
    return found


def loadtxt(
    fname: Any, dtype: Any = float, comments: Any = "#", delimiter: Any = None, converters: Any = None,
    skiprows: Any = 0, usecols: Any = None, unpack: Any = False, ndmin: Any = 0, encoding: Any = None,
    max_rows: Any = None,
) -> Any:  # fmt: skip
    """The numbers of a text, a row a line. Raises ValueError in NumPy's words for what is no number."""
    if converters is not None:
        raise NotImplementedError("loadtxt() reads numbers here, without converters: read the lines with open()")
    columns = None if usecols is None else np.asarray(taken(usecols, "usecols")).reshape(-1).tolist()
    found = np.loadtxt(
        _lines(fname), _kind(dtype), comments, delimiter, None, skiprows, columns, False, ndmin, max_rows=max_rows
    )
    return _turned(found, unpack)


def genfromtxt(
    fname: Any, dtype: Any = float, comments: Any = "#", delimiter: Any = None, skip_header: Any = 0,
    skip_footer: Any = 0, usecols: Any = None, names: Any = None, filling_values: Any = None, unpack: Any = False,
    encoding: Any = None, max_rows: Any = None,
) -> Any:  # fmt: skip
    """``loadtxt`` where a missing number is ``nan``, or ``filling_values``."""
    if names:
        raise NotImplementedError("genfromtxt() reads numbers here: skip_header=1 leaves out the names of columns")
    columns = None if usecols is None else np.asarray(taken(usecols, "usecols")).reshape(-1).tolist()
    filling = None if filling_values is None else np.asarray(taken(filling_values, "filling_values")).item()
    found = np.genfromtxt(
        _lines(fname), _kind(dtype), comments, delimiter, skip_header, skip_footer, filling_values=filling,
        usecols=columns, max_rows=max_rows,
    )  # fmt: skip
    return _turned(found, unpack)


def _kind(dtype: Any) -> np.dtype:
    found = dtype_of(dtype)
    if found is None or found.kind not in "biuf":
        raise TypeError("numbers are read here: dtype=float, int or bool")
    return found


def _turned(found: np.ndarray, unpack: Any) -> Any:
    if not unpack:
        return NumPyArray(found)
    turned = found.T
    return [NumPyArray(row) for row in turned] if turned.ndim > 1 else NumPyArray(turned)


attributes_of(NpzFile)["files"] = Property(lambda held: list(held.arrays), doc="The names of the arrays.")
attributes_of(NpzFile)["close"] = Method(lambda held: None, "Nothing: the file is read.")
attributes_of(NpzFile)["keys"] = Method(lambda held: list(held.arrays), "The names of the arrays.")

#: What a program names them.
CALLS = {
    "save": save, "savez": _savez(False), "savez_compressed": _savez(True), "load": load, "savetxt": savetxt,
    "loadtxt": loadtxt, "genfromtxt": genfromtxt,
}  # fmt: skip
