"""The operators on checked values: Python's own, with the costs bounded that a few characters could explode.

Numbers and tensors pass through at the price of a type test; what grows (integers, strings, lists) is
measured before it is made.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from ...api.calls.class_kind import metaclass_of
from ...api.calls.program_classes import Kind, defines, is_enumeration, member_of
from ...engine.callbacks import callee
from ...engine.tensor import Tensor
from . import at_length
from .at_length import equal
from .budget import CONTAINERS, MAX_BITS, MAX_ITEMS, budget, check_bits, check_items, check_text, hashable
from .kinds import GENERIC, LAZY, Alias, union_of
from .text_format import percent_format

Binary = Callable[[Any, Any], Any]

# The operator module's functions have no types of their own.
_iadd: Binary = operator.iadd
_imul: Binary = operator.imul
_imod: Binary = operator.imod
_ipow: Binary = operator.ipow
_ilshift: Binary = operator.ilshift
_ior: Binary = operator.ior
_isub: Binary = operator.isub
_ixor: Binary = operator.ixor

_SEQUENCES = frozenset({list, tuple})

#: Sets, dicts and their views.
_HASHING = CONTAINERS - _SEQUENCES

#: What an operator can make larger than its operands are.
_GROWING = frozenset({int, str, list, tuple})

#: Integers that need no closer look.
_SMALL = 1 << 63


def _not_types(symbol: str, a: Any, b: Any) -> None:
    """Raises TypeError for classes as operands: ``int | str`` would make a value outside the language."""
    if isinstance(a, type) or isinstance(b, type):
        raise TypeError(f"unsupported operand type(s) for {symbol}: '{type(a).__name__}' and '{type(b).__name__}'")


def add(a: Any, b: Any) -> Any:
    kind = type(a)
    if kind not in _GROWING:
        return a + b
    if kind is int:
        result = a + b
        if type(result) is int and not -_SMALL < result < _SMALL:
            check_bits(result.bit_length())
        return result
    if type(b) is kind:
        if kind is str:
            check_text(len(a) + len(b))
            budget.spend(len(a) + len(b))
        else:
            check_items(len(a) + len(b))
            budget.spend(8 * (len(a) + len(b)))
    return a + b


def mul(a: Any, b: Any) -> Any:
    kind = type(a)
    if kind not in _GROWING:
        return a * b
    if kind is int:
        if type(b) is int:
            if not -_SMALL < a < _SMALL and a.bit_length() + b.bit_length() > MAX_BITS:
                check_bits((a * b).bit_length())
            return a * b
        _check_repeat(b, a)
    else:
        _check_repeat(a, b)
    return a * b


def mod(a: Any, b: Any) -> Any:
    return percent_format(a, b) if type(a) is str else a % b


def iadd(a: Any, b: Any) -> Any:
    if type(a) is list:
        # list += takes any iterable.
        more = budget.items(b)
        check_items(len(a) + len(more))
        a += more
        return a
    if type(a) in (int, str, tuple):
        return add(a, b)
    return _iadd(a, b)


def imul(a: Any, b: Any) -> Any:
    if type(a) is list:
        _check_repeat(a, b)
        return _imul(a, b)
    if type(a) in (int, str, tuple):
        return mul(a, b)
    return _imul(a, b)


def imod(a: Any, b: Any) -> Any:
    return percent_format(a, b) if type(a) is str else _imod(a, b)


def _check_repeat(sequence: Any, count: Any) -> None:
    if type(count) is not int and type(count) is not bool:
        return
    if type(sequence) is str:
        check_text(len(sequence) * count)
        budget.spend(len(sequence) * max(count, 0))
    elif type(sequence) in _SEQUENCES:
        check_items(len(sequence) * count)
        budget.spend(8 * len(sequence) * max(count, 0))


def power(a: Any, b: Any) -> Any:
    if type(a) is int and type(b) is int:
        _check_power(a, b)
    return a**b


def in_place_power(a: Any, b: Any) -> Any:
    if type(a) is int and type(b) is int:
        _check_power(a, b)
    return _ipow(a, b)


def _check_power(a: int, b: int) -> None:
    if b > 1 and (a > 1 or a < -1):
        # a has at least 2 ** (bit_length - 1), so the result at least this many bits.
        check_bits((a.bit_length() - 1) * b)


def left_shift(a: Any, b: Any) -> Any:
    if type(a) is int and type(b) is int and a and b > 0:
        check_bits(a.bit_length() + b)
    return a << b


def in_place_left_shift(a: Any, b: Any) -> Any:
    if type(a) is int and type(b) is int:
        return left_shift(a, b)
    return _ilshift(a, b)


def bit_or(a: Any, b: Any) -> Any:
    if isinstance(a, type) or isinstance(b, type):
        union = union_of(a, b)
        if union is not None:
            return union
    _not_types("|", a, b)
    _check_union(a, b)
    return a | b


def in_place_bit_or(a: Any, b: Any) -> Any:
    _not_types("|=", a, b)
    _check_union(a, b)
    return _ior(a, b)


#: ``a - b`` and ``a -= b`` where ``a`` is a set: in the tables below they are Python's own, for speed.
subtract_sets = at_length.set_operator(operator.sub, "difference")
_subtract_from_set = at_length.set_operator(operator.isub, "difference_update")


def isub(a: Any, b: Any) -> Any:
    return _subtract_from_set(a, b) if type(a) is set else _isub(a, b)


def bit_xor(a: Any, b: Any) -> Any:
    _check_union(a, b)
    return a ^ b


def in_place_bit_xor(a: Any, b: Any) -> Any:
    _check_union(a, b)
    return _ixor(a, b)


def _check_union(a: Any, b: Any) -> None:
    if type(a) in _HASHING and type(b) in _HASHING:
        check_items(max(len(a), len(b)) if a is b else len(a) + len(b))


BINARY: dict[type[ast.operator], Binary] = {
    ast.Add: add,
    ast.Sub: operator.sub,
    ast.Mult: mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: mod,
    ast.Pow: power,
    ast.MatMult: operator.matmul,
    ast.LShift: left_shift,
    ast.RShift: operator.rshift,
    ast.BitAnd: at_length.set_operator(operator.and_, "intersection"),
    ast.BitOr: at_length.set_operator(at_length.merge(bit_or, False), "union"),
    ast.BitXor: at_length.set_operator(bit_xor, "symmetric_difference"),
}
IN_PLACE: dict[type[ast.operator], Binary] = {
    ast.Add: iadd,
    ast.Sub: isub,
    ast.Mult: imul,
    ast.Div: operator.itruediv,
    ast.FloorDiv: operator.ifloordiv,
    ast.Mod: imod,
    ast.Pow: in_place_power,
    ast.MatMult: operator.imatmul,
    ast.LShift: in_place_left_shift,
    ast.RShift: operator.irshift,
    ast.BitAnd: at_length.set_operator(operator.iand, "intersection_update"),
    ast.BitOr: at_length.set_operator(at_length.merge(in_place_bit_or, True), "update"),
    ast.BitXor: at_length.set_operator(in_place_bit_xor, "symmetric_difference_update"),
}


# Comparison


def contains(container: Any, item: Any) -> bool:
    """``item in container``. Raises TypeError as Python does."""
    kind = type(container)
    if kind in _HASHING:
        return hashable(item) in container
    if kind in _SEQUENCES:
        if at_length.takes_long(container, item):
            return any(item is element or bool(equal(element, item)) for element in budget.polled(container))
        return item in container
    if kind is range and type(item) is not int and type(item) is not bool:
        # Python would compare with each element in C, which Ctrl-C can't stop. A range holds only integers.
        if type(item) is float:
            return item.is_integer() and int(item) in container
        return any(bool(element == item) for element in budget.polled(container))
    if isinstance(container, LAZY):
        return any(item is element or bool(equal(item, element)) for element in budget.polled(container))
    return item in container


#: Comparisons that may recurse: where both sides are containers, ``at_length.compare`` does them.
COMPARISONS: dict[type[ast.cmpop], Binary] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}

#: The other ones.
TESTS: dict[type[ast.cmpop], Binary] = {
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, container: contains(container, item),
    ast.NotIn: lambda item, container: not contains(container, item),
}

UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}


# Subscripts

#: What ``v[i]`` may be taken of; a class, say, has a subscript in Python that leads outside the language.
_SUBSCRIPTABLE = frozenset({list, tuple, dict, str, range})


def _says_items(meta: Any) -> bool:
    """Whether a class's metaclass says what ``kind[index]`` is."""
    return meta is not None and defines(meta, "__getitem__")


def subscript(value: Any, index: Any) -> Any:
    kind = type(value)
    if isinstance(value, dict):
        return value[hashable(index)]
    if kind in _SUBSCRIPTABLE or not isinstance(value, type):
        return value[index]
    if kind is Kind and (is_enumeration(value) or _says_items(metaclass_of(value))):
        member: Any = value
        return member[index]
    if kind is Kind and hasattr(value, "__class_getitem__"):
        return Alias(value, index)  # ``Dataset[int]``: a word of annotations, and a base
    if kind is Kind and defines(value, "__class_getitem__"):
        return callee(member_of(value, "__class_getitem__"))(value, index)
    if value in GENERIC:
        return Alias(value, index)
    raise TypeError(f"type '{value.__name__}' is not subscriptable")


def set_subscript(value: Any, index: Any, new: Any) -> None:
    kind = type(value)
    if isinstance(value, dict):
        hashable(index)
        if len(value) >= MAX_ITEMS:
            check_items(len(value) + 1)
    elif kind is list and type(index) is slice:
        try:
            new = budget.items(new)
        except TypeError as error:
            if "is not iterable" in str(error):
                raise TypeError("can only assign an iterable") from None
            raise
        check_items(len(value) + len(new))
    value[index] = new


def delete_subscript(value: Any, index: Any) -> None:
    if isinstance(value, dict):
        hashable(index)
    elif isinstance(value, Tensor):
        raise TypeError("Tensor does not support deleting items")
    del value[index]
