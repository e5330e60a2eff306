"""Kullback-Leibler divergences of two distributions of different kinds, in closed form."""

from __future__ import annotations

import math
from typing import Any

from ..nn.functions_by_attribute import M, T
from .arguments import EULER


def bernoulli_poisson(p: Any, q: Any) -> Any:
    return -p.entropy() - (p.probs * T.log(q.rate) - q.rate)


def _beta_mean(p: Any) -> Any:
    return p.concentration1 / (p.concentration1 + p.concentration0)


def beta_exponential(p: Any, q: Any) -> Any:
    return -p.entropy() - T.log(q.rate) + q.rate * _beta_mean(p)


def _gamma_normalizer(q: Any) -> Any:
    return T.lgamma(q.concentration) - q.concentration * T.log(q.rate)


def beta_gamma(p: Any, q: Any) -> Any:
    total = p.concentration1 + p.concentration0
    t3 = (q.concentration - 1) * (T.digamma(p.concentration1) - T.digamma(total))
    return -p.entropy() + _gamma_normalizer(q) - t3 + q.rate * p.concentration1 / total


def beta_normal(p: Any, q: Any) -> Any:
    mean, variance = _beta_mean(p), M.pow(q.scale, 2)
    t2 = 0.5 * T.log(variance * 2 * math.pi)
    t3 = (mean * (1 - mean) / (p.concentration1 + p.concentration0 + 1) + M.pow(mean, 2)) * 0.5
    return -p.entropy() + t2 + (t3 - q.loc * mean + M.pow(q.loc, 2) * 0.5) / variance


def beta_uniform(p: Any, q: Any) -> Any:
    result = -p.entropy() + T.log(q.high - q.low)
    result[(q.low > 0.0) | (q.high < 1.0)] = math.inf
    return result


def exponential_gamma(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    t1 = -q.concentration * T.log(ratio)
    return t1 + ratio + T.lgamma(q.concentration) + q.concentration * EULER - (1 + EULER)


def exponential_gumbel(p: Any, q: Any) -> Any:
    product, place = p.rate * q.scale, q.loc / q.scale
    return T.log(product) - 1 - place + T.exp(place) * product / (product + 1) + T.reciprocal(product)


def exponential_normal(p: Any, q: Any) -> Any:
    variance, square = M.pow(q.scale, 2), M.pow(p.rate, 2)
    t1 = 0.5 * T.log(square * variance * 2 * math.pi)
    return t1 - 1 + (T.reciprocal(square) - q.loc / p.rate + M.pow(q.loc, 2) * 0.5) / variance


def gamma_exponential(p: Any, q: Any) -> Any:
    return -p.entropy() - T.log(q.rate) + q.rate * p.concentration / p.rate


def _gamma_entropy(p: Any) -> Any:
    a = p.concentration
    return (a - 1) * T.digamma(a) - T.lgamma(a) - a


def gamma_gumbel(p: Any, q: Any) -> Any:
    product, place = p.rate * q.scale, q.loc / q.scale
    t2 = T.log(product) + p.concentration / product
    t3 = T.exp(place) * M.pow(1 + T.reciprocal(product), -p.concentration) - place
    return _gamma_entropy(p) + t2 + t3


def gamma_normal(p: Any, q: Any) -> Any:
    a, variance, square = p.concentration, M.pow(q.scale, 2), M.pow(p.rate, 2)
    t1 = 0.5 * T.log(square * variance * 2 * math.pi) - a - T.lgamma(a)
    t2 = 0.5 * (M.pow(a, 2) + a) / square
    return t1 + (a - 1) * T.digamma(a) + (t2 - q.loc * a / p.rate + 0.5 * M.pow(q.loc, 2)) / variance


def gumbel_normal(p: Any, q: Any) -> Any:
    ratio = p.scale / q.scale
    t1 = T.log(ratio / math.sqrt(2 * math.pi))
    t2 = M.pow(math.pi * ratio * 0.5, 2) / 3
    t3 = M.pow((p.loc + p.scale * EULER - q.loc) / q.scale, 2) * 0.5
    return -t1 + t2 + t3 - (EULER + 1)


def laplace_normal(p: Any, q: Any) -> Any:
    variance = M.pow(q.scale, 2)
    ratio = M.pow(p.scale, 2) / variance
    squares = 0.5 * M.pow(p.loc, 2) - p.loc * q.loc + 0.5 * M.pow(q.loc, 2)
    return -0.5 * T.log(2 * ratio / math.pi) + ratio + squares / variance - 1


def normal_gumbel(p: Any, q: Any) -> Any:
    mean, place, ratio = p.loc / q.scale, q.loc / q.scale, M.pow(p.scale / q.scale, 2)
    t3 = T.exp(-mean + 0.5 * ratio + place)
    return -(T.log(ratio) * 0.5) + (mean - place) + t3 - 0.5 * (1 + math.log(2 * math.pi))


def normal_laplace(p: Any, q: Any) -> Any:
    distance = p.loc - q.loc
    scaled = distance / p.scale
    t2 = math.sqrt(2 / math.pi) * p.scale * T.exp(-0.5 * M.pow(scaled, 2))
    t3 = distance * T.erf(math.sqrt(0.5) * scaled)
    return -T.log(p.scale / q.scale) + (t2 + t3) / q.scale - 0.5 * (1 + math.log(0.5 * math.pi))


def pareto_exponential(p: Any, q: Any) -> Any:
    product = p.scale * q.rate
    t3 = p.alpha * product / (p.alpha - 1)
    result = T.log(p.alpha / product) - T.reciprocal(p.alpha) + t3 - 1
    result[p.alpha <= 1] = math.inf
    return result


def pareto_gamma(p: Any, q: Any) -> Any:
    common = T.log(p.scale) + T.reciprocal(p.alpha)
    t3 = (1 - q.concentration) * common
    t4 = q.rate * p.alpha * p.scale / (p.alpha - 1)
    result = T.log(p.alpha) - common + _gamma_normalizer(q) + t3 + t4 - 1
    result[p.alpha <= 1] = math.inf
    return result


def pareto_normal(p: Any, q: Any) -> Any:
    mean = p.scale / (p.alpha - 1)
    t1 = T.log(math.sqrt(2 * math.pi) * q.scale * p.alpha / p.scale)
    t3 = p.alpha * M.pow(mean, 2) / (p.alpha - 2)
    t4 = M.pow(p.alpha * mean - q.loc, 2)
    result = t1 - T.reciprocal(p.alpha) + (t3 + t4) / (2 * M.pow(q.scale, 2)) - 1
    result[p.alpha <= 2] = math.inf
    return result


def _x_log_x(x: Any) -> Any:
    return T.xlogy(x, x)


def uniform_beta(p: Any, q: Any) -> Any:
    width = p.high - p.low
    t2 = (q.concentration1 - 1) * (_x_log_x(p.high) - _x_log_x(p.low) - width) / width
    t3 = (q.concentration0 - 1) * (_x_log_x(1 - p.high) - _x_log_x(1 - p.low) + width) / width
    t4 = T.lgamma(q.concentration1) + T.lgamma(q.concentration0) - T.lgamma(q.concentration1 + q.concentration0)
    result = t3 + t4 - T.log(width) - t2
    result[(p.high > 1.0) | (p.low < 0.0)] = math.inf
    return result


def uniform_exponential(p: Any, q: Any) -> Any:
    result = q.rate * (p.high + p.low) / 2 - T.log((p.high - p.low) * q.rate)
    result[p.low < 0.0] = math.inf
    return result


def uniform_gamma(p: Any, q: Any) -> Any:
    width = p.high - p.low
    t3 = (1 - q.concentration) * (_x_log_x(p.high) - _x_log_x(p.low) - width) / width
    result = -T.log(width) + _gamma_normalizer(q) + t3 + q.rate * (p.high + p.low) / 2
    result[p.low < 0.0] = math.inf
    return result


def uniform_gumbel(p: Any, q: Any) -> Any:
    common = q.scale / (p.high - p.low)
    high, low = (p.high - q.loc) / q.scale, (p.low - q.loc) / q.scale
    return T.log(common) + 0.5 * (high + low) - common * (T.exp(-high) - T.exp(-low))


def uniform_normal(p: Any, q: Any) -> Any:
    width = p.high - p.low
    t1 = T.log(math.sqrt(math.pi * 2) * q.scale / width)
    t3 = M.pow((p.high + p.low - 2 * q.loc) / 2, 2)
    return t1 + 0.5 * (M.pow(width, 2) / 12 + t3) / M.pow(q.scale, 2)


def uniform_pareto(p: Any, q: Any) -> Any:
    width = p.high - p.low
    t1 = T.log(q.alpha * M.pow(q.scale, q.alpha) * width)
    result = (_x_log_x(p.high) - _x_log_x(p.low) - width) / width * (q.alpha + 1) - t1
    result[p.low < q.scale] = math.inf
    return result
