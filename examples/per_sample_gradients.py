"""A gradient for each example at once: vmap of grad, beside a loop over the examples."""
import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call, grad, vmap

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
data, targets = torch.randn(6, 4), torch.randint(0, 3, (6,))
params = {name: p.detach() for name, p in model.named_parameters()}


def loss(params, sample, target):
    output = functional_call(model, params, (sample.unsqueeze(0),))
    return F.cross_entropy(output, target.unsqueeze(0))


together = vmap(grad(loss), in_dims=(None, 0, 0))(params, data, targets)
for name, g in together.items():
    print(name, tuple(g.shape), f"{g.flatten(1).norm(dim=1).mean().item():.4f}")
for i in range(len(data)):
    model.zero_grad()
    F.cross_entropy(model(data[i : i + 1]), targets[i : i + 1]).backward()
    same = all(torch.allclose(p.grad, together[name][i], atol=1e-6) for name, p in model.named_parameters())
    print(i, same)
clipped = {name: g / g.flatten(1).norm(dim=1).clamp(min=1).view(-1, *[1] * (g.dim() - 1)) for name, g in together.items()}
print({name: round(g.mean(0).norm().item(), 4) for name, g in clipped.items()})
