# name: Hessian and Jacobian of 60
# group: functions
import torch
from torch.func import hessian, jacfwd, jacrev

torch.manual_seed(0)
a = torch.randn(60, 60) * 0.2
x = torch.randn(60)


def f(x):
    return torch.sin(a @ x).pow(2).sum() + torch.exp(-x * x).sum()


def g(x):
    return torch.tanh(a @ x) * x


for _ in range(10):
    total = hessian(f)(x).sum() + jacrev(g)(x).sum() + jacfwd(g)(x).sum()
