"""Modules of packages whose folder is known, found at once.

Python looks for a module in several ways, each of which asks the system for files that might be it; with two hundred
modules to import that is a tenth of a start. Where the bytecode that Python keeps beside a source is of this source,
by size and time as Python itself has it, nothing is left to look for. Everything else is Python's affair: a module
without such bytecode, one in machine code, the packages themselves.
"""

from __future__ import annotations

import sys
from _imp import _fix_co_filename  # type: ignore[attr-defined]
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import MAGIC_NUMBER
from marshal import loads
from os import sep, stat
from types import CodeType, ModuleType

#: Packages in which no module in machine code has the name of a Python module.
PACKAGES = frozenset({"autogradcli", "numpy", "click"})

_KEPT = f"{sep}__pycache__{sep}"
_SUFFIX = f".{sys.implementation.cache_tag}.pyc"
#: Bytecode of a source with a size and a time, which follow.
_BEGIN = MAGIC_NUMBER + bytes(4)


class _Read(SourceFileLoader):
    """A module whose bytecode was read when it was found."""

    code: CodeType | None = None

    def get_code(self, fullname: str) -> CodeType | None:
        code, self.code = self.code, None
        return code or super().get_code(fullname)


class _Finder:
    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if path is None or name.partition(".")[0] not in PACKAGES:
            return None
        folder, last, inside = path[0], name.rpartition(".")[2], None
        try:
            file = f"{folder}{sep}{last}.py"
            try:
                status = stat(file)
            except FileNotFoundError:
                folder = f"{folder}{sep}{last}"
                last, inside = "__init__", [folder]
                file = f"{folder}{sep}__init__.py"
                status = stat(file)
            kept = f"{folder}{_KEPT}{last}{_SUFFIX}"
            with open(kept, "rb", buffering=0) as bytecode:
                data = bytecode.read()
        except OSError:
            return None
        if not data.startswith(_BEGIN + _word(int(status.st_mtime)) + _word(status.st_size)):
            return None
        loader = _Read(name, file)
        loader.code = code = loads(memoryview(data)[16:])
        _fix_co_filename(code, file)  # where the folder was moved since
        spec = ModuleSpec(name, loader, origin=file)
        spec.submodule_search_locations = inside
        spec.cached = kept
        spec.has_location = True
        return spec


def _word(number: int) -> bytes:
    return (number & 0xFFFFFFFF).to_bytes(4, "little")


def install() -> None:
    """From now on look so first, before Python looks along its paths; not where it keeps its bytecode elsewhere."""
    if not sys.flags.optimize and sys.pycache_prefix is None and PathFinder in sys.meta_path:
        sys.meta_path.insert(sys.meta_path.index(PathFinder), _Finder)
