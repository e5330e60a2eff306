import numpy as np

F = np.float32
N, BLOCK = 1_000_000, 16_384
x, grad = np.empty(N, F), np.empty(N, F)
t, e, u, s = (np.empty(BLOCK, F) for _ in range(4))
places, ones = np.arange(BLOCK, dtype=F), np.ones(BLOCK, F)


def inputs():
    for begin in range(0, N, BLOCK):
        block = x[begin : begin + BLOCK]
        np.add(places[: block.size], F(begin), out=block)
        np.multiply(block, F(4 / (N - 1)), out=block)
        np.subtract(block, F(2), out=block)
    return (x,)


def compute(a):
    for _ in range(1):
        total = 0.0
        for begin in range(0, N, BLOCK):
            x, g = a[begin : begin + BLOCK], grad[begin : begin + BLOCK]
            size = x.size
            t_, e_, u_, s_ = t[:size], e[:size], u[:size], s[:size]
            np.multiply(x, F(1.5), out=u_)
            np.add(u_, F(0.5), out=t_)
            np.tanh(t_, out=t_)
            np.multiply(x, x, out=e_)
            np.negative(e_, out=e_)
            np.exp(e_, out=e_)
            np.sin(x, out=s_)
            # y = t e + sin(x), whose sum is a dot product and a sum
            total += float(t_ @ e_) + float(s_ @ ones[:size])
            # dy/dx = e (1.5 - t (1.5 t + 2 x)) + cos(x)
            np.multiply(t_, F(1.5), out=u_)
            np.add(u_, x, out=u_)
            np.add(u_, x, out=u_)
            np.multiply(u_, t_, out=u_)
            np.subtract(F(1.5), u_, out=u_)
            np.multiply(u_, e_, out=u_)
            np.cos(x, out=g)
            np.add(g, u_, out=g)
    return {"y.sum()": np.float32(total), "a.grad": grad}


def run():
    compute(*inputs())
