# name: short chains
# group: small
# runs: 5
import torch

w = torch.tensor([0.3, -0.2, 0.5], requires_grad=True)
for i in range(300):
    y = w
    for k in range(10):
        y = torch.tanh(y * 1.1 + 0.1)
    y.sum().backward()
    w.grad.zero_()
