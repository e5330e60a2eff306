"""What ``derive`` shows: the gradient of a program with respect to each variable, as text that was tried.

Each gradient is read into the normal form and written with the fewest operations. Then its *text* is evaluated, at
the point and at another one near by, and shown only if it gives there what the engine gives, measured by the
gradient's own size. Where the short form doesn't, the plain one is taken; where that can't be said either, that
variable alone says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..api.calls.registry import home_among
from ..engine.tensor import Tensor, wrap
from ..numerics import dtypes
from .conditions import NOTHING, Beside, Condition, conditions_of, zero_where
from .derivation import History, gradients
from .expression import Expr
from .expression_text import lines_of, text_of
from .formula import HOMES
from .normal.choosing import begin, formula
from .normal.forms import Form, TooLong, word
from .normal.index_notation import Reader
from .normal.products import style
from .normal.repeats import named_parts
from .normal.terms import NotSaid
from .replay import replayed, values_at
from .spelling import Unspeakable

Compute = Callable[[Mapping[str, Any]], Any]
#: ``evaluate(lines, text, values)``: the value of a text of the language after lines ``name = text``.
Evaluate = Callable[[list[tuple[str, str]], str, Mapping[str, Any]], Any]

#: Digits that another order of operations may cost, as a part of the largest element.
_TOLERANCE = {2: 2e-2, 4: 2e-4, 8: 1e-8}


#: The methods that give a tensor a dtype.
_METHODS = {"float16": "half", "float32": "float", "float64": "double", "bfloat16": "bfloat16"}

#: What an operation raises for values that it isn't defined for.
DOMAIN = (ValueError, RuntimeError, TypeError, IndexError, NotImplementedError)


def _as_it_is(shown: Shown) -> Shown:
    return shown


class Subject(NamedTuple):
    """What is derived: the tensor that ``compute`` gives for the variables by name, the floating ones leaves that
    require grad."""

    compute: Compute
    variables: Mapping[str, Any]
    gradient: Any = None
    """Where a result that is no scalar starts from; the formulas call it ``g``."""
    constant: Collection[str] = ()
    """Variables that only have a value."""
    taken: Collection[str] = ()
    """Names that are nobody's."""
    finish: Callable[[Shown], Shown] = _as_it_is
    """What else is known of the formulas: of a program, where ``backward`` doesn't do what the operations say."""
    leaves: bool = True
    """Whether there is a variable to differentiate by."""
    names: Mapping[str, str] = {}  # nobody changes it
    """What variables are really called whose names are no words of the language: ``lin.weight`` of ``lin_weight``."""


class Shown(NamedTuple):
    """The gradients of a program as text."""

    gradients: list[tuple[str, str]]
    where: list[tuple[str, str]]
    """Names for what repeats, in the order in which they are to be evaluated."""
    conditions: list[Condition]
    """What holds beside the formulas."""
    missing: dict[str, str]
    """Variables without a formula, and why."""
    plain: list[str]
    """Variables whose formula is as the rules say it: the short form didn't hold."""
    value: str = ""
    """The result itself, where it was asked for."""
    hessian: Sequence[Block] = ()
    """Second derivatives, where they were asked for."""
    notes: tuple[str, ...] = ()
    """What a reader of a program's formulas has to know beside them."""


class Block(NamedTuple):
    """The second derivatives with respect to a variable and then another, whose shape comes last."""

    first: str
    second: str
    text: str
    product: str = ""
    """What the text is multiplied by, where the matrix itself has too many dimensions: the name of a tensor of the
    second variable's shape."""


NOTHING_SHOWN = Shown([], [], [], {}, [])


class Point(NamedTuple):
    """Values of the variables, and the gradients that the engine gives there."""

    values: dict[str, Any]
    numbers: Mapping[str, np.ndarray]


def derive(
    subject: Subject, *, evaluate: Evaluate, plain: bool = False, wrt: Collection[str] = (), value: bool = False
) -> Shown:
    """The gradient with respect to each variable, as text of the language.

    A variable that the result doesn't depend on gets ``None``. ``plain``: as the rules say it, not simplified.
    ``wrt``: these variables only. ``value``: a formula of the result as well. Raises NoFormula where the result has no
    gradient at all.
    """
    with np.errstate(all="ignore"):  # 0 / 0 is a value like any other, and no news to anybody
        shown = Deriving(subject, evaluate).shown(plain, wrt, value) if subject.leaves else NOTHING_SHOWN
        return finished(subject, shown, wrt)


def finished(subject: Subject, shown: Shown, wrt: Collection[str]) -> Shown:
    """The formulas, and of what has none only what was asked for."""
    shown = subject.finish(shown)
    missing = {k: why for k, why in shown.missing.items() if not wrt or set(k.split(", ")) <= set(wrt)}
    return shown._replace(missing=missing)


#: What nobody reads can still be run.
TOO_LONG = "it is too long to read"
_LONGEST_READ = 4_000
CHANGED = "what the program computes with was changed meanwhile, or is random"
ROUNDING = "it is 0 but for rounding"
#: The key of the result among the gradients; no variable has this name.
VALUE = ""


class Deriving:
    """One derivation, and what is known of it while its texts are made."""

    def __init__(self, subject: Subject, evaluate: Evaluate) -> None:
        variables, constant = subject.variables, subject.constant
        self.history = History()
        self.evaluate = evaluate
        self.seeds = None if subject.gradient is None else (subject.gradient,)
        self.found = gradients(subject.compute, variables, self.seeds, self.history, constant=constant)
        self.taken = frozenset(variables) | {"g"} | frozenset(subject.taken)
        numbers = self.found.numbers | {VALUE: self.found.roots[0][0].tensor.array}
        self.points = [self._point(variables, numbers)]
        second = dict(variables) | moved({name: v for name, v in variables.items() if name not in constant})
        arrays = {name: second[name].array for name, _ in self.found.gradients}
        try:
            numbers = replayed(self.history.steps, self.found.roots, arrays)
            values = values_at(self.history.steps, [e for e, _ in self.found.roots], arrays)
        except DOMAIN:
            return  # out of the domain there: one point has to do
        self.points.append(self._point(second, numbers | {VALUE: values[0]}))

    def _point(self, values: Mapping[str, Any], numbers: Mapping[str, np.ndarray]) -> Point:
        plain = {name: plain_of(value) for name, value in values.items()}
        if self.seeds is not None:
            plain["g"] = self.seeds[0]
        return Point(plain, numbers)

    def shown(self, plain: bool, wrt: Collection[str], value: bool) -> Shown:
        wanted = [(name, e) for name, e in self.found.gradients if not wrt or name in wrt]
        if value:
            wanted.insert(0, (VALUE, self.found.roots[0][0]))
        missing = {name: why for name, why in self.found.unsaid.items() if not wrt or name in wrt}
        begin()
        reader = Reader()
        short: dict[str, Form] = {}
        long: dict[str, str] = {}
        conditions: dict[str, Beside] = {}
        for name, e in wanted:
            if e is None or name in missing:
                continue
            form = None if plain else self.short(reader, name, e)
            if form is not None and self._holds(name, [], str(form)):
                short[name] = form
                conditions[name] = beside(reader, e, self.taken)
                continue
            try:
                text = text_of(e, self.taken)
                if len(text) > _LONGEST_READ:
                    raise TooLong(f"the formula has more than {_LONGEST_READ} characters")
            except (Unspeakable, TooLong) as problem:
                missing[name] = self._why(e, problem)
                continue
            if self._holds(name, [], text):
                long[name] = text
            else:
                missing[name] = ROUNDING if self._is_rounding(name) else CHANGED
        too_long = [name for name, why in missing.items() if why is TOO_LONG]
        if value and too_long:
            whole = self._as_program(wanted, missing)
            if whole is not None:
                return whole
        short, meanings = self._named(short)
        where = [(name, str(form)) for name, form in meanings]
        texts = {name: str(form) for name, form in short.items()} | long
        return Shown(
            [
                (name, "None" if e is None else texts[name])
                for name, e in wanted
                if name not in missing and name != VALUE
            ],
            where,
            conditions_of({name: found for name, found in conditions.items() if name != VALUE}, meanings),
            {name: why for name, why in missing.items() if name != VALUE},
            [name for name in long if name != VALUE],
            texts.get(VALUE, ""),
        )

    def short(self, reader: Reader, name: str | None, e: Expr) -> Form | None:
        style.cast = "" if e.dtype is dtypes.default.dtype else _METHODS.get(e.dtype.name, "")
        try:
            return formula(reader.read(e), word(name) if name else None).qualified(self.taken, home)
        except (Unspeakable, TooLong, NotSaid, OverflowError, RecursionError):
            return None

    def _named(self, short: dict[str, Form]) -> tuple[dict[str, Form], list[tuple[str, Form]]]:
        """With names for what repeats, if they hold."""
        named, meanings = named_parts(short, self.taken)
        where = [(name, str(form)) for name, form in meanings]
        if all(self._holds(name, where, str(form)) for name, form in named.items()):
            return named, meanings
        return short, []

    def _holds(self, name: str, where: list[tuple[str, str]], text: str) -> bool:
        """Whether a text gives the gradient at each point."""
        for values, numbers in self.points:
            true = numbers.get(name)
            if true is None:
                continue
            try:
                made = self.evaluate(where, text, values)
            except Exception:
                return False
            if isinstance(made, (int, float)) and not true.ndim:  # a number is as good as a tensor without dimensions
                made = wrap(np.asarray(made, true.dtype))
            if not isinstance(made, Tensor) or not agrees(made.array, true):
                return False
        return True

    def _is_rounding(self, name: str) -> bool:
        """Whether a gradient is so small beside the result that its digits are nothing but what was rounded off."""
        for values, numbers in self.points:
            true, value = numbers.get(name), np.abs(numbers[VALUE])
            size = np.abs(np.asarray(values[name].array)).max(initial=0)
            if true is None or not np.abs(true).max(initial=0) * size <= 1e-5 * value.max(initial=0):
                return False
        return True

    def _as_program(self, wanted: Sequence[tuple[str, Expr | None]], missing: Mapping[str, str]) -> Shown | None:
        """The same as lines, step by step, for code; None if these don't hold."""
        said = [(name, e) for name, e in wanted if e is not None and missing.get(name, TOO_LONG) is TOO_LONG]
        try:
            lines, texts = lines_of([e for _, e in said], self.taken)
        except Unspeakable:
            return None
        found = {name: text for (name, _), text in zip(said, texts, strict=True)}
        if not all(self._holds(name, lines, text) for name, text in found.items()):
            return None
        return Shown(
            [(n, found.get(n, "None")) for n, e in wanted if n != VALUE and (n in found or e is None)],
            lines,
            [],
            {name: why for name, why in missing.items() if name not in found},
            [name for name in found if name != VALUE],
            found.get(VALUE, ""),
        )

    def _why(self, e: Expr, problem: Exception) -> str:
        if isinstance(problem, TooLong):
            return TOO_LONG
        pending: list[Any] = [e]
        seen: set[int] = set()
        while pending:
            part = pending.pop()
            if isinstance(part, (list, tuple)):
                pending += part
            elif isinstance(part, Expr) and id(part) not in seen:
                seen.add(id(part))
                if id(part) in self.history.through:
                    return f"it goes through {self.history.through[id(part)]}"
                pending += part.parts
        return "a part of it has no name in the language"


def beside(reader: Reader, e: Expr, taken: Collection[str]) -> Beside:
    """What holds beside the formula of an expression that was read."""
    found = reader.conditions(e)
    if not found:
        return NOTHING
    whole = zero_where(e, reader.form)
    return Beside(
        [c.qualified(taken, home) for c in found], frozenset(c.qualified(taken, home) for c in found if c in whole)
    )


def home(name: str) -> str:
    """A function's full name."""
    found = home_among(HOMES, name)
    return name if found is None else f"{found}.{name}"


def agrees(mine: np.ndarray, true: np.ndarray) -> bool:
    """Whether two gradients are the same but for the last digits, measured by the gradient's own size."""
    if mine.shape != true.shape:
        return False
    finite = np.isfinite(true)
    if not np.array_equal(finite, np.isfinite(mine)) or not np.array_equal(
        mine[~finite], true[~finite], equal_nan=True
    ):
        return False
    if not finite.any():
        return True
    size = float(np.abs(true[finite]).max())
    return bool((np.abs(mine[finite] - true[finite]) <= _TOLERANCE.get(true.dtype.itemsize, 1e-8) * size).all())


def plain_of(value: Any) -> Any:
    if isinstance(value, Tensor):
        return wrap(value.array)
    if isinstance(value, (float, complex)) and not isinstance(value, bool):
        return wrap(np.asarray(value, dtypes.default.dtype.np))
    return value


def moved(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables a little way off, each element by another part of itself, always by the same."""
    draw = np.random.Generator(np.random.PCG64(20))
    found: dict[str, Any] = {}
    for name, value in variables.items():
        plain = plain_of(value)
        if isinstance(plain, Tensor) and plain.dtype.category >= dtypes.FLOATING:
            array = plain.array
            step = draw.uniform(0.01, 0.06, array.shape) * np.where(array == 0, 1.0, np.abs(array))
            plain = wrap((array + step).astype(array.dtype))
        found[name] = plain
    return found
