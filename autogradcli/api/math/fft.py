"""Discrete Fourier transforms, ``torch.fft``: composites of three operations, as PyTorch makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...engine.leaves import require_grad
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.releases import Difference, Varying
from ...operations.dims import existing_dim, wrap_dim
from ...operations.elementwise.complex import conj, conj_physical
from ...operations.linalg import fft as operations
from ...operations.nn.resample import constant_pad_nd
from ...operations.refuse import not_implemented_for
from ...operations.shape.copies import cast, roll
from ...operations.shape.slicing import slice_
from ..calls.overloads import define

Ints = tuple[int, ...]


_NO_TRANSFORM = Varying(
    NotImplementedError,
    RuntimeError,
    Difference(
        "torch.fft of half precision",
        "NotImplementedError says that there is no transform.",
        "RuntimeError says that there is no transform.",
        "torch.fft.fft(torch.ones(4, dtype=torch.float16))",
    ),
)
_NOT_REAL = Varying(
    TypeError,
    RuntimeError,
    Difference(
        "fft.rfft, rfft2, rfftn, ihfft, ihfft2, ihfftn of complex numbers",
        "TypeError says that real numbers are needed.",
        "RuntimeError says that real numbers are needed.",
        "torch.fft.rfft(torch.ones(4, dtype=torch.complex64))",
    ),
)


def _mode(norm: str | None, forward: bool) -> int:
    """What the sum is divided by: nothing (0), the root of the number of elements (1), the number (2)."""
    if norm is None or norm == "backward":
        return 0 if forward else 2
    if norm == "forward":
        return 2 if forward else 0
    if norm == "ortho":
        return 1
    raise RuntimeError(f'Invalid normalization mode: "{norm}"')


def _promoted(x: Tensor, complex_: bool) -> Any:
    """Integers as floating numbers and, where wanted, real numbers as complex ones."""
    dtype = dtypes.of(x.array)
    if dtype in (dtypes.float16, dtypes.bfloat16):
        raise _NO_TRANSFORM.value(f"Unsupported dtype {dtype.type_name}")
    want = dtype if dtype.category >= dtypes.FLOATING else dtypes.default.dtype
    if complex_:
        want = dtypes.complex_of(want)
    return x if want is dtype else cast(x, want)


def _resized(x: Any, dims: Sequence[int], sizes: Sequence[int]) -> Any:
    """Dimensions cut off, or filled up with zeros, to these sizes."""
    pad = [0] * (2 * x.array.ndim)
    for dim, size in zip(dims, sizes, strict=True):
        have = x.array.shape[dim]
        if size < have:
            x = slice_(x, dim, 0, size, 1)
        elif size > have:
            pad[2 * (x.array.ndim - 1 - dim) + 1] = size - have
    return constant_pad_nd(x, tuple(pad), 0.0) if any(pad) else x


def _one(x: Tensor, n: int | None, dim: int) -> tuple[int, int]:
    """The dimension and the size of a transform in one dimension."""
    at = existing_dim(dim, x.array.ndim)
    size = x.array.shape[at] if n is None else n
    if size < 1:
        raise RuntimeError(f"Invalid number of data points ({size}) specified")
    return at, size


def _wrapped(dims: Sequence[int], ndim: int) -> Ints:
    """Dimensions counted from the front. Raises IndexError for one that there is not."""
    if dims and not ndim:
        raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
    return tuple(wrap_dim(d, ndim) for d in dims)


def _many(x: Tensor, s: Sequence[int] | None, dim: Sequence[int] | None, last: bool = False) -> tuple[Ints, Ints]:
    """The dimensions and sizes of a transform in several; with ``last`` those of a result that is half as long."""
    ndim = x.array.ndim
    if dim is not None:
        dims = _wrapped(dim, ndim)
        if len(set(dims)) != len(dims):
            raise RuntimeError("FFT dims must be unique")
    elif s is not None:
        if len(s) > ndim:
            raise RuntimeError(f"Got shape with {len(s)} values but input tensor only has {ndim} dimensions.")
        dims = tuple(range(ndim - len(s), ndim))
    else:
        dims = tuple(range(ndim))
    if s is not None:
        if len(s) != len(dims):
            raise RuntimeError("When given, dim and shape arguments must have the same length")
        sizes = tuple(x.array.shape[d] if n == -1 else n for d, n in zip(dims, s, strict=True))
        if last and sizes and s[-1] == -1:
            sizes = (*sizes[:-1], 2 * (sizes[-1] - 1))
    else:
        sizes = tuple(x.array.shape[d] for d in dims)
        if last and dims:
            sizes = (*sizes[:-1], 2 * (sizes[-1] - 1))
    for n in sizes:
        if n < 1:
            raise RuntimeError(f"Invalid number of data points ({n}) specified")
    return dims, sizes


# -- one dimension ----------------------------------------------------------------------------------------


def _complex_1d(name: str, forward: bool) -> Callable[..., Any]:
    def apply(input: Tensor, n: int | None, dim: int, norm: str | None) -> Any:
        x = _promoted(input, False)
        at, size = _one(x, n, dim)
        mode = _mode(norm, forward)
        x = _resized(x, (at,), (size,))
        if x.array.dtype.kind == "c":
            return operations.fft_c2c(x, (at,), mode, forward)
        found = operations.fft_r2c(x, (at,), mode, False)
        return found if forward else conj(found)

    return apply


def _real_to_half(name: str, forward: bool) -> Callable[..., Any]:
    def apply(input: Tensor, n: int | None, dim: int, norm: str | None) -> Any:
        if input.array.dtype.kind == "c":
            raise _NOT_REAL.value(f"{name} expects a real input tensor, but got {dtypes.of(input.array).type_name}")
        x = _promoted(input, False)
        at, size = _one(x, n, dim)
        found = operations.fft_r2c(_resized(x, (at,), (size,)), (at,), _mode(norm, forward), True)
        return found if forward else conj(found)

    return apply


def _half_to_real(name: str, forward: bool) -> Callable[..., Any]:
    def apply(input: Tensor, n: int | None, dim: int, norm: str | None) -> Any:
        x = _promoted(input, True)
        at = existing_dim(dim, x.array.ndim)
        size = 2 * (x.array.shape[at] - 1) if n is None else n
        if size < 1:
            raise RuntimeError(f"Invalid number of data points ({size}) specified")
        x = _resized(x, (at,), (size // 2 + 1,))
        return operations.fft_c2r(conj(x) if forward else x, (at,), _mode(norm, forward), size)

    return apply


# -- several dimensions -----------------------------------------------------------------------------------


def _complex_nd(name: str, forward: bool) -> Callable[..., Any]:
    def apply(input: Tensor, s: Sequence[int] | None, dim: Sequence[int] | None, norm: str | None) -> Any:
        dims, sizes = _many(input, s, dim)
        x = _promoted(input, True)
        return operations.fft_c2c(_resized(x, dims, sizes), dims, _mode(norm, forward), forward)

    return apply


def _real_to_half_nd(name: str, forward: bool) -> Callable[..., Any]:
    def apply(input: Tensor, s: Sequence[int] | None, dim: Sequence[int] | None, norm: str | None) -> Any:
        if input.array.dtype.kind == "c":
            raise _NOT_REAL.value(
                f"{name} expects a real-valued input tensor, but got {dtypes.of(input.array).type_name}"
            )
        dims, sizes = _many(input, s, dim)
        x = _promoted(input, False)
        if not dims:
            raise RuntimeError(f"{name[:-1]}n must transform at least one axis")
        x = _resized(x, dims, sizes)
        mode = _mode(norm, forward)
        if forward:
            return operations.fft_r2c(x, dims, mode, True)
        found = operations.fft_r2c(x, dims[-1:], mode, True)
        if len(dims) == 1:
            return conj(found)
        return operations.fft_c2c(conj_physical(found), dims[:-1], mode, False)

    return apply


def _half_to_real_nd(name: str, forward: bool) -> Callable[..., Any]:
    def apply(input: Tensor, s: Sequence[int] | None, dim: Sequence[int] | None, norm: str | None) -> Any:
        dims, sizes = _many(input, s, dim, last=True)
        x = _promoted(input, True)
        if not dims:
            raise RuntimeError(f"{name[:-1]}n must transform at least one axis")
        last = sizes[-1]
        x = _resized(x, dims, (*sizes[:-1], last // 2 + 1))
        mode = _mode(norm, forward)
        if not forward:
            return operations.fft_c2r(x, dims, mode, last)
        if len(dims) > 1:
            x = operations.fft_c2c(x, dims[:-1], mode, True)
        return operations.fft_c2r(conj(x), dims[-1:], mode, last)

    return apply


_WHAT = {
    "fft": (_complex_1d, _complex_nd, "Discrete Fourier transform"),
    "rfft": (_real_to_half, _real_to_half_nd, "Fourier transform of real numbers: the half that says it all"),
    "hfft": (_half_to_real, _half_to_real_nd, "Fourier transform of a half that stands for a Hermitian whole"),
    "ifft": (_complex_1d, _complex_nd, "Inverse discrete Fourier transform"),
    "irfft": (_half_to_real, _half_to_real_nd, "Inverse of ``rfft``: real numbers from a half"),
    "ihfft": (_real_to_half, _real_to_half_nd, "Inverse of ``hfft``"),
}


def _declare(name: str) -> None:
    one, many, text = _WHAT[name]
    forward = not name.startswith("i")
    single = one(name, forward)
    single.__doc__ = f'{text} along a dimension; ``norm`` is None, "backward", "ortho" or "forward".'
    define(name, ("(Tensor input, SymInt? n=None, int dim=-1, str? norm=None, *, Tensor out=None)", single), into="fft")
    for tail, dim in (("2", "IntList[1] dim={-2,-1}"), ("n", "IntList[1]? dim=None")):
        several = many(name + tail, forward)
        several.__doc__ = f"{text} along {'two' if tail == '2' else 'several'} dimensions."
        schema = f"(Tensor input, IntList[1]? s=None, {dim}, str? norm=None, *, Tensor out=None)"
        define(name + tail, (schema, several), into="fft")


for _name in _WHAT:
    _declare(_name)


# -- order of frequencies ---------------------------------------------------------------------------------


def _shift(inverse: bool) -> Callable[..., Any]:
    def apply(input: Tensor, dim: Sequence[int] | None) -> Any:
        ndim = input.array.ndim
        dims = tuple(range(ndim)) if dim is None else _wrapped(dim, ndim)
        sizes = [input.array.shape[d] for d in dims]
        return roll(input, tuple((n + 1) // 2 if inverse else n // 2 for n in sizes), dims)

    apply.__doc__ = "The order of ``fftshift`` undone." if inverse else "Frequencies reordered, zero in the middle."
    return apply


def _frequencies(real: bool) -> Callable[..., Any]:
    name = "rfftfreq" if real else "fftfreq"

    def apply(n: int, d: float, dtype: DType | None, requires_grad: bool) -> Any:
        kind = dtypes.default.dtype if dtype is None else dtype
        if kind.category < dtypes.FLOATING:
            raise RuntimeError(f"{name} requires a floating point or complex dtype")
        if kind.is_complex:
            not_implemented_for("arange_cpu", np.empty(0, kind.np))
        size = n // 2 + 1 if real else n
        if size < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {size}: [{size}]")
        k = np.arange(n // 2 + 1) if real else np.fft.ifftshift(np.arange(-(n // 2), n - n // 2))
        scale = kind.np.type(1.0 / (n * d) if n * d else np.inf)
        found = wrap((k.astype(kind.np) * scale).astype(kind.np))
        if requires_grad:
            require_grad(found)
        return found

    apply.__doc__ = f"Frequencies of the elements of ``{'rfft' if real else 'fft'}`` of ``n`` points ``d`` apart."
    return apply


define("fftshift", ("(Tensor input, IntList[1]? dim=None)", _shift(False)), into="fft")
define("ifftshift", ("(Tensor input, IntList[1]? dim=None)", _shift(True)), into="fft")
_FREQUENCIES = "(int n, float d=1., *, ScalarType? dtype=None, bool requires_grad=False)"
define("fftfreq", (_FREQUENCIES, _frequencies(False)), into="fft")
define("rfftfreq", (_FREQUENCIES, _frequencies(True)), into="fft")
