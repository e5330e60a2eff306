"""Pieces of the texts and messages of modules."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ...numerics.limits import charge_text


def indented(text: str) -> str:
    """All lines but the first moved right by two."""
    charge_text(len(text) + 2 * text.count("\n"))
    return text.replace("\n", "\n  ")


def type_name(value: Any) -> str:
    """The class of a value as these messages show it."""
    if isinstance(value, Tensor):
        return f"torch.{value.dtype.type_name}Tensor"
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def check_path(target: Any) -> None:
    if not isinstance(target, str):
        raise TypeError(f"the path of a module must be str, not {type_name(target)}")
