# name: embedding
# group: indexing
# runs: 7
import torch

table = torch.linspace(-1, 1, 5_000 * 48).reshape(5_000, 48).requires_grad_()
words = (torch.arange(64 * 100) * 37 % 5_003 % 5_000).reshape(64, 100)
w = torch.linspace(0, 1, 48)
for _ in range(4):
    table.grad = None
    e = torch.nn.functional.embedding(words, table)
    loss = (e.mean(1) * w).sum() + torch.nn.functional.embedding_bag(words, table, mode="sum").pow(2).mean()
    loss.backward()
