"""Which elements are compared: of large tensors some, the same each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..recorded import Reading
from ..tensor_names import element
from .numbers import Arrays, Numbers

#: Of how many elements of a result at most the gradients are.
MOST_RESULTS = 10
#: Seconds of the processor's that all differences together are to take, about, and elements that are compared even so.
_SECONDS, _LEAST = 8.0, 8
#: Computations that the differences of one element take.
_EACH = 70
_FORMS = ("", " real", " imaginary")


class Place(NamedTuple):
    """One element of a leaf; of a complex leaf both of its parts."""

    name: str
    at: int
    shown: str


class Start(NamedTuple):
    """A gradient to start from, and what of the result it is of."""

    seed: np.ndarray
    label: str


def starts_of(reading: Reading, gradient: Any, summed: str, notes: list[str]) -> list[Start]:
    """The gradients to start from: the one that is given, or that of the whole result, or of each of its elements where
    it is no scalar. ``summed`` says which derivatives are to be those of the sum then. What a reader has to know is
    added to ``notes``. Raises ValueError."""
    result = reading.result.array
    asked = reading.program.asked
    if gradient is not None:
        seed = np.asarray(getattr(gradient, "array", gradient))
        if seed.shape != result.shape:
            raise ValueError(f"--gradient has the shape {list(seed.shape)}, the result {list(result.shape)}")
        return [Start(seed.astype(result.dtype), "")]
    units: list[tuple[complex, str]] = [(1, "")]
    if result.dtype.kind == "c":
        units = [(1, _FORMS[1]), (1j, _FORMS[2])]
    if result.size == 1 and not (summed and len(units) > 1):
        return [Start(np.full(result.shape, unit, result.dtype), form.strip()) for unit, form in units]
    shape = list(result.shape)
    if summed:
        notes.append(f"{asked} has the shape {shape}: the {summed} are those of its sum")
        return [Start(np.ones(result.shape, result.dtype), "")]
    notes.append(f"{asked} has the shape {shape}: x -> [0] is the derivative of its element [0] by x")
    found = []
    for index in some(result.size, MOST_RESULTS):
        for unit, form in units:
            seed = np.zeros(result.size, result.dtype)
            seed[index] = unit
            found.append(Start(seed.reshape(result.shape), element("", result.shape, index) + form))
    return found


def places_of(numbers: Numbers, most: int, gradients: Sequence[Arrays] = ()) -> list[Place]:
    """Elements of the leaves; of large ones some, among them those whose ``gradients`` are the largest."""
    most = min(most, max(_LEAST, int(_SECONDS / (numbers.seconds * _EACH))))
    sizes = {name: numbers.wide[name].size for name in numbers.names}
    total = sum(sizes.values())

    def chosen(name: str, size: int, share: int) -> list[int]:
        if size <= share or not gradients:
            return some(size, share)
        largest = np.max([np.abs(one[name].reshape(-1)) for one in gradients], axis=0)
        first = np.argsort(-np.nan_to_num(largest, nan=np.inf), kind="stable")[: share // 2].tolist()
        rest = sorted(set(range(size)) - set(first))
        return sorted([*first, *(rest[k] for k in some(len(rest), share - len(first)))])

    found = []
    for name, size in sizes.items():
        meant = numbers.reading.meaning[name]
        share = size if total <= most else min(size, max(2, most * size // total))
        found += [Place(name, k, element(meant, numbers.wide[name].shape, k)) for k in chosen(name, size, share)]
    if len(found) > most:
        found = [found[k] for k in some(len(found), most)]
    return found


def some(size: int, most: int) -> list[int]:
    """So many of the indices at most, the same each time."""
    if size <= most:
        return list(range(size))
    return sorted(int(k) for k in np.random.default_rng(size).choice(size, most, replace=False))


def parts(value: np.ndarray, seeds: Sequence[np.ndarray]) -> np.ndarray:
    """What a change of the result is along each gradient to start from: the real part of the product."""
    return np.array([float(np.real(np.vdot(seed, value))) for seed in seeds])
