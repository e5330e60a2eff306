"""The engine's state that belongs to a session: put in place for a run, taken back and kept after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .api.arrays.values import HANDLING, LEGACY, PRINTING
from .api.tensor.tensor_text import PrintOptions, options
from .engine import modes
from .engine.state import Tape, state
from .numerics.dtypes import DType, default, float32
from .numerics.random.generator import Generator, default_generator
from .numerics.records import Record
from .numerics.releases import VERSIONS, releases


class _State(Record):
    modes: tuple[Any, ...]
    print_options: tuple[Any, ...]
    generator: tuple[Any, ...]
    grad: bool
    dtype: DType
    pytorch: str
    numpy: tuple[dict[str, Any], ...] = ({}, {}, {})
    """What programs set ``numpy`` to: how it prints, what it does at divisions by zero, its shared generator."""


class SessionState:
    """Modes, default dtype, print options, random numbers and the release of PyTorch that is meant, of one session: no
    other session sees them."""

    __slots__ = ("_around", "_own")

    def __init__(
        self,
        *,
        seed: int | None = None,
        default_dtype: DType | None = None,
        grad_enabled: bool = True,
        digits: int | None = None,
        pytorch: str | None = None,
    ) -> None:
        generator = Generator()
        if seed is None:
            generator.seed()
        else:
            generator.manual_seed(seed)
        around = modes.snapshot()
        state.reset()
        default.set(default_dtype or float32)
        state.grad = grad_enabled
        printed = PrintOptions()
        if digits is not None:
            printed.precision = digits
        own = modes.snapshot(), _values(printed), _sequence(generator)
        self._own = _State(*own, state.grad, default.dtype, pytorch or releases.current)
        modes.restore(around)
        self._around = self._own

    def enter(self, warn: Callable[[str, str], None]) -> None:
        """Make this session's state the engine's; warnings go to ``warn(category, message)``."""
        self._around = _current()
        _install(self._own)
        state.warn = warn

    def leave(self) -> None:
        """Keep the state as the run left it, and bring back what was before. Who listened is no part of it: that leads
        back to the session, whose tensors would then wait for the collector of cycles."""
        state.warn = _unheard
        self._own = _current()
        _install(self._around)

    def trace(self, tape: Tape | None) -> None:
        """From the next run on, tell ``tape`` of each operation; None for nobody. Between two runs."""
        around = _current()
        _install(self._own)
        state.tape = tape
        state.refresh()
        self._own = _current()
        _install(around)

    @property
    def grad_enabled(self) -> bool:
        """Whether history is recorded, between two runs."""
        return self._own.grad

    @property
    def default_dtype(self) -> DType:
        return self._own.dtype

    @property
    def pytorch(self) -> str:
        """The release of PyTorch that is meant, a key of ``VERSIONS``."""
        return self._own.pytorch

    def use_pytorch(self, release: str) -> None:
        """Mean another release from the next run on. Raises KeyError for an unknown one."""
        VERSIONS[release]
        self._own = self._own._replace(pytorch=release)

    def kept(self) -> tuple[Any, ...]:
        """All of it, for ``put_back``: the random numbers' engine by reference, as ``_sequence`` says."""
        return self._own

    def put_back(self, kept: tuple[Any, ...]) -> None:
        """Make the state what ``kept`` gave, between two runs."""
        self._own = _State(*kept)


def _unheard(category: str, message: str) -> None:
    """A warning while no run is under way."""


def _current() -> _State:
    return _State(
        modes.snapshot(),
        _values(options),
        _sequence(default_generator),
        state.grad,
        default.dtype,
        releases.current,
        _numpy(),
    )


def _install(wanted: _State) -> None:
    releases.use(wanted.pytorch)
    modes.restore(wanted.modes)
    for name, value in zip(PrintOptions.__slots__, wanted.print_options):
        setattr(options, name, value)
    for name, value in zip(_SEQUENCE, wanted.generator):
        setattr(default_generator, name, value)
    for settings, values in zip(_NUMPY, wanted.numpy):
        if settings or values:
            settings.clear()
            settings.update(values)


_NUMPY: tuple[dict[str, Any], ...] = (PRINTING, HANDLING, LEGACY)


def _numpy() -> tuple[dict[str, Any], ...]:
    return tuple([dict(settings) for settings in _NUMPY])


def _values(source: PrintOptions) -> tuple[Any, ...]:
    return tuple([getattr(source, name) for name in PrintOptions.__slots__])


#: What a generator's sequence consists of. By reference: copying 2.5 KB a run would be felt, and no two
#: sessions share a sequence.
_SEQUENCE = ("_seed", "_engine", "next_normal")


def _sequence(generator: Generator) -> tuple[Any, ...]:
    return tuple([getattr(generator, name) for name in _SEQUENCE])
