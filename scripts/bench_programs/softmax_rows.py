# name: softmax rows
# group: rows
# runs: 7
import torch

x = torch.linspace(-3, 3, 2_000 * 200).reshape(2_000, 200).requires_grad_()
w = torch.linspace(0, 1, 200)
t = torch.arange(2_000) % 200
for _ in range(3):
    x.grad = None
    p = torch.softmax(x, dim=1)
    loss = (p * w).sum() + torch.nn.functional.cross_entropy(x, t) + (torch.log_softmax(x, dim=-1) * w).mean()
    loss.backward()
