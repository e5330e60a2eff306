"""What is to be said of one element: whether the engine, finite differences and a claim agree, and if not, why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ..explain.differences import JUMP, KINK, NOWHERE, ONE_SIDED, STEEP, Slope

#: In the order in which rows are shown. The first three are not as they should be.
DISAGREES, CLAIM, UNSURE, DIGITS, BENT, AGREES = (
    "disagrees",
    "claim is wrong",
    "unsure",
    "digits lost",
    "kink",
    "agrees",
)
_ORDER = (DISAGREES, CLAIM, UNSURE, DIGITS, BENT, AGREES)
_BAD = 3

#: How much of itself a gradient may be off by, in a precision with such a rounding error.
_RELATIVE = {2: 5e-2, 4: 1e-3, 8: 1e-6}
#: Of finite differences, and of a claim.
_OF_DIFFERENCES, _OF_CLAIM = 1e-6, 1e-5
_ROUNDINGS = 32


class Row(NamedTuple):
    """One line of the table."""

    element: str
    engine: complex
    difference: complex
    uncertainty: float
    claimed: complex | None
    error: float
    verdict: str
    note: str
    sides: tuple[float, float] | None = None
    """The slopes on both sides, where they aren't the same."""

    @property
    def rank(self) -> tuple[int, float]:
        """Where it stands in the table; what is as it should be keeps its order."""
        size = np.inf if self.error != self.error else self.error
        return _ORDER.index(self.verdict), -size if self.bad else 0.0

    @property
    def bad(self) -> bool:
        return _ORDER.index(self.verdict) < _BAD


class Compared(NamedTuple):
    """The numbers of one element, and what is known beside them."""

    shown: str
    narrow: complex
    wide: complex
    claimed: complex | None
    scale: float
    """The largest gradient of the leaf."""
    precision: np.dtype
    reason: str = ""
    """Why the engine's gradient isn't what the operations say."""
    forward: bool = False


def judged(given: Compared, slopes: Sequence[Slope], culprit: Callable[[int], str], grain: Callable[[], float]) -> Row:
    """The row of an element with its slope; of a complex leaf's with those along the real and the imaginary axis.

    ``culprit(side)`` names the operation that bends along an axis, ``grain()`` says how far rounding moves the engine's
    gradient in double precision.
    """
    values = [s.value for s in slopes]
    difference: complex = values[0] if len(values) == 1 else complex(*values)
    uncertainty = max(s.error for s in slopes)
    engine, claimed = given.narrow, given.claimed
    row = Row(given.shown, engine, difference, uncertainty, claimed, 0.0, AGREES, "")
    for side, slope in enumerate(slopes):
        if slope.kind in (KINK, JUMP):
            return _bent(row, given, side if len(slopes) > 1 else -1, slope, culprit(side))
    error = _distance(engine, difference)
    if claimed is not None:
        error = max(error, _distance(claimed, difference), key=lambda e: np.inf if e != e else e)
    row = row._replace(error=error)
    kinds = {s.kind for s in slopes}
    if NOWHERE in kinds:
        if given.claimed is None and np.isnan(engine):
            return row._replace(verdict=UNSURE, note="there is no value here, and no derivative")
        return row._replace(verdict=UNSURE, note="there are no values around it to take differences of")
    beside = (
        "; there are values on one side only"
        if ONE_SIDED in kinds
        else "; the slope is infinite"
        if STEEP in kinds
        else ""
    )
    slack = 10 * uncertainty if np.isfinite(difference) else 0.0
    allowed = slack + _OF_DIFFERENCES * _size(difference) + 1e-9 * given.scale
    if not _near(given.wide, difference, allowed):
        if not given.reason and _near(given.wide, difference, allowed + 20 * grain()):
            return row._replace(verdict=DIGITS, note=f"rounding: in float64 too the engine is off, {shown(given.wide)}")
        return row._replace(verdict=DISAGREES, note=_why(given, "the engine gives another number") + beside)
    if slack > 0.1 * max(_size(difference), given.scale) + 1e-6:
        return row._replace(verdict=UNSURE, note=f"differences are no surer than +-{slack:.1g} here")
    rounding = _rounding(given.precision)
    relative = _RELATIVE.get(given.precision.itemsize // (2 if given.precision.kind == "c" else 1), 1e-6)
    digits = relative * _size(given.wide) + _ROUNDINGS * rounding * given.scale
    close = _near(engine, given.wide, digits + 1e-30)
    if not close and given.reason:
        return row._replace(verdict=DISAGREES, note=given.reason)
    if claimed is not None and not _near(claimed, given.wide, slack + _OF_CLAIM * max(_size(given.wide), given.scale)):
        return row._replace(verdict=CLAIM, note=f"claimed is {shown(claimed)}, right is {shown(given.wide)}")
    if not close:
        name = f"{given.precision.name}"
        return row._replace(
            verdict=DIGITS, note=f"{name} loses digits: in float64 the engine gives {shown(given.wide)}"
        )
    return row


def _bent(row: Row, given: Compared, side: int, slope: Slope, name: str) -> Row:
    """``side`` is -1 where there is one axis only."""

    def part(value: complex) -> float:
        return value.imag if side == 1 else value.real

    axis = ("", " along the real axis", " along the imaginary axis")[side + 1]
    of = f" of {name}" if name else ""
    takes = f"{axis}; the engine takes {shown(part(row.engine))}"
    if slope.kind == JUMP:
        note = f"{row.element} is at a jump{of}: there is no derivative{takes}"
        return row._replace(verdict=BENT, note=note, difference=np.nan)
    sides = slope.left, slope.right
    low, high = sorted(sides)
    allowed = max(1e-3 * (abs(low) + abs(high)), 1e-9)

    def outside(value: complex) -> float:
        return max(low - part(value), part(value) - high, 0.0) if part(value) == part(value) else np.inf

    verdict, error = BENT, outside(row.engine)
    if error > allowed:
        verdict = DISAGREES
    elif given.claimed is not None and outside(given.claimed) > allowed:
        verdict, error = CLAIM, outside(given.claimed)
    note = f"{row.element} is at a kink{of}: slopes {shown(sides[0])} and {shown(sides[1])}{takes}"
    return row._replace(verdict=verdict, note=note, sides=sides, error=float(error))


def _why(given: Compared, otherwise: str) -> str:
    if given.reason:
        return given.reason
    if np.isnan(given.wide):
        return "the engine gives nan: `grad` says where it begins" if not given.forward else "forward mode gives nan"
    return otherwise


def _size(value: complex) -> float:
    size = abs(value)
    return float(size) if np.isfinite(size) else 0.0


def _distance(a: complex, b: complex) -> float:
    return 0.0 if a == b else float(abs(a - b))


def _near(a: complex, b: complex, allowed: float) -> bool:
    return bool(a == b or abs(a - b) <= allowed)


def _rounding(dtype: np.dtype) -> float:
    if dtype.itemsize > 2 or (dtype.kind == "f" and dtype.itemsize == 2):
        return float(np.finfo(dtype).eps)
    return 2.0**-8 if dtype.itemsize == 2 else 0.25


def shown(value: complex) -> str:
    """A number for a reader."""
    if isinstance(value, complex):
        imaginary = f"{value.imag:.6g}"
        return f"{value.real:.6g}{'' if imaginary.startswith('-') else '+'}{imaginary}j"
    return f"{float(value):.6g}"
