# name: elementwise 10^6
# group: elementwise
# runs: 7
import torch

a = torch.linspace(-2, 2, 1_000_000, requires_grad=True)
for _ in range(1):
    a.grad = None
    y = torch.tanh(a * 1.5 + 0.5) * torch.exp(-a * a) + torch.sin(a)
    y.sum().backward()
