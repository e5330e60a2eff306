"""Values to text inside a program: ``str``, ``repr``, ``format``, ``%`` and ``str.format``, at a bounded cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from .attributes import get_attribute
from .budget import CONTAINERS, MAX_WIDTH, budget, check_text, hashable, measure

if TYPE_CHECKING:
    from string import Formatter

#: What the text of a value that is no container, string or number may take, at a guess: a tensor's.
_OTHER_TEXT = 4000

_IN_REPR = " while getting the repr of an object"


def to_str(value: Any) -> str:
    """``str(value)``. Raises RecursionError or MemoryError where the text would be out of proportion."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind in CONTAINERS or isinstance(value, BaseException):
        measure(value, _IN_REPR, text=True)
    return str(value)


def to_repr(value: Any) -> str:
    if type(value) in CONTAINERS or isinstance(value, BaseException):
        measure(value, _IN_REPR, text=True)
    return repr(value)


def to_ascii(value: Any) -> str:
    return to_repr(value).encode("ascii", "backslashreplace").decode()


def format_value(value: Any, spec: str = "") -> str:
    """``format(value, spec)``. Raises ValueError for a width or a precision of more than MAX_WIDTH."""
    if (not spec and type(value) in CONTAINERS) or isinstance(value, BaseException):
        measure(value, _IN_REPR, text=True)
    elif len(spec) > 4:
        _check_widths(spec)
    return format(value, spec)


def _check_widths(spec: str) -> None:
    number = 0
    for character in spec:
        if character.isdecimal():
            number = number * 10 + int(character)
            if number > MAX_WIDTH:
                raise ValueError(f"a width or precision of more than {MAX_WIDTH} in a format")
        else:
            number = 0


def _text_bound(value: Any) -> int:
    """At most so many characters does the text of this value take, about."""
    kind = type(value)
    if kind is str:
        return len(value)
    if kind is int or kind is float or kind is bool:
        return 30 + (value.bit_length() >> 1 if kind is int else 0)
    if kind in CONTAINERS:
        return measure(value, _IN_REPR, text=True) + _OTHER_TEXT
    return _OTHER_TEXT


def percent_format(text: str, values: Any) -> str:
    """``text % values``. Raises as Python does, ValueError for a width out of bounds, MemoryError for size."""
    fields = text.count("%")
    _check_widths(text)
    if type(values) is tuple:
        items: Sequence[Any] = values
    elif type(values) is dict:
        items = [values, *values.values()]
    else:
        items = [values]
    if "*" in text:
        for item in items:
            if type(item) is int and abs(item) > MAX_WIDTH:
                raise ValueError(f"a width or precision of more than {MAX_WIDTH} in a format")
    longest = max(map(_text_bound, items), default=0)
    if fields * longest > 1 << 16:
        check_text(len(text) + fields * longest // 4)
        budget.spend(len(text) + fields * longest // 4)
    result: str = text % values
    return result


def str_format(text: str, /, *args: Any, **kwargs: Any) -> str:
    """``text.format(...)``: a field's ``.name`` and ``[key]`` go through the language's own tables."""
    return _formatter().vformat(text, args, kwargs)


def str_format_map(text: str, mapping: Mapping[str, Any], /) -> str:
    return _formatter().vformat(text, (), mapping)


@cache
def _formatter() -> Formatter:
    from string import Formatter

    class Fields(Formatter):
        """The standard algorithm over our own lookups, each piece measured."""

        length = 0

        def vformat(self, text: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
            self.length = 0
            return super().vformat(text, args, kwargs)

        def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
            if isinstance(key, str):
                return kwargs[key]
            if key >= len(args):
                raise IndexError(f"Replacement index {key} out of range for positional args tuple")
            return args[key]

        def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
            from _string import formatter_field_name_split  # type: ignore[import-not-found]

            first, rest = formatter_field_name_split(field_name)
            value = self.get_value(first, args, kwargs)
            for is_attribute, name in rest:
                if not is_attribute and isinstance(value, type):
                    raise TypeError(f"'{type(value).__name__}' object is not subscriptable")
                value = get_attribute(value, name) if is_attribute else value[hashable(name)]
            return value, first

        def format_field(self, value: Any, format_spec: str) -> str:
            return self._counted(format_value(value, format_spec))

        def convert_field(self, value: Any, conversion: str | None) -> Any:
            if conversion == "s":
                return to_str(value)
            if conversion == "r":
                return to_repr(value)
            if conversion == "a":
                return to_ascii(value)
            return super().convert_field(value, conversion)

        def _counted(self, piece: str) -> str:
            self.length += len(piece)
            check_text(self.length)
            return piece

    return Fields()
