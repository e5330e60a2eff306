"""Functions of a number for commands of the prompt: an expression in a name, or a computed variable in a leaf."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..engine.tensor import Tensor
from ..show.escape import escape_line
from ..studies.curves import Scalar
from ..studies.intervals import Interval, interval, number_of, parts, trailing
from .commands.expressions import expression
from .commands.prompt import Prompt
from .commands.table import CommandError, needed
from .interruptible import value_of, within

WANTED = "an interval is needed after the expression, such as x=-3:3 or x=0:6:0.5"


def with_function(prompt: Prompt, argument: str, work: Callable[[Scalar, Sequence[Interval]], None]) -> str:
    """Do something with a function and the intervals that stand behind it; its text. Raises CommandError, Failure."""
    text, given = trailing(argument)
    needed(text, "an expression")
    intervals, fixed = _read(prompt, given)
    if not intervals:
        raise CommandError(WANTED)
    if len(intervals) > 2:
        raise CommandError("at most two intervals: give the other names a value")
    names = [each.name for each in intervals]
    problems: list[str] = []

    def guarded(function: Scalar) -> None:
        try:
            work(function, intervals)
        except (ValueError, TypeError) as error:
            problems.append(str(error))

    if _is_computed(prompt, text, names):
        if fixed:
            raise CommandError(
                f"{text} was computed already: only its leaves can have an interval, {fixed[0][0]} can't"
            )
        from .replayed import as_function

        as_function(prompt, text, names, guarded)
    else:
        expression(text)
        before = prompt.steps.snapshot()
        try:
            values = {name: value_of(prompt.interrupts, one) for name, one in fixed}
            function = value_of(prompt.interrupts, f"lambda {', '.join([*names, *values])}: (\n{text}\n)")
            scalar = Scalar(
                names, lambda leaves: function(*leaves.values(), *values.values()), prompt.session.state.default_dtype
            )
            within(prompt.interrupts, lambda: guarded(scalar), text)
        finally:
            before.restore(prompt.session)
    if problems:
        raise CommandError(escape_line(problems[0]))
    return text


def _is_computed(prompt: Prompt, text: str, names: Sequence[str]) -> bool:
    value = prompt.session.variables.get(text)
    return isinstance(value, Tensor) and not value.is_leaf and text not in names


def _read(prompt: Prompt, given: Sequence[tuple[str, str]]) -> tuple[list[Interval], list[tuple[str, str]]]:
    intervals: list[Interval] = []
    fixed: list[tuple[str, str]] = []
    for name, text in given:
        if name in [each.name for each in intervals] or name in [other for other, _ in fixed]:
            raise CommandError(f"{name} is given twice")
        texts = parts(text)
        if texts is None:
            fixed.append((name, text))
            continue
        numbers = [number_of(value_of(prompt.interrupts, one)) if one else None for one in texts[:3]]
        if None in numbers:
            raise CommandError(f"{name}={escape_line(text)}: an interval is of numbers")
        try:
            intervals.append(interval(name, [number for number in numbers if number is not None], texts))
        except ValueError as error:
            raise CommandError(escape_line(str(error))) from None
    return intervals, fixed
