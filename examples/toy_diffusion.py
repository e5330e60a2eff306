"""Denoising diffusion (DDPM) of a spiral in two dimensions: forward noising, a noise predictor, ancestral sampling."""
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass(frozen=True)
class DiffusionConfig:
    timesteps: int = 50
    beta_start: float = 1e-4
    beta_end: float = 0.05
    hidden: int = 48
    lr: float = 3e-3


class SinusoidalEmbedding(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, t):
        half = self.dim // 2
        frequencies = torch.exp(-torch.log(torch.tensor(1000.0)) * torch.arange(half) / half)
        angles = t[:, None].float() * frequencies[None]
        return torch.cat([angles.sin(), angles.cos()], dim=-1)

    def extra_repr(self):
        return f"dim={self.dim}"


class NoisePredictor(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.time = nn.Sequential(SinusoidalEmbedding(16), nn.Linear(16, hidden), nn.SiLU())
        self.inp = nn.Linear(2, hidden)
        self.mid = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 2)

    def forward(self, x, t):
        h = F.silu(self.inp(x)) + self.time(t)
        h = h + F.silu(self.mid(h))
        return self.out(h)


class Diffusion:
    def __init__(self, config: DiffusionConfig):
        self.config = config
        self.betas = torch.linspace(config.beta_start, config.beta_end, config.timesteps)
        self.alphas = 1.0 - self.betas
        self.alpha_bars = torch.cumprod(self.alphas, dim=0)

    def add_noise(self, x0, t, noise):
        a = self.alpha_bars[t].unsqueeze(-1)
        return a.sqrt() * x0 + (1 - a).sqrt() * noise

    @torch.inference_mode()
    def sample(self, model, n):
        x = torch.randn(n, 2)
        for t in reversed(range(self.config.timesteps)):
            eps = model(x, torch.full((n,), t))
            coefficient = self.betas[t] / torch.sqrt(1 - self.alpha_bars[t])
            mean = (x - coefficient * eps) / self.alphas[t].sqrt()
            x = mean + self.betas[t].sqrt() * torch.randn_like(x) if t > 0 else mean
        return x


def spiral(n):
    theta = 0.5 + 3 * torch.pi * torch.rand(n).sqrt()
    return torch.stack([theta * theta.cos(), theta * theta.sin()], 1) / 6 + 0.02 * torch.randn(n, 2)


torch.manual_seed(0)
config = DiffusionConfig()
print(config)
diffusion = Diffusion(config)
print("alpha_bar:", [f"{v:.3f}" for v in diffusion.alpha_bars[::10].tolist()], f"{diffusion.alpha_bars[-1]:.3f}")

data = spiral(256)
model = NoisePredictor(config.hidden)
print(model.time)
optimizer = torch.optim.Adam(model.parameters(), lr=config.lr)
losses = []
for step in range(60):
    x0 = data[torch.randperm(len(data))[:128]]
    t = torch.randint(0, config.timesteps, (len(x0),))
    noise = torch.randn_like(x0)
    loss = F.mse_loss(model(diffusion.add_noise(x0, t, noise), t), noise)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if (step + 1) % 20 == 0:
        print(f"step {step + 1:3d}, mean loss of the last 20: {sum(losses[-20:]) / 20:.2f}")

for name, t in zip(("start", "middle", "end"), (0, 25, 49)):
    x_t = diffusion.add_noise(data, torch.full((len(data),), t), torch.randn_like(data))
    print(f"{name:>6}: std {x_t.std().item():.2f}, correlation with the data {torch.corrcoef(torch.stack([x_t[:, 0], data[:, 0]]))[0, 1]:.2f}")
samples = diffusion.sample(model, 100)
print("samples:", samples.shape, samples.is_inference(), "all finite:", samples.isfinite().all().item())

try:
    config.lr = 0.1
except Exception as e:
    print(type(e).__name__, "-", e)
