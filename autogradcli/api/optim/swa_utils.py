"""``torch.optim.swa_utils``: averages of a model's parameters along the way, and the rates for that.

Izmailov et al., "Averaging weights leads to wider optima and better generalization" (2018); Polyak and Juditsky,
"Acceleration of stochastic approximation by averaging" (1992).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.callbacks import callee
from ...engine.tensor import Tensor
from ...numerics.limits import charge_items, counted
from ..calls.argument_types import Value, type_name
from ..calls.overloads import PLACES
from ..calls.python_function import PythonFunction, define_python
from ..calls.registry import namespace
from ..nn.deep_copy import deep_copy
from ..nn.functions_by_attribute import M, T
from ..nn.gradients import Unrecorded
from ..nn.module import Module
from .lr_scheduler import LRScheduler, check_optimizer

HOME = "torch.optim.swa_utils"
PLACES["swa_utils"] = (HOME, "")


def _check_decay(decay: float) -> None:
    if not 0.0 <= decay <= 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def _floating(t: Tensor) -> bool:
    return t.dtype.is_floating_point or t.dtype.is_complex


def _share(count: Any) -> float:
    """1 / (count + 1), as a tensor of integers divides."""
    number = int(count.array) if isinstance(count, Tensor) else int(count)
    return float(np.float32(1.0) / np.float32(number + 1))


def _given(name: str, function: Callable[..., Any]) -> PythonFunction:
    return PythonFunction(name, function, HOME)


def get_ema_multi_avg_fn(decay: float = 0.999) -> Any:
    """A function that moves a list of averages a part ``1 - decay`` of the way. Raises ValueError."""
    _check_decay(decay)

    def ema_update(ema_param_list: Any, current_param_list: Any, num_averaged: Any) -> None:
        with Unrecorded():
            for average, now in zip(ema_param_list, current_param_list, strict=True):
                if _floating(average):
                    M.lerp_(average, now, 1 - decay)
                else:
                    M.copy_(average, average * decay + now * (1 - decay))

    return _given("ema_update", ema_update)


def get_swa_multi_avg_fn() -> Any:
    """A function that makes a list of averages those of one more value."""

    def swa_update(averaged_param_list: Any, current_param_list: Any, num_averaged: Any) -> None:
        with Unrecorded():
            for average, now in zip(averaged_param_list, current_param_list, strict=True):
                if _floating(average):
                    M.lerp_(average, now, _share(num_averaged))
                else:
                    M.copy_(average, average + (now - average) / (num_averaged + 1))

    return _given("swa_update", swa_update)


def get_ema_avg_fn(decay: float = 0.999) -> Any:
    """A function that gives ``decay`` times the average and ``1 - decay`` times the new value. Raises ValueError."""
    _check_decay(decay)

    def ema_update(ema_param: Any, current_param: Any, num_averaged: Any) -> Any:
        with Unrecorded():
            return decay * ema_param + (1 - decay) * current_param

    return _given("ema_update", ema_update)


def get_swa_avg_fn() -> Any:
    """A function that gives the average of one more value."""

    def swa_update(averaged_param: Any, current_param: Any, num_averaged: Any) -> Any:
        with Unrecorded():
            return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return _given("swa_update", swa_update)


class AveragedModel(Module):
    """A copy of a model whose parameters are averages of the model's."""

    __module__ = HOME

    def __init__(
        self, model: Any, device: Any = None, avg_fn: Any = None, multi_avg_fn: Any = None, use_buffers: bool = False
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        if device is not None and not isinstance(model, Module):
            raise AttributeError(f"'{type_name(model)}' object has no attribute 'to'")
        self.module = deep_copy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", T.tensor(0, dtype=T.int64))
        self.avg_fn = None if avg_fn is None else callee(avg_fn)
        self.multi_avg_fn = None if multi_avg_fn is None else callee(multi_avg_fn)
        self.use_buffers = bool(use_buffers)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Any) -> None:
        """Take the model's parameters, as they are now, into the averages."""
        own, its = list(self.module.parameters()), list(model.parameters())
        if self.use_buffers:
            own, its = own + list(self.module.buffers()), its + list(model.buffers())
        averages = [M.detach(p) for p, _ in zip(own, its)]
        values = [M.detach(p) for _, p in zip(own, its)]
        if int(self.n_averaged.array) == 0:
            for average, value in zip(averages, values):
                M.copy_(average, value)
        elif self.avg_fn is None:
            groups: dict[Any, tuple[list[Any], list[Any]]] = {}
            for average, value in zip(averages, values):
                mine, others = groups.setdefault(average.dtype, ([], []))
                mine.append(average)
                others.append(value)
            update = get_swa_multi_avg_fn() if self.multi_avg_fn is None else self.multi_avg_fn
            for mine, others in groups.values():
                update(mine, others, M.clone(self.n_averaged))
        else:
            for average, value in zip(averages, values):
                M.copy_(average, self.avg_fn(M.detach(average), value, M.clone(self.n_averaged)))
        if not self.use_buffers:
            for average, value in zip(self.module.buffers(), model.buffers(), strict=True):
                M.copy_(M.detach(average), M.detach(value))
        M.add_(self.n_averaged, 1)


def update_bn(loader: Value, model: Value, device: Any = None) -> None:
    """Compute the running statistics of a model's batch normalizations anew, from all batches of ``loader``."""
    if not isinstance(model, Module):
        raise AttributeError(f"'{type(model).__name__}' object has no attribute 'modules'")
    names = namespace("torch.nn")
    kinds = tuple(names[f"BatchNorm{n}d"] for n in (1, 2, 3))
    with Unrecorded():
        momenta = {}
        for module in model.modules():
            if isinstance(module, kinds):
                module.reset_running_stats()
                momenta[module] = module.momentum
        if not momenta:
            return
        was_training = model.training
        model.train()
        for module in momenta:
            module.momentum = None
        for batch in counted(loader):
            if isinstance(batch, (list, tuple)):
                batch = batch[0]
            if device is not None:
                batch = M.to(batch, device)
            model(batch)
        for module, momentum in momenta.items():
            module.momentum = momentum
        model.train(was_training)


def _linear(t: float) -> float:
    return t


def _cosine(t: float) -> float:
    return (1 - math.cos(math.pi * t)) / 2


class SWALR(LRScheduler):
    """From the rate in force to ``swa_lr`` in ``anneal_epochs`` steps, by a cosine or a line; it stays there."""

    __module__ = HOME

    def __init__(
        self,
        optimizer: Any,
        swa_lr: Any,
        anneal_epochs: Any = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        groups = optimizer.param_groups
        if isinstance(swa_lr, (list, tuple)):
            if len(swa_lr) != len(groups):
                raise ValueError(
                    "swa_lr must have the same length as optimizer.param_groups. swa_lr has "
                    f"{len(swa_lr)} values, param_groups has {len(groups)}."
                )
            rates = list(swa_lr)
        else:
            charge_items(len(groups))
            rates = [swa_lr] * len(groups)
        for rate, group in zip(rates, groups):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        self._asked()
        anneal = _cosine if self._anneal_strategy == "cos" else _linear
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = (anneal(max(0, min(1, k / max(1, self.anneal_epochs)))) for k in (step - 1, step))
        found = []
        for group in self.optimizer.param_groups:
            rate, goal = group["lr"], group["swa_lr"]
            first = goal if before == 1 else (rate - before * goal) / (1 - before)
            found.append(goal * now + first * (1 - now))
        return found


for _function in (get_ema_multi_avg_fn, get_swa_multi_avg_fn, get_ema_avg_fn, get_swa_avg_fn, update_bn):
    define_python(_function.__name__, _function, into="swa_utils")
namespace(HOME)["AveragedModel"] = AveragedModel
namespace(HOME)["SWALR"] = SWALR
