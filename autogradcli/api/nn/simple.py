"""Layers that keep what they were made with and call one function: activations, pooling, losses, padding.

``layer`` declares one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ..calls.class_fields import Fields, bound
from ..calls.program_classes import Kind
from ..calls.python_function import renamed
from ..calls.registry import namespace
from .module import Module


class Simple(Module):
    """A module of declared fields."""

    __module__ = "torch.nn.modules.module"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        kind = type(self)
        values = bound(kind, args, kwargs)
        prepare = kind.prepare
        if prepare is not None:
            prepare(self, values)
        for name, value in values.items():
            setattr(self, name, value)

    def extra_repr(self) -> str:
        shown = []
        for name in type(self).shown:
            if name[0] == "=":
                shown.append(str(getattr(self, name[1:])))
            elif name == "inplace":
                if self.inplace:
                    shown.append("inplace=True")
            elif name[0] == "!":
                shown.append(f"{name[1:]}={getattr(self, name[1:])!r}")
            else:
                shown.append(f"{name}={getattr(self, name)}")
        return ", ".join(shown)

    fields: ClassVar[Fields] = {}
    shown: ClassVar[tuple[str, ...]] = ()
    prepare: ClassVar[Callable[[Any, dict[str, Any]], None] | None] = None


def layer(
    name: str,
    home: str,
    fields: Fields,
    call: Callable[..., Any],
    shown: str = "",
    prepare: Callable[[Any, dict[str, Any]], None] | None = None,
    base: type[Module] = Simple,
) -> Any:
    """Declare ``nn.name``. ``shown`` are the fields in its text: ``x`` as ``x=1``, ``=x`` as ``1``, ``!x`` as repr.

    ``prepare`` may change the fields' values before they are kept.
    """

    call = renamed(call, f"{name}.forward")  # which CPython's messages name

    def forward(self: Any, *input: Any, **kwargs: Any) -> Any:
        return call(self, *input, **kwargs)

    names: dict[str, Any] = {
        "__module__": f"torch.nn.modules.{home}", "fields": fields, "shown": tuple(shown.split()), "prepare": prepare,
        "forward": forward, "__members__": {"forward": forward},
    }  # fmt: skip
    made = Kind(name, (base,), names)
    namespace("torch.nn")[name] = made
    return made
