"""``gc``: what nobody has any more, collected at once."""

from __future__ import annotations

import gc
from typing import Any

from .entries import entering


@entering("gc")
def collect(generation: Any = 2) -> int:
    """Collect the values that nothing leads to any more; how many there were."""
    if type(generation) is not int:
        raise TypeError(f"'{type(generation).__name__}' object cannot be interpreted as an integer")
    return gc.collect(generation)
