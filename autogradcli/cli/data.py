"""Values of variables from files: arrays of NumPy and safetensors, tables, JSON. Pickles are never read.

    FILE.npy                   an array, its dtype kept
    FILE.npz, FILE.safetensors several, by key: FILE.npz:weights; without a key the only one, or the one of the
                               variable's own name
    FILE.csv, FILE.tsv         a table of numbers, with or without a line of heads; one column: FILE.csv:height
    FILE.json                  a number, nested lists, an object of those by key, a line of ``--format json``
    -                          the standard input, and files without a suffix: told apart by how they begin

What has no dtype of its own (tables, JSON) becomes what ``torch.tensor`` makes of the same list.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np

from ..engine import dtypes
from ..engine.tensor import wrap
from .environment import Environment, UnreadableError
from .reading import DataError as DataError
from .reading import lines, load_json

SUFFIXES = (".npy", ".npz", ".csv", ".tsv", ".json", ".safetensors")
#: Those that may hold several arrays: a key may follow.
KEYED = (".npz", ".csv", ".tsv", ".json", ".safetensors")
EXPECTED = "a file of the kind .npy, .npz, .csv, .tsv, .json or .safetensors is expected"
STDIN = "-"
_SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class Reference(NamedTuple):
    """``FILE:KEY``, as it stands behind ``@``."""

    file: str
    key: str = ""

    @property
    def shown(self) -> str:
        return "<stdin>" if self.file == STDIN else self.file


def reference(text: str) -> Reference:
    """``weights.npz:w`` as file and key. A colon parts them only behind a suffix of KEYED and behind ``-``."""
    for suffix in KEYED:
        at = text.rfind(suffix + ":")
        if at >= 0:
            end = at + len(suffix)
            return Reference(text[:end], text[end + 1 :])
    if text.startswith("-:"):
        return Reference(STDIN, text[2:])
    return Reference(text)


def read(wanted: Reference, name: str, environment: Environment) -> Any:
    """The value that a reference names, for the variable ``name``: a Tensor, a number or nested lists.

    Raises DataError, OSError, UnreadableError and MemoryError.
    """
    kind, data = _open(wanted, environment)
    found = _READERS[kind](data, wanted.key)
    if not isinstance(found, Mapping):
        if wanted.key:
            raise DataError(f"a {kind} of one value has no key `{wanted.key}`; leave out :{wanted.key}")
        return _value(found)
    keys = list(found)
    if wanted.key:
        if wanted.key not in found:
            raise DataError(f"there is no `{wanted.key}` in it; it has {_listed(keys)}")
        return _value(found[wanted.key])
    if len(keys) == 1 or name in found:
        return _value(found[name if name in found else keys[0]])
    raise DataError(f"it has {_listed(keys)}; say which: {name}=@{wanted.file}:{keys[0] if keys else 'KEY'}")


def read_all(wanted: Reference, environment: Environment) -> dict[str, Any]:
    """All values of a file by their keys, or those in ``wanted.key``, a list with commas. Raises as ``read``."""
    kind, data = _open(wanted, environment)
    found = _COLUMNS[kind](data) if kind in _COLUMNS else _READERS[kind](data, "")
    if not isinstance(found, Mapping):
        raise DataError(f"it has one value without a name; use --var NAME=@{wanted.file}")
    if not wanted.key:
        return {key: _value(value) for key, value in found.items()}
    keys = [key.strip() for key in wanted.key.split(",") if key.strip()]
    missing = [key for key in keys if key not in found]
    if missing:
        raise DataError(f"there is no `{missing[0]}` in it; it has {_listed(list(found))}")
    return {key: _value(found[key]) for key in keys}


def _listed(keys: list[str]) -> str:
    shown = ", ".join(f"`{key}`" for key in keys[:8])
    return (shown + (f" and {len(keys) - 8} more" if len(keys) > 8 else "")) or "nothing"


def _open(wanted: Reference, environment: Environment) -> tuple[str, Any]:
    """The kind of a file, and its path or, where it was read to see its kind, its bytes."""
    file = wanted.file
    suffix = os.path.splitext(file)[1].lower()
    if file == STDIN:
        return _sniffed(environment.stdin_bytes())
    if suffix in SUFFIXES:
        # Opened here, so that a missing file is an OSError whatever its reader would say.
        with open(file, "rb"):
            return suffix, file
    if suffix and not file.startswith("/dev/"):
        with open(file, "rb"):
            raise DataError(EXPECTED)
    with open(file, "rb") as stream:
        return _sniffed(stream.read())


def _sniffed(data: bytes) -> tuple[str, bytes]:
    if data.startswith(_MAGIC):
        return ".npy", data
    if data.startswith(_ARCHIVE):
        return ".npz", data
    if data[8:9] == b"{" and 2 <= int.from_bytes(data[:8], "little") <= len(data) - 8:
        return ".safetensors", data
    if data[:1] == _PICKLE:
        raise DataError(f"it is a pickle, which is never read; {EXPECTED}")
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in (b"[", b"{"):
        return ".json", data
    return (".tsv" if b"\t" in data[:4096].partition(b"\n")[0] else ".csv"), data


def _value(found: Any) -> Any:
    """A NumPy array as a tensor of the same dtype; what is not from NumPy as it is."""
    if not isinstance(found, np.ndarray):
        return found
    if found.dtype.hasobject:
        raise DataError("it holds Python objects (a pickle), which are never read; an array of numbers is expected")
    if found.dtype.name == "bfloat16" or found.dtype == np.dtype("V2"):
        # Its package is loaded only when it is named; and NumPy's own format keeps of it that it has two bytes.
        found = found.view(dtypes.bfloat16.np)
    array = np.array(found, dtype=found.dtype.newbyteorder("="), order="C")
    try:
        dtypes.of(array)
    except KeyError:
        raise DataError(f"its dtype is {found.dtype}; one that tensors have is expected, such as float64") from None
    return wrap(array)


# -- the kinds ---------------------------------------------------------------------------------------------


_MAGIC = b"\x93NUMPY"
_ARCHIVE = b"PK"
_PICKLE = b"\x80"


def _numpy(data: Any, key: str) -> Any:
    with BytesIO(data) if isinstance(data, bytes) else open(data, "rb") as file:
        start = file.read(len(_MAGIC))
        if not start.startswith((_MAGIC, _ARCHIVE)):
            what = "it is a pickle, which is never read" if start[:1] == _PICKLE else "it is no array of NumPy's"
            raise DataError(f"{what}; what numpy.save or numpy.savez wrote is expected")
        file.seek(0)
        try:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return loaded
            with loaded:
                names = [name for name in loaded.files if not key or name in key.split(",")]
                # Where none is meant, all are named for the message.
                return {name: _member(loaded, name) for name in names} or dict.fromkeys(loaded.files)
        except (DataError, OSError, MemoryError):
            raise
        except Exception as error:  # zipfile's, zlib's and NumPy's own, of many types
            if "pickle" in str(error):
                raise DataError("it holds a pickle, which is never read; an array of numbers is expected") from None
            raise DataError(f"it is no array of NumPy's ({type(error).__name__}: {error})") from None


def _member(loaded: Any, name: str) -> np.ndarray:
    found = loaded[name]
    if not isinstance(found, np.ndarray):
        raise DataError(f"`{name}` in it is no array")
    return found


def _safetensors(data: Any, key: str) -> dict[str, np.ndarray]:
    if isinstance(data, bytes):
        from tempfile import NamedTemporaryFile

        # From bytes the library knows fewer dtypes.
        with NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            return _safetensors(file.name, key)
    try:
        from importlib import import_module

        library = import_module("safetensors.numpy")
    except ImportError:
        raise DataError("the library safetensors is needed to read it: pip install safetensors") from None
    try:
        _ = dtypes.bfloat16.np  # which makes NumPy know it
        tensors: dict[str, np.ndarray] = library.load_file(data)
    except Exception as error:  # the library's own error type, and KeyError for a dtype that NumPy lacks
        if isinstance(error, OSError | MemoryError):
            raise
        raise DataError(f"it is no file of safetensors ({type(error).__name__}: {error})") from None
    return tensors


def _text(data: Any) -> str:
    if not isinstance(data, bytes):
        with open(data, "rb") as file:
            data = file.read()
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise UnreadableError(f"not UTF-8 text: byte 0x{data[error.start]:02x}", line, column) from None


class _Table(NamedTuple):
    text: str
    delimiter: str
    #: The names of the columns; none where the first line is one of numbers.
    heads: list[str]
    skipped: int


def _table(data: Any, delimiter: str) -> _Table:
    import csv

    text = _text(data)
    # A quote that is never closed would make one cell of all that follows it.
    reader = csv.reader(lines(text), delimiter=delimiter, strict=True)
    csv.field_size_limit(len(text) + 1)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                heads = [] if any(map(_is_number, cells)) else [cell.strip() for cell in cells]
                return _Table(text, delimiter, heads, reader.line_num if heads else reader.line_num - 1)
    except csv.Error as error:
        raise DataError(f"line {reader.line_num}: {error}") from None
    raise DataError("it is empty; a table of numbers is expected")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # which is Python's own


def _columns(table: _Table, column: int | None = None) -> Any:
    """The numbers as nested lists: one row or one column is a list, several of both a list of rows."""
    from warnings import catch_warnings, simplefilter

    array = None
    with catch_warnings():
        simplefilter("error")  # "integer via a float", "no data"
        for kind in (np.int64, np.float64):
            try:
                array = np.loadtxt(
                    lines(table.text),
                    dtype=kind,
                    delimiter=table.delimiter,
                    comments=None,
                    quotechar='"',
                    skiprows=table.skipped,
                    usecols=column,
                    ndmin=2,
                )
                break
            except (ValueError, Warning):
                continue
    if array is None:
        raise DataError(_what_is_wrong(table, column) or "it is no table of numbers")
    if 1 in array.shape:
        array = array.reshape(-1)
    return array.tolist()


def _what_is_wrong(table: _Table, column: int | None) -> str:
    import csv

    reader = csv.reader(lines(table.text), delimiter=table.delimiter)
    csv.field_size_limit(len(table.text) + 1)
    width = 0
    for cells in reader:
        if reader.line_num <= table.skipped or not cells:
            continue
        width = width or len(cells)
        if len(cells) != width and column is None:
            return f"line {reader.line_num} has {len(cells)} cells where {width} are expected"
        for k, cell in enumerate(cells):
            if (column is None or k == column) and not _is_number(cell):
                what = f"{cell[:40]!r} is no number" if cell.strip() else "the cell is empty; a number is expected"
                return f"line {reader.line_num}, column {k + 1}: {what}"
        if column is not None and column >= len(cells):
            return f"line {reader.line_num} has only {len(cells)} cells"
    return "" if width else "it has no row of numbers"


def _read_table(data: Any, key: str, delimiter: str) -> Any:
    table = _table(data, delimiter)
    if not key:
        return _columns(table)
    if not table.heads:
        raise DataError(f"its first line has no names of columns, so there is no column `{key}`")
    if key not in table.heads:
        raise DataError(f"there is no column `{key}`; it has {_listed(table.heads)}")
    _check_heads([head for head in table.heads if head == key])
    return {key: _columns(table, table.heads.index(key))}


def _check_heads(heads: list[str]) -> None:
    """Raises DataError if two columns have one name."""
    for head in heads:
        if heads.count(head) > 1:
            raise DataError(f"{heads.count(head)} of its columns are called `{head}`; give each a name of its own")


def _named_columns(data: Any, delimiter: str) -> Any:
    table = _table(data, delimiter)
    _check_heads(table.heads)
    return {head: _columns(table, k) for k, head in enumerate(table.heads)} if table.heads else _columns(table)


def _json(data: Any, key: str) -> Any:
    try:
        value = load_json(_text(data))
    except RecursionError:
        raise DataError("its lists nest too deeply") from None
    except ValueError as error:
        if "integer string" in str(error):  # Python's advice is of no use here
            raise DataError("an integer in it is too large to be read") from None
        raise DataError(f"it is no JSON: {error}") from None
    if isinstance(value, dict) and value.get("event") == "value" and isinstance(value.get("value"), dict):
        value = value["value"]
    if isinstance(value, dict) and "data" not in value:
        return {name: _numbers(inner, name) for name, inner in value.items() if not key or name in key.split(",")} or (
            dict.fromkeys(value)
        )
    return _numbers(value, "it")


def _numbers(value: Any, where: str) -> Any:
    """Numbers, nested lists, or an object with ``data`` and perhaps ``dtype``. Raises DataError for the rest."""
    if isinstance(value, dict) and "data" in value:
        return _typed(value, where)
    if isinstance(value, list):
        return [_numbers(inner, f"{where}[{k}]") for k, inner in enumerate(value)]
    if isinstance(value, str) and value in _SPECIAL:
        return _SPECIAL[value]
    if isinstance(value, int | float):
        return value
    kind = {str: "a string", dict: "an object", type(None): "null"}[type(value)]
    raise DataError(f"{where} is {kind}; a number or a list of numbers is expected")


def _typed(value: dict[str, Any], where: str) -> Any:
    numbers = _numbers(value["data"], f"{where}.data")
    if "dtype" not in value:
        return numbers
    dtype = dtypes.NAMES.get(str(value["dtype"]))
    if dtype is None:
        raise DataError(f"{where}.dtype is {value['dtype']!r}; a dtype such as float64 is expected")
    try:
        if dtype.category == dtypes.COMPLEX:
            pairs = np.array(numbers, dtype=np.float64)
            array = (pairs[..., 0] + 1j * pairs[..., 1]).astype(dtype.np)
        else:
            array = np.array(numbers, dtype=dtype.np)
        return array.reshape(value["shape"]) if "shape" in value else array
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise DataError(f"{where}.data is no array of {dtype.name}: {error}") from None


_READERS: dict[str, Any] = {
    ".npy": _numpy,
    ".npz": _numpy,
    ".csv": lambda data, key: _read_table(data, key, ","),
    ".tsv": lambda data, key: _read_table(data, key, "\t"),
    ".json": _json,
    ".safetensors": _safetensors,
}
#: Tables as columns by their names, where all are asked for.
_COLUMNS: dict[str, Any] = {
    ".csv": lambda data: _named_columns(data, ","),
    ".tsv": lambda data: _named_columns(data, "\t"),
}
