"""A variational autoencoder of points on a circle."""
import math

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class VAE(nn.Module):
    def __init__(self, latent=2):
        super().__init__()
        self.encoder = nn.Linear(2, 16)
        self.mu = nn.Linear(16, latent)
        self.logvar = nn.Linear(16, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, 16), nn.Tanh(), nn.Linear(16, 2))

    def encode(self, x):
        h = torch.tanh(self.encoder(x))
        return self.mu(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decoder(self.reparameterize(mu, logvar)), mu, logvar


angle = torch.rand(128) * 2 * math.pi
data = torch.stack([angle.cos(), angle.sin()], dim=1)
model = VAE()
print(model)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(61):
    recon, mu, logvar = model(data)
    rec = F.mse_loss(recon, data, reduction="sum") / len(data)
    kl = -0.5 * torch.mean(torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1))
    loss = rec + 0.05 * kl
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 20 == 0:
        print(f"epoch {epoch:2d}: reconstruction {rec.item():.3f} divergence {kl.item():.3f}")
print(sum(p.numel() for p in model.parameters()), "parameters")
