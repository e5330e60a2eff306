"""The functions that layers are made of, read from the tables of names by attribute: ``F.linear(input, weight)``."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ..registry import ATTRIBUTES, Method, namespace


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


F = Names("torch.nn.functional")
T = Names("torch")
L = Names("torch.linalg")
M = Methods()
