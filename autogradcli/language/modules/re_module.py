"""``re``: regular expressions, of which none can take forever.

Python's matcher tries again from every place, and a repetition within a repetition makes it try exponentially often.
Such patterns are refused, and so is a text that is too long for the repetitions that its pattern has. Nothing can stop
the matcher, so where it could take longer than a second or two it is asked about one place after the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from ...api.calls.registry import Method, Property, attributes_of, namespace
from ...numerics.naming import SHOWN, shown_as
from ..compile.calls import Builtin, callable_of
from ..values.budget import budget, check_text
from .entries import entering
from .re_degree import endless, endless_in, many_ways

_table = namespace("re")
_MOST_PATTERN = 10_000
#: Steps without a pause: from all places together, or from one of many.
_AT_ONCE = 1e8
#: Characters that are searched at most.
_MOST = 10_000_000
#: Places that are asked about between two questions whether to stop.
_PLACES = 16
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_FLAGS = {
    "IGNORECASE": re.I, "I": re.I, "MULTILINE": re.M, "M": re.M, "DOTALL": re.S, "S": re.S, "VERBOSE": re.X, "X": re.X,
    "ASCII": re.A, "A": re.A, "UNICODE": re.U, "U": re.U,
}  # fmt: skip


@shown_as("re.Pattern")
class Pattern:
    """A regular expression."""

    __slots__ = ("flags", "inner", "longest", "pattern", "quick")

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self.flags = pattern, flags
        self.inner = re.compile(pattern, flags)
        self.quick, self.longest = _lengths(pattern, flags)

    def __repr__(self) -> str:
        return repr(self.inner)


@shown_as("re.Match")
class Match:
    """Where a pattern was found."""

    __slots__ = ("inner", "pattern")

    def __init__(self, inner: re.Match[str], pattern: Pattern) -> None:
        self.inner, self.pattern = inner, pattern

    def __getitem__(self, group: Any) -> Any:
        return self.inner[_group(group)]

    def __repr__(self) -> str:
        return repr(self.inner)


def _group(group: Any) -> int | str:
    if type(group) not in (int, str):
        raise IndexError("no such group")
    found: int | str = group
    return found


def _check_nesting(parsed: Any, inside: bool) -> None:
    """Raise ValueError for a repetition without an end within a repetition."""
    for operation, argument in parsed:
        name = str(operation)
        if name in _REPEATS:
            low, high, inner = argument
            if endless(low, high) and inside:
                raise ValueError("a repetition within a repetition could take forever: write the pattern without")
            _check_nesting(inner, inside or high > 1)
        elif name == "BRANCH":
            for each in argument[1]:
                _check_nesting(each, inside)
        elif isinstance(argument, _parser.SubPattern):
            _check_nesting(argument, inside)
        elif isinstance(argument, tuple):
            for each in argument:
                if isinstance(each, _parser.SubPattern):
                    _check_nesting(each, inside)


def _lengths(pattern: str, flags: int) -> tuple[int, int]:
    """The longest text that may be searched at once, and at all."""
    parsed = _parser.parse(pattern, flags)
    _check_nesting(parsed, False)
    count = endless_in(parsed)
    ends = bool(len(parsed)) and str(parsed[-1][0]) in _REPEATS
    degree = count + (0 if ends else 1) if count else 1
    if degree <= 1:
        return _MOST, _MOST
    degree += degree > 2
    quick, longest = int(_AT_ONCE ** (1 / degree)), min(int(_AT_ONCE ** (1 / (degree - 1))), _MOST)
    if not many_ways(parsed, not (parsed.state.flags | flags) & re.I):  # from each place a walk through the text
        quick, longest = int(_AT_ONCE ** (1 / 2)), _MOST
    # a match of no characters may be followed by another from the same place, which the matcher alone finds
    return quick, longest if parsed.getwidth()[0] else quick


@lru_cache(512)
def _compiled(pattern: str, flags: int) -> Pattern:
    return Pattern(pattern, flags)


def pattern_of(pattern: Any, flags: Any = 0) -> Pattern:
    if type(pattern) is Pattern:
        return pattern
    if type(pattern) is not str:
        raise TypeError("first argument must be string or compiled pattern")
    if len(pattern) > _MOST_PATTERN:
        raise ValueError(f"a pattern has at most {_MOST_PATTERN:,} characters")
    return _compiled(pattern, int(flags))


def _text(pattern: Pattern, string: Any) -> str:
    if type(string) is not str:
        raise TypeError(f"expected string or bytes-like object, got '{type(string).__name__}'")
    if len(string) > pattern.longest:
        raise ValueError(f"a text for this pattern has at most {pattern.longest:,} characters, not {len(string):,}")
    budget.spend(len(string))
    return string


def _finding(call: Callable[[Pattern, str], re.Match[str] | None]) -> Callable[..., Any]:
    def find(pattern: Any, string: Any, flags: Any = 0) -> Match | None:
        made = pattern_of(pattern, flags)
        found = call(made, _text(made, string))
        return None if found is None else Match(found, made)

    return find


def _found(made: Pattern, text: str) -> Iterator[re.Match[str]]:
    """All places where a pattern is found, one after another."""
    if len(text) <= made.quick:
        yield from budget.polled(made.inner.finditer(text))
        return
    match, end = made.inner.match, 0
    for at in range(len(text) + 1):
        if not at % _PLACES:
            budget.poll()
        if at >= end and (found := match(text, at)) is not None:
            yield found
            end = found.end()


def _searched(made: Pattern, text: str) -> re.Match[str] | None:
    return made.inner.search(text) if len(text) <= made.quick else next(_found(made, text), None)


for _way, _call in (
    ("match", lambda made, text: made.inner.match(text)),
    ("search", _searched),
    ("fullmatch", lambda made, text: made.inner.fullmatch(text)),
):
    _table[_way] = Builtin(_way, _finding(_call))


@entering("re")
def compile_(pattern: Any, flags: Any = 0) -> Pattern:
    """A regular expression, to be used several times. Raises ValueError for one that could take forever."""
    return pattern_of(pattern, flags)


@entering("re")
def findall(pattern: Any, string: Any, flags: Any = 0) -> list[Any]:
    """All places where a pattern is found, as texts, or tuples of its groups."""
    made = pattern_of(pattern, flags)
    text = _text(made, string)
    if len(text) <= made.quick:
        found: list[Any] = made.inner.findall(text)
    else:
        groups = made.inner.groups
        found = [each[groups] or "" if groups < 2 else each.groups("") for each in _found(made, text)]
    budget.spend(64 * len(found))
    return found


@entering("re")
def finditer(pattern: Any, string: Any, flags: Any = 0) -> Iterator[Any]:
    """All places where a pattern is found, one after another."""
    made = pattern_of(pattern, flags)
    return iter([Match(each, made) for each in _found(made, _text(made, string))])


def _few(made: Pattern, text: str, count: int) -> Iterator[re.Match[str]]:
    """So many of the places, as ``split`` and ``sub`` count: 0 are all, and fewer are none."""
    return islice(_found(made, text), max(count, 0) if count else None)


@entering("re")
def split(pattern: Any, string: Any, maxsplit: Any = 0, flags: Any = 0) -> list[Any]:
    """The text in parts, cut where a pattern is found."""
    made = pattern_of(pattern, flags)
    text = _text(made, string)
    if len(text) <= made.quick:
        return made.inner.split(text, int(maxsplit))
    parts: list[Any] = []
    begin = 0
    for each in _few(made, text, int(maxsplit)):
        parts += text[begin : each.start()], *each.groups()
        begin = each.end()
    return [*parts, text[begin:]]


@entering("re")
def sub(pattern: Any, repl: Any, string: Any, count: Any = 0, flags: Any = 0) -> str:
    """The text with something else where a pattern is found: a text, or what a function makes of each match."""
    return _replaced(pattern, repl, string, count, flags)[0]


@entering("re")
def subn(pattern: Any, repl: Any, string: Any, count: Any = 0, flags: Any = 0) -> tuple[str, int]:
    """The same as ``sub``, and how often it was found."""
    return _replaced(pattern, repl, string, count, flags)


def _replaced(pattern: Any, repl: Any, string: Any, count: Any, flags: Any) -> tuple[str, int]:
    made = pattern_of(pattern, flags)
    text = _text(made, string)
    size = 0
    call = None if type(repl) is str else callable_of(repl)

    def one(found: re.Match[str]) -> str:
        nonlocal size
        new = found.expand(repl) if call is None else call(Match(found, made))
        if type(new) is not str:
            raise TypeError(f"expected str instance, {type(new).__name__} found")
        size += len(new)
        check_text(size)
        return new

    if len(text) <= made.quick:
        return made.inner.subn(one, text, int(count))
    parts: list[str] = []
    begin = 0
    for each in _few(made, text, int(count)):
        parts += text[begin : each.start()], one(each)
        begin = each.end()
    return "".join([*parts, text[begin:]]), len(parts) // 2


@entering("re")
def escape(pattern: Any) -> str:
    """The text as a pattern that finds just it."""
    if type(pattern) is not str:
        raise TypeError(f"expected string or bytes-like object, got '{type(pattern).__name__}'")
    check_text(2 * len(pattern))
    return re.escape(pattern)


def _of_match(ask: Callable[..., Any]) -> Callable[..., Any]:
    def call(found: Any, *groups: Any) -> Any:
        return ask(found.inner, *map(_group, groups))

    return call


for _name, _ask in (
    ("group", re.Match.group), ("start", re.Match.start), ("end", re.Match.end), ("span", re.Match.span),
):  # fmt: skip
    attributes_of(Match)[_name] = Method(_of_match(_ask), "Of the whole match, or of a group.")
attributes_of(Match)["groups"] = Method(lambda found, default=None: found.inner.groups(default), "All groups.")
attributes_of(Match)["groupdict"] = Method(lambda found, default=None: found.inner.groupdict(default), "Named groups.")
attributes_of(Match)["string"] = Property(lambda found: found.inner.string, doc="The text that was searched.")
attributes_of(Match)["re"] = Property(lambda found: found.pattern, doc="The pattern.")
attributes_of(Pattern)["pattern"] = Property(lambda made: made.pattern, doc="The pattern as a text.")
for _name in ("match", "search", "fullmatch", "findall", "finditer", "split", "sub", "subn"):
    attributes_of(Pattern)[_name] = Method(_table[_name].call, _table[_name].call.__doc__ or "")
_table |= {name: int(value) for name, value in _FLAGS.items()}
SHOWN.add(re.error)  # the one class of Python's ``re`` that programs have
_table |= {"error": re.error, "Pattern": Pattern, "Match": Match}
