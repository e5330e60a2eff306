import numpy as np

F = np.float32
N = 60
scaled, hessian, reverse, forward = (np.empty((N, N), F) for _ in range(4))


def inputs():
    draw = np.random.default_rng(0)
    return draw.standard_normal((N, N), F) * F(0.2), draw.standard_normal(N, F)


def compute(a, x):
    transposed = a.T
    for _ in range(10):
        # f = sum(sin(u)**2) + sum(exp(-x * x)), u = a x: a.T diag(2 cos(2 u)) a + diag((4 x x - 2) exp(-x * x))
        u = a @ x
        np.multiply(a, (2 * np.cos(2 * u))[:, None], out=scaled)
        np.matmul(transposed, scaled, out=hessian)
        square = x * x
        hessian.reshape(-1)[:: N + 1] += (4 * square - 2) * np.exp(-square)
        # g = tanh(u) x: diag(x (1 - t * t)) a + diag(t), once by rows and once by columns
        for jacobian in (reverse, forward):
            t = np.tanh(a @ x)
            np.multiply(a, (x * (1 - t * t))[:, None], out=jacobian)
            jacobian.reshape(-1)[:: N + 1] += t
        total = hessian.sum() + reverse.sum() + forward.sum()
    return {"total": total, "hessian(f)(x)": hessian, "jacrev(g)(x)": reverse}


def run():
    compute(*inputs())
