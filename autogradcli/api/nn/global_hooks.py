"""Hooks of all modules at once: ``torch.nn.modules.module.register_module_forward_hook`` and its kin."""

from __future__ import annotations

from typing import Any

from ...engine.hooks import RemovableHandle, add_hook
from ...engine.state import state
from ...engine.tensor import Parameter, Tensor
from ..calls.argument_types import Value, type_name
from ..calls.python_function import PythonFunction
from ..calls.registry import namespace
from .hooked import Hooked

_HOME = "torch.nn.modules.module"


def _table(kind: str) -> dict[int, Any]:
    return state.module_hooks.setdefault(kind, {})


def register_module_forward_pre_hook(hook: Value) -> RemovableHandle:
    """Call ``hook(module, args)`` before the forward of every module; what it returns replaces the arguments."""
    return add_hook(_table("forward_pre"), hook)


def register_module_forward_hook(
    hook: Value, *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Call ``hook(module, args, output)`` after the forward of every module; what it returns replaces the output."""
    handle = add_hook(_table("forward"), hook)
    if with_kwargs:
        _table("with_kwargs")[handle.key] = True
    if always_call:
        _table("always_called")[handle.key] = True
    return handle


def register_module_full_backward_pre_hook(hook: Value) -> RemovableHandle:
    """Call ``hook(module, grad_output)`` before the backward pass goes through any module."""
    return add_hook(_table("backward_pre"), hook)


def register_module_full_backward_hook(hook: Value) -> RemovableHandle:
    """Call ``hook(module, grad_input, grad_output)`` when the gradients of any module's inputs are there."""
    return add_hook(_table("backward"), hook)


def register_module_parameter_registration_hook(hook: Value) -> RemovableHandle:
    """Call ``hook(module, name, param)`` for each parameter that a module is given; what it returns replaces it."""
    return add_hook(_table("parameter"), hook)


def register_module_buffer_registration_hook(hook: Value) -> RemovableHandle:
    """Call ``hook(module, name, buffer)`` for each buffer that a module is given; what it returns replaces it."""
    return add_hook(_table("buffer"), hook)


def register_module_module_registration_hook(hook: Value) -> RemovableHandle:
    """Call ``hook(module, name, submodule)`` for each module that a module is given; what it returns replaces it."""
    return add_hook(_table("module"), hook)


def registered(kind: str, module: Any, name: str, value: Any) -> Any:
    """What the hooks of all modules make of a value that a module is given."""
    for hook in list(of_all(kind).values()):
        found = hook(module, name, value)
        if found is not None:
            if not isinstance(found, _REGISTERED[kind]):
                raise TypeError(f"a hook of registrations returned a {type_name(found)} in place of a {kind}")
            value = found
    return value


_REGISTERED: dict[str, type] = {"parameter": Parameter, "buffer": Tensor, "module": Hooked}


def of_all(kind: str) -> dict[int, Any]:
    """The hooks of a kind that hold for all modules."""
    return state.module_hooks.get(kind) or {}


for _function in (
    register_module_forward_pre_hook, register_module_forward_hook, register_module_full_backward_pre_hook,
    register_module_full_backward_hook, register_module_parameter_registration_hook,
    register_module_buffer_registration_hook, register_module_module_registration_hook,
):  # fmt: skip
    namespace(_HOME)[_function.__name__] = PythonFunction(_function.__name__, _function, _HOME)
