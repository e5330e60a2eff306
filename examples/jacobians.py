"""Jacobians and Hessians, forward and backward, by hand and by the library."""
import torch
from torch.autograd.functional import hessian, jacobian, jvp, vjp
from torch.func import jacfwd, jacrev


def polar(p):
    r, angle = p[0], p[1]
    return torch.stack([r * torch.cos(angle), r * torch.sin(angle)])


p = torch.tensor([2.0, 0.5], dtype=torch.float64)
J = jacobian(polar, p)
print(J)
print(torch.allclose(J, jacfwd(polar)(p)), torch.allclose(J, jacrev(polar)(p)))
print(f"determinant {torch.linalg.det(J).item():.4f} is r")
v = torch.tensor([1.0, -1.0], dtype=torch.float64)
print(jvp(polar, p, v)[1], vjp(polar, p, v)[1])


def energy(p):
    return 0.5 * (p**2).sum() + torch.cos(p[0]) * p[1]


H = hessian(energy, p)
print(H, torch.allclose(H, H.T))
values = torch.linalg.eigvalsh(H)
print("minimum" if (values > 0).all() else "saddle", values)
