import numpy as np

F = np.float32
N = 16
SIZES = [(8, 1, 3, 3), (8,), (16, 8, 3, 3), (16,), (10, 784), (10,)]
each = np.arange(N)


def layer(channels, out_channels, side):
    """Buffers: padded input, its columns, results, what is pooled, and the gradients of the last three. Channels come
    first: all samples are one product of matrices."""
    half = side // 2
    return (
        np.zeros((channels, N, side + 2, side + 2), F),
        np.empty((channels, 3, 3, N, side, side), F),
        np.empty((out_channels, N, side, side), F),
        np.empty((out_channels, N, half, half), F),
        np.empty((out_channels, N, half, half), F),
        np.empty((out_channels, N, side, side), F),
    )


padded1, columns1, out1, pooled1, gpooled1, gout1 = layer(1, 8, 28)
padded2, columns2, out2, pooled2, gpooled2, gout2 = layer(8, 16, 14)
gcolumns, gpadded = np.empty_like(columns2), np.empty_like(padded2)
row_largest = [np.empty((8, N, 28, 14), F), np.empty((16, N, 14, 7), F)]
flat, gflat = np.empty((N, 16, 7, 7), F), np.empty((N, 784), F)


def inputs():
    draw = np.random.default_rng(0)
    model = [draw.uniform(-0.1, 0.1, size).astype(F) for size in SIZES]
    return model, draw.standard_normal((N, 1, 28, 28), F), draw.integers(0, 10, N)


def take_columns(padded, columns):
    side = columns.shape[-1]
    for i in range(3):
        for j in range(3):
            columns[:, i, j] = padded[:, :, i : i + side, j : j + side]


def forward(k, columns, out, pooled, w, b):
    channels = len(w)
    every = out.reshape(channels, -1)
    np.matmul(w.reshape(channels, -1), columns.reshape(-1, every.shape[1]), out=every)
    # Bias and relu come after pooling: there are a quarter as many.
    np.maximum(out[..., 0::2], out[..., 1::2], out=row_largest[k])
    np.maximum(row_largest[k][..., 0::2, :], row_largest[k][..., 1::2, :], out=pooled)


def backward(k, out, pooled, active, gpooled, gout, columns):
    """The gradient of a layer's weight and bias; that of its result in ``gout``."""
    np.multiply(gpooled, active > 0, out=gpooled)
    for i in range(2):
        for j in range(2):
            np.multiply(out[..., i::2, j::2] == pooled, gpooled, out=gout[..., i::2, j::2])
    every = gout.reshape(len(gout), -1)
    return every @ columns.reshape(-1, every.shape[1]).T, gpooled.reshape(len(gout), -1).sum(1)


def compute(model, x, y):
    w1, b1, w2, b2, w3, b3 = model = [one.copy() for one in model]
    padded1[0, :, 1:-1, 1:-1] = x[:, 0]
    take_columns(padded1, columns1)
    middle = padded2[:, :, 1:-1, 1:-1]
    for _ in range(5):
        forward(0, columns1, out1, pooled1, w1, b1)
        np.add(pooled1, b1[:, None, None, None], out=middle)
        np.maximum(middle, 0, out=middle)
        take_columns(padded2, columns2)
        forward(1, columns2, out2, pooled2, w2, b2)
        features = flat.transpose(1, 0, 2, 3)
        np.add(pooled2, b2[:, None, None, None], out=features)
        np.maximum(flat, 0, out=flat)
        z = flat.reshape(N, 784) @ w3.T + b3
        z -= z.max(1, keepdims=True)
        picked = z[each, y].sum()
        np.exp(z, out=z)
        sums = z.sum(1, keepdims=True)
        loss = (np.log(sums).sum() - picked) / N
        z /= sums
        z[each, y] -= 1
        z *= F(1 / N)
        np.matmul(z, w3, out=gflat)
        gw3, gb3 = z.T @ flat.reshape(N, 784), z.sum(0)
        np.copyto(gpooled2, gflat.reshape(N, 16, 7, 7).transpose(1, 0, 2, 3))
        gw2, gb2 = backward(1, out2, pooled2, features, gpooled2, gout2, columns2)
        np.matmul(w2.reshape(16, 72).T, gout2.reshape(16, -1), out=gcolumns.reshape(72, -1))
        gpadded.fill(0)
        for i in range(3):
            for j in range(3):
                to = gpadded[:, :, i : i + 14, j : j + 14]
                np.add(to, gcolumns[:, i, j], out=to)
        np.copyto(gpooled1, gpadded[:, :, 1:-1, 1:-1])
        gw1, gb1 = backward(0, out1, pooled1, middle, gpooled1, gout1, columns1)
        for p, g in zip(model, (gw1, gb1, gw2, gb2, gw3, gb3)):
            p -= F(0.01) * g.reshape(p.shape)
    return {"loss": loss, "[p.detach() for p in model.parameters()]": model}


def run():
    compute(*inputs())
