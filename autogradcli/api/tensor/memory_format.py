"""How the dimensions of a tensor lie in memory: ``torch.channels_last`` and its like."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.tensor import Tensor
from ...numerics.layouts import moveaxis
from ...numerics.naming import shown_as
from ..calls.registry import namespace


@shown_as("torch.memory_format", in_c=True)
class MemoryFormat:
    """``torch.contiguous_format`` and its like: how the dimensions of a copy lie in memory."""

    __slots__ = ("name", "rank")

    def __init__(self, name: str, rank: int = 0) -> None:
        self.name = name
        self.rank = rank  # of the tensors that can have it; 0 for any

    def __repr__(self) -> str:
        return f"torch.{self.name}"


for _name, _rank in (("contiguous_format", 0), ("preserve_format", 0), ("channels_last", 4), ("channels_last_3d", 5)):
    namespace("torch")[_name] = MemoryFormat(_name, _rank)


def order_of(format: Any) -> str:
    """The ``order`` of a copy in a format, as ``clone`` takes it."""
    if format is None or format.name == "preserve_format":
        return "K"
    return "C" if format.name == "contiguous_format" else "channels_last"


def is_laid_out(array: np.ndarray, format: Any) -> bool:
    """Whether the elements lie in the order of a format, without gaps."""
    if format is None or not format.rank:
        return array.flags.c_contiguous
    return array.ndim == format.rank and moveaxis(array, 1, -1).flags.c_contiguous


def check_rank(array: np.ndarray, format: Any) -> None:
    """Raise RuntimeError where a tensor has another number of dimensions than the format is for."""
    if format is not None and format.rank and array.ndim != format.rank:
        raise RuntimeError(f"required rank {format.rank} tensor to use {format.name} format")


def empty_like(array: np.ndarray, format: Any, dtype: np.dtype) -> np.ndarray:
    """Memory for a tensor like this one, in a format or, by default, in the order of its own strides."""
    check_rank(array, format)
    order = order_of(format)
    if order != "channels_last":
        keeps = order == "K" and 0 not in array.strides
        return np.empty_like(array, dtype, order="K" if keeps else "C", subok=False)
    n, c, *rest = array.shape
    return moveaxis(np.empty((n, *rest, c), dtype), -1, 1)


def relaid(fresh: Tensor, like: np.ndarray, format: Any) -> Tensor:
    """A tensor that was just made, with its elements in a format or in the order of another's."""
    if format is None and like.flags.c_contiguous:
        return fresh
    laid = empty_like(like, format, fresh.array.dtype)
    laid[...] = fresh.array
    fresh.rebind(laid)
    return fresh
