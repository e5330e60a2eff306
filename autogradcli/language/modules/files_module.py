"""What ``os`` and ``pathlib`` say of files: ``torch.save`` keeps some, and a program may make folders, by name only.

No file of the machine is reached.
"""

from __future__ import annotations

from typing import Any

from ...api.calls.registry import namespace
from ...api.nn.kept_files import files, name_of_file
from ...engine.state import state
from ..absent import FILES
from ..compile.calls import Builtin

_MOST_FOLDERS = 1000


def _text(call: str, value: Any) -> str:
    try:
        return name_of_file(call, value)
    except TypeError:
        kind = type(value).__name__
        raise TypeError(f"{call}: path should be string, bytes or os.PathLike, not {kind}") from None


def _folders() -> set[str]:
    found: set[str] = state.flags.setdefault("made folders", set())
    return found


def exists(path: Any, /) -> bool:
    """Whether ``torch.save`` has kept something under that name, or the program has made a folder of that name."""
    name = _text("exists", path)
    return name in files() or name.rstrip("/") in _folders() or name in (".", "./")


def isfile(path: Any, /) -> bool:
    """Whether ``torch.save`` has kept something under that name."""
    return _text("isfile", path) in files()


def isdir(path: Any, /) -> bool:
    """Whether the program has made a folder of that name."""
    name = _text("isdir", path)
    return name.rstrip("/") in _folders() or name in (".", "./")


def abspath(path: Any, /) -> str:
    """The name as it is: programs know no folder that they are in."""
    return _text("abspath", path)


def expanduser(path: Any, /) -> str:
    """The name as it is: programs know no user."""
    return _text("expanduser", path)


def makedirs(name: Any, mode: Any = 0o777, exist_ok: Any = False) -> None:
    """Remember a folder's name. Nothing is made. Raises FileExistsError for one that is remembered already."""
    found = _text("makedirs", name).rstrip("/")
    if found in _folders() and not exist_ok:
        raise FileExistsError(17, "File exists", _text("makedirs", name))
    if len(_folders()) >= _MOST_FOLDERS:
        raise MemoryError(f"a program makes at most {_MOST_FOLDERS} folders")
    parts = found.split("/")
    _folders().update("/".join(parts[: k + 1]) for k in range(min(len(parts), 100)))


def mkdir(path: Any, mode: Any = 0o777) -> None:
    """Remember a folder's name. Nothing is made."""
    makedirs(path)


def remove(path: Any, /) -> None:
    """Forget what ``torch.save`` has kept under a name."""
    name = _text("remove", path)
    if name not in files():
        raise NotImplementedError(f"os.remove() isn't here: {FILES}")
    del files()[name]


def enter() -> None:
    """Enter what ``os`` and ``os.path`` say of files into their tables."""
    for function in (exists, isfile, isdir, abspath, expanduser):
        namespace("os.path")[function.__name__] = Builtin(function.__name__, function)
    for maker in (makedirs, mkdir, remove):
        namespace("os")[maker.__name__] = Builtin(maker.__name__, maker)
