"""The optimizers that scale each element's step by its past: Adagrad, Adadelta, RMSprop, Rprop; and averaged SGD.

Duchi, Hazan and Singer, "Adaptive subgradient methods" (2011); Zeiler, "Adadelta" (2012); Tieleman and Hinton,
"RMSprop" (2012); Riedmiller and Braun, "A direct adaptive method for faster backpropagation" (1993); Polyak and
Juditsky, "Acceleration of stochastic approximation by averaging" (1992).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..calls.class_fields import KEYWORDS, REQUIRED
from .optimizer import declare
from .options import number
from .rule import Array, Group, Rule, one
from .sgd_adam import check_fused, check_least, check_lr


def _check_eps(values: Group) -> None:
    if not values["eps"] >= 0.0:
        raise ValueError(f"Invalid epsilon value: {values['eps']}")


# -- Adagrad ---------------------------------------------------------------------------------------------------


def _both(param: Array, value: Any) -> Array:
    """A number for each element; where that is complex, for both of its parts."""
    return np.full_like(param, complex(value, value) if param.dtype.kind == "c" else value)


def _adagrad(F: Any, o: Group, t: float, p: Any, g: Any, total: Any) -> None:
    """``s <- s + g^2``, ``p <- p - lr g / (sqrt(s) + eps)``, with a rate that decays by the steps."""
    F.addcmul(total, g, g, 1)
    F.addcdiv(p, g, F.sqrt(total) + o["eps"], -(F.option(o["lr"]) / (1 + (t - 1) * o["lr_decay"])))


_ADAGRAD = Rule(_adagrad, ("sum",), {"sum": lambda param, g, o: _both(param, o["initial_accumulator_value"])})


def _begin_adagrad(optimizer: Any, group: Group) -> None:
    for param in group["params"]:
        _ADAGRAD.begin(param.array, param.array, optimizer.state[param], group)


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
    _ADAGRAD, _check_adagrad,
    "lr lr_decay eps weight_decay initial_accumulator_value foreach maximize differentiable fused", _begin_adagrad,
)  # fmt: skip

# -- Adadelta --------------------------------------------------------------------------------------------------


def _adadelta(F: Any, o: Group, t: float, p: Any, g: Any, square: Any, moved: Any) -> None:
    """The step is ``g`` times the root mean square of the steps before, by that of the gradients."""
    rho, eps = F.option(o["rho"]), o["eps"]
    F.average_square(square, g, rho)
    way = F.sqrt(moved + eps) / F.sqrt(square + eps) * g
    F.average_square(moved, way, rho)
    F.descend(p, F.joined(way, p), F.option(o["lr"]))


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
    Rule(_adadelta, ("square_avg", "acc_delta"), pairs="kept"), _check_adadelta,
    "lr rho eps weight_decay maximize capturable foreach differentiable",
)  # fmt: skip

# -- RMSprop ---------------------------------------------------------------------------------------------------


def _rmsprop(F: Any, o: Group, t: float, p: Any, g: Any, square: Any, *more: Any) -> None:
    """``p <- p - lr g / (sqrt(v) + eps)``, ``v`` an average of squares; centered, less the square of the average.
    With momentum the quotients are gathered first."""
    rest, share, rate = list(more), F.option(o["alpha"]), F.option(o["lr"])
    velocity = rest.pop(0) if o["momentum"] > 0 else None
    F.average_square(square, g, share)
    if rest:
        (mean,) = rest
        F.lerp(mean, g, 1 - share)
        square = F.without_square(square, mean)
    spread = F.sqrt(square) + o["eps"]
    if velocity is None:
        F.addcdiv(p, g, spread, -rate)
    else:
        F.scale(velocity, o["momentum"])
        F.addcdiv(velocity, g, spread, 1)
        F.descend(p, velocity, rate)


def _averages(o: Group, param: Array) -> tuple[str, ...]:
    return ("square_avg", *["momentum_buffer"] * (o["momentum"] > 0), *["grad_avg"] * bool(o["centered"]))


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
    Rule(_rmsprop, _averages), _check_rmsprop,
    "lr momentum alpha eps centered weight_decay capturable foreach maximize differentiable",
)  # fmt: skip

# -- Rprop -----------------------------------------------------------------------------------------------------


def _rprop(F: Any, o: Group, t: float, p: Any, g: Any, before: Any, size: Any) -> None:
    """Each element has a step of its own, which grows while the gradient keeps its sign and shrinks, without a step,
    when that turns."""
    (less, more), (least, most) = (map(F.option, o[name]) for name in ("etas", "step_sizes"))
    turn = F.sign(g * F.seen(before))
    F.scale(size, F.by_sign(turn, less, 1.0, more))
    F.limit(size, least, most)
    g = F.without(g, turn < 0)
    F.addcmul(p, F.sign(g), size, -1)
    F.put(before, g)


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
    Rule(_rprop, ("prev", "step_size"), {"step_size": lambda param, g, o: _both(param, number(o["lr"]))}), _check_rprop,
    "lr etas step_sizes foreach maximize differentiable capturable",
)  # fmt: skip

# -- averaged SGD ----------------------------------------------------------------------------------------------


def _asgd(F: Any, o: Group, t: float, p: Any, g: Any, eta: Any, mu: Any, average: Any) -> None:
    """SGD whose rate ``eta`` falls as ``lr / (1 + lambd lr t)^alpha``, and the average of where it has been, from step
    ``t0`` on."""
    lr, lambd, rate, share = number(o["lr"]), o["lambd"], float(F.array(eta)), float(F.array(mu))
    F.scale(p, 1 - lambd * rate)
    F.descend(p, g, rate)
    if share != 1:
        F.add(average, (p - average) * share, 1)
    else:
        F.put(average, p)
    F.array(eta)[...] = lr / (1 + lambd * lr * t) ** o["alpha"]
    F.array(mu)[...] = 1 / max(1, t - o["t0"])


def _rate(param: Array, g: Array, o: Group) -> Array:
    return np.array(number(o["lr"]), np.float32)


def _check_asgd(values: Group) -> None:
    check_lr(values)
    check_least(values, "weight_decay")


declare(
    "ASGD", "asgd",
    {
        "params": REQUIRED, "lr": 1e-2, "lambd": 1e-4, "alpha": 0.75, "t0": 1e6, "weight_decay": 0, "foreach": None,
        "maximize": False, "differentiable": False, "capturable": False,
    },
    Rule(
        _asgd, ("eta", "mu", "ax"), {"eta": _rate, "mu": one}, writes=2, together=False,
        captured="params, mus, etas, and state_steps",
    ),
    _check_asgd,
)  # fmt: skip
