import math

import numpy as np
from scipy.linalg import lapack

N = 100
kernel, covariance, weighted = (np.empty((N, N)) for _ in range(3))


def inputs():
    draw = np.random.default_rng(0)
    x = np.linspace(-3, 3, N, dtype=np.float32).astype(np.float64)[:, None]
    return x, np.sin(x[:, 0]) + 0.1 * draw.standard_normal(N)


def compute(X, y):
    found, average, average2 = [0.0, 0.0, -2.0], [0.0] * 3, [0.0] * 3
    d2 = (X - X.T) ** 2
    for step in range(1, 11):
        log_l, log_s, log_n = found
        np.multiply(d2, -0.5 * math.exp(-2 * log_l), out=kernel)
        np.exp(kernel, out=kernel)
        np.multiply(kernel, math.exp(log_s), out=kernel)
        np.copyto(covariance, kernel)
        covariance.reshape(-1)[:: N + 1] += math.exp(log_n)
        # The same matrix by columns and by rows: LAPACK gets it without a copy.
        factor, _ = lapack.dpotrf(covariance.T, lower=1, clean=0, overwrite_a=1)
        a, _ = lapack.dpotrs(factor, y, lower=1)
        loss = 0.5 * (y @ a) + np.log(np.diagonal(factor)).sum()
        # Of the covariance: (its inverse - a a.T) / 2. Of the inverse there is one triangle: twice, less the diagonal.
        inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
        half = np.tril(inverse)
        np.multiply(d2, kernel, out=weighted)
        diagonal = np.diagonal(half).sum()
        of_s = np.vdot(half.T, kernel) - 0.5 * diagonal * kernel[0, 0] - 0.5 * (a @ kernel @ a)
        of_l = (np.vdot(half.T, weighted) - 0.5 * (a @ weighted @ a)) * math.exp(-2 * log_l)
        of_n = 0.5 * (diagonal - a @ a) * math.exp(log_n)
        for k, g in enumerate((of_l, of_s, of_n)):
            average[k] += 0.1 * (g - average[k])
            average2[k] = 0.999 * average2[k] + 0.001 * g * g
            root = math.sqrt(average2[k] / (1 - 0.999**step)) + 1e-8
            found[k] -= 0.05 / (1 - 0.9**step) * average[k] / root
    return {"loss": np.array(loss), "[log_l.detach(), log_s.detach(), log_n.detach()]": [np.array(p) for p in found]}


def run():
    compute(*inputs())
