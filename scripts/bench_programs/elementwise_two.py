# name: two operands 10^6
# group: elementwise
# runs: 7
import torch

a = torch.arange(1_000_000, dtype=torch.float32) / 1_000_000
b = (a + 0.5).requires_grad_()
a.requires_grad_()
for _ in range(3):
    a.grad = b.grad = None
    loss = (torch.sigmoid(a * b) + torch.log(b) * a - torch.sqrt(b) / (1 + a)).mean()
    loss.backward()
