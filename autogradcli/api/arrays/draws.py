"""``numpy.random``: its two kinds of generators, draw for draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...numerics.limits import check_items, run
from ...numerics.naming import shown_as
from ..calls.argument_types import type_name
from ..calls.python_function import renamed
from ..calls.registry import Method, attributes_of
from . import costs
from .calls import Call, Cost, perform
from .values import LEGACY, NumPyArray, NumPyScalar, NumPySource


def _seed(value: Any) -> Any:
    """What generators take for a seed: None, an integer, integers in a list."""
    if isinstance(value, NumPyScalar) or type(value) is NumPyArray:
        array = np.asarray(value.array)
        if array.dtype.kind not in "iub" or array.ndim > 1:
            raise TypeError("a seed is made of integers")
        return array.tolist()
    if value is None or type(value) in (int, bool):
        if type(value) is int and value.bit_length() > 1 << 16:
            raise OverflowError("a seed of so many bits")
        return value
    if type(value) in (list, tuple):
        check_items(len(value))
        run.spend(64 * len(value))
        return [_seed(each) for each in value]
    raise TypeError(
        "SeedSequence expects int or sequence of ints for entropy not "
        + (value[:40] if type(value) is str else type_name(value))
    )


@shown_as("numpy.random.RandomState")
class RandomState(NumPySource):
    """The generator of old: ``numpy.random.seed`` and what draws from it."""

    __slots__ = ()

    def __init__(self, seed: Any = None) -> None:
        self.source = perform(np.random.RandomState, _seed(seed))

    def kept(self) -> Any:
        return self.source.get_state()

    def put_back(self, kept: Any) -> None:
        self.source.set_state(kept)

    def __repr__(self) -> str:
        return f"RandomState(MT19937) at 0x{id(self):X}"


@shown_as("numpy.random._generator.Generator")
class Generator(NumPySource):
    """``numpy.random.default_rng(seed)``."""

    __slots__ = ()

    def __init__(self, seed: Any = None) -> None:
        self.source = perform(np.random.default_rng, _seed(seed))

    def kept(self) -> Any:
        return self.source.bit_generator.state

    def put_back(self, kept: Any) -> None:
        self.source.bit_generator.state = kept

    def __repr__(self) -> str:
        return f"Generator(PCG64) at 0x{id(self):X}"


def default_rng(seed: Any = None) -> Generator:
    """A generator of its own; one that is given comes back as it is."""
    return seed if type(seed) is Generator else Generator(seed)


#: name -> (cost, whether it changes its argument), for both kinds of generators.
_BOTH: dict[str, Cost] = {
    "uniform": costs.drawn(2), "normal": costs.drawn(2), "choice": costs.chosen, "permutation": costs.permuted,
    "exponential": costs.drawn(1), "beta": costs.drawn(2), "gamma": costs.drawn(2), "binomial": costs.drawn(2),
    "poisson": costs.drawn(1), "laplace": costs.drawn(2), "logistic": costs.drawn(2), "lognormal": costs.drawn(2),
    "standard_exponential": costs.drawn(0), "standard_cauchy": costs.drawn(0), "standard_t": costs.drawn(1),
    "standard_gamma": costs.drawn(1), "chisquare": costs.drawn(1), "geometric": costs.drawn(1),
    "gumbel": costs.drawn(2), "rayleigh": costs.drawn(1), "weibull": costs.drawn(1), "pareto": costs.drawn(1),
    "triangular": costs.drawn(3),
    "standard_normal": costs.drawn(0), "random": costs.drawn(0),
}  # fmt: skip


def _rows(at: int, width: int) -> Cost:
    """``size`` draws of a whole row each: as many as the argument at ``width`` has elements."""

    def cost(args: costs.Args, named: costs.Named) -> costs.Made:
        size = costs.argument(args, named, at, "size")
        row = costs.total(args[width : width + 1], {}) or 1
        count = (1 if size is None else costs.shaped(size)) * row + row * row
        return count, 16 * count

    return cost


_BOTH["multivariate_normal"] = _rows(2, 0)
_BOTH["dirichlet"] = _rows(1, 0)
_BOTH["multinomial"] = _rows(2, 1)

_LEGACY: dict[str, Cost] = {
    **_BOTH, "rand": costs.shapes, "randn": costs.shapes, "randint": costs.drawn(2), "random_sample": costs.drawn(0),
    "ranf": costs.drawn(0), "sample": costs.drawn(0), "random_integers": costs.drawn(2),
}  # fmt: skip
_NEW: dict[str, Cost] = {**_BOTH, "integers": costs.drawn(2), "permuted": costs.permuted}


def _method(kind: Any, name: str, cost: Cost) -> Callable[..., Any] | None:
    kernel = getattr(kind, name, None)
    if kernel is None:
        return None
    call = _Draw(name, kernel, cost)
    return lambda self, *args, **kwargs: call.draw(self, args, kwargs)


class _Draw(Call):
    """A method of a generator, which is no argument that comes from a program."""

    __slots__ = ()

    def draw(self, generator: NumPySource, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        # never left half-way: what is drawn next would be drawn by two
        bound = Call(self.name, lambda *a, **k: self.kernel(generator.source, *a, **k), self.cost, writes=True)
        return bound(*args, **kwargs)


def _shuffle(self: NumPySource, x: Any, **kwargs: Any) -> None:
    """Mix the elements of an array or a list in place, along its first axis."""
    if type(x) is list:
        run.spend(64 * len(x))
        order = np.arange(len(x))
        perform(self.source.shuffle, order)
        x[:] = [x[k] for k in order.tolist()]
        return
    if type(x) is not NumPyArray:
        raise TypeError(f"shuffle() takes an array or a list, not {type_name(x)}")
    axis = kwargs.pop("axis", None)
    if kwargs or (axis is not None and type(axis) is not int):
        raise TypeError("shuffle() takes an array and an axis")
    perform(self.source.shuffle, *((x.array,) if axis is None else (x.array, axis)))


def _reseed(self: RandomState, seed: Any = None) -> None:
    """Begin anew from a seed."""
    perform(self.source.seed, _seed(seed))


def _spawn(self: Generator, n_children: Any) -> list[Generator]:
    if type(n_children) is not int:
        raise TypeError("spawn() takes a number of generators")
    check_items(n_children)
    run.spend(4096 * max(n_children, 0))
    made = []
    for source in self.source.spawn(n_children):
        child = object.__new__(Generator)
        child.source = source
        made.append(child)
    return made


#: name -> method, for each class.
METHODS: dict[type, dict[str, Callable[..., Any]]] = {RandomState: {}, Generator: {}}
for _kind, _theirs, _table in (
    (RandomState, np.random.RandomState, _LEGACY), (Generator, np.random.Generator, _NEW),
):  # fmt: skip
    for _name, _cost in _table.items():
        _found = _method(_theirs, _name, _cost)
        if _found is not None:
            METHODS[_kind][_name] = _found
    METHODS[_kind]["shuffle"] = renamed(_shuffle, "shuffle")
    for _name, _call in METHODS[_kind].items():
        attributes_of(_kind)[_name] = Method(_call)
METHODS[RandomState]["seed"] = renamed(_reseed, "seed")
attributes_of(RandomState)["seed"] = Method(METHODS[RandomState]["seed"])
attributes_of(Generator)["spawn"] = Method(_spawn)


def shared() -> RandomState:
    """The generator that the functions of the module draw from: the session's own."""
    found = LEGACY.get("generator")
    if found is None:
        found = LEGACY["generator"] = RandomState()
    return found


def _of_shared(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: method(shared(), *args, **kwargs)


#: Name -> value, of ``numpy.random``.
RANDOM: dict[str, Any] = {
    **{name: _of_shared(method) for name, method in METHODS[RandomState].items()},
    "default_rng": default_rng, "RandomState": RandomState, "Generator": Generator,
}  # fmt: skip
