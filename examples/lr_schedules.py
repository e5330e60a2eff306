"""Learning-rate schedules side by side, with a warm-up of one's own."""
import math
from functools import partial

import torch
from torch.optim import lr_scheduler


def warmup_cosine(step: int, *, warmup: int, total: int) -> float:
    """Linear from 0 to 1, then half a cosine down to 0."""
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(1, total - warmup)
    return 0.5 * (1.0 + math.cos(math.pi * progress))


SCHEDULES = {
    "StepLR": lambda o: lr_scheduler.StepLR(o, step_size=3, gamma=0.5),
    "MultiStepLR": lambda o: lr_scheduler.MultiStepLR(o, milestones=[2, 6], gamma=0.1),
    "ExponentialLR": lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=10, eta_min=0.01),
    "CosineWarmRestarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2),
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.5, total_steps=10),
    "CyclicLR": lambda o: lr_scheduler.CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=3),
    "LambdaLR (warm-up)": lambda o: lr_scheduler.LambdaLR(o, partial(warmup_cosine, warmup=3, total=10)),
    "PolynomialLR": lambda o: lr_scheduler.PolynomialLR(o, total_iters=8, power=2.0),
    "SequentialLR": lambda o: lr_scheduler.SequentialLR(
        o,
        schedulers=[
            lr_scheduler.LinearLR(o, start_factor=0.1, total_iters=4),
            lr_scheduler.ExponentialLR(o, gamma=0.8),
        ],
        milestones=[4],
    ),
    "ChainedScheduler": lambda o: lr_scheduler.ChainedScheduler(
        [lr_scheduler.ConstantLR(o, factor=0.5, total_iters=3), lr_scheduler.ExponentialLR(o, gamma=0.95)]
    ),
}

print("{:<20}".format("step") + "".join(f"{i:>8}" for i in range(10)))
print("-" * 100)
for name, make in SCHEDULES.items():
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    scheduler = make(optimizer)
    rates = []
    for _ in range(10):
        weight.grad = torch.ones_like(weight)
        optimizer.step()
        rates.append(scheduler.get_last_lr()[0])
        scheduler.step()
    print(f"{name:<20}" + "".join(f"{rate:8.4f}" for rate in rates))

# Groups keep their own rates.
body, head = torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)
optimizer = torch.optim.AdamW(
    [{"params": body.parameters(), "lr": 1e-4}, {"params": head.parameters()}], lr=1e-2, weight_decay=0.01
)
scheduler = lr_scheduler.StepLR(optimizer, 1, gamma=0.1)
optimizer.step()
scheduler.step()
for i, group in enumerate(optimizer.param_groups):
    print(i, f"{group['lr']:.0e}", len(group["params"]), group["initial_lr"], group["weight_decay"], group["betas"])

# A plateau: the rate falls when the loss no longer does.
optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
plateau = lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", factor=0.5, patience=2)
for epoch, loss in enumerate([1.0, 0.8, 0.8, 0.81, 0.82, 0.79, 0.79, 0.79, 0.79]):
    plateau.step(loss)
    print(f"{epoch}:{optimizer.param_groups[0]['lr']}", end=" ")
print()
print(sorted(scheduler.state_dict()))
