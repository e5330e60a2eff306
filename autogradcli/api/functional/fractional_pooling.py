"""``fractional_max_pool2d``, ``fractional_max_pool3d``: maxima of windows begun at random."""

from __future__ import annotations

from typing import Any

from ...engine.operation import OPERATIONS
from ...engine.tensor import Tensor
from ...operations.dims import size_of
from ..calls.argument_types import Sizes
from ..calls.python_function import define_python
from ..calls.registry import namespace


def _each(value: Any, dims: int, name: str) -> tuple[int, ...]:
    if isinstance(value, int):
        return (value,) * dims
    values = tuple(value)
    if len(values) not in (1, dims):
        where, what = name.split(".")
        raise RuntimeError(f"{where}: {what} must either be a single Int or tuple of Ints")
    return values * dims if len(values) == 1 else values


def _size_by_ratio(input: Tensor, ratio: Any, dims: int) -> tuple[int, ...]:
    if dims == 2 and len(ratio) > 2:
        raise ValueError("fractional_max_pool2d requires output_ratio to either be a single Int or tuple of Ints.")
    each = ratio if isinstance(ratio, (tuple, list)) else (ratio,) * dims
    return tuple(int(size_of(input.array, k - dims) * each[k]) for k in range(dims))


def _declare(dims: int) -> None:
    name = f"fractional_max_pool{dims}d"

    def with_indices(
        input: Tensor,
        kernel_size: Sizes,
        output_size: Sizes | None = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> Any:
        """The largest element of each of ``output_size`` windows, which begin at random, and where it is."""
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
        if output_size is None:
            output_size = _size_by_ratio(input, output_ratio, dims)
        samples = _random_samples
        if samples is None:
            batch = 1 if input.array.ndim == dims + 1 else size_of(input.array, 0)
            torch = namespace("torch")
            samples = torch["rand"](batch, size_of(input.array, -dims - 1), dims, dtype=input.dtype)
        how = (_each(kernel_size, dims, f"{name}.kernel_size"), _each(output_size, dims, f"{name}.output_size"))
        return OPERATIONS[name].call(input, samples, how)

    def pool(
        input: Tensor,
        kernel_size: Sizes,
        output_size: Sizes | None = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> Any:
        """The largest element of each of ``output_size`` windows, which begin at random."""
        found = with_indices(input, kernel_size, output_size, output_ratio, return_indices, _random_samples)
        return found if return_indices else found[0]

    define_python(name, pool, into="F")
    define_python(f"{name}_with_indices", with_indices, into="F")


_declare(2)
_declare(3)
