"""``types``: the namespace to which a program gives names."""

from __future__ import annotations

from typing import Any

from ...api.calls.program_classes import Plain, fields_of, put
from ...api.calls.registry import namespace
from ...numerics.naming import shown_as
from ..compile.calls import Builtin
from ..values.at_length import equal
from ..values.budget import MAX_DEPTH, budget
from ..values.generators import Generator
from ..values.kinds import BoundMethod, Namespace, UserFunction
from ..values.text_format import to_repr
from .collections_module import Ability


@shown_as("types.SimpleNamespace")
class SimpleNamespace(Plain):
    """An object with the attributes that it is given, which compares and prints by them."""

    _title = "namespace"

    def __init__(self, /, **kwargs: Any) -> None:
        for name, value in kwargs.items():
            put(self, name, value)

    def __repr__(self) -> str:
        budget.depth += 1
        try:
            if budget.depth > MAX_DEPTH:
                raise RecursionError("maximum recursion depth exceeded")
            fields = ", ".join([f"{name}={to_repr(value)}" for name, value in fields_of(self).items()])
        finally:
            budget.depth -= 1
        return f"{self._title}({fields})"

    def __eq__(self, other: Any) -> Any:
        if not isinstance(other, SimpleNamespace):
            return NotImplemented
        return equal(fields_of(self), fields_of(other))

    __hash__ = None  # type: ignore[assignment]


namespace("types")["SimpleNamespace"] = SimpleNamespace
#: Kinds of Python's own values, for ``isinstance``.
_KINDS = {
    "FunctionType": UserFunction, "LambdaType": UserFunction, "GeneratorType": Generator, "MethodType": BoundMethod,
    "BuiltinFunctionType": Builtin, "NoneType": type(None), "ModuleType": Namespace,
}  # fmt: skip
for _name, _kind in _KINDS.items():
    namespace("types")[_name] = Ability(_name, lambda value, kind=_kind: isinstance(value, kind))  # type: ignore[misc]
