# name: scalar recurrence
# group: small
# runs: 5
import torch

x = torch.tensor(0.5, requires_grad=True)
y = x
for i in range(5000):
    y = torch.sin(y) * x + 0.1
y.backward()
