"""Attributes of tensors off their class, ``torch.Tensor.shape``, and the functions that read and write them:
``torch.Tensor.shape.__get__``, which ``__torch_function__`` is asked about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.callbacks import CALLED
from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics.naming import shown_as
from .overridden import ask, asked
from .registry import Property, attributes_of


@shown_as("method-wrapper")
class Getter:
    """``__get__``, ``__set__`` or ``__delete__`` of an attribute: equal to any other of the same."""

    __slots__ = ("attribute", "call", "name")

    def __init__(self, attribute: str, name: str, call: Callable[..., Any]) -> None:
        self.attribute, self.name, self.call = attribute, name, call

    def __call__(self, value: Any, /, *args: Any) -> Any:
        if not isinstance(value, Tensor):
            raise TypeError(
                f"descriptor '{self.attribute}' for 'torch._C.TensorBase' objects doesn't apply to a "
                f"'{type(value).__name__}' object"
            )
        return self.call(value, *(args if self.name == "__set__" else ()))

    def __eq__(self, other: object) -> bool:
        return type(other) is Getter and self.attribute == other.attribute and self.name == other.name

    def __hash__(self) -> int:
        return hash((self.attribute, self.name))

    def __repr__(self) -> str:
        return f"<method-wrapper '{self.name}' of getset_descriptor object at {id(self):#x}>"


@shown_as("getset_descriptor")
class Getset:
    """An attribute as its class has it."""

    __slots__ = ("entry", "name")

    def __init__(self, name: str, entry: Property) -> None:
        self.name, self.entry = name, entry

    def __repr__(self) -> str:
        return f"<attribute '{self.name}' of 'torch._C.TensorBase' objects>"


def getter(name: str, entry: Property, way: str = "__get__") -> Getter:
    """What reads, writes or deletes an attribute. Raises AttributeError for one that is only read."""
    call = {"__get__": entry.get, "__set__": entry.set, "__delete__": entry.delete}[way]
    if call is None:
        raise AttributeError(f"attribute '{name}' of 'torch._C.TensorBase' objects is not writable")
    return Getter(name, way, call)


def watched(entry: Property, name: str) -> Property:
    """The attribute while there are modes: each of them is asked before it is read or written."""

    def read(value: Any) -> Any:
        if not state.function_modes:
            return entry.get(value)
        return ask(f"torch.Tensor.{name}.__get__", getter(name, entry), asked((value,)), (value,), {})

    def write(value: Any, new: Any) -> None:
        if state.function_modes:
            ask(f"torch.Tensor.{name}.__set__", getter(name, entry, "__set__"), asked((value,)), (value, new), {})
        else:
            getter(name, entry, "__set__")(value, new)

    return Property(read, None if entry.set is None else write, entry.delete, entry.doc)


CALLED.add(Getter)
attributes_of(Getter)["__name__"] = Property(lambda value: value.name)
attributes_of(Getter)["__qualname__"] = Property(lambda value: f"getset_descriptor.{value.name}")
attributes_of(Getset)["__name__"] = Property(lambda value: value.name)


def _way(name: str) -> Property:
    return Property(lambda value: getter(value.name, value.entry, name))


for _name in ("__get__", "__set__", "__delete__"):
    attributes_of(Getset)[_name] = _way(_name)
