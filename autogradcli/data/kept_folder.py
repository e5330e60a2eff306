"""The folder that ``--files`` names: there, and nowhere else, programs ``torch.save``, ``torch.load`` and ``open``.

A name is relative to the folder and leads to nothing outside of it. ``torch.save`` writes over files of its own kind
alone. What a program opens for writing, renames or removes is a text, a file of that kind or one that it wrote itself:
archives, pictures and programs that stand there are none of it.

In a copy of the process, where the prompt tries what is being typed, nothing is written.
"""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from stat import S_ISDIR, S_ISREG
from typing import Any

from ..api.nn.kept_files import MOST_FILES, Files, UnpicklingError
from ..numerics.limits import check_items, counted, shown
from . import safetensors
from .drafts import write_atomically
from .reading import DataError
from .saved_values import Written, read

_OF_TORCH = (b"PK", b"\x80")
_BY_TORCH = (
    "was written by PyTorch and holds a pickle, which is never read here; export it with safetensors: "
    "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')"
)


class Folder(Files):
    """A folder as the place of what programs save: ``room`` bytes, at the most, of files of theirs."""

    def __init__(self, folder: str, room: int) -> None:
        super().__init__()
        self.folder = folder
        self.room = room
        self._root = os.path.realpath(folder)
        self._sizes: dict[str, int] = {}
        self._made = 0
        self._process = os.getpid()

    def put(self, name: str, value: Any) -> None:
        """Write a file, all of it or nothing. Raises TypeError for what can't be written, MemoryError for too much,
        PermissionError for a name that isn't allowed, RuntimeError where its folder isn't there, and OSError."""
        path = self._path(name)
        if os.path.isdir(path):
            raise IsADirectoryError(21, "Is a directory", name)
        if not os.path.isdir(os.path.dirname(path)):
            raise RuntimeError(f"Parent directory {shown(os.path.dirname(name))} does not exist.")
        self._check_other(name, path, "written over")
        try:
            written = Written(value)
        except TypeError as error:
            raise TypeError(f"torch.save {error}") from None
        except ValueError as error:
            raise ValueError(f"torch.save {error}") from None
        others = self._others(path)
        self._check_room(name, others, written.size)
        if self._in_copy:
            return
        try:
            write_atomically(path, written.write)
        except OSError as error:
            raise _about(error, name) from None
        self._sizes = {**others, path: written.size}

    def get(self, name: str) -> Any:
        """What a file holds. Raises FileNotFoundError, UnpicklingError for a file of another kind, PermissionError for
        a name that isn't allowed, MemoryError for a file that there is no room for, and OSError."""
        path = self._path(name)
        try:
            if not S_ISREG(os.stat(path).st_mode):
                if os.path.isdir(path):
                    raise IsADirectoryError(21, "Is a directory")
                raise PermissionError(1, "Not a file of data")
            with open(path, "rb") as file:
                by_torch = file.read(2).startswith(_OF_TORCH) and not safetensors.begins(file)
                if not by_torch:
                    return read(file)
        except OSError as error:
            raise _about(error, name) from None
        except DataError as error:
            raise UnpicklingError(f"torch.load({shown(name)}): {error}") from None
        raise UnpicklingError(f"{shown(name)} {_BY_TORCH}")

    def contents(self, name: str, most: int) -> bytes:
        """The bytes of a file. Raises OSError in Python's words, PermissionError for a name that isn't allowed,
        MemoryError for more than ``most``."""
        self.settle(name)
        path = self._path(name)
        try:
            status = os.stat(path)
            if S_ISDIR(status.st_mode):
                raise IsADirectoryError(21, "Is a directory")
            if not S_ISREG(status.st_mode):
                raise PermissionError(1, "Not a file of data")
            if status.st_size > most:
                raise MemoryError(f"{shown(name)} has more than the {most:,} bytes that a program may read of a file")
            with open(path, "rb") as file:
                return file.read(most)
        except OSError as error:
            raise _about(error, name) from None

    def write(self, name: str, data: bytes) -> None:
        """Write a file of these bytes, all of it or nothing. Raises OSError in Python's words, PermissionError for a
        name that isn't allowed and a file that isn't the program's, MemoryError for too much."""
        path = self._path(name)
        if os.path.isdir(path):
            raise IsADirectoryError(21, "Is a directory", name)
        if not os.path.isdir(os.path.dirname(path)):
            raise FileNotFoundError(2, "No such file or directory", name)
        self._check_own(name, path, "written over")
        others = self._others(path)
        self._check_room(name, others, len(data))
        if self._in_copy:
            return
        try:
            write_atomically(path, lambda file: file.write(data))
        except OSError as error:
            raise _about(error, name) from None
        self._sizes = {**others, path: len(data)}

    def size(self, name: str) -> int:
        """How many bytes a file has. Raises OSError in Python's words, PermissionError for a wrong name."""
        self.settle(name)
        try:
            return os.stat(self._path(name)).st_size
        except OSError as error:
            raise _about(error, name) from None

    def rename(self, old: str, new: str) -> None:
        """Another name for a file or a folder. Raises as ``write``."""
        self.settle(old)
        source, target = self._path(old), self._path(new)
        for name, path in ((old, source), (new, target)):
            if not os.path.isdir(path):
                self._check_own(name, path, "renamed" if path == source else "written over")
        if self._in_copy or source == self._root:
            return
        try:
            os.rename(os.path.join(self._root, old), target)
        except OSError as error:
            raise OSError(error.errno, error.strerror, old, None, new) from None
        if source in self._sizes:
            self._sizes[target] = self._sizes.pop(source)

    def in_memory(self) -> list[Any]:
        """Nothing: files that were written stay."""
        return []

    def is_file(self, name: str) -> bool:
        """Whether there is such a file; no, for a name that isn't allowed."""
        return (path := self._allowed(name)) is not None and os.path.isfile(path)

    def is_folder(self, name: str) -> bool:
        """Whether there is such a folder; no, for a name that isn't allowed."""
        return (path := self._allowed(name)) is not None and os.path.isdir(path)

    def listed(self, name: str) -> list[str]:
        """The names in a folder, a link to a place outside being no name. Raises OSError in Python's words,
        PermissionError for a name that isn't allowed, MemoryError for a folder of too many."""
        path = self._path(name)
        found: list[str] = []
        try:
            with os.scandir(path) as entries:
                for entry in counted(entries):
                    if not _wrong(entry.name) and self._allowed(os.path.join(name, entry.name)) is not None:
                        found.append(entry.name)
                        check_items(len(found))
        except OSError as error:
            raise _about(error, name) from None
        return sorted(found)

    def make_folder(self, name: str, mode: int, *, parents: bool, exist_ok: bool) -> None:
        """Make a folder. Raises OSError in Python's words, PermissionError for a name that isn't allowed."""
        path = self._path(name)
        missing = []
        while not os.path.isdir(path):
            missing.append(path)
            path = os.path.dirname(path)
        if self._made + len(missing) > MOST_FILES:
            raise MemoryError(f"a program makes at most {MOST_FILES} folders in {self.folder}")
        if not missing and not exist_ok:
            raise FileExistsError(17, "File exists", name)
        if len(missing) > 1 and not parents:
            raise FileNotFoundError(2, "No such file or directory", name)
        if self._in_copy:
            return
        try:
            for each in reversed(missing):
                os.mkdir(each, mode if each == missing[0] else 0o777)
                self._made += 1
        except OSError as error:
            raise _about(error, name) from None

    def remove(self, name: str) -> None:
        """Remove a file. Raises OSError in Python's words, PermissionError for a name that isn't allowed."""
        path = self._path(name)
        if os.path.isdir(path):
            raise IsADirectoryError(21, "Is a directory", name)
        self._check_own(name, path, "removed")
        if self._in_copy and os.path.exists(path):
            return
        try:
            os.unlink(os.path.join(self._root, name))  # a link, not what it leads to
        except OSError as error:
            raise _about(error, name) from None

    def remove_folder(self, name: str) -> None:
        """Remove a folder in which nothing is. Raises OSError in Python's words."""
        path = self._path(name)
        if self._in_copy or path == self._root:
            return
        try:
            os.rmdir(path)
        except OSError as error:
            raise _about(error, name) from None

    @property
    def _in_copy(self) -> bool:
        return os.getpid() != self._process

    def _others(self, path: str) -> dict[str, int]:
        """The program's other files, and how large they are."""
        return {each: size for each, size in self._sizes.items() if each != path and os.path.isfile(each)}

    def _check_room(self, name: str, others: dict[str, int], size: int) -> None:
        """Raises MemoryError for a file too many, or for too large files."""
        if len(others) >= MOST_FILES:
            raise MemoryError(f"a program keeps at most {MOST_FILES} files in {self.folder}")
        if sum(others.values()) + size > self.room:
            raise MemoryError(
                f"{shown(name)} would make this program's files in {self.folder} larger than the {self.room >> 20} MB "
                "that --memory says"
            )

    # -- names -------------------------------------------------------------------------------------------------

    def _path(self, name: str) -> str:
        """Where a name leads. Raises PermissionError, with what is wrong with it."""
        wrong = _wrong(name)
        if not wrong:
            path = os.path.realpath(os.path.join(self._root, name))
            if path == self._root or path.startswith(os.path.join(self._root, "")):
                return path
            wrong = "leads out of it"
        raise PermissionError(
            f"programs reach files in {self.folder} alone, the folder of --files, by a name within it: {shown(name)!r} "
            f"{wrong}"
        )

    def _allowed(self, name: str) -> str | None:
        try:
            return self._path(name)
        except PermissionError:
            return None

    def _check_other(self, name: str, path: str, what: str) -> None:
        """Raises PermissionError for a file that is none of those which are written here."""
        if not self._is_kept(name, path, texts=False):
            raise PermissionError(
                f"{shown(name)!r} in {self.folder} is none of the files that torch.save writes here, and isn't {what}"
            )

    def _check_own(self, name: str, path: str, what: str) -> None:
        """Raises PermissionError for a file that is neither the program's nor a text."""
        if not self._is_kept(name, path, texts=True):
            raise PermissionError(
                f"{shown(name)!r} in {self.folder} is neither a text nor a file that a program wrote here, and "
                f"isn't {what}"
            )

    def _is_kept(self, name: str, path: str, texts: bool) -> bool:
        """Whether a path is free, the program's own, a file of ``torch.save`` or, with ``texts``, a text."""
        if path in self._sizes or not os.path.lexists(path):
            return True
        try:
            if not os.path.isfile(path):
                return False
            with open(path, "rb") as file:
                if safetensors.begins(file):
                    return True
                file.seek(0)
                return texts and _is_text(file.read(_LOOKED_AT))
        except OSError as error:
            raise _about(error, name) from None


#: Bytes that no text has: control characters but for tabs, ends of lines and pages, and what colours a terminal.
_BINARY = frozenset(range(32)) - frozenset(b"\b\t\n\v\f\r\x1b")
#: Bytes that tell whether a file is a text.
_LOOKED_AT = 1 << 16


def _is_text(beginning: bytes) -> bool:
    """Whether a file begins as texts in UTF-8 do, or as an array of NumPy's."""
    if beginning.startswith(b"\x93NUMPY"):
        return True
    if not _BINARY.isdisjoint(beginning):
        return False
    try:
        getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return False
    return True


def _wrong(name: str) -> str:
    """What is wrong with a name, if that can be told from it alone."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return "has half a character"
    if not name:
        return "is empty"
    if "\0" in name:
        return "has a null character"
    if os.path.isabs(name) or os.path.splitdrive(name)[0]:
        return "is absolute"
    if ".." in name.replace(os.sep, "/").split("/"):
        return "has '..' in it"
    return ""


def _about(error: OSError, name: str) -> OSError:
    """The same error, with the name as the program has it."""
    return OSError(error.errno, error.strerror, name)
