"""``pathlib``: names of files and folders, and what ``open`` and ``os`` do with them."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import Any

from ...api.calls.program_classes import Object, fields_of
from ...api.calls.registry import namespace
from ...api.nn.kept_files import name_of_file
from ..values.open_files import open_
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
        found = tuple(part for part in str(self).split("/") if part and str(self) != ".")
        return ("/", *found) if self.is_absolute() else found

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

    def open(
        self, mode: Any = "r", buffering: Any = -1, encoding: Any = None, errors: Any = None, newline: Any = None
    ) -> Any:
        """``open`` of this name."""
        return open_(str(self), mode, buffering, encoding, errors, newline)

    def read_text(self, encoding: Any = None, errors: Any = None) -> Any:
        """The whole text of the file."""
        with open_(str(self), "r", -1, encoding, errors) as file:
            return file.read()

    def read_bytes(self) -> Any:
        """All bytes of the file."""
        with open_(str(self), "rb") as file:
            return file.read()

    def write_text(self, data: Any, encoding: Any = None, errors: Any = None, newline: Any = None) -> int:
        """Write the file anew; how many characters it has."""
        if type(data) is not str:
            raise TypeError(f"data must be str, not {type(data).__name__}")
        with open_(str(self), "w", -1, encoding, errors, newline) as file:
            return file.write(data)

    def write_bytes(self, data: Any) -> int:
        """Write the file anew; how many bytes it has."""
        with open_(str(self), "wb") as file:
            return file.write(data)

    def touch(self, mode: Any = 0o666, exist_ok: Any = True) -> None:
        """Make an empty file where there is none."""
        if not self.exists():
            open_(str(self), "w").close()
        elif not exist_ok:
            raise FileExistsError(17, "File exists", str(self))

    def stat(self) -> Any:
        """What the system knows of the file: its size."""
        return files_module.stat(str(self))

    def rename(self, target: Any) -> Path:
        """Give the file or folder another name."""
        files_module.rename(str(self), target)
        return Path(target)

    def replace(self, target: Any) -> Path:
        """Give the file another name, in the place of what has it."""
        return self.rename(target)

    def rmdir(self) -> None:
        """Remove a folder in which nothing is."""
        files_module.rmdir(str(self))

    def relative_to(self, *other: Any) -> Path:
        """The rest of the name, below another. Raises ValueError in Python's words."""
        base = Path(*other)
        if str(base) == ".":
            return self
        if self.parts[: len(base.parts)] != base.parts:
            raise ValueError(f"{str(self)!r} is not in the subpath of {str(base)!r} OR one path is relative and the "
                             "other is absolute.")  # fmt: skip
        return Path(*self.parts[len(base.parts) :])

    def is_relative_to(self, *other: Any) -> bool:
        """Whether it is below another name."""
        base = Path(*other)
        return str(base) == "." or self.parts[: len(base.parts)] == base.parts

    def match(self, pattern: Any) -> bool:
        """Whether its last parts fit those of a pattern."""
        wanted = name_of_file("match", pattern).split("/")
        parts = self.parts[-len(wanted) :]
        return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))

    @classmethod
    def cwd(cls) -> Path:
        """The program's own folder."""
        return Path(".")

    def __lt__(self, other: Any) -> Any:
        return self.parts < other.parts if type(other) is Path else NotImplemented

    def __gt__(self, other: Any) -> Any:
        return self.parts > other.parts if type(other) is Path else NotImplemented

    def __le__(self, other: Any) -> Any:
        return self.parts <= other.parts if type(other) is Path else NotImplemented

    def __ge__(self, other: Any) -> Any:
        return self.parts >= other.parts if type(other) is Path else NotImplemented


_table = namespace("pathlib")
_table |= {"Path": Path, "PurePath": Path, "PosixPath": Path}
