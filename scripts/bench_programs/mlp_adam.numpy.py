import numpy as np

F = np.float32
N = 256
SIZES = [(64, 10), (64,), (64, 64), (64,), (1, 64), (1,)]
LENGTHS = [int(np.prod(size)) for size in SIZES]
ENDS = np.cumsum(LENGTHS)


def parts(flat):
    return [flat[end - length : end].reshape(size) for end, length, size in zip(ENDS, LENGTHS, SIZES)]


flat_p, flat_g, m, s, root = (np.zeros(ENDS[-1], F) for _ in range(5))
P, G = parts(flat_p), parts(flat_g)
h1, h2, d1, d2 = (np.empty((N, 64), F) for _ in range(4))
mask = np.empty((N, 64), np.bool_)
ones = np.ones(N, F)


def inputs():
    draw = np.random.default_rng(0)
    model = [draw.uniform(-bound, bound, size).astype(F) for size, bound in zip(SIZES, (0.3, 0.3, *[0.125] * 4))]
    x = draw.standard_normal((N, 10), F)
    return model, x, np.vecdot(x, x)[:, None]


def compute(model, x, y):
    for mine, given in zip(P, model):
        mine[...] = given
    m[:] = s[:] = 0
    w1, b1, w2, b2, w3, b3 = P
    for step in range(1, 51):
        np.matmul(x, w1.T, out=h1)
        np.add(h1, b1, out=h1)
        np.maximum(h1, 0, out=h1)
        np.matmul(h1, w2.T, out=h2)
        np.add(h2, b2, out=h2)
        np.maximum(h2, 0, out=h2)
        r = h2 @ w3[0] + b3 - y[:, 0]
        loss = r @ r / N
        r *= F(2 / N)
        np.matmul(r, h2, out=G[4][0])
        G[5][0] = r.sum()
        np.multiply(r[:, None], w3, out=d2)
        np.greater(h2, 0, out=mask)
        np.multiply(d2, mask, out=d2)
        np.matmul(d2.T, h1, out=G[2])
        np.matmul(ones, d2, out=G[3])
        np.matmul(d2, w2, out=d1)
        np.greater(h1, 0, out=mask)
        np.multiply(d1, mask, out=d1)
        np.matmul(d1.T, x, out=G[0])
        np.matmul(ones, d1, out=G[1])
        # Adam of all parameters in one line
        np.subtract(flat_g, m, out=root)
        np.multiply(root, F(0.1), out=root)
        np.add(m, root, out=m)
        np.multiply(s, F(0.999), out=s)
        np.multiply(flat_g, flat_g, out=root)
        np.multiply(root, F(0.001), out=root)
        np.add(s, root, out=s)
        np.sqrt(s, out=root)
        np.multiply(root, F((1 - 0.999**step) ** -0.5), out=root)
        np.add(root, F(1e-8), out=root)
        np.divide(m, root, out=root)
        np.multiply(root, F(1e-2 / (1 - 0.9**step)), out=root)
        np.subtract(flat_p, root, out=flat_p)
    return {"loss": loss, "[p.detach() for p in model.parameters()]": P}


def run():
    compute(*inputs())
