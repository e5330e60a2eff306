"""Normal numbers by the Box-Muller transform, as PyTorch's CPU kernels evaluate it, bit for bit.

Sixteen uniform numbers make sixteen normal ones: the first eight give the radii, the last eight the
angles. In float32 PyTorch evaluates log, sin and cos with the polynomials of Moshier's Cephes library in
AVX2 registers, where the compiler fuses most products into the sums that follow; the fused steps are
evaluated here in float64, in which a product of two float32 is exact.

Of more numbers than anybody reads the last digits of, the functions are NumPy's own, in a fifth of the time.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ..exact import fused_float32, fused_float64
from .fill import each

Array = np.ndarray

_f = np.float32

# Cephes logf: log(1 + x) on [sqrt(1/2) - 1, sqrt(2) - 1], and log(2) in two parts.
_SQRT_HALF = _f(0.707106781186547524)
_LOG = tuple(
    float(_f(c))
    for c in (
        7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
        -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    )
)  # fmt: skip
_LOG2_LOW, _LOG2_HIGH = _f(-2.12194440e-4), _f(0.693359375)

# Cephes sinf and cosf on [0, pi/4], and -pi/4 in three parts.
_FOUR_OVER_PI = _f(1.27323954473516)
_QUARTER_PI = tuple(float(_f(c)) for c in (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8))
_COS_SIN = tuple(
    np.array(pair, _f).astype(np.float64).reshape(2, 1, 1)
    for pair in (
        (2.443315711809948e-5, -1.9515295891e-4),
        (-1.388731625493765e-3, 8.3321608736e-3),
        (4.166664568298827e-2, -1.6666654611e-1),
    )
)

_TWO_PI = 2.0 * math.pi
#: Numbers of one draw whose every bit is PyTorch's.
EXACT = 1 << 14
_CHUNK = 512  # blocks of sixteen evaluated at once, so that the passes stay in the cache


def _horner(x: Array, coefficients: tuple[float, ...] | tuple[Array, ...], scratch: Array) -> Array:
    """A polynomial by fused steps in float32, left in ``scratch``; ``x`` holds float32 numbers in float64."""
    y: Array = x * coefficients[0]
    for coefficient in coefficients[1:-1]:
        y += coefficient
        scratch[...] = y
        y[...] = scratch
        y *= x
    y += coefficients[-1]
    scratch[...] = y
    return scratch


def _log_float32(x: Array) -> Array:
    """Cephes' ``logf`` for x in [2**-24, 1]."""
    bits = x.view(np.int32)
    exponent = ((bits >> 23) - 126).astype(_f)
    fraction = ((bits & 0x007FFFFF) | 0x3F000000).view(_f)  # in [1/2, 1)
    small = fraction < _SQRT_HALF
    exponent -= small
    fraction += fraction * small
    fraction -= _f(1)
    wide = fraction.astype(np.float64)
    square = fraction * fraction
    y = _horner(wide, _LOG, np.empty_like(fraction))
    y *= fraction
    y = fused_float32(y, square, exponent * _LOG2_LOW)
    square *= _f(0.5)
    y -= square
    fraction += y
    return fused_float32(exponent, _LOG2_HIGH, fraction)


def _sign(octant: Array) -> Array:
    """-1 in octants 4 to 7, else 1."""
    return (1 - ((octant & 4) >> 1)).astype(_f)


def _sincos_float32(x: Array) -> tuple[Array, Array]:
    """Cephes' ``sinf`` and ``cosf`` for x in [0, 2 pi]."""
    octant = ((x * _FOUR_OVER_PI).astype(np.int32) + 1) & ~1
    y = octant.astype(np.float64)
    for part in _QUARTER_PI:
        x = (y * part + x).astype(_f)
    z = x * x
    wide = z.astype(np.float64)
    cosine, sine = _horner(wide, _COS_SIN, np.empty((2, *z.shape), _f))
    cosine *= z
    cosine = fused_float32(cosine, z, z * _f(-0.5))
    cosine += _f(1)
    sine *= z
    sine = fused_float32(sine, x, x)
    swap = (octant & 2) != 0
    return (
        np.where(swap, cosine, sine) * _sign(octant),
        np.where(swap, sine, cosine) * _sign(octant + 2),
    )


def box_muller_float32(uniform: Array, mean: float, std: float) -> Array:
    """Normal float32 numbers from uniform ones in [0, 1), a multiple of sixteen in one dimension."""
    result = np.empty((uniform.size // 16, 2, 8), _f)
    source = uniform.reshape(result.shape)
    many = uniform.size > EXACT
    for start in range(0, len(source), _CHUNK):
        target = result[start : start + _CHUNK]
        for part, wave in enumerate(_waves(source[start : start + _CHUNK], many)):
            _scale(wave, mean, std, many, target[:, part])
    return result.reshape(-1)


def waves_float32(uniform: Array) -> Array:
    """``box_muller_float32`` of at most ``EXACT`` numbers before they have a mean and a deviation (``scaled``)."""
    result = np.empty((uniform.size // 16, 2, 8), _f)
    result[:, 0], result[:, 1] = _waves(uniform.reshape(result.shape), False)
    return result.reshape(-1)


def scaled(waves: Array, mean: float, std: float, out: Array) -> None:
    """Normal numbers of ``waves_float32``, written into an array of their shape."""
    _scale(waves, mean, std, False, out)


def _waves(block: Array, many: bool) -> tuple[Array, Array]:
    log: Any = np.log if many else _log_float32
    radius = log(_f(1) - block[:, 0])
    radius *= _f(-2)
    np.sqrt(radius, out=radius)
    angle = block[:, 1] * _f(_TWO_PI)
    sine, cosine = (np.sin(angle), np.cos(angle)) if many else _sincos_float32(angle)
    cosine *= radius
    sine *= radius
    return cosine, sine


def _scale(wave: Array, mean: float, std: float, many: bool, out: Array) -> None:
    mean32, std32 = _f(mean), _f(std)
    if std32 == 1:
        np.add(wave, mean32, out=out)
    elif many:
        wave *= std32
        np.add(wave, mean32, out=out)
    else:
        out[...] = fused_float32(wave, std32, mean32)


def box_muller_float64(uniform: Array, mean: float, std: float) -> Array:
    """Normal float64 numbers from uniform ones in [0, 1), a multiple of sixteen in one dimension."""
    source = uniform.reshape(-1, 2, 8)
    many = uniform.size > EXACT
    log, cos, sin = [
        theirs if many else partial(each, exact)
        for theirs, exact in ((np.log, math.log), (np.cos, math.cos), (np.sin, math.sin))
    ]
    radius = np.sqrt(-2.0 * log(1.0 - source[:, 0]))
    angle = _TWO_PI * source[:, 1]
    result = np.empty_like(source)
    for part, wave in enumerate((cos, sin)):
        around = radius * wave(angle)
        result[:, part] = around * std + mean if many else fused_float64(around, std, mean)
    return result.reshape(-1)


def polar_pairs(doubles: list[float]) -> list[float]:
    """Standard normal numbers, two of two doubles: the first is the angle's, the second the radius's."""
    result: list[float] = []
    sqrt, log1p, cos, sin = math.sqrt, math.log1p, math.cos, math.sin
    for i in range(0, len(doubles), 2):
        radius = sqrt(-2.0 * log1p(-doubles[i + 1]))
        angle = _TWO_PI * doubles[i]
        result.append(radius * cos(angle))
        result.append(radius * sin(angle))
    return result
