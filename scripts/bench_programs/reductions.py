# name: reductions
# group: rows
# runs: 7
import torch

x = (torch.arange(600_000) % 977).float().reshape(600, 1_000) / 977
x.requires_grad_()
for _ in range(3):
    x.grad = None
    loss = x.sum(0).mean() + x.mean(1).sum() + x.std() + x.var(1).sum() + x.norm() + x.logsumexp(0).sum()
    loss = loss + x.amax(1).sum() + x.max(0).values.sum() + x.cumsum(1).mean() + (x + 1).prod(0).log().sum()
    loss.backward()
