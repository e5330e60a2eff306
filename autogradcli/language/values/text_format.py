"""Values to text inside a program: ``str``, ``repr``, ``format``, ``%`` and ``str.format``, at a bounded cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from .attribute_lookup import get_attribute
from .budget import MAX_TEXT, MAX_WIDTH, PARTS, budget, check_text, hashable, measure

if TYPE_CHECKING:
    from string import Formatter

#: What the text of a value that is no container, string or number may take, at a guess: a tensor's.
_OTHER_TEXT = 4000

_IN_REPR = " while getting the repr of an object"


def to_str(value: Any) -> str:
    """``str(value)``. Raises RecursionError or MemoryError where the text would be out of proportion."""
    if type(value) is str:
        return value
    kind = type(value)
    if PARTS[kind] is not None:
        measure(value, _IN_REPR, text=True)
    return _bounded(str(value))


def to_repr(value: Any) -> str:
    if PARTS[type(value)] is not None:
        measure(value, _IN_REPR, text=True)
    elif type(value) is str and len(value) > _ESCAPABLE:
        _check_escapes(value, repr)
    return _bounded(repr(value))


def to_ascii(value: Any) -> str:
    text = to_repr(value)
    if len(text) > _ESCAPABLE:
        _check_escapes(text, _to_ascii)
    return _to_ascii(text)


def _to_ascii(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode()


def _bounded(text: str) -> str:
    """A text that is about to become a value. Raises MemoryError for one of more characters than it may have."""
    if len(text) > 4096:
        check_text(len(text))
        budget.spend(len(text))
    return text


#: Characters of which each may become ten without too many coming of it: ``\\U0010ffff``.
_ESCAPABLE = MAX_TEXT // 10
_PIECE = 1 << 16
#: Characters of what stands behind the colon in a field: of a date each of them may become twenty.
_LONGEST = 10_000


def _check_escapes(text: str, escape: Callable[[str], str]) -> None:
    """Raise MemoryError if a long text has too many characters once it is escaped, without making all of it."""
    count = 0
    for start in range(0, len(text), _PIECE):
        count += len(escape(text[start : start + _PIECE]))
        check_text(count)


def format_value(value: Any, spec: str = "") -> str:
    """``format(value, spec)``. Raises ValueError for a width or a precision of more than MAX_WIDTH."""
    if PARTS[type(value)] is not None:
        measure(value, _IN_REPR, text=True)
    if len(spec) > 4:
        _check_widths(spec)
    return _bounded(format(value, spec))


def joined(pieces: Iterable[str]) -> str:
    """The pieces as one text. Raises MemoryError as soon as it would have too many characters."""
    kept, room = [], MAX_TEXT
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            check_text(MAX_TEXT - room)
        kept.append(piece)
    return "".join(kept)


def _check_widths(spec: str) -> None:
    if len(spec) > _LONGEST:
        raise ValueError(f"a format of more than {_LONGEST} characters")
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
    if PARTS[kind] is not None:
        return measure(value, _IN_REPR, text=True) + _OTHER_TEXT
    return _OTHER_TEXT


def _widths(text: str) -> Iterator[str]:
    """The widths and precisions in the conversions of a text for ``%``: digits, or ``*`` for one among the values."""
    at = text.find("%")
    while at >= 0:
        at += 1
        if text[at : at + 1] == "(":
            depth = 1
            at += 1
            while depth and at < len(text):
                depth += {"(": 1, ")": -1}.get(text[at], 0)
                at += 1
        while text[at : at + 1] in _FLAGS:
            at += 1
        for _ in "width", "precision":
            start = at
            while text[at : at + 1] in _DIGITS:
                at += 1
            yield text[start:at]
            if text[at : at + 1] != ".":
                break
            at += 1
        at = text.find("%", at + 1)


#: What a width or a precision is made of.
_NUMBERS = re.compile(r"[0-9*]")
_FLAGS, _DIGITS = frozenset("#0- +"), frozenset("0123456789*")


def percent_format(text: str, values: Any) -> str:
    """``text % values``. Raises as Python does, ValueError for a width out of bounds, MemoryError for size."""
    fields = text.count("%")
    if type(values) is tuple:
        items: Sequence[Any] = values
    elif type(values) is dict:
        items = [values, *values.values()]
    else:
        items = [values]
    longest = max(map(_text_bound, items), default=0)
    total = fields * longest // 4
    if _NUMBERS.search(text) is not None:
        given = max([abs(item) for item in items if type(item) is int], default=0)
        for width in _widths(text):
            wide = given if "*" in width else int(width[-7:] or 0) if len(width.lstrip("0")) < 8 else MAX_WIDTH + 1
            if wide > MAX_WIDTH:
                raise ValueError(f"a width or precision of more than {MAX_WIDTH} in a format")
            total += wide
    if total > 1 << 16:
        check_text(len(text) + total)
        budget.spend(len(text) + total)
    return _bounded(text % values)


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
