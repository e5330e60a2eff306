"""Which operations are deferred, and how they are recorded: what ``record.py`` does, without computing the value.

An operation declared to act on each element alone is deferred where its operands are large, of one shape, one floating
dtype (or masks) and contiguous, and no mode wants to see its value. It is run on the first element there and then, so
that what it has to say against its operands is said at its statement.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..numerics import dtypes
from ..numerics.blocks import LARGE
from ..numerics.dtypes import DType
from .deferred import DEEPEST, dtype_of, held_by, operand, shape_of, tensor_of
from .expressions import Deferred, Folded, Memory
from .levels.base import NOT_HERE
from .node import Node
from .operation import Operation
from .state import next_sequence, state
from .tensor import Tensor

_FLOATS = frozenset({np.dtype(np.float32), np.dtype(np.float64)})
_BOOL = np.dtype(np.bool_)


class InBlocks(tuple[None, None, bool]):
    """The ``fix`` of a node whose operation was deferred: nothing is to be done to its gradients, and they can be
    computed block by block. ``shape`` is its result's."""

    shape: tuple[int, ...]


def _fix(shape: tuple[int, ...]) -> InBlocks:
    made = InBlocks((None, None, False))
    made.shape = shape
    return made


def in_blocks(op: Operation, args: tuple[Any, ...], check_and_promote: Any) -> Any:
    """The result of an operation whose value is computed later; NOT_HERE where that can't be."""
    if (
        state.tape is not None
        or state.pack_hooks
        or state.dual_level
        or state.levels
        or state.inference
        or state.meta
        or state.invalid_views
        or state.unread_views
        or state.overwritten is not None
        or state.rebound
        or state.anomaly
    ):
        return NOT_HERE
    if op.parts is not None:
        return _folded(op, args)
    shape: tuple[int, ...] | None = None
    size = 0
    common: np.dtype | None = None
    samples: list[Any] = []
    tensors: list[tuple[int, Tensor]] = []
    for p, value in zip(op.params, args, strict=True):
        if not isinstance(value, Tensor):
            if p.kind != "plain" and (value is None or value.__class__ not in (float, int)):
                return NOT_HERE
            samples.append(value)
            continue
        if p.kind == "plain":
            return NOT_HERE
        dtype, its = dtype_of(value), shape_of(value)
        if p.kind == "tensor":
            if common is None:
                common = dtype
            if dtype is not common or not (dtype in _FLOATS or (dtype is _BOOL and not op.edges)):
                return NOT_HERE
        elif dtype is not _BOOL:
            return NOT_HERE
        if not its:
            if value.node is not None or p.kind != "tensor":
                return NOT_HERE
            samples.append(value.array.copy())
            continue
        if shape is None:
            shape = its
            size = 1
            for n in its:
                size *= n
            if size < LARGE:
                return NOT_HERE
        elif its != shape:
            return NOT_HERE
        tensors.append((len(samples), value))
        samples.append(None)
    if shape is None:
        return NOT_HERE
    return _deferred(op, args, samples, tensors, shape, check_and_promote)


def _deferred(
    op: Operation,
    args: tuple[Any, ...],
    values: list[Any],
    tensors: list[tuple[int, Tensor]],
    shape: tuple[int, ...],
    check_and_promote: Any,
) -> Any:
    loans: set[Memory] = set()
    for at, t in tensors:
        found = operand(t, loans)
        if found is None:
            return NOT_HERE
        values[at] = found
    samples = [
        v.sample if v.__class__ is Deferred else v[:1] if v.__class__ is np.ndarray and v.ndim else v for v in values
    ]
    try:
        check_and_promote(op, samples)
        sample = op.kernel(*samples)
    except (ValueError, TypeError, OverflowError, RuntimeError, NotImplementedError):
        return NOT_HERE  # where it is said in the words for it
    if (
        sample.__class__ is not np.ndarray
        or sample.shape != (1,)
        or (sample.dtype not in _FLOATS and sample.dtype is not _BOOL)
    ):
        return NOT_HERE
    places = {at for at, _ in tensors}
    given = tuple(v if k in places else s for k, (v, s) in enumerate(zip(values, samples, strict=True)))
    made = Deferred(op.kernel, given, shape, np.array(sample), loans)
    result = tensor_of(made)
    _record(op, args, result, made, shape)
    if made.depth >= DEEPEST:
        result.array  # noqa: B018 - is computed
    return result


def _record(
    op: Operation, args: tuple[Any, ...], result: Tensor, made: Deferred | None, shape: tuple[int, ...]
) -> None:
    """Give the result its history."""
    edges = tuple([v.node if isinstance(v, Tensor) else None for v in (args[p.index] for p in op.edges)])
    if not state.grad or all(e is None for e in edges):
        return
    node: Node = object.__new__(op.node_class)
    node.edges = edges
    entries: list[Any] = []
    for save in op.saves:
        if save.kind == "output":
            assert made is not None
            if any(edges[k] is not None for k in save.wanted_by):
                twin = tensor_of(made)
                twin.counter = result.need_counter()
                entries += [twin, 0]
            else:
                entries += [None, None]
            continue
        value = args[save.index]
        if save.kind == "input":
            if any(edges[k] is not None for k in save.wanted_by):
                entries += [value, value.version if isinstance(value, Tensor) else None]
            else:
                entries += [None, None]
        elif save.kind == "dtype":
            entries += [_dtype(value), None]
        elif save.kind == "shape":
            entries += [shape_of(value), None]
        else:
            entries += [value, None]
    node.saved = tuple(entries)
    node.fix = None if made is None else _fix(shape)
    node.extra = None
    node.seq = next_sequence()
    result.node = node


def _dtype(value: Any) -> DType | None:
    return dtypes.from_numpy(dtype_of(value)) if isinstance(value, Tensor) else None


def _folded(op: Operation, args: tuple[Any, ...]) -> Any:
    """A reduction of all elements, from that of each block, of a tensor that isn't computed yet."""
    held = held_by(args[0]) if isinstance(args[0], Tensor) else None
    if held is None or any(value is not None for value in args[1:]) or held.dtype not in _FLOATS:
        return NOT_HERE
    assert op.parts is not None
    result = tensor_of(Folded(held, *op.parts))
    _record(op, args, result, None, held.shape)
    return result
