"""What ``os`` and ``pathlib`` say of files: ``torch.save`` keeps some, and a program may make folders; by name only,
or in the folder that the session's programs were given (``api/nn/kept_files.py``). No other file is reached.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from ...api.calls.registry import Property, attributes_of, namespace
from ...api.nn.kept_files import files, name_of_file
from ...numerics.limits import charge_items, check_items, counted
from ...numerics.naming import shown_as
from ..compile.calls import Builtin


def _text(call: str, value: Any) -> str:
    try:
        return name_of_file(call, value)
    except TypeError:
        kind = type(value).__name__
        raise TypeError(f"{call}: path should be string, bytes or os.PathLike, not {kind}") from None


def exists(path: Any, /) -> bool:
    """Whether ``torch.save`` has kept something under that name, or there is a folder of that name."""
    name = _text("exists", path)
    return files().is_file(name) or files().is_folder(name)


def isfile(path: Any, /) -> bool:
    """Whether ``torch.save`` has kept something under that name."""
    return files().is_file(_text("isfile", path))


def isdir(path: Any, /) -> bool:
    """Whether there is a folder of that name."""
    return files().is_folder(_text("isdir", path))


def abspath(path: Any, /) -> str:
    """The name as it is: programs know no folder that they are in."""
    return _text("abspath", path)


def expanduser(path: Any, /) -> str:
    """The name as it is: programs know no user."""
    return _text("expanduser", path)


def makedirs(name: Any, mode: Any = 0o777, exist_ok: Any = False) -> None:
    """Make a folder and those that it is in. Raises FileExistsError for one that is there already."""
    make(_text("makedirs", name), mode, parents=True, exist_ok=exist_ok)


def mkdir(path: Any, mode: Any = 0o777) -> None:
    """Make a folder. Raises FileExistsError for one that is there already."""
    make(_text("mkdir", path), mode, parents=False, exist_ok=False)


def make(name: str, mode: Any, *, parents: Any, exist_ok: Any) -> None:
    """Make a folder, as a program asks for it."""
    if type(mode) is not int:
        raise TypeError(f"'{type(mode).__name__}' object cannot be interpreted as an integer")
    if type(parents) not in (bool, int) or type(exist_ok) not in (bool, int):
        raise TypeError("parents and exist_ok are True or False")
    files().make_folder(name, mode & 0o777, parents=bool(parents), exist_ok=bool(exist_ok))


def listdir(path: Any = ".", /) -> list[str]:
    """The names in a folder, in the order of the alphabet."""
    found = files().listed(_text("listdir", path))
    charge_items(len(found))
    return found


def matching(folder: str, pattern: str, *, hidden: bool) -> list[str]:
    """The files and folders below a folder whose names fit a pattern's parts: ``*``, ``?``, ``[a-z]``, and ``**`` for
    any folders. Those that begin with a point fit only if ``hidden`` or the pattern has it."""
    parts = pattern.split("/")
    if len(parts) > _PARTS or max(map(len, parts)) > _PARTS:
        raise ValueError(f"a pattern here has at most {_PARTS} parts of as many characters")
    found = [folder]
    for at, part in enumerate(parts):
        if part == "**":
            found = [below for each in found for below in _below(each, _PARTS, hidden)]
            if at < len(parts) - 1:
                continue
        elif part not in ("", "."):
            found = [_joined(each, name) for each in counted(found) for name in _fitting(each, part, hidden)]
        check_items(len(found))
    return list(dict.fromkeys(each for each in found if each != folder))


#: Parts of a pattern, characters of one, and folders within folders.
_PARTS = 40


def _fitting(folder: str, part: str, hidden: bool) -> list[str]:
    names = files().listed(folder) if files().is_folder(folder) else []
    return [name for name in names if fnmatchcase(name, part) and (hidden or name[0] != "." or part[0] == ".")]


def _below(folder: str, depth: int, hidden: bool) -> list[str]:
    """A folder and all folders in it."""
    inside = [_joined(folder, name) for name in _fitting(folder, "*", hidden)] if depth else []
    found = [
        folder,
        *(below for each in counted(inside) if files().is_folder(each) for below in _below(each, depth - 1, hidden)),
    ]
    charge_items(len(found))
    return found


def _joined(folder: str, name: str) -> str:
    return name if folder in ("", ".") else f"{folder.rstrip('/')}/{name}"


def remove(path: Any, /) -> None:
    """Forget, or remove from the folder, what ``torch.save`` has kept under a name."""
    files().remove(_text("remove", path))


@shown_as("os.stat_result")
class Status:
    """What is known of a file: its size."""

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        self.size = size

    def __repr__(self) -> str:
        return f"os.stat_result(st_size={self.size})"


attributes_of(Status)["st_size"] = Property(lambda status: status.size, doc="How many bytes it has.")


def stat(path: Any, /) -> Status:
    """What is known of a file: ``st_size``."""
    return Status(files().size(_text("stat", path)))


def getsize(path: Any, /) -> int:
    """How many bytes a file has."""
    return files().size(_text("getsize", path))


def rename(src: Any, dst: Any) -> None:
    """Give a file or folder another name."""
    files().rename(_text("rename", src), _text("rename", dst))


def replace(src: Any, dst: Any) -> None:
    """Give a file another name, in the place of what has it."""
    rename(src, dst)


def rmdir(path: Any) -> None:
    """Remove a folder in which nothing is."""
    files().remove_folder(_text("rmdir", path))


def unlink(path: Any, /) -> None:
    """Remove a file."""
    remove(path)


def getcwd() -> str:
    """The program's own folder."""
    return "."


def walk(top: Any, topdown: Any = True, onerror: Any = None, followlinks: Any = False) -> Any:
    """Of a folder and of each below it its name, the folders and the files in it."""
    folder = _text("walk", top)
    found = _walked(folder, _PARTS) if files().is_folder(folder) else []
    return iter(found if topdown else found[::-1])


def _walked(folder: str, depth: int) -> list[tuple[str, list[str], list[str]]]:
    names = files().listed(folder)
    folders = [name for name in names if files().is_folder(f"{folder}/{name}")]
    found = [(folder, folders, [name for name in names if name not in folders])]
    for name in counted(folders) if depth else ():
        found += _walked(f"{folder.rstrip('/')}/{name}", depth - 1)
    charge_items(len(found))
    return found


def remove_tree(path: Any, ignore_errors: Any = False) -> None:
    """Remove a folder and all that is in it."""
    folder = _text("rmtree", path)
    if not files().is_folder(folder):
        if not ignore_errors:
            files().listed(folder)
        return
    for inside, _, names in reversed(_walked(folder, _PARTS)):
        for name in counted(names):
            files().remove(f"{inside}/{name}")
        files().remove_folder(inside)


def enter() -> None:
    """Enter what ``os`` and ``os.path`` say of files into their tables."""
    for function in (exists, isfile, isdir, abspath, expanduser, getsize):
        namespace("os.path")[function.__name__] = Builtin(function.__name__, function)
    for maker in (makedirs, mkdir, remove, listdir, stat, rename, replace, rmdir, unlink, getcwd, walk):
        namespace("os")[maker.__name__] = Builtin(maker.__name__, maker)
