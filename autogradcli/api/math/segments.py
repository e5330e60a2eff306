"""``torch.segment_reduce``: sums, means, products or extremes of consecutive parts of a tensor."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from ...engine.tensor import Tensor
from ...numerics.limits import charge_parts, counted
from ...operations.dims import wrap_dim
from ...operations.refuse import not_implemented_for
from ..calls.overloads import define
from ..calls.registry import ATTRIBUTES, Method, namespace
from ..calls.titled_nodes import titled

_EMPTY = {"sum": 0.0, "mean": math.nan, "max": -math.inf, "min": math.inf, "prod": 1.0}


def _M(name: str) -> Callable[..., Any]:
    method = ATTRIBUTES[Tensor][name]
    assert isinstance(method, Method)
    return method.call


def segment_reduce(
    data: Tensor,
    reduce: str,
    lengths: Tensor | None,
    indices: Tensor | None,
    offsets: Tensor | None,
    axis: int,
    unsafe: bool,
    initial: float | None,
) -> Tensor:
    """Of each part along ``axis``, given by ``lengths`` or ``offsets``, its ``sum``, ``mean``, ``max``, ``min`` or
    ``prod``. Raises RuntimeError for lengths that don't fill the axis."""
    if indices is not None:
        raise RuntimeError("segment_reduce(): indices based reduction is not supported yet.")
    if lengths is None and offsets is None:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.")
    reduce = {"amax": "max", "amin": "min"}.get(reduce, reduce)
    if reduce not in _EMPTY:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    if not data.dtype.is_floating_point:
        not_implemented_for("_segment_reduce_cpu", data.array)
    given = lengths if lengths is not None else offsets
    assert given is not None
    if given.array.dtype.kind not in "iu":
        kind = "lengths" if lengths is not None else "offsets"
        not_implemented_for(f"_segment_reduce_{kind}_cpu_kernel1", given.array)
    axis = wrap_dim(axis, data.array.ndim)
    rank = given.array.ndim
    if axis != rank - 1 or data.array.ndim < rank or data.array.shape[: rank - 1] != given.array.shape[:-1]:
        raise RuntimeError("Expected all dimensions of lengths/offsets but the last to be those of data before axis.")
    charge_parts(given.array.size)
    rows = [data] if rank == 1 else list(_M("unbind")(_M("reshape")(data, -1, *data.array.shape[rank - 1 :])))
    limits = given.array.reshape(len(rows), -1).tolist()
    found = [
        _reduced(row, reduce, _bounds(limit, row.array.shape[0], lengths is not None, unsafe), initial)
        for row, limit in zip(rows, limits)
    ]
    stack = namespace("torch")["stack"]
    result = found[0] if rank == 1 else _M("reshape")(stack(found), *given.array.shape[:-1], *found[0].array.shape)
    return titled(result, "SegmentReduceBackward0")


def _bounds(limits: list[int], size: int, are_lengths: bool, unsafe: bool) -> list[tuple[int, int]]:
    if not are_lengths:
        pairs = list(pairwise(limits))
    else:
        if not unsafe and any(n < 0 for n in limits):
            raise RuntimeError("lengths contains negative value!")
        if sum(limits) != size:
            raise RuntimeError(
                "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when "
                "!unsafe."
            )
        ends = [0]
        for n in limits:
            ends.append(ends[-1] + n)
        pairs = list(pairwise(ends))
    if any(not 0 <= a <= b <= size for a, b in pairs):
        raise RuntimeError("offsets must rise within the size of data along axis")
    return pairs


def _reduced(row: Tensor, reduce: str, bounds: list[tuple[int, int]], initial: float | None) -> Tensor:
    torch = namespace("torch")
    narrow, full = _M("narrow"), torch["full"]
    parts = []
    for start, end in counted(bounds):
        if start == end:
            value = _EMPTY[reduce] if initial is None else initial
            parts.append(full(row.array.shape[1:], value, dtype=row.dtype))
            continue
        part = narrow(row, 0, start, end - start)
        if initial is not None:
            first = full((1, *row.array.shape[1:]), initial, dtype=row.dtype)
            part = torch["cat"]([first, part])
        if reduce == "mean":
            made = _M("sum")(part, 0) / (end - start)
        elif reduce in ("max", "min"):
            made = _M("a" + reduce)(part, 0)
        else:
            made = _M(reduce)(part, 0)
        parts.append(made)
    stacked: Tensor = torch["stack"](parts)
    return stacked


define(
    "segment_reduce",
    (
        "(Tensor data, str reduce, *, Tensor? lengths=None, Tensor? indices=None, Tensor? offsets=None, int axis=0, "
        "bool unsafe=False, Scalar? initial=None)",
        segment_reduce,
    ),
)
