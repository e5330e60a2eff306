"""Denoising score matching on two moons, sampled by annealed Langevin dynamics."""
import math

import torch
from torch import nn

torch.manual_seed(11)


def two_moons(n):
    t = torch.rand(n) * math.pi
    upper = torch.rand(n) < 0.5
    x = torch.where(upper, t.cos(), 1 - t.cos()) - 0.5
    y = torch.where(upper, t.sin(), 0.5 - t.sin()) - 0.25
    return torch.stack((x, y), dim=-1) + 0.02 * torch.randn(n, 2)


class ScoreNet(nn.Module):
    def __init__(self, hidden=48):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(3, hidden), nn.Softplus(),
            nn.Linear(hidden, hidden), nn.Softplus(),
            nn.Linear(hidden, 2),
        )

    def forward(self, x, sigma):
        return self.net(torch.cat([x, sigma.log()], dim=-1)) / sigma


sigmas = torch.logspace(0, -1.5, 6)
print("noise levels:", sigmas)
data = two_moons(256)
print(f"data: mean {data.mean(0).numpy().round(2)}, std {data.std(0).numpy().round(2)}")

score = ScoreNet()
optimizer = torch.optim.Adam(score.parameters(), lr=5e-3)
ema = None
for step in range(1, 61):
    sigma = sigmas[torch.randint(len(sigmas), (len(data), 1))]
    noise = torch.randn_like(data)
    noisy = data + sigma * noise
    # the score of the noise kernel is -noise / sigma; weight sigma**2
    loss = 0.5 * ((sigma * score(noisy, sigma) + noise) ** 2).sum(dim=-1).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    ema = loss.item() if ema is None else 0.9 * ema + 0.1 * loss.item()
    if step % 20 == 0:
        print(f"step {step:>4}: loss ~ {ema:.3f}")

# Sliced score matching needs the divergence; here exactly, by autograd.
x = data[:8].clone().requires_grad_(True)
s = score(x, torch.full((8, 1), 0.3))
div = sum(torch.autograd.grad(s[:, i].sum(), x, retain_graph=True)[0][:, i] for i in range(2))
print("mean divergence is negative:", (div.mean() < 0).item(), "|", div.shape)


@torch.no_grad()
def sample(n, steps=5, eps=0.01):
    x = torch.randn(n, 2)
    for sigma in sigmas:
        alpha = eps * (sigma / sigmas[-1]) ** 2
        for _ in range(steps):
            x = x + alpha / 2 * score(x, sigma.expand(n, 1)) + alpha.sqrt() * torch.randn_like(x)
    return x


samples = sample(200)
nearest = torch.cdist(samples, data).min(dim=1).values
print(f"median distance of samples from the data: {nearest.median():.2f} (of noise: "
      f"{torch.cdist(torch.randn(200, 2), data).min(dim=1).values.median():.2f})")
