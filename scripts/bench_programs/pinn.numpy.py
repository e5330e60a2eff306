import numpy as np

F = np.float32
N, H = 100, 32
SIZES = [(H, 1), (H,), (H, H), (H,), (1, H), (1,)]
LENGTHS = [int(np.prod(size)) for size in SIZES]
ENDS = np.cumsum(LENGTHS)


def parts(flat):
    return [flat[end - length : end].reshape(size) for end, length, size in zip(ENDS, LENGTHS, SIZES)]


flat_p, flat_g, m, s, root = (np.zeros(ENDS[-1], F) for _ in range(5))
P, G = parts(flat_p), parts(flat_g)
# A value, its first and its second derivative by t, above each other
a, z, gz, ga = (np.empty((3, N, H), F) for _ in range(4))
b, slope, slope2, tmp, bend = (np.empty((N, H), F) for _ in range(5))
ones = np.ones(N, F)


def inputs():
    draw = np.random.default_rng(0)
    net = [draw.uniform(-bound, bound, size).astype(F) for size, bound in zip(SIZES, (1, 1, 0.18, 0.18, 0.18, 0.18))]
    return net, np.linspace(0, 1, N, dtype=F)[:, None]


def compute(net, t):
    for mine, given in zip(P, net):
        mine[...] = given
    m[:] = s[:] = 0
    w1, b1, w2, b2, w3, b3 = P
    column, gt = t[:, 0], np.zeros(N, F)
    every, every_z, every_gz, every_ga = (one.reshape(3 * N, H) for one in (a, z, gz, ga))
    for step in range(1, 21):
        w = w1[:, 0]
        a0, a1, a2 = a
        np.multiply(t, w, out=a0)
        np.add(a0, b1, out=a0)
        np.tanh(a0, out=a0)
        np.multiply(a0, a0, out=slope)
        np.subtract(1, slope, out=slope)
        np.multiply(slope, w, out=a1)
        np.multiply(a0, a1, out=a2)
        np.multiply(a2, -2 * w, out=a2)
        np.matmul(every, w2.T, out=every_z)
        z0, z1, z2 = z
        np.add(z0, b2, out=z0)
        np.tanh(z0, out=z0)
        # tanh'' z' z' + tanh' z'', with tanh'' = -2 tanh tanh'
        np.multiply(z0, z0, out=slope2)
        np.subtract(1, slope2, out=slope2)
        np.multiply(z0, z1, out=bend)
        np.multiply(bend, -2, out=bend)
        np.multiply(bend, z1, out=tmp)
        np.add(tmp, z2, out=tmp)
        np.multiply(tmp, slope2, out=b)
        w_out = w3[0]
        u, d2u = z0 @ w_out + b3, b @ w_out
        residual = d2u + u
        loss = residual @ residual / N + (u[0] - 1) ** 2
        gd2u = residual * F(2 / N)
        gu = gd2u.copy()
        gu[0] += 2 * (u[0] - 1)
        np.matmul(gu, z0, out=G[4][0])
        G[4][0] += gd2u @ b
        G[5][0] = gu.sum()
        g0, g1, g2 = gz
        # g2 = gd2u w slope2; g1 = 2 g2 bend; by z0: gu w + gd2u w (-2 z0 (z2 + bend z1) - 2 slope2 z1 z1)
        np.multiply(gd2u[:, None], w_out, out=g2)
        np.multiply(tmp, z0, out=tmp)
        np.multiply(z1, z1, out=g0)
        np.multiply(g0, slope2, out=g0)
        np.add(g0, tmp, out=g0)
        np.multiply(g0, g2, out=g0)
        np.multiply(g0, -2, out=g0)
        np.multiply(gu[:, None], w_out, out=tmp)
        np.add(g0, tmp, out=g0)
        np.multiply(g0, slope2, out=g0)
        np.multiply(g2, slope2, out=g2)
        np.multiply(g2, bend, out=g1)
        np.multiply(g1, 2, out=g1)
        np.matmul(every_gz.T, every, out=G[2])
        np.matmul(ones, g0, out=G[3])
        np.matmul(every_gz, w2, out=every_ga)
        g0, g1, g2 = ga
        # by the first layer's z' = w: slope (g1 - 4 a0 w g2); by a0: g0 - 2 a0 w g1 - 2 w w (slope - 2 a0 a0) g2
        np.multiply(a0, w, out=tmp)
        np.multiply(tmp, g1, out=bend)
        np.add(g0, np.multiply(bend, -2, out=bend), out=g0)
        np.multiply(tmp, g2, out=tmp)
        np.multiply(tmp, -4, out=tmp)
        np.add(g1, tmp, out=g1)
        np.multiply(g1, slope, out=g1)
        np.multiply(slope, 3, out=bend)
        np.subtract(bend, 2, out=bend)
        np.multiply(bend, g2, out=bend)
        np.multiply(bend, -2 * w * w, out=bend)
        np.add(g0, bend, out=g0)
        np.multiply(g0, slope, out=g0)
        np.add(column @ g0, ones @ g1, out=G[0][:, 0])
        np.matmul(ones, g0, out=G[1])
        gt += g0 @ w
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
        np.multiply(root, F(1e-3 / (1 - 0.9**step)), out=root)
        np.subtract(flat_p, root, out=flat_p)
    return {"loss": loss, "t.grad": gt[:, None], "[p.detach() for p in net.parameters()]": P}


def run():
    compute(*inputs())
