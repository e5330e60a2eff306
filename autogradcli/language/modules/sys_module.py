"""``sys``: what programs ask of the interpreter, its streams, and ``exit``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import NAMESPACES, Property, attributes_of, namespace
from ...engine.state import state
from ...numerics.naming import shown_as
from ..values.foreign import entering as as_value
from ..values.kinds import Namespace
from ..values.streams import STREAMS, current, redirect
from ..values.text_format import to_str
from ..values.tracebacks import traceback_of
from .entries import entering

_table = namespace("sys")


@shown_as("sys.version_info")
class Version(tuple[Any, ...]):
    """The interpreter's version as numbers, which compares with tuples."""

    __slots__ = ()


@shown_as("sys.float_info")
class FloatInfo:
    """What Python's numbers with a point can be."""

    __slots__ = ()


def _at_place(at: int) -> Callable[[Any], Any]:
    return lambda version: version[at]


def _constant(value: Any) -> Callable[[Any], Any]:
    return lambda info: value


for _name, _at in (("major", 0), ("minor", 1), ("micro", 2), ("releaselevel", 3), ("serial", 4)):
    attributes_of(Version)[_name] = Property(_at_place(_at), doc="A part of the version.")
_limits = sys.float_info
for _name, _value in (
    ("max", _limits.max), ("max_exp", _limits.max_exp), ("max_10_exp", _limits.max_10_exp), ("min", _limits.min),
    ("min_exp", _limits.min_exp), ("min_10_exp", _limits.min_10_exp), ("dig", _limits.dig),
    ("mant_dig", _limits.mant_dig), ("epsilon", _limits.epsilon), ("radix", _limits.radix), ("rounds", _limits.rounds),
):  # fmt: skip
    attributes_of(FloatInfo)[_name] = Property(_constant(_value), doc="A limit of Python's numbers with a point.")


@entering("sys")
def exit_(status: Any = None, /) -> None:
    """End the program: well with None or 0, else as failed, with a number as the command's exit code."""
    if not (status is None or isinstance(status, int)):
        status = to_str(status)
    raise SystemExit(status)


@entering("sys")
def getrecursionlimit() -> int:
    """How deep Python lets calls go. Here they go as deep whatever is set."""
    return int(state.flags.get("recursion", 1000))


@entering("sys")
def setrecursionlimit(limit: Any, /) -> None:
    """Keep a number for ``getrecursionlimit``: the language has its own limit, a little below 1000."""
    if type(limit) is not int:
        raise TypeError(f"'{type(limit).__name__}' object cannot be interpreted as an integer")
    if limit < 1:
        raise ValueError("recursion limit must be greater or equal than 1")
    state.flags["recursion"] = limit


@entering("sys")
def getsizeof(value: Any, /) -> int:
    """Bytes that Python's own object takes, without what it holds. Raises TypeError for other values."""
    if type(value) not in (int, float, complex, bool, str, list, tuple, dict, set, frozenset, type(None)):
        raise TypeError(f"getsizeof() of a {type(value).__name__} isn't here: a tensor has .nbytes")
    return sys.getsizeof(value)


@entering("sys")
def exc_info() -> tuple[Any, Any, Any]:
    """The class of the error that is being dealt with, the error, and where it was raised; else None three times."""
    error = exception()
    return (None, None, None) if error is None else (type(error), error, traceback_of(error))


@entering("sys")
def exception() -> BaseException | None:
    """The error that is being dealt with, or None."""
    error = sys.exception()
    return None if error is None else as_value(error)


_table |= {
    "maxsize": sys.maxsize, "byteorder": sys.byteorder, "version": sys.version, "platform": sys.platform,
    "argv": ["program"], "version_info": Version(sys.version_info), "float_info": FloatInfo(),
    "__stdout__": STREAMS["stdout"], "__stderr__": STREAMS["stderr"],
}  # fmt: skip


def _modules(module: Any) -> dict[str, Any]:
    """The modules that are loaded here, as a dict of the program's own."""
    names = {name.partition(".")[0] for name in NAMESPACES if NAMESPACES[name]}
    return {name: Namespace.of(name) for name in sorted(names) if name.isidentifier()}


_table["modules"] = Property(_modules, doc="The modules that are loaded, by name.")


def _stream(name: str) -> Property:
    return Property(lambda module: current(name), lambda module, new: redirect(name, new), doc="Where text goes.")


for _name in STREAMS:
    _table[_name] = _stream(_name)
