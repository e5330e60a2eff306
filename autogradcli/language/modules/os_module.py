"""``os`` and ``os.path``: names of files as texts. No file is reached: what ``torch.save`` keeps is all there is."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import Property, namespace
from ...api.nn.kept_files import files, name_of_file
from ...engine.state import state
from ..compile.calls import Builtin
from ..values.budget import check_text
from .entries import entering

_FILES = "programs here reach no files: --load and --save read and write tensors"


def _text(call: str, value: Any) -> str:
    try:
        return name_of_file(call, value)
    except TypeError:
        raise TypeError(
            f"{call}: path should be string, bytes or os.PathLike, not {type(value).__name__}"
        ) from None


def _on_names(name: str) -> Callable[..., Any]:
    call = getattr(posixpath, name)

    def of_names(path: Any, /, *paths: Any) -> Any:
        texts = [_text(name, each) for each in (path, *paths)]
        check_text(sum(map(len, texts)))
        return call(*texts)

    of_names.__doc__ = f"What Python's ``os.path.{name}`` makes of names, as texts."
    return of_names


def _folders() -> set[str]:
    found: set[str] = state.flags.setdefault("made folders", set())
    return found


@entering("os.path")
def exists(path: Any, /) -> bool:
    """Whether ``torch.save`` has kept something under that name, or the program has made a folder of that name."""
    name = _text("exists", path)
    return name in files() or name.rstrip("/") in _folders() or name in (".", "./")


@entering("os.path")
def isfile(path: Any, /) -> bool:
    """Whether ``torch.save`` has kept something under that name."""
    return _text("isfile", path) in files()


@entering("os.path")
def isdir(path: Any, /) -> bool:
    """Whether the program has made a folder of that name."""
    name = _text("isdir", path)
    return name.rstrip("/") in _folders() or name in (".", "./")


@entering("os.path")
def abspath(path: Any, /) -> str:
    """The name as it is: programs know no folder that they are in."""
    return _text("abspath", path)


@entering("os.path")
def expanduser(path: Any, /) -> str:
    """The name as it is: programs know no user."""
    return _text("expanduser", path)


@entering("os")
def makedirs(name: Any, mode: Any = 0o777, exist_ok: Any = False) -> None:
    """Remember a folder's name. Nothing is made. Raises FileExistsError for one that is remembered already."""
    found = _text("makedirs", name).rstrip("/")
    if found in _folders() and not exist_ok:
        raise FileExistsError(17, "File exists", _text("makedirs", name))
    if len(_folders()) >= 1000:
        raise MemoryError("a program makes at most 1000 folders")
    parts = found.split("/")
    _folders().update("/".join(parts[: k + 1]) for k in range(min(len(parts), 100)))


@entering("os")
def mkdir(path: Any, mode: Any = 0o777) -> None:
    """Remember a folder's name. Nothing is made."""
    makedirs(path)


@entering("os")
def remove(path: Any, /) -> None:
    """Forget what ``torch.save`` has kept under a name."""
    name = _text("remove", path)
    if name not in files():
        raise NotImplementedError(f"os.remove() isn't here: {_FILES}")
    del files()[name]


@entering("os")
def getenv(key: Any, default: Any = None) -> Any:
    """What the program itself has put into ``os.environ``: the machine's own variables are not here."""
    return _environment().get(key, default)


def _environment() -> dict[Any, Any]:
    found: dict[Any, Any] = state.flags.setdefault("environment", {})
    return found


@entering("os")
def cpu_count() -> int | None:
    """How many processors the machine has."""
    return os.cpu_count()


def _refused(name: str) -> None:
    def refused(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"os.{name}() isn't here: {_FILES}")

    refused.__doc__ = f"Refused: {_FILES}."
    namespace("os")[name] = Builtin(name, refused)


for _name in ("join", "basename", "dirname", "split", "splitext", "normpath", "isabs"):
    namespace("os.path")[_name] = Builtin(_name, _on_names(_name))
for _name in ("listdir", "getcwd", "chdir", "walk", "rename", "rmdir", "scandir", "system", "popen", "stat"):
    _refused(_name)
_table = namespace("os")
_table |= {
    "sep": "/", "linesep": "\n", "name": "posix", "pathsep": ":", "curdir": ".", "extsep": ".",
    "environ": Property(lambda module: _environment(), doc="Variables that the program itself has set."),
}  # fmt: skip
