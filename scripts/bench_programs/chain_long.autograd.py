import autograd.numpy as np
from autograd import grad


def chain(x):
    y = x
    for _ in range(200000):
        y = y * 1.0
    return np.sum(y)


def run():
    grad(chain)(np.array([1.0, 2.0]))
