"""The primal of a dual tensor, under the names that PyTorch's graphs give it."""

from __future__ import annotations

from typing import Any

from ...engine.operation import Array, operation

_VIEW: dict[str, Any] = {"view": "single", "kind": "linear", "complex": "own", "input": lambda F, g: g}


@operation(rows="same", node="Identity", **_VIEW)
def identity(input: Array) -> Array:
    """The values of a dual tensor as ``unpack_dual`` gives them."""
    return input[...]


@operation(rows="same", node="AliasBackward0", **_VIEW)
def primal_alias(input: Array) -> Array:
    """The values of a dual tensor as ``torch.func.jvp`` gives them."""
    return input[...]
