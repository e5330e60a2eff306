"""A Wasserstein GAN with gradient penalty that learns a normal distribution around 3."""
import torch
from torch import nn

torch.manual_seed(1)
generator = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
critic = nn.Sequential(nn.Linear(1, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
g_opt = torch.optim.Adam(generator.parameters(), lr=1e-2, betas=(0.5, 0.9))
c_opt = torch.optim.Adam(critic.parameters(), lr=1e-2, betas=(0.5, 0.9))


def penalty(real, fake):
    mix = torch.rand(len(real), 1)
    between = (mix * real + (1 - mix) * fake).requires_grad_()
    (g,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return ((g.norm(2, dim=1) - 1) ** 2).mean()


for step in range(61):
    for _ in range(3):
        real = torch.randn(64, 1) * 0.5 + 3
        fake = generator(torch.randn(64, 2)).detach()
        c_loss = critic(fake).mean() - critic(real).mean() + 10 * penalty(real, fake)
        c_opt.zero_grad()
        c_loss.backward()
        c_opt.step()
    g_loss = -critic(generator(torch.randn(64, 2))).mean()
    g_opt.zero_grad()
    g_loss.backward()
    g_opt.step()
    if step % 30 == 0:
        print(f"{step:3d} critic {c_loss.item():8.3f} generator {g_loss.item():8.3f}")
with torch.no_grad():
    print(f"mean of what is generated: {generator(torch.randn(500, 2)).mean().item():.2f}")
