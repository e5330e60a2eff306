"""``--output DIR``: a file of results for each program, complete or not there at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from errno import ENOTDIR

from ..environment import UnreadableError


class Results:
    """The folder of results: ``a.py`` gives ``DIR/a.py.out``, or ``.jsonl`` with ``--format json``.

    Programs of other folders keep their folders' names below DIR, as far as they have any below the current one.
    Raises UnreadableError if two programs would have the same file, and OSError.
    """

    def __init__(self, folder: str, files: Iterable[str], format_: str) -> None:
        self.folder = folder
        self.suffix = ".jsonl" if format_ == "json" else ".out"
        taken: dict[str, str] = {}
        for file in files:
            path = self.path(file)
            if path in taken:
                raise UnreadableError(f"{taken[path]} and {file} would both have the results {path}")
            taken[path] = file
        try:
            os.makedirs(folder, exist_ok=True)
        except FileExistsError:
            raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), folder) from None

    def path(self, file: str) -> str:
        if file == "-":
            return os.path.join(self.folder, "stdin" + self.suffix)
        name = os.path.normpath(file)
        if os.path.isabs(name) or name.startswith(".."):
            name = os.path.basename(name)
        return os.path.join(self.folder, name + self.suffix)

    def open(self, file: str) -> Result:
        return Result(self.path(file))


class Result:
    """One file of results while it is written. Raises OSError."""

    def __init__(self, path: str) -> None:
        from ...data.drafts import Draft

        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        self.draft = Draft(path)

    def write(self, text: str) -> None:
        self.draft.file.write(text.encode("utf-8", "backslashreplace"))

    def flush(self) -> None:
        """Nobody looks before the end."""

    def isatty(self) -> bool:
        return False

    def __enter__(self) -> Result:
        return self

    def __exit__(self, *problem: object) -> None:
        with self.draft:
            if problem[0] is None:
                self.draft.keep()
