"""A graph convolutional network on the karate club, with a sparse COO adjacency matrix."""
from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F

# Zachary's karate club: who met whom outside the club
EDGES = """
1-2 1-3 2-3 1-4 2-4 3-4 1-5 1-6 1-7 5-7 6-7 1-8 2-8 3-8 4-8 1-9 3-9 3-10 1-11 5-11 6-11 1-12 1-13 4-13
1-14 2-14 3-14 4-14 6-17 7-17 1-18 2-18 1-20 2-20 1-22 2-22 24-26 25-26 3-28 24-28 25-28 3-29 24-30 27-30
2-31 9-31 1-32 25-32 26-32 29-32 3-33 9-33 15-33 16-33 19-33 21-33 23-33 24-33 30-33 31-33 32-33 9-34
10-34 14-34 15-34 16-34 19-34 20-34 21-34 23-34 24-34 27-34 28-34 29-34 30-34 31-34 32-34 33-34
"""
MR_HI = {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 17, 18, 20, 22}


def normalized_adjacency(edges: list[tuple[int, int]], n: int) -> torch.Tensor:
    """D^-1/2 (A + I) D^-1/2 as a sparse tensor."""
    i, j = torch.tensor(edges).T - 1
    loops = torch.arange(n)
    index = torch.stack([torch.cat([i, j, loops]), torch.cat([j, i, loops])])
    degree = torch.zeros(n).index_add_(0, index[0], torch.ones(index.shape[1]))
    inv_sqrt = degree.rsqrt()
    values = inv_sqrt[index[0]] * inv_sqrt[index[1]]
    return torch.sparse_coo_tensor(index, values, (n, n)).coalesce()


class GCNLayer(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, out_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, adj, x):
        return torch.sparse.mm(adj, x @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList(GCNLayer(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, adj, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = torch.tanh(layer(adj, x))
        return last(adj, x)


edges = [tuple(map(int, e.split("-"))) for e in EDGES.split()]
n = max(max(e) for e in edges)
adj = normalized_adjacency(edges, n)
print(f"{n} members, {len(edges)} friendships; {adj.layout}, {adj._nnz()} entries, coalesced: {adj.is_coalesced()}")
print("symmetric:", torch.allclose(adj.to_dense(), adj.t().to_dense()))
print("highest degrees:", (1 / adj.to_dense().diagonal() - 1).round().int().topk(3))

labels = torch.tensor([0 if k + 1 in MR_HI else 1 for k in range(n)])
known = torch.tensor([0, n - 1])            # the instructor and the president

torch.manual_seed(42)
model = GCN([n, 8, 2])
features = torch.eye(n)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=5e-4)
for epoch in range(61):
    logits = model(adj, features)
    loss = F.cross_entropy(logits[known], labels[known])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 20 == 0:
        right = (logits.argmax(1) == labels).sum().item()
        print(f"epoch {epoch:>2}: loss {loss.item():.3f}, {right} of {n} on the right side")
