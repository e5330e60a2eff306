"""What is a value of the language and what is foreign to it: objects of NumPy's, and of Python's insides.

Errors are how such an object could get to a program: NumPy's carry the ufunc and the dtypes that did not fit in
``args``. ``entering`` is what an error passes through on its way into a program (``except ... as error``) and out of it
(the event that ends a run).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from types import BuiltinFunctionType, FunctionType, GeneratorType, MethodType
from typing import Any

from ...api.arrays.values import NumPyObject
from ...api.calls.class_kind import Kind
from ...numerics.naming import SHOWN


class _BySubscript:
    """What Python iterates by asking for ``[0]``, ``[1]``, ...: objects of a program's class do it, too."""

    def __getitem__(self, index: int) -> None:
        raise IndexError


#: One of each kind that has iterators of its own.
_ITERABLES: tuple[Any, ...] = (
    [], (), "", "é", set(), range(1), range(1 << 70), {}, {}.values(), {}.items(), _BySubscript(),
)  # fmt: skip

_REVERSIBLE: tuple[Any, ...] = ([], {}, {}.values(), {}.items())

#: Python's own types whose instances programs have.
_PLAIN: frozenset[type] = frozenset(
    {
        type(None), bool, int, float, complex, str, list, tuple, dict, set, frozenset, range, slice, reversed, property,
        staticmethod, classmethod, type(...), type(NotImplemented), type({}.keys()), type({}.values()),
        type({}.items()), type(OrderedDict().keys()), type(OrderedDict().values()),
        type(OrderedDict().items()), type(iter(OrderedDict())), type(iter(deque())), type(reversed(deque())),
        *(type(iter(each)) for each in _ITERABLES), *(type(reversed(each)) for each in _REVERSIBLE), GeneratorType,
    }
)  # fmt: skip

#: Further types of Python's whose instances programs have, entered by the modules that have them.
VALUES: set[type] = set()

#: Where a function or class comes from that programs may have.
_HOMES = frozenset({"autogradcli", "torch", "math", "builtins", "__main__", "collections", "matplotlib", "_pickle"})

#: In a class's ``__flags__``: made by a ``class`` statement. Ours that are shown as Python's are such.
_MADE = 1 << 9


def is_value(value: Any) -> bool:
    """Whether this object, by its own type, is one that a program may have. What it contains is not looked at."""
    kind = type(value)
    if kind in _PLAIN or kind in VALUES:
        return True
    if kind is FunctionType or kind is BuiltinFunctionType:
        return _home(value) in _HOMES
    if isinstance(value, NumPyObject):
        return True
    if kind is MethodType:
        return is_value(value.__func__) and is_value(value.__self__)
    if type(kind) is Kind or kind is Kind:
        return True  # objects of the language's classes, and the classes
    if isinstance(value, type):
        return value in SHOWN or value in VALUES or _home(value) in _HOMES or issubclass(value, NumPyObject)
    if isinstance(value, BaseException):
        return _is_error(kind)
    home = _home(kind)
    return kind in SHOWN or (home in _HOMES and (home != "builtins" or bool(kind.__flags__ & _MADE)))


def _home(value: Any) -> str:
    return (value.__module__ or "").partition(".")[0]


def _is_error(kind: type) -> bool:
    return kind in SHOWN or _home(kind) in _HOMES or issubclass(kind, NumPyObject)


def entering(error: BaseException) -> BaseException:
    """The error as a program gets it: itself, or one of the nearest kind that programs know, with its text alone.

    What the program raised itself stays as it is, whatever it holds.
    """
    kind = type(error)
    if _is_error(kind) and (_is_raised_by_program(error) or all_values(error.args)):
        return error
    known = next(base for base in kind.__mro__ if _is_error(base))
    try:
        text = str(error)
    except Exception:
        text = kind.__name__
    try:
        made: BaseException = known(text)
    except TypeError:  # a kind that wants more: an error of decoding
        made = Exception(text)
    made.__traceback__, made.__suppress_context__ = error.__traceback__, True
    return made


def _is_raised_by_program(error: BaseException) -> bool:
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is not None and last.tb_frame.f_globals.get("__name__") == "autogradcli.language.compile.control"


def all_values(values: Any) -> bool:
    """Whether all of them are the language's, with what the plain containers among them hold."""
    pending, seen = [values], {id(values)}
    while pending:
        held = pending.pop()
        for each in (*held, *held.values()) if type(held) is dict else held:
            if not is_value(each):
                return False
            if type(each) in (tuple, list, set, dict) and id(each) not in seen:
                seen.add(id(each))
                pending.append(each)
    return True
