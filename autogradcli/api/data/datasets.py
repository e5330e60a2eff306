"""Data sets: ``Dataset`` and those made of tensors, of other data sets, or of a part of one."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics.limits import charge_items, counted
from ...numerics.random.generator import Generator, default_generator
from ..calls.argument_types import Value, type_name
from ..calls.program_classes import Kind, Object
from ..calls.python_function import define_python
from ..calls.registry import namespace
from ..nn.functions_by_attribute import M, T
from .reading import element, elements

_HOME = "torch.utils.data.dataset"


class Dataset(Object):
    """The base of data sets whose elements are read by index, also of a program's own."""

    __module__ = _HOME

    def __class_getitem__(cls, parameters: Any) -> Any:
        return cls

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")

    def __add__(self, other: Any) -> Any:
        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """The base of data sets that are read one after another by ``__iter__``, also of a program's own."""

    __module__ = _HOME

    def __add__(self, other: Any) -> Any:
        return ChainDataset([self, other])


class TensorDataset(Dataset):
    """The rows of tensors of one length: element k is the tuple of each one's row k."""

    __module__ = _HOME

    def __init__(self, *tensors: Any) -> None:
        if not tensors:
            raise IndexError("tuple index out of range")
        for tensor in tensors:
            if not isinstance(tensor, Tensor):
                raise AttributeError(f"'{type_name(tensor)}' object has no attribute 'size'")
        if any(M.size(tensors[0], 0) != M.size(tensor, 0) for tensor in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> Any:
        return tuple([element(tensor, index) for tensor in self.tensors])

    def __len__(self) -> int:
        return int(M.size(self.tensors[0], 0))


class StackDataset(Dataset):
    """Data sets of one length side by side: element k is the tuple, or by name the dict, of each one's element k."""

    __module__ = _HOME

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args and kwargs:
            raise ValueError(
                "Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``) like input/output, but both "
                "types are given."
            )
        several = list(args or kwargs.values())
        if not several:
            raise ValueError("At least one dataset should be passed")
        self._length = len(several[0])
        if any(len(each) != self._length for each in several):
            raise ValueError("Size mismatch between datasets")
        self.datasets: Any = args or kwargs

    def __getitem__(self, index: Any) -> Any:
        if isinstance(self.datasets, dict):
            return {name: element(each, index) for name, each in self.datasets.items()}
        return tuple([element(each, index) for each in self.datasets])

    def __len__(self) -> int:
        return self._length


class ConcatDataset(Dataset):
    """Data sets one after another."""

    __module__ = _HOME

    def __init__(self, datasets: Any) -> None:
        self.datasets = list(counted(datasets))
        if not self.datasets:
            raise AssertionError("datasets should not be an empty iterable")
        if any(isinstance(each, IterableDataset) for each in self.datasets):
            raise AssertionError("ConcatDataset does not support IterableDataset")
        self.cumulative_sizes = list(accumulate(len(each) for each in self.datasets))

    def __len__(self) -> int:
        return int(self.cumulative_sizes[-1])

    def __getitem__(self, idx: Any) -> Any:
        if idx < 0:
            if -idx > len(self):
                raise ValueError("absolute value of index should not exceed dataset length")
            idx = len(self) + idx
        which = bisect_right(self.cumulative_sizes, idx)
        return element(self.datasets[which], idx - self.cumulative_sizes[which - 1] if which else idx)


class ChainDataset(IterableDataset):
    """Iterable data sets one after another."""

    __module__ = _HOME

    def __init__(self, datasets: Any) -> None:
        self.datasets = datasets

    def _each(self) -> Iterator[Any]:
        for each in counted(self.datasets):
            if not isinstance(each, IterableDataset):
                raise AssertionError("ChainDataset only supports IterableDataset")
            yield each

    def __iter__(self) -> Iterator[Any]:
        for each in self._each():
            yield from each

    def __len__(self) -> int:
        return sum(len(each) for each in self._each())


class Subset(Dataset):
    """The elements of a data set at given places."""

    __module__ = _HOME

    def __init__(self, dataset: Any, indices: Any) -> None:
        self.dataset = dataset
        self.indices = indices
        kind: Any = type(self)
        if kind.__getitem__ is not Subset.__getitem__ and kind.__getitems__ is Subset.__getitems__:
            raise NotImplementedError(
                f"{kind.__name__} overrides __getitem__ but not __getitems__. When subclassing Subset and overriding "
                "__getitem__, you must also override __getitems__ to ensure DataLoader works correctly with your "
                "custom logic. A simple implementation:\n\ndef __getitems__(self, indices):\n"
                "    return [self.__getitem__(idx) for idx in indices]"
            )

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, list):
            return element(self.dataset, [element(self.indices, k) for k in idx])
        return element(self.dataset, element(self.indices, idx))

    def __getitems__(self, indices: Any) -> Any:
        return elements(self.dataset, [element(self.indices, k) for k in indices])

    def __len__(self) -> int:
        return len(self.indices)


def random_split(dataset: Value, lengths: Value, generator: Generator | None = default_generator) -> list[Any]:
    """Parts of a data set of given lengths, or of given shares of it, their elements drawn without replacement."""
    charge_items(len(lengths))
    given = list(lengths)
    for length in given:
        if not isinstance(length, (int, float)):
            raise TypeError(f"unsupported operand type(s) for +: 'int' and '{type_name(length)}'")
    total = len(dataset)
    if math.isclose(sum(given), 1) and sum(given) <= 1:
        given = _shares(given, total)
    if sum(given) != total:
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order = M.tolist(T.randperm(sum(given), generator=generator))
    return [Subset(dataset, order[end - count : end]) for end, count in zip(accumulate(given), given, strict=True)]


def _shares(shares: list[float], total: int) -> list[int]:
    """Shares of a total as whole numbers, rounded down; what is left goes to the first ones. Raises ValueError."""
    for number, share in enumerate(shares):
        if not 0 <= share <= 1:
            raise ValueError(f"Fraction at index {number} is not between 0 and 1")
    counts = [math.floor(total * share) for share in shares]
    for number in range(total - sum(counts)):
        counts[number % len(counts)] += 1
    for number, count in enumerate(counts):
        if count == 0:
            state.warn("UserWarning", f"Length of split at index {number} is 0. This might result in an empty dataset.")
    return counts


_CLASSES: tuple[Kind, ...] = (
    Dataset, IterableDataset, TensorDataset, StackDataset, ConcatDataset, ChainDataset, Subset,
)  # fmt: skip
for _kind in _CLASSES:
    namespace("torch.utils.data")[_kind.__name__] = _kind
define_python("random_split", random_split, into="data")
