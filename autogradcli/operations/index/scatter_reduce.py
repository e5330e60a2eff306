"""Reductions into places: ``scatter_reduce`` by an index for each element, ``index_reduce`` by whole parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...numerics.adding import add_at, at_rows, is_quick
from ...numerics.repeated import copied
from ..dims import numel
from ..refuse import check_usual, is_storage, not_implemented_for
from .gather import is_many, placed
from .indexing import parts_places
from .scatter import checked_scatter, covered, lined_up, source_back
from .scatter_index import checked_parts, parts_key

_UFUNCS = {"sum": np.add, "mean": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}
_START = {"sum": 0, "mean": 0, "prod": 1}


def _start(dtype: Any, reduce: str) -> Any:
    """What a reduction of nothing is."""
    if reduce in _START:
        return _START[reduce]
    largest = reduce == "amax"
    if dtype.kind == "b":
        return not largest
    if dtype.kind != "f":
        limits = np.iinfo(dtype)
        return limits.min if largest else limits.max
    return -np.inf if largest else np.inf


def _averaged(out: Array, count: Any) -> None:
    count = np.maximum(count, 1).reshape(out.shape)
    out[...] = out // count if out.dtype.kind in "iu" else out / count.astype(out.dtype)


def _reduced_flat(out: Array, places: Any, rows: Any, reduce: str, include_self: bool) -> None:
    """Reduce rows into those of ``out``, a matrix, at places; without self, these begin from nothing."""
    if not include_self:
        out[places] = _start(out.dtype, reduce)
    at_rows(_UFUNCS[reduce], out, places, rows)
    if reduce == "mean":
        count = np.bincount(places, minlength=len(out)) + int(include_self)
        _averaged(out, np.repeat(count, out.shape[1]))


def _reduced_into(out: Array, place: Array, key: Any, source: Any, reduce: str, include_self: bool) -> None:
    """The same by a key."""
    if not include_self:
        place[key] = _start(out.dtype, reduce)
    if _UFUNCS[reduce] is np.add:
        add_at(place, key, source)
    else:
        _UFUNCS[reduce].at(place, key, source)
    if reduce == "mean":
        count = np.full(place.shape, int(include_self), np.int64)
        np.add.at(count, key, 1)
        _averaged(out, count)


def check_reduce(reduce: str) -> None:
    if reduce not in _UFUNCS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")


class _Moves:
    """How the rule of a reduction moves values between the places and the source: by ``gather`` or whole parts."""

    __slots__ = ("F", "dim", "index", "whole")

    def __init__(self, F: Any, dim: int, index: Any, whole: bool) -> None:
        self.F, self.dim, self.index, self.whole = F, dim, index, whole

    def read(self, x: Any) -> Any:
        F = self.F
        return F.index_select(x, self.dim, self.index) if self.whole else F.gather(x, self.dim, self.index)

    def add(self, x: Any, source: Any) -> Any:
        F = self.F
        return (
            F.index_add(x, self.dim, self.index, source)
            if self.whole
            else F.scatter_add(x, self.dim, self.index, source)
        )

    def clear(self, x: Any, value: float) -> Any:
        F = self.F
        if self.whole:
            return F.index_fill_scalar(x, self.dim, self.index, value)
        return F.scatter_value(x, self.dim, self.index, value)


def _reduce_back(
    F: Any, g: Any, moves: _Moves, input: Any, src: Any, result: Any, reduce: str, include_self: bool
) -> tuple[Any, Any]:
    """Gradients of the input and the source. A product's are divided, except where zeros forbid it."""
    if reduce == "sum":
        mine, theirs = g, moves.read(g)
    elif reduce == "mean":
        count = F.ones_like(g) if include_self else F.zeros_like(g)
        count = moves.add(count, F.ones_like(src))
        count = F.masked_fill(count, F.eq(count, 0), 1.0)
        mine = g / count
        theirs = moves.read(mine)
    elif reduce == "prod":
        mine, theirs = _product_back(F, g, moves, input, src, result, include_self)
    else:
        at_self = F.cast(F.eq(input, result), g.dtype)
        at_source = F.cast(F.eq(src, moves.read(result)), g.dtype)
        count = moves.add(at_self, at_source)
        share = g / F.masked_fill(count, F.eq(count, 0), 1.0)
        mine, theirs = at_self * share, at_source * moves.read(share)
    if not include_self:
        mine = moves.clear(mine, 0.0)
    return mine, theirs


@operation(
    input=lambda F, g, zeros, whole: F.refuse_zeros(g, zeros, whole),
    kind="linear",
    examples=lambda r: [(r(2, 3), r.index((2, 3), 2), False)],  # of several zeros its derivative is an error
)
def without_second(input: Array, zeros: Index, whole: bool) -> Array:
    """The gradient of a product as it is; where several factors are zero it has no derivative of its own."""
    return input


@operation(
    grad=lambda F, g, zeros, whole: F.refuse_zeros(g, zeros, whole),
    kind="linear",
    examples=lambda r: [(r(2, 3), r.index((2, 3), 2), False)],
)
def refuse_zeros(grad: Array, zeros: Index, whole: bool) -> Array:
    """Raises RuntimeError where several factors of a product are zero."""
    if (zeros > 1).any():
        name, kind = ("index_reduce", "source") if whole else ("scatter_reduce", "src")
        raise RuntimeError(
            f"{name}(): Double backward is unsupported for {kind} when >1 zeros in {kind} are scattered to the same "
            "position in self"
        )
    return grad


def _product_back(
    F: Any, g: Any, moves: _Moves, input: Any, src: Any, result: Any, include_self: bool
) -> tuple[Any, Any]:
    """Where a place has one zero factor, only that factor has a gradient: the product of the others."""
    start = input if include_self else moves.clear(input, 1.0)
    none_self, none_source = F.eq(start, 0), F.eq(src, 0)
    zeros = moves.add(F.cast(none_self, g.dtype), F.cast(none_source, g.dtype))
    safe_self = F.masked_fill(start, none_self, 1.0)
    safe_source = F.masked_fill(src, none_source, 1.0)
    if moves.whole:
        rest = F.index_reduce(safe_self, moves.dim, moves.index, safe_source, "prod", True)
    else:
        rest = F.scatter_reduce(safe_self, moves.dim, moves.index, safe_source, "prod", True)
    through = g * rest
    alone = F.cast(F.eq(zeros, 1), g.dtype)
    free = F.cast(F.eq(zeros, 0), g.dtype)
    mine = F.masked_fill(through * free / safe_self, none_self, 0.0) + F.masked_fill(
        through * alone, F.logical_not(none_self), 0.0
    )
    theirs = F.masked_fill(moves.read(through * free) / safe_source, none_source, 0.0) + F.masked_fill(
        moves.read(through * alone), F.logical_not(none_source), 0.0
    )
    from_source = moves.add(F.zeros_like(zeros), F.cast(none_source, g.dtype))
    return mine, F.without_second(theirs, from_source, moves.whole)


def _scatter_reduce_back(
    F: Any, g: Any, input: Any, dim: int, index: Any, src: Any, reduce: str, include_self: bool, result: Any
) -> tuple[Any, Any]:
    shape = tuple(src.shape)
    for d, n in enumerate(tuple(index.shape)):
        if n != shape[d]:
            src = F.slice_(src, d, 0, n, 1)
    mine, theirs = _reduce_back(F, g, _Moves(F, dim, index, False), input, src, result, reduce, include_self)
    return mine, source_back(F, theirs, shape)


@operation(
    takes=("all", "scatter_gather_tensor_cpu"),
    dims="dim",
    layout="contiguous",
    vjp=lambda F, g, needs, input, dim, index, src, reduce, include_self, result: _scatter_reduce_back(
        F, g, input, dim, index, src, reduce, include_self, result
    ),
    examples=lambda r: [
        (r(3, 4), 0, r.index((2, 4), 3), r(2, 4), name, own)
        for name in ("sum", "mean", "prod", "amax", "amin")
        for own in (True, False)
    ],
)
def scatter_reduce(input: Array, dim: int, index: Index, src: Array, reduce: str, include_self: bool = True) -> Array:
    """With each element of ``src`` reduced into its place along a dimension."""
    check_reduce(reduce)
    at = checked_scatter("scatter", input, dim, index, src)
    out = copied(input)
    kind = input.dtype.kind
    if (kind == "b" and reduce == "mean") or (kind == "c" and reduce in ("amax", "amin")):
        not_implemented_for(f"scatter_gather_tensor_cpu_reduce_{reduce}", input)
    if reduce in _REDUCING:
        check_usual(f"scatter_gather_tensor_cpu_reduce_{reduce}", input)
    if is_many(input, index):
        places = np.concatenate([places for _, places in placed(index, out.shape, at)])
        source = covered(index, src)
        _reduced_flat(out.reshape(-1, 1), places, source.reshape(-1, 1), reduce, include_self)
    elif index.size:
        place, key, source = lined_up(out, index, src, at)
        _reduced_into(out, place, key, source, reduce, include_self)
    return out


def _index_reduce_back(
    F: Any, g: Any, input: Any, dim: int, index: Any, source: Any, reduce: str, include_self: bool, result: Any
) -> tuple[Any, Any]:
    return _reduce_back(F, g, _Moves(F, dim, index, True), input, source, result, reduce, include_self)


#: What rows of more dimensions are reduced by.
_REDUCING = {"mean": "add_stub", "amax": "maximum_cpu", "amin": "minimum_cpu"}


@operation(
    rows="indexed",
    layout="contiguous",
    vjp=lambda F, g, needs, input, dim, index, source, reduce, include_self, result: _index_reduce_back(
        F, g, input, dim, index, source, reduce, include_self, result
    ),
    examples=lambda r: [
        (r(3, 4), 0, r.index((2,), 3), r(2, 4), name, own)
        for name in ("mean", "prod", "amax", "amin")
        for own in (True, False)
    ],
)
def index_reduce(input: Array, dim: int, index: Index, source: Array, reduce: str, include_self: bool = True) -> Array:
    """With parts of ``source`` reduced into the parts at indices along a dimension."""
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    at = checked_parts(input, dim, index, source, "index_reduce_")
    if input.dtype.kind in "bc" or (is_storage(input) and (input.ndim < 2 or reduce != "prod")):
        rows = input.ndim > 1 and input.dtype.kind not in "bc"
        not_implemented_for(_REDUCING[reduce] if rows else "index_func_", input)
    out = copied(input)
    if out.ndim and out.flags.c_contiguous and is_quick(out.dtype, source.size):
        places, width = parts_places(out.shape, at, index), numel(out.shape[at + 1 :])
        _reduced_flat(out.reshape(-1, width), places, source.reshape(-1, width), reduce, include_self)
    elif index.size:
        place = out if out.ndim else out.reshape(1)
        _reduced_into(out, place, parts_key(index, at), source.reshape(source.shape or (1,)), reduce, include_self)
    return out
