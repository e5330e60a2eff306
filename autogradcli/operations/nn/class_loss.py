"""Losses over classes: negative log likelihood and margins."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.operation import Array, Index, operation
from ...numerics import dtypes
from ..index.indexing import within
from ..places import put_along, taken_along
from ..refuse import underivable
from . import class_loss_formulas as said
from .loss import reduced

# -- negative log likelihood ------------------------------------------------------------------------------


def _check_kind(target: Array) -> None:
    if target.dtype.char not in "lB":
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {dtypes.of(target).type_name}")


def _check_nll(input: Array, target: Array, weight: Array | None) -> None:
    _check_kind(target)
    classes = input.shape[0 if input.ndim == 1 else 1]
    if weight is not None and (weight.ndim != 1 or weight.shape[0] != classes):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of "
            f"shape: {list(weight.shape)}"
        )


def _weights(input_shape: tuple[int, ...], dtype: Any, target: Array, weight: Array | None, ignore: int) -> Array:
    """The weight of each target, 0 where it is to be ignored. Raises IndexError for no class."""
    classes = input_shape[0 if len(input_shape) == 1 else 1]
    kept = target != ignore
    wrong = kept & ((target < 0) | (target >= classes))
    if wrong.any():
        raise IndexError(f"Target {int(target[wrong].flat[0])} is out of bounds.")
    if weight is None:
        return kept.astype(dtype)
    return np.where(kept, weight[np.where(kept, target, 0)], 0).astype(dtype)


def _all_count(shape: tuple[int, ...], target: Array, ignore: int) -> bool:
    """Whether the input is a matrix with a target for each row, and none to be ignored or refused."""
    if len(shape) != 2 or target.ndim != 1 or not target.size or 0 <= ignore < shape[1]:
        return False
    return within(target, shape[1])


def _beside(x: Array, axis: int) -> Array:
    """With a dimension of size 1 for the classes."""
    return x.reshape((*x.shape[:axis], 1, *x.shape[axis:]))


def nll(input: Array, target: Array, weight: Array | None, reduction: str, ignore_index: int) -> Array:
    if weight is None and _all_count(input.shape, target, ignore_index):
        loss = 0 - input[np.arange(len(target)), target]
        return reduced(loss, reduction) if reduction != "mean" else np.add.reduce(loss) / loss.dtype.type(len(target))
    axis = 0 if input.ndim == 1 else 1
    w = _weights(input.shape, input.dtype, target, weight, ignore_index)
    at = _beside(np.where(target != ignore_index, target, 0), axis)
    picked = taken_along(input, at, axis).squeeze(axis)
    loss = np.where(w != 0, -picked * w, 0).astype(input.dtype, copy=False) + 0
    if reduction != "mean":
        return reduced(loss, reduction)
    with np.errstate(all="ignore"):
        return np.add.reduce(loss, axis=None) / np.add.reduce(w, axis=None)


def _nll_backward(
    g: Array, target: Array, weight: Array | None, shape: tuple[int, ...], reduction: str, ignore_index: int
) -> Array:
    if weight is None and _all_count(shape, target, ignore_index):
        out = np.zeros(shape, g.dtype)
        out[np.arange(len(target)), target] = -(g / g.dtype.type(len(target)) if reduction == "mean" else g)
        return out
    axis = 0 if len(shape) == 1 else 1
    w = _weights(shape, g.dtype, target, weight, ignore_index)
    with np.errstate(all="ignore"):
        value = -w * (g / np.add.reduce(w, axis=None) if reduction == "mean" else g)
    value = np.where(w != 0, value, 0).astype(g.dtype)
    out = np.zeros(shape, g.dtype)
    put_along(out, _beside(np.where(target != ignore_index, target, 0), axis), axis, _beside(value, axis))
    return out


_NLL: dict[str, Any] = {
    "input": lambda F, g, input, target, weight, reduction, ignore_index: F.nll_loss_backward(
        g, input, target, weight, reduction, ignore_index
    ),
    "kind": "linear",
    "constant": "weight",
    "aten": "nll_loss_forward",
}


@operation(
    takes=("floating", "nll_loss_out_frame"),
    rows="class loss: weighted",
    node="NllLossBackward0",
    examples=lambda r: [(r(3, 4), r.index((3,), 4), None, "mean", -100), (r(4), r.index((), 4), r(4), "sum", -100)],
    **_NLL,
)
def nll_loss(
    input: Array, target: Index, weight: Index | None = None, reduction: str = "mean", ignore_index: int = -100
) -> Array:
    """Negative of each row's entry at its target class; ``input`` holds logarithms of probabilities."""
    _check_nll_1d(input, target)
    _check_nll(input, target, weight)
    return nll(input, target, weight, reduction, ignore_index)


def _check_nll_1d(input: Array, target: Array) -> None:
    if input.ndim not in (1, 2):
        raise RuntimeError("input tensor should be 1D or 2D")
    if target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    _check_kind(target)
    if input.ndim == 1 and target.ndim == 1 and target.shape[0] != 1:
        raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {target.shape[0]}")
    if input.ndim > 1 and input.shape[0] != (target.shape[0] if target.ndim else 1):
        raise RuntimeError(f"size mismatch (got input: {list(input.shape)}, target: {list(target.shape)})")


_NLL2D: dict[str, Any] = {
    "input": lambda F, g, input, target, weight, reduction, ignore_index: F.nll_loss2d_backward(
        g, input, target, weight, reduction, ignore_index
    ),
    "kind": "linear",
    "constant": "weight",
    "aten": "nll_loss2d_forward",
}


@operation(
    takes=("floating", "nll_loss2d_forward_out_frame"),
    rows="class loss: weighted",
    node="NllLoss2DBackward0",
    spelling="nll_loss",
    examples=lambda r: [(r(2, 3, 2, 2), r.index((2, 2, 2), 3), None, "mean", -100)],
    **_NLL2D,
)
def nll_loss2d(
    input: Array, target: Index, weight: Index | None = None, reduction: str = "mean", ignore_index: int = -100
) -> Array:
    """The same for an image of targets: ``input`` is (N, C, H, W), ``target`` (N, H, W)."""
    if target.ndim != 3:
        raise RuntimeError(
            f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {target.ndim}"
        )
    _check_kind(target)
    if input.shape[0] != target.shape[0] or input.shape[2:] != target.shape[1:]:
        raise RuntimeError(f"size mismatch (got input: {list(input.shape)} , target: {list(target.shape)}")
    _check_nll(input, target, weight)
    return nll(input, target, weight, reduction, ignore_index)


@operation(
    rows="class loss back: weighted",
    formula=said.nll_back,
    node="NllLossBackwardBackward0",
    grad=lambda F, h, target, weight, reduction, ignore_index: F.nll_loss(h, target, weight, reduction, ignore_index),
    input=lambda F, h, input: F.zeros_like(input),
    kind="linear",
    examples=lambda r: [(r(), r(3, 4), r.index((3,), 4), None, "mean", -100)],
)
def nll_loss_backward(
    grad: Array, input: Array, target: Index, weight: Index | None, reduction: str, ignore_index: int
) -> Array:
    """Puts the gradient at the target classes."""
    return _nll_backward(grad, target, weight, input.shape, reduction, ignore_index)


@operation(
    rows="class loss back: weighted",
    formula=said.nll_back,
    node="NllLoss2DBackwardBackward0",
    grad=lambda F, h, target, weight, reduction, ignore_index: F.nll_loss2d(h, target, weight, reduction, ignore_index),
    input=lambda F, h, input: F.zeros_like(input),
    kind="linear",
    examples=lambda r: [(r(), r(2, 3, 2, 2), r.index((2, 2, 2), 3), None, "sum", -100)],
)
def nll_loss2d_backward(
    grad: Array, input: Array, target: Index, weight: Index | None, reduction: str, ignore_index: int
) -> Array:
    """Puts the gradient at the target classes of an image."""
    return _nll_backward(grad, target, weight, input.shape, reduction, ignore_index)


# -- margins ----------------------------------------------------------------------------------------------


@operation(
    takes=("single", "multi_margin_loss_cpu_kernel"),
    constant="weight",
    rows="class loss",
    input=lambda F, g, input, target, p, margin, weight, reduction: F.multi_margin_loss_backward(
        g, input, target, p, margin, weight, reduction
    ),
    examples=lambda r: [
        (r(3, 4), r.index((3,), 4)),
        (r(3, 4), r.index((3,), 4), 2, 0.7, r(4, low=0.5, high=1.5), "none"),
        (r(4), r.index((), 4)),
    ],
)
def multi_margin_loss(
    input: Array, target: Index, p: int = 1, margin: float = 1.0, weight: Index | None = None, reduction: str = "mean"
) -> Array:
    """``sum(max(0, margin - input[target] + input) ** p) / classes`` over the other classes."""
    if p not in (1, 2):
        raise RuntimeError("only p == 1 and p == 2 supported")
    z, w, _ = _margins(input, target, margin, weight)
    terms = np.where(z > 0, z if p == 1 else z * z, 0) * w
    loss = terms.sum(-1).astype(input.dtype) / input.dtype.type(z.shape[1])
    return reduced(loss if input.ndim > 1 else loss.reshape(target.shape), reduction)


def _margins(input: Array, target: Array, margin: float, weight: Array | None) -> tuple[Array, Array, Array]:
    """Margins of all classes, minus infinity at the target itself; weights; a mask of the targets."""
    if input.ndim > 2 or (input.ndim and not input.shape[-1]):
        raise RuntimeError(
            "Expected non-empty vector or matrix with optional 0-dim batch size, but got: " + str(list(input.shape))
        )
    rows = input if input.ndim == 2 else input.reshape(1, -1)
    flat = target.reshape(-1)
    if flat.shape[0] != rows.shape[0] or target.ndim > 1 or (input.ndim == 2 and not target.ndim):
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch "
            f"size). Expected target size [{rows.shape[0]}], but got {list(target.shape)}. Input has shape "
            f"{list(input.shape)}."
        )
    if ((flat < 0) | (flat >= rows.shape[1])).any():
        raise RuntimeError("target out of range")
    if weight is not None and weight.dtype is not input.dtype:
        names = dtypes.of(input).type_name, dtypes.of(weight).type_name
        raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")
    chosen = np.arange(rows.shape[1]) == flat[:, None]
    z = np.where(chosen, -np.inf, margin - rows[chosen][:, None] + rows)
    w = np.ones((rows.shape[0], 1)) if weight is None else weight[flat][:, None]
    return z, w, chosen


@operation(
    rows="class loss back",
    formula=said.margin_back,
    grad=underivable("multi_margin_loss_backward"),
    input=underivable("multi_margin_loss_backward"),
    examples=lambda r: [(r(), r(3, 4), r.index((3,), 4), 1, 1.0, None, "mean")],
)
def multi_margin_loss_backward(
    grad: Array, input: Array, target: Index, p: int, margin: float, weight: Index | None, reduction: str
) -> Array:
    """The gradient of the margins that are not kept."""
    z, w, chosen = _margins(input, target, margin, weight)
    slope = np.where(z > 0, 1.0 if p == 1 else 2 * z, 0) * w / z.shape[1]
    slope = np.where(chosen, 0 - slope.sum(-1, keepdims=True), slope)
    if reduction == "mean":
        slope = slope / z.shape[0]
    row = grad.reshape(-1, 1) if np.ndim(grad) else grad
    return (slope * row).reshape(input.shape).astype(input.dtype)


@operation(
    takes=("single", "multilabel_margin_loss_forward_out_frame"),
    aten="multilabel_margin_loss_forward",
    rows="class loss",
    input=lambda F, g, input, target, reduction: F.multilabel_margin_loss_backward(g, input, target, reduction),
    examples=lambda r: [
        (r(2, 4), r.tensor([[3, 0, -1, 1], [1, -1, 0, 2]])),
        (r(4), r.tensor([2, -1, 0, 0]), "sum"),
    ],
)
def multilabel_margin_loss(input: Array, target: Index, reduction: str = "mean") -> Array:
    """``sum(max(0, 1 - input[label] + input[other])) / classes`` over labels and the classes that are none.

    A row of ``target`` lists labels up to the first -1.
    """
    if target.dtype != np.int64:
        raise RuntimeError(f"expected scalar type Long but found {dtypes.of(target).type_name}")
    if not input.ndim:
        input, target = input.reshape(1), target.reshape(1)
    z, _ = _label_margins(input, target)
    loss = (np.maximum(z, 0).sum((-2, -1)) / input.shape[-1]).astype(input.dtype)
    return reduced(loss, reduction)


def _label_margins(input: Array, target: Array) -> tuple[Array, Array]:
    """(margins, labels): ``z[..., i, j]`` for label slot i and class j, minus infinity where there is none."""
    if input.ndim > 2 or (input.ndim and not input.shape[-1]):
        raise RuntimeError(
            "Expected non-empty vector or matrix with optional 0-dim batch size, but got: " + str(list(input.shape))
        )
    if target.shape != input.shape:
        raise RuntimeError(f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}")
    if target.dtype != np.int64:
        raise RuntimeError(f"expected scalar type Long but found {dtypes.of(target).type_name}")
    n = input.shape[-1]
    if ((target < -1) | (target >= n)).any():
        raise RuntimeError("argument #2 'target' is out of range")
    live = np.logical_and.accumulate(target >= 0, axis=-1)
    labels = np.where(live, target, 0)
    is_label = (live[..., None] & (labels[..., None] == np.arange(n))).any(-2)
    own = np.take_along_axis(input, labels, -1)
    z = 1 - own[..., :, None] + input[..., None, :]
    return np.where(live[..., :, None] & ~is_label[..., None, :], z, -np.inf), labels


@operation(
    rows="class loss back",
    formula=said.label_back,
    grad=underivable("multilabel_margin_loss_backward"),
    input=underivable("multilabel_margin_loss_backward"),
    examples=lambda r: [(r(), r(4), r.tensor([2, -1, 0, 0]), "sum")],
)
def multilabel_margin_loss_backward(grad: Array, input: Array, target: Index, reduction: str) -> Array:
    """The gradient of the margins that are not kept."""
    shape = input.shape
    if not input.ndim:
        input, target = input.reshape(1), target.reshape(1)
    z, labels = _label_margins(input, target)
    hit = (z > 0) / input.shape[-1]
    out = hit.sum(-2)
    rows = out.reshape(-1, input.shape[-1])
    np.add.at(rows, (np.arange(rows.shape[0])[:, None], labels.reshape(rows.shape)), -hit.sum(-1).reshape(rows.shape))
    if reduction == "mean" and input.ndim > 1:
        out = out / input.shape[0]
    weight = grad[..., None] if np.ndim(grad) and input.ndim > 1 else grad
    return (out * weight).astype(input.dtype).reshape(shape)
