"""Pooling: maxima, averages, p-norms over windows, and the adaptive kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...engine.operation import OPERATIONS
from ...engine.tensor import Tensor
from ...numerics.releases import Difference, varying
from ...operations.elementwise.arithmetic import mul
from ...operations.elementwise.powers import pow_tensor_scalar
from ...operations.elementwise.sign import abs as abs_
from ...operations.elementwise.sign import sign
from ...operations.nn.activation import relu
from ...operations.reduce.reduction import mean_dim
from ...operations.shape.view import squeeze_dim, unsqueeze
from ..calls.argument_types import Sizes
from ..calls.overloads import define
from ..calls.python_function import define_python
from ..calls.written_signature import signed
from .pooling_checks import (
    adaptive_size,
    check_adaptive,
    check_averages,
    check_counts,
    check_max_row,
    check_max_row_rank,
    check_rank,
    check_unpooled,
    check_window,
    unpooled_size,
)

Ints = tuple[int, ...]


def _listed(value: Any) -> Sequence[int] | None:
    return (value,) if isinstance(value, int) else value


def _each(value: Any, dims: int) -> Ints:
    if isinstance(value, int):
        return (value,) * dims
    values = tuple(value)
    return values * dims if len(values) == 1 else values


def _window(
    dims: int, kernel_size: Sizes, stride: Any, padding: Sizes, dilation: Sizes, ceil_mode: bool
) -> tuple[Ints, Ints, Ints, Ints, bool]:
    kernel = _each(kernel_size, dims)
    step = kernel if stride is None or stride == () or stride == [] else _each(stride, dims)
    return kernel, step, _each(padding, dims), _each(dilation, dims), ceil_mode


# -- maxima -----------------------------------------------------------------------------------------------


def _max_pool(
    input: Tensor,
    dims: int,
    kernel_size: Sizes,
    stride: Any,
    padding: Sizes,
    dilation: Sizes,
    ceil_mode: bool,
    alone: bool = False,
) -> tuple[Any, Any]:
    """(maxima, places): the work of all maximum poolings. One dimension is done as a row of an image.

    ``alone``: the places aren't wanted; PyTorch has other words for what it refuses then.
    """
    name = f"max_pool{dims}d"
    if dims == 1:
        if alone:
            check_max_row_rank(input)
        else:
            check_rank(input, name, dims)
    check_counts(
        name,
        dims,
        not alone,
        kernel_size=_listed(kernel_size),
        stride=_listed(stride),
        padding=_listed(padding),
        dilation=_listed(dilation),
    )
    window = _window(dims, kernel_size, stride, padding, dilation, ceil_mode)
    if dims == 1 and alone:
        check_max_row(input, window)
    check_rank(input, name, dims)
    if dims == 1:
        wide = ((1, *window[0]), (1, *window[1]), (0, *window[2]), (1, *window[3]), window[4])
        row = unsqueeze(input, -2)
        check_window(name, row, wide)
        values, places = OPERATIONS["max_pool2d_with_indices"].call(row, wide)
        return squeeze_dim(values, -2), squeeze_dim(places, -2)
    check_window(name, input, window)
    pair: tuple[Any, Any] = OPERATIONS[f"max_pool{dims}d_with_indices"].call(input, window)
    return pair


_WINDOW = (
    "input: Tensor, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0, dilation: Sizes = 1, "
    "ceil_mode: bool = False, return_indices: bool = False"
)


def _declare_max(dims: int) -> None:
    def pool(input: Tensor, *given: Any) -> Any:
        """The largest element of each window; with ``return_indices`` also where in the flattened input it is."""
        *window, indices = given
        arguments = [*window, not indices]
        found = _max_pool(input, dims, *arguments)
        return found if indices else found[0]

    def with_indices(input: Tensor, *given: Any) -> Any:
        """The largest element of each window, and where in the flattened input it is."""
        return _max_pool(input, dims, *given[:-1])

    def plain(input: Tensor, kernel_size: Ints, stride: Ints, padding: Ints, dilation: Ints, ceil_mode: bool) -> Any:
        """The largest element of each window."""
        return _max_pool(input, dims, kernel_size, stride, padding, dilation, ceil_mode, True)[0]

    name = f"max_pool{dims}d"
    for called, call in ((name, pool), (f"{name}_with_indices", with_indices)):
        define_python(called, signed(called, _WINDOW, call=call, doc=call.__doc__ or ""), into="F")
    define(
        name,
        (
            f"(Tensor input, IntList[{dims}] kernel_size, IntList[{dims}] stride={{}}, IntList[{dims}] padding=0, "
            f"IntList[{dims}] dilation=1, bool ceil_mode=False)",
            plain,
        ),
    )


def _adaptive_max(input: Tensor, output_size: Sizes, dims: int) -> tuple[Any, Any]:
    name = f"adaptive_max_pool{dims}d"
    size = adaptive_size(name, output_size, input, dims)
    check_adaptive(name, input, size if dims > 1 else (1, *size))
    if dims == 1:
        values, places = OPERATIONS["adaptive_max_pool2d"].call(unsqueeze(input, -2), (1, *size))
        return squeeze_dim(values, -2), squeeze_dim(places, -2)
    pair: tuple[Any, Any] = OPERATIONS[f"adaptive_max_pool{dims}d"].call(input, size)
    return pair


def _declare_adaptive_max(dims: int) -> None:
    def pool(input: Tensor, output_size: Sizes, return_indices: bool = False) -> Any:
        """The largest element of each of ``output_size`` windows that divide the input."""
        found = _adaptive_max(input, output_size, dims)
        return found if return_indices else found[0]

    def with_indices(input: Tensor, output_size: Sizes, return_indices: bool = False) -> Any:
        """The largest element of each window, and where in the flattened input it is."""
        return _adaptive_max(input, output_size, dims)

    define_python(f"adaptive_max_pool{dims}d", pool, into="F")
    define_python(f"adaptive_max_pool{dims}d_with_indices", with_indices, into="F")


def _unpool(
    input: Tensor, indices: Tensor, dims: int, kernel_size: Sizes, stride: Any, padding: Sizes, output_size: Any
) -> Any:
    kernel, step, pad = (
        (value,) * dims if isinstance(value, int) else tuple(value)
        for value in (kernel_size, kernel_size if stride is None else stride, padding)
    )
    size = unpooled_size(input.array.shape, kernel, step, pad, output_size)
    check_unpooled(input.array.ndim, size, dims)
    if dims == 1:
        column = OPERATIONS["max_unpool2d"].call(unsqueeze(input, -1), unsqueeze(indices, -1), (*size, 1))
        return squeeze_dim(column, -1)
    return OPERATIONS[f"max_unpool{dims}d"].call(input, indices, size)


def _declare_unpool(dims: int) -> None:
    def unpool(
        input: Tensor,
        indices: Tensor,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        output_size: Sizes | None = None,
    ) -> Any:
        """Maxima put back where they were, zeros elsewhere: the partial inverse of a maximum pooling."""
        return _unpool(input, indices, dims, kernel_size, stride, padding, output_size)

    define_python(f"max_unpool{dims}d", unpool, into="F")


# -- averages ---------------------------------------------------------------------------------------------


def average_pool(
    x: Any,
    kernel: Ints,
    stride: Ints,
    padding: Sizes = 0,
    ceil: bool = False,
    include_pad: bool = True,
    divisor: int | None = None,
) -> Any:
    """Averages over windows of a batch of images or volumes."""
    dims = len(kernel)
    window = _window(dims, kernel, stride, padding, 1, ceil)
    check_window(f"avg_pool{dims}d", x, window)
    if divisor == 0:
        raise RuntimeError("divisor must be not zero")
    return OPERATIONS[f"avg_pool{dims}d"].call(x, (window, include_pad, divisor))


def _declare_average(dims: int) -> None:
    def pool(
        input: Tensor,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor_override: int | None = None,
    ) -> Any:
        """The mean of each window; padding counts as zeros, or not at all without ``count_include_pad``."""
        name = f"avg_pool{dims}d"
        if dims == 1:
            check_rank(input, name, dims)
        check_counts(name, dims, kernel_size=kernel_size, stride=stride, padding=padding)
        check_rank(input, name, dims)
        kernel = _each(kernel_size, dims)
        step = _each(stride, dims) if stride else kernel
        if dims == 1:
            row = unsqueeze(input, -2)
            found = average_pool(row, (1, *kernel), (1, *step), (0, *padding), ceil_mode, count_include_pad)
            return squeeze_dim(found, -2)
        return average_pool(input, kernel, step, padding, ceil_mode, count_include_pad, divisor_override)

    schema = (
        f"(Tensor input, IntList[{dims}] kernel_size, IntList[{dims}] stride={{}}, IntList[{dims}] padding=0, "
        "bool ceil_mode=False, bool count_include_pad=True"
    )
    schema += ")" if dims == 1 else ", int? divisor_override=None)"
    define(f"avg_pool{dims}d", (schema, pool), into="torch F" if dims == 1 else "F")


def _adaptive_average(input: Tensor, output_size: Sizes, dims: int) -> Any:
    name = f"adaptive_avg_pool{dims}d"
    size = adaptive_size(name, output_size, input, dims)
    if dims == 1:
        return squeeze_dim(adaptive_average(unsqueeze(input, -2), (1, *size)), -2)
    return adaptive_average(input, size)


def adaptive_average(x: Any, size: Ints) -> Any:
    """Of images or volumes; to a single pixel it is the mean, as in PyTorch."""
    dims = len(size)
    name = f"adaptive_avg_pool{dims}d"
    if size == (1,) * dims:
        return mean_dim(x, (-1, -2, -3)[:dims], True)
    check_averages(name, size)
    check_rank(x, name, dims)
    check_adaptive(name, x, size)
    return OPERATIONS[name].call(x, size)


def _declare_adaptive_average(dims: int) -> None:
    def pool(input: Tensor, output_size: Sizes) -> Any:
        """The mean of each of ``output_size`` windows that divide the input."""
        return _adaptive_average(input, output_size, dims)

    if dims == 1:
        define("adaptive_avg_pool1d", ("(Tensor input, IntList[1] output_size)", pool), into="torch F")
    else:
        define_python(f"adaptive_avg_pool{dims}d", pool, into="F")


def _any_norm(norm_type: Any) -> None:
    """A division by it is what fails."""


@varying(
    Difference(
        "lp_pool1d, lp_pool2d, lp_pool3d and their modules",
        "A norm_type of 0 is refused: ValueError.",
        "A norm_type of 0 ends in a ZeroDivisionError.",
        "torch.nn.functional.lp_pool1d(torch.ones(1, 4), 0, 2)",
    ),
    before=_any_norm,
)
def check_norm(norm_type: Any) -> None:
    """Raises ValueError for 0."""
    if isinstance(norm_type, (int, float)) and norm_type == 0:
        raise ValueError(f"norm_type must be a non-zero value, but got {norm_type}")


def _declare_norms(dims: int) -> None:
    def pool(
        input: Tensor, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
    ) -> Any:
        """The p-norm of each window."""
        name = f"avg_pool{dims}d"
        if dims > 1 and not isinstance(kernel_size, int) and len(kernel_size) != dims:
            if len(kernel_size) > dims:
                raise ValueError(f"too many values to unpack (expected {dims})")
            raise ValueError(f"not enough values to unpack (expected {dims}, got {len(kernel_size)})")
        check_norm(norm_type)
        if dims == 1:
            check_rank(input, name, dims)
        check_counts(name, dims, kernel_size=_listed(kernel_size), stride=_listed(stride))
        check_rank(input, name, dims)
        kernel = _each(kernel_size, dims)
        step = _each(stride, dims) if stride not in (None, (), []) else kernel
        powers = pow_tensor_scalar(input, norm_type)
        if dims == 1:
            mean = squeeze_dim(average_pool(unsqueeze(powers, -2), (1, *kernel), (1, *step), 0, ceil_mode), -2)
        else:
            mean = average_pool(powers, kernel, step, 0, ceil_mode)
        count = 1
        for k in kernel:
            count *= k
        return pow_tensor_scalar(mul(mul(sign(mean), relu(abs_(mean))), count), 1.0 / norm_type)

    define_python(f"lp_pool{dims}d", pool, into="F")


for _dims in (1, 2, 3):
    _declare_max(_dims)
    _declare_adaptive_max(_dims)
    _declare_unpool(_dims)
    _declare_average(_dims)
    _declare_adaptive_average(_dims)
    _declare_norms(_dims)
