"""``numpy``: a closed table over arrays; the functions are ``api/arrays``'s. Its parts are loaded as they are named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from ...api.arrays import members  # noqa: F401 - which gives arrays their methods
from ...api.arrays.errstate import ErrState
from ...api.arrays.functions import CONSTRUCTED, NAMES, WINDOWS
from ...api.arrays.kinds import AxisError
from ...api.arrays.printing import PrintOptions
from ...api.arrays.ufuncs import Ufunc
from ...api.arrays.values import NumPyArray
from ...api.calls.registry import NAMESPACES
from ..compile.calls import CONSTRUCTORS, DIRECT, Builtin
from ..values import bytes_methods  # noqa: F401 - which gives arrays their bytes
from ..values.budget import SIZED
from ..values.kinds import Form
from .numpy_callbacks import TABLE

_FILES = {
    "save": "tofile memmap",
    "load": "fromfile fromregex",
}
_INSTEAD = {
    "save": "programs here write no files: --save FILE on the command line, or :save at the prompt, writes variables",
    "load": "programs here read no files: --load FILE on the command line, or :load at the prompt, reads CSV, JSON, "
    "NPY and NPZ into variables",
}


class Part(dict[str, Any]):
    """The table of ``numpy.random`` and its like, filled when anything in it is asked for."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self.make: Callable[[], dict[str, Any]] | None = make

    def filled(self) -> dict[str, Any]:
        make, self.make = self.make, None
        if make is not None:
            self.update(as_values(make()))
        return self

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self.filled(), name)

    def __getitem__(self, name: str) -> Any:
        return dict.__getitem__(self.filled(), name)

    def __iter__(self) -> Any:
        return dict.__iter__(self.filled())

    def __len__(self) -> int:
        return dict.__len__(self.filled())

    def get(self, name: str, default: Any = None) -> Any:
        return dict.get(self.filled(), name, default)

    def keys(self) -> Any:
        return dict.keys(self.filled())

    def values(self) -> Any:
        return dict.values(self.filled())

    def items(self) -> Any:
        return dict.items(self.filled())


def as_values(names: dict[str, Any]) -> dict[str, Any]:
    """The same names, each function as a value of the language."""
    return {
        name: value if isinstance(value, (type, Ufunc)) or not callable(value) else Builtin(name, value)
        for name, value in names.items()
    }


#: Functions over files, which are loaded when one is called.
_OF_FILES = ("save", "savez", "savez_compressed", "load", "savetxt", "loadtxt", "genfromtxt")


def _in_files(name: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        from .numpy_files import CALLS

        return CALLS[name](*args, **kwargs)

    return call


def _refusing(name: str, instead: str) -> Callable[..., Any]:
    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError(f"numpy.{name}: {instead}")

    return refuse


def _random() -> dict[str, Any]:
    from ...api.arrays import draws

    generators: dict[type, Any] = {kind: kind for kind in (draws.RandomState, draws.Generator)}
    CONSTRUCTORS.update(generators)
    return draws.RANDOM


def _linalg() -> dict[str, Any]:
    from ...api.arrays import linear

    return linear.LINALG


def _fft() -> dict[str, Any]:
    from ...api.arrays import linear

    return linear.FFT


def _testing() -> dict[str, Any]:
    from ...api.arrays import linear

    return linear.TESTING


_table = as_values(NAMES)
for _way, _names in _FILES.items():
    _table |= as_values({_name: _refusing(_name, _INSTEAD[_way]) for _name in _names.split()})
_table |= as_values({_name: _in_files(_name) for _name in _OF_FILES})
_table |= TABLE
NAMESPACES["numpy"] = _table
NAMESPACES["numpy.linalg"] = Part(_linalg)
NAMESPACES["numpy.fft"] = Part(_fft)
NAMESPACES["numpy.random"] = Part(_random)
NAMESPACES["numpy.testing"] = Part(_testing)
NAMESPACES["numpy.lib.stride_tricks"] = as_values({"sliding_window_view": WINDOWS})
NAMESPACES["numpy.typing"] = {_name: Form(_name) for _name in ("ArrayLike", "DTypeLike", "NBitBase", "NDArray")}
NAMESPACES["numpy.exceptions"] = {"AxisError": AxisError}

DIRECT.add(Ufunc)
SIZED.add(NumPyArray)
CONSTRUCTORS.update(CONSTRUCTED)
CONSTRUCTORS.update({ErrState: ErrState, PrintOptions: PrintOptions})
