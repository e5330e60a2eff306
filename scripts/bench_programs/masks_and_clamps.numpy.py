import numpy as np

F = np.float32
N, BLOCK = 600_000, 15_000
grad = np.empty(N, F)
y, z, r, c, a, b = (np.empty(BLOCK, F) for _ in range(6))
positive, inner, outer, chosen, larger = (np.empty(BLOCK, np.bool_) for _ in range(5))


def inputs():
    return (np.linspace(-3, 3, N, dtype=F),)


def compute(x):
    ones = np.ones(BLOCK, F)
    for _ in range(3):
        total = 0.0
        for begin in range(0, N, BLOCK):
            part, g = x[begin : begin + BLOCK], grad[begin : begin + BLOCK]
            # where(x > 0, x * x, -x) is relu(x) ** 2 + relu(-x)
            np.maximum(part, 0, out=r)
            np.clip(part, F(-1), F(1), out=c)
            np.multiply(r, r, out=y)
            np.subtract(y, part, out=y)
            np.add(y, r, out=y)
            np.multiply(c, r, out=a)
            np.add(y, a, out=y)
            np.abs(part, out=a)
            np.greater_equal(a, F(0.5), out=outer)
            np.multiply(y, outer, out=z)
            np.maximum(part, y, out=a)
            np.add(z, a, out=z)
            np.multiply(part, F(0.1), out=a)
            np.maximum(part, a, out=a)
            np.add(z, a, out=z)
            np.greater(part, 1, out=chosen)
            np.multiply(z, chosen, out=z)
            total += float(z @ ones)
            # y is never equal to x but at 0, where the gradient is 0: of maximum(x, y) all goes to the larger.
            np.greater(y, part, out=larger)
            np.greater(part, 0, out=positive)
            # dy/dx: 2 relu(x) - (x <= 0) + c (x > 0) + relu(x) (-1 <= x <= 1)
            np.less_equal(part, 1, out=inner)
            np.multiply(r, inner, out=a)  # where x < -1 relu(x) is 0
            np.multiply(c, positive, out=b)
            np.add(a, b, out=a)
            np.add(a, r, out=a)
            np.add(a, r, out=a)
            np.add(a, positive, out=a)
            np.subtract(a, 1, out=a)
            # times (|x| >= 0.5) + (y > x), and more: x itself where it is the larger, leaky_relu
            np.multiply(a, outer, out=b)
            np.multiply(a, larger, out=a)
            np.add(a, b, out=a)
            np.subtract(a, larger, out=a)
            np.multiply(positive, F(0.9), out=b)
            np.add(a, b, out=a)
            np.add(a, F(1.1), out=a)
            np.multiply(a, chosen, out=g)
    return {"z[x > 1].sum()": F(total), "x.grad": grad}


def run():
    compute(*inputs())
