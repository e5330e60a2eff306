"""Layers that keep what they were made with and call one function: activations, pooling, losses, padding.

``layer`` declares one; its call is checked as that of a Python class is, in the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..objects import Kind
from ..registry import namespace
from .module import Module

#: A parameter without a default; one after which all are by keyword only.
REQUIRED = object()
KEYWORDS = "*"

Fields = dict[str, Any]


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

    fields: Fields = {}
    shown: tuple[str, ...] = ()
    prepare: Callable[[Any, dict[str, Any]], None] | None = None


def bound(kind: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The value of each field. Raises TypeError as Python does for a wrong call."""
    call = f"{kind.__qualname__}.__init__()"
    names = list(kind.fields)
    positional = names[: names.index(KEYWORDS)] if KEYWORDS in names else names
    if len(args) > len(positional):
        least = 1 + sum(kind.fields[name] is REQUIRED for name in positional)
        most = len(positional) + 1
        takes = str(most) if least == most else f"from {least} to {most}"
        plural = "" if takes == "1" else "s"
        raise TypeError(f"{call} takes {takes} positional argument{plural} but {len(args) + 1} were given")
    values = dict(zip(positional, args))
    for name, value in kwargs.items():
        if name not in kind.fields:
            raise TypeError(f"{call} got an unexpected keyword argument '{name}'")
        if name in values:
            raise TypeError(f"{call} got multiple values for argument '{name}'")
        values[name] = value
    missing = [name for name, default in kind.fields.items() if default is REQUIRED and name not in values]
    if missing:
        quoted = [f"'{name}'" for name in missing]
        listed = quoted[0] if len(quoted) == 1 else (
            f"{quoted[0]} and {quoted[1]}" if len(quoted) == 2 else ", ".join(quoted[:-1]) + f", and {quoted[-1]}"
        )  # fmt: skip
        plural = "" if len(missing) == 1 else "s"
        raise TypeError(f"{call} missing {len(missing)} required positional argument{plural}: {listed}")
    return {name: values.get(name, kind.fields[name]) for name in names if name != KEYWORDS}


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

    def forward(self: Any, *input: Any, **kwargs: Any) -> Any:
        return call(self, *input, **kwargs)

    names: dict[str, Any] = {
        "__module__": f"torch.nn.modules.{home}", "fields": fields, "shown": tuple(shown.split()), "prepare": prepare,
        "forward": forward, "__members__": {"forward": forward},
    }  # fmt: skip
    made = Kind(name, (base,), names)
    namespace("torch.nn")[name] = made
    return made
