"""``nn.Buffer``: a tensor that a module holds as a buffer when it is assigned to it."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ...numerics.naming import shown_as
from ..calls.argument_types import Value, type_name
from ..calls.registry import ATTRIBUTES, CONSTRUCTORS, Method, Property, namespace
from ..tensor.attributes import _detach


def _notes(tensor: Tensor) -> dict[str, Any]:
    entry = ATTRIBUTES[Tensor]["*"]
    assert isinstance(entry, Property)
    notes: dict[str, Any] = entry.get(tensor)
    return notes


def is_buffer(tensor: Tensor) -> bool:
    """Whether ``nn.Buffer`` made a tensor."""
    return tensor.meta is not None and bool(tensor.meta.attributes) and bool(_notes(tensor).get("_is_buffer"))


def is_persistent(tensor: Tensor) -> bool:
    """Whether the state of a module is to have such a tensor."""
    return bool(_notes(tensor).get("persistent", True))


class _BufferMeta(type):
    """Any tensor that was made as one counts as one."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and is_buffer(instance)


shown_as("torch.nn.parameter._BufferMeta")(_BufferMeta)


@shown_as("torch.nn.parameter.Buffer")
class Buffer(metaclass=_BufferMeta):
    """A tensor that a module holds as a buffer."""


def _new_buffer(data: Value = None, *, persistent: bool = True) -> Tensor:
    """A tensor on the data's memory that a module holds as a buffer when it is assigned to it."""
    if data is None:
        data = namespace("torch")["empty"](0)
    if not isinstance(data, Tensor):
        raise AttributeError(f"'{type_name(data)}' object has no attribute 'detach'")
    made: Tensor = _detach(data)
    if data.requires_grad:
        entry = ATTRIBUTES[Tensor]["requires_grad_"]
        assert isinstance(entry, Method)
        entry.call(made, True)
    _notes(made).update(persistent=persistent, _is_buffer=True)
    return made


_new_buffer.__qualname__ = "Buffer.__new__"
CONSTRUCTORS[Buffer] = _new_buffer
for _home in ("torch.nn", "torch.nn.parameter"):
    namespace(_home)["Buffer"] = Buffer
