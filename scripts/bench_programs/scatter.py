# name: scatter
# group: indexing
# runs: 7
import torch

x = torch.linspace(-1, 1, 200_000).reshape(2_000, 100).requires_grad_()
places = (torch.arange(200_000) * 31 % 1_009).reshape(2_000, 100)
for _ in range(3):
    x.grad = None
    a = torch.zeros(1_009, 100).scatter_add(0, places, x)
    b = torch.zeros(2_000, 1_009).scatter(1, places, x * 2)
    c = torch.zeros(1_009, 100).scatter_reduce(0, places, x, reduce="sum")
    loss = (a * a).sum() + b.sum() + (c * a).mean() + a.gather(0, places).sum() + x.gather(1, places % 100).pow(2).sum()
    loss.backward()
