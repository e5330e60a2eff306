import numpy as np

F = np.float32
T, B, I, H = 100, 16, 8, 32
h = np.zeros((T + 1, B, H), F)
fed, slope, dz = (np.empty((T, B, H), F) for _ in range(3))
dh = np.empty((B, H), F)
ones = np.ones(T * B, F)


def inputs():
    draw = np.random.default_rng(0)
    wx, wh = draw.standard_normal((I, H), F) * F(0.3), draw.standard_normal((H, H), F) * F(0.1)
    return wx, wh, np.zeros(H, F), draw.standard_normal((T, B, I), F)


def compute(wx, wh, b, x):
    gx, gh, gb = np.zeros_like(wx), np.zeros_like(wh), np.zeros_like(b)
    every = x.reshape(T * B, I)
    back = np.ascontiguousarray(wh.T)
    matmul, add, tanh, multiply = np.matmul, np.add, np.tanh, np.multiply
    for _ in range(3):
        # What is fed to all steps is one product, and so are the gradients of the weights.
        matmul(every, wx, out=fed.reshape(T * B, H))
        add(fed, b, out=fed)
        for before, after, new in zip(h, h[1:], fed):
            matmul(before, wh, out=after)
            add(after, new, out=after)
            tanh(after, out=after)
        last = h[T].reshape(-1)
        loss = last @ last / last.size
        multiply(h[1:], h[1:], out=slope)
        np.subtract(1, slope, out=slope)
        multiply(h[T], F(2 / last.size), out=dh)
        for one, to in zip(slope[::-1], dz[::-1]):
            multiply(dh, one, out=to)
            matmul(to, back, out=dh)
        flat = dz.reshape(T * B, H)
        gx += every.T @ flat
        gh += h[:T].reshape(T * B, H).T @ flat
        gb += ones @ flat
    return {"h.pow(2).mean()": loss, "wx.grad": gx, "wh.grad": gh, "b.grad": gb}


def run():
    compute(*inputs())
