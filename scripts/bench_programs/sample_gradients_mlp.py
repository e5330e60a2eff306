# name: gradients of samples, MLP
# group: functions
import torch
import torch.nn.functional as F
from torch.func import grad, vmap

torch.manual_seed(0)
p = {
    "w1": torch.randn(32, 10) * 0.3,
    "b1": torch.zeros(32),
    "w2": torch.randn(4, 32) * 0.3,
    "b2": torch.zeros(4),
}
x = torch.randn(512, 10)
t = torch.randint(0, 4, (512,))


def loss(p, x, t):
    h = torch.tanh(F.linear(x.unsqueeze(0), p["w1"], p["b1"]))
    return F.cross_entropy(F.linear(h, p["w2"], p["b2"]), t.unsqueeze(0))


for _ in range(20):
    g = vmap(grad(loss), in_dims=(None, 0, 0))(p, x, t)
    p = {name: p[name] - 0.1 * g[name].mean(0) for name in p}
