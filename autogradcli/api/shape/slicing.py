"""Parts of tensors under their names: ``select``, ``narrow``, ``split``, ``chunk``, ``diagonal``, ``unfold``."""

from __future__ import annotations

from typing import Any

from ...engine.mirrors import maker_of
from ...engine.tensor import Tensor
from ...numerics.limits import charge_parts, counted
from ...operations.dims import wrap_dim
from ...operations.shape import copies, slicing, strided
from ...operations.shape import view as views
from ..calls.overloads import define
from ..calls.python_function import define_python
from .view_in_place import geometry

_BOTH = "torch Tensor"

define("select", ("(Tensor input, int dim, SymInt index)", slicing.select), into=_BOTH)


def narrow(input: Tensor, dim: int, start: int, length: int) -> Any:
    """The part of a dimension that begins at ``start``, of a length."""
    shape = input.array.shape
    if not shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    at = wrap_dim(dim, len(shape))
    n = shape[at]
    if not -n <= start <= n:
        raise IndexError(f"start out of range (expected to be in range of [{-n}, {n}], but got {start})")
    begin = start + n if start < 0 else start
    if begin + length > n:
        raise RuntimeError(f"start ({begin}) + length ({length}) exceeds dimension size ({n}).")
    return slicing.slice_(input, at, begin, begin + length, 1)


def _narrow_at(input: Tensor, dim: int, start: Tensor, length: int) -> Any:
    """The part of a dimension that begins at ``start``, of a length."""
    if start.array.ndim or start.array.dtype.kind not in "iu":
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    return narrow(input, dim, int(start.array), length)


define(
    "narrow",
    ("(Tensor input, int dim, Tensor start, SymInt length)", _narrow_at),
    ("(Tensor input, int dim, SymInt start, SymInt length)", narrow),
    into=_BOTH,
)


def unbind(input: Tensor, dim: int) -> Any:
    """All parts along a dimension, without it."""
    shape = input.array.shape
    if 0 in shape and not shape[wrap_dim(dim, len(shape))]:
        return ()
    return slicing.unbind(input, dim)


define("unbind", ("(Tensor input, int dim=0)", unbind), into=_BOTH)


# -- split -------------------------------------------------------------------------------------------------


def _split(input: Tensor, sections: Any, dim: int) -> Any:
    if isinstance(sections, int) or (isinstance(sections, Tensor) and sections.array.ndim == 0):
        size: Any = sections
        return slicing.split(input, int(size), dim)
    if isinstance(sections, (tuple, list)):
        return slicing.split_with_sizes(input, tuple(int(n) for n in sections), dim)
    raise TypeError(
        f"split_with_sizes(): argument 'split_sizes' (position 2) must be tuple of ints, not {type(sections).__name__}"
    )


def split(tensor: Tensor, split_size_or_sections: Any, dim: int = 0) -> Any:
    """Parts along a dimension: of one size, the last one smaller, or of given sizes."""
    return _split(tensor, split_size_or_sections, dim)


def tensor_split_method(self: Tensor, split_size: Any, dim: int = 0) -> Any:
    """Parts along a dimension: of one size, the last one smaller, or of given sizes."""
    return _split(self, split_size, dim)


define_python("split", split)
define_python("split", tensor_split_method, into="Tensor")
define("split_with_sizes", ("(Tensor input, IntList split_sizes, int dim=0)", slicing.split_with_sizes), into=_BOTH)
define("unsafe_split", ("(Tensor input, SymInt split_size, int dim=0)", slicing.unsafe_split), into=_BOTH)
define(
    "unsafe_split_with_sizes",
    ("(Tensor input, IntList split_sizes, int dim=0)", slicing.unsafe_split_with_sizes),
    into=_BOTH,
)


def _chunked(input: Tensor, chunks: int, dim: int, split: Any, split_sizes: Any) -> Any:
    shape = input.array.shape
    if not shape:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    at = wrap_dim(dim, len(shape))
    size = (shape[at] + chunks - 1) // chunks
    if size == 0:
        charge_parts(chunks)
        return split_sizes(input, (0,) * chunks, at)
    return split(input, size, at)


def chunk(input: Tensor, chunks: int, dim: int) -> Any:
    """At most this many parts of equal size along a dimension, the last one smaller."""
    return _chunked(input, chunks, dim, slicing.split, slicing.split_with_sizes)


def _unsafe_chunk(input: Tensor, chunks: int, dim: int) -> Any:
    """``chunk`` whose parts aren't tracked as views."""
    return _chunked(input, chunks, dim, slicing.unsafe_split, slicing.unsafe_split_with_sizes)


define("chunk", ("(Tensor input, int chunks, int dim=0)", chunk), into=_BOTH)
define("unsafe_chunk", ("(Tensor input, int chunks, int dim=0)", _unsafe_chunk), into=_BOTH)


def _split_at(input: Tensor, indices: tuple[int, ...], dim: int) -> Any:
    """Parts along a dimension, divided at these indices."""
    shape = input.array.shape
    _with_dimension(input)
    at = wrap_dim(dim, len(shape))
    charge_parts(len(indices))
    bounds = zip((0, *indices), (*indices, shape[at]))
    return tuple(slicing.slice_(input, at, begin, end, 1) for begin, end in counted(bounds))


def _with_dimension(input: Tensor) -> None:
    if not input.array.ndim:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")


def _split_even(input: Tensor, sections: int, dim: int) -> Any:
    """This many parts along a dimension, sizes differing by one at most."""
    shape = input.array.shape
    _with_dimension(input)
    at = wrap_dim(dim, len(shape))
    if sections <= 0:
        raise RuntimeError(f"number of sections must be larger than 0, got {sections}")
    charge_parts(sections)
    small, more = divmod(shape[at], sections)
    parts, begin = [], 0
    for k in counted(range(sections)):
        end = begin + small + (k < more)
        parts.append(slicing.slice_(input, at, begin, end, 1))
        begin = end
    return tuple(parts)


def _split_by_tensor(input: Tensor, tensor_indices_or_sections: Tensor, dim: int) -> Any:
    """Parts along a dimension, divided at indices or of equal sizes."""
    array = tensor_indices_or_sections.array
    if array.dtype != "int64":
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
            f"{tensor_indices_or_sections.dtype.type_name}"
        )
    if array.ndim == 0:
        return _split_even(input, int(array), dim)
    if array.ndim > 1:
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but "
            f"got a tensor with {array.ndim} dims"
        )
    return _split_at(input, tuple(int(n) for n in array), dim)


define(
    "tensor_split",
    ("(Tensor input, IntList indices, int dim=0)", _split_at),
    ("(Tensor input, Tensor tensor_indices_or_sections, int dim=0)", _split_by_tensor),
    ("(Tensor input, SymInt sections, int dim=0)", _split_even),
    into=_BOTH,
)


def _directed(name: str, least: int, axis: int) -> tuple[Any, Any]:
    def checked(input: Tensor) -> int:
        if input.array.ndim < least:
            raise RuntimeError(
                f"torch.{name} requires a tensor with at least {least} dimension, "
                f"but got a tensor with {input.array.ndim} dimensions!"
            )
        return 0 if name == "hsplit" and input.array.ndim == 1 else axis

    def even(input: Tensor, sections: int) -> Any:
        """Equal parts along a direction: columns, rows or depth."""
        at = checked(input)
        n = input.array.shape[at]
        if sections < 0 and not n % sections:
            raise RuntimeError(f"number of sections must be larger than 0, got {sections}")
        if not sections or n % sections:
            raise RuntimeError(
                f"torch.{name} attempted to split along dimension {at}, but the size of the dimension {n} is not "
                f"divisible by the split_size {sections}!"
            )
        return _split_even(input, sections, at)

    def divided(input: Tensor, indices: tuple[int, ...]) -> Any:
        """Parts along a direction, divided at indices."""
        return _split_at(input, indices, checked(input))

    return even, divided


for _name, _least, _axis in (("hsplit", 1, 1), ("vsplit", 2, 0), ("dsplit", 3, 2)):
    _even, _divided = _directed(_name, _least, _axis)
    define(_name, ("(Tensor input, int sections)", _even), ("(Tensor input, IntList indices)", _divided), into=_BOTH)

# -- diagonals and windows ---------------------------------------------------------------------------------

define("diagonal", ("(Tensor input, int offset=0, int dim1=0, int dim2=1)", slicing.diagonal), into=_BOTH)


def _linalg_diagonal(A: Tensor, offset: int, dim1: int, dim2: int) -> Any:
    """A diagonal of matrices, as the last dimension."""
    return slicing.diagonal(A, offset, dim1, dim2)


define("diagonal", ("(Tensor A, *, int offset=0, int dim1=-2, int dim2=-1)", _linalg_diagonal), into="linalg")


def diag(input: Tensor, diagonal: int) -> Any:
    """Of a matrix its diagonal, as a copy; of a vector the matrix with that diagonal."""
    ndim = input.array.ndim
    if ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {ndim}D")
    if ndim == 1:
        return copies.diag_embed(input, diagonal, 0, 1)
    return slicing.diagonal_copy(input, diagonal, 0, 1)


def _diagflat(input: Tensor, offset: int) -> Any:
    """The matrix with all elements, in order, on its diagonal."""
    return copies.diag_embed(views.view(input, (input.array.size,)), offset, 0, 1)


define("diag", ("(Tensor input, int diagonal=0, *, Tensor out=None)", diag), into=_BOTH)
define("diagflat", ("(Tensor input, int offset=0)", _diagflat), into=_BOTH)
define("diag_embed", ("(Tensor input, int offset=0, int dim1=-2, int dim2=-1)", copies.diag_embed), into=_BOTH)
define("trace", ("(Tensor input)", copies.trace), into=_BOTH)
define("unfold", ("(Tensor input, int dimension, int size, int step)", slicing.unfold_view), into="Tensor")


def _as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None) -> Any:
    """A window of any size and strides on the memory of a tensor."""
    offset, strides = geometry(input, storage_offset)
    mirror = maker_of(input)
    if mirror is None:
        return strided.as_strided(input, size, stride, offset, strides)
    mirrored = mirror.call  # whose memory is more than what the mirror shows
    return mirrored(strided.as_strided(mirrored(input), size, stride, offset, strides))


define(
    "as_strided",
    ("(Tensor input, IntList size, IntList stride, SymInt? storage_offset=None)", _as_strided),
    into=_BOTH,
)
