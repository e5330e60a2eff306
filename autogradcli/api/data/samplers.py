"""Samplers: the orders in which the elements of a data set are read, drawn as PyTorch draws them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...engine.tensor import Tensor
from ...numerics.limits import run, shown
from ...numerics.random.generator import Generator
from ..calls.program_classes import Kind, Object
from ..calls.registry import namespace
from ..nn.functions_by_attribute import M, T
from .reading import element, random_integer, taken

_HOME = "torch.utils.data.sampler"
#: With replacement indices are drawn so many at a time.
_AT_ONCE = 32


def check_positive(name: str, value: Any, kinds: tuple[type, ...] = (int,)) -> None:
    """Raises ValueError unless it is a positive integer, and a bool where ``kinds`` say so."""
    if type(value) not in kinds or value <= 0:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={shown(value)}")


def _check_bool(name: str, value: Any, error: type[Exception] = ValueError) -> None:
    if not isinstance(value, bool):
        raise error(f"{name} should be a boolean value, but got {name}={shown(value)}")


class Sampler(Object):
    """The base of samplers, also of a program's own: ``__iter__`` gives indices, or lists of them."""

    __module__ = _HOME

    def __class_getitem__(cls, parameters: Any) -> Any:
        return cls

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError


class SequentialSampler(Sampler):
    """The indices in order."""

    __module__ = _HOME

    def __init__(self, data_source: Any) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[Any]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler):
    """The indices in random order, or drawn with replacement.

    Without a generator each iterator draws a seed and goes on from there by itself.
    """

    __module__ = _HOME

    def __init__(
        self, data_source: Any, replacement: bool = False, num_samples: int | None = None, generator: Any = None
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        _check_bool("replacement", replacement, TypeError)
        check_positive("num_samples", self.num_samples, (int, bool))

    @property
    def num_samples(self) -> int:
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[Any]:
        count = len(self.data_source)
        generator = self.generator
        if generator is None:
            generator = Generator().manual_seed(random_integer(None))
        whole, rest = divmod(self.num_samples, _AT_ONCE if self.replacement else count)
        if self.replacement:
            for size in (*[_AT_ONCE] * whole, rest):
                yield from M.tolist(T.randint(count, (size,), generator=generator))
            return
        for _ in range(whole):
            yield from M.tolist(T.randperm(count, generator=generator))
        yield from M.tolist(T.randperm(count, generator=generator))[:rest]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """Given indices in random order."""

    __module__ = _HOME

    def __init__(self, indices: Any, generator: Any = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[Any]:
        for place in M.tolist(T.randperm(len(self.indices), generator=self.generator)):
            yield element(self.indices, place)

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Indices drawn with probabilities proportional to weights."""

    __module__ = _HOME

    def __init__(self, weights: Any, num_samples: int, replacement: bool = True, generator: Any = None) -> None:
        check_positive("num_samples", num_samples)
        _check_bool("replacement", replacement)
        found: Tensor = T.as_tensor(weights, dtype=T.float64)
        if found.ndim != 1:
            raise ValueError(f"weights should be a 1d sequence but given weights have shape {tuple(found.shape)}")
        self.weights = found
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[Any]:
        drawn = T.multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator)
        yield from M.tolist(drawn)

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """The indices of another sampler, or of any iterable, in lists of ``batch_size``."""

    __module__ = _HOME

    def __init__(self, sampler: Any, batch_size: int, drop_last: bool) -> None:
        check_positive("batch_size", batch_size)
        _check_bool("drop_last", drop_last)
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[Any]:
        indices = iter(self.sampler)
        while batch := taken(indices, self.batch_size, run.spend):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield batch

    def __len__(self) -> int:
        count = len(self.sampler)
        return count // self.batch_size if self.drop_last else (count + self.batch_size - 1) // self.batch_size


_CLASSES: tuple[Kind, ...] = (
    Sampler, SequentialSampler, RandomSampler, SubsetRandomSampler, WeightedRandomSampler, BatchSampler,
)  # fmt: skip
for _kind in _CLASSES:
    namespace("torch.utils.data")[_kind.__name__] = _kind
