# name: elementwise 10^7
# group: elementwise
# runs: 5
import torch

a = torch.linspace(-2, 2, 10_000_000, requires_grad=True)
for _ in range(1):
    a.grad = None
    y = torch.tanh(a * 1.5 + 0.5) * torch.exp(-a * a) + torch.sin(a)
    y.sum().backward()
