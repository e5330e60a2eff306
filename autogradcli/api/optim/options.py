"""What a program may have put into a group of options, or into a parameter's state."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ..arrays.values import NumPyScalar
from ..calls.gate import foreign_value


def type_name(value: Any) -> str:
    kind = type(value)
    if isinstance(value, Tensor):
        return f"torch.{value.dtype.type_name}Tensor"
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def checked_tensors(params: list[Any]) -> list[Tensor]:
    """The parameters of a group, to which a program can add what it likes. Raises TypeError for what is no tensor."""
    for param in params:
        if not isinstance(param, Tensor):
            raise TypeError("optimizer can only optimize Tensors, but one of the params is " + type_name(param))
    return params


def number(value: Any) -> Any:
    """An option as a number: a learning rate may be a tensor. Raises RuntimeError for one of several elements,
    TypeError for what is neither."""
    if isinstance(value, Tensor):
        if value.array.size != 1:
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        found = value.array.item()
        if type(found) is complex:
            raise RuntimeError("value cannot be converted to type float without overflow")
        return found
    if isinstance(value, NumPyScalar):
        value = value.array.item()
    if type(value) not in _NUMBERS:
        raise TypeError(f"an option of an optimizer must be a number or a tensor, not {type_name(value)}")
    return value


_NUMBERS = frozenset({bool, int, float})

#: What the values of a group are before a step computes with them, and what those of a parameter's state are.
OPTIONS = frozenset({bool, int, float, type(None)})
STATE = OPTIONS | {Tensor}


def check_options(values: dict[str, Any]) -> None:
    """Scalars of NumPy's become numbers. Raises TypeError for a value that a program put there and that no step can
    compute with."""
    for name, value in values.items():
        if isinstance(value, NumPyScalar):
            values[name] = value = value.array.item()
        if isinstance(value, Tensor) and name != "params" and value.array.dtype.kind == "c" and not value.array.ndim:
            number(value)
        if name not in ("params", "param_names") and (type(value) is complex or foreign_value(value) is not None):
            raise TypeError(f"'{name}' of an optimizer must be a real number or a tensor, not {type_name(value)}")
