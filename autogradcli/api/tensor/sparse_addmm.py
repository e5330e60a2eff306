"""``addmm`` of a sparse matrix, and what sparse matrices by rows have beside sums and products: functions on each
element that keep zeros, other dtypes, products with one another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.sparse import SparseTensor
from ...engine.tensor import Parameter, Tensor, wrap
from ..calls.overloads import OF_TYPES
from ..calls.python_function import define_python
from ..calls.registry import ATTRIBUTES, Method, attributes_of
from ..calls.titled_nodes import titled
from .rows_tensor import RowsTensor, by_rows
from .sparse_creation import dense_of, made_of, product, source_of
from .subscript import getitem

#: Functions that are computed on the values alone: of 0 they are 0.
_KEEP_ZEROS = (
    *("abs", "angle", "asin", "asinh", "atan", "atanh", "ceil", "deg2rad", "erf", "erfinv", "expm1", "floor", "frac"),
    *("isinf", "isnan", "log1p", "neg", "positive", "rad2deg", "relu", "round", "sgn", "sign", "signbit", "sin"),
    *("sinh", "sqrt", "tan", "tanh", "trunc"),
)
_CASTS = ("float", "double", "half", "int", "long", "short", "to")


def _method(name: str) -> Callable[..., Any]:
    method = ATTRIBUTES[Tensor][name]
    assert isinstance(method, Method)
    return method.call


def _with_values(t: SparseTensor, values: Tensor) -> Any:
    return by_rows(made_of(t.indices, values, t.dense.shape, True))


def _on_values(name: str) -> Callable[..., Any]:
    def run(self: SparseTensor, *args: Any, **kwargs: Any) -> Any:
        return _with_values(self, _method(name)(source_of(self), *args, **kwargs))

    run.__name__ = name
    return run


def _refused(self: Any, *args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("unsupported tensor layout: SparseCsr")


def rows_product(left: SparseTensor, right: SparseTensor) -> Any:
    """The product of two sparse matrices by rows: a value wherever a product of two of theirs comes to."""
    found = product(left, dense_of(right))
    reached = _where(left).astype(np.float32) @ _where(right).astype(np.float32)
    indices = np.stack(np.nonzero(reached)).astype(np.int64)
    values = getitem(found, tuple(wrap(row) for row in indices))
    return by_rows(made_of(indices, values, reached.shape, True))


def _where(t: SparseTensor) -> np.ndarray:
    found = np.zeros(t.dense.shape, np.bool_)
    found[tuple(t.indices)] = True
    return found


def _matmul(self: Any, other: Any) -> Any:
    if not isinstance(other, Tensor):
        return NotImplemented
    return rows_product(self, other) if isinstance(other, RowsTensor) else product(self, other)


def _sum(input: Tensor, mat1: Tensor, mat2: Tensor, beta: Any, alpha: Any, node: str) -> Any:
    made = product(mat1, mat2)
    if len(made.shape) != 2:
        raise RuntimeError(f"addmm: Expected dense matrix as mat2, but got {len(mat2.shape)}-D tensor")
    total = _method("add")(made * alpha, _method("expand")(input, made.shape) * beta)
    titled(total, node)
    return total


def _addmm(input: Tensor, mat1: Tensor, mat2: Tensor) -> Any:
    return _sum(input, mat1, mat2, 1, 1, "AddmmBackward0")


def _sparse_addmm(mat: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1.0, alpha: float = 1.0) -> Any:
    """``beta * mat + alpha * (mat1 @ mat2)`` of a sparse ``mat1``, with gradients of all three."""
    if not isinstance(mat1, SparseTensor):
        return _method("addmm")(mat, mat1, mat2, beta=beta, alpha=alpha)
    return _sum(mat, mat1, mat2, beta, alpha, "SparseAddmmBackward0")


def _install() -> None:
    table = attributes_of(RowsTensor)
    for name in _KEEP_ZEROS:
        call = _on_values(name)
        table[name] = Method(call, f"``{name}`` of each value: zeros stay.")
        OF_TYPES.setdefault(name, {})[RowsTensor] = call
    for name in _CASTS:
        table[name] = Method(_on_values(name), "With values of another dtype.")
    for name in ("div", "sub", "pow"):
        table[name] = Method(_refused, "Refused, as in PyTorch.")
        OF_TYPES.setdefault(name, {}).update({(RowsTensor, kind): _refused for kind in (int, float, RowsTensor)})
    for name, operator in (("__pow__", _refused), ("__rpow__", _refused), ("__matmul__", _matmul)):
        setattr(RowsTensor, name, operator)
    for name in ("mm", "matmul"):
        table[name] = Method(_matmul, "The product with a matrix.")
        OF_TYPES[name][(RowsTensor, RowsTensor)] = rows_product
    plain = (Tensor, Parameter)
    OF_TYPES.setdefault("addmm", {}).update({
        (one, sparse, two): _addmm for one in plain for sparse in (SparseTensor, RowsTensor) for two in plain
    })  # fmt: skip


_install()
define_python("addmm", _sparse_addmm, into="sparse")
