"""``glob``: the files and folders that a program's own folder has under a pattern."""

from __future__ import annotations

from typing import Any

from ...api.nn.kept_files import name_of_file
from .entries import entering
from .files_module import matching


@entering("glob")
def glob(
    pathname: Any, *, root_dir: Any = None, dir_fd: Any = None, recursive: Any = False, include_hidden: Any = False
) -> list[str]:
    """The names that fit a pattern, in the order of the alphabet."""
    text, folder = name_of_file("glob", pathname), "." if root_dir is None else name_of_file("glob", root_dir)
    if text.startswith("/"):
        return []  # programs have no name for what is elsewhere
    before = len(folder.rstrip("/")) + 1 if root_dir is not None else 0
    pattern = text if recursive else text.replace("**", "*")
    return [name[before:] for name in matching(folder, pattern, hidden=bool(include_hidden))]


@entering("glob")
def iglob(pathname: Any, **options: Any) -> Any:
    """``glob``, one name after another."""
    return iter(glob(pathname, **options))


@entering("glob")
def escape(pathname: Any) -> str:
    """A name as a pattern that only it fits."""
    return "".join([f"[{letter}]" if letter in "*?[" else letter for letter in name_of_file("escape", pathname)])
