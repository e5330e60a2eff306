"""Commands about numbers of a whole function: are its gradients right, what is it elsewhere?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...show.escape import escape_line
from ...show.json_lines import strict_json
from .table import CommandError, command, needed
from .value_commands import ASKED, tensors

if TYPE_CHECKING:
    from ..app import Prompt


@command(":check", "EXPR [--OPTION...]", words=tensors, expression=True)
def _check(prompt: Prompt, argument: str) -> None:
    """Compare gradients with finite differences.

    Those of a computed variable, or of an expression, with respect to the leaves
    that it was computed from, element by element, in float64. After it may stand
    --claim NAME=FORMULA, which is compared too, --order 2, and --forward.
    """
    from ...show.arguments import read
    from ...show.check_text import OPTIONS, asked_of, check_event, check_text
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
