import numpy as np

F = np.float32
N = 512
# Samples are the last dimension: NumPy's inner loop is 512 long then, not 10 or 32.
h, dh = np.empty((32, N), F), np.empty((32, N), F)
z, total = np.empty((4, N), F), np.empty(N, F)
gw1, gw2 = np.empty((32, 10, N), F), np.empty((4, 32, N), F)
mean_of = np.full(N, 1 / N, F)
each = np.arange(N)


def inputs():
    draw = np.random.default_rng(0)
    p = {
        "w1": draw.standard_normal((32, 10), F) * F(0.3),
        "b1": np.zeros(32, F),
        "w2": draw.standard_normal((4, 32), F) * F(0.3),
        "b2": np.zeros(4, F),
    }
    return p, draw.standard_normal((N, 10), F), draw.integers(0, 4, N)


def compute(p, x, t):
    samples = np.ascontiguousarray(x.T)
    w1, b1, w2, b2 = (p[name].copy() for name in ("w1", "b1", "w2", "b2"))
    wanted = np.zeros((4, N), F)
    wanted[t, each] = 1
    for _ in range(20):
        np.matmul(w1, samples, out=h)
        np.add(h, b1[:, None], out=h)
        np.tanh(h, out=h)
        np.matmul(w2, h, out=z)
        np.add(z, b2[:, None], out=z)
        np.subtract(z, z.max(0), out=z)
        np.exp(z, out=z)
        np.add.reduce(z, 0, out=total)
        np.divide(z, total, out=z)
        np.subtract(z, wanted, out=z)
        np.multiply(z[:, None], h, out=gw2)
        np.multiply(h, h, out=h)
        np.subtract(1, h, out=h)
        np.matmul(w2.T, z, out=dh)
        np.multiply(dh, h, out=dh)
        np.multiply(dh[:, None], samples, out=gw1)
        w1 -= F(0.1) * (gw1.reshape(-1, N) @ mean_of).reshape(32, 10)
        b1 -= F(0.1) * (dh @ mean_of)
        w2 -= F(0.1) * (gw2.reshape(-1, N) @ mean_of).reshape(4, 32)
        b2 -= F(0.1) * (z @ mean_of)
    return {
        '[p[name] for name in ("w1", "b1", "w2", "b2")]': [w1, b1, w2, b2],
        '[g[name] for name in ("w1", "b1", "w2", "b2")]': [gw1.transpose(2, 0, 1), dh.T, gw2.transpose(2, 0, 1), z.T],
    }


def run():
    compute(*inputs())
