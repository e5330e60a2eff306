import numpy as np

F = np.float32
R, C, ROWS = 600, 1_000, 30
e, g, sums, shifted = np.empty((R, C), F), np.empty((R, C), F), np.empty((ROWS, C), F), np.empty((ROWS, C), F)
down, across = np.arange(C), np.arange(R)
ones = np.ones(C, F)
ramp = (C - np.arange(C, dtype=F)) / F(R * C)  # how often a column is in a sum of cumsum(1), divided


def inputs():
    return ((np.arange(R * C) % 977).astype(F).reshape(R, C) / F(977),)


def compute(x):
    for _ in range(3):
        largest, product, exps = x.max(0), np.ones(C, F), np.zeros(C, F)
        row_sums, squares, row_largest = np.empty(R), np.empty(R), np.empty(R, F)
        columns, running = np.zeros(C, F), 0.0
        for begin in range(0, R, ROWS):
            part = slice(begin, begin + ROWS)
            rows, to = x[part], e[part]
            row_sums[part] = rows @ ones
            squares[part] = np.vecdot(rows, rows)
            row_largest[part] = rows[across[:ROWS], rows.argmax(1)]
            columns += rows.sum(0)
            np.subtract(rows, largest, out=to)
            np.exp(to, out=to)
            exps += to.sum(0)
            np.cumsum(rows, 1, out=sums)
            running += float((sums @ ones).sum(dtype=np.float64))
            np.add(rows, 1, out=shifted)
            product *= np.multiply.reduce(shifted, 0)
        total, norm = row_sums.sum(), np.sqrt(squares.sum())
        mean, means = total / (R * C), row_sums / C
        std = np.sqrt((norm * norm - mean * total) / (R * C - 1))
        loss = columns.mean() + means.sum() + std + ((squares - means * row_sums) / (C - 1)).sum() + norm
        loss += (largest + np.log(exps)).sum() + row_largest.sum() + largest.sum() + running / (R * C)
        loss += np.log(product).sum()
        # The gradient is slope x + a number of each row + one of each column + e / exps + product / product / (x + 1).
        slope = F(1 / (std * (R * C - 1)) + 2 / (C - 1) + 1 / norm)
        of_row = (2 / C - mean / (std * (R * C - 1)) - 2 / (C - 1) * means).astype(F)
        outer = np.stack([of_row, np.ones(R, F)], 1), np.stack([np.ones(C, F), ramp])
        inverse = 1 / exps
        quotient = 1 / product * product
        for begin in range(0, R, ROWS):
            part = slice(begin, begin + ROWS)
            rows, to = x[part], g[part]
            np.matmul(outer[0][part], outer[1], out=to)
            np.multiply(rows, slope, out=shifted)
            np.add(to, shifted, out=to)
            np.multiply(e[part], inverse, out=shifted)
            np.add(to, shifted, out=to)
            np.add(rows, 1, out=shifted)
            np.divide(quotient, shifted, out=shifted)
            np.add(to, shifted, out=to)
            of_largest, at = np.nonzero(rows == row_largest[part, None])
            to[of_largest, at] += (1 / np.bincount(of_largest, minlength=ROWS)).astype(F)[of_largest]
        g[x.argmax(0), down] += 1
    return {"loss": loss, "x.grad": g}


def run():
    with np.errstate(all="ignore"):  # the product overflows, and its gradient is NaN, PyTorch's too
        compute(*inputs())
