"""Random tensors: ``rand``, ``randn``, ``randint``, and the methods that fill in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.inplace import check_inplace
from ...engine.levels.base import check_captured, levels_of
from ...engine.levels.random_rows import NO_SAME, noise, of_rows, one_by_one, rows_apart, sampled
from ...engine.levels.vmap import NO_INPLACE
from ...engine.mirrors import store
from ...engine.operation import Array, operation
from ...engine.state import state
from ...engine.tensor import Tensor
from ...engine.views import check_overlap
from ...engine.worlds import TENSORS, roles
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.limits import charge_array
from ...numerics.random import counts as random_counts
from ...numerics.random import sampling as random_sampling
from ...numerics.random.generator import Generator, default_generator
from ...operations.elementwise import draws as recorded
from ..calls.declare import in_place
from ..calls.overloads import define
from .creation import OPTIONS, OUT_OPTIONS, made, sizes
from .memory_format import empty_like

_CHOSEN = f"Generator? generator, {OUT_OPTIONS}"
_LIKE = f"*, MemoryFormat? memory_format=None, {OPTIONS}"


def _source(generator: Generator | None) -> Generator:
    rows_apart()
    return default_generator if generator is None else generator


def _kind(dtype: DType | None) -> np.dtype:
    return (dtype or dtypes.default.dtype).np


# -- tensors of random numbers ---------------------------------------------------------------------------------


def _of_rows(draw: Any, generator: Generator, shape: tuple[int, ...], kind: np.dtype, grad: bool) -> Tensor:
    """A random tensor; under ``vmap`` with ``randomness="different"`` another for each row, drawn together."""
    levels = rows_apart()
    charge_array((*(level.size for level in levels), *shape), kind.itemsize)
    if not levels:
        return made(draw(generator, shape, kind), grad)
    return of_rows(draw(generator, (*(level.size for level in levels), *shape), kind))


def _like(draw: Any, fill: Any, input: Tensor, memory_format: Any, kind: np.dtype, grad: bool) -> Tensor:
    """A random tensor in the shape and strides of another; under ``vmap`` for each of its rows."""
    if state.levels:
        return noise(input, lambda shape: draw(default_generator, shape, kind), fresh=True)
    if input.array.flags.c_contiguous and memory_format is None:
        return made(draw(default_generator, input.array.shape, kind), grad)
    return made(fill(default_generator, empty_like(input.array, memory_format, kind)), grad)


def _drawn(
    name: str,
    draw: Callable[[Generator, tuple[int, ...], np.dtype], np.ndarray],
    fill: Callable[[Generator, np.ndarray], np.ndarray],
    doc: str,
) -> None:
    """``name`` with a shape, and ``name_like`` with the shape, dtype and strides of a tensor."""

    def create(
        size: tuple[int, ...],
        generator: Generator | None,
        dtype: DType | None,
        layout: Any,
        device: Any,
        pin: bool,
        grad: bool,
    ) -> Tensor:
        return _of_rows(draw, _source(generator), sizes(name, size), _kind(dtype), grad)

    def create_plain(
        size: tuple[int, ...], dtype: DType | None, layout: Any, device: Any, pin: bool, grad: bool
    ) -> Tensor:
        return _of_rows(draw, default_generator, sizes(name, size), _kind(dtype), grad)

    def create_like(
        input: Tensor, memory_format: Any, dtype: DType | None, layout: Any, device: Any, pin: bool, grad: bool
    ) -> Tensor:
        kind = input.array.dtype if dtype is None else dtype.np
        return _like(draw, fill, input, memory_format, kind, grad)

    create.__doc__ = create_plain.__doc__ = f"A tensor of the given shape with {doc}."
    create_like.__doc__ = f"A tensor of the shape and dtype of another with {doc}."
    define(
        name,
        (f"(IntList size, *, Generator? generator, {OUT_OPTIONS})", create),
        (f"(IntList size, *, {OUT_OPTIONS})", create_plain),
    )
    define(name + "_like", (f"(Tensor input, {_LIKE})", create_like))


_drawn("rand", Generator.rand, lambda g, out: g.uniform_(out), "uniform random numbers in [0, 1)")
_drawn("randn", Generator.randn, lambda g, out: g.normal_(out), "standard normal random numbers")


def _randint(low: int, high: int, size: tuple[int, ...], generator: Any, dtype: DType | None, *rest: Any) -> Tensor:
    """A tensor of random integers from ``low`` up to, not including, ``high``."""
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    kind = (dtype or dtypes.int64).np
    charge_array(size)
    size = sizes("randint", size)
    if state.levels:
        rows = [level.size for level in rows_apart()]
        return of_rows(_source(generator).randint(low, high, (*rows, *size), kind))
    return made(_source(generator).randint(low, high, size, kind), bool(rest[-1]))


def _randint_like(input: Tensor, low: int, high: int, memory_format: Any, dtype: DType | None, *rest: Any) -> Tensor:
    """Random integers in the shape and dtype of another tensor."""
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    kind = input.array.dtype if dtype is None else dtype.np
    return _like(
        lambda g, shape, kind: g.randint(low, high, shape, kind),
        lambda g, out: g.random_(out, low, high),
        input,
        memory_format,
        kind,
        bool(rest[-1]),
    )


def _randperm(n: int, generator: Any, dtype: DType | None, *rest: Any) -> Tensor:
    """A random permutation of the integers below ``n``."""
    charge_array((n,))
    kind = (dtype or dtypes.int64).np
    if state.levels:
        return one_by_one(lambda: _source(generator).randperm(n, kind))
    return made(_source(generator).randperm(n, kind), bool(rest[-1]))


define(
    "randint",
    (f"(int high, IntList size, *, {_CHOSEN})", lambda high, *rest: _randint(0, high, *rest)),
    (f"(int high, IntList size, *, {OUT_OPTIONS})", lambda high, size, *rest: _randint(0, high, size, None, *rest)),
    (f"(int low, int high, IntList size, *, {_CHOSEN})", _randint),
    (f"(int low, int high, IntList size, *, {OUT_OPTIONS})", lambda *given: _randint(*given[:3], None, *given[3:])),
)
define(
    "randint_like",
    (f"(Tensor input, int high, {_LIKE})", lambda input, high, *rest: _randint_like(input, 0, high, *rest)),
    (f"(Tensor input, int low, int high, {_LIKE})", _randint_like),
)
define(
    "randperm",
    (f"(int n, *, {_CHOSEN})", _randperm),
    (f"(int n, *, {OUT_OPTIONS})", lambda n, *rest: _randperm(n, None, *rest)),
)


def _normal(mean: Any, std: Any, generator: Generator | None) -> Tensor:
    """Normal random numbers, each with the mean and standard deviation at its place."""

    def draw(mean: Any, std: Any) -> Tensor:
        means = mean.array if isinstance(mean, Tensor) else mean
        deviations = std.array if isinstance(std, Tensor) else std
        record = recorded.NORMAL[isinstance(mean, Tensor), isinstance(std, Tensor)]
        return record(mean, std, made(random_sampling.normal(_source(generator), means, deviations)))

    return sampled(draw, (mean, std))


def _normal_of(mean: float, std: float, size: tuple[int, ...], generator: Any, dtype: Any, *rest: Any) -> Tensor:
    """Normal random numbers of one mean and standard deviation."""
    charge_array(size)
    rows = [level.size for level in rows_apart()]
    out = np.empty((*rows, *sizes("normal", size)), _kind(dtype))
    values = _source(generator).normal_(out, mean, std)
    return of_rows(values) if state.levels else made(values, bool(rest[-1]))


define(
    "normal",
    ("(Tensor mean, Tensor std, *, Generator? generator=None, Tensor out=None)", lambda m, s, g: _normal(m, s, g)),
    ("(Tensor mean, float std=1, *, Generator? generator=None, Tensor out=None)", lambda m, s, g: _normal(m, s, g)),
    ("(float mean, Tensor std, *, Generator? generator=None, Tensor out=None)", lambda m, s, g: _normal(m, s, g)),
    (f"(float mean, float std, IntList size, *, Generator? generator=None, {OUT_OPTIONS})", _normal_of),
)


# -- sampling by a tensor ----------------------------------------------------------------------------------------
#
# Draws depend on a tensor's values but have no derivative: PyTorch gives them a node whose gradient is zero.


@operation(input=lambda F, g: F.zeros_like(g), examples=lambda r: [(r(2, 3, low=0.0, high=1.0), None)])
def bernoulli(input: Array, generator: Generator | None) -> Array:
    """Ones with the probabilities of ``input``, element by element, and zeros."""
    return _source(generator).bernoulli(input)


def _of_operand(draw: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """``draw(input, *rest)`` for all rows."""

    def apply(input: Tensor, *rest: Any) -> Tensor:
        return sampled(lambda x: draw(x, *rest), (input,)) if state.levels else draw(input, *rest)

    apply.__doc__ = draw.__doc__
    return apply


def _bernoulli_p(input: Tensor, p: float, generator: Generator | None) -> Tensor:
    """Ones of probability ``p``, and zeros, in the shape of ``input``."""
    values = made(_source(generator).bernoulli_(np.empty(input.array.shape, input.array.dtype), p))
    return recorded.bernoulli_of_number(input, values)


define(
    "bernoulli",
    ("(Tensor input, *, Generator? generator=None, Tensor out=None)", _of_operand(bernoulli)),
    ("(Tensor input, float p, *, Generator? generator=None)", _of_operand(_bernoulli_p)),
    into="torch Tensor",
)


@operation(input=lambda F, g: F.zeros_like(g), examples=lambda r: [(r(2, 3, low=0.5, high=4.0), None)])
def poisson(input: Array, generator: Generator | None) -> Array:
    """Poisson random numbers of the rates ``input``, element by element."""
    return random_counts.poisson(_source(generator), input)


define("poisson", ("(Tensor input, Generator? generator=None)", _of_operand(poisson)))


def _multinomial(input: Tensor, num_samples: int, replacement: bool, generator: Generator | None) -> Tensor:
    """Indices drawn with the probabilities in (each row of) ``input``."""
    weights = input.array
    if state.levels and weights.ndim > 2:  # rows of rows, which a level of vmap put together
        shape = weights.shape[:-1]
        drawn = random_sampling.multinomial(
            _source(generator), weights.reshape(-1, weights.shape[-1]), num_samples, replacement
        )
        return made(drawn.reshape(*shape, num_samples))
    return made(random_sampling.multinomial(_source(generator), weights, num_samples, replacement))


define(
    "multinomial",
    (
        "(Tensor input, SymInt num_samples, bool replacement=False, *, Generator? generator=None, Tensor out=None)",
        _of_operand(_multinomial),
    ),
    into="torch Tensor",
)


def _binomial(count: Tensor, prob: Tensor, generator: Generator | None) -> Tensor:
    """Binomial random numbers: successes of probability ``prob`` in ``count`` trials."""

    def draw(count: Tensor, prob: Tensor) -> Tensor:
        values = made(random_counts.binomial(_source(generator), count.array, prob.array))
        return recorded.binomial(count, prob, values)

    return sampled(draw, (count, prob))


define("binomial", ("(Tensor count, Tensor prob, Generator? generator=None)", _binomial))


# -- filling in place --------------------------------------------------------------------------------------------


def _filler(name: str, draw: Callable[..., np.ndarray], number: int = 0) -> Callable[..., Tensor]:
    """An operation that replaces every element: no gradient flows to what was there before. ``number`` is that of the
    overload in PyTorch's graph names."""

    def fill(input: Array, values: np.ndarray) -> Array:
        """The values that were drawn, in place of the input's."""
        return values

    fill.__name__ = f"{name}values{number or ''}"  # an operation for each distribution: its graph name is PyTorch's
    node = f"{name.strip('_').title().replace('_', '')}Backward{number}"
    replaced = operation(
        node=node, input=lambda F, g: F.zeros_like(g), examples=lambda r: [(r(2, 3), np.ones((2, 3)))]
    )(fill)

    def apply(input: Tensor, *arguments: Any) -> Tensor:
        *bounds, generator = arguments
        check_inplace(input)
        if state.levels:
            check_captured(input, name)
            return _filled_rows(input, draw, bounds, generator)
        check_overlap(input.array)
        values = draw(_source(generator), _blank(input.array), *bounds)
        if input.node is None:
            store(input, values)
            input.bump()
            return input
        return in_place(replaced)(input, values)

    apply.__doc__ = f"Fill with random numbers, in place: {name}."
    return apply


def _blank(array: np.ndarray) -> np.ndarray:
    """An array to draw into in the order of the other's memory, without gaps only where that has none."""
    if array.flags.c_contiguous:
        return np.empty(array.shape, array.dtype)
    laid = np.empty_like(array, order="K", subok=False)
    return np.empty((*array.shape, 2), array.dtype)[..., 0] if laid.flags.c_contiguous else laid


def _filled_rows(input: Tensor, draw: Callable[..., np.ndarray], bounds: Any, generator: Generator | None) -> Tensor:
    """Fill a tensor under ``torch.func``: at each level by what that level says."""
    kind = input.array.dtype
    first = bounds[0] if bounds else None
    if isinstance(first, Tensor) and (rows_apart() or any(each.rows for each in levels_of((first,)))):
        if any(each.rows and each.randomness == "same" for each in levels_of((first,))):
            raise RuntimeError(NO_SAME)
        for each in rows_apart():
            if each in levels_of((first,)) and each not in levels_of((input,)):
                raise RuntimeError(NO_INPLACE.format(what="inplace bernoulli", where="in a vmap"))
        wide = roles.expand(first, input.array.shape) if first.array.shape != input.array.shape else first
        blank = TENSORS.zeros_like(input)
        values = sampled(
            lambda like, p: made(draw(_source(generator), np.empty(like.array.shape, kind), p)), (blank, wide)
        )
    else:
        values = noise(input, lambda shape: draw(_source(generator), np.empty(shape, kind), *bounds), fresh=False)
    roles.copy_into(input, values)
    return input


_FILLERS: dict[str, tuple[str, Callable[..., np.ndarray]]] = {
    "uniform_": ("float from=0.0, float to=1.0, ", lambda g, out, low, high: g.uniform_(out, low, high)),
    "normal_": ("float mean=0.0, float std=1.0, ", lambda g, out, mean, std: g.normal_(out, mean, std)),
    "log_normal_": ("float mean=1.0, float std=2.0, ", lambda g, out, mean, std: g.log_normal_(out, mean, std)),
    "exponential_": ("float lambd=1.0, ", lambda g, out, rate: g.exponential_(out, rate)),
    "cauchy_": ("float median=0.0, float sigma=1.0, ", lambda g, out, median, sigma: g.cauchy_(out, median, sigma)),
    "geometric_": ("float p, ", lambda g, out, p: g.geometric_(out, p)),
}
for _name, (_bounds, _draw) in _FILLERS.items():
    define(_name, (f"(Tensor input, {_bounds}*, Generator? generator=None)", _filler(_name, _draw)), into="Tensor")

_random, _random_to, _random_any = (_filler("random_", lambda g, out, *b: g.random_(out, *b), k) for k in range(3))
define(
    "random_",
    ("(Tensor input, *, Generator? generator=None)", _random_any),
    ("(Tensor input, int from, int? to, *, Generator? generator=None)", _random),
    (
        "(Tensor input, int to, *, Generator? generator=None)",
        lambda input, to, generator: _random_to(input, 0, to, generator),
    ),
    into="Tensor",
)


def _bernoulli_values(source: Generator, out: np.ndarray, p: Any) -> np.ndarray:
    filled: np.ndarray = source.bernoulli_(out, p.array if isinstance(p, Tensor) else p)
    return filled


define(
    "bernoulli_",
    ("(Tensor input, Tensor p, *, Generator? generator=None)", _filler("bernoulli_", _bernoulli_values, 1)),
    ("(Tensor input, float p=0.5, *, Generator? generator=None)", _filler("bernoulli_", _bernoulli_values, 2)),
    into="Tensor",
)
