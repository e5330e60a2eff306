# name: indexing
# group: indexing
# runs: 7
import torch

x = torch.linspace(-1, 1, 300_000).reshape(3_000, 100).requires_grad_()
rows = torch.arange(6_000) * 7 % 3_000
columns = torch.arange(6_000) * 3 % 100
for _ in range(3):
    x.grad = None
    loss = (x[rows] ** 2).sum() + x[rows, columns].sum() + x[:, columns[:150]].mean() + x[::2, 5:50].sum()
    loss = loss + (x[x > 0.5] ** 2).sum() + x.index_select(1, columns[:80]).sum() + x.take(rows * 100 + columns).sum()
    loss.backward()
