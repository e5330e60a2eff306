"""Objects of programs that are mappings or lists to Python.

What has ``keys`` and ``__getitem__`` can be spread and copied. A class may derive from ``dict`` or ``list``: its
objects hold one, and have its methods.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...api.calls.program_classes import Kind, Object, defines, fields_of, get
from ..compile.calls import CONSTRUCTORS
from .attribute_lookup import get_attribute
from .budget import budget, hashable
from .kinds import Alias
from .text_format import to_repr

#: Under which name an object holds it: one that a program can neither read nor set.
_HELD = "__held"


def is_mapping(value: Any) -> bool:
    """Whether an object of a program's class is a mapping."""
    kind = type(value)
    return type(kind) is Kind and defines(kind, "keys") and defines(kind, "__getitem__")


def as_dict(value: Any) -> dict[Any, Any] | None:
    """The entries of a dictionary, or of an object that is a mapping; None for all else."""
    if isinstance(value, dict):
        return value
    if not is_mapping(value):
        return None
    return {hashable(key): value[key] for key in budget.items(get(value, "keys")())}


class Holding(Object):
    """What holds a value of Python's kind; a program's ``__init__`` need not call ours."""

    _kind: type = dict

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        object.__setattr__(self, _HELD, CONSTRUCTORS[type(self)._kind](*args, **kwargs))

    def __len__(self) -> int:
        return len(held(self))

    def __iter__(self) -> Iterator[Any]:
        return iter(held(self))

    def __contains__(self, value: Any) -> bool:
        return value in held(self)

    def __setitem__(self, key: Any, value: Any) -> None:
        held(self)[hashable(key) if type(self)._kind is dict else key] = value

    def __delitem__(self, key: Any) -> None:
        del held(self)[key]

    def __repr__(self) -> str:
        return to_repr(held(self))

    def __eq__(self, other: Any) -> bool:
        return bool(held(self) == (held(other) if isinstance(other, Holding) else other))

    __hash__ = None  # type: ignore[assignment]


def held(value: Any) -> Any:
    """The dictionary or list that an object of such a class holds."""
    fields = fields_of(value)
    if _HELD not in fields:
        object.__setattr__(value, _HELD, type(value)._kind())
    return fields_of(value)[_HELD]


def lend(value: Any, other: Any) -> None:
    """Give another object of such a class a copy of what this one holds."""
    object.__setattr__(other, _HELD, held(value).copy())


class HeldDict(Holding):
    """The base of a class that derives from ``dict``."""

    __module__ = "builtins"

    def __getitem__(self, key: Any) -> Any:
        entries = held(self)
        if key not in entries and defines(type(self), "__missing__"):
            return get(self, "__missing__")(key)
        return entries[key]


class HeldList(Holding):
    """The base of a class that derives from ``list``."""

    __module__ = "builtins"
    _kind = list

    def __getitem__(self, index: Any) -> Any:
        return held(self)[index]

    def __add__(self, other: Any) -> Any:
        return held(self) + (held(other) if isinstance(other, Holding) else other)


def _method(name: str) -> Any:
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return get_attribute(held(self), name)(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"As ``{name}`` of what it holds."
    return call


#: What a class derives from in the place of Python's own.
HELD: dict[type, type] = {dict: HeldDict, list: HeldList}
for _base, _names in (
    (HeldDict, "keys values items get pop popitem setdefault update clear copy"),
    (HeldList, "append extend insert pop remove index count sort reverse clear copy"),
):
    for _name in _names.split():
        _base.__members__[_name] = _method(_name)
        type.__setattr__(_base, _name, _base.__members__[_name])


def no_class(kinds: Any) -> TypeError:
    """What ``isinstance`` raises for a value that is no class."""
    if type(kinds) is not Alias:
        return TypeError("isinstance() arg 2 must be a type, a tuple of types, or a union")
    if type(kinds.origin) is Kind:
        return TypeError("Subscripted generics cannot be used with class and instance checks")
    return TypeError("isinstance() argument 2 cannot be a parameterized generic")


def is_of(value: Any, kind: type) -> bool:
    """Whether a value is of a kind, as an object of a class that derives from ``dict`` is one."""
    return isinstance(value, kind) or (kind in HELD and isinstance(value, HELD[kind]))
