"""Numbers in tables and sentences: in a few significant digits, or in so many behind the point where that is asked."""

from __future__ import annotations

from math import isfinite
from typing import Any

from ..api.tensor.tensor_text import PrintOptions, options

#: What is usual, in which nobody asked.
_USUAL = PrintOptions().precision
#: Floating numbers of so many digits before the point are written with an exponent.
_LARGE = 1e16


def asked() -> int | None:
    """The digits that were asked for of the session that runs, as tensors have them; None for what is usual."""
    return None if options.precision == _USUAL else options.precision


def number_text(value: Any, digits: int | None, significant: int = 6) -> str:
    """A number with that many digits behind the point, zeros at its end left out; None: ``significant`` in all."""
    if isinstance(value, complex):
        real, imaginary = (number_text(part, digits, significant) for part in (value.real, value.imag))
        return f"{real}{'' if imaginary.startswith('-') else '+'}{imaginary}j"
    if isinstance(value, bool | int):
        return str(value)
    value = float(value)
    if digits is None:
        return f"{value:.{significant}g}"
    if not isfinite(value) or value == 0:
        return f"{value:g}"
    if abs(value) >= _LARGE or abs(value) < 0.5 * 10.0**-digits:
        return f"{value:.{digits}e}"
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
