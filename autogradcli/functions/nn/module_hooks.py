"""A call of a module that has hooks: before forward, after it, and in the backward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ...engine.custom import Definition, apply
from ...engine.hooks import hook_node, prehook_node
from ...engine.state import state
from ...engine.tensor import Tensor
from .names import M


def call_with_hooks(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call forward with the hooks around it. Raises RuntimeError where a pre-hook returns what it may not."""
    called: set[int] = set()
    try:
        return _call(module, args, kwargs, called)
    except Exception:
        for key in list(module._forward_hooks_always_called):
            if key in module._forward_hooks and key not in called:
                hook = module._forward_hooks[key]
                with_kwargs = key in module._forward_hooks_with_kwargs
                hook(module, args, kwargs, None) if with_kwargs else hook(module, args, None)
        raise


def _call(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], called: set[int]) -> Any:
    for key, hook in list(module._forward_pre_hooks.items()):
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
    if module._backward_hooks or module._backward_pre_hooks:
        backward = BackwardHooks(module)
        args = backward.around_inputs(args)
    result = callee(module.forward)(*args, **kwargs)
    for key, hook in list(module._forward_hooks.items()):
        called.add(key)
        with_kwargs = key in module._forward_hooks_with_kwargs
        found = hook(module, args, kwargs, result) if with_kwargs else hook(module, args, result)
        if found is not None:
            result = found
    return result if backward is None else backward.around_outputs(result)


def _pass_on(ctx: Any, *tensors: Tensor) -> tuple[Tensor, ...]:
    ctx.non_differentiable = tuple(t for t in tensors if not t.requires_grad)
    return tuple(M.view_as(M.detach(t), t) for t in tensors)


def _pass_back(ctx: Any, *grads: Any) -> tuple[Any, ...]:
    return grads


#: An operation that does nothing, so that there is a node at which gradients can be seen.
_IDENTITY = Definition("BackwardHookFunction", _pass_on, None, _pass_back, None, None)


class BackwardHooks:
    """The hooks of one call: gradients of the outputs are seen first, those of the inputs when they are done."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.pre: list[Callable[..., Any]] = list(module._backward_pre_hooks.values())
        self.post: list[Callable[..., Any]] = list(module._backward_hooks.values())
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

        def done(grad_input: tuple[Any, ...], grad_output: Any) -> Any:
            if self.grad_outputs is None:
                return None
            grads = _placed(places, grad_input, self.input_count)
            for hook in self.post:
                found = hook(self.module, grads, self.grad_outputs)
                if found is not None:
                    grads = self._checked(found, grads)
            self.grad_outputs = None
            return tuple(grads[k] for k in places)

        hook_node(node, done)
        return args

    def around_outputs(self, result: Any) -> Any:
        several = isinstance(result, tuple)
        values, places, node = self._through(result if several else (result,))
        if node is None:
            return result
        count = len(values)

        def begin(grad_output: tuple[Any, ...]) -> Any:
            grads = _placed(places, grad_output, count)
            for hook in self.pre:
                found = hook(self.module, grads)
                if found is not None:
                    grads = found if isinstance(found, tuple) else (found,)
            self.grad_outputs = grads
            if self.inputs is None:
                nothing = (None,) * self.input_count
                for hook in self.post:
                    if hook(self.module, nothing, grads) is not None:
                        raise RuntimeError(
                            "Backward hook for Modules where no input requires gradient should always return None or "
                            "None for all gradients."
                        )
            return tuple(grads[k] for k in places)

        prehook_node(node, begin)
        return values if several else values[0]

    @staticmethod
    def _checked(found: Any, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        given = found if isinstance(found, tuple) else (found,)
        if len(given) != len(grads):
            raise RuntimeError(
                f"Backward hook returned an invalid number of grad_input, got {len(given)}, but expected {len(grads)}"
            )
        return given


def _placed(places: list[int], values: tuple[Any, ...], count: int) -> tuple[Any, ...]:
    found: list[Any] = [None] * count
    for k, value in zip(places, values, strict=True):
        found[k] = value
    return tuple(found)
