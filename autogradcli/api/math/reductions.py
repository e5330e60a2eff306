"""Reductions under their names: ``sum``, ``mean``, ``prod``, ``all``; what follows from them is in ``statistics``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.tensor import Tensor
from ...numerics.limits import shown, shown_sizes
from ...operations.reduce import reduction
from ...operations.shape.copies import sum_to_tensor
from ..calls.overloads import define

_BOTH = "torch Tensor"
_DTYPE = "ScalarType? dtype=None"

# -- sums and products -------------------------------------------------------------------------------------

define(
    "sum",
    (f"(Tensor input, *, {_DTYPE})", reduction.sum_all),
    (f"(Tensor input, IntList[1]? dim, bool keepdim=False, *, {_DTYPE}, Tensor out=None)", reduction.sum_dim),
    into=_BOTH,
)
define(
    "nansum",
    (f"(Tensor input, IntList[1]? dim=None, bool keepdim=False, *, {_DTYPE}, Tensor out=None)", reduction.nansum),
    into=_BOTH,
)
define(
    "mean",
    (f"(Tensor input, *, {_DTYPE}, Tensor out=None)", reduction.mean_all),
    (f"(Tensor input, IntList[1]? dim, bool keepdim=False, *, {_DTYPE}, Tensor out=None)", reduction.mean_dim),
    into=_BOTH,
)


define(
    "prod",
    (f"(Tensor input, *, {_DTYPE})", reduction.prod_all),
    (f"(Tensor input, int dim, bool keepdim=False, *, {_DTYPE}, Tensor out=None)", reduction.prod_dim),
    into=_BOTH,
)


def _hash_all(input: Tensor, mode: int) -> Any:
    """The bits of all elements, each as 64 of them, in exclusive disjunction."""
    if not input.array.size:
        raise RuntimeError(
            "hash_tensor: Expected reduction dim to be specified for input.numel() == 0. "
            "Specify the reduction dim with the 'dim' argument."
        )
    return _hash_dim(input, None, False, mode)


def _hash_dim(input: Tensor, dim: Any, keepdim: bool, mode: int) -> Any:
    """The bits of the elements over some dimensions, each as 64 of them, in exclusive disjunction."""
    if mode:
        raise RuntimeError(f"Unknown hash_tensor mode: {shown(mode)}")
    return reduction.hash_tensor(input, None if dim == () else dim, keepdim)


define(
    "hash_tensor",
    ("(Tensor input, *, int mode=0)", _hash_all),
    ("(Tensor input, IntList[1] dim, *, bool keepdim=False, int mode=0, Tensor out=None)", _hash_dim),
    into=_BOTH,
)


def _sum_to_size(input: Tensor, size: tuple[int, ...]) -> Any:
    """Sum over the dimensions that broadcasting from ``size`` would repeat."""
    shape = input.array.shape
    back = zip(reversed(size), reversed(shape))
    if len(size) > len(shape) or any(n not in (1, m) for n, m in back):
        raise RuntimeError(f"size {{{shown_sizes(size)}}} is not expandable to size {{{list(shape)}}}.")
    return input if shape == size and size else sum_to_tensor(input, size)


define("sum_to_size", ("(Tensor input, IntList size)", _sum_to_size), into="Tensor")

# -- truth -------------------------------------------------------------------------------------------------


def _over_all(operation: Callable[..., Any]) -> Callable[..., Any]:
    def apply(input: Tensor) -> Any:
        return operation(input)

    apply.__doc__ = operation.__doc__
    return apply


for _name, _operation in (("all", reduction.all_), ("any", reduction.any_)):
    define(
        _name,
        ("(Tensor input, *, Tensor out=None)", _over_all(_operation)),
        ("(Tensor input, IntList[1]? dim=None, bool keepdim=False, *, Tensor out=None)", _operation),
        ("(Tensor input, int dim, bool keepdim=False, *, Tensor out=None)", _operation),
        into=_BOTH,
    )
define(
    "count_nonzero",
    ("(Tensor input, int? dim=None)", reduction.count_nonzero),
    ("(Tensor input, IntList dim)", reduction.count_nonzero),
    into=_BOTH,
)
