"""Products of vectors, matrices and batches of matrices.

Every kernel checks shapes itself, since each form has words of its own for what doesn't fit. There is no type
promotion: operands must have one dtype.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Number, operation
from ...numerics import dtypes
from ...numerics.libraries import SHARED
from ...numerics.numbers import number_in
from ...numerics.products import multiplied
from ..dims import Shape, check_expand, size_of


def scaled(x: Array, factor: Number) -> Array:
    """``factor * x`` in the dtype of ``x``; a factor of 0 gives zeros even where x is not finite."""
    if factor == 1:
        return x
    if factor == 0:
        return np.zeros_like(x)
    return np.multiply(x, number_in(x.dtype, factor))


def _times(g: Any, factor: Number) -> Any:
    """The same inside a rule."""
    return g if factor == 1 else g * factor


def _by_columns(shape: Shape, strides: Shape) -> bool:
    """Whether a matrix lies in memory column after column, as the transpose of an ordinary one does."""
    return bool(strides[0] == 1 and strides[1] == shape[0])


def _left_back(F: Any, g: Any, mat2: Any, shape: Shape, strides: Shape) -> Any:
    """The gradient of the first factor; one that lies column by column gets a gradient that does."""
    return F.t(F.mm(mat2, F.t(g))) if _by_columns(shape, strides) else F.mm(g, F.t(mat2))


def _right_back(F: Any, g: Any, mat1: Any, shape: Shape, strides: Shape) -> Any:
    return F.t(F.mm(F.t(g), mat1)) if _by_columns(shape, strides) else F.mm(F.t(mat1), g)


@operation(
    takes=("integer floating complex", "addmm_impl_cpu_"),
    rows="product: mm",
    indices="ij,jk->ik",
    kind="bilinear",
    input=lambda F, g, mat2, input_shape, input_strides: _left_back(F, g, mat2, input_shape, input_strides),
    mat2=lambda F, g, input, mat2_shape, mat2_strides: _right_back(F, g, input, mat2_shape, mat2_strides),
    examples=lambda r: [(r(2, 3), r(3, 4)), (r(2, 0), r(0, 2)), (r(1, 1), r(1, 1))],
)
def mm(input: Array, mat2: Array) -> Array:
    """Product of two matrices, ``(n, m) @ (m, p)``."""
    if input.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if mat2.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    if input.shape[1] != mat2.shape[0]:
        raise RuntimeError(_cannot_multiply(input, mat2))
    if input.dtype is not mat2.dtype:
        names = dtypes.of(input).cpp_name, dtypes.of(mat2).cpp_name
        words = ["long int" if name == "long" else name for name in names]
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {words[0]} != {words[1]}")
    return _dot(input, mat2)


def _cannot_multiply(a: Array, b: Array) -> str:
    shapes = f"{a.shape[0]}x{a.shape[1]} and {b.shape[0]}x{b.shape[1]}"
    return f"mat1 and mat2 shapes cannot be multiplied ({shapes})"


def _dot(a: Array, b: Array) -> Array:
    """The product itself. Half precision is accumulated in single, as PyTorch does."""
    if a.dtype.char == "e":
        return multiplied(np.dot, a.astype(np.float32), b.astype(np.float32)).astype(np.float16)
    if a.shape[-1] <= 7 and b.shape[-1] <= 10 and a.size <= 1024 and a.dtype.char in "fd":
        return _small_dot(a, b)
    return np.dot(a, b) if a.size * b.shape[-1] < SHARED else multiplied(np.dot, a, b)


#: So many numbers are printed in full: of more nobody sees the last digit.
SHOWN = 1_000


def _small_dot(a: Array, b: Array) -> Array:
    """A small product as the library behind PyTorch computes it: each product is rounded, and added in order."""
    k = a.shape[-1]
    if a.ndim == 1:
        if k and b.ndim == 2 and b.flags.c_contiguous:
            return _in_order(a[None], b)[0]
    elif b.ndim == 1:
        if 0 < k <= (4 if a.flags.c_contiguous else 7):
            return np.add.reduce(a * b, 1)  # fewer than eight: which NumPy adds one after the other
    elif k and (k <= 3 or b.shape[1] <= 3 or b.flags.c_contiguous):
        return _in_order(a, b)
    return np.dot(a, b)


def _in_order(a: Array, b: Array) -> Array:
    """``a @ b`` of (batches of) matrices, its products added one after the other."""
    k = a.shape[-1]
    if k == 1:
        return a * b
    products = a[:, :, None] * b if a.ndim == 2 else a[..., None] * b[..., None, :, :]
    if k > 7 and products.shape[-1] == 1:  # where NumPy's reduction would add pairwise
        running: Any = np.add.accumulate(products, -2)
        return running[..., -1, :]
    total: Any = np.add.reduce(products, -2)
    return total


@operation(
    takes=("integer floating complex", "addmv_impl_cpu"),
    rows="product: mv",
    indices="ij,j->i",
    kind="bilinear",
    input=lambda F, g, vec: F.unsqueeze(g, 1) * vec,
    vec=lambda F, g, input: F.mv(F.t(input), g),
    examples=lambda r: [(r(2, 3), r(3)), (r(2, 0), r(0))],
)
def mv(input: Array, vec: Array) -> Array:
    """Product of a matrix and a vector, ``(n, m) @ (m,)``."""
    size_of(input, 0)
    if input.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {input.ndim}, {vec.ndim}")
    if input.shape[1] != vec.shape[0]:
        raise RuntimeError(_bad_vector(input.shape[0], input, vec))
    if input.dtype is not vec.dtype:
        raise RuntimeError(_bad_dtypes(vec, input, vec))
    return _dot(input, vec)


def _bad_vector(size: int, mat: Array, vec: Array) -> str:
    return f"size mismatch, got input ({size}), mat ({mat.shape[0]}x{mat.shape[1]}), vec ({vec.shape[0]})"


def _bad_dtypes(x: Array, mat: Array, vec: Array) -> str:
    names = [dtypes.of(a).type_name for a in (x, mat, vec)]
    return f"addmv input tensors must have the same dtype, but got {names[0]}, {names[1]}, and {names[2]}"


def _check_vectors(input: Array, other: Array) -> None:
    if input.ndim != 1 or other.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {other.ndim}D tensors")
    if input.dtype is not other.dtype:
        a, b = dtypes.of(input).type_name, dtypes.of(other).type_name
        raise RuntimeError(f"dot : expected both vectors to have same dtype, but found {a} and {b}")
    if input.shape != other.shape:
        m, n = input.shape[0], other.shape[0]
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{m}] and src [{n}] to have the same number of elements, "
            f"but got {m} and {n} elements respectively"
        )


@operation(
    takes=("integer floating complex", "dot"),
    rows="dot",
    indices="i,i->",
    kind="bilinear",
    input=lambda F, g, tensor: g * tensor,
    tensor=lambda F, g, input: g * input,
    examples=lambda r: [(r(3), r(3)), (r(0), r(0))],
)
def dot(input: Array, tensor: Array) -> Array:
    """Product of two vectors, the sum of ``input * tensor``."""
    if input.ndim != 1 or input.shape != tensor.shape or input.dtype is not tensor.dtype:
        _check_vectors(input, tensor)
    return _dot(input, tensor)


@operation(
    takes=("integer floating complex", "dot"),
    rows="dot: conj",
    complex="own",
    input=lambda F, g, other: F.conj(g) * other,
    other=lambda F, g, input: g * input,
    examples=lambda r: [(r(3), r(3)), (r(0), r(0))],
)
def vdot(input: Array, other: Array) -> Array:
    """Product of two vectors, the first conjugated."""
    _check_vectors(input, other)
    return np.vdot(input, other) if input.dtype.char != "e" else _dot(input, other)


@operation(
    takes=("integer floating complex", "bmm"),
    rows="product: bmm",
    layout="contiguous",
    indices="bij,bjk->bik",
    kind="bilinear",
    input=lambda F, g, mat2: F.bmm(g, F.transpose(mat2, 1, 2)),
    mat2=lambda F, g, input: F.bmm(F.transpose(input, 1, 2), g),
    examples=lambda r: [(r(2, 2, 3), r(2, 3, 4)), (r(0, 2, 3), r(0, 3, 2))],
)
def bmm(input: Array, mat2: Array) -> Array:
    """Products of two batches of matrices, ``(b, n, m) @ (b, m, p)``."""
    check_batches(input, mat2)
    if input.dtype is not mat2.dtype:
        a, b = dtypes.of(input).type_name, dtypes.of(mat2).type_name
        raise RuntimeError(f"expected scalar type {a} but found {b}")
    return batched(input, mat2)


def check_batches(input: Array, mat2: Array) -> None:
    if input.ndim != 3 or mat2.ndim != 3:
        raise RuntimeError(f"batch{1 if input.ndim != 3 else 2} must be a 3D tensor")
    want, have = [input.shape[0], input.shape[2]], list(mat2.shape[:2])
    if want != have:
        raise RuntimeError(f"Expected size for first two dimensions of batch2 tensor to be: {want} but got: {have}.")


def batched(a: Array, b: Array) -> Array:
    """``a @ b`` over leading dimensions. Half precision is accumulated in single."""
    if a.dtype.char == "e":
        return multiplied(np.matmul, a.astype(np.float32), b.astype(np.float32)).astype(np.float16)
    n, k, p = a.shape[-2], a.shape[-1], b.shape[-1]
    if 0 < n * k * p < 400 and a.dtype.char in "fd" and (k == 1 or a.size // k * p <= SHOWN):  # PyTorch's own loops
        return _in_order(a, b)
    return multiplied(np.matmul, a, b)


@operation(
    rows="leading: 2 2",
    node="UnsafeViewBackward0",
    kind="bilinear",
    broadcast=True,
    input=lambda F, g, other: F.stacked_product(g, F.transpose(other, -2, -1)),
    other=lambda F, g, input: F.stacked_product(F.transpose(input, -2, -1), g),
    examples=lambda r: [(r(2, 2, 3), r(2, 3, 4)), (r(2, 1, 2, 3), r(3, 3, 2))],
    spelling="matmul",
)
def stacked_product(input: Array, other: Array) -> Array:
    """``input @ other`` of matrices whose leading dimensions broadcast: what derivative rules are written with."""
    return multiplied(np.matmul, input, other)


# -- a product added to something -----------------------------------------------------------------------


@operation(
    takes=("integer floating complex", "addmm_impl_cpu_"),
    rows="added: mm",
    fits="beta alpha",
    fits_in="wide",
    formula=lambda F, input, mat1, mat2, beta, alpha: input * beta + (mat1 @ mat2) * alpha,
    broadcast=True,
    input=lambda F, g, beta: _times(g, beta),
    mat1=lambda F, g, mat1_shape, mat1_strides, mat2, alpha: _times(
        _left_back(F, g, mat2, mat1_shape, mat1_strides), alpha
    ),
    mat2=lambda F, g, mat1, mat2_shape, mat2_strides, alpha: _times(
        _right_back(F, g, mat1, mat2_shape, mat2_strides), alpha
    ),
    examples=lambda r: [
        (r(2, 4), r(2, 3), r(3, 4), 0.5, 2.0),
        (r(4), r(2, 3), r(3, 4), 1, 1),
        (r(), r(2, 3), r(3, 4), 1, 1),
    ],
)
def addmm(input: Array, mat1: Array, mat2: Array, beta: Number = 1, alpha: Number = 1) -> Array:
    """Sum ``beta * input + alpha * (mat1 @ mat2)``."""
    _check_as_second(input, mat1, mat2)
    for name, m in (("mat1", mat1), ("mat2", mat2)):
        if m.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix, got {m.ndim}-D tensor")
    if mat1.shape[1] != mat2.shape[0]:
        raise RuntimeError(_cannot_multiply(mat1, mat2))
    check_expand(input, (mat1.shape[0], mat2.shape[1]))
    return _added(input, beta, _dot(mat1, mat2), alpha)


def _check_as_second(input: Array, mat1: Array, mat2: Array) -> None:
    """Raise RuntimeError where a summand or a first factor has another dtype than the second."""
    for name, x in (("self", input), ("mat1", mat1)):
        if x.dtype is not mat2.dtype:
            a, b = dtypes.of(x).type_name, dtypes.of(mat2).type_name
            raise RuntimeError(f"{name} and mat2 must have the same dtype, but got {a} and {b}")


def _added(input: Array, beta: Number, product: Array, alpha: Number) -> Array:
    """``beta * input + alpha * product``; with ``beta`` 0 the input counts for nothing, not even as NaN."""
    product = scaled(product, alpha)
    return product if beta == 0 else np.add(scaled(input, beta), product)


@operation(
    takes=("integer floating complex", "addmv_impl_cpu"),
    rows="added: mv",
    fits="beta alpha",
    formula=lambda F, input, mat, vec, beta, alpha: input * beta + (mat @ vec) * alpha,
    broadcast=True,
    input=lambda F, g, beta: _times(g, beta),
    mat=lambda F, g, vec, alpha: F.unsqueeze(g, 1) * _times(vec, alpha),
    vec=lambda F, g, mat, alpha: _times(F.mv(F.t(mat), g), alpha),
    examples=lambda r: [(r(2), r(2, 3), r(3), 0.5, 2.0), (r(1), r(2, 3), r(3), 1, 1)],
)
def addmv(input: Array, mat: Array, vec: Array, beta: Number = 1, alpha: Number = 1) -> Array:
    """Sum ``beta * input + alpha * (mat @ vec)``."""
    if input.ndim > 1 or mat.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {input.ndim}, {mat.ndim}, {vec.ndim}")
    size = input.shape[0] if input.ndim else 1
    if mat.shape[1] != vec.shape[0] or size not in (1, mat.shape[0]):
        raise RuntimeError(_bad_vector(size, mat, vec))
    if not (input.dtype is mat.dtype is vec.dtype):
        raise RuntimeError(_bad_dtypes(input, mat, vec))
    return _added(input, beta, _dot(mat, vec), alpha)


@operation(
    takes=("usual", "addr_cpu"),
    rows="added: outer",
    fits="beta alpha",
    formula=lambda F, input, vec1, vec2, beta, alpha: input * beta + F.unsqueeze(vec1, 1) * vec2 * alpha,
    promote="promote",
    broadcast=True,
    input=lambda F, g, beta: _times(g, beta),
    vec1=lambda F, g, vec2, alpha: _times(F.mv(g, vec2), alpha),
    vec2=lambda F, g, vec1, alpha: _times(F.mv(F.t(g), vec1), alpha),
    examples=lambda r: [(r(2, 3), r(2), r(3), 0.5, 2.0), (r(3), r(2), r(3), 1, 1)],
)
def addr(input: Array, vec1: Array, vec2: Array, beta: Number = 1, alpha: Number = 1) -> Array:
    """Sum ``beta * input + alpha * outer(vec1, vec2)``."""
    for name, v in (("vec1", vec1), ("vec2", vec2)):
        if v.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {v.ndim}-D")
    check_expand(input, (vec1.shape[0], vec2.shape[0]))
    return _added(input, beta, np.multiply(vec1[:, None], vec2), alpha)


@operation(
    takes=("integer floating complex", "baddbmm"),
    rows="added: bmm",
    fits="beta alpha",
    fits_in="wide",
    formula=lambda F, input, batch1, batch2, beta, alpha: input * beta + (batch1 @ batch2) * alpha,
    broadcast=True,
    input=lambda F, g, beta: _times(g, beta),
    batch1=lambda F, g, batch2, alpha: _times(F.bmm(g, F.transpose(batch2, 1, 2)), alpha),
    batch2=lambda F, g, batch1, alpha: _times(F.bmm(F.transpose(batch1, 1, 2), g), alpha),
    examples=lambda r: [(r(2, 2, 4), r(2, 2, 3), r(2, 3, 4), 0.5, 2.0), (r(4), r(2, 2, 3), r(2, 3, 4), 1, 1)],
)
def baddbmm(input: Array, batch1: Array, batch2: Array, beta: Number = 1, alpha: Number = 1) -> Array:
    """Sum ``beta * input + alpha * (batch1 @ batch2)``, a product for each matrix of the batches."""
    check_expand(input, (size_of(batch1, 0), size_of(batch1, 1), size_of(batch2, 2)))
    if input.dtype is not batch1.dtype:
        names = [dtypes.of(a).cpp_name for a in (input, batch1, batch2)]
        raise RuntimeError(
            f"Input dtypes must be the same, got: input {names[0]}, batch1: {names[1]}, batch2: {names[2]}"
        )
    check_batches(batch1, batch2)
    if batch1.dtype is not batch2.dtype:
        names = [dtypes.of(a).type_name for a in (batch1, batch2)]
        raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")
    return _added(input, beta, batched(batch1, batch2), alpha)


@operation(
    takes=("integer floating complex", "addmm_impl_cpu_"),
    rows="added: sum",
    fits="beta alpha",
    fits_in="wide",
    broadcast=True,
    input=lambda F, g, beta: _times(g, beta),
    batch1=lambda F, g, batch1_shape, batch2, alpha: _times(
        F.bmm(F.expand(F.unsqueeze(g, 0), (batch1_shape[0], *g.shape)), F.transpose(batch2, 1, 2)), alpha
    ),
    batch2=lambda F, g, batch1, alpha: _times(
        F.bmm(F.transpose(batch1, 1, 2), F.expand(F.unsqueeze(g, 0), (batch1.shape[0], *g.shape))), alpha
    ),
    examples=lambda r: [(r(2, 4), r(2, 2, 3), r(2, 3, 4), 0.5, 2.0), (r(4), r(2, 2, 3), r(2, 3, 4), 1, 1)],
)
def addbmm(input: Array, batch1: Array, batch2: Array, beta: Number = 1, alpha: Number = 1) -> Array:
    """Sum ``beta * input + alpha * sum(batch1 @ batch2)``, the products summed over the batch."""
    check_expand(input, (size_of(batch1, 1), size_of(batch2, 2)))
    if batch1.ndim == batch2.ndim == 3 and batch1.shape[0] != batch2.shape[0]:
        raise RuntimeError(
            f"batch1 and batch2 must have same number of batches, got {batch1.shape[0]} and {batch2.shape[0]}"
        )
    check_batches(batch1, batch2)
    _check_as_second(input, batch1, batch2)
    return _added(input, beta, np.add.reduce(batched(batch1, batch2), axis=0, dtype=batch1.dtype), alpha)
