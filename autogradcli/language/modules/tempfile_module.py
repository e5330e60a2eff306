"""``tempfile``: folders and files for a while, where ``torch.save`` keeps what a program saves; nowhere else."""

from __future__ import annotations

from typing import Any

from ...api.calls.registry import CONSTRUCTORS, Method, Property, attributes_of, namespace
from ...api.nn.kept_files import files
from ...engine.modes import ContextMode
from ...engine.state import state
from ...numerics.naming import shown_as
from ..values.budget import check_text
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
    """The name of a file for ``torch.save``, which is there until its ``with`` ends."""

    __slots__ = ("delete", "name")

    title = "tempfile._TemporaryFileWrapper"

    def __init__(
        self, mode: Any = "w+b", buffering: Any = -1, encoding: Any = None, newline: Any = None, suffix: Any = None,
        prefix: Any = None, dir: Any = None, delete: Any = True, **options: Any,
    ) -> None:  # fmt: skip
        self.name, self.delete = _name(prefix, suffix, dir), bool(delete)

    def __enter__(self) -> NamedTemporaryFile:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the file, where ``delete`` was not False."""
        if self.delete and files().is_file(self.name):
            files().remove(self.name)


def _no_text(*args: Any, **kwargs: Any) -> Any:
    raise NotImplementedError("a temporary file here takes what torch.save(value, file.name) saves, and no text")


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
        "flush": Method(lambda value: None, "Nothing: what was saved is there."),
        **{name: Method(_no_text, "Refused: it takes what torch.save saves.") for name in ("write", "read", "seek")},
    }
)
_table = namespace("tempfile")
_table |= {"TemporaryDirectory": TemporaryDirectory, "NamedTemporaryFile": NamedTemporaryFile}
