import numpy as np

N = 128
SIZES = [(128, 32), (128,), (128,), (128,), (128, 128), (128,), (128,), (128,), (8, 128), (8,)]
LENGTHS = [int(np.prod(size)) for size in SIZES]
ENDS = np.cumsum(LENGTHS)
F = np.float32


def parts(flat):
    return [flat[end - length : end].reshape(size) for end, length, size in zip(ENDS, LENGTHS, SIZES)]


flat_p, flat_g, m, s, root = (np.zeros(ENDS[-1], np.float32) for _ in range(5))
P, G = parts(flat_p), parts(flat_g)
normal = [np.empty((N, 128), np.float32) for _ in range(2)]
scaled = [np.empty((N, 128), np.float32) for _ in range(2)]
cdf = [np.empty((N, 128), np.float32) for _ in range(2)]
active = [np.empty((N, 128), np.float32) for _ in range(2)]
d, tmp, square = (np.empty((N, 128), np.float32) for _ in range(3))
# erf(x) is tanh(x r(x * x)), r a quotient of polynomials up to x * x = 16; here of u = sqrt(2) x.
ABOVE = [F(c * 0.5 ** (4.5 - k)) for k, c in enumerate((1.78205203e-05, 3.22774677e-03, 5.23159981e-02, 3.14777433e-01, 1.12837927))]
BELOW = [F(c * 0.5 ** (3 - k)) for k, c in enumerate((7.31079643e-04, 2.94403394e-02, 1.87883963e-01, 1.0))]
each = np.arange(N)
mean_of = np.full(128, 1 / 128, np.float32)
ones = np.ones(N, np.float32)


def inputs():
    draw = np.random.default_rng(0)
    model = [draw.uniform(-0.1, 0.1, size).astype(np.float32) for size in SIZES]
    for k in (2, 6):
        model[k][:] = 1
        model[k + 1][:] = 0
    return model, draw.standard_normal((N, 32), np.float32), draw.integers(0, 8, N)


def polynomial(coefficients, out):
    np.multiply(square, coefficients[0], out=out)
    for coefficient in coefficients[1:-1]:
        np.add(out, coefficient, out=out)
        np.multiply(out, square, out=out)
    np.add(out, coefficients[-1], out=out)


def forward(k, x, w, b, weight, bias):
    h = normal[k]
    np.matmul(x, w.T, out=h)
    np.add(h, b, out=h)
    np.subtract(h, (h @ mean_of)[:, None], out=h)
    inverse = 1 / np.sqrt(np.vecdot(h, h) * F(1 / 128) + F(1e-5))
    np.multiply(h, inverse[:, None], out=h)
    u = scaled[k]
    np.multiply(h, weight, out=u)
    np.add(u, bias, out=u)
    np.multiply(u, u, out=square)
    np.minimum(square, F(32), out=square)
    polynomial(ABOVE, cdf[k])
    polynomial(BELOW, tmp)
    np.multiply(cdf[k], u, out=cdf[k])
    np.divide(cdf[k], tmp, out=cdf[k])
    np.tanh(cdf[k], out=cdf[k])
    np.add(cdf[k], 1, out=cdf[k])
    np.multiply(cdf[k], F(0.5), out=cdf[k])
    return np.multiply(u, cdf[k], out=active[k]), inverse


def backward(k, x, weight, inverse, gw, gb, gweight, gbias):
    """From the gradient of the activation in d to that of the linear layer's result in d."""
    u, h = scaled[k], normal[k]
    np.multiply(u, u, out=tmp)
    np.multiply(tmp, F(-0.5), out=tmp)
    np.exp(tmp, out=tmp)
    np.multiply(tmp, u, out=tmp)
    np.multiply(tmp, F((2 * np.pi) ** -0.5), out=tmp)
    np.add(tmp, cdf[k], out=tmp)
    np.multiply(d, tmp, out=d)
    np.matmul(ones, d, out=gbias)
    np.einsum("ij,ij->j", d, h, out=gweight)
    np.multiply(d, weight, out=d)
    inner = np.vecdot(d, h) * F(1 / 128)
    np.subtract(d, (d @ mean_of)[:, None], out=d)
    np.multiply(h, inner[:, None], out=tmp)
    np.subtract(d, tmp, out=d)
    np.multiply(d, inverse[:, None], out=d)
    np.matmul(d.T, x, out=gw)
    np.matmul(ones, d, out=gb)


def compute(model, x, y):
    for mine, given in zip(P, model):
        mine[...] = given
    m[:] = s[:] = 0
    for step in range(1, 21):
        a1, inverse1 = forward(0, x, *P[0:4])
        a2, inverse2 = forward(1, a1, *P[4:8])
        z = a2 @ P[8].T
        z += P[9]
        z -= z.max(1, keepdims=True)
        logit = z[each, y].sum()
        np.exp(z, out=z)
        total = z.sum(1, keepdims=True)
        loss = (np.log(total).sum() - logit) / N
        z /= total
        z[each, y] -= 1
        z *= F(1 / N)
        np.matmul(z.T, a2, out=G[8])
        z.sum(0, out=G[9])
        np.matmul(z, P[8], out=d)
        backward(1, a1, P[6], inverse2, *G[4:8])
        np.copyto(d, d @ P[4])
        backward(0, x, P[2], inverse1, *G[0:4])
        # AdamW of all parameters in one line.
        np.multiply(flat_p, F(1 - 1e-3 * 1e-2), out=flat_p)
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
        np.multiply(root, F(1e-3 / (1 - 0.9**step)), out=root)
        np.subtract(flat_p, root, out=flat_p)
    return {"loss": loss, "[p.detach() for p in model.parameters()]": P}


def run():
    compute(*inputs())
