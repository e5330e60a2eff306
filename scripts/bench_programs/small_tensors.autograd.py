import autograd.numpy as np
from autograd import grad

gradient = grad(lambda x: np.sum((x * 2 + 1) * x))


def run():
    x = np.array([1.0, 2.0, 3.0])
    for _ in range(2000):
        gradient(x)
