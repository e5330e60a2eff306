# name: RNN of 100 steps
# group: layers
import torch

torch.manual_seed(0)
wx = torch.randn(8, 32) * 0.3
wh = torch.randn(32, 32) * 0.1
b = torch.zeros(32)
for p in (wx, wh, b):
    p.requires_grad_()
x = torch.randn(100, 16, 8)
for _ in range(3):
    h = torch.zeros(16, 32)
    for step in range(100):
        h = torch.tanh(x[step] @ wx + h @ wh + b)
    h.pow(2).mean().backward()
