"""Modes: whether operations are recorded, and how. Each is a context, a decorator and, some, a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..numerics.naming import shown_as
from .callbacks import callee
from .state import state


class ContextMode:
    """What ``with`` accepts in the language. As a decorator it holds while the function runs."""

    __slots__ = ()

    #: What PyTorch calls the class.
    title = "contextlib._GeneratorContextManager"

    def __repr__(self) -> str:
        return f"<{self.title} object at 0x{id(self):x}>"

    def __enter__(self) -> Any:
        raise NotImplementedError

    def __exit__(self, *problem: object) -> None:
        raise NotImplementedError

    def fresh(self) -> ContextMode:
        """The mode for one call of a decorated function."""
        return self

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return Decorated(self, function)


@shown_as("function")
class Decorated:
    """A function that runs under a mode."""

    __slots__ = ("function", "mode")

    def __init__(self, mode: ContextMode, function: Callable[..., Any]) -> None:
        self.mode = mode
        self.function = callee(function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self.mode.fresh():
            result = self.function(*args, **kwargs)
        if getattr(self.function, "yields", False):
            result.mode = self.mode  # what it gives a generator's body is run under, too
        return result

    @property
    def name(self) -> str:
        return str(getattr(self.function, "name", "function"))

    def __repr__(self) -> str:
        if not callable(self.function):
            return f"<function context_decorator.<locals>.decorate_context at 0x{id(self):x}>"
        return repr(self.function)


class GradMode(ContextMode):
    """``no_grad``, ``enable_grad``: reusable and nestable, so what to restore is a stack."""

    __slots__ = ("enabled", "previous")

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled
        self.previous: list[bool] = []

    def fresh(self) -> GradMode:
        return type(self)(self.enabled)

    def __enter__(self) -> None:
        self.previous.append(state.grad)
        state.grad = self.enabled

    def __exit__(self, *problem: object) -> None:
        state.grad = self.previous.pop()


class NoGrad(GradMode):
    __slots__ = ()

    title = "torch.autograd.grad_mode.no_grad"


class EnableGrad(GradMode):
    __slots__ = ()

    title = "torch.autograd.grad_mode.enable_grad"


class SetGradEnabled(GradMode):
    """``set_grad_enabled(mode)`` acts at once; as a context it restores what was before that."""

    __slots__ = ()

    title = "torch.autograd.grad_mode.set_grad_enabled"

    def __init__(self, enabled: bool) -> None:
        super().__init__(enabled)
        self.previous.append(state.grad)
        state.grad = enabled

    def __repr__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.enabled})"

    def __enter__(self) -> None:
        state.grad = self.enabled

    def __exit__(self, *problem: object) -> None:
        state.grad = self.previous[0]

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        state.grad = self.previous[0]  # as a decorator it must not act on what surrounds the function
        return Decorated(self, function)


class InferenceMode(ContextMode):
    """``inference_mode(mode=True)``: nothing is recorded and what is made can never take part in a graph."""

    __slots__ = ("enabled", "previous")

    title = "torch.autograd.grad_mode.inference_mode"

    def __init__(self, mode: bool = True) -> None:
        self.enabled = mode
        self.previous: list[tuple[bool, bool]] = []

    def fresh(self) -> InferenceMode:
        return InferenceMode(self.enabled)

    def __enter__(self) -> None:
        self.previous.append((state.grad, state.inference))
        state.inference = self.enabled
        state.grad = not self.enabled
        state.refresh()

    def __exit__(self, *problem: object) -> None:
        state.grad, state.inference = self.previous.pop()
        state.refresh()


class AnomalyMode(ContextMode):
    """``set_detect_anomaly(mode, check_nan=True)``: the backward pass stops at the first NaN it makes."""

    __slots__ = ("previous",)

    title = "torch.autograd.anomaly_mode.detect_anomaly"

    def __init__(self, enabled: Any = True, check_nan: Any = True) -> None:
        if type(enabled) is not bool or type(check_nan) is not bool:
            which, given = ("enabled", enabled) if type(enabled) is not bool else ("check_nan", check_nan)
            position = 1 if which == "enabled" else 2
            raise TypeError(
                f"set_anomaly_enabled(): argument '{which}' (position {position}) must be bool, "
                f"not {type(given).__name__}"
            )
        self.previous = (state.anomaly, state.anomaly_check_nan)
        state.anomaly = enabled
        state.anomaly_check_nan = check_nan
        state.refresh()

    def __enter__(self) -> None:
        return None

    def __exit__(self, *problem: object) -> None:
        state.anomaly, state.anomaly_check_nan = self.previous
        state.refresh()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        raise TypeError(f"'{self.title.rpartition('.')[2]}' object is not callable")


class SetAnomalyMode(AnomalyMode):
    """The same under its name as a function that acts at once."""

    __slots__ = ()

    title = "torch.autograd.anomaly_mode.set_detect_anomaly"


class SavedTensorsHooks(ContextMode):
    """``saved_tensors_hooks(pack, unpack)``: how nodes made meanwhile keep the tensors that they save."""

    __slots__ = ("pack", "unpack")

    title = "torch.autograd.graph.saved_tensors_hooks"

    def __init__(self, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> None:
        self.pack = callee(pack)
        self.unpack = callee(unpack)

    def __enter__(self) -> Any:
        if state.hooks_refusal is not None:
            raise RuntimeError(state.hooks_refusal)
        state.pack_hooks.append((self.pack, self.unpack))
        state.refresh()

    def __exit__(self, *problem: object) -> None:
        state.pack_hooks.pop()
        state.refresh()


# What programs see of these classes: ``type(mode).__name__``.
for _class in (NoGrad, EnableGrad, SetGradEnabled, InferenceMode, AnomalyMode, SetAnomalyMode, SavedTensorsHooks):
    shown_as(_class.title)(_class)


def no_grad() -> GradMode:
    return NoGrad(False)


def enable_grad() -> GradMode:
    return EnableGrad(True)


def snapshot() -> tuple[Any, ...]:
    """All modes as they are, for a session to come back to."""
    return state.snapshot()


def restore(saved: tuple[Any, ...]) -> None:
    state.restore(saved)
