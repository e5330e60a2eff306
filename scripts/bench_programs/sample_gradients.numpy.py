import numpy as np

F = np.float32
N, D = 2_000, 20
# Samples are the last dimension: NumPy's inner loop is 2,000 long then, not 20.
gw = np.empty((D, N), F)
z, r = np.empty(N, F), np.empty(N, F)
mean_of = np.full(N, 1 / N, F)


def inputs():
    draw = np.random.default_rng(0)
    w, x = draw.standard_normal(D, F), draw.standard_normal((N, D), F)
    return w, np.zeros((), F), x, (draw.random(N, F) > 0.5).astype(F)


def compute(w, b, x, t):
    samples = np.ascontiguousarray(x.T)
    for _ in range(20):
        np.matmul(w, samples, out=z)
        np.add(z, b, out=z)
        np.negative(z, out=r)
        np.exp(r, out=r)
        np.add(r, 1, out=r)
        np.reciprocal(r, out=r)
        np.subtract(r, t, out=r)
        np.multiply(samples, r, out=gw)
        w = w - F(0.1) * (gw @ mean_of)
        b = b - F(0.1) * (r @ mean_of)
    return {"w": w, "b": b, "gw": gw.T, "gb": r}


def run():
    compute(*inputs())
