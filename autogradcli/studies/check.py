"""Gradients against finite differences, element by element, and against formulas that somebody claims.

Three numbers are compared: what the engine gives in the program's own precision, what it gives for the same operations
in double precision, and finite differences of these in double precision (``explain/differences.py``). The second
against the third says whether the rules are right, the first against the second how many digits rounding costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..engine.tensor import Tensor
from ..explain.derived import agrees
from ..explain.differences import Slopes, grain, slopes
from ..explain.replay import gradients_at
from ..explain.truth import Truth
from ..recorded import NoFormula, Program, Reading
from .kinks import culprit
from .numbers import Arrays, Numbers
from .places import Place, Start, parts, places_of, starts_of
from .verdicts import AGREES, CLAIM, Compared, Row, judged

#: Elements that are compared.
MOST = 200
#: Elements whose gradient is looked at for rounding.
_LOOKS = 20


class Asked(NamedTuple):
    order: int = 1
    forward: bool = False
    claims: Sequence[tuple[str, str]] = ()
    """Names of leaves with formulas of their gradients."""


class Checked(NamedTuple):
    rows: list[Row]
    """Those first that are not as they should be."""
    names: list[str]
    notes: list[str]
    elements: int
    """How many could have been compared."""
    claims: int
    order: int = 1

    @property
    def ok(self) -> bool:
        return not any(row.bad for row in self.rows)


#: ``claimed(name, text, shape)``: the value of a claim.
Claimed = Callable[[str, str], np.ndarray]


def check(program: Program, asked: Asked, claimed: Claimed, gradient: Any = None, given: Sequence[str] = ()) -> Checked:
    """Compare the gradients of a program's value, ``inside`` its session.

    ``gradient`` is the one to start from; without, a result that is no scalar is compared element by element, or its
    sum where there are claims or second derivatives. ``given`` are variables that are compared though the result
    doesn't depend on them. Raises ValueError where there is nothing to compare, and for claims that don't fit.
    """
    try:
        return _Study(program, asked, given).checked(claimed, gradient)
    except NoFormula as error:
        raise ValueError(str(error)) from None


class _Study:
    def __init__(self, program: Program, asked: Asked, given: Sequence[str]) -> None:
        self.program = program
        self.asked = asked
        self.reading = reading = Reading(program, through=True)
        self.numbers = Numbers(reading)
        self.notes = list(reading.notes)
        self.looked = 0
        variables = program.session.variables
        names = reading.meaning.values()
        self.absent = [name for name in given if name not in names and isinstance(variables.get(name), Tensor)]
        if not reading.leaves and not self.absent:
            raise NoFormula(f"the leaves that {program.asked} was computed from have no name any more")
        self.notes += [f"{name} isn't compared: {why}" for name, why in reading.opaque().items()]
        if reading.unnamed:
            self.notes.append(f"{program.asked} also depends on leaves that no variable names any more")
        again = self.numbers.value({}, double=False)
        self.numbers.value({})
        if again.shape != reading.result.array.shape or not agrees(again, reading.result.array):
            raise NoFormula(f"{program.asked} is random: computed again it is something else")

    # -- comparing ----------------------------------------------------------------------------------------

    def checked(self, claimed: Claimed, gradient: Any) -> Checked:
        summed = "second derivatives" if self.asked.order == 2 else "gradients" if self.asked.claims else ""
        starts = starts_of(self.reading, gradient, summed, self.notes)
        claims = self._claims(claimed)
        by_element = gradient is None and not summed
        results = self.reading.result.array.size * (2 if self.reading.result.array.dtype.kind == "c" else 1)
        self.elements = (results if by_element else 1) * sum(
            self.numbers.wide[name].size for name in self.numbers.names
        )
        if self.asked.order == 2:
            rows = self._second(starts[0])
        else:
            rows = self._first(starts, claims)
        rows += self._absent(claims)
        if not rows:
            raise ValueError("there is no element to compare: what it depends on is empty")
        names = [*(self.reading.meaning[name] for name in self.numbers.names), *self.absent]
        compared = len(rows)
        self.elements += len(self.absent)
        if compared < self.elements:
            what = "second derivatives" if self.asked.order == 2 else "elements"
            by_size = self.asked.order == 1 and not self.asked.forward
            how = "some of the largest and some at random" if by_size else "chosen at random"
            self.notes.append(f"{compared} of {self.elements} {what} were compared, {how}")
        rows.sort(key=lambda row: row.rank)
        return Checked(rows, names, self.notes, self.elements, len(claims), self.asked.order)

    def _claims(self, claimed: Claimed) -> dict[str, np.ndarray]:
        found: dict[str, np.ndarray] = {}
        names = [*(self.reading.meaning[name] for name in self.numbers.names), *self.absent]
        for name, text in self.asked.claims:
            if name not in names:
                raise ValueError(f"--claim {name}: there is no such gradient; there are those of {', '.join(names)}")
            value = claimed(name, text)
            word = self.reading.word(name)
            shape = self.numbers.wide[word].shape if word in self.numbers.wide else value.shape
            if value.shape != shape:
                raise ValueError(
                    f"--claim {name}={text!r} has the shape {list(value.shape)}, but {name}.grad has {list(shape)}"
                )
            found[word] = value.reshape(-1)
        return found

    def _first(self, starts: Sequence[Start], claims: Mapping[str, np.ndarray]) -> list[Row]:
        numbers = self.numbers
        seeds = self.seeds = [start.seed for start in starts]
        gradients = [] if self.asked.forward else numbers.gradients(seeds, True)
        places = places_of(numbers, max(MOST // len(starts), 20), gradients)
        if self.asked.forward:
            narrow, wide = self._forward(places, seeds, False), self._forward(places, seeds, True)
            refused: Mapping[str, str] = {}
        else:
            narrow = _at(self._as_it_ran(seeds), places)
            wide = _at(gradients, places)
            refused = self.refused
        scales = [_scale([wide[k] for k in _of(places, name)]) for name in numbers.names]
        scale_of = dict(zip(numbers.names, scales, strict=True))
        rows = []
        for k, place in enumerate(places):
            compared = [
                Compared(
                    shown=place.shown + (f" -> {start.label}" if start.label else ""),
                    narrow=narrow[k][j],
                    wide=wide[k][j],
                    claimed=claims[place.name][place.at] if place.name in claims else None,
                    scale=scale_of[place.name],
                    precision=numbers.narrow[place.name].dtype,
                    reason=refused.get(place.name, ""),
                    forward=self.asked.forward,
                )
                for j, start in enumerate(starts)
            ]
            rows += self._judged(compared, place, lambda value: parts(value, seeds))
        return rows

    def _judged(
        self,
        compared: Sequence[Compared],
        place: Place,
        part: Callable[[np.ndarray], np.ndarray],
        of: Callable[[Arrays], np.ndarray] | None = None,
    ) -> list[Row]:
        """The rows of one element, of which the differences are: looked at twice where something is said of them."""

        def name(side: int) -> str:
            return "" if of is not None else self._culprit(place, side)

        rows: list[Row] = []
        for careful in (False, True):
            found = self._differences(place, part, of, careful)

            def coarse(j: int, careful: bool = careful) -> float:
                return self._grain(place, j) if careful and of is None and not self.asked.forward else 0.0

            rows = [judged(one, [s.one(j) for s in found], name, partial(coarse, j)) for j, one in enumerate(compared)]
            if all(row.verdict == AGREES for row in rows):
                break
        return rows

    def _grain(self, place: Place, start: int) -> float:
        """How far rounding moves the engine's gradient of an element. Of the first few that are asked for."""
        if self.looked >= _LOOKS:
            return 0.0
        self.looked += 1
        numbers, seed = self.numbers, self.seeds[start]
        here = numbers.wide[place.name].reshape(-1)[place.at]
        found = []
        for k in range(8):
            changed = numbers.with_element(place.name, place.at, here * (1 + k * 1e-7 * 2**0.5))
            gradient = numbers.gradients([seed], True, changed)[0]
            found.append(np.array([abs(gradient[place.name].reshape(-1)[place.at])]))
        return float(grain(found)[0])

    def _culprit(self, place: Place, side: int) -> str:
        return culprit(self.numbers, place.name, place.at, (1, 1j)[side])

    def _as_it_ran(self, seeds: Sequence[np.ndarray]) -> list[Arrays]:
        """What ``backward`` gives, hooks and all; where the graph can't be asked any more, what the operations give."""
        leaves = {name: slot.origin for name, slot in self.reading.leaves.items()}
        result = self.reading.result
        truth = Truth(self.program.recording, result, leaves, Tensor(np.asarray(seeds[0], result.array.dtype)))
        self.refused = truth.refused(self.reading)
        if truth.refusal:
            self.notes.append(f"backward() fails by now: {truth.refusal}")
            return self.numbers.gradients(seeds, False)
        assert result.node is not None
        found = []
        for seed in seeds:
            given = gradients_at([(result.node, np.asarray(seed, result.array.dtype))], leaves)
            found.append({n: given.get(n, np.zeros_like(self.numbers.narrow[n])) for n in self.numbers.names})
        return found

    def _forward(self, places: Sequence[Place], seeds: Sequence[np.ndarray], double: bool) -> list[list[complex]]:
        rows: list[list[complex]] = []
        for place in places:
            along = [
                parts(self.numbers.forward(place.name, place.at, unit, double), seeds)
                for unit in self._units(place.name)
            ]
            rows.append([_joined([one[k] for one in along]) for k in range(len(seeds))])
        return rows

    def _units(self, name: str) -> tuple[complex, ...]:
        return (1, 1j) if self.numbers.wide[name].dtype.kind == "c" else (1,)

    def _differences(
        self,
        place: Place,
        part: Callable[[np.ndarray], np.ndarray],
        of: Callable[[Arrays], np.ndarray] | None,
        careful: bool,
    ) -> list[Slopes]:
        """Along the real axis, and of a complex leaf along the imaginary one."""
        numbers = self.numbers
        here = numbers.wide[place.name].reshape(-1)[place.at]
        compute = numbers.value if of is None else of

        def real(t: float) -> np.ndarray:
            return part(compute(numbers.with_element(place.name, place.at, t if units == 1 else t + 1j * here.imag)))

        def imaginary(t: float) -> np.ndarray:
            return part(compute(numbers.with_element(place.name, place.at, here.real + 1j * t)))

        units = len(self._units(place.name))
        found = [slopes(real, float(here.real), careful)]
        if units == 2:
            found.append(slopes(imaginary, float(here.imag), careful))
        return found

    # -- second derivatives -------------------------------------------------------------------------------

    def _second(self, start: Start) -> list[Row]:
        numbers = self.numbers
        if any(numbers.wide[name].dtype.kind == "c" for name in numbers.names):
            raise ValueError("--order 2 compares real second derivatives: the leaves here are complex")
        total = sum(numbers.wide[name].size for name in numbers.names)
        self.elements = total * total
        places = places_of(numbers, int(MOST**0.5))
        chosen = [(place.name, place.at, 1.0) for place in places]
        narrow = [_at_places(found, places) for found in numbers.second(start.seed, chosen, False)]
        wide = [_at_places(found, places) for found in numbers.second(start.seed, chosen, True)]
        scale = _scale(wide)

        def gradient(changed: Arrays) -> np.ndarray:
            return _at_places(numbers.gradients([start.seed], True, changed)[0], places).real

        rows = []
        for j, by in enumerate(places):
            compared = [
                Compared(
                    shown=f"{of.shown}, {by.shown}",
                    narrow=narrow[i][j],
                    wide=wide[i][j],
                    claimed=None,
                    scale=scale,
                    precision=numbers.narrow[of.name].dtype,
                )
                for i, of in enumerate(places)
            ]
            rows += self._judged(compared, by, lambda g: g, gradient)
        return rows

    def _absent(self, claims: Mapping[str, np.ndarray]) -> list[Row]:
        """Variables that the result doesn't depend on, which have no gradient."""
        if self.asked.order == 2:
            return []
        rows = []
        for name in self.absent:
            self.notes.append(f"{self.program.asked} doesn't depend on {name}")
            claim = claims.get(name)
            wrong = claim is not None and bool(np.any(claim))
            value = None if claim is None else complex(claim.reshape(-1)[int(np.argmax(np.abs(claim)))])
            error = abs(value) if value is not None else 0.0
            rows.append(Row(name, 0.0, 0.0, 0.0, value, error, CLAIM if wrong else AGREES, ""))
        return rows


def _at(found: Sequence[Arrays], places: Sequence[Place]) -> list[list[complex]]:
    """By places, then gradients to start from."""
    return [[_number(one[place.name].reshape(-1)[place.at]) for one in found] for place in places]


def _at_places(found: Arrays, places: Sequence[Place]) -> np.ndarray:
    return np.array([_number(found[place.name].reshape(-1)[place.at]) for place in places])


def _number(value: Any) -> complex:
    return complex(value) if np.iscomplexobj(value) else float(value)


def _joined(parts: Sequence[float]) -> complex:
    return float(parts[0]) if len(parts) == 1 else complex(parts[0], parts[1])


def _of(places: Sequence[Place], name: str) -> list[int]:
    return [k for k, place in enumerate(places) if place.name == name]


def _scale(numbers: Sequence[Any]) -> float:
    sizes = np.abs(np.asarray(numbers, complex)).reshape(-1)
    sizes = sizes[np.isfinite(sizes)]
    return float(sizes.max()) if sizes.size else 0.0
