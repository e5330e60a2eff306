"""Named results of functions with several: ``torch.return_types.max(values=..., indices=...)``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...numerics.naming import shown_as
from .registry import Property, attributes_of, namespace


class ReturnType(tuple[Any, ...]):
    """A tuple whose elements have names, too. Printed as PyTorch prints its own."""

    __slots__ = ()

    fields: tuple[str, ...] = ()

    def __repr__(self) -> str:
        parts = ",\n".join(f"{name}={value!r}" for name, value in zip(self.fields, self))
        return f"{type(self).__name__}(\n{parts})"

    __str__ = __repr__


def return_type(name: str, fields: Sequence[str]) -> type[ReturnType]:
    """A named result, ``torch.return_types.<name>``, with its fields as attributes in the language."""
    made: type[ReturnType] = type(name, (ReturnType,), {"__slots__": (), "fields": tuple(fields)})
    shown_as(f"torch.return_types.{name}", in_c=True)(made)
    table = attributes_of(made)
    for k, field in enumerate(fields):
        table[field] = Property(_element(k))
    namespace("torch.return_types")[name] = made
    return made


#: Kinds of results -> what each is called where they were written into tensors that were there.
_WRITTEN: dict[type[ReturnType], type[ReturnType]] = {}


def written(kind: type[ReturnType]) -> type[ReturnType]:
    """The kind of result of a call with ``out``, whose name says so in PyTorch."""
    found = _WRITTEN.get(kind)
    if found is None:
        name = f"{kind.__name__.rpartition('.')[2]}_out"
        found = _WRITTEN[kind] = type(name, (kind,), {"__slots__": ()})
        shown_as(f"torch.return_types.{name}", in_c=True)(found)
    return found


def _element(k: int) -> Callable[[Any], Any]:
    return lambda value: value[k]
