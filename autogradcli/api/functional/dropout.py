"""Dropout in its forms, and the softmax of Gumbel noise: what draws random numbers to transform a tensor."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.inplace import inplace
from ...engine.levels.random_rows import noise, of_rows, rows_apart
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.random.generator import default_generator
from ...operations.elementwise.arithmetic import add, div, mul, sub
from ...operations.refuse import check_usual
from ..calls.argument_types import type_name
from ..calls.overloads import define
from ..calls.python_function import define_python
from ..calls.registry import ATTRIBUTES, NAMESPACES, Method

#: The negative saturation of SELU: what a dropped unit becomes in alpha dropout (Klambauer et al., 2017).
_SATURATION = 1.7580993408473766


def _keep(input: Tensor, p: float, by_channel: bool) -> np.ndarray:
    """Ones with probability 1 - p and zeros, for each element or for each channel of each sample."""
    shape = input.array.shape
    if by_channel:
        shape = (*shape[:2], *(1,) * (len(shape) - 2))
    rows = tuple(level.size for level in rows_apart())
    array = input.array
    if not (rows or by_channel or array.flags.c_contiguous or 0 in array.strides):  # drawn in the order of its memory
        return default_generator.bernoulli_(np.empty_like(array, order="K", subok=False), 1 - p)
    return default_generator.bernoulli_(np.empty((*rows, *shape), input.array.dtype), 1 - p)


def dropped(input: Tensor, p: float, train: bool, by_channel: bool = False, alpha: bool = False) -> Tensor:
    """The tensor with a share ``p`` of it dropped. Raises RuntimeError for a ``p`` that is no probability."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p:g}")
    if p == 0 or not train or input.array.size == 0:
        return input
    if by_channel and input.array.ndim < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    result: Tensor
    if p == 1:
        result = mul(input, wrap(np.zeros((), input.array.dtype)))
        return result
    if input.array.dtype.kind not in dtypes.INEXACT:
        check_usual("bernoulli_scalar_cpu_", input.array)
        raise RuntimeError(f"result type Float can't be cast to the desired output type {input.dtype.type_name}")
    kept = _keep(input, p, by_channel)
    kind = kept.dtype.type
    if alpha:
        # scale and shift keep the mean and variance of what a SELU gives
        scale = 1 / math.sqrt((_SATURATION**2 * p + 1) * (1 - p))
        shift = (kept + kind(-1)) * kind(_SATURATION * scale) + kind(_SATURATION * scale * p)
        result = add(mul(input, of_rows(kept * kind(scale))), of_rows(shift))
    else:
        result = mul(input, of_rows(kept / kind(1 - p)))
    return result


def _dropped_in_place(input: Tensor, p: float, train: bool, by_channel: bool = False, alpha: bool = False) -> Tensor:
    if p == 0 or not train or not 0 <= p <= 1:
        return dropped(input, p, train)
    return inplace(dropped, input, p, train, by_channel, alpha)


def _define(name: str, by_channel: bool, alpha: bool, doc: str) -> None:
    def apply(input: Tensor, p: float, train: bool) -> Tensor:
        return dropped(input, p, train, by_channel, alpha)

    def change(input: Tensor, p: float, train: bool) -> Tensor:
        return _dropped_in_place(input, p, train, by_channel, alpha)

    apply.__doc__ = change.__doc__ = doc
    define(name, ("(Tensor input, float p, bool train)", apply))
    define(name + "_", ("(Tensor input, float p, bool train)", change))


_define("dropout", False, False, "Elements dropped with probability ``p``, the rest scaled by 1 / (1 - p).")
_define("alpha_dropout", False, True, "Dropout that keeps the mean and variance of a SELU's output.")
_define("feature_dropout", True, False, "Dropout of whole channels.")
_define("feature_alpha_dropout", True, True, "Alpha dropout of whole channels.")


def _apply(input: Tensor, p: float, training: bool, inplace: bool, by_channel: bool, alpha: bool) -> Tensor:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    name = ("feature_" if by_channel else "") + ("alpha_" if alpha else "") + "dropout"
    if not isinstance(input, Tensor):
        raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type_name(input)}")
    if not isinstance(training, bool):
        raise TypeError(f"{name}(): argument 'train' (position 3) must be bool, not {type_name(training)}")
    return (_dropped_in_place if inplace else dropped)(input, p, training, by_channel, alpha)


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Elements dropped with probability ``p`` while training, the rest scaled by 1 / (1 - p).

    Raises ValueError for a ``p`` outside of [0, 1].
    """
    return _apply(input, p, training, inplace, False, False)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout that keeps the mean and variance of a SELU's output."""
    return _apply(input, p, training, inplace, False, True)


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Alpha dropout of whole channels."""
    return _apply(input, p, training, inplace, True, True)


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout of whole channels of (N, C, L) or (C, L)."""
    if input.array.ndim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.array.ndim}D input. Note that dropout1d exists "
            "to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional "
            "batch dimension (i.e. 2D or 3D inputs)."
        )
    return _channels(input, p, training, inplace, 3)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout of whole channels of (N, C, H, W)."""
    _check_probability(p)
    _warn_of_rank("dropout2d", input.array.ndim, 2)
    if input.array.ndim == 3:
        state.warn(
            "UserWarning",
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired "
            "- input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a "
            "future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain "
            "the 1D channel-wise dropout behavior, please switch to using dropout1d instead.",
        )
    return _apply(input, p, training, inplace, True, False)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout of whole channels of (N, C, D, H, W)."""
    _check_probability(p)
    _warn_of_rank("dropout3d", input.array.ndim, 3)
    return _channels(input, p, training, inplace, 5)


def _warn_of_rank(name: str, rank: int, spatial: int) -> None:
    most = spatial + 2
    if rank not in (most - 1, most):
        state.warn(
            "UserWarning",
            f"{name}: Received a {rank}-D input to {name}, which is deprecated and will result in an error in a future "
            f"release. To retain the behavior and silence this warning, please use dropout instead. Note that {name} "
            f"exists to provide channel-wise dropout on inputs with {spatial} spatial dimensions, a channel dimension, "
            f"and an optional batch dimension (i.e. {most - 1}D or {most}D inputs).",
        )


def _check_probability(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _channels(input: Tensor, p: float, training: bool, inplace: bool, rank: int) -> Tensor:
    if input.array.ndim == rank:
        return _apply(input, p, training, inplace, True, False)
    _check_probability(p)
    wide, narrow = ("unsqueeze_", "squeeze_") if inplace else ("unsqueeze", "squeeze")  # a batch of one for the while
    found = _apply(_method(wide)(input, 0), p, training, inplace, True, False)
    result: Tensor = _method(narrow)(found, 0)
    return result


def _method(name: str) -> Any:
    entry = ATTRIBUTES[Tensor][name]
    assert isinstance(entry, Method)
    return entry.call


def gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Tensor:
    """A sample of the Gumbel-Softmax distribution; ``hard``: one-hot, with the gradient of the soft one."""
    torch = NAMESPACES["torch"]
    kind = logits.array.dtype
    drawn = noise(logits, lambda shape: -np.log(default_generator.exponential_(np.empty(shape, kind))), fresh=False)
    soft: Tensor = torch["softmax"](div(add(logits, drawn), tau), dim)
    if not hard:
        return soft
    index = torch["argmax"](soft, dim, True)
    chosen = torch["scatter"](torch["zeros_like"](soft), dim, index, 1.0)
    result: Tensor = add(sub(chosen, torch["detach"](soft)), soft)
    return result


def _register() -> None:
    functions: tuple[Any, ...] = (
        dropout, alpha_dropout, feature_alpha_dropout, dropout1d, dropout2d, dropout3d, gumbel_softmax,
    )  # fmt: skip
    for function in functions:
        define_python(function.__name__, function, into="F")


_register()
