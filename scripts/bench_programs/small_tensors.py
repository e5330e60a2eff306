# name: small tensors
# group: small
# runs: 5
import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
for i in range(2000):
    y = (x * 2 + 1) * x
    z = y.sum()
    z.backward()
    x.grad = None
