"""What runs around a step of an optimizer: hooks of its own and of all, and that a schedule sees that it was called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ...engine.hooks import RemovableHandle, add_hook
from ...engine.state import state
from ..calls.argument_types import Value
from ..calls.program_classes import NOTHING, is_program_class, program_member
from ..calls.python_function import PythonFunction
from ..calls.registry import namespace

HOME = "torch.optim.optimizer"


def _of_all(kind: str) -> dict[int, Any]:
    return state.module_hooks.get(kind) or {}


def register_optimizer_step_pre_hook(hook: Value) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` before each step of every optimizer."""
    return add_hook(state.module_hooks.setdefault("optimizer_pre", {}), hook)


def register_optimizer_step_post_hook(hook: Value) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` after each step of every optimizer."""
    return add_hook(state.module_hooks.setdefault("optimizer_post", {}), hook)


for _function in (register_optimizer_step_pre_hook, register_optimizer_step_post_hook):
    namespace(HOME)[_function.__name__] = PythonFunction(_function.__name__, _function, HOME)


def with_hooks(optimizer: Any, step: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Take a step with what is to run before and after it. ``args`` begins with the optimizer.

    Raises RuntimeError where a hook returns what it may not.
    """
    for hook in (*_of_all("optimizer_pre").values(), *optimizer._optimizer_step_pre_hooks.values()):
        found = hook(optimizer, args, kwargs)
        if found is not None:
            if not isinstance(found, tuple) or len(found) != 2:
                raise RuntimeError(
                    f"<function {type(optimizer).__name__}.step at {id(step):#x}> must return None or a tuple of "
                    f"(new_args, new_kwargs), but got {found}."
                )
            args, kwargs = found
    own = optimizer.__dict__
    if "_watched" in own:
        own["_opt_called"] = True
    result = step(*args[1:], **kwargs)
    for hook in (*optimizer._optimizer_step_post_hooks.values(), *_of_all("optimizer_post").values()):
        hook(optimizer, args, kwargs)
    return result


def plain(optimizer: Any) -> bool:
    """Whether nothing runs around the steps of an optimizer."""
    return not (
        optimizer._optimizer_step_pre_hooks
        or optimizer._optimizer_step_post_hooks
        or "_watched" in optimizer.__dict__
        or state.module_hooks
    )


def wrap_program_step(optimizer: Any) -> None:
    """Let the ``step`` that a program's own class has run with what is around it."""
    own = optimizer.__dict__
    if "step" in own or not is_program_class(type(optimizer)):
        return
    found = program_member(optimizer, "step")
    if found is NOTHING:
        return
    step = callee(found)
    own["step"] = lambda *args, **kwargs: with_hooks(optimizer, step, (optimizer, *args), kwargs)


def watch(optimizer: Any) -> None:
    """A schedule wants to know of steps from now on."""
    optimizer.__dict__["_watched"] = True
    wrap_program_step(optimizer)
