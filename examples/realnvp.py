"""RealNVP: an invertible network of affine coupling layers, its log-determinant, and samples from it."""
import math
from typing import Tuple

import torch
import torch.nn as nn
from torch import Tensor


class AffineCoupling(nn.Module):
    """One half of the coordinates scales and shifts the other half."""

    def __init__(self, mask: Tensor, hidden: int = 16) -> None:
        super().__init__()
        self.register_buffer("mask", mask)
        self.s = nn.Sequential(nn.Linear(2, hidden), nn.LeakyReLU(), nn.Linear(hidden, 2), nn.Tanh())
        self.t = nn.Sequential(nn.Linear(2, hidden), nn.LeakyReLU(), nn.Linear(hidden, 2))

    def forward(self, z: Tensor) -> Tuple[Tensor, Tensor]:
        fixed = z * self.mask
        s, t = self.s(fixed) * (1 - self.mask), self.t(fixed) * (1 - self.mask)
        return fixed + (1 - self.mask) * (z * torch.exp(s) + t), s.sum(-1)

    def inverse(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        fixed = x * self.mask
        s, t = self.s(fixed) * (1 - self.mask), self.t(fixed) * (1 - self.mask)
        return fixed + (1 - self.mask) * (x - t) * torch.exp(-s), -s.sum(-1)


class RealNVP(nn.Module):
    def __init__(self, layers: int = 4) -> None:
        super().__init__()
        masks = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).repeat(layers // 2, 1)
        self.layers = nn.ModuleList(AffineCoupling(m) for m in masks)
        self.prior = torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2))

    def log_prob(self, x: Tensor) -> Tensor:
        log_det = x.new_zeros(x.shape[0])
        for layer in reversed(self.layers):
            x, ld = layer.inverse(x)
            log_det += ld
        return self.prior.log_prob(x) + log_det

    def sample(self, n: int) -> Tensor:
        z = self.prior.sample((n,))
        for layer in self.layers:
            z, _ = layer(z)
        return z


torch.manual_seed(4)
angle = torch.rand(200) * math.tau
data = torch.stack((angle.cos(), 0.5 * angle.sin()), 1) + 0.1 * torch.randn(200, 2)

flow = RealNVP()
print(f"{len(flow.layers)} layers, {sum(p.numel() for p in flow.parameters())} parameters")
print("masks:", [layer.mask.int().tolist() for layer in flow.layers])
optimizer = torch.optim.Adam(flow.parameters(), lr=1e-2)
for step in range(31):
    loss = -flow.log_prob(data).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(f"step {step:2d}  negative log-likelihood {loss.item():.3f}  bits/dim {loss.item() / 2 / math.log(2):.3f}")

with torch.no_grad():
    # inverse of the forward pass
    z = torch.randn(5, 2)
    x, log_det = z, torch.zeros(5)
    for layer in flow.layers:
        x, ld = layer(x)
        log_det = log_det + ld
    back = x
    for layer in flow.layers[::-1]:
        back, _ = layer.inverse(back)
    print("inverse is right:", torch.allclose(back, z, atol=1e-5))


# The log-determinant against that of the Jacobian.
def forward_map(z):
    for layer in flow.layers:
        z, _ = layer(z)
    return z


jacobian = torch.func.vmap(torch.func.jacrev(forward_map))(z)
sign, logabsdet = torch.linalg.slogdet(jacobian)
print("log|det J| is right:", torch.allclose(logabsdet, log_det, atol=1e-5), sign.tolist())
torch.manual_seed(0)
s = flow.sample(500).detach()
print(f"samples: std {s[:, 0].std():.2f} and {s[:, 1].std():.2f}; data: {data[:, 0].std():.2f} and {data[:, 1].std():.2f}")
