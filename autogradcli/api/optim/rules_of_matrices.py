"""The optimizers that look at a matrix as a whole: Adafactor and Muon; and SparseAdam, which needs sparse gradients.

Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost" (2018); Jordan, "Muon: an optimizer
for hidden layers in neural networks" (2024), with the iteration of Kovarik (1970) and Björck and Bowie (1971) for the
nearest orthogonal matrix. These have no ``differentiable``: their formulas run on arrays alone.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.sparse import SparseArray
from ...engine.state import state as modes
from ...engine.tensor import Tensor, wrap
from ...numerics.releases import Difference, Varying
from ..calls.class_fields import KEYWORDS, REQUIRED
from ..nn.functions_by_attribute import M, T
from .optimizer import declare
from .options import number
from .rule import Array, Group, Rule

# -- Adafactor -------------------------------------------------------------------------------------------------


def _rms(x: Array) -> float:
    """The root of the mean of the squares."""
    norm = float(T.norm(wrap(x)).array)
    return norm / math.sqrt(x.size)


def _mean_squares(g: Array, dim: int) -> Array:
    """The mean of the squares along a dimension, which stays with size 1."""
    norm = T.norm(wrap(g), dim=dim, keepdim=True).array
    mean: Array = norm * norm / g.dtype.type(g.shape[dim])
    return mean


def _by_rows(param: Array, g: Array, o: Group) -> Array:
    return np.zeros((*g.shape[:-1], 1), g.dtype)


def _by_columns(param: Array, g: Array, o: Group) -> Array:
    return np.zeros((*g.shape[:-2], 1, g.shape[-1]), g.dtype)


def _adafactor(F: Any, o: Group, t: float, p: Array, g: Array, square: Array, columns: Array | None = None) -> None:
    """Adam's second moment as the product of the means of its rows and columns, so that a matrix needs memory for a
    row and a column; the step is clipped by its root mean square, and relative to that of the parameter."""
    if p.dtype.kind == "c":
        raise RuntimeError("Adafactor does not support complex parameters")
    eps, least_rms = o["eps"]
    if eps is None:
        eps = float(np.finfo(p.dtype).eps)
    lr, fresh = number(o["lr"]), t ** o["beta2_decay"]
    rate = max(least_rms, _rms(p)) * min(lr, 1 / t**0.5)
    if o["weight_decay"] != 0:
        F.scale(p, 1 - lr * o["weight_decay"])
    if columns is None:
        F.lerp(square, g * g, fresh)
        moment = square
    else:
        F.lerp(square, _mean_squares(g, -1), fresh)
        F.lerp(columns, _mean_squares(g, -2), fresh)
        total = square.mean(-2, keepdims=True, dtype=square.dtype)
        moment = square @ columns / np.maximum(total, total.dtype.type(eps))
    way = 1 / np.sqrt(np.maximum(moment, moment.dtype.type(eps * eps))) * g
    F.descend(p, way, rate / max(1.0, _rms(way) / o["d"]))


def _factors(o: Group, param: Array) -> tuple[str, ...]:
    return ("row_var", "col_var") if param.ndim > 1 else ("variance",)


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
    Rule(_adafactor, _factors, {"row_var": _by_rows, "col_var": _by_columns}, pairs="", decays=False),
    _check_adafactor,
)  # fmt: skip

# -- Muon ------------------------------------------------------------------------------------------------------


def _orthogonal(g: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float) -> Tensor:
    """A matrix near the orthogonal factor of ``g``: an odd polynomial, ``a x + b x^3 + c x^5`` in its singular values,
    takes them all towards 1. In half precision."""
    if steps >= 100:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    rows, columns = g.array.shape
    x: Tensor = M.bfloat16(g)
    if rows > columns:
        x = M.t(x)
    x = T.div(x, M.clamp(T.norm(x), min=eps))
    for _ in range(steps):
        gram = T.mm(x, M.t(x))
        x = T.addmm(x, T.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    if rows > columns:
        x = M.t(x)
    return x


def _muon(F: Any, o: Group, t: float, p: Array, g: Array, velocity: Array) -> None:
    """Momentum, made orthogonal; larger for a matrix with more rows than columns, or as large as AdamW's steps are."""
    if p.dtype.kind == "c":
        raise RuntimeError("Muon does not support complex parameters")
    momentum, lr = o["momentum"], number(o["lr"])
    F.lerp(velocity, g, 1 - momentum)
    way = velocity
    if o["nesterov"]:
        way = g.copy()
        F.lerp(way, velocity, momentum)
    before, modes.grad = modes.grad, False
    try:
        change = _orthogonal(wrap(way), o["ns_coefficients"], o["ns_steps"], o["eps"])
    finally:
        modes.grad = before
    rows, columns = p.shape
    if o["adjust_lr_fn"] == "match_rms_adamw":
        rate = lr * 0.2 * math.sqrt(max(rows, columns))
    elif o["adjust_lr_fn"] == "spectral_unclamped":
        rate = lr * math.sqrt(rows / columns)
    else:
        rate = lr * math.sqrt(max(1, rows / columns))
    F.scale(p, 1 - lr * o["weight_decay"])
    F.descend(p, change.array.astype(p.dtype), rate)


_ADJUSTMENTS = Varying(
    (None, "original", "match_rms_adamw", "spectral_unclamped"),
    (None, "original", "match_rms_adamw"),
    Difference(
        "optim.Muon",
        "adjust_lr_fn may be 'spectral_unclamped' too: the root of rows / columns.",
        "adjust_lr_fn is 'original' or 'match_rms_adamw'.",
        "torch.optim.Muon([torch.ones(2, 2, requires_grad=True)], adjust_lr_fn='spectral_unclamped')",
    ),
)


def _check_muon(values: Group) -> None:
    _check_lr(values)
    if not values["momentum"] >= 0.0:
        raise ValueError(f"momentum should be >= 0 but is: {values['momentum']}")
    if not values["weight_decay"] >= 0.0:
        raise ValueError(f"weight decay should be >= 0 but is: {values['weight_decay']}")
    if values["adjust_lr_fn"] not in _ADJUSTMENTS.value:
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
    Rule(_muon, ("momentum_buffer",), counts=False, pairs="", decays=False), _check_muon, begin=_begin_muon,
)  # fmt: skip

# -- SparseAdam ------------------------------------------------------------------------------------------------


def _sparse_adam(F: Any, o: Group, t: float, p: Array, g: Array, mean: Array, square: Array) -> None:
    """Adam of the rows that have a gradient; what is kept of all others stays as it is."""
    if not isinstance(g, SparseArray) or g.indices is None:
        raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
    if not g.indices.size:
        return
    shape = p.shape[: len(g.indices)]
    places = np.unravel_index(np.unique(np.ravel_multi_index(tuple(g.indices), shape)), shape)
    values, kind = np.asarray(g)[places], p.dtype.type
    first, second = o["betas"]
    old_mean, old_square = mean[places], square[places]
    change = (values - old_mean) * kind(1 - number(first))
    mean[places] = old_mean + change
    change_of_square = (values * values - old_square) * kind(1 - number(second))
    square[places] = old_square + change_of_square
    size = number(o["lr"]) * math.sqrt(1 - number(second) ** t) / (1 - number(first) ** t)
    p[places] += kind(-size) * ((change + old_mean) / (np.sqrt(change_of_square + old_square) + kind(o["eps"])))


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
    Rule(_sparse_adam, ("exp_avg", "exp_avg_sq"), pairs="", decays=False), _check_sparse_adam,
)  # fmt: skip
