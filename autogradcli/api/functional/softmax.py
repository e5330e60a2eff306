"""``softmax``, ``log_softmax`` and ``softmin``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...operations.dims import wrap_dim
from ...operations.elementwise.arithmetic import neg
from ...operations.reduce import softmax as operations
from ...operations.shape.copies import cast
from ..calls.overloads import define
from ..calls.python_function import define_python


def softmax(input: Tensor, dim: int, dtype: DType | None = None) -> Any:
    """Exponentials along a dimension over their sum: positive, and one in total.

    ``dtype`` converts the input first.
    """
    return _along(operations.softmax, input, dim, dtype)


def log_softmax(input: Tensor, dim: int, dtype: DType | None = None) -> Any:
    """Logarithm of the softmax along a dimension, exact also where the softmax itself is zero."""
    return _along(operations.log_softmax, input, dim, dtype)


def _along(operation: Callable[..., Any], input: Tensor, dim: int, dtype: DType | None) -> Any:
    if dtype is not None and dtypes.of(input.array) is not dtype:
        input = cast(input, dtype)
    return operation(input, wrap_dim(dim, input.array.ndim))


def _implicit(name: str, ndim: int) -> int:
    state.warn(
        "UserWarning",
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
    )
    return 0 if ndim in (0, 1, 3) else 1


def _f_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Any:
    """Exponentials along a dimension over their sum: positive, and one in total."""
    return softmax(input, _implicit("softmax", input.array.ndim) if dim is None else dim, dtype)


def _f_log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Any:
    """Logarithm of the softmax along a dimension."""
    return log_softmax(input, _implicit("log_softmax", input.array.ndim) if dim is None else dim, dtype)


def _f_softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Any:
    """The softmax of the negated input: the smallest gets the most."""
    return softmax(neg(input), _implicit("softmin", input.array.ndim) if dim is None else dim, dtype)


_SCHEMA = "(Tensor input, int dim, ScalarType? dtype=None, *, Tensor out=None)"
_SPECIAL = "(Tensor input, int dim, *, ScalarType? dtype=None)"
define("softmax", (_SCHEMA, softmax), into="torch Tensor")
define("softmax", ("(Tensor input, int dim, ScalarType? dtype=None)", softmax), into="special")
define("log_softmax", (_SCHEMA, log_softmax), into="torch Tensor")
define("log_softmax", (_SPECIAL, log_softmax), into="special")
define_python("softmax", _f_softmax, into="F")
define_python("log_softmax", _f_log_softmax, into="F")
define_python("softmin", _f_softmin, into="F")
