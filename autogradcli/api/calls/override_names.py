"""``torch.overrides``: how functions that ``__torch_function__`` is asked about are called."""

from __future__ import annotations

from typing import Any

from ...engine.callbacks import CALLED
from ...engine.lazy import LazyTable
from ...engine.tensor import Tensor
from .argument_types import Value
from .getters import Getter, getter
from .overloads import Function
from .python_function import PythonFunction, define_python
from .registry import ATTRIBUTES, NAMESPACES, Property


def _is_method(value: Any) -> bool:
    """Whether it is a method of tensors off their class; only of the language's own kinds of function is that asked."""
    return type(value) in CALLED and getattr(value, "kind", None) is Tensor


def _resolve_name(f: Value) -> str | None:
    """The dotted name of a function that can be overridden; None for any other value."""
    if isinstance(f, Getter):
        return f"torch.Tensor.{f.attribute}.{f.name}"
    if isinstance(f, (Function, PythonFunction)):
        return _in_namespace(f)
    if _is_method(f):  # a method off its class
        return f"torch.Tensor.{f.name}"
    return None


def _in_namespace(function: Function | PythonFunction) -> str:
    """By the name that its module has it under: ``torch.linalg.norm`` is ``linalg_norm`` in messages."""
    table = NAMESPACES.get(function.home, {})
    entries = table.loaded() if isinstance(table, LazyTable) else table
    for name, value in entries.items():
        if value is function:
            return f"{function.home}.{name}"
    return function.dotted


def _is_tensor_method_or_property(func: Value) -> bool:
    """Whether it is a method or an attribute of tensors."""
    return isinstance(func, Getter) or _is_method(func)


def _default_nowrap_functions() -> set[Any]:
    """What gives values that are no results: of them no tensor is given a program's class."""
    found = {name: ATTRIBUTES[Tensor].get(name) for name in ("grad", "_base")}
    return {getter(name, entry) for name, entry in found.items() if isinstance(entry, Property)}


define_python("resolve_name", _resolve_name, into="overrides")
define_python("is_tensor_method_or_property", _is_tensor_method_or_property, into="overrides")
define_python("get_default_nowrap_functions", _default_nowrap_functions, into="overrides")
