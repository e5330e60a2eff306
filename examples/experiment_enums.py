"""An experiment runner: enums, protocols, typed dicts, a registry by decorator, context managers and a report."""
from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto
from operator import itemgetter
from typing import Callable, Dict, Iterator, Literal, Protocol, TypedDict

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.optimizer import Optimizer


class Task(Enum):
    REGRESSION = "regression"
    CLASSIFICATION = "classification"

    @property
    def loss(self) -> nn.Module:
        return nn.MSELoss() if self is Task.REGRESSION else nn.CrossEntropyLoss()


class Verbosity(IntEnum):
    QUIET = 0
    NORMAL = auto()
    LOUD = auto()


class Result(TypedDict):
    name: str
    task: Task
    loss: float
    steps: int


class HasParameters(Protocol):
    def parameters(self) -> Iterator[nn.Parameter]: ...


OPTIMIZERS: Dict[str, Callable[..., Optimizer]] = {}


def register(name: str):
    def wrap(function):
        OPTIMIZERS[name] = function
        return function
    return wrap


@register("sgd")
def sgd(model: HasParameters, lr: float = 0.1) -> Optimizer:
    """Plain gradient descent."""
    return torch.optim.SGD(model.parameters(), lr=lr)


@register("adam")
def adam(model: HasParameters, lr: float = 0.05) -> Optimizer:
    """Adaptive moments."""
    return torch.optim.Adam(model.parameters(), lr=lr)


@dataclass(order=True)
class Experiment:
    sort_key: float = field(init=False, repr=False, default=float("inf"))
    task: Task = field(compare=False, default=Task.REGRESSION)
    optimizer: Literal["sgd", "adam"] = field(compare=False, default="sgd")
    steps: int = field(compare=False, default=20)

    def data(self) -> tuple[Tensor, Tensor]:
        x = torch.randn(40, 3)
        score = x @ torch.tensor([1.0, -1.0, 0.5])
        match self.task:
            case Task.REGRESSION:
                return x, score[:, None]
            case Task.CLASSIFICATION:
                return x, (score > 0).long()

    def run(self, verbosity: Verbosity = Verbosity.NORMAL) -> Result:
        with seeded(0):
            x, y = self.data()
            model = nn.Linear(3, 1 if self.task is Task.REGRESSION else 2)
        optimizer = OPTIMIZERS[self.optimizer](model)
        scheduler = LambdaLR(optimizer, lambda step: 1 / (1 + 0.02 * step))
        for step in range(self.steps):
            optimizer.zero_grad()
            loss = self.task.loss(model(x), y)
            loss.backward()
            optimizer.step()
            scheduler.step()
            if verbosity >= Verbosity.LOUD and step % 10 == 0:
                print(f"    step {step}: {loss.item():.3f}")
        self.sort_key = loss.item()
        return Result(name=f"{self.task.name.lower()}/{self.optimizer}", task=self.task, loss=loss.item(), steps=self.steps)


@contextlib.contextmanager
def seeded(seed: int):
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    try:
        yield
    finally:
        torch.set_rng_state(state)


print(list(Task), [f"{v.name}={v}" for v in Verbosity])
print({name: function.__doc__ for name, function in OPTIMIZERS.items()})
experiments = [Experiment(task=task, optimizer=name) for task in Task for name in OPTIMIZERS]
print(experiments[1])
results: list[Result] = []
for number, experiment in enumerate(experiments):
    result = experiment.run(Verbosity(2 if number == 0 else 1))
    results.append(result)
    print(f"{result['name']:<22} {result['loss']:.3f}")
best = min(experiments)
print("best:", best.task, best.optimizer)
print(Counter(r["task"].value for r in results), sorted(map(itemgetter("name"), results))[0])
with contextlib.suppress(KeyError):
    OPTIMIZERS["lion"](nn.Linear(1, 1))
with contextlib.ExitStack() as stack:
    stack.callback(print, "closing")
    stack.enter_context(torch.no_grad())
    print("gradients:", torch.is_grad_enabled())
try:
    Task("clustering")
except ValueError as error:
    print(error)
