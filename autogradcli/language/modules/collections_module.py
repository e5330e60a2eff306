"""``collections``: Python's own containers, their costs charged."""

from __future__ import annotations

import collections
from collections.abc import Callable
from functools import partial
from keyword import iskeyword
from typing import Any

from ...api.calls.program_classes import METHODS, Kind, defines
from ...api.calls.registry import CLASS_ATTRIBUTES, Method, Property, attributes_of, namespace
from ...numerics.naming import shown_as
from ..compile.calls import CONSTRUCTORS, DIRECT, Builtin, callable_of, is_callable
from ..values.attribute_lookup import INSTANCE_CHECK
from ..values.budget import MAX_ITEMS, budget, check_items, hashable
from ..values.generators import Generator
from ..values.kinds import Form

_table = namespace("collections")

#: What a defaultdict may call as it is.
_MAKERS = frozenset({int, float, complex, str, list, dict, set, tuple, bool})


def _entries(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[Any, Any]:
    made: dict[Any, Any] = CONSTRUCTORS[dict](*args, **kwargs)
    return made


def _defaultdict(default_factory: Any = None, /, *args: Any, **kwargs: Any) -> Any:
    if default_factory is not None and default_factory not in _MAKERS:
        callable_of(default_factory)
        if type(default_factory) not in DIRECT:
            default_factory = callable_of(default_factory)
    return collections.defaultdict(default_factory, _entries(args, kwargs))


def _ordered(*args: Any, **kwargs: Any) -> Any:
    return collections.OrderedDict(_entries(args, kwargs))


def _counter(iterable: Any = None, /, **kwargs: Any) -> Any:
    made: Any = collections.Counter()
    if isinstance(iterable, dict):
        made.update(iterable)
    elif iterable is not None:
        for item in budget.items(iterable):
            made[hashable(item)] += 1
    made.update(kwargs)
    return made


def _deque(iterable: Any = (), maxlen: Any = None) -> Any:
    if maxlen is not None and type(maxlen) is not int:
        raise TypeError("an integer is required")
    return collections.deque(budget.items(iterable), maxlen)


for _name, _kind, _make in (
    ("defaultdict", collections.defaultdict, _defaultdict),
    ("OrderedDict", collections.OrderedDict, _ordered),
    ("Counter", collections.Counter, _counter),
    ("deque", collections.deque, _deque),
):
    _table[_name] = _kind
    CONSTRUCTORS[_kind] = _make
for _kind in (collections.defaultdict, collections.OrderedDict, collections.Counter):
    attributes_of(_kind)["copy"] = Method(lambda value: value.copy())
#: An OrderedDict's order is its own, not that of the dict that it is.
for _name in ("items", "keys", "values", "pop", "popitem", "setdefault", "clear"):
    attributes_of(collections.OrderedDict)[_name] = Method(vars(collections.OrderedDict)[_name])
attributes_of(collections.defaultdict)["default_factory"] = Property(lambda value: value.default_factory)
attributes_of(collections.OrderedDict)["move_to_end"] = Method(
    lambda d, key, last=True: d.move_to_end(hashable(key), last)
)
attributes_of(collections.Counter).update(
    {
        "most_common": Method(lambda counter, n=None: counter.most_common(n)),
        "elements": Method(lambda counter: iter(_elements(counter))),
        "total": Method(lambda counter: sum(counter.values())),
        "update": Method(lambda counter, other=None, /, **more: _count(counter, other, 1, more)),
        "subtract": Method(lambda counter, other=None, /, **more: _count(counter, other, -1, more)),
    }
)


def _elements(counter: Any) -> list[Any]:
    check_items(sum(count for count in counter.values() if type(count) is int and count > 0))
    return list(counter.elements())


def _count(counter: Any, other: Any, sign: int, more: dict[str, Any]) -> None:
    pairs = [*other.items()] if isinstance(other, dict) else [(item, 1) for item in budget.items(other or ())]
    for key, count in [*pairs, *more.items()]:
        counter[hashable(key)] += sign * count


def _room(values: Any, count: int = 1) -> None:
    if values.maxlen is None and len(values) + count > MAX_ITEMS:
        check_items(len(values) + count)


def _grow(name: str) -> Callable[..., Any]:
    method = vars(collections.deque)[name]

    def call(values: Any, item: Any, /) -> Any:
        if name.startswith("extend"):
            item = budget.items(item)
            _room(values, len(item))
        else:
            _room(values)
        return method(values, item)

    return call


_deque_table = attributes_of(collections.deque)
for _name in ("append", "appendleft", "extend", "extendleft"):
    _deque_table[_name] = Method(_grow(_name))
for _name in ("clear", "copy", "pop", "popleft", "reverse", "rotate"):
    _deque_table[_name] = Method(vars(collections.deque)[_name])
for _name in ("count", "index", "remove", "insert"):
    _deque_table[_name] = Method(vars(collections.deque)[_name])
_deque_table["maxlen"] = Property(lambda values: values.maxlen)


# namedtuple


@shown_as("tuple")
class Record(tuple[Any, ...]):
    """The base of what ``namedtuple`` makes."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()

    def __repr__(self) -> str:
        parts = [f"{name}={value!r}" for name, value in zip(self._fields, self)]
        return f"{type(self).__name__}({', '.join(parts)})"


def _at(number: int, record: Any) -> Any:
    return record[number]


def add_to_record(kind: type, name: str, value: Any) -> None:
    """Give a class of records a method or a property. Raises TypeError for other members."""
    if type(value) is property:
        attributes_of(kind)[name] = Property(callable_of(value.fget))
    elif type(value) in METHODS:
        attributes_of(kind)[name] = Method(value)
    else:
        raise TypeError(f"a NamedTuple has fields, methods and properties here: {name} is none")


def record_class(name: str, fields: list[str], defaults: list[Any]) -> type:
    """A class of tuples whose elements have names. Raises ValueError for what is no name."""
    seen: set[str] = set()
    for field in (name, *fields):
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
    if len(defaults) > len(fields):
        raise TypeError("Got more default values than field names")
    kind = type(name, (Record,), {"__slots__": (), "_fields": tuple(fields), "__module__": "__main__"})
    given = dict(zip(fields[len(fields) - len(defaults) :], defaults))

    def make(*args: Any, **kwargs: Any) -> Any:
        if len(args) > len(fields):
            raise TypeError(
                f"{name}.__new__() takes {len(fields) + 1} positional arguments but {len(args) + 1} were given"
            )
        values = dict(zip(fields, args))
        for key, value in kwargs.items():
            if key not in fields:
                raise TypeError(f"{name}.__new__() got an unexpected keyword argument '{key}'")
            if key in values:
                raise TypeError(f"{name}.__new__() got multiple values for argument '{key}'")
            values[key] = value
        missing = [field for field in fields if field not in values and field not in given]
        if missing:
            listed = " and ".join(f"'{field}'" for field in missing)
            plural = "" if len(missing) == 1 else "s"
            raise TypeError(f"{name}.__new__() missing {len(missing)} required positional argument{plural}: {listed}")
        return tuple.__new__(kind, [values.get(field, given.get(field)) for field in fields])

    CONSTRUCTORS[kind] = make
    table = attributes_of(kind)
    for number, field in enumerate(fields):
        table[field] = Property(partial(_at, number))
    CLASS_ATTRIBUTES[kind] = {
        "_fields": tuple(fields),
        "_field_defaults": given,
        "_make": Builtin("_make", lambda iterable: make(*budget.items(iterable))),
    }
    table["_fields"] = Property(lambda value: value._fields)
    table["_field_defaults"] = Property(lambda value: dict(given))
    table["_asdict"] = Method(lambda value: dict(zip(fields, value)))
    table["_replace"] = Method(lambda value, **changes: make(**{**dict(zip(fields, value)), **changes}))
    return kind


def namedtuple(
    typename: Any, field_names: Any, *, rename: Any = False, defaults: Any = None, module: Any = None
) -> type:
    """A class of tuples whose elements have names."""
    names = field_names.replace(",", " ").split() if type(field_names) is str else budget.items(field_names)
    check_items(len(names))
    return record_class(typename, names, [] if defaults is None else budget.items(defaults))


_table["namedtuple"] = Builtin("namedtuple", namedtuple)


class Ability(Form):
    """A word of ``collections.abc`` or ``numbers``: for annotations, and for ``isinstance``, what a value can do."""

    __slots__ = ("test",)

    def __init__(self, text: str, test: Callable[[Any], bool]) -> None:
        super().__init__(text)
        self.test = test

    def __getitem__(self, parameters: Any) -> Form:
        return self


attributes_of(Ability)[INSTANCE_CHECK] = Method(lambda ability, value: ability.test(value))


def _is_there(kind: type, name: str) -> bool:
    home = next((base for base in kind.__mro__ if name in vars(base)), None)
    return home is not None and vars(home)[name] is not None  # lists say that they have no hash by None


def _has(*names: str) -> Callable[[Any], bool]:
    """What asks whether the class of a value, ours or Python's, has all of these."""

    def test(value: Any) -> bool:
        kind = type(value)
        if type(kind) is Kind:
            return all(defines(kind, name) for name in names)
        return not isinstance(value, type) and all(map(partial(_is_there, kind), names))

    return test


_abc = namespace("collections.abc")
for _name, _test in (
    ("Iterable", _has("__iter__")),
    ("Iterator", _has("__iter__", "__next__")),
    ("Sized", _has("__len__")),
    ("Container", _has("__contains__")),
    ("Hashable", _has("__hash__")),
    ("Reversible", _has("__reversed__")),
    ("Callable", is_callable),
    ("Collection", _has("__iter__", "__len__", "__contains__")),
    ("Mapping", lambda value: isinstance(value, dict)),
    ("MutableMapping", lambda value: isinstance(value, dict)),
    ("Sequence", lambda value: isinstance(value, (list, tuple, str, range))),
    ("MutableSequence", lambda value: isinstance(value, (list, collections.deque))),
    ("Set", lambda value: isinstance(value, (set, frozenset))),
    ("MutableSet", lambda value: isinstance(value, set)),
    ("Generator", lambda value: type(value) is Generator),
):
    _abc[_name] = Ability(_name, _test)
