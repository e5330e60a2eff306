# name: masks and clamps
# group: rows
# runs: 7
import torch

x = torch.linspace(-3, 3, 600_000, requires_grad=True)
for _ in range(3):
    x.grad = None
    y = torch.where(x > 0, x * x, -x) + torch.clamp(x, -1, 1) * torch.relu(x)
    z = y.masked_fill(x.abs() < 0.5, 0.0) + torch.maximum(x, y) + torch.nn.functional.leaky_relu(x, 0.1)
    z[x > 1].sum().backward()
