"""What ``grad`` and ``jvp`` have in common: a tensor of such a level wraps a whole one of the level below."""

from __future__ import annotations

from typing import Any

from ..inplace import write_result
from ..operation import Operation
from ..tensor import Tensor, wrap
from .base import Layer, Level, below, family, layer_of, like, mark_born, promote


class LiftedLevel(Level):
    """A level whose tensors have all of a value of the level below, and something of the level's own beside."""

    __slots__ = ()

    def apply(self, op: Operation, args: tuple[Any, ...]) -> Any:
        lowered = [lower(a, self) for a in args]
        found = below(self, op.call, lowered)
        if self.closing:
            return found
        multiple = isinstance(found, (tuple, list))
        values = list(found) if multiple else [found]
        outputs = [lift(self, v) for v in values]
        if op.view is None:
            mark_born(outputs)
        self.differentiate(op, args, lowered, outputs, values, multiple)
        return tuple(outputs) if multiple else outputs[0]

    def differentiate(
        self,
        op: Operation,
        args: tuple[Any, ...],
        lowered: list[Any],
        outputs: list[Tensor],
        values: list[Tensor],
        multiple: bool,
    ) -> None:
        """Give results, which lie around ``values``, what the level is about."""
        raise NotImplementedError

    def write(self, target: Tensor, result: Tensor, check: bool, call: Any) -> None:
        layer = layer_of(target, self) or promote(target, self)
        below(self, write_result, (layer.value, lower(result, self), check, call))
        if layer.value.array is not target.array:
            self._follow(target)
        self.rewrite(target, layer, result)

    def rewrite(self, target: Tensor, layer: Layer, result: Tensor) -> None:
        """Give a target, whose value was just changed in place, what the level is about."""
        raise NotImplementedError

    def _follow(self, target: Tensor) -> None:
        """After what is inside got other memory (rows of its own, where they were one before), so does the outside."""
        for t in family(target):
            layer = layer_of(t, self)
            if layer is not None:
                t.array = layer.value.array

    def inside(self, t: Tensor) -> Tensor:
        return t if layer_of(t, self) is not None else lift(self, t)

    def like(self, made: Tensor, layer: Layer) -> Tensor:
        return lift(self, like(made, layer.value))


def lift(level: Level, value: Tensor, tangent: Tensor | None = None) -> Tensor:
    """A tensor of a grad or jvp level around one of the level below."""
    t = wrap(value.array)
    t.need_meta().layer = Layer(level, value, 0, tangent)
    return t


def lower(value: Any, level: Level) -> Any:
    """What is inside, where a value (or a list of them) belongs to the level."""
    if isinstance(value, (list, tuple)):
        parts = [lower(v, level) for v in value]
        return parts if isinstance(value, list) else tuple(parts)
    layer = layer_of(value, level)
    return value if layer is None else layer.value
