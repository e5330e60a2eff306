"""Parametrised weights: weight norm, spectral norm, orthogonal, and parametrizations of one's own."""
import torch
import torch.nn as nn
import torch.nn.utils.parametrize as parametrize
from torch.nn.utils.parametrizations import orthogonal, spectral_norm, weight_norm


class Symmetric(nn.Module):
    def forward(self, X):
        return X.triu() + X.triu(1).transpose(-1, -2)

    def right_inverse(self, A):
        return A.triu()


class MatrixExponential(nn.Module):
    def forward(self, X):
        return torch.linalg.matrix_exp(X)


class Skew(nn.Module):
    def forward(self, X):
        A = X.triu(1)
        return A - A.transpose(-1, -2)


torch.manual_seed(0)
layer = nn.Linear(3, 3)
parametrize.register_parametrization(layer, "weight", Symmetric())
A = layer.weight
print("symmetric:", torch.equal(A, A.T), parametrize.is_parametrized(layer), parametrize.is_parametrized(layer, "bias"))
print(layer)
print([name for name, _ in layer.named_parameters()])
layer.weight = torch.tensor([[1.0, 2.0, 3.0], [2.0, 4.0, 5.0], [3.0, 5.0, 6.0]])
print(layer.weight)
parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)
print(type(layer).__name__, [name for name, _ in layer.named_parameters()], layer.weight.requires_grad)

# two of them after each other: skew-symmetric matrices, exponentiated, are rotations
rotation = nn.Linear(3, 3, bias=False)
parametrize.register_parametrization(rotation, "weight", Skew())
parametrize.register_parametrization(rotation, "weight", MatrixExponential())
W = rotation.weight
print("rotation:", torch.allclose(W @ W.T, torch.eye(3), atol=1e-6), f"det {torch.linalg.det(W):.4f}")
optimizer = torch.optim.SGD(rotation.parameters(), lr=0.1)
target = torch.linalg.matrix_exp(torch.tensor([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.5], [0.0, -0.5, 0.0]]))
for i in range(41):
    loss = (rotation.weight - target).square().sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if i % 20 == 0:
        print(f"  step {i}: {loss.item():.4f}")

wn = weight_norm(nn.Linear(4, 2), name="weight", dim=0)
g, v = wn.parametrizations.weight.original0, wn.parametrizations.weight.original1
print(wn, g.shape, v.shape, sep="\n")
print("norms of the rows:", torch.allclose(wn.weight.norm(dim=1, keepdim=True), g))
wn(torch.ones(1, 4)).sum().backward()
print("gradients:", g.grad.shape, v.grad.shape, "orthogonal to v:", torch.allclose((v.grad * v).sum(1), torch.zeros(2), atol=1e-6))

torch.manual_seed(1)
sn = spectral_norm(nn.Linear(8, 8), n_power_iterations=20)
print(f"largest singular value: {torch.linalg.svdvals(sn.weight)[0]:.2f}")
sn.eval()
print("buffers:", sorted(name for name, _ in sn.named_buffers()))

ortho = orthogonal(nn.Linear(4, 4))
Q = ortho.weight
print("orthogonal:", torch.allclose(Q.T @ Q, torch.eye(4), atol=1e-5))
with parametrize.cached():
    print("cached:", ortho.weight is ortho.weight)
print("not cached:", ortho.weight is ortho.weight)
try:
    parametrize.register_parametrization(nn.Linear(2, 2), "nothing", Symmetric())
except ValueError as error:
    print(str(error).split(",")[0][-60:])
