import numpy as np
from scipy import fft

F = np.float32
N, K, R = 4096, 64, 8
# No less than N + K - 1, which is what the convolution needs, and a product of small primes, as transforms need it.
LENGTH = fft.next_fast_len(N + K - 1, real=True)
residual = np.empty((R, N), F)


def inputs():
    draw = np.random.default_rng(0)
    x, w = draw.standard_normal((R, N), F), draw.standard_normal(K, F)
    return x, w, draw.standard_normal((R, N), F)


def compute(x, w, y):
    w = w.copy()
    of_x = fft.rfft(x, LENGTH)
    conjugate = of_x.conj()
    product = np.empty_like(of_x)
    for _ in range(10):
        np.multiply(of_x, fft.rfft(w, LENGTH), out=product)
        np.subtract(fft.irfft(product, LENGTH, overwrite_x=True)[:, :N], y, out=residual)
        every = residual.reshape(-1)
        loss = every @ every / every.size
        # The gradient is the residual's correlation with x: of all rows one sum, and one transform back.
        np.multiply(conjugate, fft.rfft(residual, LENGTH), out=product)
        w -= fft.irfft(product.sum(0), LENGTH)[:K] * F(0.01 * 2 / every.size)
    return {"loss": loss, "w": w}


def run():
    compute(*inputs())
