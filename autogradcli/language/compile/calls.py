"""What may be called, decided by a closed list of types and tables, never by Python's ``callable``."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from ...api.calls import registry
from ...api.calls.class_kind import metaclass_of
from ...api.calls.overloads import CalculatorFunction, Function
from ...api.calls.program_classes import Kind
from ...api.calls.python_function import CalculatorPythonFunction, PythonFunction, renamed
from ...engine.callbacks import CALLED, resolver
from ...engine.lazy import LazyTable
from ...engine.modes import ContextMode, Decorated
from ...engine.tensor import Tensor
from ...numerics.naming import short_name
from ..values.attribute_lookup import CALL, TABLES
from ..values.kinds import Alias, BoundMethod, Namespace, UnboundMethod, UserFunction

#: Types whose values are called as they are. Python functions come only out of the registry's tables:
#: a program can't make one.
DIRECT = CALLED
DIRECT |= {
    UserFunction, BoundMethod, UnboundMethod, Decorated, staticmethod, Function, CalculatorFunction, PythonFunction,
    CalculatorPythonFunction,
}  # fmt: skip

#: What calling a class does: ``int("3")``. Classes that are not here and in no namespace can't be called.
CONSTRUCTORS = registry.CONSTRUCTORS


class Builtin:
    """A function of the language's own."""

    __slots__ = ("call", "name")

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        self.name, self.call = name, renamed(call, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.call(*args, **kwargs)

    @property
    def __name__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<built-in function {self.name}>"


def callable_of(value: Any) -> Callable[..., Any]:
    """What to call for a value. Raises TypeError, "'int' object is not callable"."""
    kind = type(value)
    itself: Callable[..., Any] = value
    if kind is Builtin:
        made: Builtin = value
        return made.call
    if kind in DIRECT or (type(kind) is Kind and callable(value)):
        return itself
    if isinstance(value, type):
        return _constructor(value)
    entry = TABLES[kind].get(CALL)
    if type(entry) is registry.Method:
        call = entry.call
        return lambda *args, **kwargs: call(value, *args, **kwargs)
    if isinstance(value, ContextMode) or _is_named(value):
        return itself
    raise TypeError(f"'{kind.__name__}' object is not callable")


def _of_origin(alias: Any, /, *args: Any, **kwargs: Any) -> Any:
    """``list[int](...)``: what the class gives."""
    if type(alias) is not Alias:
        raise TypeError(f"'{type(alias).__name__}' object is not callable")
    return callable_of(alias.origin)(*args, **kwargs)


registry.attributes_of(Alias)[CALL] = registry.Method(_of_origin)


def _constructor(kind: type) -> Callable[..., Any]:
    if type(kind) is Kind:
        if metaclass_of(kind) is not None or hasattr(kind, "_makes_classes"):
            from ...api.calls.metaclasses import called

            return called(kind)
        return kind
    found = CONSTRUCTORS.get(kind)
    if found is not None:
        if type(found) is FunctionType:  # whose name its messages would tell
            found = CONSTRUCTORS[kind] = renamed(found, short_name(kind))
        return found
    # A tensor's own class takes an array, which no program has.
    if issubclass(kind, BaseException) or (not issubclass(kind, Tensor) and _is_named(kind)):
        return kind
    raise TypeError(f"cannot create '{kind.__name__}' instances")


def _called_back(value: Any) -> Callable[..., Any]:
    """What our own code calls for a value that Python can call. Raises TypeError where the language can't."""
    found = callable_of(value)
    return found if isinstance(value, type) else value


resolver.resolve = _called_back


def is_callable(value: Any) -> bool:
    try:
        callable_of(value)
    except TypeError:
        return False
    return True


def _is_named(value: Any) -> bool:
    """Whether a value that Python could call stands in a namespace: then so does its kind of call."""
    if not callable(value) or type(value) is Namespace:
        return False
    kind = type(value)
    for table in registry.NAMESPACES.values():
        for named in table.loaded().values() if isinstance(table, LazyTable) else table.values():
            if named is value:
                if isinstance(value, type):
                    CONSTRUCTORS[value] = value
                else:
                    DIRECT.add(kind)
                return True
    return False


registry.attributes_of(Builtin)["__name__"] = registry.Property(lambda function: function.name)
type.__setattr__(Builtin, "__name__", "builtin_function_or_method")
Builtin.__qualname__ = "builtin_function_or_method"
Builtin.__module__ = "builtins"
