"""What calling Python's own classes does: ``int("3")``, ``list(x)``, ``type(x)``; with bounds on what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...api.calls.class_kind import Kind, metaclass_of
from ...api.calls.python_function import renamed
from ...api.calls.registry import NAMESPACES
from ...engine.callbacks import callee
from ...engine.tensor import STANDS_FOR, Tensor
from ..compile.calls import CONSTRUCTORS, callable_of
from . import at_length
from .budget import budget, check_bits, hashable
from .kinds import LAZY, UNBOUND, LazyEnumerate, LazyFilter, LazyMap, LazyZip, UserFunction
from .mappings import as_dict
from .nesting import checked
from .text_format import to_str


def _plain(function: Any) -> Callable[..., Any]:
    return function if type(function) is UserFunction else callable_of(function)


def _map(*args: Any) -> Any:
    if len(args) < 2:
        raise TypeError("map() must have at least two arguments.")
    function, *iterables = args
    return LazyMap(_plain(function), *iterables)


def _filter(function: Any, iterable: Iterable[Any], /) -> Any:
    return LazyFilter(None if function is None else _plain(function), iterable)


def _type(value: Any = UNBOUND, /, *others: Any, **keywords: Any) -> type:
    if value is UNBOUND or (others and len(others) != 2):
        raise TypeError("type() takes 1 or 3 arguments")
    if others:
        from .deriving import class_of

        made: type = class_of(value, *others, **keywords)
        return made
    if keywords:
        raise TypeError("type() takes 1 or 3 arguments")
    kind = type(value)
    if kind is Kind:
        return metaclass_of(value) or type
    return STANDS_FOR.get(kind, kind)


def _str(*args: Any, **kwargs: Any) -> str:
    return to_str(args[0]) if len(args) == 1 and not kwargs else str(*args, **kwargs)


def _int(*args: Any, **kwargs: Any) -> int:
    if args and type(args[0]) is str:
        # Python bounds decimal digits itself; bases that are powers of two it does not.
        check_bits(4 * len(args[0]))
    return int(*args, **kwargs)


def _items(kind: type) -> Callable[..., Any]:
    def construct(*args: Any, **kwargs: Any) -> Any:
        if len(args) != 1 or kwargs:
            return kind(*args, **kwargs)
        items = budget.items(args[0])
        if kind is set:
            for item in items:
                hashable(item)
            return at_length.set_of(items)
        return items if kind is list else kind(items)

    return construct


def _dict(*args: Any, **kwargs: Any) -> dict[Any, Any]:
    if len(args) != 1:
        return dict(*args, **kwargs)
    result: dict[Any, Any] = {}
    if (entries := as_dict(args[0])) is not None:
        at_length.put_all(result, entries)
        result.update(kwargs)
        return result
    pairs = []
    for number, pair in enumerate(budget.items(args[0])):
        try:
            pair = pair if type(pair) is tuple else tuple(budget.items(pair))
        except TypeError:
            message = f"cannot convert dictionary update sequence element #{number} to a sequence"
            raise TypeError(message) from None
        pairs.append(pair)
        if len(pair) != 2:
            raise ValueError(f"dictionary update sequence element #{number} has length {len(pair)}; 2 is required")
        hashable(pair[0])
    at_length.put_all(result, pairs)
    result.update(kwargs)
    return result


def _zip(*iterables: Iterable[Any], strict: Any = False) -> Any:
    return LazyZip(*iterables, strict=strict)


def _staticmethod(*function: Any) -> Any:
    return staticmethod(*map(callee, function))


def _reversed(sequence: Any, /) -> Any:
    if isinstance(sequence, (set, *LAZY)):
        raise TypeError(f"'{type(sequence).__name__}' object is not reversible")
    if isinstance(sequence, Tensor):
        return sequence if not sequence.ndim else NAMESPACES["torch"]["flip"](sequence, (0,))
    return reversed(sequence)


CONSTRUCTORS.update(
    {
        type: _type, bool: bool, int: _int, float: float, complex: complex, str: _str, list: _items(list),
        tuple: _items(tuple), set: _items(set), dict: _dict, range: range, slice: checked(slice), LazyZip: _zip,
        LazyMap: _map, LazyFilter: _filter, LazyEnumerate: LazyEnumerate, reversed: _reversed,
        staticmethod: checked(renamed(_staticmethod, "staticmethod")), classmethod: checked(classmethod),
        property: checked(property),
    }
)  # fmt: skip
CONSTRUCTORS.update({kind: renamed(call, kind.__name__) for kind, call in CONSTRUCTORS.items()})
