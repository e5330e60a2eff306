"""``torch.nn.utils.parametrize``: a parameter computed from another tensor whenever it is read.

A parametrized module is of a class of its own, derived from the one that it was of, in which the parameter is a
property. The tensors that it is computed from are parameters of ``module.parametrizations``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ...engine.modes import ContextMode
from ...engine.tensor import Parameter, Tensor
from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.overloads import PLACES
from ..calls.program_classes import Kind, derive, get, has
from ..calls.python_function import define_python
from ..calls.registry import namespace
from .containers import ModuleDict, ModuleList
from .functions_by_attribute import M
from .gradients import Unrecorded
from .module import Module

PLACES["parametrize"] = ("torch.nn.utils.parametrize", "")


class Cache:
    """What was computed within ``cached()``."""

    depth = 0
    found: ClassVar[dict[tuple[int, str], Any]] = {}


@shown_as("contextlib._GeneratorContextManager")
class Cached(ContextMode):
    """Within it, a parametrized tensor is computed once."""

    __slots__ = ()

    def __enter__(self) -> None:
        Cache.depth += 1

    def __exit__(self, *problem: object) -> None:
        Cache.depth -= 1
        if not Cache.depth:
            Cache.found.clear()


def cached() -> Cached:
    """A context within which each parametrized tensor is computed once, when it is first read."""
    return Cached()


def _hold(module: Any, name: str, value: Any) -> None:
    (module.register_parameter if isinstance(value, Parameter) else module.register_buffer)(name, value)


def _back(parametrization: Any, value: Any) -> Any:
    """``right_inverse``, where there is one that can do it."""
    if not has(parametrization, "right_inverse"):
        return value
    try:
        return get(parametrization, "right_inverse")(value)
    except NotImplementedError:
        return value


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, in order, and the tensors that the first begins with."""

    __module__ = "torch.nn.utils.parametrize"

    def __init__(self, modules: Any, original: Any, unsafe: bool = False) -> None:
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.array.shape, original.dtype
        new = original
        with Unrecorded():
            for module in reversed(list(self._modules.values())):
                new = _back(module, new)
        if not isinstance(new, (Tensor, list, tuple)):
            raise ValueError(
                "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got "
                f"{type(new).__name__}"
            )
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if isinstance(new, Tensor) else len(new)
        if isinstance(new, Tensor):
            if new.dtype is not dtype:
                raise ValueError(
                    "When `right_inverse` outputs one tensor, it may not change the dtype.\n"
                    f"original.dtype: {dtype}\nright_inverse(original).dtype: {new.dtype}"
                )
            original.rebind(new.array)
            _hold(self, "original", original)
        else:
            for k, value in enumerate(new):
                self._hold_part(k, value, original)
        if not unsafe:
            _check_same(self(), shape, dtype)

    def _hold_part(self, k: int, value: Any, original: Any) -> None:
        if not isinstance(value, Tensor):
            raise ValueError(
                "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got element "
                f"{k} of the sequence with type {type(value).__name__}."
            )
        if isinstance(original, Parameter):
            value = Parameter(value.array)
        M.requires_grad_(value, original.requires_grad)
        _hold(self, f"original{k}", value)

    def right_inverse(self, value: Any) -> None:
        """Set the tensors that it begins with so that it gives this value. Raises RuntimeError, ValueError."""
        with Unrecorded():
            for module in reversed(list(self._modules.values())):
                if not has(module, "right_inverse"):
                    raise RuntimeError(f"parametrization {type(module).__name__} does not implement right_inverse.")
                value = get(module, "right_inverse")(value)
        if self.is_tensor:
            if not isinstance(value, Tensor):
                raise ValueError(f"`right_inverse` should return a tensor. Got {type(value).__name__}")
            if value.dtype is not self.original.dtype:
                raise ValueError(
                    f"The tensor returned by `right_inverse` has dtype {value.dtype} while `original` has dtype "
                    f"{self.original.dtype}"
                )
            self.original.rebind(value.array)
            return
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"'right_inverse' must return a sequence of tensors. Got {type(value).__name__}.")
        if len(value) != self.ntensors:
            raise ValueError(
                f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. Got a sequence of "
                f"length {len(value)}."
            )
        for k, each in enumerate(value):
            held = getattr(self, f"original{k}")
            if not isinstance(each, Tensor) or each.dtype is not held.dtype:
                raise ValueError(
                    f"Tensor {k} returned by `right_inverse` has dtype {getattr(each, 'dtype', None)} while "
                    f"`original{k}` has dtype {held.dtype}"
                )
            held.rebind(each.array)

    def forward(self) -> Any:
        first, *others = self._modules.values()
        if self.is_tensor:
            value = first(self.original)
        else:
            value = first(*[getattr(self, f"original{k}") for k in range(self.ntensors)])
        for module in others:
            value = module(value)
        return value


def _check_same(value: Any, shape: Any, dtype: Any) -> None:
    if not isinstance(value, Tensor):
        raise ValueError(f"A parametrization must return a tensor. Got {type(value).__name__}.")
    for name, before, after in (("dtype", dtype, value.dtype), ("shape", shape, value.array.shape)):
        if before != after:
            was, now = (before, after) if name == "dtype" else (M.size(value).__class__(before), M.size(value))
            raise ValueError(
                f"Registering a parametrization may not change the {name} of the tensor, unless `unsafe` flag is "
                f"enabled.\nunparametrized {name}: {was}\nparametrized {name}: {now}"
            )


def _property(name: str) -> property:
    def read(self: Any) -> Any:
        parametrization = self.parametrizations[name]
        if not Cache.depth:
            return parametrization()
        key = id(self), name
        if key not in Cache.found:
            Cache.found[key] = parametrization()
        return Cache.found[key]

    def write(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)

    return property(read, write)


def _derived(module: Any, names: list[str]) -> Kind:
    """The class of a module with these tensors parametrized."""
    kind = type_before_parametrizations(module)
    return derive((kind,), f"Parametrized{kind.__name__}", {name: _property(name) for name in names})


def register_parametrization(module: Value, tensor_name: str, parametrization: Value, *, unsafe: bool = False) -> Any:
    """Let a module compute a parameter or buffer from another tensor: ``parametrization(original)``. Raises ValueError
    where it changes the shape or dtype (unless ``unsafe``), or there is nothing of that name."""
    _check_module(module)
    _check_module(parametrization)
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        listed = module.parametrizations[tensor_name]
        if not unsafe:
            now = get(module, tensor_name)
            after = parametrization(now)
            _check_same(after, now.array.shape, now.dtype)
        listed.append(parametrization)
        listed.unsafe = listed.unsafe or unsafe
        return module
    if tensor_name not in module._buffers and tensor_name not in module._parameters:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name "
            f"'{tensor_name}'"
        )
    original = get(module, tensor_name)
    listed = ParametrizationList([parametrization], original, unsafe=unsafe)
    delattr(module, tensor_name)
    names = list(module.parametrizations._modules) if is_parametrized(module) else []
    kind = _derived(module, [*names, tensor_name])
    if not names:
        module.parametrizations = ModuleDict()
    object.__setattr__(module, "__class__", kind)
    module.parametrizations[tensor_name] = listed
    return module


def _check_module(value: Any) -> None:
    if not isinstance(value, Module):
        raise AttributeError(f"'{type(value).__name__}' object has no attribute 'training'")


def is_parametrized(module: Value, tensor_name: str | None = None) -> bool:
    """Whether a module, or this tensor of it, is parametrized."""
    if not isinstance(module, Module):
        return False
    found = module.__dict__.get("_modules", {}).get("parametrizations")
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found._modules


def remove_parametrizations(module: Value, tensor_name: str, leave_parametrized: bool = True) -> Any:
    """Make a parametrized tensor a parameter (or buffer) again, of the value that it has, or with
    ``leave_parametrized=False`` of the one that it was computed from. Raises ValueError."""
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    listed = module.parametrizations[tensor_name]
    if listed.is_tensor:
        original = listed.original
        if leave_parametrized:
            with Unrecorded():
                original.rebind(get(module, tensor_name).array)
    elif leave_parametrized:
        value = get(module, tensor_name)
        original = value
        if value.requires_grad:
            original = Parameter(value.array)
            M.requires_grad_(original, True)
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a "
            "sequence of tensors."
        )
    before = type_before_parametrizations(module)
    del module.parametrizations[tensor_name]
    rest = list(module.parametrizations._modules)
    if rest:
        kind = _derived(module, rest)
    else:
        del module._modules["parametrizations"]
        kind = before
    object.__setattr__(module, "__class__", kind)
    _hold(module, tensor_name, original)
    return module


def type_before_parametrizations(module: Value) -> Any:
    """The class that a module was of before it was parametrized."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


for _function in (
    cached, register_parametrization, is_parametrized, remove_parametrizations, type_before_parametrizations,
):  # fmt: skip
    define_python(_function.__name__, _function, into="parametrize")
namespace("torch.nn.utils.parametrize")["ParametrizationList"] = ParametrizationList
