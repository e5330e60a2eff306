"""``torch.save`` and ``torch.load``: what a program saves is kept under its name while the program runs.

No file is written or read. What was saved is a copy, as a file would be; to write tensors down for later there are the
command's options ``--save``, and ``--files``, whose folder (``data/kept_folder.py``) stands in the place of ``Files``.
"""

from __future__ import annotations

import posixpath
from typing import Any

from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics.limits import shown
from ...numerics.naming import shown_as
from ..calls.argument_types import Value, type_name
from ..calls.program_classes import Kind
from ..calls.python_function import PythonFunction
from ..calls.registry import namespace
from .deep_copy import deep_copy

#: Names that one program may keep, and characters of one.
MOST_FILES, MOST_NAME = 1000, 1000
#: What stands in the place of a file: values of the module ``io``, which says how they keep something.
BUFFERS: set[type] = set()


@shown_as("_pickle.UnpicklingError")
class UnpicklingError(Exception):
    """What was saved holds objects, and ``weights_only`` says that it must not."""


class Files:
    """What the programs of a session have saved, by name, and the folders that they have made: in memory. A store of
    another kind has the same methods."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._folders: set[str] = set()
        self._noted = False
        #: Files that the program has open for writing.
        self.streams: list[Any] = []

    def opened(self, stream: Any) -> None:
        """Remember what the program has open for writing. Raises OSError in Python's words for too many."""
        if len(self.streams) >= MOST_FILES:
            raise OSError(24, "Too many open files", stream.name)
        self.streams.append(stream)

    def settle(self, name: str | None = None) -> None:
        """Write what was written into files that are still open, or into that one, as Python does in the end."""
        for stream in self.streams:
            if name is None or posixpath.normpath(stream.name) == posixpath.normpath(name):
                stream.flush()

    def contents(self, name: str, most: int) -> bytes:
        """The bytes of a file. Raises NotImplementedError: there are no files but in a folder."""
        raise NotImplementedError(_NO_FOLDER)

    def write(self, name: str, data: bytes) -> None:
        """Write a file of these bytes. Raises NotImplementedError: there are no files but in a folder."""
        raise NotImplementedError(_NO_FOLDER)

    def size(self, name: str) -> int:
        """How many bytes a file has. Raises NotImplementedError: there are no files but in a folder."""
        raise NotImplementedError(_NO_FOLDER)

    def rename(self, old: str, new: str) -> None:
        """Another name for a file or a folder. Raises NotImplementedError: there are no files but in a folder."""
        raise NotImplementedError(_NO_FOLDER)

    def put(self, name: str, value: Any) -> None:
        """Keep a copy. Raises MemoryError for too many."""
        if name not in self._values and len(self._values) >= MOST_FILES:
            raise MemoryError(f"a program keeps at most {MOST_FILES} files")
        self._values[name] = copied(value)
        if not self._noted:
            self._noted = True
            state.warn("UserWarning", _NOT_WRITTEN.format(shown(name)))

    def get(self, name: str) -> Any:
        """A copy of what was put there. Raises FileNotFoundError for a name that nothing was put under."""
        if name not in self._values:
            raise _not_there(name)
        return deep_copy(self._values[name])

    def in_memory(self) -> list[Any]:
        """What the names stand in: ``:undo`` puts it back."""
        return [self._values, self._folders]

    def is_file(self, name: str) -> bool:
        """Whether there is something under that name."""
        return name in self._values

    def is_folder(self, name: str) -> bool:
        """Whether the program has made a folder of that name."""
        return name.rstrip("/") in self._folders or name in (".", "./")

    def listed(self, name: str) -> list[str]:
        """The names in a folder. Raises OSError in Python's words where there is no such folder."""
        folder = "" if self.is_folder(name) and name in (".", "./") else f"{name.rstrip('/')}/"
        if not self.is_folder(name):
            raise NotADirectoryError(20, "Not a directory", name) if self.is_file(name) else _not_there(name)
        return sorted({each[len(folder) :].partition("/")[0] for each in self._inside(folder)})

    def _inside(self, folder: str) -> list[str]:
        every = [each.removeprefix("./") for each in (*self._values, *self._folders)]
        return [each for each in every if each.startswith(folder) and len(each) > len(folder)]

    def make_folder(self, name: str, mode: int, *, parents: bool, exist_ok: bool) -> None:
        """Remember a folder's name, and those of the folders that it is in. Raises FileExistsError."""
        found = name.rstrip("/")
        if found in self._folders and not exist_ok:
            raise FileExistsError(17, "File exists", name)
        if len(self._folders) >= MOST_FILES:
            raise MemoryError(f"a program makes at most {MOST_FILES} folders")
        parts = found.split("/")
        self._folders.update("/".join(parts[: k + 1]) for k in range(min(len(parts), 100)))

    def remove(self, name: str) -> None:
        """Forget what was put there. Raises FileNotFoundError for a name that nothing was put under."""
        if name not in self._values:
            raise _not_there(name)
        del self._values[name]

    def remove_folder(self, name: str) -> None:
        """Forget a folder in which nothing is."""
        self._folders.discard(name.rstrip("/"))


def _not_there(name: str) -> FileNotFoundError:
    error = FileNotFoundError(2, "No such file or directory", name)
    error.add_note(_NOT_READ)
    return error


_NOT_WRITTEN = (
    "{} is kept while the program runs, and not written: --save FILE.npz writes tensors, --files DIR is a folder for "
    "torch.save and torch.load"
)
_NO_FOLDER = (
    "there is no folder for files here: with the option --files DIR of run, eval and repl, programs open, read and "
    "write files in that folder; --load and --save are for tensors"
)
_NOT_READ = (
    "programs read no files; the command's option --load FILE gives tensors names, and --files DIR is a folder for "
    "torch.save and torch.load"
)


def files() -> Files:
    """Where the session's programs put what they save."""
    if state.files is None:
        state.files = Files()
    found: Files = state.files
    return found


def name_of_file(call: str, f: Any) -> str:
    """The name of a file as a text. Raises TypeError for other values."""
    name = getattr(f, "as_text", f) if type(type(f)) is Kind else f
    if type(name) is not str:
        raise TypeError(f"{call}() needs a file's name or an io.BytesIO, not {type_name(f)}")
    if len(name) > MOST_NAME:
        raise ValueError(f"{call}() needs a shorter name")
    return name


def save(
    obj: Value, f: Value, pickle_module: Value = None, pickle_protocol: Value = 2,
    _use_new_zipfile_serialization: Value = True,
) -> None:  # fmt: skip
    """Keep a copy of a value under a file's name, as the session's ``Files`` do, or in an ``io.BytesIO``."""
    if type(f) in BUFFERS:
        f.keep(copied(obj))
        return
    files().put(name_of_file("save", f), obj)


def copied(value: Any) -> Any:
    """A copy, as a file would have it: tensors without their history."""
    memo: dict[int, tuple[Any, Any]] = {}
    return deep_copy(_without_history(value, memo), memo)


def _without_history(value: Any, memo: dict[int, tuple[Any, Any]]) -> Any:
    """A tensor that has a history is saved without it, alone or in a list, tuple or dictionary."""
    if isinstance(value, Tensor):
        leaf: Any = value
        return leaf if leaf.is_leaf else leaf.detach().requires_grad_()
    if type(value) in (list, tuple):
        return type(value)(_without_history(each, memo) for each in value)
    if type(value) is dict:
        return {key: _without_history(each, memo) for key, each in value.items()}
    return value


def load(
    f: Value, map_location: Value = None, pickle_module: Value = None, *, weights_only: Value = None,
    mmap: Value = None, encoding: Value = None,
) -> Any:  # fmt: skip
    """A copy of what ``torch.save`` kept under that name. Raises NotImplementedError for a name that it has not, and
    UnpicklingError for objects without ``weights_only=False``; from a folder what its reader raises."""
    if type(f) in BUFFERS:
        found = deep_copy(f.kept())
    else:
        found = files().get(name_of_file("load", f))
    if weights_only is None or weights_only:
        _check_weights(found)
    return found


def _check_weights(value: Any) -> None:
    """Raises UnpicklingError, in PyTorch's words, for an object that is no tensor and no container of tensors."""
    pending, seen = [value], set()
    while pending:
        each = pending.pop()
        if id(each) in seen or isinstance(each, (Tensor, str, int, float, complex)):
            continue
        seen.add(id(each))
        if isinstance(each, (list, tuple, set)):
            pending.extend(each)
        elif isinstance(each, dict):
            pending.extend(each.values())
        elif type(type(each)) is Kind:
            name = f"{type(each).__module__}.{type(each).__name__}"
            raise UnpicklingError(_ONLY_WEIGHTS.format(name=name))


_ONLY_WEIGHTS = (
    "Weights only load failed. This file can still be loaded, to do so you have two options, \x1b[1mdo those "
    "steps only if you trust the source of the checkpoint\x1b[0m. \n\t(1) In PyTorch 2.6, we changed the "
    "default value of the `weights_only` argument in `torch.load` from `False` to `True`. Re-running "
    "`torch.load` with `weights_only` set to `False` will likely succeed, but it can result in arbitrary code "
    "execution. Do it only if you got the file from a trusted source.\n\t(2) Alternatively, to load with "
    "`weights_only=True` please check the recommended steps in the following error message.\n\t"
    "WeightsUnpickler error: Unsupported global: GLOBAL {name} was not an allowed global by default. Please "
    "use `torch.serialization.add_safe_globals([{name}])` or the `torch.serialization.safe_globals([{name}])` "
    "context manager to allowlist this global if you trust this class/function.\n\nCheck the documentation of "
    "torch.load to learn more about types accepted by default with weights_only "
    "https://pytorch.org/docs/stable/generated/torch.load.html."
)

namespace("torch")["save"] = PythonFunction("save", save, "torch")
namespace("torch")["load"] = PythonFunction("load", load, "torch")
