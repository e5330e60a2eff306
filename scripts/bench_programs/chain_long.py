# name: chain of 200,000
# group: small
# runs: 3
import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x
for i in range(200000):
    y = y * 1.0
y.sum().backward()
