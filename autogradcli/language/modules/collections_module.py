"""``collections``: Python's own containers, their costs charged."""

from __future__ import annotations

import collections
from collections.abc import Callable
from functools import partial
from typing import Any

from ...api.calls.program_classes import Kind, defines
from ...api.calls.registry import CLASS_ATTRIBUTES, Method, Property, attributes_of, namespace
from ...numerics.naming import shown_as
from ..compile.calls import CONSTRUCTORS, DIRECT, Builtin, callable_of, is_callable
from ..values.attribute_lookup import INSTANCE_CHECK
from ..values.budget import MAX_ITEMS, budget, check_items, hashable
from ..values.generators import Generator
from ..values.kinds import Form
from .records import check_fields, is_field, record_class

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


def _no_fromkeys() -> None:
    raise NotImplementedError("Counter.fromkeys() is undefined.  Use Counter(iterable) instead.")


def _of_keys(kind: type, iterable: Any, value: Any = None, /) -> Any:
    return _defaultdict(None, [(hashable(key), value) for key in budget.items(iterable)])


CLASS_ATTRIBUTES[collections.Counter] = {"fromkeys": Method(lambda kind, *_: _no_fromkeys())}
CLASS_ATTRIBUTES[collections.defaultdict] = {"fromkeys": Method(_of_keys)}


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


def namedtuple(
    typename: Any, field_names: Any, *, rename: Any = False, defaults: Any = None, module: Any = None
) -> type:
    """A class of tuples whose elements have names."""
    names = field_names.replace(",", " ").split() if type(field_names) is str else budget.items(field_names)
    check_items(len(names))
    if rename:
        names = [name if is_field(name) and name not in names[:i] else f"_{i}" for i, name in enumerate(names)]
    else:
        check_fields(typename, names)
    return record_class(typename, names, [] if defaults is None else budget.items(defaults))


_table["namedtuple"] = Builtin("namedtuple", namedtuple)


@shown_as("abc.ABCMeta")
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
