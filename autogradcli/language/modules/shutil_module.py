"""``shutil``: files and folders in the folder of ``--files``, copied and removed; and the size of the terminal."""

from __future__ import annotations

import posixpath
from typing import Any

from ...api.calls.registry import Property, attributes_of, namespace
from ...api.nn.kept_files import files, name_of_file
from ...numerics.naming import shown_as
from ..compile.calls import Builtin
from ..values.budget import MAX_TEXT
from .entries import entering
from .files_module import remove_tree, rename


@shown_as("os.terminal_size")
class Size(tuple[int, ...]):
    """Columns and lines."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"os.terminal_size(columns={self[0]}, lines={self[1]})"


attributes_of(Size)["columns"] = Property(lambda size: size[0], doc="Letters in a line.")
attributes_of(Size)["lines"] = Property(lambda size: size[1], doc="Lines.")


@entering("shutil")
def get_terminal_size(fallback: Any = (80, 24)) -> Size:
    """What is taken where no terminal is known: 80 columns and 24 lines, or what is given."""
    if type(fallback) is not tuple or len(fallback) != 2 or not all(type(each) is int for each in fallback):
        raise TypeError("get_terminal_size() takes two whole numbers: columns and lines")
    return Size(fallback)


def _copy(src: Any, dst: Any) -> str:
    """Copy a file, into a folder or under another name; that name."""
    source, target = name_of_file("copy", src), name_of_file("copy", dst)
    if files().is_folder(target):
        target = posixpath.join(target, posixpath.basename(source))
    files().write(target, files().contents(source, MAX_TEXT))
    return target


for _name in ("copy", "copy2", "copyfile"):
    namespace("shutil")[_name] = Builtin(_name, _copy)


@entering("shutil")
def move(src: Any, dst: Any) -> str:
    """Move a file or folder, into a folder or to another name; that name."""
    source, target = name_of_file("move", src), name_of_file("move", dst)
    if files().is_folder(target):
        target = posixpath.join(target, posixpath.basename(source))
    rename(source, target)
    return target


@entering("shutil")
def rmtree(path: Any, ignore_errors: Any = False) -> None:
    """Remove a folder and all that is in it."""
    remove_tree(path, ignore_errors)
