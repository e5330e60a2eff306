"""Hamiltonian Monte Carlo for a banana-shaped density, with gradients by autograd."""
import math
from typing import Callable, NamedTuple

import torch
from torch import Tensor


class HMCResult(NamedTuple):
    samples: Tensor
    acceptance: float
    energy_errors: list


def banana(q: Tensor) -> Tensor:
    """Log density, up to a constant."""
    x, y = q
    return -0.5 * (x**2 / 4 + (y - 0.25 * x**2) ** 2)


def grad_of(log_prob: Callable[[Tensor], Tensor], q: Tensor) -> Tensor:
    q = q.detach().requires_grad_(True)
    (g,) = torch.autograd.grad(log_prob(q), q)
    return g


def leapfrog(log_prob, q, p, step_size, n_steps):
    p = p + 0.5 * step_size * grad_of(log_prob, q)
    for i in range(n_steps):
        q = q + step_size * p
        if i != n_steps - 1:
            p = p + step_size * grad_of(log_prob, q)
    p = p + 0.5 * step_size * grad_of(log_prob, q)
    return q, -p


def hmc(log_prob, q0, n_samples, step_size=0.3, n_steps=8, seed=0) -> HMCResult:
    generator = torch.Generator().manual_seed(seed)
    q = q0.clone()
    samples, accepted, errors = [], 0, []
    for _ in range(n_samples):
        p = torch.randn(q.shape, generator=generator, dtype=q.dtype)
        start = -log_prob(q) + 0.5 * p @ p
        q_new, p_new = leapfrog(log_prob, q, p, step_size, n_steps)
        end = -log_prob(q_new) + 0.5 * p_new @ p_new
        errors.append((end - start).item())
        if math.log(torch.rand((), generator=generator).item()) < (start - end):
            q = q_new
            accepted += 1
        samples.append(q)
    return HMCResult(torch.stack(samples), accepted / n_samples, errors)


torch.set_default_dtype(torch.float64)
result = hmc(banana, torch.zeros(2), n_samples=120)
print(f"acceptance: {result.acceptance:.2%}; result has {result._fields}")
print(f"largest energy error: {max(map(abs, result.energy_errors)):.4f}")
kept = result.samples[20:]
print("mean", kept.mean(dim=0), "covariance", torch.cov(kept.T), sep="\n")

# Leapfrog is reversible: with the momentum turned round it goes back where it came from.
q, p = torch.tensor([1.0, 0.5]), torch.tensor([0.3, -0.7])
q1, p1 = leapfrog(banana, q, p, 0.1, 20)
q2, p2 = leapfrog(banana, q1, p1, 0.1, 20)
print("reversible:", torch.allclose(q2, q), torch.allclose(p2, p), f"(to {(q2 - q).abs().max().item() < 1e-13})")

# Its error shrinks with the square of the step.
for step in (0.2, 0.1, 0.05):
    q1, p1 = leapfrog(banana, q, p, step, round(2 / step))
    H0, H1 = (-banana(a) + 0.5 * b.dot(b) for a, b in ((q, p), (q1, p1)))
    print(f"step {step:<5g} |dH| = {abs(H1 - H0):.3e}")


def autocorrelation(x: Tensor, lag: int) -> float:
    x = x - x.mean()
    return ((x[lag:] * x[: len(x) - lag]).mean() / x.var(correction=0)).item()


print("autocorrelation of x:", {lag: round(autocorrelation(kept[:, 0], lag), 3) for lag in (1, 2, 5)})
