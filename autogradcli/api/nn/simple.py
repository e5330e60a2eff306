"""Layers of declared fields: what one may be made with, what of it is shown, and which parameters it begins with.

``layer`` declares one that only keeps its fields and calls one function: activations, pooling, losses, padding. A class
of its own declares ``fields`` and ``shown``, and says in ``_make`` what it checks and which parameters it has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ...engine.leaves import require_grad
from ...engine.tensor import MetaTensor, Parameter, to_meta
from ..calls.class_fields import Fields, bound
from ..calls.program_classes import Kind
from ..calls.python_function import renamed
from ..calls.registry import namespace
from ..calls.written_signature import made
from . import init
from .functions_by_attribute import F, made_on
from .module import Module

#: The last two fields of a layer with parameters. Neither is kept.
PLACE: Fields = {"device": None, "dtype": None}


def fresh(*shape: int, dtype: Any = None) -> Parameter:
    """A parameter whose values are still to be drawn."""
    made = init.empty(*shape, dtype=dtype)
    parameter = Parameter(made.array)
    require_grad(parameter)
    if isinstance(made, MetaTensor):
        to_meta(parameter)
    return parameter


class Simple(Module):
    """A module of declared fields.

    ``shown`` are the fields in its text: ``x`` as ``x=1``, ``=x`` as ``1``, ``!x`` as ``x='repr'``, ``?x`` as
    ``x=True`` where it isn't None, ``~x`` as ``x=1`` where it isn't what it usually is.
    """

    __module__ = "torch.nn.modules.module"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kind = next(base for base in type(self).__mro__ if "fields" in vars(base))  # which messages name
        values = bound(kind, args, kwargs)
        with made_on(values.pop("device", None)):
            super().__init__()
            prepare = type(self).prepare
            if prepare is not None:
                prepare(self, values)
            self._make(values, values.pop("dtype", None))

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        """Check the fields' values and keep them; make the parameters."""
        for name, value in values.items():
            setattr(self, name, value)

    def _put_parameters(self, dtype: Any, **shapes: tuple[int, ...] | None) -> None:
        """Make parameters of these shapes, or none where that is None, and draw their values."""
        self._make_parameters(dtype, **shapes)
        self.reset_parameters()

    def _make_parameters(self, dtype: Any, **shapes: tuple[int, ...] | None) -> None:
        """The same without values."""
        for name, shape in shapes.items():
            if shape is None:
                self.register_parameter(name, None)
            else:
                setattr(self, name, fresh(*shape, dtype=dtype))

    def extra_repr(self) -> str:
        parts = [self._part(entry) for entry in type(self).shown]
        return ", ".join(part for part in parts if part)

    def _part(self, entry: str) -> str:
        """A field as its entry in ``shown`` wants it."""
        sign, name = (entry[0], entry[1:]) if entry[0] in "=!?~" else ("", entry)
        value = getattr(self, name)
        if sign == "=":
            return str(value)
        if sign == "~" and value == type(self).fields[name]:
            return ""
        if sign == "?":
            value = value is not None
        elif name == "inplace":
            value = bool(value)
        return f"{name}={value!r}" if sign == "!" else f"{name}={value}"

    fields: ClassVar[Fields] = {}
    shown: ClassVar[tuple[str, ...]] = ()
    prepare: ClassVar[Callable[[Any, dict[str, Any]], None] | None] = None


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def layer(
    name: str,
    home: str,
    fields: Fields,
    call: Callable[..., Any] | str,
    shown: str = "",
    prepare: Callable[[Any, dict[str, Any]], None] | None = None,
    base: type[Simple] = Simple,
) -> Any:
    """Declare ``nn.name``, which calls a function, or as many words name it: ``"glu input"`` is the function of
    ``torch.nn.functional``, its inputs, and then the fields in order. ``prepare`` may change the fields' values before
    they are kept."""
    if isinstance(call, str):
        call = calling(call, [f"self.{field}" for field in fields])
    call = renamed(call, f"{name}.forward")  # which CPython's messages name

    def forward(self: Any, *input: Any, **kwargs: Any) -> Any:
        return call(self, *input, **kwargs)

    names: dict[str, Any] = {
        "__module__": f"torch.nn.modules.{home}", "fields": fields, "shown": words(shown), "prepare": prepare,
        "forward": forward, "__members__": {"forward": forward},
    }  # fmt: skip
    kind = Kind(name, (base,), names)
    namespace("torch.nn")[name] = kind
    return kind


def calling(call: str, given: Sequence[str]) -> Callable[..., Any]:
    """What calls the function that words name, ``"l1_loss input target"``, with these arguments after the inputs."""
    function, *inputs = words(call)
    body = f"return F.{function}({', '.join([*inputs, *given])})"
    return made("forward", ", ".join(["self", *inputs]), body, {"F": F}, "")


def enter(*kinds: type[Module]) -> None:
    """Let programs see these as ``nn.`` and their names."""
    for kind in kinds:
        namespace("torch.nn")[kind.__name__] = kind
