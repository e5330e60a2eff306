"""``view_copy``, ``permute_copy``, ... under their names: what views give, as copies. For completeness, rarely used."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ...operations.dims import size_of
from ...operations.shape import view_copies as copies
from ...operations.shape.copies import clone
from ...operations.shape.slicing import diagonal_copy
from ...operations.shape.view import view_as_complex, view_as_real, view_dtype
from ..calls.overloads import define
from .slicing import narrow
from .view_in_place import geometry

_OUT = ", *, Tensor out=None)"


def _expand_copy(input: Tensor, size: tuple[int, ...], implicit: bool) -> Any:
    """``expand`` as a copy."""
    return copies.expand_copy(input, size)


def _view_dtype_copy(input: Tensor, dtype: Any) -> Any:
    """``view`` of another dtype as a copy."""
    return clone(view_dtype(input, dtype))


def _as_strided_copy(input: Tensor, size: Any, stride: Any, storage_offset: int | None) -> Any:
    """``as_strided`` as a copy."""
    offset, strides = geometry(input, storage_offset)
    return copies.as_strided_copy(input, size, stride, offset, strides)


def narrow_copy(input: Tensor, dim: int, start: int, length: int) -> Any:
    """``narrow`` as a copy."""
    if length < 0 and input.array.ndim:
        n = size_of(input.array, dim)
        raise RuntimeError(
            f"start ({start + n if start < 0 else start}) + length ({length}) exceeds dimension size ({n})."
        )
    part = narrow(input, dim, start, length)  # which checks them
    count = input.array.shape[dim]
    return copies.narrow_copy(input, dim, start + count if start < 0 else start, part.array.shape[dim])


def _detach_copy(input: Tensor) -> Tensor:
    """The values without history, as a copy."""
    return Tensor(input.array.copy())


define("alias_copy", ("(Tensor input" + _OUT, copies.alias_copy))
define("detach_copy", ("(Tensor input" + _OUT, _detach_copy))
define(
    "view_copy",
    ("(Tensor input, ScalarType dtype" + _OUT, _view_dtype_copy),
    ("(Tensor input, IntList size" + _OUT, copies.view_copy),
)
define("expand_copy", ("(Tensor input, IntList size, *, bool implicit=False, Tensor out=None)", _expand_copy))
define(
    "squeeze_copy",
    ("(Tensor input" + _OUT, copies.squeeze_copy),
    ("(Tensor input, int dim" + _OUT, copies.squeeze_dim_copy),
    ("(Tensor input, IntList dim" + _OUT, copies.squeeze_dims_copy),
)
define("unsqueeze_copy", ("(Tensor input, int dim" + _OUT, copies.unsqueeze_copy))
define("t_copy", ("(Tensor input" + _OUT, copies.t_copy))
define("transpose_copy", ("(Tensor input, int dim0, int dim1" + _OUT, copies.transpose_copy))
define("permute_copy", ("(Tensor input, IntList dims" + _OUT, copies.permute_copy))
define("select_copy", ("(Tensor input, int dim, SymInt index" + _OUT, copies.select_copy))
define(
    "slice_copy",
    (
        "(Tensor input, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1" + _OUT,
        copies.slice_copy,
    ),
)
define("unbind_copy", ("(Tensor input, int dim=0" + _OUT, copies.unbind_copy))
define("split_copy", ("(Tensor input, SymInt split_size, int dim=0" + _OUT, copies.split_copy))
define("split_with_sizes_copy", ("(Tensor input, IntList split_sizes, int dim=0" + _OUT, copies.split_with_sizes_copy))
define("unfold_copy", ("(Tensor input, int dimension, int size, int step" + _OUT, copies.unfold_copy))
define("diagonal_copy", ("(Tensor input, int offset=0, int dim1=0, int dim2=1" + _OUT, diagonal_copy))
define(
    "as_strided_copy",
    ("(Tensor input, IntList size, IntList stride, SymInt? storage_offset=None" + _OUT, _as_strided_copy),
)
define("narrow_copy", ("(Tensor input, int dim, SymInt start, SymInt length" + _OUT, narrow_copy), into="torch Tensor")
define("view_as_complex_copy", ("(Tensor input" + _OUT, lambda input: clone(view_as_complex(input))))
define("view_as_real_copy", ("(Tensor input" + _OUT, lambda input: clone(view_as_real(input))))
