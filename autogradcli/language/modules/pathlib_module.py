"""``pathlib``: names of files and folders. What ``torch.save`` keeps is all there is."""

from __future__ import annotations

import posixpath
from typing import Any

from ...api.calls.program_classes import Object, fields_of
from ...api.calls.registry import namespace
from ...api.nn.kept_files import name_of_file
from ..absent import FILES
from . import files_module


class Path(Object):
    """The name of a file or folder."""

    __module__ = "pathlib"

    def __init__(self, *parts: Any) -> None:
        texts = [name_of_file("Path", part) for part in parts]
        name = posixpath.join(*texts) if texts else "."
        object.__setattr__(self, "as_text", posixpath.normpath(name) if name else ".")

    def __truediv__(self, other: Any) -> Path:
        return Path(self, other)

    def __rtruediv__(self, other: Any) -> Path:
        return Path(other, self)

    def __str__(self) -> str:
        return str(fields_of(self)["as_text"])

    def __repr__(self) -> str:
        return f"PosixPath({str(self)!r})"

    def __eq__(self, other: Any) -> bool:
        return type(other) is Path and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    @property
    def name(self) -> str:
        """Its last part."""
        return posixpath.basename(str(self))

    @property
    def stem(self) -> str:
        """Its last part without what follows the last point."""
        return posixpath.splitext(self.name)[0]

    @property
    def suffix(self) -> str:
        """What follows the last point, with it."""
        return posixpath.splitext(self.name)[1]

    @property
    def suffixes(self) -> list[str]:
        """What follows each point of its last part but the first character, with it."""
        return ["." + part for part in self.name.lstrip(".").split(".")[1:]]

    @property
    def parents(self) -> tuple[Path, ...]:
        """The folders that it is in, from the inside."""
        found = [self.parent]
        while str(found[-1]) not in (".", "/"):
            found.append(found[-1].parent)
        return tuple(found)

    @property
    def parent(self) -> Path:
        """The folder that it is in."""
        return Path(posixpath.dirname(str(self)) or ".")

    @property
    def parts(self) -> tuple[str, ...]:
        """Its parts."""
        return tuple(part for part in str(self).split("/") if part)

    def joinpath(self, *others: Any) -> Path:
        """A name below it."""
        return Path(self, *others)

    def with_suffix(self, suffix: Any) -> Path:
        """The same name with another ending."""
        return Path(posixpath.splitext(str(self))[0] + name_of_file("with_suffix", suffix))

    def with_name(self, name: Any) -> Path:
        """The same with another last part."""
        return Path(self.parent, name_of_file("with_name", name))

    def with_stem(self, stem: Any) -> Path:
        """The same with another last part before its ending."""
        return Path(self.parent, name_of_file("with_stem", stem) + self.suffix)

    def is_absolute(self) -> bool:
        """Whether it begins at the root."""
        return str(self).startswith("/")

    def as_posix(self) -> str:
        """The name as a text."""
        return str(self)

    def exists(self) -> bool:
        """Whether ``torch.save`` has kept something under that name, or there is a folder of that name."""
        return files_module.exists(str(self))

    def is_file(self) -> bool:
        """Whether ``torch.save`` has kept something under that name."""
        return files_module.isfile(str(self))

    def is_dir(self) -> bool:
        """Whether there is a folder of that name."""
        return files_module.isdir(str(self))

    def mkdir(self, mode: Any = 0o777, parents: Any = False, exist_ok: Any = False) -> None:
        """Make a folder, as ``os.mkdir`` does."""
        files_module.make(str(self), mode, parents=parents, exist_ok=exist_ok)

    def unlink(self, missing_ok: Any = False) -> None:
        """Forget, or remove from the folder, what ``torch.save`` has kept under that name."""
        if not (missing_ok and not self.exists()):
            files_module.remove(str(self))

    def iterdir(self) -> Any:
        """The files and folders in a folder, in the order of the alphabet."""
        return iter([self / name for name in files_module.listdir(self)])

    def glob(self, pattern: Any) -> Any:
        """The files and folders below whose names fit a pattern, in the order of the alphabet."""
        return self._matching("glob", pattern, "")

    def rglob(self, pattern: Any) -> Any:
        """``glob`` of the pattern in this folder and in all below it."""
        return self._matching("rglob", pattern, "**/")

    def _matching(self, call: str, pattern: Any, before: str) -> Any:
        text = name_of_file(call, pattern)
        if not text or text.startswith("/"):
            raise (
                ValueError(f"Unacceptable pattern: {text!r}")
                if not text
                else NotImplementedError("Non-relative patterns are unsupported")
            )
        return iter([Path(name) for name in files_module.matching(str(self), before + text, hidden=True)])

    def resolve(self) -> Path:
        """The name as it is: programs know no folder that they are in."""
        return self

    def absolute(self) -> Path:
        """The name as it is: programs know no folder that they are in."""
        return self

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Refused: programs reach no files."""
        raise NotImplementedError(f"Path.open() isn't here: {FILES}")


_table = namespace("pathlib")
_table |= {"Path": Path, "PurePath": Path, "PosixPath": Path}
