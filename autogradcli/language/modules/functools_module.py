"""``functools``: functions made from functions."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from ...api.calls.class_lookup import put_in_class
from ...api.calls.program_classes import (
    COMPUTED,
    METHODS,
    Kind,
    Plain,
    defines,
    is_program_class,
    members_of,
    put,
    special,
)
from ...api.calls.registry import Method, Property, attributes_of, namespace
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT, Builtin, callable_of
from ..values.attribute_lookup import get_attribute
from ..values.budget import budget, check_items, hashable
from ..values.kinds import UNBOUND, UserFunction
from ..values.nesting import LAZY_KINDS, depth_of
from ..values.text_format import to_repr
from .entries import entering

_table = namespace("functools")


@shown_as("functools.partial")
class Partial:
    """A function with some of its arguments given. Raises RecursionError past MAX_LAZY in each other."""

    __slots__ = ("__weakref__", "args", "depth", "func", "keywords")

    def __init__(self, func: Any, /, *args: Any, **keywords: Any) -> None:
        callable_of(func)
        self.depth = 1 + depth_of(func)
        if self.depth > 50:
            raise RecursionError("maximum recursion depth exceeded")
        self.func, self.args, self.keywords = func, args, keywords

    def __call__(self, /, *args: Any, **keywords: Any) -> Any:
        return callable_of(self.func)(*self.args, *args, **{**self.keywords, **keywords})

    def __repr__(self) -> str:
        parts = [to_repr(self.func), *map(to_repr, self.args)]
        parts += [f"{name}={to_repr(value)}" for name, value in self.keywords.items()]
        return f"functools.partial({', '.join(parts)})"


DIRECT.add(Partial)
LAZY_KINDS.add(Partial)
attributes_of(Partial).update(
    {
        "func": Property(lambda value: value.func),
        "args": Property(lambda value: value.args),
        "keywords": Property(lambda value: dict(value.keywords)),
    }
)
_table["partial"] = Builtin("partial", Partial)


@entering("functools")
def reduce(function: Any, iterable: Iterable[Any], initial: Any = UNBOUND, /) -> Any:
    """The elements brought together by a function of two, from the left."""
    call, total = callable_of(function), initial
    for value in budget.polled(iterable):
        total = value if total is UNBOUND else call(total, value)
    if total is UNBOUND:
        raise TypeError("reduce() of empty iterable with no initial value")
    return total


@shown_as("functools._lru_cache_wrapper")
class Cached:
    """A function that remembers its results."""

    __slots__ = ("__weakref__", "attributes", "function", "hits", "kept", "misses", "most")

    def __init__(self, function: Any, most: int | None) -> None:
        callable_of(function)
        self.function, self.most = function, most
        self.kept: OrderedDict[Any, Any] = OrderedDict()
        self.hits = self.misses = 0
        self.attributes: dict[str, Any] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        key = hashable((args, tuple(kwargs.items())) if kwargs else args)
        if key in self.kept:
            self.hits += 1
            self.kept.move_to_end(key)
            return self.kept[key]
        self.misses += 1
        result = callable_of(self.function)(*args, **kwargs)
        if self.most != 0:
            self.kept[key] = result
            if self.most is not None and len(self.kept) > self.most:
                self.kept.popitem(last=False)
            check_items(len(self.kept))
        return result

    def __repr__(self) -> str:
        return f"<functools._lru_cache_wrapper object at {id(self):#x}>"


DIRECT.add(Cached)
METHODS.add(Cached)


def _forget(cached: Cached) -> None:
    cached.kept.clear()
    cached.hits = cached.misses = 0


class CacheInfo(tuple[Any, ...]):
    """hits, misses, maxsize, currsize."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "CacheInfo(hits={}, misses={}, maxsize={}, currsize={})".format(*self)


def _at(number: int, info: CacheInfo) -> Any:
    return info[number]


CacheInfo.__module__ = "builtins"
for _number, _name in enumerate(("hits", "misses", "maxsize", "currsize")):
    attributes_of(CacheInfo)[_name] = Property(functools.partial(_at, _number))
attributes_of(Cached).update(
    {
        "cache_info": Method(lambda c: CacheInfo((c.hits, c.misses, c.most, len(c.kept)))),
        "cache_clear": Method(_forget),
        "__wrapped__": Property(lambda cached: cached.function),
        "__name__": Property(lambda cached: get_attribute(cached.function, "__name__")),
    }
)


@entering("functools")
def lru_cache(maxsize: Any = 128, typed: Any = False) -> Any:
    """A decorator: a function that remembers so many results, those used last. Raises TypeError for another size."""
    if maxsize is not None and type(maxsize) is not int:
        callable_of(maxsize)
        return Cached(maxsize, 128)
    return lambda function: Cached(function, None if maxsize is None else max(maxsize, 0))


@entering("functools")
def cache(user_function: Any, /) -> Cached:
    """A function that remembers all its results."""
    return Cached(user_function, None)


@shown_as("functools.cached_property")
class CachedProperty:
    """An attribute that a method computes once for an object, which keeps it then."""

    __slots__ = ("function",)

    def __init__(self, func: Any, /) -> None:
        callable_of(func)
        self.function = func

    def of(self, value: Any) -> Any:
        """What the method gives, kept by the object under the attribute's name."""
        name = next(name for base in type(value).__mro__ for name, each in members_of(base).items() if each is self)
        result = callable_of(self.function)(value)
        object.__setattr__(value, name, result)
        return result


COMPUTED.add(CachedProperty)
attributes_of(CachedProperty)["__doc__"] = Property(lambda made: get_attribute(made.function, "__doc__"))
_table["cached_property"] = Builtin("cached_property", CachedProperty)


@shown_as("function")
class ByType:
    """A function that runs another one for each class of its first argument."""

    __slots__ = ("__weakref__", "function", "known")

    def __init__(self, func: Any, /) -> None:
        callable_of(func)
        self.function = func
        self.known: dict[type, Any] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not args:
            raise TypeError(f"{get_attribute(self.function, '__name__')} requires at least 1 positional argument")
        return callable_of(self.dispatch(type(args[0])))(*args, **kwargs)

    def dispatch(self, cls: Any, /) -> Any:
        """What runs for a class: what is registered for the nearest of its bases."""
        return next((self.known[base] for base in cls.__mro__ if base in self.known), self.function)

    def register(self, cls: Any, func: Any = None, /) -> Any:
        """Enter a function for a class: ``register(int, f)``, or as a decorator, with the class in its parentheses or
        in the annotation of the first parameter."""
        if type(cls) is UserFunction and func is None:
            found = [kind for name, kind in get_attribute(cls, "__annotations__").items() if name != "return"]
            if not found:
                raise TypeError(
                    f"Invalid first argument to `register()`: {to_repr(cls)}. Use either `@register(some_class)` "
                    "or plain `@register` on an annotated function."
                )
            cls, func = found[0], cls
        if not isinstance(cls, type):
            given = to_repr(cls)
            raise TypeError(f"Invalid first argument to `register()`: {given}. Use either a class or a function.")
        if func is None:
            return Builtin("register", lambda func: self.register(cls, func))
        callable_of(func)
        self.known[cls] = func
        return func

    def __repr__(self) -> str:
        return repr(self.function)


DIRECT.add(ByType)
METHODS.add(ByType)
attributes_of(ByType).update(
    {
        "register": Method(ByType.register),
        "dispatch": Method(ByType.dispatch),
        "__name__": Property(lambda made: get_attribute(made.function, "__name__")),
        "__wrapped__": Property(lambda made: made.function),
    }
)
_table["singledispatch"] = Builtin("singledispatch", ByType)


@entering("functools")
def update_wrapper(wrapper: Any, wrapped: Any, assigned: Any = (), updated: Any = ()) -> Any:
    """Give a function the name and the text of the one that it wraps."""
    if type(wrapper) is UserFunction:
        if type(wrapped) is UserFunction:
            wrapper.name, wrapper.qualname = wrapped.name, wrapped.qualname
            wrapper.attributes["__doc__"] = get_attribute(wrapped, "__doc__")
            wrapper.attributes.update(wrapped.attributes)
        else:
            wrapper.name = wrapper.qualname = str(get_attribute(wrapped, "__name__"))
        wrapper.attributes["__wrapped__"] = wrapped
    elif isinstance(wrapper, Plain):
        for label in ("__name__", "__qualname__", "__doc__"):
            put(wrapper, label, get_attribute(wrapped, label))
        put(wrapper, "__wrapped__", wrapped)
    return wrapper


@entering("functools")
def wraps(wrapped: Any, assigned: Any = (), updated: Any = ()) -> Any:
    """A decorator that gives a function the name of the one that it wraps."""
    return lambda function: update_wrapper(function, wrapped)


_table["WRAPPER_ASSIGNMENTS"] = ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__")


_OTHERS: dict[str, tuple[tuple[str, Callable[[Any, Any, Any], Any]], ...]] = {
    "__lt__": (
        ("__gt__", lambda lt, a, b: not (lt(a, b) or a == b)),
        ("__le__", lambda lt, a, b: lt(a, b) or a == b),
        ("__ge__", lambda lt, a, b: not lt(a, b)),
    ),
    "__le__": (
        ("__ge__", lambda le, a, b: not le(a, b) or a == b),
        ("__lt__", lambda le, a, b: le(a, b) and a != b),
        ("__gt__", lambda le, a, b: not le(a, b)),
    ),
    "__gt__": (
        ("__lt__", lambda gt, a, b: not (gt(a, b) or a == b)),
        ("__ge__", lambda gt, a, b: gt(a, b) or a == b),
        ("__le__", lambda gt, a, b: not gt(a, b)),
    ),
    "__ge__": (
        ("__le__", lambda ge, a, b: not ge(a, b) or a == b),
        ("__gt__", lambda ge, a, b: ge(a, b) and a != b),
        ("__lt__", lambda ge, a, b: not ge(a, b)),
    ),
}


@entering("functools")
def total_ordering(cls: Any, /) -> Any:
    """Give a class the other comparisons out of the one that it defines. Raises ValueError where it defines none."""
    if type(cls) is not Kind or not is_program_class(cls):
        raise TypeError(f"total_ordering() takes a class of the program's, not {type(cls).__name__}")
    root = next((name for name in _OTHERS if defines(cls, name)), None)
    if root is None:
        raise ValueError("must define at least one ordering operation: < > <= >=")

    def ask(value: Any, other: Any) -> Any:
        return special(value, root)(other)

    def method(answer: Callable[[Any, Any, Any], Any]) -> Callable[..., Any]:
        return lambda self, other: answer(ask, self, other)

    for name, answer in _OTHERS[root]:
        if not defines(cls, name):
            put_in_class(cls, name, method(answer))
    return cls


@shown_as("functools.KeyWrapper")
class _Key:
    __slots__ = ("compare", "value")

    def __init__(self, compare: Callable[[Any, Any], Any], value: Any) -> None:
        self.compare, self.value = compare, value

    def __lt__(self, other: _Key) -> bool:
        return bool(self.compare(self.value, other.value) < 0)

    def __gt__(self, other: _Key) -> bool:
        return bool(self.compare(self.value, other.value) > 0)


@entering("functools")
def cmp_to_key(mycmp: Any) -> Any:
    """What ``sorted`` takes as ``key``, of a function that compares two values."""
    compare = callable_of(mycmp)
    return lambda value: _Key(compare, value)
