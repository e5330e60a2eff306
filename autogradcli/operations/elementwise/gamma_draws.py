"""Gamma and Dirichlet draws, with gradients by implicit reparameterization.

The derivative of a draw by its concentration is ``-(d cdf / d concentration) / density`` at the draw: Figurnov,
Mohamed and Mnih, "Implicit reparameterization gradients" (2018). It is approximated as PyTorch does, so that the
numbers are the same: by Taylor series, by saddle points (Rice), and in between by rational functions fitted by
Jankowiak and Obermeyer, "Pathwise derivatives beyond the reparameterization trick" (2018).
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from ...engine.operation import Array, operation
from ...numerics.random import gamma as draws
from ...numerics.random.generator import Generator, default_generator
from ..refuse import unwritten
from .gamma import digamma

_NO_EXAMPLES = "its draws are new at each call"


def _once(F: Any, g: Any) -> NoReturn:
    raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


@operation(
    node="StandardGammaBackward0",
    input=lambda F, g, input, result: g * F.standard_gamma_grad(input, result),
    examples=_NO_EXAMPLES,
)
def standard_gamma(input: Array, generator: Generator | None) -> Array:
    """Gamma random numbers of the concentrations ``input`` and rate 1."""
    return draws.standard_gamma(generator or default_generator, input)


@operation(
    input=unwritten("_standard_gamma_grad"),
    output=unwritten("_standard_gamma_grad"),
    examples="PyTorch has no derivative of it either",
)
def standard_gamma_grad(input: Array, output: Array) -> Array:
    """The derivative of gamma draws by their concentrations."""
    return _by_parts(_gamma_slope, input, output)


@operation(
    node="_DirichletBackward",
    input=lambda F, g, input, result: F.dirichlet_grad(result, input)
    * (g - F.sum_dim(result * g, (-1,), True)),
    examples=_NO_EXAMPLES,
)  # fmt: skip
def dirichlet(input: Array, generator: Generator | None) -> Array:
    """Dirichlet random numbers of the concentrations ``input`` along the last dimension."""
    return draws.dirichlet(generator or default_generator, input)


@operation(input=_once, concentration=_once, examples="PyTorch has no derivative of it either")
def dirichlet_grad(input: Array, concentration: Array) -> Array:
    """How a Dirichlet draw changes with its concentrations, but for what keeps its sum."""
    total = np.broadcast_to(concentration.sum(-1, keepdims=True), concentration.shape)
    return _by_parts(_dirichlet_slope, input, concentration, total)


def _by_parts(compute: Any, first: Array, *rest: Array) -> Array:
    """``compute`` on flat arrays, with nothing said of numbers that overflow."""
    with np.errstate(all="ignore"):
        found: Array = compute(first.ravel(), *[each.ravel() for each in rest])
    return found.astype(first.dtype, copy=False).reshape(first.shape)


def _put(result: Array, where: Array, compute: Any, *operands: Array) -> None:
    if where.any():
        result[where] = compute(*[each[where] for each in operands])


# -- gamma --------------------------------------------------------------------------------------------------------


def _gamma_slope(concentration: Array, draw: Array) -> Array:
    a, x = concentration.astype(np.float64), draw.astype(np.float64)
    result = np.empty_like(x)
    small = x < np.float32(0.8)
    large = ~small & (a > 8)
    near = large & (a * float(np.float32(0.9)) <= x) & (x <= a * float(np.float32(1.1)))
    _put(result, small, _gamma_taylor, a, x)
    _put(result, near, _gamma_near_mean, a, x)
    _put(result, large & ~near, _gamma_saddle, a, x)
    _put(result, ~small & ~large, _gamma_rational, a, x)
    return result


def _gamma_taylor(a: Array, x: Array) -> Array:
    numerator, denominator = np.ones_like(x), a.copy()
    series, squares = numerator / denominator, numerator / (denominator * denominator)
    for i in range(1, 6):
        numerator = numerator * (-x / i)
        denominator = denominator + 1
        series = series + numerator / denominator
        squares = squares + numerator / (denominator * denominator)
    power = x**a
    density = x ** (a - 1) * np.exp(-x)
    slope = (np.log(x) - digamma(a)) * (power * series) - power * squares
    result = -slope / density
    return np.where(np.isnan(result), 0.0, result)


def _gamma_near_mean(a: Array, x: Array) -> Array:
    first = 1 + 24 * a * (1 + 12 * a)
    second = 1440 * (a * a) + 6 * x * (53 - 120 * x) - 65 * x * x / a + a * (107 + 3600 * x)
    return first * second / (1244160 * (a * a) * (a * a))


def _gamma_saddle(a: Array, x: Array) -> Array:
    root = np.sqrt(8 * a)
    second = root / (a - x)
    third = (x - a - a * np.log(x / a)) ** -1.5
    both = np.where(x < a, second - third, second + third)
    first = np.log(x / a) * both - np.sqrt(2 / a) * (a + x) / ((a - x) * (a - x))
    stirling = 1 + 1 / (12 * a) * (1 + 1 / (24 * a))
    return -stirling * (x * first) / root


#: In powers of log(x/a), for numerator and denominator in powers of log(a).
_GAMMA_FIT = np.array([
    [0.16009398, -0.094634809, 0.025146376, -0.0030648343, 1, 0.32668115, 0.10406089, 0.0014179084],
    [0.53487893, 0.1298071, 0.065735949, -0.0015649758, 0.16639465, 0.020070113, -0.0035938915, -0.00058392623],
    [0.040121004, -0.0065914022, -0.0026286047, -0.0013441777, 0.017050642, -0.0021309326, 0.00085092367,
     -1.5247877e-07],
])  # fmt: skip


def _gamma_rational(a: Array, x: Array) -> Array:
    u, v = np.log(x / a), np.log(a)
    c = [_GAMMA_FIT[0, k] + u * (_GAMMA_FIT[1, k] + u * _GAMMA_FIT[2, k]) for k in range(8)]
    numerator = c[0] + v * (c[1] + v * (c[2] + v * c[3]))
    denominator = c[4] + v * (c[5] + v * (c[6] + v * c[7]))
    result: Array = np.exp(numerator / denominator)
    return result


# -- Dirichlet, by its margins, which are beta ----------------------------------------------------------------------


def _dirichlet_slope(x: Array, a: Array, total: Array) -> Array:
    b = total - a
    boundary = total * x * (1 - x)
    result = np.empty_like(x)
    low = (x <= 0.5) & (boundary < 2.5)
    high = ~low & (x >= 0.5) & (boundary < 0.75)
    both = ~low & ~high & (a > 6) & (b > 6)
    wide = [each.astype(np.float64) for each in (x, a, total)]
    _put(result, low, _beta_low, x, a, b)
    _put(result, high, lambda x, a, b: -_beta_high(1 - x, b, a), x, a, b)
    _put(result, both, _beta_saddle, *wide)
    _put(result, ~low & ~high & ~both, _beta_rational, *wide)
    return result


def _beta_low(x: Array, a: Array, b: Array) -> Array:
    """By the first parameter, near 0."""
    factor = _psi(a) - _psi(a + b) - np.log(x)
    numerator = np.ones_like(x)
    series = numerator / a * (factor + 1 / a)
    for i in range(1, 11):
        numerator = numerator * ((i - b) * x / i)
        denominator = a + i
        series = series + numerator / denominator * (factor + 1 / denominator)
    result = x * (1 - x) ** -b * series
    return np.where(np.isnan(result), 0, result)


def _beta_high(x: Array, a: Array, b: Array) -> Array:
    """By the second parameter, near 0."""
    factor = _psi(a + b) - _psi(b)
    numerator, betas, slopes = np.ones_like(x), np.ones_like(x), np.zeros_like(x)
    series = factor / a
    for i in range(1, 9):
        numerator = numerator * (-x / i)
        slopes = slopes * (b - i) + betas
        betas = betas * (b - i)
        series = series + numerator / (a + i) * (slopes + factor * betas)
    result = -((1 - x) ** (1 - b)) * series
    return np.where(np.isnan(result), 0, result)


def _psi(x: Array) -> Array:
    found: Array = digamma(x.astype(np.float64)).astype(x.dtype)
    return found


def _beta_saddle(x: Array, a: Array, total: Array) -> Array:
    """By the first parameter, where both are large."""
    b = total - a
    total = a + b
    mean = a / total
    deviation = np.sqrt(a * b / (total + 1)) / total
    inner = 3 * (59 + 180 * b - 90 * x) * (b * b) + a * (
        (453 + 1620 * b * (1 - x) - 455 * x) * b + a * (8 * (1 - x) * (135 * b - 11))
    )
    poly = 47 * x * (b * b) * (b * b) + a * ((43 + 20 * (16 + 27 * b) * x) * (b * b) * b + a * inner)
    scale = (1 + 12 * a) * (1 + 12 * b) / (total * total)
    central = scale / (1 - x) * poly / (12960 * a * a * a * b * b * (1 + 12 * total))
    stirling = (
        (1 + 1 / (12 * a) + 1 / (288 * a * a)) * (1 + 1 / (12 * b) + 1 / (288 * b * b))
        / (1 + 1 / (12 * total) + 1 / (288 * total * total))
    )  # fmt: skip
    shifted = a * (x - 1) + b * x
    first = (2 * (a * a) * (x - 1) + a * b * (x - 1) - x * (b * b)) / (
        np.sqrt(2 * a / b) * total**1.5 * shifted * shifted
    )
    second = 0.5 * np.log(a / (total * x))
    third = np.sqrt(8 * a * b / total) / (b * x + a * (x - 1))
    fourth = (b * np.log(b / (total * (1 - x))) + a * np.log(a / (total * x))) ** -1.5
    sides = first + second * (third + np.where(x < mean, fourth, -fourth))
    outside = stirling * (-x / np.sqrt(2 * a * b / total)) * sides
    near = (mean - 0.1 * deviation <= x) & (x <= mean + 0.1 * deviation)
    return np.where(near, central, outside)


#: Numerator and denominator, in powers of log(x), of log(a/x), and of what is left of log(total).
_BETA_FIT = np.array([
    [[[1.003668233, -0.01061107488, -0.0657888334, 0.01201642863],
      [0.6336835991, -0.3557432599, 0.05486251648, -0.001465281033],
      [-0.03276231906, 0.004474107445, 0.002429354597, -0.0001557569013]],
     [[0.221950385, -0.3187676331, 0.01799915743, 0.01074823814],
      [-0.2951249643, 0.06219954479, 0.01535556598, 0.001550077057],
      [0.02155310298, 0.004170831599, 0.001292462449, 6.976601077e-05]],
     [[-0.05980841433, 0.008441916499, 0.01085618172, 0.002319392565],
      [0.02911413504, 0.01400243777, -0.002721828457, 0.000751041181],
      [0.005900514878, -0.001936558688, -9.495446725e-06, 5.385558597e-05]]],
    [[[1, -0.02924021934, -0.04438342661, 0.007285809825],
      [0.6357567472, -0.3473456711, 0.05454656494, -0.002407477521],
      [-0.03301322327, 0.004845219414, 0.00231480583, -0.0002307248149]],
     [[0.5925320577, -0.1757678135, 0.01505928619, 0.000564515273],
      [0.1014815858, -0.06589186703, 0.01272886114, -0.0007316646956],
      [-0.007258481865, 0.001096195486, 0.0003934994223, -4.12701925e-05]],
     [[0.06469649321, -0.0236701437, 0.002902096474, -5.896963079e-05],
      [0.001925008108, -0.002869809258, 0.0008000589141, -6.063713228e-05],
      [-0.0003477407336, 6.959756487e-05, 1.097287507e-05, -1.650964693e-06]]],
])  # fmt: skip


def _beta_rational(x: Array, a: Array, total: Array) -> Array:
    u = np.log(x)
    v = np.log(a) - u
    w = np.log(total) - v
    sums = [np.zeros_like(x), np.zeros_like(x)]
    for i in range(3):
        for j in range(3):
            power = (1, u, u * u)[i] * (1, v, v * v)[j]
            for k in range(2):
                c = _BETA_FIT[k, i, j]
                sums[k] = sums[k] + power * (c[0] + w * (c[1] + w * (c[2] + w * c[3])))
    result: Array = sums[0] / sums[1] * (x * (digamma(total) - digamma(a)) / (total - a))
    return result
