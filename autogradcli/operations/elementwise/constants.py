"""Zero and one as 0-d arrays of each dtype, which a ufunc takes twice as fast as it takes a Python number; and the rule
of what is constant piece by piece."""

from __future__ import annotations

from typing import Any

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


def zeros_rule(F: Any, g: Any) -> Any:
    """The rule of what does not change with its operand, or only in jumps."""
    return F.zeros_like(g)
