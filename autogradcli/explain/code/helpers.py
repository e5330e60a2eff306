"""Functions that a library lacks, written in it; ``{np}`` is what the library is called."""

from __future__ import annotations

#: For numbers, with ``math``.
NUMBERS = {
    "sigmoid": """
def sigmoid(x):
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))
""",
    "softplus": """
def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))
""",
    "sign": """
def sign(x):
    return (x > 0) - (x < 0)
""",
    "sinc": """
def sinc(x):
    return 1.0 if x == 0 else math.sin(math.pi * x) / (math.pi * x)
""",
    "xlogy": """
def xlogy(x, y):
    return 0.0 if x == 0 else x * math.log(y)
""",
}

#: For arrays, with NumPy or JAX.
ARRAYS = {
    "sigmoid": """
def sigmoid(x):
    return {np}.exp(-{np}.logaddexp(0, -x))
""",
    "softmax": """
def softmax(x, axis):
    e = {np}.exp(x - {np}.max(x, axis=axis, keepdims=True))
    return e / {np}.sum(e, axis=axis, keepdims=True)
""",
    "log_softmax": """
def log_softmax(x, axis):
    x = x - {np}.max(x, axis=axis, keepdims=True)
    return x - {np}.log({np}.sum({np}.exp(x), axis=axis, keepdims=True))
""",
    "logsumexp": """
def logsumexp(x, axis, keepdims=False):
    top = {np}.max(x, axis=axis, keepdims=True)
    found = top + {np}.log({np}.sum({np}.exp(x - top), axis=axis, keepdims=True))
    return found if keepdims else {np}.squeeze(found, axis=axis)
""",
    "one_hot": """
def one_hot(x, classes):
    return ({np}.asarray(x)[..., None] == {np}.arange(classes)).astype(float)
""",
    "leaky_relu": """
def leaky_relu(x, slope=0.01):
    return {np}.where(x > 0, x, slope * x)
""",
    "nll_loss": """
def nll_loss(x, target):
    return -{np}.mean({np}.take_along_axis(x, {np}.asarray(target)[:, None], axis=1))
""",
    "cross_entropy": """
def cross_entropy(x, target):
    top = {np}.max(x, axis=1, keepdims=True)
    x = x - top - {np}.log({np}.sum({np}.exp(x - top), axis=1, keepdims=True))
    return -{np}.mean({np}.take_along_axis(x, {np}.asarray(target)[:, None], axis=1))
""",
    "mse_loss": """
def mse_loss(x, target):
    return {np}.mean((x - target) ** 2)
""",
    "l1_loss": """
def l1_loss(x, target):
    return {np}.mean({np}.abs(x - target))
""",
    "binary_cross_entropy": """
def binary_cross_entropy(x, target):
    return -{np}.mean(target * {np}.log(x) + (1 - target) * {np}.log(1 - x))
""",
    "binary_cross_entropy_with_logits": """
def binary_cross_entropy_with_logits(x, target):
    return {np}.mean({np}.logaddexp(0, x) - target * x)
""",
    "layer_norm": """
def layer_norm(x, shape, eps=1e-5):
    axes = tuple(range(-len(shape), 0))
    return (x - x.mean(axes, keepdims=True)) / {np}.sqrt(x.var(axes, keepdims=True) + eps)
""",
    "index_add": """
def index_add(x, axis, index, source):
    picked = {np}.arange(x.shape[axis])[:, None] == {np}.asarray(index)
    added = {np}.tensordot(picked.astype(float), {np}.moveaxis(source, axis, 0), 1)
    return x + {np}.moveaxis(added, 0, axis)
""",
    "norm": """
def norm(x, ord=2):
    return {np}.linalg.norm({np}.ravel(x), ord)
""",
    "xlogy": """
def xlogy(x, y):
    return {np}.where(x == 0, 0.0, x * {np}.log({np}.where(x == 0, 1.0, y)))
""",
}

#: The same where only one of the two needs it.
NUMPY = {
    "erf": """
erf = np.vectorize(math.erf, otypes=[float])
""",
    "lgamma": """
lgamma = np.vectorize(math.lgamma, otypes=[float])
""",
}
