"""The files of the safetensors library, by their format alone: eight bytes with the length of the header, the header
(an object of JSON: of each tensor its dtype, its shape and where its bytes are), the bytes.

Nothing in such a file is run, and what a header says of the bytes is checked before they are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from json import dumps
from math import prod
from os import SEEK_END
from typing import Any, BinaryIO

import numpy as np

from ..numerics import dtypes
from .reading import DataError, load_json, object_of

#: Its names of the dtypes that tensors have here.
_NAMES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "I16": "int16", "U16": "uint16", "I32": "int32", "U32": "uint32",
    "I64": "int64", "U64": "uint64", "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64",
    "C64": "complex64", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
}  # fmt: skip
_CALLED = {name: called for called, name in _NAMES.items()}
#: Bytes of a header at the most, as the library has it.
MAX_HEADER = 100_000_000
_SIZE = 8


def read(data: bytes | str, names: list[str] | None = None) -> dict[str, np.ndarray]:
    """The arrays of a file, or of its bytes, or those of these names. Raises DataError and OSError."""
    with BytesIO(data) if isinstance(data, bytes) else open(data, "rb") as file:
        header, start, _ = _header(file)
        wanted = {name: entry for name, entry in header.items() if names is None or name in names}
        return {name: _array(file, name, entry, start) for name, entry in wanted.items()}


def keys(data: bytes | str) -> list[str]:
    """The names of the tensors in a file. Raises as ``read``."""
    with BytesIO(data) if isinstance(data, bytes) else open(data, "rb") as file:
        return list(_header(file)[0])


def contents(file: BinaryIO) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays of an open file, and what its ``__metadata__`` says besides. Raises as ``read``."""
    header, start, notes = _header(file)
    return {name: _array(file, name, entry, start) for name, entry in header.items()}, notes


def begins(file: BinaryIO) -> bool:
    """Whether an open file begins as those of this format do."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    length = int.from_bytes(file.read(_SIZE), "little")
    return 2 <= length <= min(size - _SIZE, MAX_HEADER) and file.read(1) == b"{"


def check(arrays: Mapping[str, np.ndarray]) -> None:
    """Raises TypeError for a dtype that the format has not."""
    for name, array in arrays.items():
        if array.dtype.name not in _CALLED:
            raise TypeError(f"'{name}' has the dtype {array.dtype.name}, which a file of safetensors can't hold")


def write(file: BinaryIO, arrays: Mapping[str, np.ndarray], notes: Mapping[str, str] | None = None) -> None:
    """Write arrays, the widest numbers first, so that each begins at a multiple of its size; and texts by name."""
    header: dict[str, Any] = {"__metadata__": dict(notes)} if notes else {}
    at = 0
    order = sorted(arrays, key=lambda name: -arrays[name].dtype.itemsize)
    for name in order:
        array = arrays[name]
        header[name] = {
            "dtype": _CALLED[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [at, at + array.nbytes],
        }
        at += array.nbytes
    text = dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _SIZE)
    file.write(len(text).to_bytes(_SIZE, "little") + text)
    for name in order:
        array = arrays[name]
        little = array.astype(array.dtype.newbyteorder("<"), copy=False) if array.dtype.byteorder == ">" else array
        file.write(np.ascontiguousarray(little).reshape(-1).view(np.uint8).data)


def _header(file: BinaryIO) -> tuple[dict[str, Any], int, dict[str, str]]:
    """What stands about each tensor, checked against the size of the file, where the bytes begin, and what else is
    said."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    length = int.from_bytes(file.read(_SIZE), "little")
    if size < _SIZE or not 2 <= length <= min(size - _SIZE, MAX_HEADER):
        raise _wrong("its first eight bytes are no length of a header")
    text = file.read(length)
    try:
        header = load_json(text.decode(), object_pairs_hook=object_of)
    except RecursionError:
        raise _wrong("its header nests too deeply") from None
    except DataError:
        raise
    except ValueError:
        raise _wrong("its header is no JSON") from None
    if not isinstance(header, dict):
        raise _wrong("its header is no object")
    notes = header.pop("__metadata__", None)
    if not isinstance(notes, dict) or not all(isinstance(text, str) for text in notes.values()):
        notes = {}
    room = size - _SIZE - length
    for name, entry in header.items():
        _check(name, entry, room)
    spans = sorted(tuple(entry["data_offsets"]) for entry in header.values())
    reached = 0
    for begin, end in spans:
        if begin != reached:
            raise _wrong("its tensors overlap or leave a gap")
        reached = end
    if reached != room:
        raise _wrong("it is longer than its header says" if reached < room else "it is shorter than its header says")
    return header, _SIZE + length, notes


def _check(name: str, entry: Any, room: int) -> None:
    fields = ("dtype", "shape", "data_offsets")
    if not isinstance(entry, dict) or any(field not in entry for field in fields):
        raise _wrong(f"`{name[:40]}` in it lacks one of {', '.join(fields)}")
    shape, offsets = entry["shape"], entry["data_offsets"]
    numbers = [*shape, *offsets] if isinstance(shape, list) and isinstance(offsets, list) else [None]
    if any(type(n) is not int or n < 0 for n in numbers) or len(offsets) != 2:
        raise _wrong(f"`{name[:40]}` in it has no shape or no place")
    begin, end = offsets
    known = type(entry["dtype"]) is str and entry["dtype"] in _NAMES  # of others whoever wants them is told
    if end > room or (known and end - begin != prod(shape) * _dtype(entry).itemsize):
        raise _wrong(f"the bytes of `{name[:40]}` don't fit its shape")


def _dtype(entry: Mapping[str, Any]) -> np.dtype[Any]:
    return np.dtype(dtypes.NAMES[_NAMES[entry["dtype"]]].np)


def _array(file: BinaryIO, name: str, entry: Mapping[str, Any], start: int) -> np.ndarray:
    if type(entry["dtype"]) is not str or entry["dtype"] not in _NAMES:
        raise DataError(f"`{name[:40]}` in it has the dtype {str(entry['dtype'])[:20]}, which no tensor has here")
    begin, end = entry["data_offsets"]
    file.seek(start + begin)
    data = bytearray(end - begin)
    if file.readinto(data) != len(data):  # type: ignore[attr-defined]
        raise _wrong(f"the bytes of `{name[:40]}` are not all there")
    dtype = _dtype(entry)
    if dtype.byteorder == "=":  # numbers stand in it with the low byte first
        dtype = dtype.newbyteorder("<")
    array = np.frombuffer(data, dtype).reshape(entry["shape"])
    return array.view(_dtype(entry)) if dtype.isnative else array.astype(_dtype(entry))


def _wrong(what: str) -> DataError:
    return DataError(f"it is no file of safetensors: {what}")
