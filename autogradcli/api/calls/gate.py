"""The gate before NumPy: what a program may give where our own code computes with it.

A function whose parameters are declared by a schema (``kinds.py``) takes what the schema says. A function written in
Python says it by annotations, and this module holds it to them before its first line runs: *data* is let in (tensors,
numbers, text, None, dtypes and their like, containers of those), everything else (modules, functions, classes, any
object that NumPy would ask for an array of its own) only where the annotation is ``Value`` or a function's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...engine.tensor import Parameter, Size, Tensor
from ...numerics.dtypes import DType
from .argument_types import PYTHON_DTYPES, type_name
from .wrong_arguments import FITTING, bound

#: Arguments of these types alone need no closer look.
PLAIN: frozenset[type] = frozenset({Tensor, Parameter, type(None), bool, int, float, str, DType, Size})

_LEAVES = PLAIN | {complex, range, slice, type(...)}
_NAMED = frozenset({"torch.device", "torch.layout", "torch.memory_format", "torch._C.Generator"})

#: Annotations of parameters that take any value: what is given there is called, kept, or looked at by its type, and
#: never computed with.
ANYTHING = ("Value", "Function", "Callable")

#: What an annotation that has no words of its own is called in a message.
_DATA = "a tensor, a number, or a list or tuple of such"


def is_plain(values: Iterable[Any]) -> bool:
    """Whether none of the arguments needs a closer look: all are of such types, or lists and tuples of such."""
    for value in values:
        kind = value.__class__
        if kind not in PLAIN and not ((kind is tuple or kind is list) and PLAIN.issuperset(map(type, value))):
            return False
    return True


def foreign_value(value: Any) -> Any:
    """What in a value is no data: the value itself or something in its containers; None if all is."""
    pending = [value]
    seen: set[int] = set()
    while pending:
        each = pending.pop()
        kind = type(each)
        if kind in _LEAVES or isinstance(each, Tensor):  # meta tensors and sparse ones are of classes of their own
            continue
        if isinstance(each, (list, tuple, set, dict)):
            if id(each) not in seen:
                seen.add(id(each))
                pending.extend(each)
                if isinstance(each, dict):
                    pending.extend(each.values())
        elif type_name(each) not in _NAMED and not any(each is python for python, _ in PYTHON_DTYPES):
            return each
    return None


def check_arguments(name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Raises TypeError, in PyTorch's words, for an argument that is no data where data is wanted."""
    wanted = function.__annotations__
    for position, parameter, value in bound(function, args, kwargs):
        annotation = wanted.get(parameter, "")
        if type(value) in PLAIN or annotation.startswith(ANYTHING):
            continue
        optional = annotation.endswith(" | None")
        fits, expected = FITTING.get(annotation.removesuffix(" | None") if optional else annotation, (None, _DATA))
        where = f"{name}(): argument '{parameter}'"
        if isinstance(position, int):
            where += f" (position {position})"
        if type(value) is complex and fits is not None and not fits(value):
            raise TypeError(f"{where} must be {expected}, not complex")
        found = foreign_value(value)
        if found is value:
            raise TypeError(f"{where} must be {expected}, not {type_name(value)}")
        if found is not None:
            raise TypeError(f"{where} must be {expected}, but found element of type {type_name(found)}")
