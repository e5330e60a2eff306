"""Python's builtin functions and classes, as the closed list that programs see, their costs bounded."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any

from ...api.arrays.values import NumPyScalar
from ...api.calls.class_kind import NOT_TOLD, Kind
from ...api.calls.program_classes import Plain
from ...api.calls.registry import NAMESPACES, Method
from ...api.calls.super_object import Super
from ...engine.tensor import Tensor
from ..compile.calls import Builtin, callable_of, is_callable
from . import at_length
from .at_length import less
from .attribute_lookup import INSTANCE_CHECK, TABLES, delete_attribute, get_attribute, set_attribute
from .budget import CONTAINERS, MAX_BITS, MAX_WIDTH, budget, check_bits, check_items, hashable, measure
from .checked_operators import power
from .kinds import UNBOUND, LazyEnumerate, LazyFilter, LazyMap, LazyZip, Union
from .mappings import is_of, no_class
from .streams import Stream, current, writer_of
from .text_format import format_value, to_ascii, to_repr, to_str

#: name -> value, filled below.
BUILTINS: dict[str, Any] = {}


def _builtin(function: Callable[..., Any]) -> Callable[..., Any]:
    """Enter a function under its own name, a trailing underscore left out."""
    name = function.__qualname__ = function.__name__.rstrip("_")
    BUILTINS[name] = Builtin(name, _exactly_one(name, function) if name in _ONE_ARGUMENT else function)
    return function


#: Those that in Python are functions in C of exactly one argument, and say so.
_ONE_ARGUMENT = frozenset({"all", "any", "ascii", "bin", "callable", "hash", "repr"})


def _exactly_one(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            raise TypeError(f"{name}() takes no keyword arguments")
        if len(args) != 1:
            raise TypeError(f"{name}() takes exactly one argument ({len(args)} given)")
        return function(args[0])

    return call


@_builtin
def print_(*values: Any, sep: str | None = None, end: str | None = None, file: Any = None, flush: bool = False) -> None:
    stream = current("stdout") if file is None else file
    for option, text in (("sep", sep), ("end", end)):
        if text is not None and type(text) is not str:
            raise TypeError(f"{option} must be None or a string, not {type(text).__name__}")
    separator = " " if sep is None else sep
    texts: list[str] = []
    count = len(separator) * len(values)
    for value in values:
        texts.append(to_str(value))
        count += len(texts[-1])
        budget.check_printed(count)
    ending = "\n" if end is None else end
    if isinstance(stream, Stream):
        stream.write(separator.join(texts) + ending)
    elif stream is not None:
        _pieces(writer_of(stream), texts, separator, ending)
        if flush:
            callable_of(get_attribute(stream, "flush"))()


def _pieces(write: Callable[[str], Any], texts: list[str], separator: str, ending: str) -> None:
    """Hand a printed line to an object of the program's, in the pieces that Python writes."""
    for k, text in enumerate(texts):
        if k:
            write(separator)
        write(text)
    write(ending)


# Numbers


def _or_tensors(name: str, on_python: Callable[..., Any]) -> Callable[..., Any]:
    """Python's function, and the tensor's of that name where Python's has an error on tensors."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if not args or not isinstance(args[0], Tensor):
            return on_python(*args, **kwargs)
        if kwargs or (len(args) > 1 and not isinstance(args[1], Tensor)):
            return callable_of(NAMESPACES["torch"][name])(*args, **kwargs)
        try:
            return on_python(*args)
        except (TypeError, RuntimeError):
            return callable_of(NAMESPACES["torch"][name])(*args)

    return call


def _dispatching(function: Callable[..., Any]) -> Callable[..., Any]:
    name = function.__qualname__ = function.__name__.rstrip("_")
    on_python = _exactly_one(name, function) if name in _ONE_ARGUMENT else function
    BUILTINS[name] = Builtin(name, _or_tensors(name, on_python))
    return function


@_dispatching
def round_(number: Any, ndigits: Any = None) -> Any:
    if type(ndigits) is int and abs(ndigits) > MAX_WIDTH and type(number) is int:
        raise OverflowError(f"round() to more than {MAX_WIDTH} digits")
    return round(number) if ndigits is None else round(number, ndigits)


@_dispatching
def pow_(base: Any, exp: Any, mod: Any = None) -> Any:
    if mod is None:
        return power(base, exp)
    if type(exp) is int and type(mod) is int and exp.bit_length() * mod.bit_length() ** 2 > 1 << 36:
        raise OverflowError("pow() with a modulus of integers this large")
    return pow(base, exp, mod)


_NUMBERS = frozenset({float, bool, complex})


@_dispatching
def sum_(iterable: Any, /, start: Any = 0) -> Any:
    if type(start) is str:
        raise TypeError("sum() can't sum strings [use ''.join(seq) instead]")
    if (type(iterable) is list or type(iterable) is tuple) and _NUMBERS.issuperset(map(type, iterable)):
        return sum(iterable, start)
    total = start
    for value in budget.polled(iterable):
        if type(value) is list or type(value) is tuple:
            check_items(len(value) + (len(total) if type(total) in (list, tuple) else 0))
            budget.spend(16 * len(value))
        total = total + value
        if type(total) is int and total.bit_length() > MAX_BITS:
            check_bits(total.bit_length())
    return total


def _extreme(name: str, better: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def extreme(*args: Any, key: Any = None, default: Any = UNBOUND) -> Any:
        if not args:
            raise TypeError(f"{name} expected at least 1 argument, got 0")
        if len(args) > 1 and default is not UNBOUND:
            raise TypeError(f"Cannot specify a default for {name}() with multiple positional arguments")
        rank = callable_of(key) if key is not None else None
        found = found_rank = UNBOUND
        for value in budget.polled(args[0]) if len(args) == 1 else args:
            rank_of = value if rank is None else rank(value)
            if found is UNBOUND or better(rank_of, found_rank):
                found, found_rank = value, rank_of
        if found is UNBOUND:
            if default is UNBOUND:
                raise ValueError(f"{name}() arg is an empty sequence")
            return default
        return found

    extreme.__name__ = name
    return _dispatching(extreme)


_extreme("max", lambda a, b: less(b, a) if type(a) in CONTAINERS else a > b)
_extreme("min", lambda a, b: less(a, b) if type(a) in CONTAINERS else a < b)


@_dispatching
def all_(iterable: Any, /) -> bool:
    return all(budget.polled(iterable))


@_dispatching
def any_(iterable: Any, /) -> bool:
    return any(budget.polled(iterable))


@_builtin
def divmod_(x: Any, y: Any, /) -> Any:
    return divmod(x, y)


@_builtin
def bin_(number: Any, /) -> str:
    return bin(number)


for _name in ("abs", "chr", "hex", "len", "oct", "ord", "id"):
    BUILTINS[_name] = Builtin(_name, vars(builtins)[_name])


# Iteration


@_builtin
def sorted_(*args: Any, key: Any = None, reverse: Any = False) -> list[Any]:
    if len(args) != 1:
        raise TypeError(f"sorted expected 1 argument, got {len(args)}")
    result = budget.items(args[0])
    sort_list(result, key=key, reverse=reverse)
    return result


def sort_list(values: list[Any], *, key: Any = None, reverse: Any = False) -> None:
    """``values.sort()``, which may be interrupted."""
    at_length.sort(values, callable_of(key) if key is not None else None, reverse)


@_builtin
def iter_(value: Any, /) -> Any:
    return iter(value)


@_builtin
def next_(iterator: Any, default: Any = UNBOUND, /) -> Any:
    return next(iterator) if default is UNBOUND else next(iterator, default)


# What values are


@_builtin
def isinstance_(*args: Any) -> bool:
    if len(args) != 2:
        raise TypeError(f"isinstance expected 2 arguments, got {len(args)}")
    value, kinds = args
    measure(kinds)
    if type(kinds) is tuple:
        return any(isinstance_(value, kind) for kind in kinds)
    check = None if isinstance(kinds, type) else TABLES[type(kinds)].get(INSTANCE_CHECK)
    if isinstance(check, Method):
        return bool(check.call(kinds, value))
    if kinds is Plain:
        return True  # ``object``, which all are
    if type(kinds) is Union:
        return any(isinstance_(value, type(None) if kind is None else kind) for kind in kinds.members)
    kinds = _CLASS_OF.get(id(kinds), kinds)
    if type(kinds) is Kind:
        from .deriving import decided

        if (told := decided(value, kinds, hasattr_)) is not NOT_TOLD:
            return bool(told)
    if not isinstance(kinds, type):
        raise no_class(kinds)
    return is_of(value, kinds) or (isinstance(value, NumPyScalar) and value.is_python(kinds))


#: Names that are functions here and classes in Python, by identity.
_CLASS_OF: dict[int, type] = {}


@_builtin
def callable_(value: Any, /) -> bool:
    return is_callable(value)


@_builtin
def hash_(value: Any, /) -> int:
    return hash(hashable(value))


@_builtin
def repr_(value: Any, /) -> str:
    return to_repr(value)


@_builtin
def ascii_(value: Any, /) -> str:
    return to_ascii(value)


@_builtin
def format_(value: Any, format_spec: str = "", /) -> str:
    if type(format_spec) is not str:
        raise TypeError(f"format() argument 2 must be str, not {type(format_spec).__name__}")
    return format_value(value, format_spec)


@_builtin
def getattr_(value: Any, name: Any, default: Any = UNBOUND, /) -> Any:
    """By the language's tables, as ``value.name`` is."""
    if type(name) is not str:
        raise TypeError("attribute name must be string, not '" + type(name).__name__ + "'")
    try:
        return get_attribute(value, name)
    except AttributeError:
        if default is UNBOUND:
            raise
        return default


@_builtin
def hasattr_(value: Any, name: Any, /) -> bool:
    if type(name) is not str:
        raise TypeError("attribute name must be string, not '" + type(name).__name__ + "'")
    try:
        get_attribute(value, name)
    except AttributeError:
        return False
    return True


@_builtin
def setattr_(value: Any, name: Any, new: Any, /) -> None:
    if type(name) is not str:
        raise TypeError("attribute name must be string, not '" + type(name).__name__ + "'")
    set_attribute(value, name, new)


@_builtin
def delattr_(value: Any, name: Any, /) -> None:
    if type(name) is not str:
        raise TypeError("attribute name must be string, not '" + type(name).__name__ + "'")
    delete_attribute(value, name)


@_builtin
def super_(*args: Any) -> Super:
    if not args:
        raise RuntimeError("super(): no arguments")
    if len(args) != 2:
        raise TypeError("super() takes a class and an object")
    return Super(*args)


BUILTINS.update(
    {
        "type": type, "bool": bool, "int": int, "float": float, "complex": complex, "str": str, "list": list,
        "tuple": tuple, "set": set,  "dict": dict, "range": range, "slice": slice, "zip": LazyZip, "map": LazyMap,
        "filter": LazyFilter, "enumerate": LazyEnumerate, "reversed": reversed, "staticmethod": staticmethod,
        "classmethod": classmethod, "property": property, "object": Plain, "Ellipsis": Ellipsis,
        "NotImplemented": NotImplemented, "__doc__": None, "__name__": "__main__",  # what scripts ask
    }
)  # fmt: skip

#: The errors that programs can cause, catch and raise. Those that end a process are not among them.
for _kind in (
    BaseException, Exception, ArithmeticError, AssertionError, AttributeError, BufferError, EOFError,
    FloatingPointError, ImportError, IndexError, KeyError, LookupError, MemoryError, ModuleNotFoundError,
    NameError, NotImplementedError, OSError, OverflowError, RecursionError, ReferenceError, RuntimeError,
    StopIteration, SyntaxError, IndentationError, SystemError, TimeoutError, TypeError, UnboundLocalError,
    UnicodeError, ValueError, Warning, UserWarning, DeprecationWarning, FutureWarning, RuntimeWarning,
    ZeroDivisionError,
):  # fmt: skip
    BUILTINS[_kind.__name__] = _kind

assert sys.get_int_max_str_digits() > 0  # the bound on the text of an integer
