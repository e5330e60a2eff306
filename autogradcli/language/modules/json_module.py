"""``json``: values to text and back, and into streams."""

from __future__ import annotations

import json
from typing import Any

from ...api.calls.program_classes import fields_of, is_enumeration
from ...api.calls.registry import Property, attributes_of, namespace
from ...numerics.naming import shown_as
from ..compile.calls import callable_of
from ..values.attribute_lookup import get_attribute
from ..values.budget import MAX_ITEMS, budget, check_items, check_text, measure
from ..values.streams import writer_of
from .entries import entering

_LEAVES = frozenset({int, float, bool, str, type(None)})
#: How deep values may stand in each other.
_DEEPEST = 200


def _plain(value: Any, default: Any, depth: int = 0) -> Any:
    """A value as Python's own lists, dicts, numbers and texts."""
    if type(value) in _LEAVES:
        return value
    if depth > _DEEPEST:
        raise RecursionError("maximum recursion depth exceeded")
    if isinstance(value, (str, int)) and is_enumeration(type(value)):
        return fields_of(value)["_value_"]  # a member that is a text or a number, too
    if isinstance(value, dict):
        made = {}
        for key, each in budget.polled(value.items()):
            if type(key) not in _LEAVES:
                raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")
            made[key] = _plain(each, default, depth + 1)
        return made
    if isinstance(value, (list, tuple)):
        return [_plain(each, default, depth + 1) for each in budget.polled(value)]
    if default is None:
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return _plain(callable_of(default)(value), default, depth + 1)


@entering("json")
def dumps(
    obj: Any,
    *,
    skipkeys: Any = False,
    ensure_ascii: Any = True,
    check_circular: Any = True,
    allow_nan: Any = True,
    indent: Any = None,
    separators: Any = None,
    default: Any = None,
    sort_keys: Any = False,
) -> str:
    """A value as JSON text. Raises TypeError for what is none of JSON's kinds."""
    if skipkeys:
        raise NotImplementedError("dumps(skipkeys=True) isn't here: leave the keys out of the dict")
    if indent is not None and type(indent) not in (int, str):
        raise TypeError("indent must be a number or a string")
    if (type(indent) is int and indent > 100) or (type(indent) is str and len(indent) > 100):
        raise ValueError("an indent of more than 100")
    if separators is not None:
        separators = tuple(budget.items(separators))
        if len(separators) != 2 or any(type(each) is not str or len(each) > 100 for each in separators):
            raise TypeError("separators must be two texts")
    measure(obj, text=True)
    plain = _plain(obj, default)
    pieces, count = [], 0
    encoder = json.JSONEncoder(
        ensure_ascii=bool(ensure_ascii), allow_nan=bool(allow_nan), indent=indent, separators=separators,
        sort_keys=bool(sort_keys),
    )  # fmt: skip
    for piece in budget.polled(encoder.iterencode(plain)):
        count += len(piece)
        check_text(count)
        pieces.append(piece)
    return "".join(pieces)


@shown_as("json.decoder.JSONDecodeError")
class JSONDecodeError(json.JSONDecodeError):
    """A text is no JSON: where, in ``pos``, ``lineno`` and ``colno``."""

    def __init__(self, msg: Any, doc: Any, pos: Any) -> None:
        if not (type(msg) is type(doc) is str and type(pos) is int):
            raise TypeError("JSONDecodeError() takes a message, the text and a place in it")
        super().__init__(msg, doc, pos)


@entering("json")
def loads(s: Any) -> Any:
    """The value of a JSON text. Raises ValueError for what is none."""
    if type(s) is not str:
        raise TypeError(f"the JSON object must be str, not {type(s).__name__}")
    if len(s) > MAX_ITEMS:
        check_items(s.count(",") + s.count(":"))
    budget.spend(8 * len(s))
    try:
        return json.loads(s)
    except json.JSONDecodeError as error:
        raise JSONDecodeError(error.msg, s, error.pos) from None


@entering("json")
def dump(obj: Any, fp: Any, **options: Any) -> None:
    """Write a value as JSON text into what has a ``write``."""
    writer_of(fp)(dumps(obj, **options))


@entering("json")
def load(fp: Any) -> Any:
    """The value of the JSON text that is read from what has a ``read``."""
    return loads(callable_of(get_attribute(fp, "read"))())


namespace("json")["JSONDecodeError"] = JSONDecodeError
attributes_of(JSONDecodeError).update(
    {
        "msg": Property(lambda error: error.msg),
        "doc": Property(lambda error: error.doc),
        "pos": Property(lambda error: error.pos),
        "lineno": Property(lambda error: error.lineno),
        "colno": Property(lambda error: error.colno),
    }
)
