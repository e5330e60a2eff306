"""Knowledge distillation: a small student learns from the soft answers of a large teacher."""
from typing import Callable

import torch
import torch.nn as nn
import torch.nn.functional as F


def rings(n: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Points in three rings; the label is the ring."""
    labels = torch.randint(0, 3, (n,), generator=generator)
    radius = labels + 1 + 0.25 * torch.randn(n, generator=generator)
    angle = 2 * torch.pi * torch.rand(n, generator=generator)
    return torch.polar(radius, angle).view(-1, 1).pipe(lambda z: z) if False else (
        torch.view_as_real(torch.polar(radius.abs(), angle)), labels)


def mlp(*sizes: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        layers.extend([nn.Linear(n_in, n_out), nn.ReLU()])
    return nn.Sequential(*layers[:-1])


def accuracy(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> float:
    was_training = model.training
    model.eval()
    with torch.no_grad():
        result = (model(x).argmax(dim=-1) == y).float().mean().item()
    model.train(was_training)
    return result


def fit(model: nn.Module, loss_fn: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, steps: int) -> float:
    opt = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(steps):
        opt.zero_grad()
        loss = loss_fn(model(x))
        loss.backward()
        opt.step()
    return loss.item()


def distillation_loss(student_logits, teacher_logits, labels, T=3.0, alpha=0.7):
    soft = F.kl_div(F.log_softmax(student_logits / T, dim=1), F.softmax(teacher_logits / T, dim=1), reduction="batchmean")
    hard = F.cross_entropy(student_logits, labels)
    return alpha * T * T * soft + (1 - alpha) * hard


g = torch.Generator().manual_seed(9)
x, y = rings(120, g)
x_test, y_test = rings(150, g)
print(x.shape, y.bincount().tolist())

torch.manual_seed(0)
teacher = mlp(2, 32, 32, 3)
fit(teacher, lambda out: F.cross_entropy(out, y), x, steps=60)
teacher.requires_grad_(False)
print(f"teacher: {sum(p.numel() for p in teacher.parameters())} parameters, test accuracy {accuracy(teacher, x_test, y_test):.2f}")

few = slice(0, 15)
teacher_logits = teacher(x)
results = {}
for kind in ("labels only", "distilled"):
    torch.manual_seed(1)
    student = mlp(2, 8, 3)
    if kind == "labels only":
        loss = fit(student, lambda out: F.cross_entropy(out, y[few]), x[few], steps=40)
    else:
        loss = fit(student, lambda out: distillation_loss(out, teacher_logits, y), x, steps=40)
    results[kind] = accuracy(student, x_test, y_test)
    print(f"student ({kind:<11}): loss {loss:.2f}, test accuracy {results[kind]:.2f}")
print("distillation helps" if results["distilled"] > results["labels only"] else "it doesn't help")

# Temperature makes the answers softer.
for T in [1, 2, 5, 20]:
    p = F.softmax(teacher_logits[0] / T, dim=-1)
    entropy = -(p * p.clamp_min(1e-12).log()).sum()
    print(f"T={T:<3} entropy={entropy:.2f}", "#" * int(20 * entropy))
assert all(not p.requires_grad for p in teacher.parameters()) and teacher_logits.grad_fn is None
