"""The level of ``torch.func.jvp``: its operations push tangents, tensors of the level below."""

from __future__ import annotations

from typing import Any

from ..forward import collect, jvp
from ..no_forward import check_forward
from ..operation import Operation
from ..record import first_tensor
from ..tangents import tangent_at, write_tangent_at
from ..tensor import Tensor
from ..views import link
from ..worlds import roles
from .base import Layer, below, layer_of
from .lifted import LiftedLevel


class JvpLevel(LiftedLevel):
    """A running ``jvp``, ``jacfwd``, ...: a tensor of it may have a tangent."""

    __slots__ = ()

    tangents = True

    def apply(self, op: Operation, args: tuple[Any, ...]) -> Any:
        check_forward(op, args, self.carries_tangent)
        return super().apply(op, args)

    def differentiate(
        self,
        op: Operation,
        args: tuple[Any, ...],
        lowered: list[Any],
        outputs: list[Tensor],
        values: list[Tensor],
        multiple: bool,
    ) -> None:
        tangents = collect(op, args, lambda t: tangent_at(t, self))
        if op.view is not None:
            source = first_tensor(op, args)
            for t in outputs:
                layer = t.need_meta().layer
                link(source, t)
                t.need_meta().layer = layer
        if not tangents:
            return
        found = below(self, jvp, (op, tuple(lowered), tangents, values))
        for t, tangent in zip(outputs, found, strict=True):
            t.need_meta().layer.tangent = tangent

    def rewrite(self, target: Tensor, layer: Layer, result: Tensor) -> None:
        write_tangent_at(self, target, layer, layer_of(result, self))
        target.bump()

    def copied_tangent(self, t: Tensor) -> Tensor | None:
        tangent = tangent_at(t, self)
        return None if tangent is None else below(self, roles.clone, (tangent,))

    def carries_tangent(self, t: Tensor) -> bool:
        return tangent_at(t, self) is not None
