"""``torch.istft``: a signal from the Fourier transforms of its overlapping stretches.

Griffin and Lim, "Signal estimation from modified short-time Fourier transform" (1984).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.limits import charge_array
from ...numerics.releases import Difference, Varying
from ..calls.python_function import define_python
from ..calls.registry import ATTRIBUTES, Method, namespace

_NOT_COMPLEX = Varying(
    TypeError,
    RuntimeError,
    Difference(
        "istft",
        "TypeError says that complex numbers are needed.",
        "RuntimeError says that complex numbers are needed.",
        "torch.istft(torch.ones(3, 3), 4)",
    ),
)


def _T(name: str) -> Any:
    return namespace("torch")[name]


def _M(name: str) -> Any:
    method = ATTRIBUTES[Tensor][name]
    assert isinstance(method, Method)
    return method.call


def istft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Tensor:
    """The signal of which ``stft`` gives (*, frequencies, stretches): stretches are weighted by the window and summed.

    Raises TypeError for real numbers, RuntimeError for shapes and windows that don't fit, and where the windows
    together leave a gap.
    """
    hop = n_fft // 4 if hop_length is None else hop_length
    width = n_fft if win_length is None else win_length
    array = input.array
    shown = "None" if window is None else f"{dtypes.tensor_type(window.dtype)}{{{list(window.array.shape)}}}"
    said = (
        f"istft({dtypes.tensor_type(input.dtype)}{list(array.shape)}, n_fft={n_fft}, hop_length={hop}, "
        f"win_length={width}, window={shown}, center={int(center)}, normalized={int(normalized)}, onesided={onesided}, "
        f"length={length}, return_complex={int(return_complex)})"
    )
    if array.dtype.kind != "c":
        raise _NOT_COMPLEX.value(
            "istft requires a complex-valued input tensor matching the output from stft with return_complex=True."
        )
    if array.size == 0:
        raise RuntimeError(f"{said}: input tensor cannot be empty.")
    if array.ndim not in (2, 3):
        raise RuntimeError(f"{said}: expected a tensor with 3 or 4 dimensions, but got {array.ndim + 1}")
    half = array.shape[-2] != n_fft if onesided is None else onesided
    if half and n_fft // 2 + 1 != array.shape[-2]:
        raise RuntimeError(
            f"{said}: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft / 2 + 1 "
            f"when onesided=True, but got {array.shape[-2]}"
        )
    if not half and n_fft != array.shape[-2]:
        raise RuntimeError(
            f"{said}: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft when "
            f"onesided=False, but got {array.shape[-2]}"
        )
    if not 0 < hop <= width:
        raise RuntimeError(f"{said}: expected 0 < hop_length <= win_length")
    if not 0 < width <= n_fft:
        raise RuntimeError(f"{said}: expected 0 < win_length <= n_fft")
    if window is not None and window.array.shape != (width,):
        raise RuntimeError(f"{said}: Invalid window shape. window has to be 1D and length of `win_length`")
    return _joined(input, n_fft, hop, width, window, center, normalized, bool(half), length, return_complex, said)


def _joined(
    input: Tensor, n_fft: int, hop: int, width: int, window: Any, center: bool, normalized: bool, half: bool,
    length: int | None, return_complex: bool, said: str,
) -> Tensor:  # fmt: skip
    real = np.zeros(0, input.array.dtype).real.dtype
    weights: Any = wrap(np.ones(width, real)) if window is None else window
    left = (n_fft - width) // 2
    if width < n_fft:
        weights = namespace("torch.nn.functional")["pad"](weights, (left, n_fft - width - left))
    alone = input.array.ndim == 2
    turned = _T("transpose")(_T("unsqueeze")(input, 0) if alone else input, 1, 2)
    fft, norm = namespace("torch.fft"), "ortho" if normalized else "backward"
    if return_complex:
        parts = fft["ifft"](turned, dim=2, norm=norm)
    elif half:
        parts = fft["irfft"](turned, n=n_fft, dim=2, norm=norm)
    else:
        parts = _T("real")(fft["ifft"](turned, dim=2, norm=norm))
    count, frames = parts.array.shape[0], parts.array.shape[1]
    whole = n_fft + hop * (frames - 1)
    charge_array((count, whole))
    places = (np.arange(frames)[:, None] * hop + np.arange(n_fft)).reshape(-1)
    at = wrap(places)
    y = _summed(parts * _M("view")(weights, 1, 1, n_fft), at, count, whole)
    squares = _M("expand")(_M("view")(weights * weights, 1, 1, n_fft), 1, frames, n_fft)
    envelope = _summed(squares, at, 1, whole)
    start = n_fft // 2 if center else 0
    end = whole - (n_fft // 2 if center else 0) if length is None else start + length
    take = max(min(end, whole) - start, 0)
    y, envelope = _M("narrow")(y, 1, start, take), _M("narrow")(envelope, 1, start, take)
    least = float(np.abs(envelope.array).min()) if take else 0.0
    if take and not least > 1e-11:
        raise RuntimeError(f"{said} window overlap add min: 1\n[ CPUBoolType{{}} ]")
    y = y / envelope
    if end > whole:
        state.warn(
            "UserWarning",
            "The length of signal is shorter than the length parameter. Result is being padded with zeros in the tail. "
            "Please check your center and hop_length settings.",
        )
        y = namespace("torch.nn.functional")["pad"](y, (0, end - whole))
    found: Tensor = _T("squeeze")(y, 0) if alone else y
    return found


def _summed(parts: Any, at: Tensor, count: int, whole: int) -> Any:
    """Stretches at their places, summed where they overlap."""
    start = _T("zeros")((count, whole), dtype=parts.dtype)
    return _M("index_add")(start, 1, at, _M("reshape")(parts, count, -1))


define_python("istft", istft, into="torch Tensor")
