"""The attributes of Python's own types that programs see, their costs bounded where Python's are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...api.calls.python_function import renamed
from ...api.calls.registry import Attribute, Method, Property, attributes_of
from ..compile.calls import CONSTRUCTORS
from . import at_length
from .budget import MAX_ITEMS, MAX_TEXT, budget, check_items, check_text, hashable
from .builtins import sort_list
from .nesting import checked
from .text_format import str_format, str_format_map


def _methods(kind: type, names: str) -> dict[str, Attribute]:
    """Enter methods of a Python type as they are."""
    table = attributes_of(kind)
    for name in names.split():
        table[name] = Method(vars(kind)[name])
    return table


def _property(kind: type, name: str) -> Property:
    return Property(vars(kind)[name].__get__)


def _number(kind: type, methods: str, properties: str) -> None:
    table = _methods(kind, methods)
    for name in properties.split():
        table[name] = _property(kind, name)


_number(int, "bit_length bit_count conjugate as_integer_ratio", "real imag numerator denominator")
_number(float, "is_integer hex conjugate as_integer_ratio", "real imag")
_number(complex, "conjugate", "real imag")

# Strings

_str = _methods(
    str,
    "capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit isidentifier "
    "islower isnumeric isprintable isspace istitle isupper lower partition removeprefix removesuffix "
    "splitlines startswith swapcase title upper",
)


def _padding(name: str) -> Callable[..., str]:
    method: Callable[..., str] = vars(str)[name]

    def pad(text: str, *args: Any) -> str:
        if args and type(args[0]) is int:
            check_text(args[0])
        return method(text, *args)

    return pad


for _name in ("center", "ljust", "rjust", "zfill"):
    _str[_name] = Method(_padding(_name))


def _splitting(name: str) -> Callable[..., list[str]]:
    method = at_length.rsplit if name == "rsplit" else vars(str)[name]

    def split(text: str, *args: Any, **kwargs: Any) -> list[str]:
        if len(text) > MAX_ITEMS:
            separator = args[0] if args else kwargs.get("sep")
            check_items(text.count(separator) if type(separator) is str and separator else len(text) // 2)
        return method(text, *args, **kwargs)

    return split


for _name in ("split", "rsplit", "splitlines"):
    _str[_name] = Method(_splitting(_name))


def _cased(name: str) -> Callable[..., str]:
    method: Callable[..., str] = vars(str)[name]

    def change(text: str, *args: Any) -> str:
        if len(text) > MAX_TEXT // 3 and not text.isascii():
            check_text(3 * len(text))  # one letter may become three
        return method(text, *args)

    return change


for _name in ("capitalize", "casefold", "lower", "swapcase", "title", "upper"):
    _str[_name] = Method(_cased(_name))


def _expandtabs(text: str, tabsize: int = 8) -> str:
    if type(tabsize) is int:
        check_text(len(text) + text.count("\t") * max(tabsize, 0))
    return text.expandtabs(tabsize)


def _replace(text: str, *args: Any) -> str:
    if len(args) in (2, 3) and type(args[0]) is str and type(args[1]) is str:
        old, new = args[:2]
        if len(new) > len(old):
            check_text(len(text) + text.count(old) * (len(new) - len(old)))
    budget.spend(len(text))
    return text.replace(*args)


def _join(separator: str, *args: Any) -> str:
    if len(args) != 1:
        raise TypeError(f"str.join() takes exactly one argument ({len(args)} given)")
    try:
        items = budget.items(args[0])
    except TypeError as error:
        if "is not iterable" in str(error):
            raise TypeError("can only join an iterable") from None
        raise
    length = len(separator) * len(items) + sum([len(item) for item in items if type(item) is str])
    check_text(length)
    budget.spend(length)
    return separator.join(items)


def _translate(text: str, table: Any, /) -> str:
    if type(table) is not dict:
        raise TypeError("translate() takes a dict here, as str.maketrans() makes it")
    longest = max((len(value) for value in table.values() if type(value) is str), default=1)
    check_text(len(text) * max(longest, 1))
    budget.spend(len(text))
    return text.translate(table)


_str |= {name: Method(renamed(method, f"str.{name}")) for name, method in at_length.TEXT_METHODS.items()}
_str |= {
    "expandtabs": Method(_expandtabs),
    "replace": Method(_replace),
    "translate": Method(_translate),
    "join": Method(_join),
    "format": Method(str_format),
    "format_map": Method(str_format_map),
}

# Lists and tuples

_list = _methods(list, "clear pop reverse")


# A wrong number of arguments goes on to Python's method, so that the error is Python's.


def _append(values: list[Any], *args: Any) -> None:
    if len(values) >= MAX_ITEMS:
        check_items(len(values) + 1)
    values.append(*args)


def _insert(values: list[Any], *args: Any) -> None:
    if len(values) >= MAX_ITEMS:
        check_items(len(values) + 1)
    budget.spend(8 * len(values))
    values.insert(*args)


def _extend(values: list[Any], iterable: Any, /) -> None:
    more = budget.items(iterable)
    check_items(len(values) + len(more))
    values.extend(more)


def _copy(values: list[Any], /) -> list[Any]:
    budget.spend(8 * len(values))
    return values.copy()


def _count(values: list[Any] | tuple[Any, ...], value: Any, /) -> int:
    if at_length.takes_long(values, value):
        return sum(1 for _ in at_length.places(values, value))
    return values.count(value)


def _index(values: list[Any] | tuple[Any, ...], value: Any, start: Any = 0, stop: Any = None, /) -> int:
    if at_length.takes_long(values, value):
        first, last, _ = slice(start, stop).indices(len(values))
        for number in at_length.places(values, value, first, last):
            return number
        raise ValueError("list.index(x): x not in list" if type(values) is list else "tuple.index(x): x not in tuple")
    return values.index(value, start) if stop is None else values.index(value, start, stop)


def _remove(values: list[Any], value: Any, /) -> None:
    if not at_length.takes_long(values, value):
        values.remove(value)
        return
    for number in at_length.places(values, value):
        del values[number]
        return
    raise ValueError("list.remove(x): x not in list")


def _sort(values: list[Any], *, key: Any = None, reverse: Any = False) -> None:
    sort_list(values, key=key, reverse=reverse)


_list |= {
    "append": Method(_append), "copy": Method(_copy), "count": Method(_count), "extend": Method(_extend),
    "index": Method(_index), "insert": Method(_insert), "remove": Method(_remove),
    "sort": Method(_sort),
}  # fmt: skip
attributes_of(tuple).update({"count": Method(_count), "index": Method(_index)})

# Dicts

_dict = _methods(dict, "clear items keys popitem values")


def _keyed(name: str) -> Callable[..., Any]:
    """A method whose first argument is a key."""
    method = vars(dict)[name]

    def call(values: dict[Any, Any], *args: Any) -> Any:
        if args:
            hashable(args[0])
        check_items(len(values))
        return method(values, *args)

    return call


def _dict_copy(values: dict[Any, Any], /) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    at_length.put_all(result, values)
    return result


def _dict_update(values: dict[Any, Any], /, *others: Any, **more: Any) -> None:
    at_length.put_all(values, CONSTRUCTORS[dict](*others, **more))
    check_items(len(values))


_dict |= {
    "get": Method(_keyed("get")), "pop": Method(_keyed("pop")), "setdefault": Method(_keyed("setdefault")),
    "update": Method(_dict_update), "copy": Method(_dict_copy),
}  # fmt: skip

# Sets

_set = _methods(set, "clear copy pop")


def _with_element(name: str) -> Callable[..., Any]:
    method = vars(set)[name]

    def call(values: set[Any], *args: Any) -> Any:
        check_items(len(values))
        return method(values, *map(hashable, args))

    return call


def _with_sets(name: str) -> Callable[..., Any]:
    method = at_length.SET_METHODS[name]

    def call(values: set[Any], /, *others: Any) -> Any:
        lists = [other if type(other) in at_length.SETS else [*map(hashable, budget.items(other))] for other in others]
        if name in at_length.GROWING:
            check_items(len(values) + sum(map(len, lists)))
        budget.spend(32 * len(values))
        return method(values, *lists)

    return call


def _of_frozen(name: str) -> Callable[..., Any]:
    method = _with_sets(name)

    def call(values: frozenset[Any], /, *others: Any) -> Any:
        found = method(set(values), *others)
        return frozenset(found) if type(found) is set else found

    return call


for _name in ("add", "discard", "remove"):
    _set[_name] = Method(_with_element(_name))
for _name in (
    "difference", "difference_update", "intersection", "intersection_update", "isdisjoint", "issubset",
    "issuperset", "symmetric_difference", "symmetric_difference_update", "union", "update",
):  # fmt: skip
    _set[_name] = Method(_with_sets(_name))

_frozen = attributes_of(frozenset)
_frozen["copy"] = Method(vars(frozenset)["copy"])
for _name in (
    "difference", "intersection", "isdisjoint", "issubset", "issuperset", "symmetric_difference", "union",
):  # fmt: skip
    _frozen[_name] = Method(_of_frozen(_name))

# Ranges, slices, errors

for _kind, _names in ((range, "start stop step"), (slice, "start stop step")):
    for _name in _names.split():
        attributes_of(_kind)[_name] = _property(_kind, _name)
_methods(slice, "indices")
for _name in ("getter", "setter", "deleter"):
    attributes_of(property)[_name] = Method(checked(vars(property)[_name]))


def _range_count(values: range, value: Any, /) -> int:
    return int(type(value) in (int, bool, float) and value == value // 1 and int(value) in values)


def _range_index(values: range, value: Any, /) -> int:
    if type(value) not in (int, bool):
        raise ValueError(f"{value!r} is not in range")
    return values.index(value)


attributes_of(range).update({"count": Method(_range_count), "index": Method(_range_index)})

attributes_of(BaseException)["args"] = Property(lambda error: error.args)
attributes_of(OSError)["errno"] = Property(lambda error: error.errno, doc="The number of what went wrong.")
attributes_of(OSError)["strerror"] = Property(lambda error: error.strerror, doc="What went wrong.")
attributes_of(OSError)["filename"] = Property(lambda error: error.filename, doc="With which file.")
attributes_of(OSError)["filename2"] = Property(lambda error: error.filename2, doc="With which other file.")


def _behind(error: BaseException | None) -> BaseException | None:
    """The error behind an error, as a program may have it."""
    from .foreign import entering

    return None if error is None else entering(error)


def _traceback_of(error: BaseException) -> Any:
    from .tracebacks import traceback_of

    return traceback_of(error)


attributes_of(BaseException)["__traceback__"] = Property(_traceback_of)
#: Where an error was raised stays what it is.
attributes_of(BaseException)["with_traceback"] = Method(lambda error, traceback: error)
attributes_of(BaseException)["__cause__"] = Property(lambda error: _behind(error.__cause__))
attributes_of(BaseException)["__context__"] = Property(lambda error: _behind(error.__context__))
attributes_of(StopIteration)["value"] = Property(lambda error: error.value)
