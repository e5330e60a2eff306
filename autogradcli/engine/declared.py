"""What a declared operation is to a type checker: a function on tensors that has its declaration with it.

Imported by type checkers only; what is true of it at run time stands in ``operation.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, overload

import numpy as np

from .operation import Operation
from .tensor import Tensor

_Result = TypeVar("_Result", covariant=True)


class Declared(Protocol[_Result]):
    """The function that ``@operation`` gives for a kernel: of tensors where the kernel is of arrays."""

    __name__: str
    op: Operation

    def __call__(self, *args: Any, **kwargs: Any) -> _Result: ...


class Declare(Protocol):
    """``@operation(...)``: results are as many tensors as the kernel gives arrays."""

    @overload
    def __call__(self, source: Callable[..., np.ndarray]) -> Declared[Tensor]: ...
    @overload
    def __call__(self, source: Callable[..., tuple[np.ndarray, np.ndarray]]) -> Declared[tuple[Tensor, Tensor]]: ...
    @overload
    def __call__(
        self, source: Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]
    ) -> Declared[tuple[Tensor, Tensor, Tensor]]: ...
    @overload
    def __call__(self, source: Callable[..., tuple[np.ndarray, ...]]) -> Declared[tuple[Tensor, ...]]: ...
    @overload
    def __call__(self, source: Callable[..., list[np.ndarray]]) -> Declared[tuple[Tensor, ...]]: ...
