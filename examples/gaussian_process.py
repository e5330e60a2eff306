"""Regression by a Gaussian process, its length scale learnt from the marginal likelihood."""
import math

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
x = torch.linspace(0, 5, 20)
y = torch.sin(x) + 0.1 * torch.randn(20)
raw = torch.zeros(3, requires_grad=True)  # logarithms of length, height and noise


def kernel(a, b, length, height):
    return height**2 * torch.exp(-0.5 * ((a[:, None] - b[None, :]) / length) ** 2)


def negative_log_likelihood():
    length, height, noise = raw.exp()
    K = kernel(x, x, length, height) + noise**2 * torch.eye(len(x))
    L = torch.linalg.cholesky(K)
    alpha = torch.cholesky_solve(y[:, None], L)[:, 0]
    return 0.5 * y @ alpha + L.diagonal().log().sum() + 0.5 * len(x) * math.log(2 * math.pi)


optimizer = torch.optim.LBFGS([raw], max_iter=20, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = negative_log_likelihood()
    loss.backward()
    return loss


print(f"before {negative_log_likelihood().item():.3f}")
for _ in range(5):
    optimizer.step(closure)
print(f"after {negative_log_likelihood().item():.3f}")
length, height, noise = raw.detach().exp().tolist()
print(f"length {length:.2f} height {height:.2f} noise {noise:.3f}")
with torch.no_grad():
    new = torch.tensor([2.5, 6.0])
    K = kernel(x, x, length, height) + noise**2 * torch.eye(len(x))
    k = kernel(new, x, length, height)
    print((k @ torch.linalg.solve(K, y)).round(decimals=3))
