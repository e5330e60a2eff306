"""Fitting a growth curve: Levenberg-Marquardt with Jacobians by autograd, standard errors, and a comparison of models."""
import numpy as np
import torch
from torch.func import jacfwd, vmap

torch.set_default_dtype(torch.float64)

# yeast, after Carlson (1913): hours and biomass
hours = torch.arange(19, dtype=torch.float64)
biomass = torch.tensor([
    9.6, 18.3, 29.0, 47.2, 71.1, 119.1, 174.6, 257.3, 350.7, 441.0,
    513.3, 559.7, 594.8, 629.4, 640.8, 651.1, 655.9, 659.6, 661.8,
])


def logistic(theta, t):
    K, r, t0 = theta
    return K / (1 + torch.exp(-r * (t - t0)))


def gompertz(theta, t):
    K, r, t0 = theta
    return K * torch.exp(-torch.exp(-r * (t - t0)))


def levenberg_marquardt(model, theta, t, y, iterations=50, damping=1e-2):
    residual = lambda th: vmap(model, (None, 0))(th, t) - y
    jacobian = jacfwd(residual)
    cost = residual(theta).square().sum()
    for k in range(iterations):
        r, J = residual(theta), jacobian(theta)
        A = J.T @ J
        step = torch.linalg.solve(A + damping * torch.diag(A.diagonal()), -J.T @ r)
        new_cost = residual(theta + step).square().sum()
        if new_cost < cost:
            converged = (cost - new_cost) / cost < 1e-14
            theta, cost, damping = theta + step, new_cost, damping / 3
            if converged:
                break
        else:
            damping *= 5
    return theta, cost, jacobian(theta), k + 1


results = {}
for model in (logistic, gompertz):
    theta, cost, J, iterations = levenberg_marquardt(model, torch.tensor([600.0, 0.4, 8.0]), hours, biomass)
    dof = len(hours) - len(theta)
    covariance = cost / dof * torch.linalg.inv(J.T @ J)
    errors = covariance.diagonal().sqrt()
    n = len(hours)
    aic = n * torch.log(cost / n) + 2 * (len(theta) + 1)
    results[model.__name__] = (theta, aic)
    print(f"{model.__name__} in {iterations} iterations: residual sum of squares {cost:.2f}, AIC {aic:.2f}")
    for name, value, error in zip(("K", "r", "t0"), theta, errors):
        print(f"    {name:<3}= {value:9.4f} ± {error:.4f}")

best = min(results, key=lambda name: results[name][1])
print(f"better: {best}")

# the same by numpy, a Gauss-Newton step from the optimum is zero
theta, _ = results["logistic"]
J = jacfwd(lambda th: vmap(logistic, (None, 0))(th, hours))(theta).numpy()
r = (biomass - vmap(logistic, (None, 0))(theta, hours)).numpy()
step, residuals, rank, singular = np.linalg.lstsq(J, r, rcond=None)
print("rank", rank, "| step is zero:", np.allclose(step, 0, atol=1e-5), "| condition number %.0f" % (singular[0] / singular[-1]))
print(type(J), J.shape, J.dtype, "| mean residual", np.round(r.mean(), 3))

# when is the growth fastest? where the second derivative in time is zero
from torch.func import grad

f1 = grad(logistic, argnums=1)
f2 = grad(f1, argnums=1)
t = torch.tensor(6.0)
for _ in range(20):
    t = t - f2(theta, t) / grad(f2, argnums=1)(theta, t)
print(f"inflection at {t:.4f} h (t0 = {theta[2]:.4f}), growing by {f1(theta, t):.2f} an hour")
