"""Batches: lists of samples as tensors with one more dimension."""

from __future__ import annotations

from typing import Any

from ...engine.callbacks import callee
from ...engine.sparse import SparseTensor
from ...engine.tensor import Tensor
from ...numerics.limits import run
from ..arrays.values import NumPyArray
from ..calls.argument_types import Value
from ..calls.python_function import define_python
from ..nn.functions_by_attribute import T
from .reading import element

_REFUSED = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found "


def default_collate(batch: Value) -> Any:
    """Samples stacked: tensors along a new first dimension, numbers as a tensor, containers element by element."""
    first = element(batch, 0)
    samples: Any = batch
    if isinstance(first, Tensor):
        if isinstance(first, SparseTensor):
            raise RuntimeError(
                "Batches of sparse tensors are not currently supported by the default collate_fn; please provide a "
                "custom collate_fn to handle them appropriately."
            )
        return T.stack(list(samples), 0)
    if isinstance(first, NumPyArray):
        return default_collate([T.as_tensor(each) for each in samples])
    if isinstance(first, float):
        return T.tensor(list(samples), dtype=T.float64)
    if isinstance(first, int):
        return T.tensor(list(samples))
    if isinstance(first, str):
        return samples
    if isinstance(first, dict):
        made = {key: default_collate([element(each, key) for each in samples]) for key in first}
        return made if type(first) is dict else _with(first, made)
    if isinstance(first, (tuple, list)):
        if any(len(each) != len(first) for each in samples):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [default_collate(column) for column in zip(*samples)]
        return _like(first, columns)
    raise TypeError(f"{_REFUSED}{type(first)}")


def default_convert(data: Value) -> Any:
    """Arrays as tensors, inside containers too; all else as it is."""
    run.spend(0)
    if isinstance(data, NumPyArray):
        return T.as_tensor(data)
    if isinstance(data, dict):
        made = {key: default_convert(each) for key, each in data.items()}
        return made if type(data) is dict else _with(data, made)
    if isinstance(data, (tuple, list)):
        return _like(data, [default_convert(each) for each in data])
    return data


def _like(kind: Any, values: list[Any]) -> Any:
    """A list, or of a tuple whose elements have names one of its kind."""
    return callee(type(kind))(*values) if hasattr(type(kind), "_fields") else values


def _with(kind: dict[Any, Any], made: dict[Any, Any]) -> Any:
    """A dict of the kind of another, with other values."""
    copied = kind.copy()
    copied.update(made)
    return copied


def get_worker_info() -> None:
    """None: a loader here has no processes of its own, as in PyTorch with ``num_workers=0``."""


define_python("get_worker_info", get_worker_info, into="data")
define_python("default_collate", default_collate, into="data")
define_python("default_convert", default_convert, into="data")
