"""A program's own ``autograd.Function`` under ``torch.func``."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...engine.callbacks import callee
from ...engine.custom_forward import apply
from ...engine.levels.base import below, innermost, layer_of
from ...engine.levels.lifted import lift, lower
from ...engine.levels.vmap import VmapLevel, batched
from ...engine.state import state
from ...engine.tensor import Tensor
from ...engine.worlds import roles
from ...numerics.naming import shown_as
from ..calls.registry import Property, attributes_of
from .pytree import broadcast, flatten, unflatten


@shown_as("torch._functorch.autograd_function.VmapInfo")
class VmapInfo(NamedTuple):
    """What a Function's own ``vmap`` gets first."""

    batch_size: int
    randomness: str


attributes_of(VmapInfo)["batch_size"] = Property(lambda info: info.batch_size, doc="How many rows there are.")
attributes_of(VmapInfo)["randomness"] = Property(lambda info: info.randomness, doc="What random numbers are to be.")


def apply_at_levels(kind: Any, args: tuple[Any, ...]) -> Any:
    """``kind.apply(*args)``, of a class that derives from ``Function``, at the innermost level of its arguments."""
    level = innermost(args)
    if any(each.rows for each in state.levels) and not _has_rule(kind):
        raise RuntimeError(
            f"You tried to vmap over {kind.__name__}, but it does not have vmap support. Please override and implement "
            "the vmap staticmethod or set generate_vmap_rule=True. For more details, please see "
            "https://pytorch.org/docs/main/notes/extending.func.html"
        )
    if level is None:
        return apply(kind._definition(), args)
    if isinstance(level, VmapLevel):
        return _at_vmap(kind, level, args)

    def lowered() -> Any:
        found = below(level, apply_at_levels, (kind, tuple(lower(a, level) for a in args)))
        leaves, spec = flatten(found)
        return unflatten([lift(level, x) if isinstance(x, Tensor) else x for x in leaves], spec)

    return apply(kind._definition(), args, level, lowered)


def _has_rule(kind: Any) -> bool:
    return kind._own("vmap") is not None or bool(kind._own("generate_vmap_rule"))


def _at_vmap(kind: Any, level: VmapLevel, args: tuple[Any, ...]) -> Any:
    """By the Function's own rule, or row by row where it asks for a generated one. Raises RuntimeError for neither."""
    rule = callee(kind._own("vmap"))
    generate = kind._own("generate_vmap_rule")
    if rule is not None and generate:
        raise RuntimeError(
            f"You tried to vmap over {kind.__name__}, but it has both generate_vmap_rule=True and an overriden vmap "
            "staticmethod. Please set generate_vmap_rule=False or delete the overriden vmap staticmethod to avoid "
            "ambiguity. For more details, please see https://pytorch.org/docs/main/notes/extending.func.html"
        )
    if generate or rule is None:
        return _row_by_row(kind, level, args)
    leaves, spec = flatten(args)
    layers = [layer_of(x, level) for x in leaves]
    dims = unflatten([None if layer is None else layer.bdim for layer in layers], spec)
    inside = unflatten([x if c is None else c.value for x, c in zip(leaves, layers, strict=True)], spec)
    found = below(level, rule, (VmapInfo(level.size, level.randomness), dims, *inside))
    if not (isinstance(found, tuple) and len(found) == 2):
        raise RuntimeError(
            "Expected the vmap staticmethod to have two returns, an output and out_dims with pytree "
            f"structure compatible with the output. Got a {type(found)} instead"
        )
    output, out_dims = found
    leaves, spec = flatten(output)
    each = [out_dims] * len(leaves) if out_dims is None or isinstance(out_dims, int) else broadcast(out_dims, spec)
    if each is None:
        raise RuntimeError("Expected the vmap staticmethod to return out_dims that fit its output")
    placed = [
        x if d is None or not isinstance(x, Tensor) else batched(level, x, d % x.array.ndim)
        for x, d in zip(leaves, each, strict=True)
    ]
    return unflatten(placed, spec)


def _row_by_row(kind: Any, level: VmapLevel, args: tuple[Any, ...]) -> Any:
    leaves, spec = flatten(args)
    layers = [layer_of(x, level) for x in leaves]
    inside = [x if c is None else c.value for x, c in zip(leaves, layers, strict=True)]
    if innermost(inside) is None and not any(isinstance(x, Tensor) and x.node is not None for x in inside):
        return apply(
            kind._definition(), args, level, lambda: kind._definition().forward(*args)
        )  # nothing to differentiate
    rows = []
    for k in range(level.size):
        row = [x if c is None else roles.select(c.value, c.bdim, k) for x, c in zip(leaves, layers, strict=True)]
        rows.append(flatten(apply_at_levels(kind, tuple(unflatten(row, spec)))))
    columns = zip(*(found for found, _ in rows), strict=True)
    together = [
        batched(level, roles.stack(list(column), 0)) if isinstance(column[0], Tensor) else column[0]
        for column in columns
    ]
    return unflatten(together, rows[0][1])
