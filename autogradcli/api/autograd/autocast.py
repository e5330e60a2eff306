"""``torch.autocast``: within it products are made in bfloat16, losses and factorizations in float32.

Which function is of which kind is PyTorch's list for the CPU. The functions themselves look, once a program has entered
such a context for the first time: before that, nothing is slower for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ...engine.modes import ContextMode
from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics.dtypes import DType, bfloat16, float16, float32, float64, promote_types
from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.overloads import Function
from ..calls.python_function import PythonFunction, define_python
from ..calls.registry import ATTRIBUTES, Method, namespace
from ..nn.functions_by_attribute import M
from ..tensor.placement import device as device_of
from ..tensor.placement import parsed
from .mode_names import ModeFunction

_LOWER = (
    "mm bmm matmul addmm addbmm baddbmm conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d "
    "conv_tbc prelu linear scaled_dot_product_attention einsum tensordot inner chain_matmul multi_dot vecdot cov"
)
_SINGLE = (
    "adaptive_avg_pool3d adaptive_max_pool3d avg_pool3d binary_cross_entropy binary_cross_entropy_with_logits cdist "
    "cholesky cholesky_inverse cholesky_solve cosine_embedding_loss cross_entropy ctc_loss fractional_max_pool2d "
    "fractional_max_pool3d geqrf grid_sample hinge_embedding_loss huber_loss inverse kl_div l1_loss "
    "margin_ranking_loss max_pool3d max_unpool2d max_unpool3d mse_loss multi_margin_loss multilabel_margin_loss "
    "nanquantile nll_loss orgqr ormqr pinverse poisson_nll_loss polar prod qr quantile smooth_l1_loss "
    "soft_margin_loss stft svd trace triangular_solve triplet_margin_loss view_as_complex"
)
_LINALG = (
    "cholesky cholesky_ex cond eig eigh eigvals eigvalsh householder_product inv inv_ex lstsq matrix_rank qr solve "
    "svd svdvals tensorinv tensorsolve"
)
_FFT = "fft fft2 fftn hfft ifft ifft2 ifftn ihfft irfft irfft2 irfftn rfft rfft2 rfftn"
_PROMOTED = "stack cat concat concatenate index_copy"

Policy = Callable[[tuple[Any, ...]], tuple[Any, ...]]


class Cache:
    """Weights that were cast within the context: each once, as they are used again and again."""

    depth = 0
    found: ClassVar[dict[int, tuple[Tensor, Tensor]]] = {}


def _cast(value: Any, dtype: DType) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)([_cast(each, dtype) for each in value]) if type(value) in (list, tuple) else value
    if not isinstance(value, Tensor) or not value.dtype.is_floating_point or value.dtype in (float64, dtype):
        return value
    keep = dtype is not float32 and value.dtype is float32 and value.requires_grad and value.is_leaf
    if keep and id(value) in Cache.found:
        return Cache.found[id(value)][1]
    made = M.to(value, dtype)
    if keep:
        Cache.found[id(value)] = value, made
    return made


def _widest(values: tuple[Any, ...]) -> DType:
    widest = state.autocast
    for value in values:
        for each in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(each, Tensor) and each.dtype.is_floating_point:
                widest = promote_types(widest, each.dtype)
    return widest  # type: ignore[no-any-return]


class _Casting:
    """An implementation whose tensors are cast first, where ``torch.autocast`` is in force."""

    def __init__(self, call: Callable[..., Any], kind: str) -> None:
        self.call, self.kind = call, kind

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        lower = state.autocast
        if lower is None:
            return self.call(*args, **kwargs)
        if self.kind == "promoted":
            dtype = _widest((*args, *kwargs.values()))
        else:
            dtype = lower if self.kind == "lower" else float32
        args = tuple([_cast(value, dtype) for value in args])
        kwargs = {name: _cast(value, dtype) for name, value in kwargs.items()}
        state.autocast = None
        try:
            return self.call(*args, **kwargs)
        finally:
            state.autocast = lower

    def __getattr__(self, name: str) -> Any:
        return getattr(self.call, name)  # what its parameters are called, its text


class _Installed:
    done = False


def _install() -> None:
    """Let all functions of the lists look for the context from here on."""
    if _Installed.done:
        return
    _Installed.done = True
    for kind, names, places in (
        ("lower", _LOWER, ("torch", "torch.nn.functional", "torch.linalg", "Tensor")),
        ("single", _SINGLE, ("torch", "torch.nn.functional", "Tensor")),
        ("single", _LINALG, ("torch.linalg",)),
        ("single", _FFT, ("torch.fft",)),
        ("promoted", _PROMOTED, ("torch", "Tensor")),
    ):
        for name in names.split():
            for place in places:
                _wrap(ATTRIBUTES[Tensor].get(name) if place == "Tensor" else namespace(place).get(name), kind)


def _wrap(found: Any, kind: str) -> None:
    made: list[Any]
    function = found.call if type(found) is Method else found
    if isinstance(function, Function):
        for each in (function, function._calculator):
            if each is not None and not isinstance(each.overloads[0][1], _Casting):
                made = [(schema, _Casting(call, kind), *printed) for schema, call, *printed in each.overloads]
                each.overloads = made
                each._plans.clear()
    elif isinstance(function, PythonFunction) and function.through is None:
        function.through = _Casting(function.call, kind)


@shown_as("torch.amp.autocast_mode.autocast")
class Autocast(ContextMode):
    """Within it functions compute in the dtypes that PyTorch's list says."""

    __slots__ = ("dtype", "enabled", "previous")

    title = "torch.amp.autocast_mode.autocast"

    def __init__(self, dtype: DType, enabled: bool) -> None:
        self.dtype, self.enabled = dtype, enabled
        self.previous: list[Any] = []

    def __enter__(self) -> Autocast:
        _install()
        self.previous.append(state.autocast)
        state.autocast = self.dtype if self.enabled else None
        Cache.depth += 1
        return self

    def __exit__(self, *problem: object) -> None:
        state.autocast = self.previous.pop()
        Cache.depth -= 1
        if not Cache.depth:
            Cache.found.clear()

    def fresh(self) -> Autocast:
        return Autocast(self.dtype, self.enabled)


#: Which devices ``autocast`` knows beside the CPU.
_ELSEWHERE = ("cuda", "xpu", "hpu", "mps", "mtia", "xla", "ipu", "maia")


def autocast(device_type: str, dtype: Any = None, enabled: bool = True, cache_enabled: Any = None) -> ContextMode:
    """A context for ``device_type="cpu"``; for any other device it warns and does nothing."""
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if device_type in _ELSEWHERE:
        if enabled:
            name = (
                "CUDA is not available or torch_xla is imported"
                if device_type == "cuda"
                else f"{device_type} is not available"
            )
            state.warn("UserWarning", f"{name}. Disabling autocast.")
        return Elsewhere()
    device_of(device_type)
    wanted = bfloat16 if dtype is None else dtype
    if not isinstance(wanted, DType):
        raise TypeError(f"autocast(): argument 'dtype' must be torch.dtype, not {type(wanted).__name__}")
    if wanted not in (bfloat16, float16):
        if enabled:
            state.warn(
                "UserWarning",
                "In CPU autocast, but the target dtype is not supported. Disabling autocast.\nCPU Autocast only "
                "supports dtypes of torch.bfloat16, torch.float16 currently.",
            )
        enabled = False
    return Autocast(wanted, bool(enabled))


@shown_as("torch.amp.autocast_mode.autocast")
class Elsewhere(ContextMode):
    """``autocast`` for a device that is not there: nothing changes within it."""

    __slots__ = ()

    title = Autocast.title

    def __enter__(self) -> Elsewhere:
        return self

    def __exit__(self, *problem: object) -> None:
        return None


def _of_cuda(enabled: bool = True, dtype: Any = None, cache_enabled: bool = True) -> ContextMode:
    state.warn(
        "FutureWarning",
        "`torch.cuda.amp.autocast(args...)` is deprecated. Please use `torch.amp.autocast('cuda', args...)` instead.",
    )
    return autocast("cuda", dtype, enabled)


def _of_cpu(enabled: bool = True, dtype: Any = None, cache_enabled: bool = True) -> ContextMode:
    state.warn(
        "FutureWarning",
        "`torch.cpu.amp.autocast(args...)` is deprecated. Please use `torch.amp.autocast('cpu', args...)` instead.",
    )
    return autocast("cpu", dtype, enabled)


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Whether ``autocast`` is in force for a device."""
    return device_of(device_type).type == "cpu" and state.autocast is not None if device_type != "cuda" else False


def get_autocast_dtype(device_type: str) -> DType:
    """The dtype of products under ``autocast``. Raises RuntimeError for what is no device's type."""
    return state.autocast or bfloat16 if parsed(device_type).type == "cpu" else float16


def get_autocast_cpu_dtype() -> DType:
    """The dtype of products under ``autocast`` on the CPU."""
    return state.autocast or bfloat16


def is_autocast_cpu_enabled() -> bool:
    """Whether ``autocast`` is in force on the CPU."""
    return state.autocast is not None


def is_autocast_cache_enabled() -> bool:
    """Whether ``autocast`` keeps the weights that it cast: a setting that changes nothing here."""
    return True


def is_autocast_available(device_type: str) -> bool:
    """Whether ``autocast`` knows a device."""
    return device_type in ("cpu", *_ELSEWHERE)


def custom_fwd(fwd: Value = None, *, device_type: str = "cpu", cast_inputs: Any = None) -> Any:
    """A decorator for the forward of a ``Function``, which here runs as it is. Raises NotImplementedError for
    ``cast_inputs``."""
    if cast_inputs is not None:
        raise NotImplementedError("custom_fwd(cast_inputs=) isn't here: cast in forward, x.to(dtype)")
    return _itself if fwd is None else fwd


def custom_bwd(bwd: Value = None, *, device_type: str = "cpu") -> Any:
    """A decorator for the backward of a ``Function``, which here runs as it is."""
    return _itself if bwd is None else bwd


def _decorated(function: Value) -> Any:
    return function


_itself = PythonFunction("decorate", _decorated, "torch.amp")


def _register() -> None:
    mode = ModeFunction("autocast", autocast, "Products in bfloat16.")
    for place in ("torch", "torch.amp", "torch.amp.autocast_mode"):
        namespace(place)["autocast"] = mode
    namespace("torch.cuda.amp")["autocast"] = ModeFunction("autocast", _of_cuda, "Nothing: there is no GPU.")
    namespace("torch.cpu.amp")["autocast"] = ModeFunction("autocast", _of_cpu, "Products in bfloat16.")
    for function in (
        is_autocast_enabled, get_autocast_dtype, get_autocast_cpu_dtype, is_autocast_cpu_enabled,
        is_autocast_cache_enabled,
    ):  # fmt: skip
        define_python(function.__name__, function)
    elsewhere: list[tuple[Any, tuple[str, ...]]] = [
        (is_autocast_available, ("torch.amp", "torch.amp.autocast_mode")),
        (custom_fwd, ("torch.amp", "torch.cuda.amp")),
        (custom_bwd, ("torch.amp", "torch.cuda.amp")),
    ]
    for each, places in elsewhere:
        for place in places:
            namespace(place)[each.__name__] = PythonFunction(each.__name__, each, place)


_register()
