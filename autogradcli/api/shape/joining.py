"""Joining and rearranging under their names: ``cat``, ``stack``, ``repeat``, ``flip``, ``meshgrid``, ``kron``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations as index_combinations
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.limits import TOO_MANY_DIMENSIONS, charge_array, counted, shown
from ...numerics.releases import Difference, varying
from ...operations.dims import wrap_dim
from ...operations.elementwise.arithmetic import mul
from ...operations.index.indexing import index, index_select
from ...operations.index.masks import masked_select
from ...operations.shape import copies
from ...operations.shape import view as views
from ...operations.shape.any_shape import reshape
from ...operations.shape.joining import block_diag as block_diag_operation
from ...operations.shape.joining import cat, stack
from ..calls.declare import define_both
from ..calls.overloads import define
from ..calls.python_function import define_python
from .reshaping import atleast_1d, atleast_2d, atleast_3d, flatten

_BOTH = "torch Tensor"

# -- joining -----------------------------------------------------------------------------------------------


def _cat(tensors: Sequence[Tensor], dim: int) -> Any:
    """Tensors one after another along a dimension."""
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    return cat(tensors, dim)


define("cat", ("(TensorList tensors, int dim=0, *, Tensor out=None)", _cat), aliases=("concat", "concatenate"))
define("stack", ("(TensorList tensors, int dim=0, *, Tensor out=None)", stack))


def _some(name: str, tensors: Sequence[Tensor]) -> None:
    if not tensors:
        raise RuntimeError(f"{name} expects a non-empty TensorList")


def _hstack(tensors: Sequence[Tensor]) -> Any:
    """Tensors side by side: along the second dimension, vectors along their only one."""
    _some("hstack", tensors)
    raised = [atleast_1d(t) for t in tensors]
    return cat(raised, 0 if raised[0].array.ndim == 1 else 1)


def _vstack(tensors: Sequence[Tensor]) -> Any:
    """Tensors one below another: along the first dimension, vectors as rows."""
    _some("vstack", tensors)
    return cat([atleast_2d(t) for t in tensors], 0)


def _dstack(tensors: Sequence[Tensor]) -> Any:
    """Tensors one behind another, along the third dimension."""
    _some("dstack", tensors)
    return cat([atleast_3d(t) for t in tensors], 2)


def _column_stack(tensors: Sequence[Tensor]) -> Any:
    """Tensors side by side, vectors as columns."""
    _some("column_stack", tensors)
    return _hstack([reshape(t, (t.array.size, 1)) if t.array.ndim <= 1 else t for t in tensors])


for _name, _join in (("hstack", _hstack), ("vstack", _vstack), ("dstack", _dstack), ("column_stack", _column_stack)):
    define(
        _name,
        ("(TensorList tensors, *, Tensor out=None)", _join),
        aliases=("row_stack",) if _name == "vstack" else (),
    )


def _several(tensors: tuple[Any, ...]) -> Sequence[Tensor]:
    """The tensors of a variadic function. Raises TypeError for what is none."""
    for k, t in enumerate(tensors):
        if not isinstance(t, Tensor):
            raise TypeError(f"expected Tensor as element {k} in argument 0, but got {type(t).__name__}")
    return tensors


def block_diag(*tensors: Any) -> Any:
    """Matrices along the diagonal of one, zeros elsewhere."""
    if not tensors:
        return wrap(np.zeros((1, 0), dtypes.default.dtype.np))
    return block_diag_operation(_several(tensors))


define_python("block_diag", block_diag)

# -- repetition --------------------------------------------------------------------------------------------


def _tile(input: Tensor, dims: tuple[int, ...]) -> Any:
    """The tensor laid out several times; missing counts are 1, in front."""
    return copies.repeat(input, (1,) * (input.array.ndim - len(dims)) + dims)


def _interleaved(input: Tensor, repeats: int, dim: int | None, output_size: int | None) -> Any:
    """Each element, or each part of a dimension, several times in a row."""
    if dim is None:
        input, dim = flatten(input, 0, -1), 0
    if repeats < 0:
        raise RuntimeError("Repeats must be non-negative")
    size = repeats * (input.array.shape[wrap_dim(dim, input.array.ndim)] if input.array.ndim else 1)
    if output_size is not None and output_size != size:
        raise RuntimeError(f"repeat_interleave: Invalid output_size, expected {size} but got {output_size}")
    at = wrap_dim(dim, input.array.ndim)
    shape = input.array.shape
    wide = views.expand(views.unsqueeze(input, at + 1), (*shape[: at + 1], repeats, *shape[at + 1 :]))
    return flatten(copies.clone(wide, "C"), at, at + 1)


def _counts(repeats: Tensor, count: int | None) -> np.ndarray:
    array = repeats.array
    if array.dtype.kind not in "iu":
        raise NotImplementedError(f"\"repeat_interleave_cpu\" not implemented for '{repeats.dtype.type_name}'")
    if array.ndim > 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    if array.size and array.min() < 0:
        raise RuntimeError("repeats can not be negative")
    if count is not None and array.ndim == 1 and array.size not in (1, count):
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {array.size} "
            f"and input.size(0) = {count}"
        )
    return np.broadcast_to(array.reshape(-1), (count,)) if count is not None else array


def _interleaved_by(input: Tensor, repeats: Tensor, dim: int | None, output_size: int | None) -> Any:
    """Each element, or each part of a dimension, as many times in a row as ``repeats`` says for it."""
    if dim is None:
        input, dim = flatten(input, 0, -1), 0
    at = wrap_dim(dim, input.array.ndim)
    count = input.array.shape[at]
    counts = _counts(repeats, count)
    _check_size(counts, output_size)
    return index_select(input, at, wrap(np.repeat(np.arange(count), counts)))


def _check_size(counts: np.ndarray, output_size: int | None) -> None:
    """Raise RuntimeError where the size that a call says is not that of the result."""
    if output_size is None:
        return
    if output_size < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {output_size}: [{output_size}]")
    if output_size != counts.sum():
        raise RuntimeError("allocated size does not match required size")


def _repeated_indices(repeats: Tensor, output_size: int | None) -> Any:
    """Each index as many times in a row as ``repeats`` says."""
    if repeats.array.ndim != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    counts = _counts(repeats, None)
    _check_size(counts, output_size)
    return wrap(np.repeat(np.arange(counts.size), counts))


define("repeat", ("(Tensor input, IntList repeats)", copies.repeat), into="Tensor")
define("tile", ("(Tensor input, IntList dims)", _tile), into=_BOTH)
_SIZE = "int? dim=None, *, SymInt? output_size=None"
define(
    "repeat_interleave",
    (f"(Tensor input, Tensor repeats, {_SIZE})", _interleaved_by),
    ("(Tensor repeats, *, SymInt? output_size=None)", _repeated_indices),
    (f"(Tensor input, SymInt repeats, {_SIZE})", _interleaved),
)
define(
    "repeat_interleave",
    (f"(Tensor input, Tensor repeats, {_SIZE})", _interleaved_by),
    (f"(Tensor input, SymInt repeats, {_SIZE})", _interleaved),
    into="Tensor",
)

# -- rearrangement -----------------------------------------------------------------------------------------


def _fliplr(input: Tensor) -> Any:
    """The columns in reverse order."""
    if input.array.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return copies.flip(input, (1,))


def _flipud(input: Tensor) -> Any:
    """The rows in reverse order."""
    if input.array.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return copies.flip(input, (0,))


define("flip", ("(Tensor input, IntList dims)", copies.flip), into=_BOTH)
define("fliplr", ("(Tensor input)", _fliplr), into=_BOTH)
define("flipud", ("(Tensor input)", _flipud), into=_BOTH)
define(
    "roll",
    (
        "(Tensor input, IntList[1] shifts, IntList[1]? dims=None)",
        lambda input, shifts, dims: copies.roll(input, shifts, dims or ()),
        "(Tensor input, tuple of ints shifts, tuple of ints dims = ())",
    ),
    into=_BOTH,
)
define("rot90", ("(Tensor input, int k=1, IntList dims={0,1})", copies.rot90), into=_BOTH)
define_both("tril", ("(Tensor input, int diagonal=0, *, Tensor out=None)", copies.tril))
define_both("triu", ("(Tensor input, int diagonal=0, *, Tensor out=None)", copies.triu))

# -- products of sets --------------------------------------------------------------------------------------


def _vector(t: Tensor) -> Tensor:
    if t.array.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(t.array.shape)}")
    return t


def _grids(tensors: Sequence[Tensor], indexing: str) -> list[Any]:
    for t in tensors:
        if t.array.ndim > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {t!r}")
    if len({t.dtype for t in tensors}) > 1:
        raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {shown(indexing)}')
    swap = indexing == "xy" and len(tensors) >= 2
    order = [1, 0, *range(2, len(tensors))] if swap else list(range(len(tensors)))
    sizes = tuple(tensors[k].array.size for k in order)
    grids: list[Any] = [None] * len(tensors)
    for place, k in enumerate(order):
        shape = tuple(-1 if d == place else 1 for d in range(len(order)))
        grids[k] = views.expand(views.view(tensors[k], shape), sizes)
    return grids


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Any, ...]:
    """Coordinates of a grid: one tensor for each vector, varying along its own dimension."""
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    if not given:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    _several(tuple(given))
    if indexing is None:
        state.warn_once(
            "UserWarning",
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument. (Triggered "
            "internally at /__w/pytorch/pytorch/aten/src/ATen/native/TensorShape.cpp:4384.)",
        )
        indexing = "ij"
    return tuple(_grids(given, indexing))


def cartesian_prod(*tensors: Any) -> Any:
    """All combinations of one element of each vector, one a row."""
    given = [_vector(t) for t in _several(tensors)]
    if len(given) == 1:
        return given[0]
    return stack([flatten(g, 0, -1) for g in _grids(given, "ij")], 1)


def _combinations_by_masks(input: Tensor, r: int, with_replacement: bool) -> Any:
    _check_choice(input, r)
    if r == 0:
        return wrap(np.empty(0, input.array.dtype))
    n = input.array.size
    choose = combinations_with_replacement if with_replacement else index_combinations
    grid = (n,) * min(r, TOO_MANY_DIMENSIONS)
    charge_array(grid, 9)  # the mask, and a grid of the elements
    mask = np.zeros(grid, np.bool_)
    for places in counted(choose(range(n), r)):
        mask[places] = True
    return stack([masked_select(g, wrap(mask)) for g in _grids([input] * r, "ij")], 1)


@varying(
    Difference(
        "combinations",
        "The elements are taken by an index: IndexBackward0.",
        "Columns that masks select are stacked: StackBackward0.",
        "x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)\ntorch.combinations(x)",
    ),
    before=_combinations_by_masks,
)
def _combinations(input: Tensor, r: int, with_replacement: bool) -> Any:
    """All combinations of ``r`` elements of a vector, one a row."""
    _check_choice(input, r)
    if r == 0:
        return wrap(np.empty(0, input.array.dtype))
    n = input.array.size
    rows = _ways(n + r - 1 if n and with_replacement else n, r)
    charge_array((rows, r), 8 + input.array.itemsize)
    found = np.empty((rows, r), np.int64)
    choose = combinations_with_replacement if with_replacement else index_combinations
    for row, places in enumerate(counted(choose(range(n), r) if rows else ())):
        found[row] = places
    return index(input, [wrap(found)])


def _check_choice(input: Tensor, r: int) -> None:
    _vector(input)
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")


def _ways(n: int, r: int) -> int:
    """How many ways there are to take ``r`` of ``n``; no further than any memory would hold them."""
    ways = 1 if r <= n else 0
    for k in range(min(r, n - r)):
        ways = ways * (n - k) // (k + 1)
        if ways > 1 << 48:
            break
    return ways


define_python("meshgrid", meshgrid)
define_python("cartesian_prod", cartesian_prod)
define("combinations", ("(Tensor input, int r=2, bool with_replacement=False)", _combinations), into="torch")


def _kron(input: Tensor, other: Tensor) -> Any:
    """The Kronecker product: each element of the first times the whole second."""
    ndim = max(input.array.ndim, other.array.ndim)
    mine = (1,) * (ndim - input.array.ndim) + input.array.shape
    theirs = (1,) * (ndim - other.array.ndim) + other.array.shape
    spread = tuple(n for m in mine for n in (m, 1))
    inner = tuple(n for m in theirs for n in (1, m))
    product = mul(views.unsafe_view(input, spread), views.unsafe_view(other, inner))
    return views.unsafe_view(product, tuple(m * n for m, n in zip(mine, theirs)))


define("kron", ("(Tensor input, Tensor other, *, Tensor out=None)", _kron), into=_BOTH)
