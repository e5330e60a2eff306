import numpy as np

F = np.float32
R, C, K, ROWS = 2_000, 100, 1_009, 100
a, b = np.empty(K * C, F), np.empty((ROWS, K), F)
taken, g = np.empty((R, C), F), np.empty((R, C), F)
doubled = np.empty((ROWS, C), F)


def inputs():
    x = np.linspace(-1, 1, R * C, dtype=F).reshape(R, C)
    return x, (np.arange(R * C) * 31 % K).reshape(R, C)


def compute(x, places):
    down = places * C + np.arange(C)
    across = places[:ROWS].copy()
    within = places % C + np.arange(0, R * C, C)[:, None]
    down_flat, within_flat, to = down.reshape(-1), within.reshape(-1), b.reshape(-1)
    begins = np.arange(0, ROWS * K, K)[:, None]
    for _ in range(3):
        # scatter_reduce with "sum" is scatter_add: computed once
        a.fill(0)
        np.add.at(a, down_flat, x.reshape(-1))
        squares = a @ a
        loss = squares + squares / a.size
        for begin in range(0, R, ROWS):
            b.fill(0)
            np.add(places[begin : begin + ROWS], begins, out=across)
            np.multiply(x[begin : begin + ROWS], 2, out=doubled)
            to[across] = doubled
            loss += b.sum()
        a.take(down, out=taken, mode="clip")
        loss += taken.sum()
        # of a: of its square, of its product with itself, how often it is gathered
        np.multiply(a, F(2 + 2 / a.size), out=a)
        np.add.at(a, down_flat, F(1))
        a.take(down, out=g, mode="clip")
        np.add(g, 2, out=g)
        x.take(within, out=taken, mode="clip")
        every = taken.reshape(-1)
        loss += every @ every
        every *= 2
        np.add.at(g.reshape(-1), within_flat, every)
    return {"loss": loss, "x.grad": g}


def run():
    compute(*inputs())
