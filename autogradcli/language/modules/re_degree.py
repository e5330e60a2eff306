"""How steeply the steps of a pattern's search grow with the text: what ``re`` lets be searched follows from it.

A repetition without an end that is followed by what it can't hold itself (``\\d+\\.``) ends in one place alone, so it
takes a walk through the text but leaves one way to go on. Any other leaves as many ways as the text has characters, for
each of those before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
#: Repetitions up to so often are none without an end.
_FEW = 64
#: Classes of characters of which none is in both.
_APART = {frozenset(pair) for pair in (("DIGIT", "SPACE"), ("WORD", "SPACE"))}
_HOLDS: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdecimal, "SPACE": str.isspace, "WORD": lambda character: character.isalnum() or character == "_",
}  # fmt: skip


def endless(low: int, high: int) -> bool:
    return high - low > _FEW


def many_ways(parsed: Any, plain: bool) -> bool:
    """Whether a repetition leaves many ways to go on. ``plain``: letters are themselves, whatever their case. A
    repetition at the very end just goes on to where it can't."""
    items = _flat(parsed)
    for at, (operation, argument) in enumerate(items):
        if operation == "GROUPREF":
            return True
        if operation == "BRANCH" and at + 1 == len(items):  # each is tried by itself
            return any(many_ways(part, plain) for part in _parts(operation, argument))
        if operation not in _REPEATS:
            if any(map(endless_in, _parts(operation, argument))):
                return True
        elif not endless(argument[0], argument[1]):
            if endless_in(argument[2]):
                return True
        elif at + 1 < len(items) and not (plain and _ends_once(argument[2], items[at + 1 :])):
            return True
    return False


def _flat(parsed: Any) -> list[tuple[str, Any]]:
    """The pieces one after the other, groups opened."""
    found: list[tuple[str, Any]] = []
    for operation, argument in parsed:
        if str(operation) == "SUBPATTERN" and not argument[1] and not argument[2]:
            found += _flat(argument[3])
        else:
            found.append((str(operation), argument))
    return found


def _parts(operation: str, argument: Any) -> Sequence[Any]:
    if operation == "BRANCH":
        return list(argument[1])
    return [each for each in argument if hasattr(each, "data")] if isinstance(argument, tuple) else []


def endless_in(parsed: Any) -> int:
    """Repetitions without an end in a part, and references to groups, one after the other."""
    count = 0
    for operation, argument in _flat(parsed):
        if operation in _REPEATS:
            count += endless(argument[0], argument[1]) + endless_in(argument[2])
        else:
            count += operation == "GROUPREF"
            parts = map(endless_in, _parts(operation, argument))
            count += max(parts, default=0) if operation == "BRANCH" else sum(parts)
    return count


def _ends_once(inner: Any, after: list[tuple[str, Any]]) -> bool:
    """Whether what is repeated is one character of some, and none of them can be what follows."""
    body = _flat(inner)
    if len(body) != 1:
        return False
    if after[0][0] == "AT" and str(after[0][1]) in ("AT_END", "AT_END_STRING"):
        return True
    held, next_ = _set(*body[0]), _first(after)
    if held is None or next_ is None:
        return False
    (items, without), (others, others_without) = held, next_
    if others_without or not others:
        return False
    if without:
        return all(kind == "LITERAL" and _has(items, chr(value)) for kind, value in others)
    return all(_apart(one, other) for one in items for other in others)


#: Pieces of a set of characters, and whether it is all but these.
_Set = tuple[list[tuple[str, Any]], bool]


def _set(operation: str, argument: Any) -> _Set | None:
    if operation == "LITERAL":
        return [("LITERAL", argument)], False
    if operation == "NOT_LITERAL":
        return [("LITERAL", argument)], True
    if operation == "IN":
        pieces = [(str(kind), value) for kind, value in argument]
        return [piece for piece in pieces if piece[0] != "NEGATE"], pieces[0][0] == "NEGATE"
    return None


def _first(items: list[tuple[str, Any]]) -> _Set | None:
    """What the next character has to be; None where that isn't sure."""
    found: list[tuple[str, Any]] = []
    for operation, argument in items:
        optional = operation in _REPEATS and not argument[0]
        if operation in _REPEATS:
            next_ = _first(_flat(argument[2]))
        else:
            next_ = _set(operation, argument)
        if next_ is None or (next_[1] and (optional or found)):
            return None
        found += next_[0]
        if not optional:
            return found, next_[1]
    return None


def _has(items: list[tuple[str, Any]], character: str) -> bool:
    return not all(_apart(item, ("LITERAL", ord(character))) for item in items)


def _apart(one: tuple[str, Any], other: tuple[str, Any]) -> bool:
    """Whether two pieces have no character in common."""
    if one[0] != "LITERAL" and (other[0] == "LITERAL" or one[0] == "CATEGORY"):
        one, other = other, one
    kind, value = one
    if kind == "LITERAL":
        if other[0] == "LITERAL":
            return bool(value != other[1])
        if other[0] == "RANGE":
            return not other[1][0] <= value <= other[1][1]
        return not _in_category(str(other[1]), chr(value))
    if kind == "RANGE" and value[1] - value[0] < 1000:
        return all(_apart(("LITERAL", code), other) for code in range(value[0], value[1] + 1))
    if kind == other[0] == "CATEGORY":
        a, b = str(value).removeprefix("CATEGORY_"), str(other[1]).removeprefix("CATEGORY_")
        return a == f"NOT_{b}" or b == f"NOT_{a}" or frozenset((a, b)) in _APART
    return False


def _in_category(name: str, character: str) -> bool:
    """Whether a class has a character, of which it isn't known whether the pattern is one of ASCII alone."""
    name = name.removeprefix("CATEGORY_")
    if name.startswith("NOT_"):
        return ord(character) > 127 or not _HOLDS[name.removeprefix("NOT_")](character)
    return _HOLDS[name](character)
