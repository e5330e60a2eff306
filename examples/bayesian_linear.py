"""Bayesian linear regression: exact posterior, marginal likelihood by gradient, predictive intervals."""
import math

import torch
from torch.distributions import MultivariateNormal

torch.set_default_dtype(torch.double)
torch.manual_seed(12)


def features(x: torch.Tensor, degree: int = 3) -> torch.Tensor:
    return torch.stack([x**k for k in range(degree + 1)], dim=-1)


x = torch.linspace(-1, 1, 15)
y = 0.5 - x + 2 * x**3 + 0.15 * torch.randn_like(x)
Phi = features(x)
print(f"design matrix: {tuple(Phi.shape)}, condition number {torch.linalg.cond(Phi):.2f}")


def posterior(alpha, beta):
    """Mean and covariance of the weights: prior precision alpha, noise precision beta."""
    A = alpha * torch.eye(Phi.shape[1]) + beta * Phi.mT @ Phi
    L = torch.linalg.cholesky(A)
    mean = beta * torch.cholesky_solve((Phi.mT @ y).unsqueeze(-1), L).squeeze(-1)
    return mean, torch.cholesky_inverse(L)


def log_evidence(log_alpha, log_beta):
    alpha, beta = log_alpha.exp(), log_beta.exp()
    N, M = Phi.shape
    A = alpha * torch.eye(M) + beta * Phi.mT @ Phi
    mean = beta * torch.linalg.solve(A, Phi.mT @ y)
    error = 0.5 * beta * (y - Phi @ mean).square().sum() + 0.5 * alpha * mean.square().sum()
    return 0.5 * (M * log_alpha + N * log_beta - torch.logdet(A) - N * math.log(2 * math.pi)) - error


# The evidence is a Gaussian density of y.
log_alpha, log_beta = torch.tensor(0.0), torch.tensor(2.0)
marginal = MultivariateNormal(torch.zeros(len(y)), Phi @ Phi.T / log_alpha.exp() + torch.eye(len(y)) / log_beta.exp())
print(f"log evidence {log_evidence(log_alpha, log_beta):.6f} = {marginal.log_prob(y):.6f}")

# Empirical Bayes with LBFGS.
hyper = torch.tensor([0.0, 2.0], requires_grad=True)
optimizer = torch.optim.LBFGS([hyper], lr=0.5, max_iter=15, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = -log_evidence(hyper[0], hyper[1])
    loss.backward()
    return loss


first = optimizer.step(closure)
print(f"negative log evidence: {first.item():.4f} -> {closure().item():.4f}")
alpha, beta = hyper.detach().exp()
print(f"alpha = {alpha:.3f}, noise = {beta ** -0.5:.3f}, gradient below 1e-4: {hyper.grad.abs().max().item() < 1e-4}")

mean, cov = posterior(alpha, beta)
print("weights:")
for k, (m, s) in enumerate(zip(mean, cov.diagonal().sqrt())):
    print(f"  w{k} = {m:+.3f} +- {s:.3f}")

x_new = torch.tensor([-1.5, 0.0, 0.7, 2.0])
P = features(x_new)
mu = P @ mean
var = 1 / beta + torch.einsum("ni,ij,nj->n", P, cov, P)
print(f"{'x':>6} {'mean':>8} {'95% interval':>20}")
for a, m, s in zip(x_new.tolist(), mu.tolist(), var.sqrt().tolist()):
    print(f"{a:6.1f} {m:8.3f} {f'[{m - 1.96 * s:.3f}, {m + 1.96 * s:.3f}]':>20}")

samples = MultivariateNormal(mean, covariance_matrix=cov).sample((2000,))
print("covariance of samples is near:", torch.allclose(torch.cov(samples.T), cov, atol=5e-3))
