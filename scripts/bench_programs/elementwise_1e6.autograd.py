import autograd.numpy as np
from autograd import grad

gradient = grad(lambda a: np.sum(np.tanh(a * 1.5 + 0.5) * np.exp(-a * a) + np.sin(a)))


def run():
    gradient(np.linspace(-2, 2, 1_000_000, dtype=np.float32))
