"""The optimizers that follow one rule for each parameter: SGD and the Adam family.

Kingma and Ba, "Adam" (2014); Loshchilov and Hutter, "Decoupled weight decay regularization" (2017); Dozat,
"Incorporating Nesterov momentum into Adam" (2016); Liu et al., "On the variance of the adaptive learning rate" (2019).
"""

from __future__ import annotations

import numpy as np

from ...engine.limits import shown
from ...engine.tensor import Tensor, wrap
from ..calls.class_fields import KEYWORDS, REQUIRED
from .kernels import add, addcdiv, addcmul, added, lerp
from .optimizer import Array, Group, declare, number


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


def begin_step(state: Group) -> None:
    state["step"] = wrap(np.zeros((), np.float32))


def next_step(state: Group) -> float:
    """Count a step."""
    step = state["step"].array
    step[...] += 1
    return float(step)


def decayed(param: Array, g: Array, group: Group) -> Array:
    """The gradient with weight decay in it."""
    decay = group["weight_decay"]
    return added(g, param, number(decay)) if decay != 0 else g


# -- SGD -------------------------------------------------------------------------------------------------------


def _sgd(param: Array, g: Array, state: Group, group: Group) -> None:
    g = decayed(param, g, group)
    momentum = group["momentum"]
    if momentum != 0:
        buffer = state.get("momentum_buffer")
        if buffer is None:
            buffer = state["momentum_buffer"] = wrap(g.copy())
        else:
            np.multiply(buffer.array, momentum, out=buffer.array)
            add(buffer.array, g, 1 - group["dampening"])
        g = added(g, buffer.array, momentum) if group["nesterov"] else buffer.array
    add(param, g, -number(group["lr"]))


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
    _sgd, _check_sgd, on_parts=False,
)  # fmt: skip

# -- Adam ------------------------------------------------------------------------------------------------------


def moments(g: Array, state: Group, group: Group) -> tuple[float, float, float]:
    """Move both averages on; the step and the two rates of the averages."""
    beta1, beta2 = map(number, group["betas"])
    step = next_step(state)
    lerp(state["exp_avg"].array, g, 1 - beta1)
    square(state["exp_avg_sq"].array, g, beta2)
    return step, beta1, beta2


def square(average: Array, g: Array, rate: float) -> None:
    """Move an average of squares on."""
    np.multiply(average, rate, out=average)
    addcmul(average, g, g, 1 - rate)


def begin_moments(param: Array, state: Group) -> None:
    begin_step(state)
    state["exp_avg"] = wrap(np.zeros_like(param))
    state["exp_avg_sq"] = wrap(np.zeros_like(param))


def _decay(param: Array, g: Array, group: Group) -> Array:
    """Weight decay: of the parameter itself where it is decoupled, else as a part of the gradient."""
    if group["weight_decay"] != 0 and group["decoupled_weight_decay"]:
        np.multiply(param, 1 - number(group["lr"]) * group["weight_decay"], out=param)
        return g
    return decayed(param, g, group)


def _adam(param: Array, g: Array, state: Group, group: Group) -> None:
    if not state:
        begin_moments(param, state)
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = wrap(np.zeros_like(param))
    g = _decay(param, g, group)
    step, beta1, beta2 = moments(g, state, group)
    average = state["exp_avg_sq"].array
    if group["amsgrad"]:
        largest = state["max_exp_avg_sq"].array
        average = np.maximum(largest, average, out=largest)
    size = number(group["lr"]) / (1 - beta1**step)
    addcdiv(param, state["exp_avg"].array, np.sqrt(average) / ((1 - beta2**step) ** 0.5) + group["eps"], -size)


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
    _adam, _check_adam, _ADAM_ORDER,
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
    _adam, _check_adamw, _ADAM_ORDER,
)  # fmt: skip


def _adamax(param: Array, g: Array, state: Group, group: Group) -> None:
    if not state:
        begin_step(state)
        state["exp_avg"] = wrap(np.zeros_like(param))
        state["exp_inf"] = wrap(np.zeros_like(param))
    step = next_step(state)
    beta1, beta2 = group["betas"]
    g = decayed(param, g, group)
    lerp(state["exp_avg"].array, g, 1 - beta1)
    largest = state["exp_inf"].array
    np.maximum(largest * beta2, np.abs(g) + group["eps"], out=largest)
    addcdiv(param, state["exp_avg"].array, largest, -(number(group["lr"]) / (1 - beta1**step)))


declare(
    "Adamax", "adamax",
    {
        "params": REQUIRED, "lr": 2e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "foreach": None,
        KEYWORDS: None, "maximize": False, "differentiable": False, "capturable": False,
    },
    _adamax, check_betas,
)  # fmt: skip


def _nadam(param: Array, g: Array, state: Group, group: Group) -> None:
    if not state:
        begin_step(state)
        state["mu_product"] = wrap(np.ones((), np.float32))
        state["exp_avg"] = wrap(np.zeros_like(param))
        state["exp_avg_sq"] = wrap(np.zeros_like(param))
    g = _decay(param, g, group)
    step, beta1, beta2 = moments(g, state, group)
    lr, decay = number(group["lr"]), group["momentum_decay"]
    mu = beta1 * (1.0 - 0.5 * (0.96 ** (step * decay)))
    mu_next = beta1 * (1.0 - 0.5 * (0.96 ** ((step + 1) * decay)))
    product = state["mu_product"].array
    product[...] *= mu
    after = float(product)
    root = np.sqrt(state["exp_avg_sq"].array / (1 - beta2**step)) + group["eps"]
    addcdiv(param, g, root, -lr * (1.0 - mu) / (1.0 - after))
    addcdiv(param, state["exp_avg"].array, root, (-lr * mu_next) / (1.0 - after * mu_next))


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
    _nadam, _check_nadam,
    "lr betas eps weight_decay momentum_decay decoupled_weight_decay maximize foreach capturable differentiable",
)  # fmt: skip


def _radam(param: Array, g: Array, state: Group, group: Group) -> None:
    if not state:
        begin_moments(param, state)
    g = _decay(param, g, group)
    step, beta1, beta2 = moments(g, state, group)
    left = 1 - beta2**step
    step_by = state["exp_avg"].array / (1 - beta1**step) * number(group["lr"])
    most = 2 / (1 - beta2) - 1
    length = most - 2 * step * (beta2**step) / left
    if length > 5.0:
        rectified = ((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)) ** 0.5
        step_by = step_by * (left**0.5 / (np.sqrt(state["exp_avg_sq"].array) + group["eps"])) * rectified
    add(param, step_by, -1.0)


declare(
    "RAdam", "radam",
    {
        **_ADAM, "weight_decay": 0, "decoupled_weight_decay": False, KEYWORDS: None, "foreach": None,
        "maximize": False, "capturable": False, "differentiable": False,
    },
    _radam, check_betas,
    "lr betas eps weight_decay maximize foreach capturable decoupled_weight_decay differentiable",
)  # fmt: skip
