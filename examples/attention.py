"""Attention written out, beside PyTorch's own."""
import math

import torch
import torch.nn.functional as F

torch.manual_seed(0)
q, k, v = [torch.randn(2, 4, 8, requires_grad=True) for _ in range(3)]


def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if causal:
        n = scores.size(-1)
        scores = scores.masked_fill(torch.triu(torch.ones(n, n, dtype=torch.bool), 1), float("-inf"))
    return torch.softmax(scores, dim=-1) @ v


for causal in (False, True):
    ours = attention(q, k, v, causal)
    theirs = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    print(causal, torch.allclose(ours, theirs, atol=1e-6), ours.shape)
    mine = torch.autograd.grad(ours.sum(), (q, k, v), retain_graph=True)
    its = torch.autograd.grad(theirs.sum(), (q, k, v))
    print([torch.allclose(a, b, atol=1e-5) for a, b in zip(mine, its)])
print(attention(q, k, v)[0, 0])
