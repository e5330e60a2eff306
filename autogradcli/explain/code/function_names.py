"""What the language's functions are called in each library."""

from __future__ import annotations

#: Functions that ``math`` has, by their names there.
MATH = {
    **{
        name: f"math.{name}"
        for name in (
            "exp", "log", "log2", "log10", "log1p", "expm1", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan",
            "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "atan2", "erf", "erfc", "lgamma", "hypot", "floor",
            "ceil", "trunc", "fmod", "exp2",
        )
    },
    "abs": "abs", "maximum": "max", "minimum": "min", "arctan2": "math.atan2", "arcsin": "math.asin",
    "arccos": "math.acos", "arctan": "math.atan", "deg2rad": "math.radians", "rad2deg": "math.degrees",
}  # fmt: skip

_SAME = (
    "exp", "log", "log2", "log10", "log1p", "expm1", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "abs",
    "sign", "floor", "ceil", "trunc", "square", "exp2", "isnan", "isinf", "isfinite", "round", "maximum", "minimum",
    "fmod", "hypot", "logaddexp", "arctan2", "deg2rad", "rad2deg", "sinc", "heaviside", "angle", "real", "imag",
    "conj", "outer", "trace", "kron", "diag", "diagonal", "tril", "triu", "eye", "zeros_like", "ones_like",
    "full_like", "zeros", "ones", "full", "where", "dot", "cross", "roll", "inner", "vdot", "logical_not",
    "logical_and",
    "logical_or",
)  # fmt: skip
#: Functions that NumPy and JAX have, with the same arguments, by their names there.
ARRAY = {
    **{name: name for name in _SAME},
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh",
    "atan2": "arctan2", "pow": "power", "neg": "negative", "det": "linalg.det",
    "inv": "linalg.inv", "inverse": "linalg.inv",
    "solve": "linalg.solve", "slogdet": "linalg.slogdet", "pinv": "linalg.pinv", "cholesky": "linalg.cholesky",
    "matrix_power": "linalg.matrix_power", "matmul": "matmul", "mm": "matmul", "mv": "matmul", "remainder": "mod",
    "sgn": "sign", "ger": "outer",
}  # fmt: skip

#: Of those that have another name for ``dim``, and give numbers along it.
REDUCTIONS = {
    "sum": "sum", "mean": "mean", "prod": "prod", "amax": "max", "amin": "min", "max": "max", "min": "min",
    "any": "any", "all": "all", "argmax": "argmax", "argmin": "argmin", "cumsum": "cumsum", "cumprod": "cumprod",
    "var": "var", "std": "std", "count_nonzero": "count_nonzero", "flip": "flip", "stack": "stack",
    "cat": "concatenate",
    "concat": "concatenate", "unsqueeze": "expand_dims", "squeeze": "squeeze", "argsort": "argsort",
}  # fmt: skip
#: Their keywords there.
KEYWORDS = {"dim": "axis", "keepdim": "keepdims", "dims": "axis", "correction": "ddof"}

#: Functions that are helpers where arrays are concerned: the arguments that are taken, by name.
HELPERS = {
    "sigmoid": ("input",), "softmax": ("input", "dim"), "log_softmax": ("input", "dim"),
    "logsumexp": ("input", "dim", "keepdim"), "one_hot": ("input", "num_classes"),
    "leaky_relu": ("input", "negative_slope"), "xlogy": ("input", "other"), "erf": ("input",), "lgamma": ("input",),
    **dict.fromkeys(("mse_loss", "l1_loss", "binary_cross_entropy"), ("input", "target")),
    "binary_cross_entropy_with_logits": ("input", "target"), "layer_norm": ("input", "normalized_shape"),
    "index_add": ("input", "dim", "index", "source"),
}  # fmt: skip

#: Casts, which change the dtype alone.
CASTS = frozenset({"float", "double", "half", "bfloat16"})
