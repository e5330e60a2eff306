"""What the functions beneath the layers refuse, in PyTorch's words and order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...engine.state import state
from ...engine.tensor import Tensor

_GATES = {"LSTM": 4, "GRU": 3}


def _size(x: Tensor, at: int) -> int:
    """The size of a dimension. Raises IndexError, as ``Tensor.size`` does, where there is none."""
    shape: tuple[int, ...] = x.array.shape
    if not shape:
        raise IndexError(f"Dimension specified as {at} but tensor has no dimensions")
    if at >= len(shape):
        end = len(shape)
        raise IndexError(f"Dimension out of range (expected to be in range of [{-end}, {end - 1}], but got {at})")
    return shape[at]


# -- recurrent networks ---------------------------------------------------------------------------------------


def check_cell(mode: str, input: Tensor, hidden: Sequence[Tensor], w_ih: Tensor, w_hh: Tensor) -> None:
    """Raise RuntimeError for one step of a network whose weights, input and states don't go together."""
    if mode == "LSTM" and len(hidden) != 2:
        raise RuntimeError("lstm_cell expects two hidden states")
    if mode == "GRU":
        _check_input(input, w_ih)
        _check_hidden(input, hidden, w_hh)
        _check_weights(mode, w_ih, w_hh)
        return
    if mode == "LSTM":
        _check_input(input, w_ih)
    _check_weights(mode, w_ih, w_hh)
    _check_input(input, w_ih)
    _check_hidden(input, hidden, w_hh)


def _check_input(input: Tensor, w_ih: Tensor) -> None:
    have, want = _size(input, 1), _size(w_ih, 1)
    if have != want:
        raise RuntimeError(f"input has inconsistent input_size: got {have} expected {want}")


def _check_hidden(input: Tensor, hidden: Sequence[Tensor], w_hh: Tensor) -> None:
    want = _size(w_hh, 1)
    for k, h in enumerate(hidden):
        rows, batch = _size(h, 0), _size(input, 0)
        if rows != batch:
            raise RuntimeError(f"Input batch size {batch} doesn't match hidden{k} batch size {rows}")
        if (have := _size(h, 1)) != want:
            raise RuntimeError(f"hidden{k} has inconsistent hidden_size: got {have}, expected {want}")


def _check_weights(mode: str, w_ih: Tensor, w_hh: Tensor) -> None:
    gates, width = _GATES.get(mode, 1), _size(w_hh, 1)
    for name, w in (("ih", w_ih), ("hh", w_hh)):
        if (have := _size(w, 0)) != gates * width:
            raise RuntimeError(
                f"weight_{name} first dim must be {gates} * hidden_size = {gates * width}, but got {have}"
            )


def check_layers(mode: str, hx: Any, params: Sequence[Tensor], biases: bool, layers: int, both: bool) -> None:
    """Raise RuntimeError where there are not as many weights or states as the layers want."""
    step = 4 if biases else 2
    if mode == "LSTM":
        _check_lstm(hx, params, step, layers * (1 + both))
        return
    if len(params) % step:
        raise RuntimeError("got an incorrect number of RNN parameters")
    states, groups = _size(hx, 0), len(params) // step
    if both:
        if states % 2 or groups % 2:
            raise RuntimeError("Odd number of params or hiddens given to a bidirectional RNN")
        states, groups = states // 2, groups // 2
    if states != layers:
        raise RuntimeError("Expected more hidden states in stacked_rnn")
    if groups != layers:
        raise RuntimeError("Expected more weights in stacked_rnn")


def _check_lstm(hx: Sequence[Tensor], params: Sequence[Tensor], step: int, cells: int) -> None:
    if len(hx) != 2:
        raise RuntimeError("lstm expects two hidden states")
    if _size(hx[0], 2) != _size(hx[1], 2):  # projected states, for which there is a weight more
        if len(params) % (step + 1):
            raise RuntimeError("got an incorrect number of RNN parameters")
        return
    count = len(params)
    if count % step:
        raise RuntimeError(f"MatrixRef: ArrayRef size {count} not divisible by stride {step}")
    if cells <= 0:
        raise RuntimeError("stack expects a non-empty TensorList")
    if count < cells * step:
        raise RuntimeError(f"ArrayRef: invalid slice, N = {count}; M = {step}; size = {count}")


# -- normalisation and convolution ----------------------------------------------------------------------------


def check_constant(function: str, **given: Tensor | None) -> None:
    """Raise RuntimeError for a tensor that requires grad and that there is no derivative by."""
    for name, x in given.items():
        if x is not None and x.requires_grad and state.grad:
            raise RuntimeError(
                f"The function '{function}' is not differentiable with respect to argument '{name}'. This input cannot "
                "have requires_grad True."
            )


def check_groups(channels: int, size: int, groups: int) -> None:
    """Raise RuntimeError for what is not greater than 0."""
    for what, n in (("number of channels", channels), ("HxW", size), ("num groups", groups)):
        if n <= 0:
            raise RuntimeError(f"Expected {what} to be greater than 0, got {n}")


def check_tbc(input: Tensor, weight: Tensor, bias: Tensor) -> None:
    """Raise RuntimeError for operands of a convolution over time that don't go together."""
    if input.array.ndim != 3:
        raise RuntimeError("Input must have 3 dims: time, batch, in_channel")
    if weight.array.ndim != 3:
        raise RuntimeError("Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.")
    if bias.array.ndim != 1:
        raise RuntimeError("Bias must be 1-D")
    if input.array.shape[2] != weight.array.shape[1]:
        raise RuntimeError("Input dim 2 (input channels) is not == dim 1 in the weight tensor")
    if weight.array.shape[2] != bias.array.shape[0]:
        raise RuntimeError("Bias size must equal dim 2 in the weight tensor (output channels).")
