"""``pickle``: a value as bytes that ``loads`` of the same session makes a copy of, in a form of our own.

Bytes of Python's own pickles are never read, since reading one runs what it says.
"""

from __future__ import annotations

from typing import Any

from ...api.calls.program_classes import Kind, fields_of
from ...api.calls.registry import namespace
from ...api.nn.deep_copy import deep_copy
from ...api.nn.kept_files import BUFFERS, UnpicklingError, copied
from ...engine.state import state
from ...numerics.limits import charge_items
from ...numerics.naming import shown_as
from ..values.bytes_values import Bytes
from ..values.kinds import UserFunction
from .entries import entering

_HEAD = b"\x80autogradcli "
_NUMBER = "pickles"


@shown_as("_pickle.PicklingError")
class PicklingError(Exception):
    """A value that can't be made bytes of."""


@shown_as("bytes")
class Pickled(Bytes):
    """The bytes of a value, which they hold."""

    __slots__ = ("value",)

    value: Any


def _check(value: Any) -> None:
    """Raises what Python raises for a function without a name of its own, and for what goes on elsewhere."""
    pending, seen = [value], set()
    while pending:
        each = pending.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if type(each) is UserFunction and each.name == "<lambda>":
            raise PicklingError(f"Can't pickle {each!r}: attribute lookup <lambda> on __main__ failed")
        if type(each).__name__ == "generator":
            raise TypeError("cannot pickle 'generator' object")
        found: Any = ()
        if isinstance(each, (list, tuple, set, frozenset)):
            found = each
        elif isinstance(each, dict):
            found = each.values()
        elif type(type(each)) is Kind:
            found = fields_of(each).values()
        charge_items(len(found))
        pending.extend(found)


@entering("pickle")
def dumps(obj: Any, protocol: Any = None, *, fix_imports: Any = True, buffer_callback: Any = None) -> Bytes:
    """A value as bytes, which ``loads`` makes a copy of in the same session."""
    _check(obj)
    number = state.flags[_NUMBER] = state.flags.get(_NUMBER, 0) + 1
    made = Pickled(_HEAD + str(number).encode())
    made.value = copied(obj)
    return made


@entering("pickle")
def loads(data: Any, /, *, fix_imports: Any = True, encoding: Any = "ASCII", errors: Any = "strict") -> Any:
    """A copy of what ``dumps`` made these bytes of. Raises UnpicklingError for other bytes."""
    if not isinstance(data, Bytes):
        raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'")
    if not isinstance(data, Pickled):
        raise UnpicklingError(
            "pickle.loads() here reads what pickle.dumps() of the same program gave, and no other bytes: those of a "
            "pickle could run anything"
        )
    return deep_copy(data.value)


@entering("pickle")
def dump(obj: Any, file: Any, protocol: Any = None, *, fix_imports: Any = True, buffer_callback: Any = None) -> None:
    """Keep a value in an ``io.BytesIO``."""
    if type(file) not in BUFFERS:
        raise TypeError("pickle.dump() here keeps a value in an io.BytesIO: torch.save(value, name) keeps it in a file")
    _check(obj)
    file.keep(copied(obj))


@entering("pickle")
def load(file: Any, *, fix_imports: Any = True, encoding: Any = "ASCII", errors: Any = "strict") -> Any:
    """A copy of what ``dump`` kept in an ``io.BytesIO``."""
    if type(file) not in BUFFERS:
        raise TypeError("pickle.load() here reads an io.BytesIO: torch.load(name) reads a file")
    return deep_copy(file.kept())


_table = namespace("pickle")
_table |= {
    "PickleError": PicklingError, "PicklingError": PicklingError, "UnpicklingError": UnpicklingError,
    "HIGHEST_PROTOCOL": 5, "DEFAULT_PROTOCOL": 4,
}  # fmt: skip
