"""Window functions, ``torch.signal.windows`` and ``torch.hann_window``, and the transforms that use them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...engine.leaves import require_grad
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.limits import shown
from ...operations.elementwise.arithmetic import mul
from ...operations.linalg.fft import fft_c2c, fft_r2c
from ...operations.refuse import not_implemented_for
from ...operations.shape.copies import cast
from ...operations.shape.strided import as_strided
from ...operations.shape.view import squeeze_dim, transpose, unsqueeze, view, view_as_real
from ..calls.overloads import define
from ..calls.python_function import define_python
from ..calls.written_signature import signed
from ..functional.resampling import pad as pad_
from ..shape.view_in_place import strides_of

# -- torch.signal.windows ---------------------------------------------------------------------------------


#: A window's values, from the points' numbers and the number of intervals.
Values = Callable[[np.ndarray, int], Any]

_COMMON = (
    "sym: bool = True, dtype: DType | None = None, layout: Any = None, device: Any = None, requires_grad: bool = False"
)


def _declare(
    name: str, own: str, values: Callable[..., Values], doc: str, called: str = "", alone: bool = False
) -> None:
    """Declare a window: ``values`` gets ``sym`` and its ``own`` parameters; ``called`` is its name in messages.

    A window of one point is 1, but where its formula holds for it ``alone``, too.
    """
    called = called or name

    def window(M: int, *given: Any) -> Tensor:
        *numbers, sym, dtype, _, _, grad = given
        kind = dtypes.default.dtype if dtype is None else dtype
        if M < 0:
            raise ValueError(f"{called} requires non-negative window length, got M={M}")
        if kind not in (dtypes.float32, dtypes.float64):
            raise ValueError(f"{called} expects float32 or float64 dtypes, got: {shown(kind)}")
        found = values(sym, *numbers)
        if M > 1 or (M and alone):
            intervals = M - 1 if sym or M == 1 else M
            array = np.asarray(found(np.arange(M, dtype=np.float64), intervals)).astype(kind.np)
        else:
            array = np.ones(M, kind.np)
        made = wrap(array)
        if grad:
            require_grad(made)
        return made

    define_python(name, signed(name, "M: int, *", own, _COMMON, call=window, doc=doc), into="windows")


def _cosines(a: Sequence[float]) -> Values:
    def values(k: np.ndarray, n: int) -> Any:
        angle = 2 * math.pi * k / n
        return sum((-1) ** i * c * np.cos(i * angle) for i, c in enumerate(a))

    return values


def _checked_cosines(sym: bool, a: Any) -> Values:
    if not isinstance(a, (list, tuple)):
        raise TypeError("Coefficients must be a list/tuple")
    if not a:
        raise ValueError("Coefficients cannot be empty")
    return _cosines([float(c) for c in a])


def _exponential(sym: bool, center: float | None, tau: float) -> Values:
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {shown(tau)} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    return lambda k, n: np.exp(-np.abs(k - (n / 2 if center is None else center)) / tau)


def _gaussian(sym: bool, std: float) -> Values:
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {shown(std)} instead.")
    return lambda k, n: np.exp(-(((k - n / 2) / std) ** 2) / 2)


def _kaiser(sym: bool, beta: float) -> Values:
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {shown(beta)} instead.")
    return _bessel(beta)


def _bessel(beta: float) -> Values:
    def values(k: np.ndarray, n: int) -> Any:
        x = 2 * k / n - 1
        return np.i0(beta * np.sqrt(np.maximum(1 - x * x, 0))) / np.i0(np.asarray(beta))

    return values


_SHAPE = " of M points, symmetric or (``sym=False``) periodic."
for _name, _a in (
    ("hann", (0.5, 0.5)),
    ("hamming", (0.54, 0.46)),
    ("blackman", (0.42, 0.5, 0.08)),
    ("nuttall", (0.3635819, 0.4891775, 0.1365995, 0.0106411)),
):
    _declare(
        _name,
        "",
        lambda sym, a=_a: _cosines(a),
        f"{_name.title()} window{_SHAPE}",
        "blackman" if _name == "blackman" else "general_cosine",
    )
_declare("bartlett", "", lambda sym: lambda k, n: 1 - np.abs(2 * k / n - 1), "Triangle with zeros at its ends" + _SHAPE)
_declare(
    "cosine", "", lambda sym: lambda k, n: np.sin(math.pi * (k + 0.5) / (n + 1)),
    "Half a wave of the sine between its zeros" + _SHAPE,
)  # fmt: skip
_declare(
    "general_cosine", "a: Any", _checked_cosines, "Sum of cosines with the coefficients ``a``, their signs alternating."
)
_declare(
    "general_hamming", "alpha: float = 0.54", lambda sym, alpha: _cosines([alpha, 1.0 - alpha]),
    "``alpha - (1 - alpha) cos``.", "general_cosine",
)  # fmt: skip
_declare(
    "exponential", "center: float | None = None, tau: float = 1.0", _exponential, "``exp(-|k - center| / tau)``.",
    alone=True,
)  # fmt: skip
_declare("gaussian", "std: float = 1.0", _gaussian, "``exp(-(k / std)**2 / 2)`` around the middle.")
_declare(
    "kaiser", "beta: float = 12.0", _kaiser, "``I0(beta sqrt(1 - x**2)) / I0(beta)`` with x from -1 to 1."
)  # fmt: skip

# -- torch.hann_window and the like -----------------------------------------------------------------------

_OPTIONS = (
    "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, bool requires_grad=False"
)


def _window(name: str, values: Callable[..., Values], *extra: tuple[str, float]) -> None:
    """Declare ``torch.<name>``: the length, whether it is periodic, and further parameters."""

    def make(length: int, periodic: bool, numbers: Sequence[float], dtype: DType | None, grad: bool) -> Tensor:
        kind = dtypes.default.dtype if dtype is None else dtype
        if kind.category < dtypes.FLOATING:
            raise RuntimeError(
                f"{name} expects floating point dtypes, got: TensorOptions(dtype={kind.cpp_name}, device=cpu, "
                "layout=Strided (default), requires_grad=false (default), pinned_memory=false, memory_format=(nullopt))"
            )
        if length < 0:
            raise RuntimeError(f"{name} requires non-negative window_length, got window_length={length}")
        if length < 2:
            array = np.ones(length, kind.np)
        else:
            if kind.is_complex:
                not_implemented_for("arange_cpu", np.empty(0, kind.np))
            k = np.arange(length, dtype=np.float64)
            array = np.asarray(values(*numbers)(k, length if periodic else length - 1)).astype(kind.np)
        made = wrap(array)
        if grad:
            require_grad(made)
        return made

    def overload(given: int) -> Callable[..., Tensor]:
        """The form with so many of the further parameters; -1 is the one without ``periodic``."""

        def window(window_length: int, *rest: Any) -> Tensor:
            count = max(given, 0)
            numbers = [*rest[1 : 1 + count], *(number for _, number in extra[count:])]
            return make(window_length, rest[0] if given >= 0 else True, numbers, rest[given + 1], rest[-1])

        window.__doc__ = f"A {name.removesuffix('_window')} window, periodic unless ``periodic`` is False."
        return window

    overloads: list[Any] = []
    for given in range(-1, len(extra) + 1):
        parameters = ["int window_length", *(["bool periodic"] if given >= 0 else [])]
        parameters += [f"float {word}" for word, _ in extra[: max(given, 0)]]
        overloads.append((f"({', '.join(parameters)}, *, {_OPTIONS})", overload(given)))
    define(name, *overloads)


_window("hann_window", lambda: _cosines([0.5, 0.5]))
_window("hamming_window", lambda alpha, beta: _cosines([alpha, beta]), ("alpha", 0.54), ("beta", 0.46))
_window("blackman_window", lambda: _cosines([0.42, 0.5, 0.08]))
_window("bartlett_window", lambda: lambda k, n: 1 - np.abs(2 * k / n - 1))
_window("kaiser_window", _bessel, ("beta", 12.0))

# -- transforms of stretches ------------------------------------------------------------------------------


def stft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Any:
    """Fourier transforms of overlapping stretches of a signal: (*, frequencies, stretches)."""
    x: Any = input
    if center:
        batch = (1,) * (3 - x.array.ndim)
        half = n_fft // 2
        wide = view(x, (*batch, *x.array.shape))
        wide = pad_(wide, (half, half), pad_mode)
        x = view(wide, wide.array.shape[len(batch) :])
    hop = n_fft // 4 if hop_length is None else hop_length
    width = n_fft if win_length is None else win_length
    complex_input = x.array.dtype.kind == "c" or (window is not None and window.array.dtype.kind == "c")
    if return_complex is None and not complex_input:
        raise RuntimeError(
            "stft requires the return_complex parameter be given for real inputs, and will further require that "
            "return_complex=True in a future PyTorch release."
        )
    options = (
        None if window is None else _shown_tensor(window, "{", "}"),
        normalized,
        onesided,
        return_complex,
        align_to_window,
    )
    _check_stft(x, n_fft, hop, width, window, options)
    single = x.array.ndim == 1
    if single:
        x = unsqueeze(x, 0)
    n, length = x.array.shape
    filled = None
    if window is not None or width < n_fft:
        given = np.ones(width, x.array.dtype) if window is None else window.array
        left = (n_fft - width) // 2
        filled = wrap(np.pad(given, (left, n_fft - width - left)))
    frames = 1 + (length - n_fft) // hop
    steps = strides_of(x.array)
    y = as_strided(x, (n, frames, n_fft), (steps[0], hop * steps[1], steps[1]), 0, steps)
    if filled is not None:
        y = mul(y, filled)
    half_only = (not complex_input) if onesided is None else onesided
    norm = 1 if normalized else 0
    if complex_input:
        y = fft_c2c(y if y.array.dtype.kind == "c" else cast(y, dtypes.complex_of(y.dtype)), (2,), norm, True)
    else:
        y = fft_r2c(y, (2,), norm, half_only)
    y = transpose(y, 1, 2)
    if single:
        y = squeeze_dim.in_place(y, 0)
    if return_complex is False:
        return view_as_real(y)
    return y


def _shown_tensor(x: Tensor, left: str = "", right: str = "") -> str:
    """A tensor as messages about transforms name it: ``torch.FloatTensor[8]``."""
    return f"{dtypes.tensor_type(dtypes.of(x.array))}{left}{list(x.array.shape)}{right}"


def _check_stft(x: Tensor, n_fft: int, hop: int, width: int, window: Tensor | None, options: tuple[Any, ...]) -> None:
    """Raises RuntimeError for sizes that fit no signal of this length. ``options`` are shown in the message."""
    names = ("window", "normalized", "onesided", "return_complex", "align_to_window")
    said = [value if value is None or isinstance(value, str) else int(value) for value in options]
    sizes = f"n_fft={n_fft}, hop_length={hop}, win_length={width}"
    flags = ", ".join(f"{name}={value}" for name, value in zip(names, said, strict=True))
    shown = f"stft({_shown_tensor(x)}, {sizes}, {flags}) "
    if x.array.ndim not in (1, 2):
        raise RuntimeError(f"{shown}: expected a 1D or 2D tensor")
    length = x.array.shape[-1]
    if not 0 < n_fft <= length:
        raise RuntimeError(f"{shown}: expected 0 < n_fft < {length}, but got n_fft={n_fft}")
    if hop <= 0:
        raise RuntimeError(f"{shown}: expected hop_length > 0, but got hop_length={hop}")
    if not 0 < width <= n_fft:
        raise RuntimeError(f"{shown}: expected 0 < win_length <= n_fft, but got win_length={width}")
    if window is not None and window.array.shape != (width,):
        raise RuntimeError(
            f"{shown}: expected a 1D window tensor of size equal to win_length={width}, but got window with size "
            f"{list(window.array.shape)}"
        )


define_python("stft", stft, into="torch Tensor")
