"""Zero and one as 0-d arrays of each dtype: a ufunc takes them twice as fast as it takes a Python number."""

from __future__ import annotations

import numpy as np


class _Constants(dict[np.dtype, np.ndarray]):
    """dtype -> a 0-d array of one value, made when first asked for."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value

    def __missing__(self, dtype: np.dtype) -> np.ndarray:
        made = self[dtype] = np.array(self.value, dtype)
        made.flags.writeable = False
        return made


ZERO = _Constants(0)
ONE = _Constants(1)
