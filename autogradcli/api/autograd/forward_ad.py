"""``torch.autograd.forward_ad``: dual tensors, whose tangents go along with every operation."""

from __future__ import annotations

from itertools import count
from typing import Any

from ...engine.forward import check_tangent
from ...engine.levels.base import innermost
from ...engine.mirrors import flip_of
from ...engine.modes import ContextMode
from ...engine.state import state
from ...engine.tangents import laid_out, set_tangent, tangent_of, undual
from ...engine.tensor import Tensor
from ...engine.worlds import roles
from ...numerics import dtypes
from ...numerics.naming import shown_as
from ...operations.shape.dual import identity
from ...operations.shape.view import view
from ..calls.argument_types import type_name
from ..calls.python_function import define_python
from ..calls.registry import Property, attributes_of, namespace

NO_LEVEL = "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first."
NESTED = "Nested forward mode AD is not supported at the moment"
NOT_LAST = "Trying to exit a forward AD level that was not the last one that was created. This is not supported."


_next_level = count(1).__next__


class UnpackedDualTensor(tuple[Any, ...]):
    """What ``unpack_dual`` returns: ``primal`` and ``tangent``, the latter None where there is none."""

    __slots__ = ()

    def __new__(cls, primal: Any, tangent: Any) -> UnpackedDualTensor:
        return super().__new__(cls, (primal, tangent))

    def __repr__(self) -> str:
        return f"UnpackedDualTensor(primal={self[0]!r}, tangent={self[1]!r})"


@shown_as("torch.autograd.forward_ad.dual_level")
class DualLevel(ContextMode):
    """``dual_level()``: tangents exist inside, and only there."""

    __slots__ = ()

    title = "torch.autograd.forward_ad.dual_level"

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *problem: object) -> None:
        exit_dual_level()


@shown_as("type")
class DualLevelClass:
    """``torch.autograd.forward_ad.dual_level``."""

    __slots__ = ()

    def __call__(self) -> DualLevel:
        return DualLevel()

    def __repr__(self) -> str:
        return "<class 'torch.autograd.forward_ad.dual_level'>"


def enter_dual_level() -> int:
    """Begin a level of forward mode; make dual tensors with ``make_dual``. Raises RuntimeError inside of another."""
    if state.dual_level or any(level.tangents for level in state.levels):
        raise RuntimeError(NESTED)
    state.dual_level = _next_level()  # its own number, so that tangents of an earlier level mean nothing in it
    state.refresh()
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """End the level: its tangents are gone."""
    if not state.dual_level:
        raise RuntimeError("Dual level must be a positive number.")
    if level is not None and level != 0:
        raise RuntimeError(NOT_LAST)
    state.dual_level = 0
    state.refresh()


def make_dual(tensor: Tensor, tangent: Tensor, *, level: int | None = None) -> Tensor:
    """A tensor of the same values with ``tangent`` as its direction of change.

    Raises RuntimeError outside of a level and for a tangent of another shape, ValueError for integers.
    """
    if level is None:
        level = 0 if state.dual_level else -1
    if level < 0:
        raise RuntimeError(NO_LEVEL)
    for word, value in (("primal", tensor), ("tangent", tangent)):
        if not isinstance(value, Tensor):
            raise AttributeError(f"'{type_name(value)}' object has no attribute 'is_floating_point'")
        if value.array.dtype.kind not in dtypes.INEXACT:
            raise ValueError(f"Expected {word} to be floating point or complex, but got: {value.dtype}")
    if level or not state.dual_level:
        raise RuntimeError("Invalid level given to _make_dual")
    level_of = innermost((tensor, tangent))
    if level_of is not None and level_of.rows:
        raise RuntimeError(
            "Batching rule not implemented for aten::_make_dual; the fallback path doesn't work on out= or view ops."
        )
    if tangent_of(tensor) is not None:
        raise RuntimeError(
            "Making a dual Tensor based on a Tensor that already has a forward gradient at the same level 0 is not "
            "supported."
        )
    if tangent_of(tangent) is not None:
        raise RuntimeError(
            "Setting a forward grad that itself has a forward gradient at the same level0 is not supported."
        )
    dual: Tensor = view(tensor, tensor.array.shape)
    check_tangent(dual, tangent)
    with undual():
        if flip_of(tensor) is not flip_of(tangent):
            tangent = roles.clone(tangent)
        tangent = laid_out(tangent, tensor)
    set_tangent(dual, tangent)
    return dual


def unpack_dual(tensor: Tensor, *, level: int | None = None) -> UnpackedDualTensor:
    """The values and the tangent of a dual tensor; the tangent is None for any other, and outside of a level."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"_unpack_dual(): argument 'dual' (position 1) must be Tensor, not {type_name(tensor)}")
    if not state.dual_level:
        return UnpackedDualTensor(tensor, None)
    tangent = tangent_of(tensor)
    if tangent is None:
        return UnpackedDualTensor(tensor, None)
    with undual():
        primal = identity(tensor)
    set_tangent(primal, None)
    return UnpackedDualTensor(primal, tangent)


def _register() -> None:
    pair = attributes_of(UnpackedDualTensor)
    pair["primal"] = Property(lambda p: p[0], doc="The values.")
    pair["tangent"] = Property(lambda p: p[1], doc="Their direction of change, or None.")
    table = namespace("torch.autograd.forward_ad")
    table["dual_level"] = DualLevelClass()
    UnpackedDualTensor.__module__ = "torch.autograd.forward_ad"  # as its text names it
    table["UnpackedDualTensor"] = UnpackedDualTensor
    for function in (make_dual, unpack_dual, enter_dual_level, exit_dual_level):
        define_python(function.__name__, function, into="forward_ad")


_register()
