"""``x=-3:3`` and ``x=0:6:0.5``: the points of an interval, in a form that is no expression of the language."""

from __future__ import annotations

import re
from math import floor, isfinite
from typing import Any, NamedTuple

import numpy as np

from ..engine.tensor import Tensor

#: Points of one interval, and of all points of several together.
MOST = 10_000
#: Points without a step: of a table, of a picture, of each side of one with two variables.
ROWS, SMOOTH, GRID = 11, 241, 61


#: A word of the form NAME=TEXT, as far as that can be told without its end.
_ASSIGNED = re.compile(r"([^\W\d]\w*)=(?!=)(.+)", re.DOTALL)


class Interval(NamedTuple):
    name: str
    start: float
    stop: float
    step: float | None

    def points(self, otherwise: int) -> list[float]:
        """From start to stop, both included where the step leads there; so many where there is no step."""
        if self.step is None:
            step, count = (self.stop - self.start) / (otherwise - 1), otherwise
        else:
            step, count = self.step, self._count(self.step)
        # Not 0.30000000000000004.
        return [float(f"{self.start + k * step:.14g}") for k in range(count)]

    def _count(self, step: float) -> int:
        return floor((self.stop - self.start) / step * (1 + 1e-12) + 1e-9) + 1


def parts(text: str) -> list[str] | None:
    """The two or three texts of an interval; None for anything else."""
    found = [""]
    depth = 0
    quote = ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == ":" and not depth:
            found.append("")
            continue
        found[-1] += character
    is_one = len(found) > 1 and not text.startswith("@") and not text.lstrip().startswith("lambda")
    return [one.strip() for one in found] if is_one else None


def interval(name: str, numbers: list[float], texts: list[str]) -> Interval:
    """An interval of these numbers. Raises ValueError, with what to do."""
    shown = f"{name}={':'.join(texts)}"
    if len(texts) > 3:
        raise ValueError(f"{shown} has more than three numbers: an interval is {name}=START:STOP or START:STOP:STEP")
    start, stop = numbers[:2]
    step = numbers[2] if len(numbers) == 3 else None
    if not all(map(isfinite, numbers)):
        raise ValueError(f"{shown}: an interval is of finite numbers")
    if start == stop:
        raise ValueError(f"{shown}: the interval begins where it ends")
    if step is not None:
        if step == 0 or (step > 0) != (stop > start):
            raise ValueError(f"{shown}: steps of {step:g} don't lead from {start:g} to {stop:g}")
        if (stop - start) / step >= MOST:
            raise ValueError(f"{shown} has more than {MOST} points: take a larger step")
    return Interval(name, start, stop, step)


def number_of(value: Any) -> float | None:
    """A value of the language as a number, where it is one."""
    if isinstance(value, Tensor) and value.array.size == 1:
        value = value.array.reshape(-1)[0]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        return None
    return float(value)


def trailing(text: str) -> tuple[str, list[tuple[str, str]]]:
    """An expression and the ``NAME=VALUE`` words behind it, as ``sin(a * x) x=0:pi a=2``."""
    words = [(match.start(), match.group()) for match in re.finditer(r"\S+", text)]
    found: list[tuple[str, str]] = []
    for start, word in reversed(words):
        before = text[:start]
        inside = sum(before.count(c) for c in "([{") > sum(before.count(c) for c in ")]}")
        match = _ASSIGNED.fullmatch(word)
        if match is None or inside or not before.strip():
            return text[: start + len(word)], found[::-1]
        found.append((match[1], match[2]))
    return text, found[::-1]
