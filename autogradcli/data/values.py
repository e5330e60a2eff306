"""Values of variables from files: arrays of NumPy and safetensors, tables, JSON. Pickles are never read.

    FILE.npy                   an array, its dtype kept
    FILE.npz, FILE.safetensors several, by key: FILE.npz:weights; without a key the only one, or the one of the
                               variable's own name
    FILE.csv, .tsv, .txt, .dat a table of numbers, with or without a line of heads; one column: FILE.csv:height. Its
                               cells stand apart by commas, semicolons, tabs or blanks, whichever its lines have
    FILE.json                  a number, nested lists, an object of those by key, a line of ``--format json``
    -                          the standard input, and files without a suffix: told apart by how they begin

What has no dtype of its own (tables, JSON) becomes what ``torch.tensor`` makes of the same list.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np

from ..engine.tensor import wrap
from ..language.errors import in_our_words
from ..numerics import dtypes
from . import safetensors
from .reading import SPECIAL, DataError, UnreadableError, load_json, object_of
from .tables import heads_of, listed, read_columns, read_table

TABLES = (".csv", ".tsv", ".txt", ".dat")
SUFFIXES = (".npy", ".npz", *TABLES, ".json", ".safetensors")
#: Those that may hold several arrays: a key may follow.
KEYED = (".npz", *TABLES, ".json", ".safetensors")
EXPECTED = "a file of the kind .npy, .npz, .csv, .tsv, .txt, .json or .safetensors is expected"
STDIN = "-"
#: Lists inside one another: a tensor has no more dimensions.
MAX_NESTING = 64
#: Bytes of a file that completion looks at.
MOST_LOOKED_AT = 1 << 20
#: Characters that are shown of what a library says.
MAX_SAID = 100


class Reference(NamedTuple):
    """``FILE:KEY``, as it stands behind ``@``."""

    file: str
    key: str = ""

    @property
    def shown(self) -> str:
        return "<stdin>" if self.file == STDIN else self.file


def reference(text: str, keyed: Sequence[str] = KEYED) -> Reference:
    """``weights.npz:w`` as file and key. A colon parts them only behind a suffix of ``keyed`` and behind ``-``."""
    for suffix in keyed:
        at = text.rfind(suffix + ":")
        if at >= 0:
            end = at + len(suffix)
            return Reference(text[:end], text[end + 1 :])
    if text.startswith("-:"):
        return Reference(STDIN, text[2:])
    return Reference(text)


#: What gives the standard input, and what is told in a line how something was taken.
Stdin = Callable[[], bytes]
Note = Callable[[str], None]


def read(wanted: Reference, name: str, stdin: Stdin, note: Note = lambda line: None) -> Any:
    """The value that a reference names, for the variable ``name``: a Tensor, a number or nested lists.

    Raises DataError, OSError, UnreadableError and MemoryError.
    """
    kind, data = _open(wanted, stdin)
    found = _READERS[kind](data, wanted.key, note)
    if not isinstance(found, Mapping):
        if wanted.key:
            raise DataError(f"a {kind} of one value has no key `{wanted.key}`; leave out :{wanted.key}")
        return _value(found)
    keys = list(found)
    if wanted.key:
        if wanted.key not in found:
            raise DataError(f"there is no `{wanted.key}` in it; it has {listed(keys)}")
        return _value(found[wanted.key])
    if len(keys) == 1 or name in found:
        return _value(found[name if name in found else keys[0]])
    raise DataError(f"it has {listed(keys)}; say which: {name}=@{wanted.file}:{keys[0] if keys else 'KEY'}")


def read_all(wanted: Reference, stdin: Stdin, note: Note = lambda line: None) -> dict[str, Any]:
    """All values of a file by their keys, or those in ``wanted.key``, a list with commas. A single value without a key
    has the name of the file. Raises as ``read``."""
    kind, data = _open(wanted, stdin)
    found = (
        read_columns(text_of(data), _DELIMITERS.get(kind, ""), note)
        if kind in TABLES
        else (_READERS[kind](data, "", note))
    )
    if not isinstance(found, Mapping):
        name = name_of(wanted.file)
        if not name or wanted.key:
            raise DataError(f"it has one value without a name; use --var NAME=@{wanted.file}")
        return {name: _value(found)}
    if not wanted.key:
        return {key: _value(value) for key, value in found.items()}
    keys = [key.strip() for key in wanted.key.split(",") if key.strip()]
    missing = [key for key in keys if key not in found]
    if missing:
        raise DataError(f"there is no `{missing[0]}` in it; it has {listed(list(found))}")
    return {key: _value(found[key]) for key in keys}


def name_of(file: str) -> str:
    """The variable that a file of one value is called by: ``x`` for ``data/x.npy``; empty where that is no name."""
    from keyword import iskeyword

    stem = os.path.splitext(os.path.basename(file))[0]
    return stem if stem.isidentifier() and not iskeyword(stem) else ""


def keys_of(file: str) -> list[str]:
    """The keys that may follow the name of a file, for completion; none where there are none, or it can't be read."""
    kind = os.path.splitext(file)[1].lower()
    try:
        if kind == ".npz":
            from zipfile import ZipFile

            with ZipFile(file) as archive:
                return [name.removesuffix(".npy") for name in archive.namelist()]
        if kind == ".safetensors":
            return safetensors.keys(file)
        if kind in KEYED:
            with open(file, "rb") as stream:
                start = stream.read(MOST_LOOKED_AT)
            if kind in TABLES:
                return heads_of(text_of(start[: start.rfind(b"\n") + 1]), _DELIMITERS.get(kind, ""))
            found = load_json(text_of(start))
            return list(found) if isinstance(found, dict) and "data" not in found else []
    except Exception:  # whatever is wrong with a file is said when it is read
        return []
    return []


def _open(wanted: Reference, stdin: Stdin) -> tuple[str, Any]:
    """The kind of a file, and its path or, where it was read to see its kind, its bytes."""
    file = wanted.file
    suffix = os.path.splitext(file)[1].lower()
    if file == STDIN:
        return _sniffed(stdin())
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
    return ".txt", data


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


def _numpy(data: Any, key: str, note: Note) -> Any:
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
            if "Object arrays cannot be loaded" in str(error) or "contains pickled data" in str(error):
                raise DataError("it holds a pickle, which is never read; an array of numbers is expected") from None
            raise DataError(f"it is no array of NumPy's{_said(error)}") from None


def _said(error: Exception) -> str:
    """What a library says is wrong with a file, in brackets: a line of it, without the name of its class."""
    text = in_our_words(str(error).partition("\n")[0])
    return f" ({text[:MAX_SAID] + '...' * (len(text) > MAX_SAID)})" if text else ""


def _member(loaded: Any, name: str) -> np.ndarray:
    # NumPy takes `a.npy` for `a`, and so would read either for the other.
    if loaded.files.count(name) > 1:
        raise DataError(f"{loaded.files.count(name)} arrays in it are called `{name}`; give each a name of its own")
    found = loaded[name]
    if not isinstance(found, np.ndarray):
        raise DataError(f"`{name}` in it is no array")
    return found


def _safetensors(data: Any, key: str, note: Note) -> dict[str, Any]:
    if not key:
        return dict(safetensors.read(data))
    # Where none is meant, all are named for the message.
    return dict(safetensors.read(data, key.split(","))) or dict.fromkeys(safetensors.keys(data))


def text_of(data: Any) -> str:
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


def _json(data: Any, key: str, note: Note) -> Any:
    try:
        value = load_json(text_of(data), object_pairs_hook=object_of)
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


def _numbers(value: Any, where: str, depth: int = 0) -> Any:
    """Numbers, nested lists, or an object with ``data`` and perhaps ``dtype``. Raises DataError for the rest."""
    if depth > MAX_NESTING:
        raise DataError("its lists nest too deeply")
    if isinstance(value, dict) and "data" in value:
        return _typed(value, where, depth + 1)
    if isinstance(value, list):
        return [_numbers(inner, f"{where}[{k}]", depth + 1) for k, inner in enumerate(value)]
    if isinstance(value, str) and value in SPECIAL:
        return SPECIAL[value]
    if isinstance(value, int | float):
        return value
    kind = {str: "a string", dict: "an object", type(None): "null"}[type(value)]
    raise DataError(f"{where} is {kind}; a number or a list of numbers is expected")


def _typed(value: dict[str, Any], where: str, depth: int) -> Any:
    numbers = _numbers(value["data"], f"{where}.data", depth)
    if "dtype" not in value:
        return numbers
    dtype = dtypes.NAMES.get(str(value["dtype"]))
    if dtype is None:
        raise DataError(f"{where}.dtype is {str(value['dtype'])[:40]!r}; a dtype such as float64 is expected")
    try:
        if dtype.category == dtypes.COMPLEX:
            pairs = np.array(numbers, dtype=np.float64)
            if pairs.shape[-1:] != (2,):
                raise ValueError("pairs of numbers are expected")
            array = np.asarray(pairs[..., 0] + 1j * pairs[..., 1], dtype=dtype.np)
        else:
            array = np.array(numbers, dtype=dtype.np)
        return array.reshape(value["shape"]) if "shape" in value else array
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise DataError(f"{where}.data is no array of {dtype.name}: {error}") from None


def _table(data: Any, key: str, note: Note, delimiter: str = "") -> Any:
    return read_table(text_of(data), key, delimiter, note)


#: What stands between the cells of a table, where that is settled by the kind of its file.
_DELIMITERS = {".tsv": "\t"}
_READERS: dict[str, Any] = {
    ".npy": _numpy,
    ".npz": _numpy,
    ".csv": _table,
    ".tsv": partial(_table, delimiter="\t"),
    ".txt": _table,
    ".dat": _table,
    ".json": _json,
    ".safetensors": _safetensors,
}
