"""Formulas that somebody claims, as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..engine.tensor import Tensor, wrap
from ..explain.recording import widened
from ..language.compile.evaluate import evaluate
from ..recorded import floating
from ..session import Session
from .numbers import precision


def reader(session: Session) -> Callable[[str, str], np.ndarray]:
    """What evaluates claims with a session's variables, ``inside`` it: in double precision, or as they are where that
    doesn't go, as with modules. What it gives raises ValueError for what is no number and no tensor."""
    variables: Mapping[str, Any] = session.variables
    wide = {name: wrap(widened(v.array)) if floating(v) else v for name, v in variables.items()}

    def claimed(name: str, text: str) -> np.ndarray:
        try:
            with precision(True):
                value = evaluate([], text, wide, session.prelude)
        except RuntimeError:  # dtypes that don't fit together
            value = evaluate([], text, variables, session.prelude)
        if isinstance(value, Tensor):
            return np.asarray(value.array, complex if value.array.dtype.kind == "c" else float)
        if isinstance(value, (int, float, complex)):
            return np.asarray(value, complex if isinstance(value, complex) else float)
        if isinstance(value, list):
            try:
                return np.asarray(value, float)
            except (TypeError, ValueError):
                pass
        raise ValueError(f"--claim {name}: a number or a tensor is needed, not {type(value).__name__}")

    return claimed
