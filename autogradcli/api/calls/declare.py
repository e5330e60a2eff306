"""Declaring a function together with its in-place form, which follows from the out-of-place one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine.inplace import inplace
from ...engine.state import state
from ...engine.tensor import Tensor
from .overloads import Overload, define


def define_both(name: str, *overloads: Overload, into: str = "torch Tensor", aliases: Sequence[str] = ()) -> None:
    """``define``, and ``name_`` with the same overloads, which changes its first operand in place.

    Overloads whose receiver is no Tensor have no in-place form; ``out`` and ``dtype`` fall away there.
    """
    define(name, *overloads, into=into, aliases=aliases)
    changed: list[Overload] = []
    for schema, implementation, *_ in overloads:
        parameters = [p.strip() for p in schema.strip("()").split(",")]
        if parameters[0].split() != ["Tensor", "input"]:
            continue
        kept = [p for p in parameters if p.partition("=")[0].split()[-1] not in ("out", "dtype")]
        if kept[-1] == "*":
            kept.pop()
        changed.append((f"({', '.join(kept)})", in_place(implementation)))
    unary = all(len(schema.split(",")) == 1 for schema, *_ in changed)
    define(name + "_", *changed, into="torch Tensor" if unary else "Tensor", aliases=[a + "_" for a in aliases])


def in_place_unseen(implementation: Callable[..., Any]) -> Callable[..., Tensor]:
    """The same of what PyTorch has no derivative of and doesn't track: whatever is changed keeps its history."""
    change = in_place(implementation)

    def apply(input: Tensor, *rest: Any) -> Tensor:
        outer, state.grad = state.grad, False
        try:
            return change(input, *rest)
        finally:
            state.grad = outer

    apply.__doc__ = implementation.__doc__
    return apply


def in_place(implementation: Callable[..., Any]) -> Callable[..., Tensor]:
    """The in-place form of an implementation whose first argument is the tensor."""
    recorded = getattr(implementation, "in_place", implementation)

    def change(input: Tensor, *rest: Any) -> Tensor:
        return inplace(recorded, input, *rest)

    change.__doc__ = implementation.__doc__
    return change
