"""Hooks of all modules at once: ``torch.nn.modules.module.register_module_forward_hook`` and its kin."""

from __future__ import annotations

from typing import Any

from ...engine.hooks import RemovableHandle, add_hook
from ...engine.state import state
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction
from ..calls.registry import namespace

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


def of_all(kind: str) -> dict[int, Any]:
    """The hooks of a kind that hold for all modules."""
    return state.module_hooks.get(kind) or {}


for _function in (
    register_module_forward_pre_hook, register_module_forward_hook, register_module_full_backward_pre_hook,
    register_module_full_backward_hook,
):  # fmt: skip
    namespace(_HOME)[_function.__name__] = PythonFunction(_function.__name__, _function, _HOME)
