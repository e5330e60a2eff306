"""The optimizers of gradients and their averages: SGD with momentum, and the Adam family.

Robbins and Monro, "A stochastic approximation method" (1951); Polyak, "Some methods of speeding up the convergence of
iteration methods" (1964); Sutskever et al., "On the importance of initialization and momentum" (2013), for Nesterov's
momentum. Kingma and Ba, "Adam" (2015), with Adamax in its section 7; Loshchilov and Hutter, "Decoupled weight decay
regularization" (2019); Reddi et al., "On the convergence of Adam and beyond" (2018), for amsgrad; Dozat, "Incorporating
Nesterov momentum into Adam" (2016); Liu et al., "On the variance of the adaptive learning rate" (2020).
"""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from ...numerics.limits import shown
from ..calls.class_fields import KEYWORDS, REQUIRED
from .optimizer import declare
from .options import number
from .rule import Array, Group, Rule, one


def check_lr(values: Group) -> None:
    """Raises ValueError for a learning rate that is negative, or a tensor of several elements."""
    lr = values["lr"]
    if isinstance(lr, Tensor) and lr.array.size != 1:
        raise ValueError("Tensor lr must be 1-element")
    if not number(lr) >= 0.0:
        raise ValueError(f"Invalid learning rate: {shown(lr)}")


def check_least(values: Group, name: str, what: str = "") -> None:
    """Raises ValueError for an option below zero."""
    if not number(values[name]) >= 0.0:
        raise ValueError(f"Invalid {what or name} value: {values[name]}")


# -- SGD -------------------------------------------------------------------------------------------------------


def _sgd(F: Any, o: Group, t: float, p: Any, g: Any, velocity: Any = None) -> None:
    """``v <- momentum v + (1 - dampening) g``, which begins as ``g``; then ``p <- p - lr v``. Nesterov's momentum looks
    ahead: it goes along ``g + momentum v``."""
    way = g
    if velocity is not None:
        if t > 1:
            F.scale(velocity, o["momentum"])
            F.add(velocity, g, 1 - o["dampening"])
        way = F.added(g, velocity, o["momentum"]) if o["nesterov"] else velocity
    F.descend(p, way, F.option(o["lr"]))


def _velocity(o: Group, param: Array) -> tuple[str, ...]:
    return ("momentum_buffer",) if o["momentum"] != 0 else ()


def _check_sgd(values: Group) -> None:
    lr = values["lr"]
    if isinstance(lr, Tensor) and lr.array.size != 1:
        raise ValueError("Tensor lr must be 1-element")
    if number(lr) < 0.0:
        raise ValueError(f"Invalid learning rate: {shown(lr)}")
    for name in ("momentum", "weight_decay"):
        if values[name] < 0.0:
            raise ValueError(f"Invalid {name} value: {values[name]}")
    if values["nesterov"] and (values["momentum"] <= 0 or values["dampening"] != 0):
        raise ValueError("Nesterov momentum requires a momentum and zero dampening")
    check_fused(values)


def check_fused(values: Group) -> None:
    """Raises RuntimeError for ``fused`` beside what it excludes."""
    if values["fused"]:
        if values["differentiable"]:
            raise RuntimeError("`fused` does not support `differentiable`")
        if values["foreach"]:
            raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


declare(
    "SGD", "sgd",
    {
        "params": REQUIRED, "lr": 1e-3, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False,
        KEYWORDS: None, "maximize": False, "foreach": None, "differentiable": False, "fused": None,
    },
    Rule(_sgd, _velocity, {"momentum_buffer": lambda param, g, o: g.copy()}, counts=False, pairs=""), _check_sgd,
)  # fmt: skip

# -- Adam ------------------------------------------------------------------------------------------------------


def _moments(F: Any, o: Group, g: Any, mean: Any, square: Any) -> tuple[Any, Any]:
    """Move the averages of the gradient and of its square on; the shares of the past in them."""
    beta1, beta2 = map(F.option, o["betas"])
    F.lerp(mean, g, 1 - beta1)
    F.average_square(square, g, beta2)
    return beta1, beta2


def _adam(F: Any, o: Group, t: float, p: Any, g: Any, mean: Any, square: Any, largest: Any = None) -> None:
    """``p <- p - lr m' / (sqrt(v') + eps)``: ``m'`` and ``v'`` are the averages without the share of their beginning at
    zero, which is ``beta^t``. Amsgrad takes the largest ``v`` so far."""
    beta1, beta2 = _moments(F, o, g, mean, square)
    if largest is not None:
        F.put(largest, F.maximum(F.seen(largest), square))
        square = largest
    t = F.count(t)
    spread = F.sqrt(square) / (1 - beta2**t) ** 0.5 + o["eps"]
    F.addcdiv(p, F.seen(mean), spread, -(F.option(o["lr"]) / (1 - beta1**t)))


_MOMENTS = ("exp_avg", "exp_avg_sq")
_ADAM_RULE = Rule(_adam, lambda o, param: (*_MOMENTS, "max_exp_avg_sq") if o["amsgrad"] else _MOMENTS)


def check_betas(values: Group) -> None:
    check_lr(values)
    if not values["eps"] >= 0.0:
        raise ValueError(f"Invalid epsilon value: {values['eps']}")
    for k in range(2):
        if not 0.0 <= number(values["betas"][k]) < 1.0:
            raise ValueError(f"Invalid beta parameter at index {k}: {values['betas'][k]}")
    check_least(values, "weight_decay")


def _check_adam(values: Group) -> None:
    if isinstance(values["lr"], Tensor) and values["foreach"] and not values["capturable"]:
        raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
    check_betas(values)
    check_fused(values)


_ADAM = {"params": REQUIRED, "lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8}
_ADAM_ORDER = (
    "lr betas eps weight_decay amsgrad maximize foreach capturable differentiable fused decoupled_weight_decay"
)
declare(
    "Adam", "adam",
    {
        **_ADAM, "weight_decay": 0, "amsgrad": False, KEYWORDS: None, "foreach": None, "maximize": False,
        "capturable": False, "differentiable": False, "fused": None, "decoupled_weight_decay": False,
    },
    _ADAM_RULE, _check_adam, _ADAM_ORDER,
)  # fmt: skip


def _check_adamw(values: Group) -> None:
    values["decoupled_weight_decay"] = True
    _check_adam(values)


declare(
    "AdamW", "adamw",
    {
        **_ADAM, "weight_decay": 1e-2, "amsgrad": False, KEYWORDS: None, "maximize": False, "foreach": None,
        "capturable": False, "differentiable": False, "fused": None,
    },
    _ADAM_RULE, _check_adamw, _ADAM_ORDER,
)  # fmt: skip


def _adamax(F: Any, o: Group, t: float, p: Any, g: Any, mean: Any, norm: Any) -> None:
    """Adam with the greatest norm: ``u <- max(beta2 u, |g| + eps)`` in place of the root."""
    beta1, beta2 = map(F.option, o["betas"])
    F.lerp(mean, g, 1 - beta1)
    F.put(norm, F.maximum(norm * beta2, F.absolute(g) + o["eps"]))
    F.addcdiv(p, mean, norm, -(F.option(o["lr"]) / (1 - beta1**t)))


declare(
    "Adamax", "adamax",
    {
        "params": REQUIRED, "lr": 2e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "foreach": None,
        KEYWORDS: None, "maximize": False, "differentiable": False, "capturable": False,
    },
    Rule(_adamax, ("exp_avg", "exp_inf")), check_betas,
)  # fmt: skip


def _nadam(F: Any, o: Group, t: float, p: Any, g: Any, product: Any, mean: Any, square: Any) -> None:
    """Adam that looks ahead: the gradient counts with this step's momentum ``mu``, the average with the next one's.
    ``product`` is that of all ``mu`` so far, the share of the beginning at zero."""
    lr = F.option(o["lr"])
    beta1, beta2 = _moments(F, o, g, mean, square)
    mu, ahead = (beta1 * (1.0 - 0.5 * 0.96 ** (step * o["momentum_decay"])) for step in (t, t + 1))
    F.scale(product, mu)
    begun = F.scalar(product)
    spread = F.sqrt(square / (1 - beta2**t)) + o["eps"]
    F.addcdiv(p, g, spread, -lr * (1.0 - mu) / (1.0 - begun))
    F.addcdiv(p, mean, spread, -lr * ahead / (1.0 - begun * ahead))


def _check_nadam(values: Group) -> None:
    check_betas(values)
    check_least(values, "momentum_decay")


declare(
    "NAdam", "nadam",
    {
        "params": REQUIRED, "lr": 2e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0,
        "momentum_decay": 4e-3, "decoupled_weight_decay": False, KEYWORDS: None, "foreach": None, "maximize": False,
        "capturable": False, "differentiable": False,
    },
    Rule(
        _nadam, ("mu_product", *_MOMENTS), {"mu_product": one}, writes=2, together=False,
        captured="params, mu_products and state_steps",
    ),
    _check_nadam,
    "lr betas eps weight_decay momentum_decay decoupled_weight_decay maximize foreach capturable differentiable",
)  # fmt: skip


def _radam(F: Any, o: Group, t: float, p: Any, g: Any, mean: Any, square: Any) -> None:
    """Adam that divides by the root only when the variance of that can be told, and with a factor that mends it.
    ``length`` is that of the sliding mean which ``v`` stands for, ``longest`` its limit."""
    beta1, beta2 = _moments(F, o, g, mean, square)
    past = beta2**t
    way = mean / (1 - beta1**t) * F.option(o["lr"])
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * t * past / (1 - past)
    if length > 5.0:
        mend = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) ** 0.5
        way = way * ((1 - past) ** 0.5 / (F.sqrt(square) + o["eps"])) * mend
    F.add(p, way, -1.0)


declare(
    "RAdam", "radam",
    {
        **_ADAM, "weight_decay": 0, "decoupled_weight_decay": False, KEYWORDS: None, "foreach": None,
        "maximize": False, "capturable": False, "differentiable": False,
    },
    Rule(_radam, _MOMENTS), check_betas,
    "lr betas eps weight_decay maximize foreach capturable decoupled_weight_decay differentiable",
)  # fmt: skip
