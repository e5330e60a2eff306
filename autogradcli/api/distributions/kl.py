"""``kl_divergence``: which formula is for which pair of distributions, and the formulas for two of one kind."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ...engine.state import state
from ...numerics.limits import shown
from ..calls.argument_types import Value
from ..calls.program_classes import Kind, is_program_class
from ..calls.python_function import define_python
from ..nn.functions_by_attribute import F, L, M, T
from . import kl_formulas as formulas
from .arguments import EULER, expanded, sum_rightmost
from .categories import Categorical, OneHotCategorical
from .counts import Bernoulli, Binomial, Geometric, Poisson
from .distribution import Distribution, ExponentialFamily, log_normalizer_gradients
from .gamma_families import Beta, Dirichlet, Exponential, Gamma
from .location_scale import Cauchy, Laplace, Normal, Uniform
from .multivariate import MultivariateNormal, half_log_det, mahalanobis
from .transformed import Independent, TransformedDistribution
from .transformed_families import Gumbel, HalfNormal, Pareto
from .transforms import same_parts

Formula = Callable[[Any, Any], Any]
Pair = tuple[type, type]

#: The formula for each pair of classes.
FORMULAS: dict[Pair, Formula] = {}


def of(*pairs: Pair) -> Callable[[Formula], Formula]:
    """Enter the decorated formula for these pairs."""

    def enter(formula: Formula) -> Formula:
        FORMULAS.update(dict.fromkeys(pairs, formula))
        return formula

    return enter


def _nearest(pairs: list[Pair]) -> Pair:
    """The most special pair: by its first class, then by its second one."""
    best = pairs[0]
    for pair in pairs[1:]:
        if pair != best and _is_at_least(pair, best):
            best = pair
    return best


def _is_at_least(pair: Pair, other: Pair) -> bool:
    for a, b in zip(pair, other):
        if not issubclass(a, b):
            return False
        if a is not b:
            break
    return True


def _formula(p: type, q: type) -> Formula | None:
    found = [(a, b) for a, b in FORMULAS if issubclass(p, a) and issubclass(q, b)]
    if not found:
        return None
    left = _nearest(found)
    b, a = _nearest([(second, first) for first, second in found])
    if FORMULAS[left] is not FORMULAS[a, b]:
        state.warn(
            "RuntimeWarning",
            f"Ambiguous kl_divergence({p.__name__}, {q.__name__}). Please register_kl({left[0].__name__}, "
            f"{b.__name__})",
        )
    return FORMULAS[left]


def kl_divergence(p: Value, q: Value) -> Any:
    """The Kullback-Leibler divergence of two distributions, the expected value of ``log p - log q`` under ``p``."""
    formula = _formula(type(p), type(q))
    if formula is None:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}"
        )
    return formula(p, q)


def register_kl(type_p: Value, type_q: Value) -> Callable[[Any], Any]:
    """Use the decorated function for the divergence of these two classes, one of which must be the program's own."""
    for name, kind in (("type_p", type_p), ("type_q", type_q)):
        if type(kind) is not Kind or not issubclass(kind, Distribution):
            raise TypeError(f"Expected {name} to be a Distribution subclass but got {shown(kind)}")
    if not is_program_class(type_p) and not is_program_class(type_q):
        raise TypeError("the divergences of torch's own distributions stay as they are: register a class of your own")

    def register(function: Any) -> Any:
        FORMULAS[type_p, type_q] = callee(function)
        return function

    return register


define_python("kl_divergence", kl_divergence, into="distributions kl")
define_python("register_kl", register_kl, into="distributions kl")

# -- two of one kind --------------------------------------------------------------------------------------------------


@of((Bernoulli, Bernoulli))
def _bernoulli(p: Any, q: Any) -> Any:
    ones = p.probs * (F.softplus(-q.logits) - F.softplus(-p.logits))
    ones[q.probs == 0] = math.inf
    ones[p.probs == 0] = 0
    zeros = (1 - p.probs) * (F.softplus(q.logits) - F.softplus(p.logits))
    zeros[q.probs == 1] = math.inf
    zeros[p.probs == 1] = 0
    return ones + zeros


@of((Beta, Beta))
def _beta(p: Any, q: Any) -> Any:
    sum_p, sum_q = p.concentration1 + p.concentration0, q.concentration1 + q.concentration0
    t1 = T.lgamma(q.concentration1) + T.lgamma(q.concentration0) + T.lgamma(sum_p)
    t2 = T.lgamma(p.concentration1) + T.lgamma(p.concentration0) + T.lgamma(sum_q)
    t3 = (p.concentration1 - q.concentration1) * T.digamma(p.concentration1)
    t4 = (p.concentration0 - q.concentration0) * T.digamma(p.concentration0)
    return t1 - t2 + t3 + t4 + (sum_q - sum_p) * T.digamma(sum_p)


@of((Binomial, Binomial))
def _binomial(p: Any, q: Any) -> Any:
    if bool(M.any(p.total_count < q.total_count)):
        raise NotImplementedError("KL between Binomials where q.total_count > p.total_count is not implemented")
    found = p.total_count * (p.probs * (p.logits - q.logits) + T.log1p(-p.probs) - T.log1p(-q.probs))
    more = p.total_count > q.total_count
    found[more] = T.full_like(found[more], math.inf)
    return found


@of((Categorical, Categorical))
def _categorical(p: Any, q: Any) -> Any:
    found = p.probs * (p.logits - q.logits)
    found[M.expand_as(q.probs == 0, found)] = math.inf
    found[M.expand_as(p.probs == 0, found)] = 0
    return M.sum(found, -1)


@of((OneHotCategorical, OneHotCategorical))
def _one_hot(p: Any, q: Any) -> Any:
    return _categorical(p._categorical, q._categorical)


@of((Dirichlet, Dirichlet))
def _dirichlet(p: Any, q: Any) -> Any:
    sum_p, sum_q = M.sum(p.concentration, -1), M.sum(q.concentration, -1)
    t1 = T.lgamma(sum_p) - T.lgamma(sum_q)
    t2 = M.sum(T.lgamma(p.concentration) - T.lgamma(q.concentration), -1)
    t3 = p.concentration - q.concentration
    t4 = T.digamma(p.concentration) - M.unsqueeze(T.digamma(sum_p), -1)
    return t1 - t2 + M.sum(t3 * t4, -1)


@of((Exponential, Exponential))
def _exponential(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    return -T.log(ratio) + ratio - 1


@of((ExponentialFamily, ExponentialFamily))
def _family(p: Any, q: Any) -> Any:
    if type(p) is not type(q):
        raise NotImplementedError(
            "The cross KL-divergence between different exponential families cannot"
            "                             be computed using Bregman divergences"
        )
    natural = [M.requires_grad_(M.detach(each)) for each in p._natural_params]
    others = q._natural_params
    normalizer, gradients = log_normalizer_gradients(p, natural)
    result = q._log_normalizer(*others) - normalizer
    for own, other, gradient in zip(natural, others, gradients):
        result = result - sum_rightmost((other - own) * gradient, len(q.event_shape))
    return result


@of((Gamma, Gamma))
def _gamma(p: Any, q: Any) -> Any:
    t1 = q.concentration * T.log(p.rate / q.rate)
    t2 = T.lgamma(q.concentration) - T.lgamma(p.concentration)
    t3 = (p.concentration - q.concentration) * T.digamma(p.concentration)
    return t1 + t2 + t3 + (q.rate - p.rate) * (p.concentration / p.rate)


@of((Gumbel, Gumbel))
def _gumbel(p: Any, q: Any) -> Any:
    ratio, at_q, at_p = p.scale / q.scale, q.loc / q.scale, p.loc / q.scale
    t1 = -T.log(ratio) - at_q + at_p
    return t1 + ratio * EULER + T.exp(at_q + T.lgamma(1 + ratio) - at_p) - (1 + EULER)


@of((Geometric, Geometric))
def _geometric(p: Any, q: Any) -> Any:
    return -p.entropy() - T.log1p(-q.probs) / p.probs - q.logits


@of((HalfNormal, HalfNormal))
def _half_normal(p: Any, q: Any) -> Any:
    return _normal(p.base_dist, q.base_dist)


@of((Laplace, Laplace))
def _laplace(p: Any, q: Any) -> Any:
    ratio, distance = p.scale / q.scale, T.abs(p.loc - q.loc)
    return -T.log(ratio) + distance / q.scale + ratio * T.exp(-distance / p.scale) - 1


@of((Normal, Normal))
def _normal(p: Any, q: Any) -> Any:
    ratio = M.pow(p.scale / q.scale, 2)
    return 0.5 * (ratio + M.pow((p.loc - q.loc) / q.scale, 2) - 1 - T.log(ratio))


@of((MultivariateNormal, MultivariateNormal))
def _multivariate_normal(p: Any, q: Any) -> Any:
    if p.event_shape != q.event_shape:
        raise ValueError(
            "KL-divergence between two Multivariate Normals with"
            "                          different event shapes cannot be computed"
        )
    n = p.event_shape[0]
    batch = T.broadcast_shapes(q._factor.shape[:-2], p._factor.shape[:-2])
    of_q, of_p = (expanded(each, (*batch, n, n)) for each in (q._factor, p._factor))
    solved = L.solve_triangular(of_q, of_p, upper=False)
    trace = M.reshape(M.sum(M.pow(M.reshape(solved, (-1, n * n)), 2), -1), tuple(batch))
    distance = mahalanobis(q._factor, q.loc - p.loc)
    return half_log_det(q._factor) - half_log_det(p._factor) + 0.5 * (trace + distance - n)


@of((Pareto, Pareto))
def _pareto(p: Any, q: Any) -> Any:
    ratio = q.alpha / p.alpha
    result = q.alpha * T.log(p.scale / q.scale) - T.log(ratio) + ratio - 1
    result[p.scale < q.scale] = math.inf
    return result


@of((Poisson, Poisson))
def _poisson(p: Any, q: Any) -> Any:
    return p.rate * (T.log(p.rate) - T.log(q.rate)) - (p.rate - q.rate)


@of((TransformedDistribution, TransformedDistribution))
def _transformed(p: Any, q: Any) -> Any:
    if not same_parts(p.transforms, q.transforms) or p.event_shape != q.event_shape:
        raise NotImplementedError
    return kl_divergence(p.base_dist, q.base_dist)


@of((Uniform, Uniform))
def _uniform(p: Any, q: Any) -> Any:
    result = T.log((q.high - q.low) / (p.high - p.low))
    result[(q.low > p.low) | (q.high < p.high)] = math.inf
    return result


@of((Independent, Independent))
def _independent(p: Any, q: Any) -> Any:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@of((Cauchy, Cauchy))
def _cauchy(p: Any, q: Any) -> Any:
    squares = M.pow(p.scale + q.scale, 2) + M.pow(p.loc - q.loc, 2)
    return T.log(squares) - T.log(4 * p.scale * q.scale)


# -- two of different kinds -------------------------------------------------------------------------------------------

FORMULAS.update(
    {
        (Bernoulli, Poisson): formulas.bernoulli_poisson,
        (Beta, Exponential): formulas.beta_exponential,
        (Beta, Gamma): formulas.beta_gamma,
        (Beta, Normal): formulas.beta_normal,
        (Beta, Uniform): formulas.beta_uniform,
        (Exponential, Gamma): formulas.exponential_gamma,
        (Exponential, Gumbel): formulas.exponential_gumbel,
        (Exponential, Normal): formulas.exponential_normal,
        (Gamma, Exponential): formulas.gamma_exponential,
        (Gamma, Gumbel): formulas.gamma_gumbel,
        (Gamma, Normal): formulas.gamma_normal,
        (Gumbel, Normal): formulas.gumbel_normal,
        (Laplace, Normal): formulas.laplace_normal,
        (Normal, Gumbel): formulas.normal_gumbel,
        (Normal, Laplace): formulas.normal_laplace,
        (Pareto, Exponential): formulas.pareto_exponential,
        (Pareto, Gamma): formulas.pareto_gamma,
        (Pareto, Normal): formulas.pareto_normal,
        (Uniform, Beta): formulas.uniform_beta,
        (Uniform, Exponential): formulas.uniform_exponential,
        (Uniform, Gamma): formulas.uniform_gamma,
        (Uniform, Gumbel): formulas.uniform_gumbel,
        (Uniform, Normal): formulas.uniform_normal,
        (Uniform, Pareto): formulas.uniform_pareto,
    }
)

#: Where the first is possible where the second is not: the parameter of the first whose shape the result has, and the
#: second ones.
_INFINITE: dict[type, tuple[str, tuple[type, ...]]] = {
    Beta: ("concentration1", (Pareto,)),
    Exponential: ("rate", (Beta, Pareto, Uniform)),
    Gamma: ("concentration", (Beta, Pareto, Uniform)),
    Gumbel: ("loc", (Beta, Exponential, Gamma, Pareto, Uniform)),
    Laplace: ("loc", (Beta, Exponential, Gamma, Pareto, Uniform)),
    Normal: ("loc", (Beta, Exponential, Gamma, Pareto, Uniform)),
    Pareto: ("scale", (Beta, Uniform)),
    Poisson: ("rate", (Bernoulli, Binomial)),
}


def _infinite(parameter: str) -> Formula:
    return lambda p, q: T.full_like(getattr(p, parameter), math.inf)


for _first, (_parameter, _seconds) in _INFINITE.items():
    of(*[(_first, _second) for _second in _seconds])(_infinite(_parameter))
