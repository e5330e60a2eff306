"""Commands about numbers of a whole function: are its gradients right, what is it elsewhere?"""

from __future__ import annotations

import os
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from ...show.escape import escape_line
from ...show.json_lines import strict_json
from ..files import write_file
from ..interruptible import value_of
from .prompt import Prompt
from .table import CommandError, command, needed
from .value_commands import ASKED, tensors

if TYPE_CHECKING:
    from ...show.pictures.output import Wanted
    from ...show.pictures.picture import Picture

#: Characters and lines of a picture at the most.
_COLUMNS, _LINES = 100, 30


@command(":check", "EXPR [--OPTION...]", words=tensors, expression=True)
def _check(prompt: Prompt, argument: str) -> None:
    """Compare gradients with finite differences.

    Those of a computed variable, or of an expression, with respect to the leaves
    that it was computed from, element by element, in float64. After it may stand
    --claim NAME=FORMULA, which is compared too, --order 2, and --forward.
    """
    from ...show.arguments import read
    from ...show.check_options import OPTIONS
    from ...show.check_text import asked_of, check_event, check_text
    from ..replayed import checked

    try:
        text, given = read(argument, OPTIONS)
        order = int(given.get("order", ["1"])[-1])
        asked = asked_of(order, "forward" in given, given.get("claim", ()))
    except ValueError as problem:
        raise CommandError(escape_line(str(problem))) from None
    found = checked(prompt, needed(text, ASKED), asked)
    if prompt.format == "json":
        prompt.out.raw(strict_json(check_event(text, asked, found)) + "\n")
    else:
        prompt.out.raw(check_text(found, prompt.width, prompt.out))


@command(":table", "EXPR NAME=A:B[:STEP]", words=tensors, expression=True)
def _table(prompt: Prompt, argument: str) -> None:
    """Show a function and its derivative at points.

    Of an expression, in which the name is a number, or of a computed variable as
    a function of a leaf of that name: :table x * exp(-x) x=0:6:0.5
    """
    from ...show.curve_text import table_event, table_text
    from ...studies.tables import Table, table_of
    from ..curves import with_function

    made: list[Table] = []
    text = with_function(prompt, argument, lambda function, intervals: made.append(table_of(function, intervals)))
    for table in made:
        if prompt.format == "json":
            prompt.out.raw(strict_json(table_event(text, table)) + "\n")
        else:
            prompt.out.write(table_text(table, prompt.width, prompt.out))


@command(":plot", "EXPR [NAME=A:B...]", words=tensors, expression=True)
def _plot(prompt: Prompt, argument: str) -> None:
    """Draw a function, or a list of numbers.

    As :plot losses, :plot sin(x) x=-3:3, or with contours :plot x * y x=-2:2 y=-2:2.
    After it may stand --path and an optimizer (several times), --start 1,2, --lr
    0.1, --steps 50, and --svg, --png or --html with a file.
    """
    from ...show.arguments import read
    from ...show.pictures.make import picture_of, picture_of_values
    from ...show.pictures.output import wanted
    from ...show.pictures.plot_options import OPTIONS
    from ...studies.intervals import parts, trailing
    from ..curves import WANTED, with_function

    try:
        text, given = read(argument, OPTIONS)
        asked = wanted(given)
    except ValueError as problem:
        raise CommandError(escape_line(str(problem))) from None
    needed(text, "a list of numbers, or an expression and an interval,")
    made: list[Picture] = []
    expression, words = trailing(text)
    if any(parts(value) is not None for _, value in words):
        with_function(
            prompt, text, lambda function, over: made.append(picture_of(expression, function, over, asked.descent))
        )
    elif words or asked.descent.ways:
        raise CommandError(WANTED)
    else:
        value = value_of(prompt.interrupts, text)
        try:
            made.append(picture_of_values(text, value))
        except ValueError as problem:
            raise CommandError(escape_line(str(problem))) from None
    for picture in made:
        _show(prompt, text, picture, asked)


def _show(prompt: Prompt, text: str, picture: Picture, asked: Wanted) -> None:
    from ...show.pictures.output import MissingError, as_file, as_text
    from ...show.pictures.picture import picture_event

    try:
        for kind, file in asked.files.items():
            if file == "-":
                raise CommandError(f"--{kind} needs a file")
            write_file(os.path.expanduser(file), as_file(picture, kind), file)
            prompt.out.write(f"written to {escape_line(file)}\n")
        if prompt.format == "json":
            prompt.out.raw(strict_json(picture_event(text, picture)) + "\n")
        elif not asked.files:
            lines = min(get_terminal_size().lines - 6, _LINES)
            prompt.out.raw(as_text(picture, min(prompt.width, _COLUMNS), lines, prompt.out.colour))
    except MissingError as error:
        raise CommandError(str(error)) from None
