"""``torch.autograd.graph``: modes for what nodes save, and version counters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ...engine.creation import NodeCreationHook
from ...engine.modes import ContextMode, SavedTensorsHooks
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics.naming import shown_as
from ..calls.python_function import define_python
from ..calls.registry import Method, attributes_of

OUTSIDE = (
    "Trying to backward outside of the 'allow_mutation_on_saved_tensors' contextin which the graph was originally "
    "recorded."
)


def increment_version(tensor: Any) -> None:
    """Count a tensor (or each of several) as changed in place. Raises RuntimeError for anything else."""
    several = (tensor,) if isinstance(tensor, Tensor) else tensor
    if not isinstance(several, (tuple, list)) or not all(isinstance(t, Tensor) for t in several):
        raise RuntimeError("increment_version expect a Iterable[Tensor] as input")
    for t in several:
        if not t.is_inference:
            t.bump()


def _same(value: Any) -> Any:
    return value


@shown_as("torch.autograd.graph.save_on_cpu")
class SaveOnCpu(SavedTensorsHooks):
    """``save_on_cpu()``."""

    __slots__ = ()

    title = "torch.autograd.graph.save_on_cpu"


def save_on_cpu(pin_memory: bool = False, device_type: str = "cuda") -> SavedTensorsHooks:
    """Keep what nodes save in the CPU's memory, where it is anyway."""
    return SaveOnCpu(_same, _same)


class DisableSavedTensorsHooks(ContextMode):
    """``disable_saved_tensors_hooks(message)``: entering ``saved_tensors_hooks`` inside raises ``message``."""

    __slots__ = ("message", "previous")

    def __init__(self, error_message: str) -> None:
        self.message = error_message

    def __enter__(self) -> None:
        if state.pack_hooks:
            raise RuntimeError(self.message)
        self.previous, state.hooks_refusal = state.hooks_refusal, self.message

    def __exit__(self, *problem: object) -> None:
        state.hooks_refusal = self.previous


class AllowMutation(SavedTensorsHooks):
    """``allow_mutation_on_saved_tensors()``: nodes keep copies, so that what they saved may be changed in place."""

    __slots__ = ("context",)

    title = ContextMode.title

    running: AllowMutationContext | None = None

    def __init__(self) -> None:
        self.context = AllowMutationContext()
        super().__init__(self._copied, self._opened)

    def _copied(self, t: Tensor) -> Any:
        return wrap(t.array.copy())

    def _opened(self, value: Any) -> Any:
        if AllowMutation.running is not self.context:
            raise AssertionError(OUTSIDE)
        return value

    def __enter__(self) -> Any:
        if AllowMutation.running is not None:
            raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
        super().__enter__()
        AllowMutation.running = self.context
        return self.context

    def __exit__(self, *problem: object) -> None:
        AllowMutation.running = None
        super().__exit__(*problem)


@shown_as("torch.autograd.graph._AllowMutationOnSavedContext")
class AllowMutationContext:
    """What ``allow_mutation_on_saved_tensors`` gives inside."""

    __slots__ = ()

    def clear(self) -> None:
        """Drop what was kept; nodes keep their own copies here, so there is nothing else."""


AllowMutationContext.__name__ = "_AllowMutationOnSavedContext"


def allow_mutation_on_saved_tensors() -> AllowMutation:
    """Inside, tensors that a backward pass will need may be changed in place."""
    return AllowMutation()


def disable_saved_tensors_hooks(error_message: str) -> DisableSavedTensorsHooks:
    """Inside, ``saved_tensors_hooks`` is an error with this message."""
    return DisableSavedTensorsHooks(error_message)


def node_creation_hook(hook: Callable[..., Any]) -> NodeCreationHook:
    """Inside, ``hook`` is called with each node as it is made."""
    return NodeCreationHook(callee(hook))


def _register() -> None:
    attributes_of(AllowMutationContext)["clear"] = Method(AllowMutationContext.clear)
    for function in (
        increment_version,
        save_on_cpu,
        allow_mutation_on_saved_tensors,
        disable_saved_tensors_hooks,
        node_creation_hook,
    ):
        define_python(function.__name__, function, into="graph")


_register()
