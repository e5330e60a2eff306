"""``numpy.linalg``, ``numpy.fft`` and ``numpy.testing``: each loaded by who names it."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import costs
from .calls import Call
from .kinds import LinAlgError

#: Name -> value, of ``numpy.linalg``.
LINALG: dict[str, Any] = {"LinAlgError": LinAlgError}
_NAMES_1 = (
    "inv solve det slogdet eig eigh eigvals eigvalsh cholesky lstsq pinv matrix_rank matrix_power cond norm "
    "vector_norm matrix_norm"
)
for _name in _NAMES_1.split():
    LINALG[_name] = Call(_name, getattr(np.linalg, _name), costs.factoring(), text=True)
for _name in ("svd", "svdvals", "qr"):
    LINALG[_name] = Call(_name, getattr(np.linalg, _name), costs.factoring(full=True), text=True)
LINALG["matmul"] = Call("matmul", np.matmul, costs.matmul, of_tensors=True)
LINALG["outer"] = Call("outer", np.linalg.outer, costs.outer)
LINALG["tensordot"] = Call("tensordot", np.tensordot, costs.tensordot)
for _name in ("cross", "vecdot"):
    LINALG[_name] = Call(_name, getattr(np.linalg, _name), costs.broadcasting(8))
for _name in ("trace", "diagonal", "matrix_transpose"):
    LINALG[_name] = Call(_name, getattr(np.linalg, _name), costs.linear(2))


def _transformed(args: costs.Args, named: costs.Named) -> costs.Made:
    n = costs.whole(costs.argument(args, named, 1, "n"), 1)
    size = costs.total(args[:1], {})
    s = costs.argument(args, named, 1, "s")
    count = 2 * size + (n * size if n > 1 and size else n)
    count += costs.shaped(s) if isinstance(s, (list, tuple)) else 0
    return 4 * count, 64 * count


#: Name -> value, of ``numpy.fft``.
FFT: dict[str, Any] = {
    name: Call(name, getattr(np.fft, name), _transformed)
    for name in ("fft", "ifft", "rfft", "irfft", "fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "hfft", "ihfft")
}
for _name in ("fftshift", "ifftshift"):
    FFT[_name] = Call(_name, getattr(np.fft, _name), costs.linear(2))
for _name in ("fftfreq", "rfftfreq"):
    FFT[_name] = Call(_name, getattr(np.fft, _name), costs.filled(0, "n"))


def _asserting(name: str) -> Call:
    def check(*args: Any, **kwargs: Any) -> None:
        getattr(np.testing, name)(*args, **kwargs)

    return Call(name, check, costs.broadcasting(8), text=True)


#: Name -> value, of ``numpy.testing``.
TESTING: dict[str, Any] = {
    name: _asserting(name)
    for name in (
        "assert_allclose", "assert_array_equal", "assert_almost_equal", "assert_array_almost_equal", "assert_equal",
        "assert_array_less",
    )
}  # fmt: skip
