"""``torch.amp.GradScaler``: losses scaled up, so that small gradients survive in half precision, and steps left out
where the gradients are not finite.

Micikevicius et al., "Mixed precision training" (2018).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics.dtypes import float16
from ..calls.program_classes import Object, get
from ..calls.python_function import PythonFunction
from ..calls.registry import namespace
from ..nn.functions_by_attribute import M, T
from ..nn.gradients import Unrecorded
from ..optim.optimizer import Optimizer

_FIX = "This may indicate your script did not use scaler.scale(loss or outputs) earlier in the iteration."
_READY, _UNSCALED, _STEPPED = range(3)


class GradScaler(Object):
    """Scales a loss, takes the scale out of the gradients again, and adapts it."""

    __module__ = "torch.amp.grad_scaler"

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        self._device = device
        self._enabled = bool(enabled)
        if device == "cuda" and enabled:
            state.warn("UserWarning", "torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.")
            self._enabled = False
        if not self._enabled:
            return
        if growth_factor <= 1.0:
            raise AssertionError("The growth factor must be > 1.0.")
        if backoff_factor >= 1.0:
            raise AssertionError("The backoff factor must be < 1.0.")
        self._init_scale = float(init_scale)
        self._scale: Any = None
        self._growth_factor, self._backoff_factor = float(growth_factor), float(backoff_factor)
        self._growth_interval = int(growth_interval)
        self._init_tracker = 0
        self._tracker = 0
        #: id of an optimizer -> how far it is, whether a gradient was not finite
        self._optimizers: dict[int, list[Any]] = {}

    def scale(self, outputs: Any) -> Any:
        """A loss, or all in lists of losses, times the scale."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            if self._scale is None:
                self._scale = T.full((), self._init_scale, dtype=T.float32)
                self._tracker = self._init_tracker
            return outputs * self._scale
        if type(outputs) in (list, tuple):
            return type(outputs)([self.scale(each) for each in outputs])
        raise ValueError("outputs must be a Tensor or an iterable of Tensors")

    def _check(self, name: str) -> None:
        if self._scale is None:
            raise AssertionError(f"Attempted {name} but _scale is None.  " + _FIX)

    def _check_optimizer(self, optimizer: Any) -> None:
        if not isinstance(optimizer, Optimizer):
            raise AttributeError(f"'{type(optimizer).__name__}' object has no attribute 'param_groups'")

    def _state_of(self, optimizer: Any) -> list[Any]:
        self._check_optimizer(optimizer)
        return self._optimizers.setdefault(id(optimizer), [_READY, None])

    def unscale_(self, optimizer: Any) -> None:
        """Divide the gradients of an optimizer's parameters by the scale. Raises RuntimeError for a second time."""
        if not self._enabled:
            return
        self._check("unscale_")
        own = self._state_of(optimizer)
        if own[0] == _UNSCALED:
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update().")
        if own[0] == _STEPPED:
            raise RuntimeError("unscale_() is being called after step().")
        factor = float(np.float32(1.0 / float(self._scale.array)))
        with Unrecorded():
            for group in optimizer.param_groups:
                for parameter in group["params"]:
                    grad = parameter.grad
                    if grad is None:
                        continue
                    if grad.dtype is float16:
                        raise ValueError("Attempting to unscale FP16 gradients.")
                    own[1] = bool(own[1]) or not np.isfinite(grad.array.astype(np.float64)).all()
                    M.mul_(grad, factor)
        own[0] = _UNSCALED

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """``optimizer.step()``, left out where a gradient is not finite; the scale is taken out before."""
        if not self._enabled:
            self._check_optimizer(optimizer)
            return get(optimizer, "step")(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._check("step")
        own = self._state_of(optimizer)
        if own[0] == _STEPPED:
            raise RuntimeError("step() has already been called since the last update().")
        if own[0] == _READY:
            self.unscale_(optimizer)
        if own[1] is None:
            raise AssertionError("No inf checks were recorded for this optimizer.")
        result = None if own[1] else get(optimizer, "step")(*args, **kwargs)
        own[0] = _STEPPED
        return result

    def update(self, new_scale: Any = None) -> None:
        """Make the scale smaller where a gradient was not finite, else larger after enough steps; or set it."""
        if not self._enabled:
            return
        self._check("update")
        if new_scale is not None:
            if isinstance(new_scale, Tensor) and new_scale.array.size != 1:
                raise AssertionError("new_scale should be a float or a 1-element torch.FloatTensor")
            self._scale = T.full((), float(new_scale), dtype=T.float32)
        else:
            found = [own[1] for own in self._optimizers.values() if own[1] is not None]
            if not found:
                raise AssertionError("No inf checks were recorded prior to update.")
            scale = float(self._scale.array)
            if any(found):
                scale, self._tracker = scale * self._backoff_factor, 0
            elif self._tracker + 1 == self._growth_interval:
                grown = float(np.float32(scale * self._growth_factor))
                scale, self._tracker = (grown if np.isfinite(grown) else scale), 0
            else:
                self._tracker += 1
            self._scale = T.full((), scale, dtype=T.float32)
        self._optimizers = {}

    def get_scale(self) -> float:
        """The scale; 1 where it is disabled."""
        if not self._enabled:
            return 1.0
        return float(self._init_scale if self._scale is None else self._scale.array)

    def is_enabled(self) -> bool:
        """Whether it scales."""
        return bool(self._enabled)

    def get_growth_factor(self) -> float:
        """By what the scale grows."""
        return float(self._growth_factor)

    def set_growth_factor(self, new_factor: float) -> None:
        """Set by what the scale grows."""
        self._growth_factor = float(new_factor)

    def get_backoff_factor(self) -> float:
        """By what the scale shrinks."""
        return float(self._backoff_factor)

    def set_backoff_factor(self, new_factor: float) -> None:
        """Set by what the scale shrinks."""
        self._backoff_factor = float(new_factor)

    def get_growth_interval(self) -> int:
        """After how many steps the scale grows."""
        return int(self._growth_interval)

    def set_growth_interval(self, new_interval: int) -> None:
        """Set after how many steps the scale grows."""
        self._growth_interval = int(new_interval)

    def state_dict(self) -> dict[str, Any]:
        """The scale and how it changes."""
        if not self._enabled:
            return {}
        tracker = self._init_tracker if self._scale is None else self._tracker
        return {
            "scale": self.get_scale(), "growth_factor": self._growth_factor, "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval, "_growth_tracker": tracker,
        }  # fmt: skip

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what ``state_dict`` gave. Raises RuntimeError for an empty one."""
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler."
            )
        self._init_scale = float(state_dict["scale"])
        if self._scale is not None:
            self._scale = T.full((), self._init_scale, dtype=T.float32)
        self._growth_factor = float(state_dict["growth_factor"])
        self._backoff_factor = float(state_dict["backoff_factor"])
        self._growth_interval = int(state_dict["growth_interval"])
        self._init_tracker = self._tracker = int(state_dict["_growth_tracker"])


def _of_cuda(
    init_scale: float = 2.0**16,
    growth_factor: float = 2.0,
    backoff_factor: float = 0.5,
    growth_interval: int = 2000,
    enabled: bool = True,
) -> GradScaler:
    """``torch.amp.GradScaler("cuda", ...)``: disabled, since there is no GPU."""
    state.warn(
        "FutureWarning",
        "`torch.cuda.amp.GradScaler(args...)` is deprecated. Please use `torch.amp.GradScaler('cuda', args...)` "
        "instead.",
    )
    return GradScaler("cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled)


def _register() -> None:
    for place in ("torch", "torch.amp", "torch.amp.grad_scaler"):
        namespace(place)["GradScaler"] = GradScaler
    namespace("torch.cuda.amp")["GradScaler"] = PythonFunction("GradScaler", _of_cuda, "torch.cuda.amp")


_register()
