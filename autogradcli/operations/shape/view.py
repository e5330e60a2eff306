"""Views by other shapes and orders of the same elements: ``view``, ``expand``, ``squeeze``, ``transpose``, ...

What picks a part of the elements is in ``slicing.py``. Kernels give windows on their operand's memory, with the
strides that PyTorch gives them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.operation import Array, operation
from ...engine.worlds import roles
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.limits import check_window, shown_sizes
from ...numerics.shapes import size_not_expanded, sizes_too_few
from ..dims import Dims, Shape, numel, strided, wrap_dim, wrap_dims

_LINEAR: dict[str, Any] = {"kind": "linear", "complex": "own"}
_VIEW: dict[str, Any] = {"view": "single", **_LINEAR}


@operation(input=lambda F, g: g, rows="same", **_VIEW)
def alias(input: Array) -> Array:
    """The same tensor as another view: ``x[...]``."""
    return input[...]


# -- other shapes ------------------------------------------------------------------------------------------


def infer_size(size: Sequence[int], count: int) -> Shape:
    """A shape for ``count`` elements, with -1 filled in. Raises RuntimeError where none fits."""
    if min(size, default=0) < 0:
        for k, n in enumerate(size):
            if n < -1:
                raise RuntimeError(f"invalid shape dimension {n} at index {k} of shape {shown_sizes(size)}")
        if sum(n == -1 for n in size) > 1:
            raise RuntimeError("only one dimension can be inferred")
        known = numel([n for n in size if n != -1])
        if known == 0 and count == 0:
            raise RuntimeError(
                f"cannot reshape tensor of 0 elements into shape {shown_sizes(size)} because the unspecified dimension "
                "size -1 can be any value and is ambiguous"
            )
        if known and count % known == 0:
            return tuple(count // known if n == -1 else n for n in size)
    elif numel(size) == count:
        return tuple(size)
    raise RuntimeError(f"shape '{shown_sizes(size)}' is invalid for input of size {count}")


def view_array(input: Array, size: Sequence[int]) -> Array | None:
    """The same memory in another shape, or None where strides can't say it. Raises as ``infer_size``."""
    shape = infer_size(size, input.size)
    try:
        return input.reshape(shape, copy=False)
    except ValueError:
        return None


def _viewed(input: Array, size: Sequence[int]) -> Array:
    found = view_array(input, size)
    if found is None:
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans "
            "across two contiguous subspaces). Use .reshape(...) instead."
        )
    return found


_VIEWED: dict[str, Any] = {
    "kernel": _viewed,
    "input": lambda F, g, input_shape: F.reshape(g, input_shape),
    "examples": lambda r: [(r(2, 3), (3, 2)), (r(2, 3), (-1,)), (r(), (1, 1))],
    **_VIEW,
}


@operation(rows="sized", **_VIEWED)
def view(input: Array, size: Shape) -> Array:
    """The same elements in another shape, without copying."""


@operation(rows="sized", spelling="reshape", **_VIEWED)
def reshape_alias(input: Array, size: Shape) -> Array:
    """``view`` of a tensor that isn't contiguous, as ``reshape`` records it."""


@operation(
    half="moved",
    spelling="reshape",
    input=lambda F, g, input_shape: F.reshape(g, input_shape),
    examples=lambda r: [(r(2, 3), (3, 2))],
    rows="sized",
    **_LINEAR,
)
def unsafe_view(input: Array, size: Shape) -> Array:
    """Another shape for memory that nobody else holds; the second half of a ``reshape`` that copies."""
    return input.reshape(size)


@operation(
    node="ViewBackward0",
    input=lambda F, g, input_shape: F.reshape(g, input_shape),
    examples=lambda r: [(r(2, 3), (3, 2))],
    rows="sized",
    **_LINEAR,
)
def reshape(input: Array, size: Shape) -> Array:
    """Another shape for a gradient: a view where possible, else a copy. For rules; it tracks no sharing."""
    return input.reshape(size)


@operation(view="single", rows="same")
def view_dtype(input: Array, dtype: DType) -> Array:
    """The same bytes as elements of another dtype. No derivative."""
    have, want = dtypes.of(input), dtype
    if have.itemsize == want.itemsize:
        return input.view(want.np)
    words = f"view {have.type_name} as {want.type_name} (different element sizes)"
    if input.ndim == 0:
        raise RuntimeError(f"self.dim() cannot be 0 to {words}")
    if input.shape[-1] > 1 and input.strides[-1] != have.itemsize:
        raise RuntimeError(f"self.stride(-1) must be 1 to {words}, but got {input.strides[-1] // have.itemsize}")
    if have.itemsize < want.itemsize:
        ratio = want.itemsize // have.itemsize
        if input.shape[-1] % ratio:
            raise RuntimeError(f"self.size(-1) must be divisible by {ratio} to {words}, but got {input.shape[-1]}")
    return input.view(want.np)


_NO_MIRROR = (
    "view_as_real doesn't work on unresolved conjugated tensors.  To resolve the conjugate tensor so you can view it "
    "as real, use self.resolve_conj(); however, be warned that the resulting tensor will NOT alias the original."
)


@operation(
    complex="own",
    kind="linear",
    view="single",
    input=lambda F, g: F.view_as_complex(F.clone(g, "C")),
    examples=lambda r: [(r.complex(3),)],
    rows="same",
    no_mirror=_NO_MIRROR,
)
def view_as_real(input: Array) -> Array:
    """A complex tensor as real pairs, in one more dimension of size 2."""
    if input.dtype.kind != "c":
        raise RuntimeError("view_as_real is only supported for complex tensors")
    part = np.dtype(f"f{input.dtype.itemsize // 2}")
    return strided(input, (*input.shape, 2), (*input.strides, part.itemsize), part)


@operation(
    complex="own",
    kind="linear",
    view="single",
    input=lambda F, g: F.view_as_real(g),
    examples=lambda r: [(r(3, 2),)],
    rows="same",
)
def view_as_complex(input: Array) -> Array:
    """Real pairs, in a last dimension of size 2, as a complex tensor."""
    if input.dtype.kind != "f":
        raise RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar "
            f"type: {dtypes.of(input).type_name}"
        )
    if not input.ndim:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if input.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    size = input.dtype.itemsize
    if input.size and input.strides[-1] != size:  # NumPy's empty arrays have no strides to speak of
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    if any(s % (2 * size) for s in input.strides[:-1]):
        raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
    pair = np.dtype(f"c{2 * size}")
    return strided(input, input.shape[:-1], input.strides[:-1], pair)


# -- expansion ---------------------------------------------------------------------------------------------


def sum_to(F: Any, g: Any, shape: Shape) -> Any:
    """In a rule: a gradient summed back to a shape that was expanded to its own."""
    have = tuple(g.shape)
    if have == shape:
        return g
    lead = len(have) - len(shape)
    dims = tuple(k for k in range(len(have)) if k < lead or (shape[k - lead] == 1 and have[k] != 1))
    summed = F.sum_dim(g, dims, True) if dims else g
    return F.reshape(summed, shape) if lead else summed


def expand_array(input: Array, size: Sequence[int]) -> Array:
    """A window on ``input`` whose repeated dimensions have stride 0. Raises RuntimeError where it doesn't fit."""
    if input.__class__ is not np.ndarray:
        input = np.asarray(input)
    check_window(size)
    if not input.ndim:
        if min(size, default=0) < 0:
            _bad_lead(size)
        return np.ndarray(tuple(size), input.dtype, input, 0, (0,) * len(size))
    lead = len(size) - input.ndim
    if lead < 0:
        raise sizes_too_few(input, size)
    shape, strides = list(size), [0] * len(size)
    for k in range(len(size) - 1, -1, -1):
        if k >= lead:
            n, s = input.shape[k - lead], input.strides[k - lead]
        else:
            n, s = 1, shape[k + 1] * strides[k + 1]
        want = shape[k]
        if want == -1:
            if k < lead:
                _bad_lead(size)
            want = shape[k] = n
        if n != want:
            if n != 1 or want < 0:
                raise size_not_expanded(input, size, k)
            s = 0
        strides[k] = s
    return strided(input, tuple(shape), tuple(strides))


@operation(
    kernel=expand_array,
    input=lambda F, g, input_shape: sum_to(F, g, input_shape),
    examples=lambda r: [(r(3, 1), (2, 3, 4)), (r(), (2,)), (r(2, 1), (-1, 3))],
    rows="expanded",
    **_VIEW,
)
def expand(input: Array, size: Shape) -> Array:
    """Dimensions of size 1 (and new ones in front) repeated without copying, by a stride of 0."""


def _bad_lead(size: Sequence[int]) -> None:
    k = next(k for k, n in enumerate(size) if n < 0)
    raise RuntimeError(
        f"The expanded size of the tensor ({size[k]}) isn't allowed in a leading, non-existing dimension {k}"
    )


# -- dimensions of size 1 ----------------------------------------------------------------------------------


def _squeeze(input: Array, dim: Dims) -> Array:
    ndim = input.ndim
    if dim.__class__ is int and ndim:
        at = wrap_dim(dim, ndim)
        return input.squeeze(at) if input.shape[at] == 1 else input[...]
    gone = wrap_dims(dim, ndim) if dim != () else ()
    keep = [k for k in range(ndim) if input.shape[k] != 1 or k not in gone]
    return strided(input, tuple(input.shape[k] for k in keep), tuple(input.strides[k] for k in keep))


def _unsqueeze_back(F: Any, g: Any, input_shape: Shape, dim: int) -> Any:
    return F.unsqueeze(g, dim) if len(g.shape) < len(input_shape) else g


def _unsqueezed_to(F: Any, g: Any, shape: Shape) -> Any:
    """Dimensions of size 1 put back, one by one."""
    if len(g.shape) < len(shape):
        for k, n in enumerate(shape):
            if n == 1:
                g = F.unsqueeze(g, k)
    return g


@operation(
    input=lambda F, g, input_shape: _unsqueezed_to(F, g, input_shape),
    examples=lambda r: [(r(1, 3, 1),), (r(2, 3),)],
    rows="squeezed",
    in_place={"node": "SqueezeBackward3"},
    **_VIEW,
)
def squeeze(input: Array) -> Array:
    """A view without the dimensions of size 1."""
    return _squeeze(input, None)


@operation(
    kernel=_squeeze,
    input=lambda F, g, input_shape, dim: _unsqueeze_back(F, g, input_shape, wrap_dim(dim, len(input_shape))),
    examples=lambda r: [(r(1, 3, 1), -1), (r(1, 3), 1)],
    node="SqueezeBackward1",
    spelling="squeeze",
    rows="squeezed dim",
    in_place={"node": "SqueezeBackward4"},
    **_VIEW,
)
def squeeze_dim(input: Array, dim: int) -> Array:
    """Without this dimension, if its size is 1."""


@operation(
    kernel=_squeeze,
    input=lambda F, g, input_shape: F.reshape(g, input_shape),
    examples=lambda r: [(r(1, 3, 1), (0, 1, 2))],
    node="SqueezeBackward2",
    spelling="squeeze",
    dims="dim",
    in_place={"node": "SqueezeBackward5"},
    **_VIEW,
)
def squeeze_dims(input: Array, dim: Shape) -> Array:
    """Without those of these dimensions whose size is 1."""


@operation(
    input=lambda F, g, input_shape, dim: F.squeeze_dim(g, wrap_dim(dim, len(input_shape) + 1)),
    examples=lambda r: [(r(2, 3), 0), (r(2, 3), -1), (r(), 0)],
    dims="+dim",
    in_place={"node": "UnsqueezeBackward1"},
    **_VIEW,
)
def unsqueeze(input: Array, dim: int) -> Array:
    """With a new dimension of size 1 at this place."""
    ndim = input.ndim
    at = wrap_dim(dim, ndim + 1)
    shape = input.shape
    if input.flags.c_contiguous:
        return input.reshape((*shape[:at], 1, *shape[at:]))
    strides = input.strides
    step = shape[at] * strides[at] if at < ndim else input.itemsize
    return strided(input, (*shape[:at], 1, *shape[at:]), (*strides[:at], step, *strides[at:]))


# -- other orders of dimensions ----------------------------------------------------------------------------


@operation(
    input=lambda F, g, dim0, dim1: F.transpose(g, dim0, dim1),
    examples=lambda r: [(r(2, 3, 4), 0, -1), (r(), 0, -1)],
    dims="dim0 dim1",
    in_place={"node": "TransposeBackward1"},
    **_VIEW,
)
def transpose(input: Array, dim0: int, dim1: int) -> Array:
    """A view with two dimensions exchanged."""
    ndim = input.ndim
    first, second = wrap_dim(dim0, ndim), wrap_dim(dim1, ndim)
    return input.swapaxes(first, second) if ndim else input[...]


@operation(
    input=lambda F, g: F.t(g),
    rows="turned",
    in_place={"node": "TBackward1"},
    **_VIEW,
)
def t(input: Array) -> Array:
    """A matrix transposed; of a vector or a 0-d tensor, itself."""
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return input.T


def inverse_order(dims: Sequence[int]) -> Shape:
    """The permutation that undoes one."""
    n = len(dims)
    return tuple(sorted(range(n), key=lambda k: dims[k] % n))


@operation(
    input=lambda F, g, dims: F.permute(g, inverse_order(dims)),
    examples=lambda r: [(r(2, 3, 4), (2, 0, -2)), (r(), ())],
    rows="permuted",
    **_VIEW,
)
def permute(input: Array, dims: Shape) -> Array:
    """With the dimensions in another order."""
    if len(dims) != input.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to len(dims) = {len(dims)}"
        )
    try:
        return input.transpose(dims)
    except ValueError:  # which is said in PyTorch's words
        wrapped = [wrap_dim(d, input.ndim) for d in dims]
        if len(set(wrapped)) < len(wrapped):
            raise RuntimeError("permute(): duplicate dims are not allowed.") from None
        return input.transpose(wrapped)


roles.expand = expand
roles.view_as_real = view_as_real
roles.view_as_complex = view_as_complex
