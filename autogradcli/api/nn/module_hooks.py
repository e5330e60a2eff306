"""A call of a module that has hooks: before forward, after it, and in the backward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ...engine.custom import Definition
from ...engine.custom_forward import apply
from ...engine.hooks import hook_node, prehook_node
from ...engine.state import state
from ...engine.tensor import Tensor
from ..tensor.subscript import length
from .global_hooks import of_all
from .text import type_name


def call_with_hooks(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call forward with the hooks around it, and tell who traces. Raises RuntimeError where a pre-hook returns what
    it may not."""
    tape = state.tape
    if tape is None:
        return _with_hooks(module, args, kwargs)
    tape.module_began(module)
    try:
        return _with_hooks(module, args, kwargs)
    finally:
        tape.module_ended()


def _with_hooks(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    called: set[int] = set()
    try:
        return _call(module, args, kwargs, called)
    except Exception:
        hooks = {**of_all("forward"), **module._forward_hooks}
        for key in (*of_all("always_called"), *module._forward_hooks_always_called):
            if key in hooks and key not in called:
                hook = hooks[key]
                with_kwargs = key in module._forward_hooks_with_kwargs or key in of_all("with_kwargs")
                hook(module, args, kwargs, None) if with_kwargs else hook(module, args, None)
        raise


def _call(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], called: set[int]) -> Any:
    for key, hook in (*of_all("forward_pre").items(), *module._forward_pre_hooks.items()):
        if key in module._forward_pre_hooks_with_kwargs:
            found = hook(module, args, kwargs)
            if found is None:
                continue
            if not isinstance(found, tuple) or len(found) != 2:
                raise RuntimeError(
                    f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {found}."
                )
            args, kwargs = found
        else:
            found = hook(module, args)
            if found is not None:
                args = found if isinstance(found, tuple) else (found,)
    backward = None
    partial = module._backward_hooks if module._is_full_backward_hook is False else {}
    full = of_all("backward") or of_all("backward_pre") or (module._backward_hooks and not partial)
    if full or module._backward_pre_hooks:
        backward = BackwardHooks(module)
        args = backward.around_inputs(args)
    result = callee(module.forward)(*args, **kwargs)
    for key, hook in (*of_all("forward").items(), *module._forward_hooks.items()):
        called.add(key)
        with_kwargs = key in module._forward_hooks_with_kwargs or key in of_all("with_kwargs")
        found = hook(module, args, kwargs, result) if with_kwargs else hook(module, args, result)
        if found is not None:
            result = found
    if backward is not None:
        result = backward.around_outputs(result)
    if partial:
        _watch_last(module, partial, result)
    return result


def _watch_last(module: Any, hooks: dict[int, Any], result: Any) -> None:
    """Hooks of the older kind see the gradients of one operation: the last one of the first output."""
    while not isinstance(result, Tensor):
        if isinstance(result, dict):
            result = next(value for value in result.values() if isinstance(value, Tensor))
        else:
            result = result[0]
    if result.grad_fn is not None:
        for hook in hooks.values():
            hook_node(result.grad_fn, _of_module(hook, module))


def _of_module(hook: Any, module: Any) -> Any:
    return lambda grad_input, grad_output: hook(module, grad_input, grad_output)


def _pass_on(ctx: Any, *tensors: Tensor) -> tuple[Tensor, ...]:
    ctx.non_differentiable = tuple(t for t in tensors if not t.requires_grad)
    return tensors


def _pass_back(ctx: Any, *grads: Any) -> tuple[Any, ...]:
    return grads


_WITHOUT_INPUTS = (
    "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require "
    "gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module."
    "register_full_backward_hook for more details."
)

#: An operation that does nothing, so that there is a node at which gradients can be seen.
_IDENTITY = Definition("BackwardHookFunction", _pass_on, None, _pass_back, None, None)


class BackwardHooks:
    """The hooks of one call: gradients of the outputs are seen first, those of the inputs when they are done."""

    def __init__(self, module: Any) -> None:
        self.module = module
        before = {**of_all("backward_pre"), **module._backward_pre_hooks}
        self.pre: list[Callable[..., Any]] = list(before.values())
        full = module._is_full_backward_hook is not False
        after = {**of_all("backward"), **(module._backward_hooks if full else {})}
        self.post: list[Callable[..., Any]] = list(after.values())
        self.grad_outputs: Any = None
        self.inputs: list[int] | None = None
        self.input_count = self.output_count = 0

    def _through(self, values: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[int], Any]:
        """The values with their tensors passed through the identity, where those are, and its node."""
        places = [k for k, value in enumerate(values) if isinstance(value, Tensor)]
        if not places or not state.grad or not any(values[k].requires_grad for k in places):
            return values, [], None
        passed = apply(_IDENTITY, tuple(values[k] for k in places))
        changed = list(values)
        for k, value in zip(places, passed, strict=True):
            changed[k] = value
        node = next(t.grad_fn for t in passed if t.requires_grad)
        return tuple(changed), places, node

    def around_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        args, places, node = self._through(args)
        self.input_count = len(args)
        if node is None:
            return args
        self.inputs = places

        def hook(grad_input: tuple[Any, ...], grad_output: Any) -> Any:
            if self.grad_outputs is None:
                return None
            grads = _placed(places, grad_input, self.input_count)
            for own in self.post:
                found = own(self.module, grads, self.grad_outputs)
                if found is not None:
                    grads = _as_many(found, grads, "Backward hook returned an invalid number of grad_input")
            self.grad_outputs = None
            return tuple(grads[k] for k in places)

        hook_node(node, hook)
        return args

    def around_outputs(self, result: Any) -> Any:
        several = isinstance(result, tuple)
        values, places, node = self._through(result if several else (result,))
        if node is None:
            return result
        count = len(values)

        def hook(grad_output: tuple[Any, ...]) -> Any:
            grads = _placed(places, grad_output, count)
            for own in self.pre:
                found = own(self.module, grads)
                if found is not None:
                    grads = _as_many(found, grads, "Backward pre hook returned an invalid number of grad_output")
            self.grad_outputs = grads
            if self.inputs is None:
                if self.post:
                    state.warn("UserWarning", _WITHOUT_INPUTS)
                nothing = (None,) * self.input_count
                for own in self.post:
                    found = own(self.module, nothing, grads)
                    if found is not None and not (isinstance(found, tuple) and all(g is None for g in found)):
                        raise RuntimeError(
                            "Backward hook for Modules where no input requires gradient should always return None or "
                            "None for all gradients."
                        )
            return tuple(grads[k] for k in places)

        prehook_node(node, hook)
        return values if several else values[0]


def _as_many(found: Any, grads: Any, what: str) -> Any:
    """What a hook returned in place of gradients. Raises RuntimeError where these are not as many."""
    if not isinstance(found, (tuple, list, Tensor)):
        raise TypeError(f"object of type '{type_name(found)}' has no len()")
    count = length(found) if isinstance(found, Tensor) else len(found)
    if count != len(grads):
        raise RuntimeError(f"{what}, got {count}, but expected {len(grads)}")
    return found


def _placed(places: list[int], values: tuple[Any, ...], count: int) -> tuple[Any, ...]:
    found: list[Any] = [None] * count
    for k, value in zip(places, values, strict=True):
        found[k] = value
    return tuple(found)
