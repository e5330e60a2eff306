"""Functions with derivatives of one's own: a stable softplus, a straight-through sign, each checked."""
import torch
from torch.autograd import Function, gradcheck


class Softplus(Function):
    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x)
        ctx.beta = beta
        return torch.clamp(x, min=0) + torch.log1p(torch.exp(-beta * x.abs())) / beta

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * torch.sigmoid(ctx.beta * x), None


class SignThrough(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sign()

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (x.abs() <= 1)


x = torch.tensor([-3.0, -0.5, 0.25, 40.0], dtype=torch.float64, requires_grad=True)
y = Softplus.apply(x, 2.0)
print(y)
print(gradcheck(lambda x: Softplus.apply(x, 2.0), (x,)))
(g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
print(g)
print(torch.autograd.grad(g.sum(), x)[0])
w = torch.tensor([0.3, -2.0, 0.9], requires_grad=True)
SignThrough.apply(w).pow(2).sum().backward()
print(w.grad)
