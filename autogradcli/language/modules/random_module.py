"""``random``: Python's own generator, draw for draw."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from ...api.calls.python_function import renamed
from ...api.calls.registry import Method, attributes_of, namespace
from ...numerics.naming import shown_as
from ..compile.calls import CONSTRUCTORS, Builtin
from ..values.budget import budget, check_bits, check_items
from .entries import is_number

_Generator = random.Random


@shown_as("random.Random")
class Random:
    """A generator of its own: ``random.Random(seed)``."""

    __slots__ = ("source",)

    def __init__(self, x: Any = None) -> None:
        self.source = _Generator()
        seed(self, x)


def seed(generator: Random, a: Any = None, version: Any = 2) -> None:
    """Begin anew from a number or a text; without one from the system's entropy."""
    if a is not None and not is_number(a) and type(a) is not str:
        raise TypeError("The only supported seed types are: None,\nint, float, str, bytes, and bytearray.")
    generator.source.seed(a)


def _numbers(name: str) -> Callable[..., Any]:
    """A method whose arguments are numbers."""
    function = vars(_Generator).get(name) or vars(_Generator.__mro__[1])[name]

    def call(generator: Random, /, *args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()):
            if value is not None and not is_number(value):
                raise TypeError(f"{name}() takes numbers, not '{type(value).__name__}'")
            if type(value) is int:
                check_bits(value.bit_length())
        return function(generator.source, *args, **kwargs)

    return call


def choice(generator: Random, seq: Any) -> Any:
    items = budget.items(seq)
    if not items:
        raise IndexError("Cannot choose from an empty sequence")
    return generator.source.choice(items)


def shuffle(generator: Random, x: Any) -> None:
    if type(x) is not list:
        raise TypeError(f"'{type(x).__name__}' object does not support item assignment")
    budget.spend(8 * len(x))
    generator.source.shuffle(x)


def sample(generator: Random, population: Any, k: Any, *, counts: Any = None) -> list[Any]:
    if isinstance(population, (set, dict)):
        raise TypeError("Population must be a sequence.  For dicts or sets, use sorted(d).")
    if type(k) is not int:
        raise TypeError(f"'{type(k).__name__}' object cannot be interpreted as an integer")
    if type(population) is range:
        check_items(k)
        return generator.source.sample(population, k)
    weights = None if counts is None else budget.items(counts)
    return generator.source.sample(budget.items(population), k, counts=weights)


def choices(
    generator: Random, population: Any, weights: Any = None, *, cum_weights: Any = None, k: Any = 1
) -> list[Any]:
    if type(k) is not int:
        raise TypeError(f"'{type(k).__name__}' object cannot be interpreted as an integer")
    check_items(k)
    given = [None if each is None else budget.items(each) for each in (weights, cum_weights)]
    for values in given:
        if values is not None and not all(map(is_number, values)):
            raise TypeError("weights must be numbers")
    return generator.source.choices(budget.items(population), given[0], cum_weights=given[1], k=k)


def getrandbits(generator: Random, k: Any, /) -> int:
    if type(k) is not int:
        raise TypeError(f"'{type(k).__name__}' object cannot be interpreted as an integer")
    check_bits(k)
    return generator.source.getrandbits(k)


_METHODS: dict[str, Callable[..., Any]] = {
    "seed": seed, "choice": choice, "shuffle": shuffle, "sample": sample, "choices": choices,
    "getrandbits": getrandbits,
    "getstate": lambda generator: generator.source.getstate(),
    "setstate": lambda generator, state: generator.source.setstate(state),
    **{
        name: _numbers(name)
        for name in (
            "random", "randint", "randrange", "uniform", "triangular", "betavariate", "expovariate", "gammavariate",
            "gauss", "lognormvariate", "normalvariate", "vonmisesvariate", "paretovariate", "weibullvariate",
        )
    },
}  # fmt: skip

#: The one that the functions of the module draw from.
shared = Random()


def _of_shared(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: method(shared, *args, **kwargs)


_table = namespace("random")
for _name, _method in _METHODS.items():
    _method = renamed(_method, f"Random.{_name}")
    attributes_of(Random)[_name] = Method(_method)
    _table[_name] = Builtin(_name, _of_shared(_method))
_table["Random"] = Random
CONSTRUCTORS[Random] = Random
