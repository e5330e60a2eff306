from math import cos, exp, sin

import numpy as np


def inputs():
    return (np.float32(2),)


def compute(root):
    root = float(root)  # numbers of Python: one of NumPy's takes longer to compute with
    for _ in range(300):
        grown, s, c = exp(root), sin(root), cos(root)
        f = grown - 3 * root * root + root * c
        slope = grown - 6 * root + c - root * s
        curve = grown - 6 - 2 * s - root * c
        root -= 0.1 * slope / (abs(curve) + 1)
    return {"f": np.array(f), "root.detach()": np.array(root)}


def run():
    compute(*inputs())
