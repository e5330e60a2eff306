"""``torch.nn.utils.weight_norm`` and ``spectral_norm`` of the older kind, which compute the weight before each call."""

from __future__ import annotations

from typing import Any

from ...engine.hooks import next_key
from ...engine.state import state
from ...engine.tensor import Parameter
from ...numerics.limits import counted
from ..calls.argument_types import Value
from ..calls.python_function import define_python
from ..calls.registry import namespace
from .functions_by_attribute import F, M, T
from .gradients import Unrecorded
from .module import Module


def norm_except_dim(weight: Any, dim: int) -> Any:
    """The norms over all dimensions but one; with -1 over all."""
    rank = weight.array.ndim
    if dim == -1:
        return M.norm(weight, 2)
    shape = [1] * rank
    shape[dim] = -1
    rows = M.reshape(T.transpose(weight, 0, dim), weight.array.shape[dim], -1)
    return M.view(M.norm(rows, 2, 1), *shape)


def weight_of_parts(direction: Any, length: Any, dim: int) -> Any:
    """A weight of its direction and its length."""
    return direction * (length / norm_except_dim(direction, dim))


def _parameter(value: Any) -> Any:
    made = Parameter(value.array)
    M.requires_grad_(made, True)
    return made


class _Hook:
    """What runs before each call of a module that it was entered into."""

    def __init__(self, name: str) -> None:
        self.name = name

    def weight(self, module: Any, training: bool) -> Any:
        raise NotImplementedError

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self.name, self.weight(module, module.training))


class _WeightNorm(_Hook):
    def __init__(self, name: str, dim: int) -> None:
        super().__init__(name)
        self.dim = dim

    def weight(self, module: Any, training: bool) -> Any:
        return weight_of_parts(getattr(module, self.name + "_v"), getattr(module, self.name + "_g"), self.dim)


class _SpectralNorm(_Hook):
    def __init__(self, name: str, iterations: int, dim: int, eps: float) -> None:
        super().__init__(name)
        self.iterations, self.dim, self.eps = iterations, dim, eps

    def matrix(self, weight: Any) -> Any:
        if self.dim:
            weight = M.permute(weight, self.dim, *[d for d in range(weight.array.ndim) if d != self.dim])
        return M.reshape(weight, weight.array.shape[0], -1)

    def weight(self, module: Any, training: bool) -> Any:
        weight, u, v = (getattr(module, self.name + end) for end in ("_orig", "_u", "_v"))
        matrix = self.matrix(weight)
        if training:
            with Unrecorded():
                for _ in counted(range(self.iterations)):
                    M.copy_(v, F.normalize(T.mv(M.t(matrix), u), dim=0, eps=self.eps))
                    M.copy_(u, F.normalize(T.mv(matrix, v), dim=0, eps=self.eps))
                u, v = M.clone(u), M.clone(v)
        return weight / T.dot(u, T.mv(matrix, v))


def _check(module: Any, name: str, kind: type[_Hook], called: str) -> Any:
    """The weight of that name. Raises TypeError for no module, RuntimeError where it has such a hook already."""
    if not isinstance(module, Module):
        raise TypeError(f"{called}() takes a module, not {type(module).__name__}")
    if any(type(hook) is kind and hook.name == name for hook in module._forward_pre_hooks.values()):
        raise RuntimeError(f"Cannot register two {called} hooks on the same parameter {name}")
    if module._parameters.get(name) is None:
        raise KeyError(name)
    return module._parameters[name]


def weight_norm(module: Value, name: str = "weight", dim: int | None = 0) -> Any:
    """Let a weight be a direction times a length for each output, the parameters ``weight_g`` and ``weight_v``."""
    state.warn(
        "FutureWarning",
        "`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.",
    )
    weight = _check(module, name, _WeightNorm, "weight_norm")
    hook = _WeightNorm(name, -1 if dim is None else dim)
    del module._parameters[name]
    with Unrecorded():
        module.register_parameter(name + "_g", _parameter(norm_except_dim(weight, hook.dim)))
    module.register_parameter(name + "_v", _parameter(weight))
    setattr(module, name, hook.weight(module, False))
    _enter(module, hook)
    return module


def _enter(module: Any, hook: _Hook) -> None:
    module._forward_pre_hooks[next_key()] = hook


def _taken_out(module: Any, name: str, kind: type[_Hook], called: str) -> Any:
    for key, hook in module._forward_pre_hooks.items() if isinstance(module, Module) else ():
        if type(hook) is kind and hook.name == name:
            del module._forward_pre_hooks[key]
            return hook
    raise ValueError(f"{called} of '{name}' not found in {module}")


def remove_weight_norm(module: Value, name: str = "weight") -> Any:
    """Make the weight a parameter again. Raises ValueError."""
    hook = _taken_out(module, name, _WeightNorm, "weight_norm")
    weight = hook.weight(module, False)
    delattr(module, name)
    del module._parameters[name + "_g"]
    del module._parameters[name + "_v"]
    setattr(module, name, _parameter(weight))
    return module


def spectral_norm(
    module: Value, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Any:
    """Let a weight be divided by its largest singular value, which a power iteration before each call follows."""
    if n_power_iterations <= 0:
        raise ValueError(f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}")
    weight = _check(module, name, _SpectralNorm, "spectral_norm")
    if dim is None:
        dim = 1 if isinstance(module, tuple(namespace("torch.nn")[f"ConvTranspose{n}d"] for n in (1, 2, 3))) else 0
    hook = _SpectralNorm(name, n_power_iterations, dim, eps)
    with Unrecorded():
        matrix = hook.matrix(weight)
        u, v = (F.normalize(M.normal_(M.new_empty(weight, size), 0, 1), dim=0, eps=eps) for size in matrix.array.shape)
    delattr(module, name)
    module.register_parameter(name + "_orig", weight)
    setattr(module, name, M.detach(weight))
    module.register_buffer(name + "_u", u)
    module.register_buffer(name + "_v", v)
    _enter(module, hook)
    return module


def remove_spectral_norm(module: Value, name: str = "weight") -> Any:
    """Make the weight a parameter again. Raises ValueError."""
    hook = _taken_out(module, name, _SpectralNorm, "spectral_norm")
    with Unrecorded():
        weight = hook.weight(module, False)
    for end in ("", "_u", "_v", "_orig"):
        delattr(module, name + end)
    module.register_parameter(name, _parameter(weight))
    return module


for _function in (weight_norm, remove_weight_norm, spectral_norm, remove_spectral_norm):
    define_python(_function.__name__, _function, into="nn_utils")
