"""A network that solves u'' = -u with u(0) = 0 and u'(0) = 1, learnt from the equation alone."""
import math

import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
t = torch.linspace(0, math.pi, 32).reshape(-1, 1).requires_grad_()


def solution(t):
    return t + t**2 * net(t)  # both conditions at 0 hold by construction


for step in range(301):
    optimizer.zero_grad()
    u = solution(t)
    (du,) = torch.autograd.grad(u.sum(), t, create_graph=True)
    (ddu,) = torch.autograd.grad(du.sum(), t, create_graph=True)
    loss = ((ddu + u) ** 2).mean()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step}: residual {loss.item():.3f}")
error = (solution(t) - torch.sin(t)).abs().max()
print(f"largest error {error.item():.2f}")
