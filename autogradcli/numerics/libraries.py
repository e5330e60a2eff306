"""How many threads a product of matrices is shared among: one, unless it is large.

OpenBLAS, which the wheels of NumPy and SciPy bring, shares a product of some hundred thousand steps among all
processors, and each thread waits for the others by spinning. Where something else runs on one of them (other jobs of a
machine for tests, the workers of a batch), a product that takes 20 microseconds alone takes thousands: the thread that
it waits for isn't running. So from the first such product of the process on it is told to take one thread, and all of
them only for the time of a product that takes much longer than waking threads does.

Other libraries (Accelerate, MKL) have no such call, and there nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Steps (one product and one sum) from which OpenBLAS takes more threads than one, and what is worth them.
SHARED, WORTH = 1 << 15, 1 << 26

_NAMES = ("scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}")


class Library:
    """The library of matrix products behind an extension module, if it lets itself be told. Its first product of
    ``SHARED`` steps must be asked for through ``run``, which tells it."""

    __slots__ = ("_module", "_most", "_set", "_told")

    def __init__(self, module: str) -> None:
        self._module = module
        self._told = False
        self._most = 1
        self._set: Callable[[int], Any] | None = None

    def run(self, steps: float, kernel: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """``kernel(*args, **options)``, which takes so many steps for each matrix, on as many threads as that is
        worth."""
        if not self._told:
            self._tell()
        if steps < WORTH or self._set is None:
            return kernel(*args, **options)
        self._set(self._most)
        try:
            return kernel(*args, **options)
        finally:
            self._set(1)

    def _tell(self) -> None:
        self._told = True
        try:
            import ctypes
            from importlib import import_module

            library = ctypes.CDLL(import_module(self._module).__file__)
        except (ImportError, OSError):
            return
        for name in _NAMES:
            get = getattr(library, name.format("get_num_threads"), None)
            change = getattr(library, name.format("set_num_threads"), None)
            if get is not None and change is not None:
                self._most = get()
                if self._most > 1:
                    self._set = change
                    change(1)
                return


NUMPY = Library("numpy._core._multiarray_umath")
SCIPY = Library("scipy.linalg._fblas")
