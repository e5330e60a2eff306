"""Schedules of learning rates: the base of all, and those by one formula."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ...engine.callbacks import callee
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ..calls.program_classes import Kind, Object, fields_of, put
from ..calls.registry import namespace
from .optimizer import Optimizer
from .step_hooks import watch

HOME = "torch.optim.lr_scheduler"

_TOO_EARLY = (
    "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call "
    "them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in "
    "PyTorch skipping the first value of the learning rate schedule. See more details at "
    "https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
)
EPOCH_GIVEN = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use "
    "`scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed "
    "form is used instead of the new chainable form, where available. Please open an issue if you are unable to "
    "replicate your use case: https://github.com/pytorch/pytorch/issues/new/choose."
)
_GET_LAST = "To get the last learning rate computed by the scheduler, please use `get_last_lr()`."


def rates(optimizer: Any, name: str = "lr") -> list[Any]:
    """An option of each group; a tensor copied."""
    values = [group[name] for group in optimizer.param_groups]
    return [wrap(v.array.copy()) if isinstance(v, Tensor) else v for v in values]


def set_rate(group: dict[str, Any], value: Any, name: str = "lr") -> None:
    """Set an option of a group; where it is a tensor, its value."""
    if isinstance(group[name], Tensor):
        group[name].array[...] = value.array if isinstance(value, Tensor) else value
    else:
        group[name] = value


def check_optimizer(optimizer: Any) -> None:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


class LRScheduler(Object):
    """The base of all schedules, also of a program's own: ``get_lr`` gives the rates of the step ``last_epoch``."""

    __module__ = HOME

    def __init__(self, optimizer: Any, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, rates(optimizer)):
                group.setdefault("initial_lr", rate)
        else:
            for k, group in enumerate(optimizer.param_groups):
                if "initial_lr" not in group:
                    raise KeyError(
                        f"param 'initial_lr' is not specified in param_groups[{k}] when resuming scheduler with "
                        "last_epoch >= 0.\nThis typically happens when:\n1. You're trying to resume training from a "
                        "checkpoint but haven't properly loaded the optimizer state\n2. You're using last_epoch >= 0 "
                        "for a fresh training run (not recommended)"
                    )
        watch(optimizer)
        self.base_lrs = rates(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        self._begin()

    def _begin(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def state_dict(self) -> dict[str, Any]:
        """All that it keeps but the optimizer."""
        return {name: value for name, value in self.__dict__.items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what ``state_dict`` gave."""
        self.__dict__.update({name: callee(v) for name, v in dict(state_dict).items() if not name.startswith("__")})

    def get_last_lr(self) -> list[Any]:
        """The rates in force."""
        found: list[Any] = self._last_lr
        return found

    def get_lr(self) -> list[Any]:
        """The rates of the step ``last_epoch``."""
        raise NotImplementedError

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next step's rates."""
        if self._step_count == 1 and not self.optimizer.__dict__.get("_opt_called"):
            state.warn("UserWarning", _TOO_EARLY)
        self._step_count += 1
        if epoch is not None:
            state.warn("UserWarning", EPOCH_GIVEN)
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        self._get_lr_called_within_step = True
        try:
            if epoch is None:
                self.last_epoch += 1
                values = self.get_lr()
            else:
                self.last_epoch = epoch
                closed = getattr(self, "_closed", None)
                values = [closed(base) for base in self.base_lrs] if closed is not None else self.get_lr()
        finally:
            self._get_lr_called_within_step = False
        for group, value in zip(self.optimizer.param_groups, values):
            set_rate(group, value)
        self._last_lr = rates(self.optimizer)

    def _asked(self) -> None:
        if not self.__dict__.get("_get_lr_called_within_step"):
            state.warn("UserWarning", _GET_LAST)

    def _same(self) -> list[Any]:
        return rates(self.optimizer)

    def _times(self, factor: float) -> list[Any]:
        return [group["lr"] * factor for group in self.optimizer.param_groups]


class _ByFunction(LRScheduler):
    def __init__(self, optimizer: Any, lr_lambda: Any, last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        if not isinstance(optimizer, Optimizer):  # PyTorch stumbles over it so, before it looks
            raise AttributeError(f"'{type(optimizer).__name__}' object has no attribute 'param_groups'")
        count = len(optimizer.param_groups)
        if isinstance(lr_lambda, (list, tuple)):
            if len(lr_lambda) != count:
                raise ValueError(f"Expected {count} lr_lambdas, but got {len(lr_lambda)}")
            self.lr_lambdas = [callee(function) for function in lr_lambda]
        else:
            self.lr_lambdas = [callee(lr_lambda)] * count
        LRScheduler.__init__(self, optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """All that it keeps but the optimizer; of functions nothing, of a program's objects what they hold."""
        kept = {name: value for name, value in super().state_dict().items() if name != "lr_lambdas"}
        kept["lr_lambdas"] = [dict(fields_of(f)) if type(type(f)) is Kind else None for f in self.lr_lambdas]
        return kept

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what ``state_dict`` gave; functions stay."""
        given = dict(state_dict)
        held = given.pop("lr_lambdas", [])
        super().load_state_dict(given)
        for function, values in zip(self.lr_lambdas, held):
            if type(type(function)) is Kind and isinstance(values, dict):
                for name, value in values.items():
                    put(function, name, value)


class LambdaLR(_ByFunction):
    """The first rate times ``lr_lambda(epoch)``."""

    __module__ = HOME

    def get_lr(self) -> list[Any]:
        self._asked()
        return [base * function(self.last_epoch) for function, base in zip(self.lr_lambdas, self.base_lrs)]


class MultiplicativeLR(_ByFunction):
    """The last rate times ``lr_lambda(epoch)``."""

    __module__ = HOME

    def __init__(self, optimizer: Any, lr_lambda: Any, last_epoch: int = -1) -> None:
        for function in lr_lambda if isinstance(lr_lambda, (list, tuple)) else [lr_lambda]:
            if not callable(function):
                raise TypeError(f"lr_lambda should be a function, but got {type(function).__name__}")
        super().__init__(optimizer, lr_lambda, last_epoch)

    def get_lr(self) -> list[Any]:
        self._asked()
        if self._is_initial:
            return self._same()
        groups = self.optimizer.param_groups
        return [group["lr"] * function(self.last_epoch) for function, group in zip(self.lr_lambdas, groups)]


class StepLR(LRScheduler):
    """Times ``gamma`` every ``step_size`` steps."""

    __module__ = HOME

    def __init__(self, optimizer: Any, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        self._asked()
        if self.last_epoch == 0 or self.last_epoch % self.step_size != 0:
            return self._same()
        return self._times(self.gamma)

    def _closed(self, base: Any) -> Any:
        return base * self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(LRScheduler):
    """Times ``gamma`` at each of the milestones."""

    __module__ = HOME

    def __init__(self, optimizer: Any, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        self._asked()
        if self.last_epoch not in self.milestones:
            return self._same()
        return self._times(self.gamma ** self.milestones[self.last_epoch])

    def _closed(self, base: Any) -> Any:
        return base * self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch)


class ConstantLR(LRScheduler):
    """Times ``factor`` for the first ``total_iters`` steps."""

    __module__ = HOME

    def __init__(self, optimizer: Any, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1) -> None:
        if factor > 1.0 or factor < 0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        self._asked()
        if self.last_epoch == 0:
            return self._times(self.factor)
        return self._same() if self.last_epoch != self.total_iters else self._times(1.0 / self.factor)

    def _closed(self, base: Any) -> Any:
        return base * (self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor))


class LinearLR(LRScheduler):
    """Times a factor that goes in a line from ``start_factor`` to ``end_factor``."""

    __module__ = HOME

    def __init__(
        self,
        optimizer: Any,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        self._asked()
        if self.last_epoch == 0:
            return self._times(self.start_factor)
        if self._is_initial or self.last_epoch > self.total_iters:
            return self._same()
        way = self.end_factor - self.start_factor
        return self._times(1.0 + way / (self.total_iters * self.start_factor + (self.last_epoch - 1) * way))

    def _closed(self, base: Any) -> Any:
        way = self.end_factor - self.start_factor
        return base * (self.start_factor + way * min(self.total_iters, self.last_epoch) / self.total_iters)


class ExponentialLR(LRScheduler):
    """Times ``gamma`` at each step."""

    __module__ = HOME

    def __init__(self, optimizer: Any, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        self._asked()
        return self._same() if self._is_initial else self._times(self.gamma)

    def _closed(self, base: Any) -> Any:
        return base * self.gamma**self.last_epoch


class PolynomialLR(LRScheduler):
    """Down to zero in ``total_iters`` steps, by a power of what is left."""

    __module__ = HOME

    def __init__(self, optimizer: Any, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        self._asked()
        if self._is_initial or self.last_epoch > self.total_iters:
            return self._same()
        left, before = (1.0 - k / self.total_iters for k in (self.last_epoch, self.last_epoch - 1))
        return self._times((left / before) ** self.power)

    def _closed(self, base: Any) -> Any:
        return base * (1.0 - min(self.total_iters, self.last_epoch) / self.total_iters) ** self.power


class CosineAnnealingLR(LRScheduler):
    """Down to ``eta_min`` and up again, as a cosine with half a period of ``T_max`` steps."""

    __module__ = HOME

    def __init__(self, optimizer: Any, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        self._asked()
        if self._is_initial:
            return self._same()
        least, half, now = self.eta_min, self.T_max, self.last_epoch
        pairs = list(zip(self.base_lrs, self.optimizer.param_groups))
        if self._step_count == 1 and now > 0:
            return [least + (base - least) * (1 + math.cos(now * math.pi / half)) / 2 for base, _ in pairs]
        if (now - 1 - half) % (2 * half) == 0:
            return [group["lr"] + (base - least) * (1 - math.cos(math.pi / half)) / 2 for base, group in pairs]
        factor = (1 + math.cos(math.pi * now / half)) / (1 + math.cos(math.pi * (now - 1) / half))
        return [factor * (group["lr"] - least) + least for _, group in pairs]

    def _closed(self, base: Any) -> Any:
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2


for _kind in (
    LRScheduler, LambdaLR, MultiplicativeLR, StepLR, MultiStepLR, ConstantLR, LinearLR, ExponentialLR, PolynomialLR,
    CosineAnnealingLR,
):  # fmt: skip
    namespace(HOME)[_kind.__name__] = _kind
namespace(HOME)["_LRScheduler"] = LRScheduler
