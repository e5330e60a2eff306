"""The optimizers that look at a matrix as a whole: Adafactor and Muon; and SparseAdam, which needs sparse gradients.

Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost" (2018); Jordan, "Muon: an optimizer
for hidden layers in neural networks" (2024).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.state import state as modes
from ...engine.tensor import Tensor, wrap
from ..calls.class_fields import KEYWORDS, REQUIRED
from ..nn.functions_by_attribute import M, T
from .kernels import add, lerp
from .optimizer import Array, Group, declare, number
from .sgd_adam import begin_step, next_step

# -- Adafactor -------------------------------------------------------------------------------------------------


def _norm(array: Array) -> float:
    return float(T.norm(wrap(array)).array)


def _mean_square(g: Array, dim: int) -> Array:
    size = T.norm(wrap(g), dim=dim, keepdim=True).array
    mean: Array = size * size / g.dtype.type(g.shape[dim])
    return mean


def _adafactor(param: Array, g: Array, state: Group, group: Group) -> None:
    if param.dtype.kind == "c":
        raise RuntimeError("Adafactor does not support complex parameters")
    if not state:
        begin_step(state)
        if g.ndim > 1:
            state["row_var"] = wrap(np.zeros((*g.shape[:-1], 1), g.dtype))
            state["col_var"] = wrap(np.zeros((*g.shape[:-2], 1, g.shape[-1]), g.dtype))
        else:
            state["variance"] = wrap(np.zeros_like(g))
    least, small = group["eps"]
    if least is None:
        least = float(np.finfo(param.dtype).eps)
    step, lr = next_step(state), number(group["lr"])
    share = step ** group["beta2_decay"]
    size = max(small, _norm(param) / param.size**0.5) * min(lr, 1 / step**0.5)
    if group["weight_decay"] != 0:
        np.multiply(param, 1 - lr * group["weight_decay"], out=param)
    if g.ndim > 1:
        rows, columns = state["row_var"].array, state["col_var"].array
        lerp(rows, _mean_square(g, -1), share)
        lerp(columns, _mean_square(g, -2), share)
        scale = np.maximum(rows.mean(-2, keepdims=True, dtype=rows.dtype), rows.dtype.type(least))
        variance = (rows @ columns) / scale
    else:
        lerp(state["variance"].array, g * g, share)
        variance = state["variance"].array
    change = 1 / np.sqrt(np.maximum(variance, variance.dtype.type(least * least))) * g
    add(param, change, -size / max(1.0, _norm(change) / (change.size**0.5 * group["d"])))


def _check_adafactor(values: Group) -> None:
    _check_lr(values)
    (least, small), d = values["eps"], values["d"]
    for wrong, text in (
        (values["beta2_decay"] > 0.0, f"beta2_decay should be <= 0 but is: {values['beta2_decay']}"),
        (least is not None and least < 0.0, f"epsilon1 should be >= 0 but is: {least}"),
        (small < 0.0, f"epsilon2 should be >= 0 but is: {small}"),
        (d < 1.0, f"Clipping threshold d should be >= 1 but is: {d}"),
        (values["weight_decay"] < 0.0, f"weight_decay should be >= 0 but is: {values['weight_decay']}"),
    ):
        if wrong:
            raise ValueError(text)


def _check_lr(values: Group) -> None:
    lr = values["lr"]
    if isinstance(lr, Tensor) and lr.array.size != 1:
        raise ValueError("Tensor lr must be 1-element")
    if not number(lr) >= 0.0:
        raise ValueError(f"Learning rate should be >= 0 but is: {lr}")


declare(
    "Adafactor", "_adafactor",
    {
        "params": REQUIRED, "lr": 1e-2, "beta2_decay": -0.8, "eps": (None, 1e-3), "d": 1.0, "weight_decay": 0.0,
        KEYWORDS: None, "foreach": None, "maximize": False,
    },
    _adafactor, _check_adafactor, on_parts=False,
)  # fmt: skip

# -- Muon ------------------------------------------------------------------------------------------------------


def _orthogonal(g: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float) -> Tensor:
    """A matrix near the orthogonal factor of ``g``, by Newton and Schulz's iteration in half precision."""
    if steps >= 100:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    tall = g.array.shape[0] > g.array.shape[1]
    x = M.bfloat16(g)
    if tall:
        x = M.t(x)
    x = T.div(x, M.clamp(T.norm(x), min=eps))
    for _ in range(steps):
        square = T.mm(x, M.t(x))
        x = T.addmm(x, T.addmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return M.t(x) if tall else x  # type: ignore[no-any-return]


def _muon(param: Array, g: Array, state: Group, group: Group) -> None:
    if param.dtype.kind == "c":
        raise RuntimeError("Muon does not support complex parameters")
    if not state:
        state["momentum_buffer"] = wrap(np.zeros_like(g))
    average, lr, momentum = state["momentum_buffer"].array, number(group["lr"]), group["momentum"]
    lerp(average, g, 1 - momentum)
    ahead = average
    if group["nesterov"]:
        ahead = g.copy()
        lerp(ahead, average, momentum)
    before, modes.grad = modes.grad, False
    try:
        change = _orthogonal(wrap(ahead), group["ns_coefficients"], group["ns_steps"], group["eps"])
    finally:
        modes.grad = before
    rows, columns = param.shape
    if group["adjust_lr_fn"] == "match_rms_adamw":
        size = lr * 0.2 * math.sqrt(max(rows, columns))
    else:
        size = lr * math.sqrt(max(1, rows / columns))
    np.multiply(param, 1 - lr * group["weight_decay"], out=param)
    add(param, change.array.astype(param.dtype), -size)


def _check_muon(values: Group) -> None:
    _check_lr(values)
    if not values["momentum"] >= 0.0:
        raise ValueError(f"momentum should be >= 0 but is: {values['momentum']}")
    if not values["weight_decay"] >= 0.0:
        raise ValueError(f"weight decay should be >= 0 but is: {values['weight_decay']}")
    if values["adjust_lr_fn"] not in (None, "original", "match_rms_adamw"):
        raise ValueError(f"Adjust learning rate function {values['adjust_lr_fn']} is not supported")


def _begin_muon(optimizer: Any, group: Group) -> None:
    for param in group["params"]:
        if param.ndim != 2:
            raise ValueError(f"Muon only supports 2D parameters whereas we found a parameter with size: {param.shape}")


declare(
    "Muon", "_muon",
    {
        "params": REQUIRED, "lr": 1e-3, "weight_decay": 0.1, "momentum": 0.95, "nesterov": True,
        "ns_coefficients": (3.4445, -4.7750, 2.0315), "eps": 1e-7, "ns_steps": 5, "adjust_lr_fn": None,
    },
    _muon, _check_muon, begin=_begin_muon, on_parts=False,
)  # fmt: skip

# -- SparseAdam ------------------------------------------------------------------------------------------------


def _sparse_adam(param: Array, g: Array, state: Group, group: Group) -> None:
    raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")


def _check_sparse_adam(values: Group) -> None:
    lr = values["lr"]
    if isinstance(lr, Tensor) and lr.array.size != 1:
        raise ValueError("Tensor lr must be 1-element")
    if not number(lr) > 0.0:
        raise ValueError(f"Invalid learning rate: {lr}")
    if not values["eps"] > 0.0:
        raise ValueError(f"Invalid epsilon value: {values['eps']}")
    for k in range(2):
        if not 0.0 <= values["betas"][k] < 1.0:
            raise ValueError(f"Invalid beta parameter at index {k}: {values['betas'][k]}")


declare(
    "SparseAdam", "sparse_adam",
    {"params": REQUIRED, "lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "maximize": False},
    _sparse_adam, _check_sparse_adam, on_parts=False,
)  # fmt: skip
