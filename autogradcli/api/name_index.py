"""The index of names: which module of ``operations`` and ``api`` has which name, so that a start imports few of them.

Nobody writes it: it is what the modules do to the tables while each is imported once. It is kept in a file beside the
bytecode, which the installation brings (``hatch_build.py``) or else the first start that has the right to write there.

It counts while every module has the size and the time that it had. Where only times differ, as they do in an
installation, the contents are compared, once if the new times can be kept. In all other cases everything is imported,
which takes a fraction of a second more and is always right, and the index is made anew.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from marshal import dumps, loads
from types import ModuleType
from typing import Any
from warnings import warn

from ..numerics.records import Record

#: Where a name stands (``"torch"``, ``"operations"``) -> module -> its names, with blanks between them.
Names = dict[str, dict[str, str]]

#: Where names stand -> name -> value. Such tables fill themselves when all of it is asked for: ``dict.items`` doesn't.
Tables = Mapping[str, dict[str, Any]]

FILE = "names.index"
PACKAGES = ("api", "operations")
#: Folders whose modules enter no names here: those who need them import them.
NAMELESS = ("api.arrays",)

_FORMAT = 2  # of the file; another number where its contents change their meaning
_HERE = os.path.dirname(__file__)


class Module(Record):
    """``name`` is dotted from the project's name on; ``time`` is when its file was changed, in nanoseconds."""

    name: str
    size: int
    time: int
    path: str


class Kept(Record):
    """What the file holds: the modules by name, size and time, the checksum of their contents, and the names."""

    format: int
    modules: list[tuple[str, int, int]]
    checksum: int
    names: Names


def sources() -> list[Module]:
    """Every module of operations and api, sorted."""
    return sorted(_sources())


def _sources() -> Iterator[Module]:
    for package in PACKAGES:
        pending = [(package, os.path.join(os.path.dirname(_HERE), package))]
        while pending:
            dotted, folder = pending.pop()
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    if name.endswith(".py") and name != "__init__.py":
                        status = entry.stat()
                        yield Module(f"{dotted}.{name[:-3]}", status.st_size, status.st_mtime_ns, entry.path)
                    elif not name.startswith((".", "_")) and f"{dotted}.{name}" not in NAMELESS and entry.is_dir():
                        pending.append((f"{dotted}.{name}", entry.path))


def place() -> str:
    """The file of the index: where Python keeps the bytecode of ``api``."""
    spec = sys.modules[__name__].__spec__
    return os.path.join(os.path.dirname((spec and spec.cached) or os.path.join(_HERE, "__pycache__", "x")), FILE)


def read(modules: list[Module]) -> Names | None:
    """The names, where there is an index of these modules as they are now."""
    try:
        with open(place(), "rb", buffering=0) as file:
            kept = Kept(*loads(file.read()))
    except (OSError, EOFError, ValueError, TypeError):
        return None
    if kept.format != _FORMAT:
        return None
    now = _rows(modules)
    if kept.modules != now:
        if [row[:2] for row in kept.modules] != [row[:2] for row in now] or checksum(modules) != kept.checksum:
            return None
        write(kept._replace(modules=now))
    return kept.names


def _rows(modules: list[Module]) -> list[tuple[str, int, int]]:
    return [(module.name, module.size, module.time) for module in modules]


def checksum(modules: list[Module]) -> int:
    """A number that changes with the contents of the modules; 0 where one can't be read."""
    from zlib import crc32

    number = 0
    try:
        for module in modules:
            with open(module.path, "rb", buffering=0) as file:
                number = crc32(file.read(), number)
    except OSError:
        return 0
    return number


def writable() -> bool:
    """Whether the index may be kept. Where Python is told to write no bytecode no folder for it is made either."""
    folder = os.path.dirname(place())
    if os.path.isdir(folder):
        return os.access(folder, os.W_OK)
    return not sys.dont_write_bytecode


def write(kept: Kept, file: str = "") -> None:
    """Keep an index, at once: who reads meanwhile sees the old one or the new one. Where it can't be, nothing is done:
    then the next start does as this one did."""
    file = file or place()
    part = f"{file}.{os.getpid()}.{id(kept)}"
    try:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(part, "xb") as out:
            out.write(dumps(tuple(kept), 2))  # a format that every Python reads
        os.replace(part, file)
    except OSError:
        try:
            os.unlink(part)
        except OSError:
            pass


def import_all(modules: list[Module], load: Callable[[str], object], tables: Callable[[], Tables]) -> Kept | None:
    """Import every module and see which names each one adds to the tables. None where some are there already, since
    nobody knows whose they are."""
    told = any(dict.__len__(table) for table in tables().values())
    finder = _Finder(tables)
    sys.meta_path.insert(0, finder)
    try:
        for module in modules:
            load(module.name)
    finally:
        sys.meta_path.remove(finder)
    return None if told else Kept(_FORMAT, _rows(modules), checksum(modules), finder.names())


class _Finder:
    """Finds modules as Python does, and is told of each that was imported."""

    def __init__(self, tables: Callable[[], Tables]) -> None:
        self.tables = tables
        self.owners: dict[tuple[str, str], str] = {}
        self.values: dict[tuple[str, str], object] = {}

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        head, _, dotted = name.partition(".")
        if head != __name__.partition(".")[0] or not dotted.startswith(tuple(f"{package}." for package in PACKAGES)):
            return None
        spec = PathFinder.find_spec(name, path)  # type: ignore[arg-type]
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path, self, dotted)
        return spec

    def imported(self, module: str) -> None:
        """What is new in the tables is this module's: those that it imports itself were here before."""
        for where, table in self.tables().items():
            for name, value in dict.items(table):
                entry = where, name
                if self.values.get(entry, self) is not value:  # None is a value, too
                    other = self.owners.setdefault(entry, module)
                    if other != module:
                        warn(f"{where}.{name} is defined twice: in {other} and in {module}", RuntimeWarning, 2)
                    self.values[entry] = value

    def names(self) -> Names:
        found: dict[str, dict[str, list[str]]] = {}
        for (where, name), module in self.owners.items():
            found.setdefault(where, {}).setdefault(module, []).append(name)
        return {where: {m: " ".join(names) for m, names in by.items()} for where, by in found.items()}


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, finder: _Finder, dotted: str) -> None:
        super().__init__(name, path)
        self.finder, self.dotted = finder, dotted

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        self.finder.imported(self.dotted)
