# name: gradients of samples
# group: functions
import torch
from torch.func import grad, vmap

torch.manual_seed(0)
w = torch.randn(20)
b = torch.zeros(())
x = torch.randn(2_000, 20)
t = (torch.rand(2_000) > 0.5).float()


def loss(w, b, x, t):
    z = torch.dot(w, x) + b
    return torch.nn.functional.softplus(z) - t * z


for _ in range(20):
    gw, gb = vmap(grad(loss, argnums=(0, 1)), in_dims=(None, None, 0, 0))(w, b, x, t)
    w = w - 0.1 * gw.mean(0)
    b = b - 0.1 * gb.mean(0)
