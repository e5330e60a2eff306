"""The optimizers that scale each element's step by its past: Adagrad, Adadelta, RMSprop, Rprop; and averaged SGD.

Duchi et al., "Adaptive subgradient methods" (2011); Zeiler, "Adadelta" (2012); Tieleman and Hinton, "RMSprop" (2012);
Riedmiller and Braun, "Rprop" (1993); Polyak and Juditsky, "Acceleration of stochastic approximation" (1992).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.tensor import wrap
from ..calls.class_fields import KEYWORDS, REQUIRED
from .kernels import add, addcdiv, addcmul, lerp
from .optimizer import Array, Group, declare, number
from .sgd_adam import begin_step, check_fused, check_least, check_lr, decayed, next_step, square


def _check_eps(values: Group) -> None:
    if not values["eps"] >= 0.0:
        raise ValueError(f"Invalid epsilon value: {values['eps']}")


# -- Adagrad ---------------------------------------------------------------------------------------------------


def _begin_adagrad(optimizer: Any, group: Group) -> None:
    for param in group["params"]:
        state = optimizer.state[param]
        begin_step(state)
        start = group["initial_accumulator_value"]
        state["sum"] = wrap(np.full_like(param.array, start * (1 + 1j) if param.array.dtype.kind == "c" else start))


def _adagrad(param: Array, g: Array, state: Group, group: Group) -> None:
    step = next_step(state)
    g = decayed(param, g, group)
    total = state["sum"].array
    addcmul(total, g, g, 1)
    lr = number(group["lr"]) / (1 + (step - 1) * group["lr_decay"])
    addcdiv(param, g, np.sqrt(total) + group["eps"], -lr)


def _check_adagrad(values: Group) -> None:
    check_lr(values)
    for name in ("lr_decay", "weight_decay", "initial_accumulator_value"):
        check_least(values, name)
    _check_eps(values)
    check_fused(values)


declare(
    "Adagrad", "adagrad",
    {
        "params": REQUIRED, "lr": 1e-2, "lr_decay": 0, "weight_decay": 0, "initial_accumulator_value": 0,
        "eps": 1e-10, "foreach": None, KEYWORDS: None, "maximize": False, "differentiable": False, "fused": None,
    },
    _adagrad, _check_adagrad,
    "lr lr_decay eps weight_decay initial_accumulator_value foreach maximize differentiable fused", _begin_adagrad,
)  # fmt: skip

# -- Adadelta --------------------------------------------------------------------------------------------------


def _adadelta(param: Array, g: Array, state: Group, group: Group) -> None:
    if not state:
        begin_step(state)
        state["square_avg"] = wrap(np.zeros_like(param))
        state["acc_delta"] = wrap(np.zeros_like(param))
    next_step(state)
    g = decayed(param, g, group)
    rho, eps = group["rho"], group["eps"]
    square(state["square_avg"].array, g, rho)
    past = state["acc_delta"].array
    delta = np.sqrt(past + eps) / np.sqrt(state["square_avg"].array + eps) * g
    square(past, delta, rho)
    add(param, delta, -number(group["lr"]))


def _check_adadelta(values: Group) -> None:
    check_lr(values)
    if not 0.0 <= values["rho"] <= 1.0:
        raise ValueError(f"Invalid rho value: {values['rho']}")
    _check_eps(values)
    check_least(values, "weight_decay")


declare(
    "Adadelta", "adadelta",
    {
        "params": REQUIRED, "lr": 1.0, "rho": 0.9, "eps": 1e-6, "weight_decay": 0, "foreach": None, KEYWORDS: None,
        "capturable": False, "maximize": False, "differentiable": False,
    },
    _adadelta, _check_adadelta, "lr rho eps weight_decay maximize capturable foreach differentiable",
)  # fmt: skip

# -- RMSprop ---------------------------------------------------------------------------------------------------


def _rmsprop(param: Array, g: Array, state: Group, group: Group) -> None:
    if not state:
        begin_step(state)
        state["square_avg"] = wrap(np.zeros_like(param))
        if group["momentum"] > 0:
            state["momentum_buffer"] = wrap(np.zeros_like(param))
        if group["centered"]:
            state["grad_avg"] = wrap(np.zeros_like(param))
    next_step(state)
    g = decayed(param, g, group)
    average = state["square_avg"].array
    square(average, g, group["alpha"])
    if group["centered"]:
        mean = state["grad_avg"].array
        lerp(mean, g, 1 - group["alpha"])
        average = average.copy()
        addcmul(average, mean, mean, -1)
    root = np.sqrt(average) + group["eps"]
    if group["momentum"] > 0:
        buffer = state["momentum_buffer"].array
        np.multiply(buffer, group["momentum"], out=buffer)
        addcdiv(buffer, g, root, 1)
        add(param, buffer, -number(group["lr"]))
    else:
        addcdiv(param, g, root, -number(group["lr"]))


def _check_rmsprop(values: Group) -> None:
    check_lr(values)
    _check_eps(values)
    for name in ("momentum", "weight_decay", "alpha"):
        check_least(values, name)


declare(
    "RMSprop", "rmsprop",
    {
        "params": REQUIRED, "lr": 1e-2, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0, "momentum": 0,
        "centered": False, "capturable": False, "foreach": None, "maximize": False, "differentiable": False,
    },
    _rmsprop, _check_rmsprop,
    "lr momentum alpha eps centered weight_decay capturable foreach maximize differentiable",
)  # fmt: skip

# -- Rprop -----------------------------------------------------------------------------------------------------


def _rprop(param: Array, g: Array, state: Group, group: Group) -> None:
    if not state:
        begin_step(state)
        state["prev"] = wrap(np.zeros_like(param))
        state["step_size"] = wrap(np.full_like(param, number(group["lr"])))
    next_step(state)
    (less, more), (least, most) = (map(number, group[name]) for name in ("etas", "step_sizes"))
    agree = np.sign(g * state["prev"].array)
    factor = np.where(agree > 0, more, np.where(agree < 0, less, 1.0)).astype(param.dtype)
    size = state["step_size"].array
    np.clip(size * factor, least, most, out=size)
    g = np.where(agree < 0, param.dtype.type(0), g)
    addcmul(param, np.sign(g), size, -1)
    state["prev"].array[...] = g


def _check_rprop(values: Group) -> None:
    check_lr(values)
    less, more = values["etas"]
    if not 0.0 < less < 1.0 < more:
        raise ValueError(f"Invalid eta values: {less}, {more}")


declare(
    "Rprop", "rprop",
    {
        "params": REQUIRED, "lr": 1e-2, "etas": (0.5, 1.2), "step_sizes": (1e-6, 50), KEYWORDS: None,
        "capturable": False, "foreach": None, "maximize": False, "differentiable": False,
    },
    _rprop, _check_rprop, "lr etas step_sizes foreach maximize differentiable capturable",
)  # fmt: skip

# -- averaged SGD ----------------------------------------------------------------------------------------------


def _asgd(param: Array, g: Array, state: Group, group: Group) -> None:
    lr, lambd = number(group["lr"]), group["lambd"]
    if not state:
        begin_step(state)
        state["eta"] = wrap(np.array(lr, np.float32))
        state["mu"] = wrap(np.ones((), np.float32))
        state["ax"] = wrap(np.zeros_like(param))
    step = next_step(state)
    g = decayed(param, g, group)
    eta, mu, average = state["eta"].array, state["mu"].array, state["ax"].array
    np.multiply(param, 1 - lambd * float(eta), out=param)
    add(param, g, -float(eta))
    if float(mu) != 1:
        average[...] = average + (param - average) * mu.astype(param.dtype)
    else:
        average[...] = param
    eta[...] = lr / ((1 + lambd * lr * step) ** group["alpha"])
    mu[...] = 1 / max(1, step - group["t0"])


def _check_asgd(values: Group) -> None:
    check_lr(values)
    check_least(values, "weight_decay")


declare(
    "ASGD", "asgd",
    {
        "params": REQUIRED, "lr": 1e-2, "lambd": 1e-4, "alpha": 0.75, "t0": 1e6, "weight_decay": 0, "foreach": None,
        "maximize": False, "differentiable": False, "capturable": False,
    },
    _asgd, _check_asgd,
)  # fmt: skip
