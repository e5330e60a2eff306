"""A recorded program as a function of its leaves: values and derivatives, in its own precision and in double."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import process_time

import numpy as np

from ..api.autograd.backward_and_grad import grad
from ..api.autograd.forward_ad import enter_dual_level, exit_dual_level, make_dual, unpack_dual
from ..engine.state import state
from ..engine.tensor import Tensor, wrap
from ..explain.entries import Slot
from ..explain.recording import widened
from ..language.values.budget import budget
from ..numerics import dtypes
from ..recorded import Reading

Arrays = dict[str, np.ndarray]


class Numbers:
    """``names`` are the words of the leaves in the reading; all arrays are by these, in double precision where
    ``double`` is set. Everything raises what an operation raises, and what stops a program."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.names = list(reading.leaves)
        self.narrow: Arrays = {word: np.array(slot.array) for word, slot in reading.named.items()}
        self.wide: Arrays = {word: widened(array) for word, array in self.narrow.items()}
        self.seconds = 1e-6
        """What the last computation of the value took of the processor's time."""

    def arrays(self, double: bool) -> Arrays:
        return self.wide if double else self.narrow

    def value(self, changed: Mapping[str, np.ndarray], double: bool = True) -> np.ndarray:
        """The result where some arrays are others."""
        budget.spend(0)
        began = process_time()
        with precision(double), history(False):
            values = {name: wrap(changed.get(name, array)) for name, array in self.arrays(double).items()}
            result = np.asarray(self.reading.compute(values, double).array)
        self.seconds = max(process_time() - began, 1e-6)
        return result

    def all_values(self, changed: Mapping[str, np.ndarray]) -> dict[Slot, np.ndarray]:
        """Everything on the way to the result, in double precision."""
        named = self.reading.named
        with precision(True), history(False):
            values = {slot: wrap(changed.get(word, self.wide[word])) for word, slot in named.items()}
            return {slot: t.array for slot, t in self.reading.chain.all_values(values, double=True).items()}

    def with_element(self, name: str, index: int, value: complex) -> Arrays:
        """The leaf with another element, in double precision."""
        array = self.wide[name].copy()
        array.reshape(-1)[index] = value
        return {name: array}

    def gradients(
        self, seeds: Sequence[np.ndarray], double: bool, changed: Mapping[str, np.ndarray] | None = None
    ) -> list[Arrays]:
        """The gradients of each leaf by the backward pass, for each gradient to start from."""
        budget.spend(0)
        with precision(double), history(True):
            leaves, result = self._run(double, changed or {})
            return [self._pull(result, leaves, seed, double) for seed in seeds]

    def _run(self, double: bool, changed: Mapping[str, np.ndarray]) -> tuple[dict[str, Tensor], Tensor]:
        values = {name: wrap(changed.get(name, array)) for name, array in self.arrays(double).items()}
        leaves = {name: Tensor(values[name].array.copy(), requires_grad=True) for name in self.names}
        return leaves, self.reading.compute({**values, **leaves}, double)

    def _pull(self, result: Tensor, leaves: Mapping[str, Tensor], seed: np.ndarray, double: bool) -> Arrays:
        if result.node is None:
            return {name: np.zeros_like(self.arrays(double)[name]) for name in self.names}
        start = wrap(np.asarray(seed, result.array.dtype))
        found = grad((result,), tuple(leaves.values()), (start,), retain_graph=True, materialize_grads=True)
        return {name: g.array for name, g in zip(leaves, found, strict=True)}

    def forward(self, name: str, index: int, unit: complex, double: bool) -> np.ndarray:
        """The derivative of the result along one element of a leaf, by forward mode."""
        budget.spend(0)
        arrays = self.arrays(double)
        tangent = np.zeros_like(arrays[name])
        tangent.reshape(-1)[index] = unit
        with precision(double), history(False):
            enter_dual_level()
            try:
                values = {word: wrap(array) for word, array in arrays.items()}
                values[name] = make_dual(values[name], wrap(tangent))
                result = self.reading.compute(values, double)
                found = unpack_dual(result)[1]
                return np.zeros_like(result.array) if found is None else np.asarray(found.array)
            finally:
                exit_dual_level()

    def second(self, seed: np.ndarray, places: Sequence[tuple[str, int, complex]], double: bool) -> list[Arrays]:
        """The gradients of elements of the gradient: of their part along ``unit``."""
        budget.spend(0)
        with precision(double), history(True):
            leaves, result = self._run(double, {})
            zeros = [{name: np.zeros_like(self.arrays(double)[name]) for name in self.names} for _ in places]
            if result.node is None:
                return zeros
            start = wrap(np.asarray(seed, result.array.dtype))
            first = grad((result,), tuple(leaves.values()), (start,), create_graph=True, allow_unused=True)
            by_name = dict(zip(leaves, first, strict=True))
            for k, (name, index, unit) in enumerate(places):
                budget.spend(0)
                g = by_name[name]
                if g is not None and g.node is not None:
                    one = np.zeros_like(g.array)
                    one.reshape(-1)[index] = unit
                    zeros[k] = self._pull(g, leaves, one, double)
            return zeros


@contextmanager
def precision(double: bool) -> Iterator[None]:
    """What a program's own Functions make of numbers has the precision of the rest."""
    before = dtypes.default.dtype
    if double:
        dtypes.default.set(dtypes.float64)
    try:
        yield
    finally:
        dtypes.default.set(before)


@contextmanager
def history(recorded: bool) -> Iterator[None]:
    before, state.grad = state.grad, recorded
    state.refresh()
    try:
        yield
    finally:
        state.grad = before
        state.refresh()
