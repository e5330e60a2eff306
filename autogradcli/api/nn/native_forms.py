"""The functions below ``torch.nn.functional`` and the layers, as ``torch`` has them: ``torch.kl_div``, ``torch.lstm``.

Their arguments are those of PyTorch's kernels: a reduction and a mode are numbers, and nothing is optional that the
layers always give.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine.tensor import Tensor
from ...numerics.dtypes import FLOATING
from ...numerics.limits import charge_parts
from ..calls.overloads import define
from ..calls.titled_nodes import titled
from ..functional.class_losses import ctc
from ..functional.grid import check_points
from .functions_by_attribute import F, M, T
from .native_checks import check_cell, check_constant, check_groups, check_layers, check_tbc
from .recurrent import RNNBase, step_of
from .weight_parts import norm_except_dim, weight_of_parts

#: By number. PyTorch says that 1 is what counts where none is given, and takes 0.
_REDUCTIONS = ("none", "mean", "sum")


def _reduction(number: int) -> str:
    return _REDUCTIONS[number] if 0 <= number < len(_REDUCTIONS) else "none"


# -- losses -------------------------------------------------------------------------------------------------


def _kl_div(input: Tensor, target: Tensor, reduction: int, log_target: bool) -> Any:
    """Kullback-Leibler divergence of log probabilities from a target."""
    return F.kl_div(input, target, reduction=_reduction(reduction), log_target=log_target)


def _bce_with_logits(input: Tensor, target: Tensor, weight: Any, pos_weight: Any, reduction: int) -> Any:
    """Binary cross entropy of logits."""
    return F.binary_cross_entropy_with_logits(
        input, target, weight=weight, reduction=_reduction(reduction), pos_weight=pos_weight
    )


def _of_margin(name: str, inputs: str) -> Callable[..., Any]:
    def loss(*args: Any) -> Any:
        *tensors, margin, reduction = args
        return getattr(F, name)(*tensors, margin=margin, reduction=_reduction(reduction))

    loss.__doc__ = f"`F.{name}` with its margin, and its reduction as a number: 0 none, 1 mean, 2 sum."
    return loss


def _triplet(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float, p: float, eps: float, swap: bool, reduction: int
) -> Any:
    """Triplet loss with a margin."""
    return F.triplet_margin_loss(
        anchor, positive, negative, margin=margin, p=p, eps=eps, swap=swap, reduction=_reduction(reduction)
    )


def _poisson(input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int) -> Any:
    """Negative log likelihood of a Poisson distribution."""
    return F.poisson_nll_loss(input, target, log_input=log_input, full=full, eps=eps, reduction=_reduction(reduction))


def _ctc(
    log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any, blank: int, reduction: int, zero: bool
) -> Any:
    """Connectionist temporal classification."""
    return ctc(log_probs, targets, input_lengths, target_lengths, blank, _reduction(reduction), zero)


def _define_losses() -> None:
    define("kl_div", ("(Tensor input, Tensor target, int reduction=0, *, bool log_target=False)", _kl_div))
    define(
        "binary_cross_entropy_with_logits",
        (
            "(Tensor input, Tensor target, Tensor? weight=None, Tensor? pos_weight=None, int reduction=0)",
            _bce_with_logits,
        ),
    )
    for name, inputs, margin in (
        ("hinge_embedding_loss", "Tensor input, Tensor target", "1.0"),
        ("margin_ranking_loss", "Tensor input1, Tensor input2, Tensor target", "0.0"),
        ("cosine_embedding_loss", "Tensor input1, Tensor input2, Tensor target", "0.0"),
    ):
        define(name, (f"({inputs}, float margin={margin}, int reduction=0)", _of_margin(name, inputs)))
    define(
        "triplet_margin_loss",
        (
            "(Tensor anchor, Tensor positive, Tensor negative, float margin=1.0, float p=2.0, float eps=1e-06, "
            "bool swap=False, int reduction=0)",
            _triplet,
        ),
    )
    define(
        "poisson_nll_loss",
        ("(Tensor input, Tensor target, bool log_input, bool full, float eps, int reduction)", _poisson),
    )
    tail = "int blank=0, int reduction=at::Reduction::Mean, bool zero_infinity=False)"
    define(
        "ctc_loss",
        (f"(Tensor log_probs, Tensor targets, IntList input_lengths, IntList target_lengths, {tail}", _ctc),
        (f"(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, {tail}", _ctc),
    )


# -- recurrent networks ---------------------------------------------------------------------------------------


class _Weights:
    """The weights of a recurrent layer as a flat list, with what the layer does with them."""

    proj_size = 0
    _layers = RNNBase._layers
    _run = RNNBase._run

    def __init__(self, mode: str, params: Sequence[Any], biases: bool, layers: int, both: bool) -> None:
        self.mode, self.bias, self.num_layers, self.bidirectional = mode, biases, layers, both
        charge_parts(4 * layers)
        names = ["weight_ih", "weight_hh"] + (["bias_ih", "bias_hh"] if biases else [])
        ends = [f"_l{k}{end}" for k in range(layers) for end in ("", "_reverse")[: 1 + both]]
        for name, value in zip((name + end for end in ends for name in names), params):
            setattr(self, name, value)
        self.hidden_size = params[1].array.shape[1]


def _recurrent(mode: str) -> Callable[..., Any]:
    def run(
        input: Tensor, hx: Any, params: Any, has_biases: bool, num_layers: int, dropout: float, train: bool,
        bidirectional: bool, batch_first: bool,
    ) -> Any:  # fmt: skip
        lstm = mode == "LSTM"
        given = T.transpose(input, 0, 1) if batch_first and not lstm else input
        check_layers(mode, hx, params, has_biases, num_layers, bidirectional)
        layer: Any = _Weights(mode, params, has_biases, num_layers, bidirectional)
        layer.dropout, layer.training = dropout, train
        given = T.transpose(input, 0, 1) if batch_first and lstm else given
        outputs, hidden = layer._layers(given, hx if lstm else (hx,))
        if batch_first:
            outputs = T.transpose(outputs, 0, 1) if lstm else M.transpose_(outputs, 0, 1)
        return (outputs, *hidden)

    run.__doc__ = f"The layers of `nn.{mode.partition('_')[0]}` with their weights as a list: outputs and last states."
    return run


def _cell(mode: str) -> Callable[..., Any]:
    def run(input: Tensor, hx: Any, w_ih: Tensor, w_hh: Tensor, b_ih: Any, b_hh: Any) -> Any:
        step, call = step_of(mode)
        hidden = tuple(hx) if mode == "LSTM" else (hx,)
        check_cell(mode, input, hidden, w_ih, w_hh)
        found = step(F.linear(input, w_ih, b_ih), hidden, w_hh, b_hh, None, call)
        return tuple(found) if mode == "LSTM" else found[0]

    run.__doc__ = f"One step of `nn.{mode.partition('_')[0]}Cell` with its weights."
    return run


def _define_recurrent() -> None:
    for name, mode in (("lstm", "LSTM"), ("gru", "GRU"), ("rnn_tanh", "RNN_TANH"), ("rnn_relu", "RNN_RELU")):
        hx = "TensorList hx" if mode == "LSTM" else "Tensor hx"
        define(
            name,
            (
                f"(Tensor input, {hx}, TensorList params, bool has_biases, int num_layers, float dropout, bool train, "
                "bool bidirectional, bool batch_first)",
                _recurrent(mode),
            ),
        )
        define(
            name + "_cell",
            (f"(Tensor input, {hx}, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None)", _cell(mode)),
        )


# -- normalisation, dropout, pooling, sampling ------------------------------------------------------------------


def _instance_norm(
    input: Tensor, weight: Any, bias: Any, mean: Any, var: Any, use_input_stats: bool, momentum: float, eps: float,
    cudnn_enabled: bool,
) -> Any:  # fmt: skip
    """Each channel of each element normalised by its own mean and variance."""
    return F.instance_norm(input, mean, var, weight, bias, use_input_stats, momentum, eps)


def _moments(x: Any, dims: tuple[int, ...], eps: float, keepdim: bool) -> tuple[Any, Any]:
    x = M.detach(x)
    mean = M.mean(x, dims, keepdim=keepdim)
    return mean, T.rsqrt(M.var(x, dims, correction=0, keepdim=keepdim) + eps)


def _native_layer_norm(input: Tensor, shape: tuple[int, ...], weight: Any, bias: Any, eps: float) -> Any:
    """`F.layer_norm`, with the means and the reciprocal deviations."""
    result = F.layer_norm(input, shape, weight, bias, eps)
    dims = tuple(range(input.array.ndim - len(shape), input.array.ndim))
    return (result, *_moments(input, dims, eps, True))


def _native_group_norm(input: Tensor, weight: Any, bias: Any, N: int, C: int, HxW: int, group: int, eps: float) -> Any:
    """`F.group_norm`, with the means and the reciprocal deviations."""
    check_groups(C, HxW, group)
    result = T.group_norm(input, group, weight, bias, eps)
    return (result, *_moments(M.reshape(input, N, group, -1), (2,), eps, False))


def _native_batch_norm(
    input: Tensor, weight: Any, bias: Any, mean: Any, var: Any, training: bool, momentum: float, eps: float
) -> Any:
    """`F.batch_norm`, with the means and the reciprocal deviations of the batch."""
    check_constant("native_batch_norm", running_mean=mean, running_var=var)
    result = T.batch_norm(input, weight, bias, mean, var, training, momentum, eps, False)
    if not training:
        return result, T.empty(0), T.empty(0)
    return (result, *_moments(input, (0, *range(2, input.array.ndim)), eps, False))


def _native_dropout(input: Tensor, p: float, train: bool | None) -> Any:
    """Dropout, with the mask of what is kept."""
    if train is False or p == 0:
        return titled(M.clone(input), "NativeDropoutBackward0"), T.ones_like(input, dtype=T.bool)
    mask = M.bernoulli(T.empty_like(M.detach(input)), 1 - p)
    return input * mask * (1 / (1 - p) if p < 1 else 0.0), M.to(mask, T.bool)


_INTERPOLATION, _PADDING = ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection")


def _grid_sampler(dims: int | None) -> Any:
    def apply(input: Tensor, grid: Tensor, mode: int, padding: int, align_corners: bool) -> Any:
        """`F.grid_sample` with numbers for modes: 0 bilinear, 1 nearest, 2 bicubic; 0 zeros, 1 border, 2 reflection."""
        check_points(input, grid, dims)
        return F.grid_sample(
            input, grid, mode=_INTERPOLATION[mode], padding_mode=_PADDING[padding], align_corners=align_corners
        )

    return apply


def _affine_grid(theta: Tensor, size: tuple[int, ...], align_corners: bool) -> Any:
    """The grid of `F.affine_grid`, which checks what it is given; this computes it. Raises RuntimeError."""
    if len(size) not in (4, 5):
        raise RuntimeError("AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs.")
    return F.affine_grid(theta, size, align_corners)


def _max_pool(input: Tensor, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool) -> Any:
    """`F.max_pool1d` with the indices of the maxima."""
    return F.max_pool1d(input, kernel, stride or None, padding, dilation, ceil_mode, return_indices=True)


def _adaptive_max_pool(input: Tensor, output_size: tuple[int, ...]) -> Any:
    """`F.adaptive_max_pool1d` with the indices of the maxima."""
    return F.adaptive_max_pool1d(input, output_size, return_indices=True)


def _embedding_bag(
    weight: Tensor, indices: Tensor, offsets: Tensor, scale: bool, mode: int, sparse: bool, per_sample: Any,
    include_last: bool, padding_idx: int | None = None,
) -> Any:  # fmt: skip
    """`F.embedding_bag`, with the bag of each index, the size of each bag and the places of maxima."""
    result = F.embedding_bag(
        indices, weight, offsets, scale_grad_by_freq=scale, mode=("sum", "mean", "max")[mode], sparse=sparse,
        per_sample_weights=per_sample, include_last_offset=include_last, padding_idx=padding_idx,
    )  # fmt: skip
    starts = offsets.array.tolist()
    if mode == 0:  # PyTorch tells nothing of the bags then
        nothing = T.zeros(len(starts) - include_last, dtype=T.int64)
        return result, T.empty(0, dtype=T.int64), nothing, M.clone(nothing)
    ends = [*starts[1:], indices.array.size] if not include_last else starts[1:]
    sizes = [end - start for start, end in zip(starts, ends)]
    bags = [k for k, size in enumerate(sizes) for _ in range(size)]
    return result, T.tensor(bags, dtype=T.int64), T.tensor(sizes, dtype=T.int64), T.tensor(sizes, dtype=T.int64)


def _define_layers() -> None:
    parameters = "Tensor? weight, Tensor? bias"
    kept = f"{parameters}, Tensor? running_mean, Tensor? running_var"
    define(
        "instance_norm",
        (
            f"(Tensor input, {kept}, bool use_input_stats, float momentum, float eps, bool cudnn_enabled)",
            _instance_norm,
        ),
    )
    define(
        "native_layer_norm",
        (f"(Tensor input, IntList normalized_shape, {parameters}, float eps)", _native_layer_norm),
    )
    define(
        "native_group_norm",
        (f"(Tensor input, {parameters}, int N, int C, int HxW, int group, float eps)", _native_group_norm),
    )
    define(
        "native_batch_norm", (f"(Tensor input, {kept}, bool training, float momentum, float eps)", _native_batch_norm)
    )
    define("native_dropout", ("(Tensor input, float p, bool? train)", _native_dropout))
    for name, dims in (("grid_sampler", None), ("grid_sampler_2d", 2), ("grid_sampler_3d", 3)):
        define(
            name,
            (
                "(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners)",
                _grid_sampler(dims),
            ),
        )
    define("affine_grid_generator", ("(Tensor theta, IntList size, bool align_corners)", _affine_grid))
    define(
        "max_pool1d_with_indices",
        (
            "(Tensor input, IntList[1] kernel_size, IntList[1] stride=(), IntList[1] padding=0, "
            "IntList[1] dilation=1, bool ceil_mode=False)",
            _max_pool,
        ),
    )
    define("adaptive_max_pool1d", ("(Tensor input, IntList[1] output_size)", _adaptive_max_pool))
    start = "(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq"
    define(
        "embedding_bag",
        (
            f"{start}, int mode, bool sparse, Tensor? per_sample_weights, bool include_last_offset, int? padding_idx)",
            _embedding_bag,
        ),
        (
            f"{start}=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, "
            "bool include_last_offset=False)",
            _embedding_bag,
        ),
    )


# -- convolution and norms -----------------------------------------------------------------------------------


def _convolution(
    input: Tensor, weight: Tensor, bias: Any, stride: Any, padding: Any, dilation: Any, transposed: bool,
    output_padding: Any, groups: int,
) -> Any:  # fmt: skip
    """A convolution of any rank, transposed or not."""
    rank = input.array.ndim - 2
    if weight.array.ndim < 3:
        raise RuntimeError("weight should have at least three dimensions")
    if transposed:
        call = getattr(F, f"conv_transpose{rank}d")
        return call(input, weight, bias, stride, padding, output_padding, groups, dilation)
    return getattr(F, f"conv{rank}d")(input, weight, bias, stride, padding, dilation, groups)


def _conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int) -> Any:
    """A convolution over time of (time, batch, channels) with a weight of (time, in, out)."""
    check_tbc(input, weight, bias)
    sizes, wide = input.array.shape, weight.array.shape
    length = sizes[0] + 2 * pad - wide[0] + 1
    if length < 0:
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {length}: [{length}, {sizes[1]}, {wide[2]}]"
        )
    found = F.conv1d(M.permute(input, 1, 2, 0), M.permute(weight, 2, 1, 0), bias, padding=pad)
    return M.permute(found, 2, 0, 1)


def _norm_except(v: Tensor, pow: int, dim: int) -> Any:
    """The norms over all dimensions but one; with -1 over all."""
    return norm_except_dim(v, dim)


def _frobenius(input: Tensor, dim: tuple[int, ...], keepdim: bool) -> Any:
    """The Frobenius norm over dimensions."""
    if input.dtype.category < FLOATING:
        raise RuntimeError(
            f"norm(): input dtype should be either floating point or complex. Got {input.dtype.type_name} instead."
        )
    return M.norm(input, 2, dim, keepdim=keepdim)


def _channel_shuffle(input: Tensor, groups: int) -> Any:
    """Channels in another order: a group at a time becomes one of each."""
    return T.channel_shuffle(input, groups)


def _same_size(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape."""
    return input.array.shape == other.array.shape


def _define_rest() -> None:
    define(
        "convolution",
        (
            "(Tensor input, Tensor weight, Tensor? bias, IntList stride, IntList padding, IntList dilation, "
            "bool transposed, IntList output_padding, int groups)",
            _convolution,
        ),
    )
    define("conv_tbc", ("(Tensor input, Tensor weight, Tensor bias, int pad=0)", _conv_tbc))
    define("norm_except_dim", ("(Tensor v, int pow=2, int dim=0)", _norm_except))
    define("_weight_norm", ("(Tensor v, Tensor g, int dim=0)", weight_of_parts))
    define("frobenius_norm", ("(Tensor input, IntList[1] dim, bool keepdim=False)", _frobenius))
    define("native_channel_shuffle", ("(Tensor input, int groups)", _channel_shuffle))
    define("is_same_size", ("(Tensor input, Tensor other)", _same_size), into="torch Tensor")


_define_losses()
_define_recurrent()
_define_layers()
_define_rest()
