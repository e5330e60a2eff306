"""``os``: what of it reaches nothing: paths as texts, and an ``environ`` that is the program's own."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import Property, namespace
from ...engine.state import state
from ..compile.calls import Builtin
from ..values.budget import budget, check_text
from .entries import entering
from .files_module import enter

_table = namespace("os")
_table |= {"sep": "/", "linesep": "\n", "name": "posix", "curdir": ".", "pardir": "..", "extsep": "."}


def _environment(module: Any = None) -> dict[Any, Any]:
    found = state.flags.get("environ")
    if type(found) is not dict:
        found = state.flags["environ"] = {}
    return found


#: A dict of the program's own, empty at first: no variable of the process is in it.
_table["environ"] = Property(_environment)


@entering("os")
def getenv(key: Any, default: Any = None) -> Any:
    """What the program itself put into ``environ``."""
    if type(key) is not str:
        raise TypeError(f"str expected, not {type(key).__name__}")
    return _environment().get(key, default)


@entering("os")
def cpu_count() -> int:
    """1: a program here is one thread."""
    return 1


def _on_texts(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*paths: Any) -> Any:
        for path in paths:
            if type(path) is not str:
                raise TypeError(f"expected str, bytes or os.PathLike object, not {type(path).__name__}")
        check_text(sum(map(len, paths)) + len(paths))
        return function(*paths)

    return call


for _function in (
    posixpath.join, posixpath.basename, posixpath.dirname, posixpath.splitext, posixpath.split, posixpath.isabs,
    posixpath.normpath,
):  # fmt: skip
    namespace("os.path")[_function.__name__] = Builtin(_function.__name__, _on_texts(_function))
namespace("os.path")["sep"] = "/"


@entering("os.path")
def relpath(path: Any, start: Any = ".") -> str:
    """A name as it is seen from a folder."""
    for each in (path, start):
        if type(each) is not str:
            raise TypeError(f"expected str, bytes or os.PathLike object, not {type(each).__name__}")
        check_text(len(each))
    inside = [posixpath.normpath(posixpath.join("/", each)) for each in (path, start)]
    return posixpath.relpath(*inside)


@entering("os.path")
def commonprefix(m: Any) -> str:
    """What all texts begin with."""
    texts: list[str] = budget.items(m)
    if not all(type(each) is str for each in texts):
        raise TypeError("commonprefix() takes a list of texts")
    found: str = posixpath.commonprefix(texts)
    return found


@entering("os")
def get_terminal_size(fd: Any = 1) -> None:
    """Raises OSError, as where there is no terminal: a program here needn't know."""
    raise OSError(25, "Inappropriate ioctl for device")


enter()
