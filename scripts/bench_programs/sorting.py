# name: sorting
# group: rows
# runs: 7
import torch

x = (torch.arange(400_000) * 7_919 % 400_009).float().reshape(400, 1_000) / 400_009
x.requires_grad_()
for _ in range(2):
    x.grad = None
    values, order = x.sort(dim=1)
    loss = (values * torch.linspace(0, 1, 1_000)).sum() + x.topk(20, dim=1).values.sum()
    loss = loss + x.median(dim=1).values.sum() + x.flatten().sort(descending=True).values[:500].sum()
    loss = loss + x.gather(1, x.argsort(dim=1)).diff(dim=1).pow(2).sum()
    loss.backward()
