"""The functions that layers are made of, read from the tables of names by attribute: ``F.linear(input, weight)``."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ...engine.tensor import Tensor
from ..calls.argument_types import type_name
from ..calls.registry import ATTRIBUTES, Method, namespace
from ..tensor.placement import device as device_of


class Names:
    """A namespace whose names are loaded when they are first used."""

    def __init__(self, dotted: str) -> None:
        self._table = namespace(dotted)

    def __getattr__(self, name: str) -> Any:
        value = self.__dict__[name] = self._table[name]
        return value


class Methods:
    """The methods of tensors: ``M.view(x, 2, 3)``."""

    def __getattr__(self, name: str) -> Any:
        method = ATTRIBUTES[Tensor][name]
        assert isinstance(method, Method)
        self.__dict__[name] = method.call
        return method.call


def made_on(device: Any) -> AbstractContextManager[Any]:
    """Within it tensors are made on a device, or where they are made anyway. Raises for one that isn't here."""
    found = None if device is None else device_of(device)
    return nullcontext() if found is None else found


def check_tensors(where: str, *values: Any) -> None:
    """Raises TypeError unless all are tensors: for code that reads their arrays before a function checks them."""
    for position, value in enumerate(values, 1):
        if not isinstance(value, Tensor):
            raise TypeError(f"{where}: argument in position {position} must be Tensor, not {type_name(value)}")


F = Names("torch.nn.functional")
T = Names("torch")
L = Names("torch.linalg")
M = Methods()
