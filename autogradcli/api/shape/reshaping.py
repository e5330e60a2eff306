"""Other shapes and orders under their names: ``view``, ``reshape``, ``squeeze``, ``transpose``, ``expand``, copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...engine.inplace import inplace
from ...engine.state import state
from ...engine.tensor import Size, Tensor
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.limits import shown, shown_sizes
from ...operations.dims import broadcast_shape, existing_dim, wrap_dim
from ...operations.elementwise.complex import conj_view
from ...operations.shape import copies
from ...operations.shape import view as views
from ...operations.shape.any_shape import reshape
from ..calls.argument_types import checked_tensors
from ..calls.call_plans import hooks
from ..calls.overloads import define
from ..calls.python_function import define_python
from ..calls.registry import Property, attributes_of
from ..tensor.memory_format import check_rank, is_laid_out, order_of
from .view_in_place import storage_offset, strides_of

_BOTH = "torch Tensor"

# -- other shapes ------------------------------------------------------------------------------------------


define(
    "view",
    ("(Tensor input, ScalarType dtype)", views.view_dtype),
    ("(Tensor input, IntList size)", views.view),
    into="Tensor",
)
define("reshape", ("(Tensor input, IntList shape)", reshape), into=_BOTH)


def _as_other(input: Tensor, other: Tensor) -> Any:
    return views.view(input, other.array.shape)


def _reshape_as(input: Tensor, other: Tensor) -> Any:
    """In the shape of another tensor."""
    return reshape(input, other.array.shape)


define("view_as", ("(Tensor input, Tensor other)", _as_other), into="Tensor")
define("reshape_as", ("(Tensor input, Tensor other)", _reshape_as), into="Tensor")


def flatten(input: Tensor, start_dim: int, end_dim: int) -> Any:
    """Some neighbouring dimensions joined to one."""
    shape = input.array.shape
    start, end = wrap_dim(start_dim, len(shape)), wrap_dim(end_dim, len(shape))
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not shape:
        return reshape(input, (1,))
    if start == end:
        return input
    joined = 1
    for n in shape[start : end + 1]:
        joined *= n
    return reshape(input, (*shape[:start], joined, *shape[end + 1 :]))


define("flatten", ("(Tensor input, int start_dim=0, int end_dim=-1)", flatten), into=_BOTH)


def _ravel(input: Tensor) -> Any:
    """All elements in one dimension, in order."""
    return views.view(contiguous(input), (-1,))


define("ravel", ("(Tensor input)", _ravel), into=_BOTH)


def _unflatten(input: Tensor, dim: int, sizes: tuple[int, ...]) -> Any:
    """One dimension split into several."""
    shape = input.array.shape
    at = wrap_dim(dim, len(shape))
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    if not shape:
        why = f"Dimension specified as {dim} but tensor has no dimensions"
        raise RuntimeError(f"unflatten got an unexpected error:\n{why}")
    count = shape[at]
    try:
        wanted = views.infer_size(sizes, count)
    except RuntimeError as error:
        if "is invalid for input of size" in str(error):
            raise RuntimeError(
                f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {at} ({count}) "
                "in the input tensor"
            ) from None
        raise
    return views.view(input, (*shape[:at], *wanted, *shape[at + 1 :]))


def tensor_unflatten(self: Tensor, dim: int, sizes: Sequence[int]) -> Any:
    """One dimension split into several."""
    return _unflatten(self, dim, tuple(sizes))


define("unflatten", ("(Tensor input, int dim, IntList sizes)", _unflatten))
define_python("unflatten", tensor_unflatten, into="Tensor")

# -- dimensions of size 1 ----------------------------------------------------------------------------------

define(
    "squeeze",
    ("(Tensor input)", views.squeeze),
    ("(Tensor input, int dim)", views.squeeze_dim),
    ("(Tensor input, IntList dim)", views.squeeze_dims),
    into=_BOTH,
)
define("unsqueeze", ("(Tensor input, int dim)", views.unsqueeze), into=_BOTH)


def atleast_1d(input: Tensor) -> Any:
    """With one dimension at least."""
    return input if input.array.ndim else reshape(input, (1,))


def atleast_2d(input: Tensor) -> Any:
    """The tensor with at least two dimensions, new ones in front."""
    ndim = input.array.ndim
    return reshape(input, (1, 1)) if not ndim else views.unsqueeze(input, 0) if ndim == 1 else input


def atleast_3d(input: Tensor) -> Any:
    """With three dimensions at least."""
    ndim = input.array.ndim
    if not ndim:
        return reshape(input, (1, 1, 1))
    if ndim == 1:
        return views.unsqueeze(views.unsqueeze(input, 0), -1)
    return views.unsqueeze(input, -1) if ndim == 2 else input


def _each(one: Any) -> Any:
    def apply(*tensors: Any) -> Any:
        if len(tensors) == 1 and isinstance(tensors[0], Tensor):
            return one(tensors[0])
        several = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
        return tuple(one(t) for t in checked_tensors(several))

    apply.__doc__ = one.__doc__
    return apply


for _name, _one in (("atleast_1d", atleast_1d), ("atleast_2d", atleast_2d), ("atleast_3d", atleast_3d)):
    define_python(_name, _each(_one))

# -- other orders ------------------------------------------------------------------------------------------

define("t", ("(Tensor input)", views.t), into=_BOTH)
define("transpose", ("(Tensor input, int dim0, int dim1)", views.transpose), into=_BOTH, aliases=("swapdims",))
define("swapaxes", ("(Tensor input, int axis0, int axis1)", views.transpose), into=_BOTH)
define("permute", ("(Tensor input, IntList dims)", views.permute), into=_BOTH)


def _moved(input: Tensor, source: Sequence[int], destination: Sequence[int]) -> Any:
    """Some dimensions at other places, the rest in order."""
    if len(source) != len(destination):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({shown_sizes(source)} dims) should contain the same "
            f"number of dims as destination ({shown_sizes(destination)} dims)"
        )
    ndim = input.array.ndim
    start = [wrap_dim(d, ndim) for d in source]
    goal = [wrap_dim(d, ndim) for d in destination]
    for name, dims, given in (("source", start, source), ("destination", goal, destination)):
        if len(set(dims)) < len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({shown_sizes(given)})")
    if not ndim:
        return views.alias(input)
    rest = iter(k for k in range(ndim) if k not in start)
    order = [start[goal.index(k)] if k in goal else next(rest) for k in range(ndim)]
    return views.permute(input, tuple(order))


def _moved_one(input: Tensor, source: int, destination: int) -> Any:
    """A dimension at another place, the rest in order."""
    return _moved(input, (source,), (destination,))


define(
    "movedim",
    ("(Tensor input, int source, int destination)", _moved_one),
    ("(Tensor input, IntList source, IntList destination)", _moved),
    into=_BOTH,
    aliases=("moveaxis",),
)


_INTERNAL = "(Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/TensorShape.cpp"


def _deprecated(name: str, line: int, advice: str) -> None:
    state.warn("UserWarning", f"{name} is deprecated on 0-D tensors. {advice} {_INTERNAL}:{line}.)")


_IDENTITY = "This function is the identity in these cases."
_CONJUGATE = "Consider using x.conj()."


def _reversed(input: Tensor) -> Any:
    ndim = input.array.ndim
    if not ndim:
        _deprecated("Tensor.T", 4321, _IDENTITY)
    elif ndim != 2:
        state.warn_once(
            "UserWarning",
            "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will "
            "throw an error in a future release. Consider `x.mT` to transpose batches of matrices or "
            "`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor. "
            f"{_INTERNAL}:4314.)",
        )
    return views.permute(input, tuple(range(ndim - 1, -1, -1)))


def _matrices(name: str, input: Tensor) -> None:
    if input.array.ndim < 2:
        raise RuntimeError(
            f"tensor.{name} is only supported on matrices or batches of matrices. Got {input.array.ndim}-D tensor."
        )


def _matrix_transposed(input: Tensor) -> Any:
    if not input.array.ndim:
        _deprecated("Tensor.mT", 4373, _IDENTITY)
        return input
    _matrices("mT", input)
    return views.transpose(input, -2, -1)


def _conjugated(input: Tensor) -> Any:
    swapped = views.transpose(input, -2, -1)
    return conj_view(swapped) if input.array.dtype.kind == "c" else swapped


def _hermitian(input: Tensor) -> Any:
    ndim = input.array.ndim
    if ndim not in (0, 2):
        more = " For batches of matrices, consider using tensor.mH" if ndim > 2 else ""
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor.{more}")
    if not ndim:
        _deprecated("Tensor.H", 4335, _CONJUGATE)
        return input
    return _conjugated(input)


def _adjoint_attribute(input: Tensor) -> Any:
    if not input.array.ndim:
        _deprecated("Tensor.mH", 4382, _CONJUGATE)
        return input
    _matrices("mH", input)
    return _conjugated(input)


def adjoint(input: Tensor) -> Any:
    """Matrices transposed and conjugated."""
    if not input.array.ndim:
        _deprecated("adjoint()", 4390, _CONJUGATE)
        return input
    _matrices("adjoint()", input)
    return _conjugated(input)


define("adjoint", ("(Tensor input)", adjoint), into=_BOTH)
_attributes = attributes_of(Tensor)
_attributes["T"] = Property(_reversed, doc="The dimensions in reverse order.")
_attributes["mT"] = Property(_matrix_transposed, doc="Matrices transposed.")
_attributes["H"] = Property(_hermitian, doc="A matrix transposed and conjugated.")
_attributes["mH"] = Property(_adjoint_attribute, doc="Matrices transposed and conjugated.")

# -- expansion ---------------------------------------------------------------------------------------------


def _expand(input: Tensor, size: tuple[int, ...], implicit: bool) -> Any:
    """Dimensions of size 1 repeated without copying; -1 leaves one as it is."""
    return views.expand(input, size)


def _expand_as(input: Tensor, other: Tensor) -> Any:
    """Expanded to the shape of another tensor."""
    return views.expand(input, other.array.shape)


define("expand", ("(Tensor input, IntList size, *, bool implicit=False)", _expand), into="Tensor")
define("expand_as", ("(Tensor input, Tensor other)", _expand_as), into="Tensor")
define("broadcast_to", ("(Tensor input, IntList size)", views.expand), into=_BOTH)


def broadcast_tensors(*tensors: Any) -> tuple[Any, ...]:
    """Tensors expanded to the one shape that all of them broadcast to."""
    several = checked_tensors(tensors)
    shape = broadcast_shape(*(t.array.shape for t in several))
    return tuple(t if t.array.shape == shape else views.expand(t, shape) for t in several)


def broadcast_shapes(*shapes: Any) -> Size:
    """The shape that all these shapes broadcast to."""
    for shape in shapes:
        sizes = (shape,) if isinstance(shape, int) else shape
        if not isinstance(sizes, (tuple, list)) or not all(isinstance(n, int) for n in sizes):
            raise RuntimeError(
                f"Input shapes should be of type ints, a tuple of ints, or a list of ints, got {shown(shape)}"
            )
    given = [(s,) if isinstance(s, int) else tuple(s) for s in shapes]
    out = [1] * max((len(s) for s in given), default=0)
    for k, shape in enumerate(given):
        for n in shape:
            if n < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension ({n}): ({n})")
        for back in range(1, len(shape) + 1):
            n = shape[-back]
            if n == 1 or n == out[-back]:
                continue
            if out[-back] != 1:
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {n} at -{back}! Mismatching argument at index {k} "
                    f"had {shape}; but expected shape should be broadcastable to {out}"
                )
            out[-back] = n
    return Size(out)


define_python("broadcast_tensors", broadcast_tensors)
define_python("broadcast_shapes", broadcast_shapes)

# -- memory ------------------------------------------------------------------------------------------------


def contiguous(input: Tensor) -> Any:
    """The tensor itself if its elements lie in order without gaps, else a copy that does."""
    return input if input.array.flags.c_contiguous else copies.clone(input, "C")


def _contiguous(input: Tensor, memory_format: Any) -> Any:
    """The tensor itself if its elements lie in order without gaps, else a copy that does."""
    if memory_format is None or not memory_format.rank:
        if memory_format is not None and memory_format.name == "preserve_format" and not input.array.flags.c_contiguous:
            raise RuntimeError("preserve memory format is unsupported by the contiguous operator")
        return contiguous(input)
    check_rank(input.array, memory_format)
    return input if is_laid_out(input.array, memory_format) else copies.clone(input, order_of(memory_format))


def _clone(input: Tensor, memory_format: Any) -> Any:
    """A copy that gradients flow through."""
    check_rank(input.array, memory_format)
    return copies.clone(input, order_of(memory_format))


def _is_contiguous(input: Tensor, memory_format: Any) -> bool:
    """Whether the elements lie in order without gaps."""
    return is_laid_out(input.array, memory_format)


def _strides(input: Tensor) -> tuple[int, ...]:
    """How far apart in memory the neighbours along each dimension are, in elements."""
    return strides_of(input.array)


def _stride_at(input: Tensor, dim: int | None) -> Any:
    """How far apart in memory the neighbours along a dimension are, in elements; without one, along each."""
    if dim is None:
        return _strides(input)
    return strides_of(input.array)[existing_dim(dim, input.array.ndim)]


def _copy_(input: Tensor, other: Any, non_blocking: bool) -> Tensor:
    """Write the values of another tensor, broadcast and cast, into this one."""
    if not isinstance(other, Tensor):
        other = hooks.to_tensor(other)
    return inplace(copies.copy, input, other)


define("contiguous", ("(Tensor input, *, MemoryFormat? memory_format=None)", _contiguous), into="Tensor")
define("clone", ("(Tensor input, *, MemoryFormat? memory_format=None)", _clone), into=_BOTH)
define("is_contiguous", ("(Tensor input, *, MemoryFormat? memory_format=None)", _is_contiguous), into="Tensor")
define("stride", ("(Tensor input, int? dim=None)", _stride_at), into="Tensor")
define("storage_offset", ("(Tensor input)", storage_offset), into="Tensor")
define("copy_", ("(Tensor input, Tensor other, bool non_blocking=False)", _copy_), into="Tensor")
define("view_as_real", ("(Tensor input)", views.view_as_real))
define("view_as_complex", ("(Tensor input)", views.view_as_complex))


def cast_to(input: Tensor, dtype: DType) -> Any:
    """The tensor itself if it has that dtype, else a copy that does."""
    return input if dtypes.of(input.array) is dtype else copies.cast(input, dtype)
