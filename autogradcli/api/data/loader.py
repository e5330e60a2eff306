"""``DataLoader``: a data set in batches, in an order that a sampler gives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from ...engine.callbacks import callee
from ...engine.state import state
from ...numerics.limits import run, shown
from ...numerics.random.generator import Generator, default_generator
from ..calls.argument_types import type_name
from ..calls.program_classes import Object
from ..calls.registry import namespace
from .datasets import IterableDataset
from .reading import element, elements, random_integer, taken
from .samplers import BatchSampler, RandomSampler, SequentialSampler

_HOME = "torch.utils.data.dataloader"
_FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class _Endless(Object):
    """What stands for the indices of an iterable data set, which has none."""

    __module__ = _HOME

    def __iter__(self) -> Iterator[Any]:
        while True:
            yield None


_Endless.__name__ = _Endless.__qualname__ = "_InfiniteConstantSampler"


def _check_workers(num_workers: Any, timeout: Any, prefetch: Any, persistent: Any, context: Any) -> None:
    """Raises ValueError for options that don't go together, in PyTorch's words, and for what there is not here."""
    for name, value in (("num_workers", num_workers), ("timeout", timeout)):
        if not isinstance(value, (int, float)):
            raise TypeError(f"'<' not supported between instances of '{type_name(value)}' and 'int'")
        if value < 0:
            hint = "; use num_workers=0 to disable multiprocessing." if name == "num_workers" else ""
            raise ValueError(f"{name} option should be non-negative{hint}")
    if num_workers:
        return
    if prefetch is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
            "multiprocessing, otherwise set prefetch_factor to None."
        )
    if persistent:
        raise ValueError("persistent_workers option needs num_workers > 0")
    if context is not None:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
            f"num_workers={num_workers}"
        )


class DataLoader(Object):
    """The elements of a data set in batches of ``batch_size``; ``for batch in loader`` goes through it once.

    There are no worker processes: with ``num_workers`` above 0 this process reads the batches, in the same order, and
    what a data set draws of PyTorch's numbers comes from the sequence of the worker whose turn it would be. Then the
    order is drawn when an iterator is made. What pins memory for another device changes nothing. Each iterator draws
    one number of the generator's sequence, as PyTorch's does.
    """

    __module__ = _HOME

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Any = None,
        batch_sampler: Any = None,
        num_workers: int = 0,
        collate_fn: Any = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Any = None,
        multiprocessing_context: Any = None,
        generator: Any = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context)
        if generator is not None and not isinstance(generator, Generator):
            raise TypeError(f"DataLoader(): argument 'generator' must be torch.Generator, not {type_name(generator)}")
        if num_workers and isinstance(dataset, IterableDataset):
            raise ValueError(
                f"num_workers={num_workers}: each worker would read an iterable data set from its beginning, and there "
                "are no worker processes here: use num_workers=0"
            )
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.in_order = in_order
        self._iterable = isinstance(dataset, IterableDataset)
        if self._iterable:
            for name, value in (("shuffle", shuffle or None), ("sampler", sampler), ("batch_sampler", batch_sampler)):
                if value is not None:
                    raise ValueError(
                        f"DataLoader with IterableDataset: expected unspecified {name} option, but got "
                        f"{name}={shown(value)}"
                    )
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
            batch_size, drop_last = None, False
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")
        if sampler is None:
            if self._iterable:
                sampler = _Endless()
            else:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        usual = "default_convert" if batch_sampler is None else "default_collate"
        self.collate_fn = callee(namespace("torch.utils.data")[usual] if collate_fn is None else collate_fn)
        self.persistent_workers = persistent_workers
        self._length_told: int | None = None
        self._initialized = True

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FIXED and self.__dict__.get("_initialized"):
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        object.__setattr__(self, name, value)

    def __class_getitem__(cls, parameters: Any) -> Any:
        return cls

    @property
    def multiprocessing_context(self) -> None:
        return None

    def __iter__(self) -> Iterator[Any]:
        return LoaderIterator(self)

    def __len__(self) -> int:
        if not self._iterable:
            return len(self.sampler if self.batch_sampler is None else self.batch_sampler)
        length = self._length_told = len(self.dataset)
        if self.batch_size is None:
            return length
        return length // self.batch_size if self.drop_last else -(-length // self.batch_size)


class LoaderIterator(Object):
    """One way through the data set of a loader."""

    __module__ = _HOME

    def __init__(self, loader: Any) -> None:
        if not isinstance(loader, DataLoader):
            raise TypeError(f"expected a DataLoader, not {type_name(loader)}")
        if loader.pin_memory:
            state.warn(
                "UserWarning",
                "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be "
                "used.",
            )
        if loader.timeout and not loader.num_workers:
            raise AssertionError("_SingleProcessDataLoaderIter requires timeout == 0")
        self._loader = loader
        self._order = loader.sampler if loader.batch_sampler is None else loader.batch_sampler
        self._indices = iter(self._order)
        seed = random_integer(loader.generator)  # of the workers, were there any
        self._source = iter(loader.dataset) if loader._iterable else None
        self._yielded = 0
        self._workers: list[Any] = [None] * loader.num_workers
        self._seed = seed
        self._begun = (
            list(islice(self._indices, (loader.prefetch_factor or 2) * loader.num_workers)) if self._workers else []
        )

    def _taken(self, index: Any) -> Any:
        loader = self._loader
        return element(loader.dataset, index) if loader.batch_sampler is None else elements(loader.dataset, index)

    def _by_worker(self, index: Any) -> Any:
        """A batch, with PyTorch's numbers drawn from the sequence of the worker whose turn it is."""
        turn = self._yielded % len(self._workers)
        outside = default_generator.get_state()
        if self._workers[turn] is None:
            default_generator.manual_seed((self._seed + turn) % (1 << 64))
            if self._loader.worker_init_fn is not None:
                callee(self._loader.worker_init_fn)(turn)
        else:
            default_generator.set_state(self._workers[turn])
        try:
            found = self._loader.collate_fn(self._taken(index))
            self._workers[turn] = default_generator.get_state()
        finally:
            default_generator.set_state(outside)
        return found

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        run.spend(0)
        loader = self._loader
        index = self._begun.pop(0) if self._begun else next(self._indices)
        if self._workers:
            found = self._by_worker(index)
            self._begun.extend(islice(self._indices, 1))
            self._yielded += 1
            return found
        if self._source is None:
            found = self._taken(index)
        elif loader.batch_sampler is None:
            found = next(self._source)
        else:
            found = taken(self._source, len(index), run.spend)
            if not found or (loader.drop_last and len(found) < len(index)):
                raise StopIteration
        data = loader.collate_fn(found)
        self._yielded += 1
        told = loader._length_told
        if self._source is not None and told is not None and self._yielded > told:
            state.warn(
                "UserWarning",
                f"Length of IterableDataset {loader.dataset} was reported to be {told}(when accessing "
                f"len(dataloader)), but {self._yielded} samples have been fetched. ",
            )
        return data

    def __len__(self) -> int:
        return len(self._order)


LoaderIterator.__name__ = LoaderIterator.__qualname__ = "_SingleProcessDataLoaderIter"
namespace("torch.utils.data")["DataLoader"] = DataLoader
