"""Tables whose entries come with the module that defines them, loaded when a name is first asked for.

There are a hundred and more modules of operations and functions, and a program uses a few of them; importing all takes
as long as ``import numpy``. An index (``api/name_index.py``) says which module has which name.
Where no index is in force, everything was imported and these are plain dicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class Loader:
    """What stands behind the tables: the index, and how to import by it."""

    __slots__ = ("_by_name", "complete", "index", "load")

    index: dict[str, dict[str, str]]  # place -> module -> its names, with blanks between them
    load: Callable[[str], object]
    complete: bool

    def __init__(self) -> None:
        self.index = {}
        self._by_name: dict[str, dict[str, str]] = {}
        self.load = lambda module: None
        self.complete = True

    def modules(self, place: str) -> dict[str, str]:
        """name of a place -> the module that has it, by the index. Of a place that nobody asks for it isn't made."""
        found = self._by_name.get(place)
        if found is None:
            rows = self.index.get(place, {}).items()
            found = self._by_name[place] = {name: module for module, names in rows for name in names.split()}
        return found

    def knows(self, place: str, name: object) -> bool:
        return not self.complete and name in self.modules(place)

    def names(self, place: str) -> set[str]:
        return set() if self.complete else set(self.modules(place))

    def all_names(self) -> set[str]:
        return {name for place in self.index for name in self.names(place)}

    def all_modules(self) -> dict[str, None]:
        """Each once, in the order of the index."""
        return dict.fromkeys(module for modules in self.index.values() for module in modules)

    def find(self, place: str, name: str) -> bool:
        """Import the module that has a name of a place. False where the index has none."""
        if not self.knows(place, name):
            return False
        self.load(self.modules(place)[name])
        return True

    def load_all(self) -> None:
        """Import every module: for who wants to see all names."""
        if self.complete:
            return
        self.complete = True
        for module in self.all_modules():
            self.load(module)


loader = Loader()


class LazyTable(dict[str, Any]):
    """name -> value. Reading a name loads its module; reading all of them loads every module."""

    __slots__ = ("place",)

    def __init__(self, place: str) -> None:
        self.place = place

    def __missing__(self, name: str) -> Any:
        if loader.find(self.place, name) and dict.__contains__(self, name):
            return dict.__getitem__(self, name)
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, name) or loader.knows(self.place, name)

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def loaded(self) -> dict[str, Any]:
        """The entries that are there already."""
        return dict(dict.items(self))

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def keys(self) -> Any:
        """All names; the index has those of modules that aren't loaded."""
        return dict.keys(self) | loader.names(self.place)

    def values(self) -> Any:
        loader.load_all()
        return dict.values(self)

    def items(self) -> Any:
        loader.load_all()
        return dict.items(self)
