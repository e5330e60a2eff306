# name: elementwise 10^7, fresh process
# group: elementwise
# process: fresh
import torch

a = torch.linspace(-2, 2, 10_000_000, requires_grad=True)
y = torch.tanh(a * 1.5 + 0.5) * torch.exp(-a * a) + torch.sin(a)
y.sum().backward()
