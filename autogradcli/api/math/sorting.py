"""Extremes and order under their names: ``max``, ``argmax``, ``median``, ``sort``, ``topk``, ``unique``, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.tensor import Tensor, wrap
from ...numerics.limits import shown
from ...numerics.releases import Difference, varying
from ...operations.elementwise.bounds import maximum, minimum
from ...operations.reduce import extremum, order_statistics, sorting
from ...operations.refuse import check_usual
from ...operations.shape.slicing import unbind
from ..calls.argument_types import type_name
from ..calls.call_plans import check_numbers
from ..calls.overloads import define
from ..calls.python_function import define_python
from ..calls.return_types import ReturnType, return_type
from ..calls.written_signature import signed

_BOTH = "torch Tensor"
_PAIR = ("values", "indices")


def named(name: str, operation: Callable[..., Any], fields: tuple[str, ...] = _PAIR) -> Callable[..., ReturnType]:
    """An operation with several results as a function with a named result."""
    made = return_type(name, fields)

    def apply(*args: Any) -> ReturnType:
        return made(operation(*args))

    apply.__doc__ = operation.__doc__
    return apply


# -- extremes ----------------------------------------------------------------------------------------------


def _max_of_two(input: Tensor, other: Tensor) -> Any:
    """The larger of two, element by element."""
    return maximum(input, other)


def _min_of_two(input: Tensor, other: Tensor) -> Any:
    """The smaller of two, element by element."""
    return minimum(input, other)


for _name, _all, _two, _dim in (
    ("max", extremum.max_all, _max_of_two, extremum.max_dim),
    ("min", extremum.min_all, _min_of_two, extremum.min_dim),
):
    define(
        _name,
        ("(Tensor input, *, Tensor out=None)", _all),
        ("(Tensor input, Tensor other, *, Tensor out=None)", _two),
        ("(Tensor input, int dim, bool keepdim=False, *, TensorList out=None)", named(_name, _dim)),
        into=_BOTH,
    )
for _name, _operation in (("amax", extremum.amax), ("amin", extremum.amin)):
    define(_name, ("(Tensor input, IntList[1] dim={}, bool keepdim=False, *, Tensor out=None)", _operation), into=_BOTH)
define(
    "aminmax",
    (
        "(Tensor input, *, int? dim=None, bool keepdim=False, TensorList out=None)",
        named("aminmax", extremum.aminmax, ("min", "max")),
    ),
    into=_BOTH,
)
for _name, _operation in (("argmax", extremum.argmax), ("argmin", extremum.argmin)):
    define(_name, ("(Tensor input, int? dim=None, bool keepdim=False, *, Tensor out=None)", _operation), into=_BOTH)

# -- order statistics --------------------------------------------------------------------------------------

for _name, _all, _dim in (
    ("median", order_statistics.median_all, order_statistics.median_dim),
    ("nanmedian", order_statistics.nanmedian_all, order_statistics.nanmedian_dim),
):
    define(
        _name,
        ("(Tensor input)", _all),
        ("(Tensor input, int dim, bool keepdim=False, *, TensorList out=None)", named(_name, _dim)),
        into=_BOTH,
    )
define(
    "mode",
    ("(Tensor input, int dim=-1, bool keepdim=False, *, TensorList out=None)", named("mode", order_statistics.mode)),
    into=_BOTH,
)
define(
    "kthvalue",
    (
        "(Tensor input, SymInt k, int dim=-1, bool keepdim=False, *, TensorList out=None)",
        named("kthvalue", order_statistics.kthvalue),
    ),
    into=_BOTH,
)

# -- sort --------------------------------------------------------------------------------------------------


def _argsort(input: Tensor, dim: int, descending: bool) -> Any:
    """Where the elements would come from in order along a dimension."""
    return sorting.sort(input, dim, descending)[1]


def _argsort_stable(input: Tensor, stable: bool, dim: int, descending: bool) -> Any:
    """Where the elements would come from in order along a dimension."""
    return sorting.sort(input, dim, descending)[1]


def _msort(input: Tensor) -> Any:
    """The elements in order along the first dimension."""
    return sorting.sort(input, 0, False)[0]


_sorted = return_type("sort", _PAIR)


def _sort(input: Tensor, dim: int, descending: bool) -> ReturnType:
    """The elements in order along a dimension, and where they were."""
    return _sorted(sorting.sort(input, dim, descending))


def _sort_stable(input: Tensor, stable: bool | None, dim: int, descending: bool) -> ReturnType:
    """The elements in order along a dimension, and where they were."""
    return _sorted(sorting.sort_stable(input, bool(stable), dim, descending))


define(
    "sort",
    ("(Tensor input, *, bool? stable, int dim=-1, bool descending=False, TensorList out=None)", _sort_stable),
    ("(Tensor input, int dim=-1, bool descending=False, *, TensorList out=None)", _sort),
    into=_BOTH,
)
define(
    "argsort",
    ("(Tensor input, *, bool stable, int dim=-1, bool descending=False, Tensor out=None)", _argsort_stable),
    ("(Tensor input, int dim=-1, bool descending=False)", _argsort),
    into=_BOTH,
)
define("msort", ("(Tensor input, *, Tensor out=None)", _msort), into=_BOTH)
define(
    "topk",
    (
        "(Tensor input, SymInt k, int dim=-1, bool largest=True, bool sorted=True, *, TensorList out=None)",
        named("topk", sorting.topk),
    ),
    into=_BOTH,
)

# -- distinct values ---------------------------------------------------------------------------------------


def _chosen(found: tuple[Tensor, ...], return_inverse: bool, return_counts: bool) -> Any:
    output, inverse, counts = found
    wanted = [output, *([inverse] if return_inverse else []), *([counts] if return_counts else [])]
    return tuple(wanted) if len(wanted) > 1 else output


def _checked(name: str, **wanted: object) -> None:
    for parameter, value in wanted.items():
        if not isinstance(value, bool):
            raise TypeError(f"{name}(): argument '{parameter}' must be bool, not {type_name(value)}")


def _distinct(input: Tensor, dim: int | None) -> tuple[Tensor, ...]:
    check_numbers("unique", (input,))
    found: tuple[Tensor, ...] = sorting.unique(input) if dim is None else sorting.unique_dim(input, dim)
    return found


_WANTED = "sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None"


def _unique(input: Tensor, sorted: bool, return_inverse: bool, return_counts: bool, dim: int | None) -> Any:
    """The distinct elements in order; on demand for each element which of them it is, and how often each occurs."""
    _checked("_unique2", sorted=sorted, return_inverse=return_inverse, return_counts=return_counts)
    return _chosen(_distinct(input, dim), return_inverse, return_counts)


def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """Each run of equal elements once; on demand for each element which run it is in, and the lengths."""
    _checked("unique_consecutive", return_inverse=return_inverse, return_counts=return_counts)
    return _chosen(sorting.unique_consecutive(input, dim), return_inverse, return_counts)


def tensor_unique_consecutive(
    self: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """Each run of equal elements once; on demand for each element which run it is in, and the lengths."""
    _checked("unique_consecutive", return_inverse=return_inverse, return_counts=return_counts)
    return _chosen(sorting.unique_consecutive(self, dim), return_inverse, return_counts)


for _first, _place in (("input: Tensor", "torch"), ("self: Tensor", "Tensor")):
    _made = signed("unique", _first, _WANTED, call=_unique, doc=_unique.__doc__ or "")
    define_python("unique", _made, into=_place)
define_python("unique_consecutive", unique_consecutive)
define_python("unique_consecutive", tensor_unique_consecutive, into="Tensor")

# -- counts and places -------------------------------------------------------------------------------------

define("bincount", ("(Tensor input, Tensor? weights=None, SymInt minlength=0)", sorting.bincount), into=_BOTH)
define(
    "histc",
    ("(Tensor input, int bins=100, Scalar min=0, Scalar max=0, *, Tensor out=None)", sorting.histc),
    into=_BOTH,
)


def _searchsorted(
    sorted_sequence: Tensor, input: Any, out_int32: bool, right: bool, side: str | None, sorter: Tensor | None
) -> Any:
    """For each value the place where it would go among sorted ones, before those that equal it (or after)."""
    ndim = sorted_sequence.array.ndim
    if ndim != 1 and not (isinstance(input, Tensor) and input.array.ndim):
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got "
            f"boundaries tensor dim({ndim}) and input value's dim(0) numel(1)"
        )
    if side is not None:
        if side not in ("left", "right"):
            raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {shown(side)}")
        if right and side == "left":
            raise RuntimeError(
                "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
            )
        right = side == "right"
    if sorter is not None:
        if sorter.array.shape != sorted_sequence.array.shape:
            raise RuntimeError(
                "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
                f"{list(sorted_sequence.array.shape)}and got sorter tensor {list(sorter.array.shape)}"
            )
        if sorter.array.dtype != np.int64:
            name = sorter.dtype.type_name
            raise RuntimeError(f"torch.searchsorted(): sorter must be a tensor of long dtype but got dtype {name}")
        if sorter.array.size and not 0 <= sorter.array.min() <= sorter.array.max() < sorter.array.shape[-1]:
            raise RuntimeError("torch.searchsorted(): sorter index out of range")
        sorted_sequence = wrap(np.take_along_axis(sorted_sequence.array, sorter.array, -1))
    return sorting.searchsorted(sorted_sequence, input, right, out_int32)


_PLACES = "bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None, Tensor out=None"
define(
    "searchsorted",
    (f"(Tensor sorted_sequence, Tensor input, *, {_PLACES})", _searchsorted),
    (f"(Tensor sorted_sequence, Scalar self, *, {_PLACES})", _searchsorted),
)


def _bucketize(input: Any, boundaries: Tensor, out_int32: bool, right: bool) -> Any:
    """For each value the index of the bucket between sorted boundaries that it falls into."""
    if boundaries.array.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.array.ndim})")
    return sorting.searchsorted(boundaries, input, right, out_int32)


define(
    "bucketize",
    ("(Tensor input, Tensor boundaries, *, bool out_int32=False, bool right=False, Tensor out=None)", _bucketize),
    ("(Scalar self, Tensor boundaries, *, bool out_int32=False, bool right=False)", _bucketize),
)


def _isin(elements: Any, test_elements: Any, assume_unique: bool, invert: bool) -> Any:
    """For each element whether it is among others."""
    elements = elements if isinstance(elements, Tensor) else wrap(np.asarray(elements))
    others = test_elements if isinstance(test_elements, Tensor) else wrap(np.asarray(test_elements))
    if isinstance(test_elements, Tensor):
        check_usual("isin_default_cpu", elements.array, others.array)
    return sorting.isin(elements, others, invert)


_KINDS = "*, bool assume_unique=False, bool invert=False, Tensor out=None"
define(
    "isin",
    (f"(Tensor elements, Tensor test_elements, {_KINDS})", _isin),
    (f"(Scalar element, Tensor test_elements, {_KINDS})", _isin),
    (f"(Tensor elements, Scalar test_element, {_KINDS})", _isin),
)


def _check_divided(indices: Tensor, size: tuple[int, ...]) -> None:
    if indices.array.size and not all(size):
        raise RuntimeError("ZeroDivisionError")


@varying(
    Difference(
        "unravel_index",
        "A dimension of size 0 is refused where there are indices: ValueError.",
        "A dimension of size 0 ends in a division by zero: RuntimeError.",
        "torch.unravel_index(torch.tensor([0]), (0, 2))",
    ),
    before=_check_divided,
)
def _check_unravelled(indices: Tensor, size: tuple[int, ...]) -> None:
    if indices.array.size and not all(n > 0 for n in size):
        raise ValueError(f"'shape' cannot have zero dimensions when 'indices' is non-empty, but got {size}")


def unravel_index(indices: Tensor, shape: Any) -> tuple[Any, ...]:
    """Counted indices as one tensor of places for each dimension of a shape."""
    if indices.array.dtype.kind not in "iu":
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype!r}")
    if not isinstance(shape, (int, list, tuple, str)):
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(shape)}")
    size = (shape,) if isinstance(shape, int) else tuple(shape)
    for n in size:
        if not isinstance(n, int):
            raise TypeError(f"expected 'shape' sequence to only contain ints, but got {type(n)}")
    if any(n < 0 for n in size):
        raise ValueError(f"'shape' cannot have negative values, but got {size}")
    _check_unravelled(indices, size)
    return tuple(unbind(sorting.unravel_index(indices, size), 0))


define_python("unravel_index", unravel_index)
