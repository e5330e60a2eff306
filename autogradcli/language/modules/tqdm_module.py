"""``tqdm``: an iterable as it is. No bar is drawn: a program's output is the same with and without one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...api.calls.registry import CLASS_ATTRIBUTES, Method, Property, attributes_of, namespace
from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from ..compile.calls import Builtin
from ..values.budget import MAX_LAZY, budget
from ..values.nesting import LAZY_KINDS, depth_of
from ..values.text_format import to_str


@shown_as("tqdm.std.tqdm")
class tqdm(ContextMode):
    """The elements of an iterable. What describes the bar is taken and not shown."""

    __slots__ = ("depth", "iterable", "n", "total")

    def __init__(
        self, iterable: Any = None, desc: Any = None, total: Any = None, leave: Any = True, **options: Any
    ) -> None:
        self.depth = 1 + depth_of(iterable)
        if self.depth > MAX_LAZY:
            raise RecursionError("maximum recursion depth exceeded")
        self.iterable, self.n = iterable, 0
        self.total = total
        if total is None and iterable is not None:
            try:
                self.total = len(iterable)
            except TypeError:
                self.total = None

    def __iter__(self) -> Iterator[Any]:
        if self.iterable is None:
            raise TypeError("'NoneType' object is not iterable")
        for value in self.iterable:
            yield value
            self.n += 1

    def __len__(self) -> int:
        if self.iterable is None:
            return int(self.total or 0)
        return len(self.iterable)

    def __bool__(self) -> bool:
        return bool(self.total is None or self.total > 0)

    def __enter__(self) -> tqdm:
        return self

    def __exit__(self, *problem: object) -> None:
        return

    def __call__(self, function: Any) -> Any:
        raise TypeError("'tqdm' object is not callable")

    def update(self, n: Any = 1) -> None:
        """Count on."""
        self.n += n

    def __repr__(self) -> str:
        return f"<tqdm of {self.total} at {self.n}>"


LAZY_KINDS.add(tqdm)


def _nothing(bar: tqdm, *args: Any, **options: Any) -> None:
    """Nothing: there is no bar to change."""


_methods = attributes_of(tqdm)
_methods["update"] = Method(tqdm.update)
_methods["n"] = Property(lambda bar: bar.n)
_methods["total"] = Property(lambda bar: bar.total)
for _name in ("set_description", "set_description_str", "set_postfix", "set_postfix_str", "refresh", "close", "clear"):
    _methods[_name] = Method(_nothing)


def _write(kind: type, s: Any, file: Any = None, end: Any = "\n", nolock: Any = False) -> None:
    """Print a text."""
    budget.print(to_str(s) + to_str(end))


CLASS_ATTRIBUTES[tqdm] = {"write": Method(_write)}


def _range(*args: Any, **options: Any) -> tqdm:
    """``tqdm(range(n))``."""
    return tqdm(range(*args), **options)


for _place in ("tqdm", "tqdm.auto", "tqdm.notebook", "tqdm.std"):
    namespace(_place).update({"tqdm": tqdm, "trange": Builtin("trange", _range)})
