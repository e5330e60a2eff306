# name: elementwise 10^4
# group: elementwise
# runs: 30
import torch

a = torch.linspace(-2, 2, 10_000, requires_grad=True)
for _ in range(20):
    a.grad = None
    y = torch.tanh(a * 1.5 + 0.5) * torch.exp(-a * a) + torch.sin(a)
    y.sum().backward()
