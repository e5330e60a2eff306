"""``tempfile``: folders and files for a while, where ``torch.save`` keeps what a program saves; nowhere else."""

from __future__ import annotations

from typing import Any

from ...api.calls.registry import CONSTRUCTORS, Method, Property, attributes_of, namespace
from ...api.nn.kept_files import files
from ...engine.modes import ContextMode
from ...engine.state import state
from ...numerics.naming import shown_as
from ..compile.calls import callable_of
from ..values.attribute_lookup import get_attribute
from ..values.budget import check_text
from ..values.open_files import open_
from .entries import entering

_NUMBER = "temporary"


def _name(prefix: Any, suffix: Any, folder: Any) -> str:
    """A name that nothing has yet."""
    parts = [part if part is not None else "" for part in (folder, suffix)]
    prefix = "tmp" if prefix is None else prefix
    for part in (prefix, *parts):
        if type(part) is not str:
            raise TypeError(f"expected str, bytes or os.PathLike object, not {type(part).__name__}")
        check_text(len(part))
    while True:
        number = state.flags[_NUMBER] = state.flags.get(_NUMBER, 0) + 1
        name = f"{parts[0].rstrip('/')}{'/' * bool(parts[0])}{prefix}{number:08d}{parts[1]}"
        if not files().is_file(name) and not files().is_folder(name):
            return name


def _empty(folder: str, depth: int = 0) -> None:
    """Remove a folder and what is in it."""
    if depth > _DEEPEST or not files().is_folder(folder):
        return
    for name in files().listed(folder):
        inside = f"{folder}/{name}"
        if files().is_folder(inside):
            _empty(inside, depth + 1)
        else:
            files().remove(inside)
    files().remove_folder(folder)


#: Folders within folders.
_DEEPEST = 40


@shown_as("tempfile.TemporaryDirectory")
class TemporaryDirectory(ContextMode):
    """A folder that is there until its ``with`` ends."""

    __slots__ = ("name",)

    title = "tempfile.TemporaryDirectory"

    def __init__(self, suffix: Any = None, prefix: Any = None, dir: Any = None, **options: Any) -> None:
        self.name = mkdtemp(suffix, prefix, dir)

    def __enter__(self) -> str:
        return self.name

    def __exit__(self, *problem: object) -> None:
        self.cleanup()

    def cleanup(self) -> None:
        """Remove the folder and what is in it."""
        _empty(self.name)

    def __repr__(self) -> str:
        return f"<TemporaryDirectory {self.name!r}>"


@shown_as("tempfile._TemporaryFileWrapper")
class NamedTemporaryFile(ContextMode):
    """A file that is there until its ``with`` ends: for text or bytes, or its name for ``torch.save``."""

    __slots__ = ("delete", "encoding", "file", "mode", "name", "newline")

    title = "tempfile._TemporaryFileWrapper"

    def __init__(
        self, mode: Any = "w+b", buffering: Any = -1, encoding: Any = None, newline: Any = None, suffix: Any = None,
        prefix: Any = None, dir: Any = None, delete: Any = True, **options: Any,
    ) -> None:  # fmt: skip
        self.name, self.delete = _name(prefix, suffix, dir), bool(delete)
        self.mode, self.encoding, self.newline = mode, encoding, newline
        self.file: Any = None

    def opened(self) -> Any:
        """The file, which is made when it is first written to."""
        if self.file is None:
            self.file = open_(self.name, self.mode, -1, self.encoding, None, self.newline)
        return self.file

    def __enter__(self) -> NamedTemporaryFile:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def close(self) -> None:
        """Write the file, or remove it where ``delete`` was not False."""
        if self.file is not None:
            self.file.close()
        if self.delete and files().is_file(self.name):
            files().remove(self.name)


def _of_file(name: str) -> Method:
    return Method(lambda held, *args, **given: callable_of(get_attribute(held.opened(), name))(*args, **given))


@entering("tempfile")
def mkdtemp(suffix: Any = None, prefix: Any = None, dir: Any = None) -> str:
    """Make a folder; its name."""
    name = _name(prefix, suffix, dir)
    files().make_folder(name, 0o700, parents=False, exist_ok=False)
    return name


@entering("tempfile")
def gettempdir() -> str:
    """Where they are made: in the program's own folder."""
    return "."


CONSTRUCTORS[TemporaryDirectory] = TemporaryDirectory
CONSTRUCTORS[NamedTemporaryFile] = NamedTemporaryFile
attributes_of(TemporaryDirectory).update(
    {
        "name": Property(lambda value: value.name),
        "cleanup": Method(TemporaryDirectory.cleanup, "Remove the folder and what is in it."),
    }
)
attributes_of(NamedTemporaryFile).update(
    {
        "name": Property(lambda value: value.name),
        "close": Method(NamedTemporaryFile.close, "Remove the file."),
        "flush": Method(lambda value: value.file.flush() if value.file is not None else None, "Write it out."),
        **{name: _of_file(name) for name in ("write", "writelines", "read", "readline", "readlines", "seek", "tell")},
    }
)
_table = namespace("tempfile")
_table |= {"TemporaryDirectory": TemporaryDirectory, "NamedTemporaryFile": NamedTemporaryFile}
