"""The rules of the optimizers on tensors, recorded: what ``differentiable=True`` asks for.

A step is then an operation like any other, through which gradients flow: to the gradients that it used, and to a
learning rate or another option that is itself a tensor. The formulas are those of ``rules.py`` and
``rules_of_scale.py``. Averages that the next step changes are cloned where they are used, in the optimizers where
PyTorch does so; in the others (Adamax, Rprop, centred RMSprop) a second step overwrites what the first one's derivative
needs, and the backward pass says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.tensor import Tensor, wrap
from ..nn.functions_by_attribute import M, T
from .optimizer import Group, number
from .sgd_adam import begin_step, next_step

Rule = Callable[[Tensor, Tensor, Group, Group], None]


def _begin(param: Tensor, state: Group, *names: str) -> None:
    begin_step(state)
    for name in names:
        state[name] = wrap(np.zeros_like(param.array))


def _decayed(param: Tensor, g: Tensor, group: Group) -> Tensor:
    """The gradient with weight decay in it; where the decay itself wants a gradient, as PyTorch does, in place."""
    decay = group["weight_decay"]
    if decay == 0:
        return g
    if isinstance(decay, Tensor) and decay.requires_grad:
        return M.addcmul_(g, M.clone(param), decay)  # type: ignore[no-any-return]
    return M.add(g, param, alpha=number(decay))  # type: ignore[no-any-return]


def _decay(param: Tensor, g: Tensor, group: Group) -> Tensor:
    if group["weight_decay"] != 0 and group["decoupled_weight_decay"]:
        M.mul_(param, 1 - group["lr"] * group["weight_decay"])
        return g
    return _decayed(param, g, group)


def _parts(*tensors: Tensor) -> tuple[Tensor, ...]:
    """The tensors, complex ones as pairs of their parts."""
    return tuple(T.view_as_real(t) if t.array.dtype.kind == "c" else t for t in tensors)


def _square(average: Tensor, g: Tensor, rate: Any) -> None:
    """Move an average of squares on."""
    rest = 1 - rate
    if isinstance(rate, Tensor) and rate.requires_grad:
        M.lerp_(average, M.square(g), rest)
    else:
        M.addcmul_(M.mul_(average, rate), g, g, value=number(rest))


def _sgd(param: Tensor, g: Tensor, state: Group, group: Group) -> None:
    g = _decayed(param, g, group)
    momentum = group["momentum"]
    if momentum != 0:
        buffer = state.get("momentum_buffer")
        if buffer is None:
            buffer = state["momentum_buffer"] = M.clone(M.detach(g))
        else:
            M.add_(M.mul_(buffer, momentum), g, alpha=1 - group["dampening"])
        g = M.add(g, buffer, alpha=momentum) if group["nesterov"] else buffer
    lr = group["lr"]
    if isinstance(lr, Tensor) and lr.requires_grad:
        M.addcmul_(param, g, lr, value=-1)
    else:
        M.add_(param, g, alpha=-number(lr))


def _adam(param: Tensor, g: Tensor, state: Group, group: Group) -> None:
    if not state:
        _begin(param, state, "exp_avg", "exp_avg_sq", *(["max_exp_avg_sq"] if group["amsgrad"] else []))
    next_step(state)
    g = _decay(param, g, group)
    lr, (beta1, beta2) = group["lr"], group["betas"]
    param, g, mean, squares = _parts(param, g, state["exp_avg"], state["exp_avg_sq"])
    M.lerp_(mean, g, 1 - beta1)
    _square(squares, g, beta2)
    step = M.clone(state["step"])
    size = -(lr / (1 - beta1**step))
    if group["amsgrad"]:
        (largest,) = _parts(state["max_exp_avg_sq"])
        squares = M.copy_(largest, T.maximum(M.clone(largest), squares))
    root = M.sqrt(squares) / (M.sqrt(1 - beta2**step) * size)
    M.addcdiv_(param, M.clone(mean), M.add_(root, group["eps"] / size))


def _adamax(param: Tensor, g: Tensor, state: Group, group: Group) -> None:
    if not state:
        _begin(param, state, "exp_avg", "exp_inf")
    step = next_step(state)
    beta1, beta2 = group["betas"]
    g = _decayed(param, g, group)
    param, g, mean, largest = _parts(param, g, state["exp_avg"], state["exp_inf"])
    M.lerp_(mean, g, 1 - beta1)
    both = T.stack([M.mul_(largest, beta2), M.add_(M.abs(g), group["eps"])])
    M.copy_(largest, M.amax(both, 0))
    M.addcdiv_(param, mean, largest, value=-number(group["lr"] / (1 - beta1**step)))


def _nadam(param: Tensor, g: Tensor, state: Group, group: Group) -> None:
    if not state:
        begin_step(state)
        state["mu_product"] = wrap(np.ones((), np.float32))
        state["exp_avg"], state["exp_avg_sq"] = (wrap(np.zeros_like(param.array)) for _ in range(2))
    step = next_step(state)
    g = _decay(param, g, group)
    lr, (beta1, beta2), decay = group["lr"], group["betas"], group["momentum_decay"]
    param, g, mean, squares = _parts(param, g, state["exp_avg"], state["exp_avg_sq"])
    mu = beta1 * (1.0 - 0.5 * (0.96 ** (step * decay)))
    mu_next = beta1 * (1.0 - 0.5 * (0.96 ** ((step + 1) * decay)))
    product = M.mul_(state["mu_product"], mu)
    M.lerp_(mean, g, 1 - beta1)
    _square(squares, g, beta2)
    root = M.add(M.sqrt(M.div(squares, 1 - beta2**step)), group["eps"])
    M.addcdiv_(param, g * (-lr * (1.0 - mu) / (1.0 - product)), root)
    M.addcdiv_(param, mean * (-lr * mu_next / (1.0 - product * mu_next)), root)


def _radam(param: Tensor, g: Tensor, state: Group, group: Group) -> None:
    if not state:
        _begin(param, state, "exp_avg", "exp_avg_sq")
    step = next_step(state)
    g = _decay(param, g, group)
    beta1, beta2 = group["betas"]
    param, g, mean, squares = _parts(param, g, state["exp_avg"], state["exp_avg_sq"])
    M.lerp_(mean, g, 1 - beta1)
    _square(squares, g, beta2)
    left = 1 - beta2**step
    change = mean / (1 - beta1**step) * group["lr"]
    most = 2 / (1 - beta2) - 1
    length = most - 2 * step * (beta2**step) / left
    if length > 5.0:
        rectified = ((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)) ** 0.5
        change = change * (left**0.5 / M.add(M.sqrt(squares), group["eps"])) * rectified
    M.add_(param, change, alpha=-1.0)


def _adagrad(param: Tensor, g: Tensor, state: Group, group: Group) -> None:
    step = next_step(state)
    g = _decayed(param, g, group)
    param, g, total = _parts(param, g, state["sum"])
    M.addcmul_(total, g, g, value=1)
    lr = group["lr"] / (1 + (step - 1) * group["lr_decay"])
    M.addcdiv_(param, g, M.sqrt(total) + group["eps"], value=-number(lr))


def _adadelta(param: Tensor, g: Tensor, state: Group, group: Group) -> None:
    if not state:
        _begin(param, state, "square_avg", "acc_delta")
    next_step(state)
    g = _decayed(param, g, group)
    rho, eps = group["rho"], group["eps"]
    g, squares, past = _parts(g, state["square_avg"], state["acc_delta"])
    _square(squares, g, rho)
    delta = M.sqrt(M.add(past, eps)) / M.sqrt(M.add(squares, eps)) * g
    _square(past, delta, rho)
    if param.array.dtype.kind == "c":
        delta = T.view_as_complex(delta)
    M.add_(param, delta, alpha=-number(group["lr"]))


def _rmsprop(param: Tensor, g: Tensor, state: Group, group: Group) -> None:
    momentum, centered = group["momentum"] > 0, group["centered"]
    if not state:
        kept = ["momentum_buffer"] * momentum + ["grad_avg"] * bool(centered)
        _begin(param, state, "square_avg", *kept)
    next_step(state)
    g = _decayed(param, g, group)
    param, g, average = _parts(param, g, state["square_avg"])
    _square(average, g, group["alpha"])
    if centered:
        (mean,) = _parts(state["grad_avg"])
        M.lerp_(mean, g, 1 - group["alpha"])
        average = M.addcmul(average, mean, mean, value=-1)
    root = M.add(M.sqrt(average), group["eps"])
    if momentum:
        (buffer,) = _parts(state["momentum_buffer"])
        M.addcdiv_(M.mul_(buffer, group["momentum"]), g, root)
        M.add_(param, buffer, alpha=-number(group["lr"]))
    else:
        M.addcdiv_(param, g, root, value=-number(group["lr"]))


def _rprop(param: Tensor, g: Tensor, state: Group, group: Group) -> None:
    if not state:
        begin_step(state)
        lr = number(group["lr"])
        state["prev"] = wrap(np.zeros_like(param.array))
        state["step_size"] = wrap(np.full_like(param.array, complex(lr, lr) if param.array.dtype.kind == "c" else lr))
    next_step(state)
    (less, more), (least, most) = group["etas"], group["step_sizes"]
    param, g, before, size = _parts(param, g, state["prev"], state["step_size"])
    agree = M.sign(M.mul(g, M.clone(before)))
    reverse = agree < 0
    factor = M.masked_fill(M.masked_fill(M.masked_fill(agree, agree > 0, more), reverse, less), agree == 0, 1)
    M.clamp_(M.mul_(size, factor), least, most)
    g = M.masked_fill(g, reverse, 0)
    M.addcmul_(param, M.sign(g), size, value=-1)
    M.copy_(before, g)


def _asgd(param: Tensor, g: Tensor, state: Group, group: Group) -> None:
    lr, lambd = number(group["lr"]), group["lambd"]
    if not state:
        _begin(param, state, "ax")
        state["eta"], state["mu"] = wrap(np.array(lr, np.float32)), wrap(np.ones((), np.float32))
    step = next_step(state)
    g = _decayed(param, g, group)
    param, g, average = _parts(param, g, state["ax"])
    eta, mu = state["eta"].array, state["mu"].array
    M.mul_(param, 1 - lambd * float(eta))
    M.add_(param, g, alpha=-float(eta))
    if float(mu) != 1:
        M.add_(average, M.mul_(M.sub(param, average), float(mu)))
    else:
        M.copy_(average, param)
    eta[...] = lr / ((1 + lambd * lr * step) ** group["alpha"])
    mu[...] = 1 / max(1, step - group["t0"])


#: By the name of the rule on arrays.
RULES: dict[str, Rule] = {
    rule.__name__: rule for rule in (_sgd, _adam, _adamax, _nadam, _radam, _adagrad, _adadelta, _rmsprop, _rprop, _asgd)
}
