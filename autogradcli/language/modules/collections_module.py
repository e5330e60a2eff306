"""``collections``: Python's own containers, their costs charged."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import OF_CLASSES, Method, Property, attributes_of, namespace
from ..compile.calls import CONSTRUCTORS, DIRECT, Builtin, callable_of
from ..values.budget import MAX_ITEMS, budget, check_items, hashable
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


def _no_fromkeys() -> None:
    raise NotImplementedError("Counter.fromkeys() is undefined.  Use Counter(iterable) instead.")


def _of_keys(kind: type, iterable: Any, value: Any = None, /) -> Any:
    return _defaultdict(None, [(key, value) for key in budget.items(iterable)])


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


OF_CLASSES[collections.Counter] = {"fromkeys": Method(lambda kind, *_: _no_fromkeys())}
OF_CLASSES[collections.defaultdict] = {"fromkeys": Method(_of_keys)}


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
namespace("collections.abc")
