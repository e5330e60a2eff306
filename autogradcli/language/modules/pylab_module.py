"""``pylab``: the names of pyplot and of NumPy in one, as Matplotlib's module has them."""

from __future__ import annotations

from ...api.calls.registry import namespace
from ..values.kinds import UNBOUND, Namespace
from . import numpy_module  # noqa: F401 - which enters NumPy's names

#: Later ones stand over earlier ones.
_SOURCES = ("matplotlib.pyplot", "numpy", "numpy.fft", "numpy.random", "numpy.linalg")
#: Python's own, which NumPy's don't hide.
_BUILT_IN = frozenset(("abs", "bool", "bytes", "max", "min", "pow", "round"))


def _fill() -> None:
    table = namespace("pylab")
    for place in _SOURCES:
        module = Namespace.of(place)
        if module is None:
            raise LookupError(place)
        for name in module.all_names():
            value = UNBOUND if name.startswith("_") or name in _BUILT_IN else module.get(name)
            if value is not UNBOUND:
                table[name] = value
    for short, place in (("np", "numpy"), ("plt", "matplotlib.pyplot")):
        table[short] = Namespace.of(place)


_fill()
