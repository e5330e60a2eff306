"""Graph attention by gather and scatter: softmax over the incoming edges of each node."""
import torch
import torch.nn as nn
import torch.nn.functional as F


def scatter_softmax(scores, index, num_nodes):
    """Softmax of scores (E, H) over all edges that have the same target."""
    expanded = index.unsqueeze(-1).expand_as(scores)
    maximum = torch.full((num_nodes, scores.shape[1]), float("-inf")).scatter_reduce(0, expanded, scores.detach(), "amax")
    exp = (scores - maximum[index]).exp()
    total = torch.zeros(num_nodes, scores.shape[1]).scatter_add(0, expanded, exp)
    return exp / total[index]


class GATLayer(nn.Module):
    def __init__(self, n_in, n_out, heads=2, slope=0.2):
        super().__init__()
        self.heads, self.n_out = heads, n_out
        self.lin = nn.Linear(n_in, heads * n_out, bias=False)
        self.att_src = nn.Parameter(torch.randn(heads, n_out) * 0.1)
        self.att_dst = nn.Parameter(torch.randn(heads, n_out) * 0.1)
        self.act = nn.LeakyReLU(slope)

    def forward(self, x, edge_index, return_attention=False):
        src, dst = edge_index
        h = self.lin(x).view(-1, self.heads, self.n_out)
        score = (h * self.att_src).sum(-1)[src] + (h * self.att_dst).sum(-1)[dst]
        alpha = scatter_softmax(self.act(score), dst, x.shape[0])
        messages = alpha.unsqueeze(-1) * h[src]
        out = torch.zeros_like(h).index_add(0, dst, messages)
        out = out.flatten(1)
        return (out, alpha) if return_attention else out


def ring_with_chords(n):
    a = torch.arange(n)
    pairs = torch.cat([torch.stack([a, (a + 1) % n]), torch.stack([a[::3], (a[::3] + n // 2) % n]), torch.stack([a, a])], dim=1)
    both = torch.cat([pairs, pairs.flip(0)], dim=1)
    return torch.unique(both, dim=1)


torch.manual_seed(0)
n = 12
edge_index = ring_with_chords(n)
print("edges:", tuple(edge_index.shape), "in-degrees:", edge_index[1].bincount(minlength=n).tolist())

x = torch.randn(n, 5)
layer1, layer2 = GATLayer(5, 4), GATLayer(8, 1, heads=1)
out, alpha = layer1(x, edge_index, return_attention=True)
sums = torch.zeros(n, 2).index_add(0, edge_index[1], alpha)
print("attention", tuple(alpha.shape), "sums to one:", torch.allclose(sums, torch.ones(n, 2)))

# the same with a dense matrix and a mask
h = layer1.lin(x).view(n, 2, 4).transpose(0, 1)                        # heads, nodes, features
score = (h * layer1.att_dst[:, None]).sum(-1)[:, :, None] + (h * layer1.att_src[:, None]).sum(-1)[:, None, :]
mask = torch.zeros(n, n, dtype=torch.bool)
mask[edge_index[1], edge_index[0]] = True
dense = layer1.act(score).masked_fill(~mask, -torch.inf).softmax(-1) @ h
print("dense agrees:", torch.allclose(dense.transpose(0, 1).flatten(1), out, atol=1e-6))

# learn the mean of the neighbours' first feature
src, dst = edge_index
target = torch.zeros(n).index_add(0, dst, x[src, 0]) / dst.bincount(minlength=n)
reduced = torch.zeros(n).scatter_reduce(0, dst, x[src, 0], reduce="mean", include_self=False)
assert torch.allclose(target, reduced)
parameters = [*layer1.parameters(), *layer2.parameters()]
optimizer = torch.optim.Adam(parameters, lr=0.03)
for step in range(41):
    prediction = layer2(F.elu(layer1(x, edge_index)), edge_index).squeeze(-1)
    loss = F.mse_loss(prediction, target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step:2d}: {loss.item():.3f}")
print({name: tuple(p.shape) for name, p in layer1.named_parameters()})
