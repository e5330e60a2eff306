"""A function of one or two numbers at many points: its values, its derivatives, and a descent on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..api.autograd.backward_and_grad import grad
from ..api.calls.registry import NAMESPACES
from ..engine.tensor import Tensor
from ..language.values.budget import budget
from ..numerics import dtypes
from ..numerics.dtypes import DType
from ..recorded import NoFormula, Program, Reading
from .numbers import history

#: What a program may raise where it has no value. Other errors are errors.
HOLES = (ArithmeticError, ValueError, RuntimeError)
#: Steps of a descent.
MOST_STEPS = 10_000

#: The optimizers of a descent, by the words for them, and options that they need.
_NOT_HERE = {"Optimizer", "LBFGS", "SparseAdam", "Muon", "Adafactor"}
MOMENTUM = "momentum"


class At(NamedTuple):
    """A value and the derivatives there; not numbers where there are none."""

    value: float
    slopes: tuple[float, ...]


NOTHING = At(math.nan, ())


class Scalar:
    """A number that depends on numbers. ``compute`` gets leaves by name."""

    def __init__(self, names: Sequence[str], compute: Callable[[Mapping[str, Tensor]], Any], dtype: DType) -> None:
        self.names = tuple(names)
        self._compute = compute
        self._dtype = dtype.np
        self.problem: BaseException | None = None
        """The first error at a point."""
        self.holes = 0
        """Points at which there was one."""

    def leaves(self, point: Sequence[float]) -> dict[str, Tensor]:
        return {
            name: Tensor(np.array(value, self._dtype), requires_grad=True) for name, value in zip(self.names, point)
        }

    def __call__(self, point: Sequence[float]) -> At:
        """Raises TypeError where the result is no number, and what stops a program."""
        budget.spend(0)
        leaves = self.leaves(point)
        with history(True):
            try:
                result = self._compute(leaves)
                value = self._number(result)
            except HOLES as error:
                self.problem = self.problem or error
                self.holes += 1
                return At(math.nan, (math.nan,) * len(self.names))
            return At(value, (value,) * len(leaves) if math.isnan(value) else self._slopes(result, leaves))

    def _number(self, result: Any) -> float:
        if isinstance(result, Tensor):
            if result.array.size != 1:
                raise TypeError(f"it has the shape {list(result.array.shape)}: one number is needed, such as its sum()")
            result = result.array.reshape(-1)[0]
        if isinstance(result, (complex, np.complexfloating)):
            raise TypeError("it is a complex number: a real one is needed, such as abs() of it")
        if isinstance(result, (bool, int, float, np.number, np.bool_)) or hasattr(result, "dtype"):
            return float(result)
        raise TypeError(f"it is no number but {type(result).__name__}")

    def _slopes(self, result: Any, leaves: Mapping[str, Tensor]) -> tuple[float, ...]:
        if not isinstance(result, Tensor) or result.node is None:
            return (0.0,) * len(leaves)  # no way leads from it to them
        seed = Tensor(np.ones(result.array.shape, result.array.dtype))
        found = grad((result,), tuple(leaves.values()), (seed,), materialize_grads=True)
        return tuple(float(g.array) for g in found)

    def descent(self, start: Sequence[float], way: str, rate: float, steps: int) -> list[tuple[float, ...]]:
        """The points that an optimizer goes through from a start, as long as they are finite."""
        leaves = self.leaves(start)
        make, options = optimizers()[way]
        optimizer = make(list(leaves.values()), lr=rate, **options)
        points = [tuple(start)]
        for _ in range(steps):
            budget.spend(0)
            found = self([float(leaf.array) for leaf in leaves.values()])
            if not all(map(math.isfinite, found.slopes)):
                break
            for leaf, slope in zip(leaves.values(), found.slopes):
                leaf.store_grad(Tensor(np.array(slope, self._dtype)))
            with history(False):
                optimizer.step()
            points.append(tuple(float(leaf.array) for leaf in leaves.values()))
            if not all(map(math.isfinite, points[-1])):
                points.pop()
                break
        return points


def optimizers() -> dict[str, tuple[Any, dict[str, float]]]:
    """By the words for them: how each is made, and options that it needs."""
    table = NAMESPACES["torch.optim"]
    known = [name for name in table if isinstance(table[name], type) and name not in _NOT_HERE]
    found: dict[str, tuple[Any, dict[str, float]]] = {name.lower(): (table[name], {}) for name in sorted(known)}
    return found | {MOMENTUM: (table["SGD"], {"momentum": 0.9})}


def of_program(program: Program, names: Sequence[str]) -> Scalar:
    """The value of a program that ran as a function of some of its leaves, each one number: the same operations at
    other values. Raises ValueError where it doesn't depend on one of them."""
    try:
        reading = Reading(program, through=True)
    except NoFormula as error:
        raise ValueError(str(error)) from None
    words = [reading.word(name) for name in names]
    for name, word in zip(names, words):
        if word not in reading.leaves:
            known = ", ".join(reading.meaning[word] for word in reading.leaves) or "none"
            raise ValueError(f"{program.asked} doesn't depend on a leaf {name}; its leaves are {known}")
        if reading.named[word].array.ndim:
            shape = list(reading.named[word].array.shape)
            raise ValueError(f"{name} has the shape {shape}: an interval is of one number")
    values = reading.variables

    def compute(leaves: Mapping[str, Tensor]) -> Tensor:
        given = {word: leaves[name] for name, word in zip(names, words)}
        return reading.compute(values | given)

    return Scalar(names, compute, dtypes.of(reading.named[words[0]].array))


def along(function: Scalar, points: Sequence[float]) -> list[At]:
    """At points of one variable."""
    return [function((x,)) for x in points]


def over(function: Scalar, xs: Sequence[float], ys: Sequence[float]) -> list[list[At]]:
    """At points of two variables: a row for each y."""
    return [[function((x, y)) for x in xs] for y in ys]


def complaint(function: Scalar, count: int) -> str:
    """What is to be said of points without a value because of an error; "" where there was none.

    Raises the error itself where there was no point without one.
    """
    if function.problem is None:
        return ""
    if function.holes >= count:
        raise function.problem
    said = str(function.problem)
    return f"no value at {function.holes} of {count} points: {said}"
