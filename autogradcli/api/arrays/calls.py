"""Calling NumPy: arguments through the gate, costs charged before, warnings and errors handed on, our values out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics.away import away
from ...numerics.limits import MAX_BYTES, run
from .gate import taken
from .kinds import dtype_of, give, handed_on
from .values import HANDLING, NumPyArray

#: (name, arguments, keywords) -> about (elements that the call makes, steps that it takes).
Cost = Callable[[tuple[Any, ...], Mapping[str, Any]], tuple[int, int]]

#: Keywords that would lead out of the language, or into arrays of other kinds.
_REFUSED = frozenset({"like", "subok", "signature", "buffer", "offset", "strides", "device"})

#: Keywords that are texts.
_TEXTS = frozenset(
    {"order", "kind", "mode", "side", "indexing", "method", "casting", "UPLO", "ord", "bins", "optimize", "norm",
     "err_msg", "p"}
)  # fmt: skip

#: Steps of arithmetic from which a call is worth a thread that can be left.
_HEAVY = 1 << 26

#: What happens with divisions by zero and the like, unless a program says otherwise: ``numpy.errstate``.
_HANDLED = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
_CALLING = {"divide": "call", "over": "call", "under": "ignore", "invalid": "call"}


def charge(count: int) -> None:
    """So many elements are about to be made. Raises MemoryError in NumPy's words where there is no room for them."""
    if count > 1 << 12:
        if 8 * count > MAX_BYTES:
            raise MemoryError(f"Unable to allocate {_size(8 * count)} for an array with {count} elements")
        run.spend(8 * count)


def _size(count: float) -> str:
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB"):
        if count < 1024:
            return f"{count:.3g} {unit}"
        count /= 1024
    return f"{count:.3g} PiB"


def perform(kernel: Callable[..., Any], *args: Any, heavy: bool = False, **kwargs: Any) -> Any:
    """What NumPy computes, as NumPy gives it: its warnings are the program's, its errors are of kinds it knows."""
    with warnings.catch_warnings(record=True) as caught, np.errstate(**(_HANDLED | HANDLING)):  # type: ignore[arg-type]
        warnings.simplefilter("always")
        try:
            found = away(lambda: kernel(*args, **kwargs)) if heavy else kernel(*args, **kwargs)
        except Exception as error:
            told = handed_on(error)
            if told is error:
                raise
            raise told from None
    for each in caught:
        state.warn(each.category.__name__, str(each.message))
    return found


def perform_named(name: str, kernel: Callable[..., Any], *args: Any, heavy: bool = False) -> Any:
    """``perform`` for a kernel that warns of nothing but divisions by zero and their like, in a third of the time.
    ``name`` is what NumPy's warnings call it."""
    met: list[str] = []
    ways = _CALLING if not HANDLING else {key: _by_call(way) for key, way in (_HANDLED | HANDLING).items()}
    with np.errstate(call=lambda what, flag: met.append(what), **ways):  # type: ignore[arg-type]
        try:
            found = away(kernel, *args) if heavy else kernel(*args)
        except Exception as error:
            told = handed_on(error)
            if told is error:
                raise
            raise told from None
    for what in dict.fromkeys(met):
        state.warn("RuntimeWarning", f"{what} encountered in {name}")
    return found


def _by_call(way: str) -> str:
    return "call" if way == "warn" else way


class Call:
    """A function of the table: NumPy's ``kernel`` under its name.

    ``cost`` says what it will make. ``text`` lets texts in (``einsum``). ``writes`` are functions that change an
    argument, which are never left half-way. ``of_tensors`` give a tensor for a tensor, as NumPy's ufuncs do through
    PyTorch's ``__array_wrap__``.
    """

    __slots__ = ("cost", "kernel", "name", "of_tensors", "quick", "text", "writes")

    def __init__(
        self,
        name: str,
        kernel: Callable[..., Any],
        cost: Cost,
        *,
        text: bool = False,
        writes: bool = False,
        of_tensors: bool = False,
    ) -> None:
        self.name, self.kernel, self.cost = name, kernel, cost
        self.text, self.writes, self.of_tensors = text, writes, of_tensors
        self.quick = isinstance(kernel, np.ufunc)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        name = self.name
        given = tuple(
            [taken(value, name, text=self.text and (at > 0 or name == "einsum")) for at, value in enumerate(args)]
        )
        named = {key: self.keyword(key, value) for key, value in kwargs.items()}
        made, steps = self.cost(given, named)
        charge(made)
        heavy = steps > _HEAVY and not self.writes and "out" not in named
        if self.quick and not named:
            found = perform_named(self.kernel.__name__, self.kernel, *given, heavy=heavy)
        else:
            found = perform(self.kernel, *given, heavy=heavy, **named)
        if self.of_tensors and any(isinstance(value, Tensor) for value in args):
            return tensors_of(found)
        if "out" in kwargs and found is named["out"]:
            return kwargs["out"]
        if given and found is given[0]:  # ``asarray`` of an array
            return args[0] if type(args[0]) is NumPyArray else give(found)
        return give(found)

    def keyword(self, key: str, value: Any) -> Any:
        if key in _REFUSED:
            raise TypeError(f"{self.name}() got an unexpected keyword argument '{key}'")
        if key == "dtype":
            return None if value is None else needed_dtype(value)
        if key == "out":
            if value is None:
                return None
            if type(value) is not NumPyArray:
                raise TypeError("return arrays must be of ArrayType")
            return value.array
        return taken(value, self.name, text=key in _TEXTS)


def needed_dtype(value: Any) -> np.dtype:
    found = dtype_of(value)
    if found is None:
        if type(value) is str:
            raise TypeError(f"data type {value!r} not understood")
        raise TypeError(f"Cannot interpret a value of type '{type(value).__name__}' as a data type")
    return found


def tensors_of(found: Any) -> Any:
    """What NumPy computed of a tensor, as PyTorch has it wrapped: a tensor again."""
    if isinstance(found, tuple):
        return tuple(map(tensors_of, found))
    array = np.asarray(found)
    return wrap(array.astype(np.uint8) if array.dtype.kind == "b" else array)
