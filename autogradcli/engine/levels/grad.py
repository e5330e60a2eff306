"""The level of ``torch.func.grad``: its operations make nodes of a graph of the level's own."""

from __future__ import annotations

from typing import Any

from ...numerics import dtypes
from ..creation import tell
from ..inplace import own_saved_output
from ..node import AccumulateGrad, Node, Nowhere, Output
from ..operation import Operation
from ..record import first_tensor, make_node
from ..state import state
from ..tangents import write_tangent
from ..tensor import Tensor
from ..views import attach_views, rebase, refresh_views
from .base import Layer, layer_of
from .lifted import LiftedLevel


class GradLevel(LiftedLevel):
    """A running ``grad``, ``vjp``, ``jacrev``, ...: a tensor of it may have a node of the level's graph."""

    __slots__ = ()

    def differentiate(
        self,
        op: Operation,
        args: tuple[Any, ...],
        lowered: list[Any],
        outputs: list[Tensor],
        values: list[Tensor],
        multiple: bool,
    ) -> None:
        node = make_node(op, args, [], outputs, multiple, self) if op.has_gradient else None
        if op.view is not None:
            layers = [t.need_meta().layer for t in outputs]
            attach_views(op, first_tensor(op, args), outputs, node, inner=False)
            for t, layer in zip(outputs, layers, strict=True):
                t.need_meta().layer = layer
        elif node is not None:
            for k, t in enumerate(outputs):
                if (op.differentiable is None or k in op.differentiable) and t.array.dtype.kind in dtypes.INEXACT:
                    t.node = Output(node, k) if type(node).outputs > 1 else node
        if state.creation_hooks and node is not None:
            tell(node)
        if state.dual_level:  # dual tensors made inside of the transform
            state.push_tangents(op, args, outputs)

    def rewrite(self, target: Tensor, layer: Layer, result: Tensor) -> None:
        target.bump()
        node = result.node if layer_of(result, self) is not None else None
        if isinstance(node, Node) and not isinstance(node, (AccumulateGrad, Nowhere)):
            own_saved_output(node, result, target)
            rebase(target, node)
        refresh_views(target if target.base is None else target.base)
        if state.dual_level:
            write_tangent(target, result)
