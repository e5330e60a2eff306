"""Calls of declared operations for the tests: the ``r`` of ``examples=lambda r: [...]``, and what is made of it.

    r(2, 3)                  float64, magnitudes between 0.3 and 1.5 and either sign: away from the usual kinks
    r(2, 3, low=0, high=1)   float64, uniform in that range
    r.distinct(2, 3)         no two elements nearer than 0.1: for max, sort and the like
    r.spd(3)                 symmetric positive definite; the checks keep it symmetric
    r.symmetric(3)           symmetric only; kept so too
    r.lower(3), r.upper(3)   triangular with a dominant diagonal; kept so
    r.complex(2, 3)          complex128
    r.index((2, 3), 5)       int64 in [0, 5)
    r.mask(2, 3)             bool, both values occur where there is room
    r.tensor(values)         these values

Shapes are given as numbers or as one tuple.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

import autogradcli.api  # noqa: F401 - declares every function and, below them, every operation
from autogradcli.engine.operation import OPERATIONS, Operation
from autogradcli.engine.tensor import Tensor, wrap

Keep = Callable[[np.ndarray], np.ndarray]


class Samples:
    """Random operands, the same for the same operation in every run."""

    def __init__(self, name: str) -> None:
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.kept_as: dict[int, Keep] = {}
        self._kept: list[Tensor] = []

    def __call__(self, *shape: Any, low: float | None = None, high: float | None = None) -> Tensor:
        size = _size(shape)
        if low is None and high is None:
            magnitudes = self.random.uniform(0.3, 1.5, size)
            return self.tensor(np.asarray(magnitudes * self.random.choice([-1.0, 1.0], size)))
        low = low if low is not None else min(-1.5, high or 0.0)
        high = high if high is not None else max(1.5, low + 1.5)
        return self.tensor(np.asarray(self.random.uniform(low, high, size)))

    def distinct(self, *shape: Any) -> Tensor:
        size = _size(shape)
        count = int(np.prod(size, dtype=int))
        steps = self.random.permutation(count) - (count - 1) / 2 + 0.25
        return self.tensor((0.3 * steps + self.random.uniform(-0.05, 0.05, count)).reshape(size))

    def spd(self, n: int, *batch: int) -> Tensor:
        a = self.random.uniform(-1, 1, (*batch, n, n))
        return self._symmetric(a @ np.swapaxes(a, -1, -2) / n + np.diag(np.arange(1.0, n + 1)))

    def symmetric(self, n: int, *batch: int) -> Tensor:
        a = self.random.uniform(-1, 1, (*batch, n, n))
        return self._symmetric(a + np.swapaxes(a, -1, -2) + np.diag(np.arange(0.0, 3 * n, 3)))

    def lower(self, n: int, *batch: int) -> Tensor:
        return self._keeping(np.tril, np.tril(self._dominant(n, batch)))

    def upper(self, n: int, *batch: int) -> Tensor:
        return self._keeping(np.triu, np.triu(self._dominant(n, batch)))

    def _dominant(self, n: int, batch: tuple[int, ...]) -> np.ndarray:
        return self.random.uniform(-1, 1, (*batch, n, n)) + 2 * np.eye(n)

    def complex(self, *shape: Any) -> Tensor:
        return self.tensor(self(*shape).array + 1j * self(*shape).array)

    def index(self, *shape: Any, high: int | None = None) -> Tensor:
        if high is None:
            *shape_, high = shape
            shape = tuple(shape_)
        return self.tensor(np.asarray(self.random.integers(0, high, _size(shape))))

    def mask(self, *shape: Any) -> Tensor:
        size = _size(shape)
        count = int(np.prod(size, dtype=int))
        return self.tensor(self.random.permutation(np.arange(count) % 2 == 0).reshape(size))

    def tensor(self, values: Any) -> Tensor:
        return wrap(np.array(values))

    def _symmetric(self, values: np.ndarray) -> Tensor:
        return self._keeping(symmetrised, values)

    def _keeping(self, keep: Keep, values: np.ndarray) -> Tensor:
        made = self.tensor(values)
        self.kept_as[id(made)] = keep
        self._kept.append(made)  # so that the id stays its own
        return made


def symmetrised(t: np.ndarray) -> np.ndarray:
    """The symmetric (Hermitian) part."""
    return (t + np.conj(np.swapaxes(t, -1, -2))) / 2


def _size(shape: tuple[Any, ...]) -> tuple[int, ...]:
    if len(shape) == 1 and isinstance(shape[0], Sequence):
        return tuple(shape[0])
    return tuple(shape)


class Sample:
    """One call of an operation. ``slots`` are its differentiable inputs: (argument, position in a list or None)."""

    def __init__(
        self, op: Operation, args: Sequence[Any], label: str, kept_as: Mapping[int, Keep], underived: frozenset[str]
    ) -> None:
        self.op = op
        self.label = label
        self.args = (*args, *[p.default for p in op.params[len(args) :]])
        self.slots: list[tuple[int, int | None]] = []
        self.underived = underived
        for p in op.edges:
            value = self.args[p.index]
            if p.name in underived:
                continue
            if p.kind == "list":
                self.slots += [(p.index, k) for k, t in enumerate(value) if _floats(t)]
            elif _floats(value):
                self.slots.append((p.index, None))
        #: Of each input: what makes of a direction one in which it may move.
        self.keep: list[Keep | None] = [kept_as.get(id(self._tensor(slot))) for slot in self.slots]

    def _tensor(self, slot: tuple[int, int | None]) -> Tensor:
        argument, position = slot
        value = self.args[argument]
        return value if position is None else value[position]  # type: ignore[no-any-return]

    @property
    def inputs(self) -> list[np.ndarray]:
        return [self._tensor(slot).array for slot in self.slots]

    def arguments(self, inputs: Sequence[Any]) -> list[Any]:
        """The call's arguments with the differentiable inputs replaced."""
        args = [list(a) if isinstance(a, (list, tuple)) and p.kind == "list" else a
                for p, a in zip(self.op.params, self.args, strict=True)]  # fmt: skip
        for (argument, position), value in zip(self.slots, inputs, strict=True):
            if position is None:
                args[argument] = value
            else:
                args[argument][position] = value
        return args

    def map(self, change: Callable[[np.ndarray], np.ndarray], label: str) -> Sample:
        """The same call with every floating operand changed, differentiable or not."""
        op = self.op

        def changed(value: Any) -> Any:
            if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
                return [changed(v) for v in value]
            if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
                return change(value)  # an operation may take an array beside its tensors
            return wrap(change(value.array)) if isinstance(value, Tensor) and _floats(value) else value

        return self._twin([changed(a) for a in self.args], f"{self.label}, {label}") if op.edges else self

    def _twin(self, args: Sequence[Any], label: str) -> Sample:
        twin = Sample(self.op, args, label, {}, self.underived)
        if len(twin.slots) == len(self.slots):
            twin.keep = self.keep
        return twin

    def broadcasts(self) -> Iterator[Sample]:
        """The same call with operands of shapes that have to be broadcast."""
        tensors = [slot for slot in self.slots if slot[1] is None and self._tensor(slot).ndim]
        if not self.op.broadcast or len(self._operands()) < 2:
            return
        for argument, _ in tensors:
            array = self.args[argument].array
            for label, small in (
                ("a dimension of 1", array[..., :1]),
                ("a dimension less", array[0] if array.ndim > 1 else array[:1]),
                ("0-d", array.reshape(-1)[0].reshape(())),
            ):
                args = list(self.args)
                args[argument] = wrap(np.array(small))
                yield self._twin(args, f"{self.label}, {self.op.params[argument].name} with {label}")

    def _operands(self) -> list[Tensor]:
        return [
            a for p, a in zip(self.op.params, self.args, strict=True) if isinstance(a, Tensor) and p.kind == "tensor"
        ]

    def __str__(self) -> str:
        return f"{self.op.name} ({self.label})"


def _floats(value: Any) -> bool:
    return isinstance(value, Tensor) and value.array.dtype.kind in "fc"


def samples(op: Operation, underived: frozenset[str] = frozenset()) -> list[Sample]:
    """The examples of a declaration, none where it says why; failing both every tensor ``r(2, 3)`` where nothing else
    is required.

    The parameters in ``underived`` are not differentiated.

    Raises TypeError with what the declaration should add.
    """
    op.parse()
    r = Samples(op.name)
    if isinstance(op.examples, str):  # why there are none
        return []
    if op.examples is not None:
        calls = op.examples(r)
        calls = [c if isinstance(c, tuple) else (c,) for c in calls]
    else:
        missing = [p.name for p in op.params if p.kind != "tensor" and not p.has_default]
        if missing:
            raise TypeError(
                f"{op.name}: add examples=lambda r: [(...), ...] to the declaration; there is no default for {missing}"
            )
        calls = [tuple(r(2, 3) for p in op.params if p.kind == "tensor" and not p.has_default)]
    return [Sample(op, c, f"example {k}", r.kept_as, underived) for k, c in enumerate(calls)]


def with_gradient() -> list[str]:
    return sorted(name for name, op in OPERATIONS.items() if op.has_gradient)
