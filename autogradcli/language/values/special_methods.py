"""Python's special methods of values, by the language's own operators: ``x.__add__(y)``, ``values.__len__()``.

They stand in no table of names: which there are follows from a type, and what each does from the operator that it is
behind. A class has them, too: ``torch.Tensor.__add__(x, y)``.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ...api.calls.class_kind import Kind
from ...api.calls.registry import ATTRIBUTES, NAMESPACES, Method
from ...api.nn.deep_copy import deep_copy
from ...api.tensor.operators import operator_of_tensors
from ...engine.tensor import Tensor
from . import at_length
from .budget import CONTAINERS, hashable
from .checked_operators import BINARY, COMPARISONS, IN_PLACE, contains, delete_subscript, set_subscript, subscript
from .kinds import UNBOUND, BoundMethod, UnboundMethod
from .text_format import format_value, to_repr, to_str

Call = Callable[..., Any]


class Special(NamedTuple):
    """A special method: what it does, how a program writes it otherwise, and how many arguments it takes."""

    call: Call
    written: str
    arguments: int


def _compared(operate: Callable[[Any, Any], Any]) -> Call:
    def compare(a: Any, b: Any) -> Any:
        both = type(a) in CONTAINERS and type(b) in CONTAINERS
        return at_length.compare(operate, a, b) if both else operate(a, b)

    return compare


def _swapped(operate: Callable[[Any, Any], Any]) -> Call:
    return lambda a, b: operate(b, a)


_SYMBOLS = {
    "add": (ast.Add, "+"), "sub": (ast.Sub, "-"), "mul": (ast.Mult, "*"), "truediv": (ast.Div, "/"),
    "floordiv": (ast.FloorDiv, "//"), "mod": (ast.Mod, "%"), "pow": (ast.Pow, "**"), "matmul": (ast.MatMult, "@"),
    "lshift": (ast.LShift, "<<"), "rshift": (ast.RShift, ">>"), "and": (ast.BitAnd, "&"), "or": (ast.BitOr, "|"),
    "xor": (ast.BitXor, "^"), "div": (ast.Div, "/"),
}  # fmt: skip
_COMPARED = {
    "eq": (ast.Eq, "=="), "ne": (ast.NotEq, "!="), "lt": (ast.Lt, "<"), "le": (ast.LtE, "<="), "gt": (ast.Gt, ">"),
    "ge": (ast.GtE, ">="),
}  # fmt: skip


def _deep_copy(value: Any, memo: Any) -> Any:
    return deep_copy(value)


def _array(value: Any) -> Any:
    entry = ATTRIBUTES[Tensor]["numpy"]
    assert isinstance(entry, Method)
    return entry.call(value)


def _reversed(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value if not value.ndim else NAMESPACES["torch"]["flip"](value, (0,))
    return reversed(value)


def _rounded(value: Any, digits: Any = None) -> Any:
    if type(digits) is int and abs(digits) > _MOST_DIGITS:
        raise ValueError(f"__round__() takes at most {_MOST_DIGITS} digits")
    return round(value) if digits is None else round(value, digits)


#: Digits that a number is rounded to.
_MOST_DIGITS = 4000


def _divmod(value: Any, other: Any) -> Any:
    found = BINARY[ast.FloorDiv](value, other), BINARY[ast.Mod](value, other)
    return NotImplemented if NotImplemented in found else found


SPECIAL: dict[str, Special] = {
    **{f"__{name}__": Special(BINARY[kind], f"x {symbol} other", 1) for name, (kind, symbol) in _SYMBOLS.items()},
    **{
        f"__r{name}__": Special(_swapped(BINARY[kind]), f"other {symbol} x", 1)
        for name, (kind, symbol) in _SYMBOLS.items()
    },
    **{f"__i{name}__": Special(IN_PLACE[kind], f"x {symbol}= other", 1) for name, (kind, symbol) in _SYMBOLS.items()},
    **{
        f"__{name}__": Special(_compared(COMPARISONS[kind]), f"x {symbol} other", 1)
        for name, (kind, symbol) in _COMPARED.items()
    },
    "__neg__": Special(operator.neg, "-x", 0),
    "__pos__": Special(operator.pos, "+x", 0),
    "__abs__": Special(abs, "abs(x)", 0),
    "__invert__": Special(operator.invert, "~x", 0),
    "__bool__": Special(bool, "bool(x)", 0),
    "__int__": Special(int, "int(x)", 0),
    "__float__": Special(float, "float(x)", 0),
    "__complex__": Special(complex, "complex(x)", 0),
    "__index__": Special(operator.index, "range(x)", 0),
    "__len__": Special(len, "len(x)", 0),
    "__iter__": Special(iter, "iter(x)", 0),
    "__reversed__": Special(_reversed, "reversed(x)", 0),
    "__hash__": Special(lambda value: hash(hashable(value)), "hash(x)", 0),
    "__repr__": Special(to_repr, "repr(x)", 0),
    "__str__": Special(to_str, "str(x)", 0),
    "__format__": Special(format_value, 'format(x, "")', 1),
    "__contains__": Special(contains, "other in x", 1),
    "__getitem__": Special(subscript, "x[other]", 1),
    "__setitem__": Special(set_subscript, "x[other] = 1", 2),
    "__delitem__": Special(delete_subscript, "del x[other]", 1),
    "__array__": Special(_array, "x.numpy()", 0),
    "__deepcopy__": Special(_deep_copy, "copy.deepcopy(x)", 1),
}

#: What tensors have not, as in PyTorch.
_FURTHER: dict[str, Special] = {
    "__next__": Special(next, "next(x)", 0),
    "__round__": Special(_rounded, "round(x)", 0),
    "__trunc__": Special(math.trunc, "int(x)", 0),
    "__floor__": Special(math.floor, "int(x // 1)", 0),
    "__ceil__": Special(math.ceil, "int(-(-x // 1))", 0),
    "__divmod__": Special(_divmod, "divmod(x, other)", 1),
    "__rdivmod__": Special(_swapped(_divmod), "divmod(other, x)", 1),
}
_EVERY = SPECIAL | _FURTHER
_OF_ITERATORS = frozenset({"__next__", "__iter__"})
#: Of Python's types a value has those that Python gives the type; of a tensor, all others.
_PYTHON = frozenset({int, bool, float, complex, str, list, tuple, dict, set, frozenset, range})
#: With what a number or a sequence can be operated on by its own method; with anything else it is NotImplemented.
_TAKES: dict[type, tuple[type, ...]] = {
    bool: (int,), int: (int,), float: (float, int), complex: (complex, float, int), str: (str,), list: (list,),
    tuple: (tuple,),
}  # fmt: skip
_ANY_OPERAND = frozenset({"__getitem__", "__setitem__", "__delitem__", "__contains__", "__format__", "__deepcopy__"})
_BY_NUMBER = frozenset({"__mul__", "__rmul__", "__imul__", "__mod__", "__rmod__"})


def special_method(value: Any, name: str) -> Any:
    """A special method of a value, bound to it; UNBOUND where its type has none of that name."""
    found = _EVERY.get(name)
    kind = type(value)
    if found is None or not (_has(kind, name) or (name in _OF_ITERATORS and isinstance(value, Iterator))):
        return UNBOUND
    return BoundMethod(_checked(found, name), value, name)


def _checked(method: Special, name: str) -> Call:
    operates = method.arguments == 1 and name not in _ANY_OPERAND

    def call(value: Any, *args: Any, **named: Any) -> Any:
        if isinstance(value, Tensor) and (named or type(type(value)) is Kind):
            plain = operator_of_tensors(name)  # past what the program's class has under the name
            if plain is not None:
                return plain(value, *args, **named)
        elif named:
            raise TypeError(f"{name}() takes no keyword arguments")
        if len(args) != method.arguments and not (name == "__round__" and len(args) < 2):
            if operates and isinstance(value, Tensor):
                return NotImplemented  # PyTorch's operators say that of every call that isn't theirs
            raise TypeError(f"expected {method.arguments} argument{'s' * (method.arguments != 1)}, got {len(args)}")
        if not operates:
            return method.call(value, *args)
        takes = _TAKES.get(type(value))
        if takes is not None and name not in _BY_NUMBER and not isinstance(args[0], takes):
            return NotImplemented
        try:
            return method.call(value, *args)
        except TypeError as error:
            if str(error).startswith("unsupported operand type") or "not supported between" in str(error):
                return NotImplemented
            raise

    return call


#: Those that PyTorch writes in Python, which their qualified names say.
_WRITTEN_IN_PYTHON = frozenset(
    f"__{name}__"
    for name in (
        "rsub", "rdiv", "rtruediv", "floordiv", "rfloordiv", "rmod", "rpow", "rmatmul", "rlshift", "rrshift", "len",
        "contains", "format", "repr", "reversed", "array", "deepcopy", "hash", "iter",
    )
)  # fmt: skip

#: Those of ``torch.Tensor``, each made once: programs look functions up by what they are.
_OF_TENSORS: dict[str, UnboundMethod] = {}


def special_of_class(kind: type, name: str) -> Any:
    """``kind.__add__``, which values of the class have; UNBOUND where they have none."""
    found = _EVERY.get(name)
    if kind is Tensor and name in _OF_TENSORS:
        return _OF_TENSORS[name]
    if found is not None and (kind is Tensor or not issubclass(kind, Tensor)) and _has(kind, name):
        made = UnboundMethod(_checked(found, name), kind, name, name in _WRITTEN_IN_PYTHON)
        if kind is Tensor:
            _OF_TENSORS[name] = made
        return made
    return UNBOUND


def _has(kind: type, name: str) -> bool:
    if issubclass(kind, Tensor):
        return name not in _FURTHER
    return kind in _PYTHON and hasattr(kind, name)
