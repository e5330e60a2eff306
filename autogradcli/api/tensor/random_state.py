"""Where the random numbers are: ``manual_seed``, ``get_rng_state``, ``Generator``, ``fork_rng``."""

from __future__ import annotations

from typing import Any

from ...engine.modes import ContextMode
from ...engine.tensor import Tensor, wrap
from ...numerics.random.generator import Generator, default_generator
from ..autograd.mode_names import ModeFunction
from ..calls.argument_types import type_name
from ..calls.python_function import define_python
from ..calls.registry import Method, Property, attributes_of, namespace


def _generator_seed(generator: Generator, seed: Any) -> Generator:
    if not isinstance(seed, int):
        raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
    return generator.manual_seed(seed)


def manual_seed(seed: Any) -> Generator:
    """Start the sequence of random numbers that belongs to ``seed``."""
    return default_generator.manual_seed(int(seed))


def initial_seed() -> int:
    """The seed that the sequence of random numbers started with."""
    return default_generator.initial_seed()


def seed() -> int:
    """Start the sequence of random numbers anew from a seed of the system's, which is returned."""
    return default_generator.seed()


def get_rng_state() -> Tensor:
    """Where the sequence of random numbers is, as a tensor of bytes."""
    return wrap(default_generator.get_state())


def set_rng_state(new_state: Tensor) -> None:
    """Go to where ``get_rng_state`` was called."""
    _set_state(default_generator, new_state)


def _set_state(generator: Generator, new_state: Any) -> None:
    if not isinstance(new_state, Tensor):
        raise TypeError(f"expected a torch.ByteTensor, but got {type_name(new_state)}")
    generator.set_state(new_state.array)


def make_generator(device: Any = None) -> Generator:
    """A sequence of random numbers of its own."""
    return Generator()


class ForkedRng(ContextMode):
    """``with torch.random.fork_rng():`` afterwards the sequence goes on as if nothing had been drawn inside."""

    __slots__ = ("enabled", "saved")

    def __init__(self, devices: Any = None, enabled: bool = True) -> None:
        self.enabled = enabled

    def __enter__(self) -> None:
        self.saved = default_generator.get_state()

    def __exit__(self, *error: Any) -> None:
        if self.enabled:
            default_generator.set_state(self.saved)


for _function in (manual_seed, initial_seed, seed, get_rng_state, set_rng_state):
    define_python(_function.__name__, _function, into="torch random")
namespace("torch.random")["fork_rng"] = ModeFunction("fork_rng", ForkedRng, ForkedRng.__doc__ or "")
define_python("Generator", make_generator)
namespace("torch")["default_generator"] = default_generator

_table = attributes_of(Generator)
_table["manual_seed"] = Method(_generator_seed, "Start the sequence of a seed.")
_table["initial_seed"] = Method(lambda g: g.initial_seed(), "The seed it started with.")
_table["seed"] = Method(lambda g: g.seed(), "Start anew from a seed of the system's.")
_table["get_state"] = Method(lambda g: wrap(g.get_state()), "Where the sequence is.")
_table["set_state"] = Method(_set_state, "Go to a state.")
_table["device"] = Property(lambda g: namespace("torch")["device"]("cpu"))
