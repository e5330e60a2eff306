import argparse
import logging
from collections import defaultdict, namedtuple
from contextlib import contextmanager
from dataclasses import dataclass, field, asdict
from enum import Enum
from functools import partial, wraps
from typing import List, Optional, NamedTuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.modules.loss import _Loss
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, Dataset
from torch.utils.data.dataset import random_split
from tqdm import tqdm


class Task(Enum):
    LINEAR = "linear"
    SINE = "sine"


@dataclass
class Config:
    task: Task = Task.SINE
    hidden: List[int] = field(default_factory=lambda: [16, 16])
    lr: float = 1e-2
    epochs: int = 4


class Metrics(NamedTuple):
    loss: float
    grad_norm: float

    def improved(self, other: Optional["Metrics"]) -> bool:
        return other is None or self.loss < other.loss


class Points(Dataset):
    def __init__(self, task: Task, n: int = 64) -> None:
        self.x = torch.linspace(-2, 2, n).unsqueeze(1)
        self.y = {Task.LINEAR: lambda x: 2 * x + 1, Task.SINE: torch.sin}[task](self.x)

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


class SmoothLoss(_Loss):
    def __init__(self, delta=0.5, reduction="mean"):
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, a, b):
        return F.huber_loss(a, b, delta=self.delta, reduction=self.reduction)


class MLP(nn.Module):
    def __init__(self, sizes: List[int]) -> None:
        super().__init__()
        layers = []
        for a, b in zip([1, *sizes], [*sizes, 1]):
            layers += [nn.Linear(a, b), nn.Tanh()]
        self.net = nn.Sequential(*layers[:-1])

    def forward(self, x):
        return self.net(x)


@contextmanager
def evaluating(model):
    was = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield model
    finally:
        model.train(was)


def logged(fn):
    @wraps(fn)
    def wrapper(*args, **kwargs):
        out = fn(*args, **kwargs)
        print(f"{fn.__name__} -> {out.loss:.4f}")
        return out

    return wrapper


@logged
def train_epoch(model, loader, criterion, opt) -> Metrics:
    total, norms = 0.0, []
    for x, y in tqdm(loader, leave=False):
        opt.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        opt.step()
        total += loss.item() * len(x)
    return Metrics(total / len(loader.dataset), float(np.mean(norms)))


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--task", choices=[t.value for t in Task], default="sine")
    parser.add_argument("--lr", type=float, default=1e-2)
    args = parser.parse_args(argv)
    cfg = Config(task=Task(args.task), lr=args.lr)
    print(cfg, asdict(cfg)["hidden"])
    torch.manual_seed(0)
    data = Points(cfg.task)
    train, test = random_split(data, [48, 16])
    model = MLP(cfg.hidden)
    opt = torch.optim.Adam(model.parameters(), lr=cfg.lr)
    sched = StepLR(opt, step_size=2, gamma=0.5)
    best, history = None, defaultdict(list)
    for epoch in range(cfg.epochs):
        m = train_epoch(model, DataLoader(train, batch_size=16, shuffle=True), SmoothLoss(), opt)
        sched.step()
        history["loss"].append(round(m.loss, 4))
        if m.improved(best):
            best = m
    with evaluating(model) as net:
        x, y = next(iter(DataLoader(test, batch_size=len(test))))
        print(model.training, f"{F.mse_loss(net(x), y).item():.4f}")
    print(model.training, dict(history), best._fields, sched.get_last_lr())


if __name__ == "__main__":
    main([])
    main(["--task", "linear", "--lr", "0.05"])
