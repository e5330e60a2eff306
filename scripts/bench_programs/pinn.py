# name: PINN
# group: layers
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
t = torch.linspace(0, 1, 100).reshape(-1, 1).requires_grad_()
for _ in range(20):
    opt.zero_grad()
    u = net(t)
    du = torch.autograd.grad(u.sum(), t, create_graph=True)[0]
    d2u = torch.autograd.grad(du.sum(), t, create_graph=True)[0]
    loss = ((d2u + u) ** 2).mean() + (u[0] - 1).pow(2).sum()
    loss.backward()
    opt.step()
