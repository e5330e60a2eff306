"""Classes of tuples whose elements have names: ``collections.namedtuple``, ``typing.NamedTuple``, and what derives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from keyword import iskeyword
from typing import Any

from ...api.calls.program_classes import METHODS
from ...api.calls.registry import CLASS_ATTRIBUTES, CONSTRUCTORS, Method, Property, attributes_of
from ...api.calls.stand_ins import CALLED_BY_PYTHON, dispatchers
from ...engine.callbacks import callee
from ...numerics.naming import shown_as
from ..values.budget import budget


@shown_as("tuple")
class Record(tuple[Any, ...]):
    """The base of all of them. ``_members`` has what a class body bound besides the fields, by name."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()
    _defaults: dict[str, Any] = {}  # noqa: RUF012
    _members: dict[str, Any] = {}  # noqa: RUF012

    def __repr__(self) -> str:
        parts = [f"{name}={value!r}" for name, value in zip(self._fields, self)]
        return f"{type(self).__name__}({', '.join(parts)})"

    @classmethod
    def subclass(cls, name: str, members: dict[str, Any]) -> Any:
        """``class name(cls): members``: the fields stay, methods and values come."""
        return _bound(_of_fields(name, cls._fields, cls._defaults, (cls,)), members)


def is_field(name: Any) -> bool:
    return type(name) is str and name.isidentifier() and not iskeyword(name) and not name.startswith("_")


def check_fields(typename: Any, fields: list[Any]) -> None:
    """Raises ValueError for what is no name of a class or of a field."""
    seen: set[str] = set()
    for field in (typename, *fields):
        if type(field) is not str or not field.isidentifier():
            raise ValueError(f"Type names and field names must be valid identifiers: {field!r}")
        if iskeyword(field):
            raise ValueError(f"Type names and field names cannot be a keyword: {field!r}")
    for field in fields:
        if field.startswith("_"):
            raise ValueError(f"Field names cannot start with an underscore: {field!r}")
        if field in seen:
            raise ValueError(f"Encountered duplicate field name: {field!r}")
        seen.add(field)


def record_class(name: str, fields: list[str], defaults: list[Any]) -> type:
    """A class of tuples of these fields, the last of which have defaults."""
    if len(defaults) > len(fields):
        raise TypeError("Got more default values than field names")
    given = dict(zip(fields[len(fields) - len(defaults) :], defaults))
    return _of_fields(name, tuple(fields), given, (Record,))


def _at(number: int, record: Any) -> Any:
    return record[number]


def _refuse(record: Any, new: Any) -> None:
    raise AttributeError("can't set attribute")


def _of_fields(name: str, fields: tuple[str, ...], given: dict[str, Any], bases: tuple[type, ...]) -> type:
    kind = type(name, bases, {"__slots__": (), "_fields": fields, "_defaults": given, "__module__": "__main__"})
    make = _maker(kind, name, fields, given)
    CONSTRUCTORS[kind] = make
    table = attributes_of(kind)
    for number, field in enumerate(fields):
        table[field] = Property(partial(_at, number), _refuse)
    table["_asdict"] = Method(lambda value: dict(zip(fields, value)))
    table["_replace"] = Method(lambda value, **changes: _replaced(make, fields, value, changes))
    CLASS_ATTRIBUTES[kind] = {
        "__doc__": Property(lambda _: f"{name}({', '.join(fields)})"),
        "_fields": Property(lambda _: fields),
        "_field_defaults": Property(lambda _: dict(given)),
        "__match_args__": Property(lambda _: fields),
        "_make": Method(lambda _, iterable: _made_of(make, len(fields), budget.items(iterable))),
    }
    return kind


def _made_of(make: Callable[..., Any], count: int, values: list[Any]) -> Any:
    if len(values) != count:
        raise TypeError(f"Expected {count} arguments, got {len(values)}")
    return make(*values)


def _replaced(make: Callable[..., Any], fields: tuple[str, ...], value: Any, changes: dict[str, Any]) -> Any:
    wrong = [name for name in changes if name not in fields]
    if wrong:
        raise ValueError(f"Got unexpected field names: {wrong!r}")
    return make(**{**dict(zip(fields, value)), **changes})


def _maker(kind: type, name: str, fields: tuple[str, ...], given: dict[str, Any]) -> Callable[..., Any]:
    def make(*args: Any, **kwargs: Any) -> Any:
        if len(args) > len(fields):
            least = len(fields) + 1 - len(given)
            few = f"from {least} to " if given else ""
            plural = "" if fields == () and not given else "s"
            takes = f"takes {few}{len(fields) + 1} positional argument{plural}"
            raise TypeError(f"{name}.__new__() {takes} but {len(args) + 1} were given")
        values = dict(zip(fields, args))
        for key, value in kwargs.items():
            if key not in fields:
                raise TypeError(f"{name}.__new__() got an unexpected keyword argument '{key}'")
            if key in values:
                raise TypeError(f"{name}.__new__() got multiple values for argument '{key}'")
            values[key] = value
        missing = [f"'{field}'" for field in fields if field not in values and field not in given]
        if missing:
            last = f" and {missing[-1]}" if len(missing) > 1 else missing[-1]
            comma = "," if len(missing) > 2 else ""
            listed = ", ".join(missing[:-1]) + comma + last
            plural = "" if len(missing) == 1 else "s"
            raise TypeError(f"{name}.__new__() missing {len(missing)} required positional argument{plural}: {listed}")
        return tuple.__new__(kind, [values.get(field, given.get(field)) for field in fields])

    return make


# Class bodies

#: Special methods that a body may define: what makes, counts or takes apart a tuple stays the tuple's.
_OWN = frozenset(CALLED_BY_PYTHON) - {
    "__init__", "__len__", "__iter__", "__getitem__", "__setitem__", "__delitem__", "__setattr__", "__delattr__",
    "__next__", "__reversed__", "__contains__", "__hash__",
}  # fmt: skip


def _special(value: Any, name: str) -> Callable[..., Any]:
    kinds: Any = type(value).__mro__
    function = next(kind._members[name] for kind in kinds if name in kind._members)
    call: Callable[..., Any] = callee(function)
    return lambda *args, **kwargs: call(value, *args, **kwargs)


_DISPATCHERS = dispatchers(_special)


def _bound(kind: Any, members: dict[str, Any]) -> Any:
    """Enter into a class what its body bound besides the fields."""
    type.__setattr__(kind, "_members", members)
    own, shared = attributes_of(kind), CLASS_ATTRIBUTES[kind]
    for name, value in members.items():
        if name == "__doc__":
            text = f"{kind.__name__}({', '.join(kind._fields)})" if value is None else value
            shared[name] = Property(partial(_same, text))
        elif name == "__annotations__":
            shared[name] = Property(partial(_same, value))
        elif name.startswith("__"):
            if name not in _OWN:
                raise TypeError(f"a class of named tuples can't define {name} here")
            type.__setattr__(kind, name, _DISPATCHERS[name])
        elif type(value) in METHODS:
            own[name] = Method(value)
        elif type(value) is property:
            own[name] = Property(callee(value.fget))
        elif type(value) is classmethod:
            shared[name] = Method(callee(value.__func__))
        else:
            shared[name] = Property(partial(_same, value.__func__ if type(value) is staticmethod else value))
    return kind


def _same(value: Any, _: Any) -> Any:
    return value


def class_of_annotations(name: str, members: dict[str, Any]) -> Any:
    """``class name(NamedTuple): members``: the annotated names are the fields.

    Raises TypeError for a field without a default after one with, ValueError for a field that begins with ``_``.
    """
    fields = [*members.get("__annotations__", {})]
    check_fields(name, fields)
    defaults: list[Any] = []
    for field in fields:
        if field in members:
            defaults.append(members[field])
        elif defaults:
            before = ", ".join(each for each in fields[: fields.index(field)] if each in members)
            plural = "s" if len(defaults) > 1 else ""
            raise TypeError(f"Non-default namedtuple field {field} cannot follow default field{plural} {before}")
    kind = record_class(name, fields, defaults)
    return _bound(kind, {name: value for name, value in members.items() if name not in fields})
