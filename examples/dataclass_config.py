"""An experiment configured by a dataclass, its results in containers of Python's."""
from collections import defaultdict, deque
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Callable, Dict, List, Optional

import torch
import torch.nn as nn


@dataclass
class Config:
    hidden: List[int] = field(default_factory=lambda: [8])
    activation: str = "tanh"
    lr: float = 0.1
    steps: int = 30
    name: Optional[str] = None


ACTIVATIONS: Dict[str, Callable] = {"tanh": nn.Tanh, "relu": nn.ReLU, "leaky": partial(nn.LeakyReLU, 0.1)}


def build(config: Config) -> nn.Sequential:
    layers, width = [], 1
    for size in config.hidden:
        layers += [nn.Linear(width, size), ACTIVATIONS[config.activation]()]
        width = size
    return nn.Sequential(*layers, nn.Linear(width, 1))


def train(config: Config) -> float:
    torch.manual_seed(0)
    net, recent = build(config), deque(maxlen=5)
    x = torch.linspace(-1, 1, 21)[:, None]
    optimizer = torch.optim.SGD(net.parameters(), lr=config.lr, momentum=0.9)
    for _ in range(config.steps):
        loss = (net(x) - x**2).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        recent.append(loss.item())
    return sum(recent) / len(recent)


base = Config()
print(base, asdict(base)["hidden"])
results = defaultdict(list)
for activation in ACTIVATIONS:
    for lr in (0.05, 0.1):
        results[activation].append(round(train(replace(base, activation=activation, lr=lr)), 4))
for name, losses in sorted(results.items()):
    match losses:
        case [a, b] if a < b:
            print(f"{name}: the smaller rate is better: {losses}")
        case [_, best]:
            print(f"{name}: {best}")
