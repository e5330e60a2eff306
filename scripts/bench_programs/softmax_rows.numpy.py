import numpy as np

N, C, ROWS = 2_000, 200, 125
e, g = np.empty((ROWS, C), np.float32), np.empty((N, C), np.float32)
sums, rank2 = np.empty((ROWS, 2), np.float32), np.empty((ROWS, 2), np.float32)
each = np.arange(N)


def inputs():
    x = np.linspace(-3, 3, N * C, dtype=np.float32).reshape(N, C)
    return x, np.linspace(0, 1, C, dtype=np.float32), np.arange(N) % C


def compute(x, w, t):
    ones_w = np.stack([np.ones(C, np.float32), w], 1)
    w_ones = np.stack([w, np.ones(C, np.float32)])
    tiled = np.tile(w / np.float32(N * C), (ROWS, 1))
    constant = np.float32(1 / N - w.sum() / (N * C))
    for _ in range(3):
        loss = 0.0
        for begin in range(0, N, ROWS):
            rows, to = x[begin : begin + ROWS], g[begin : begin + ROWS]
            largest = rows[each[:ROWS], rows.argmax(1)]
            np.subtract(rows, largest[:, None], out=e)
            np.exp(e, out=e)
            np.matmul(e, ones_w, out=sums)
            z, ew = sums[:, 0], sums[:, 1]
            share = ew / z
            logs = largest + np.log(z)
            loss += share.sum() + logs.sum() * constant + (rows @ w).sum() / (N * C)
            np.reciprocal(z, out=rank2[:, 0])
            np.multiply(constant - share, rank2[:, 0], out=rank2[:, 1])
            np.matmul(rank2, w_ones, out=to)
            np.multiply(to, e, out=to)
            np.add(to, tiled, out=to)
        g[each, t] -= np.float32(1 / N)
        loss -= x[each, t].sum() / N
    return {"loss": loss, "x.grad": g}


def run():
    compute(*inputs())
