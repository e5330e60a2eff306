# name: index_add
# group: indexing
# runs: 7
import torch

edges = torch.arange(8_000)
source, target = edges * 17 % 1_500, edges * 29 % 1_500
h = torch.linspace(-1, 1, 1_500 * 64).reshape(1_500, 64).requires_grad_()
w = torch.linspace(0, 1, 8_000, requires_grad=True)
for _ in range(4):
    h.grad = w.grad = None
    messages = h[source] * w[:, None]
    pooled = torch.zeros(1_500, 64).index_add(0, target, messages)
    degree = torch.zeros(1_500).index_add(0, target, w)
    out = torch.zeros(1_500, 64).index_put((target,), h[source], accumulate=True)
    (torch.tanh(pooled) + out / (1 + degree[:, None])).sum().backward()
