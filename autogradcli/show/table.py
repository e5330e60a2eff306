"""Values as a table for a terminal: expression, value, shape, dtype, grad_fn and gradient side by side.

What a column would repeat stays out of the value's own text: in the table ``tensor([1., 2.],
dtype=torch.float64)`` is ``[1., 2.]`` with ``float64`` beside it. Columns that no row needs are left out; where
the columns don't fit the terminal, each result is a short list instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from shutil import get_terminal_size
from typing import Any, NamedTuple

from ..api.tensor.tensor_repr import shown_name
from ..api.tensor.tensor_text import options, tensor_text
from ..engine.tensor import Tensor
from ..events import Event, Gradients, Value
from .echo import echoed
from .errors import cells
from .escape import escape, escape_line
from .plain import Plain
from .stream import Stream

#: Tensors of more elements are shown by their edges, of which about so many elements are shown too.
THRESHOLD = 200
#: Characters that are shown of an expression and of a value that is no tensor.
MAX_EXPRESSION = 40
MAX_TEXT = 2000
#: A tensor's lines are not made narrower than this, whatever the other columns leave.
MIN_VALUE = 24
#: Characters before the cells of a list.
LABEL = 12
#: Blanks between two columns, and at the left edge.
GAP = 2


class Row(NamedTuple):
    """One line of the table, its cells escaped. The fields of COLUMNS are the columns' heads.

    ``wide`` is value and gradient again for a list, where each has the whole width.
    """

    expression: str
    value: str
    shape: str = ""
    dtype: str = ""
    grad_fn: str = ""
    gradient: str = ""
    wide: tuple[str, str] = ("", "")


COLUMNS = Row._fields[:-1]


class Rich(Plain):
    """Results in tables, everything else as in Plain.

    With ``collect`` consecutive results stand in one table, which is written when something else has to be
    or the program ends; without, each is a table at once.
    """

    __slots__ = ("collect", "rows", "width")

    def __init__(self, out: Stream, err: Stream, file: str, *, collect: bool) -> None:
        super().__init__(out, err, file)
        self.collect = collect
        self.rows: list[Row] = []
        self.width = get_terminal_size().columns

    def show(self, event: Event) -> None:
        if isinstance(event, Value):
            self.rows.append(row(event.source, event.value, self.width))
        elif isinstance(event, Gradients):
            self.rows += [row(name, leaf, self.width) for name, leaf in event.leaves]
        else:
            self.flush()
            super().show(event)
            return
        if not self.collect:
            self.flush()

    def end(self, ok: bool, seconds: float) -> None:
        self.flush()

    def flush(self) -> None:
        rows, self.rows = self.rows, []
        if rows:
            self.out.raw(table_text(rows, self.width, self.out))


def row(expression: str, value: Any, width: int, gradient: Tensor | None = None) -> Row:
    """The cells of a value for a terminal of that width: made at once, for a later statement may change it.

    ``gradient`` stands in for ``value.grad``. Raises what making a value's text raises.
    """
    expression = escape_line(_cut(" ".join(expression.split()), MAX_EXPRESSION))
    if not isinstance(value, Tensor):
        return Row(expression, escape(_cut(echoed(value), MAX_TEXT)), dtype=escape_line(type(value).__name__))
    shape, dtype = str(list(value.array.shape)), value.dtype.name
    node = value.grad_fn
    grad_fn = "" if node is None else escape_line(shown_name(node))
    if gradient is None:
        gradient = value.grad
    left = width - sum(map(len, (expression, shape, dtype, grad_fn))) - 6 * GAP
    if gradient is not None:
        left //= 2
    shown = [value] if gradient is None else [value, gradient]
    texts = [numbers(tensor, left) for tensor in shown]
    # What is one line is the same in any width.
    wide = [numbers(tensor, width - LABEL) if "\n" in text else text for tensor, text in zip(shown, texts)]
    if gradient is None:
        return Row(expression, texts[0], shape, dtype, grad_fn, wide=(wide[0], ""))
    return Row(expression, texts[0], shape, dtype, grad_fn, texts[1], (wide[0], wide[1]))


def numbers(value: Tensor, width: int) -> str:
    """A tensor's numbers alone, in lines of about that many characters."""
    kept = options.linewidth, options.threshold, options.edgeitems
    options.linewidth = min(options.linewidth, max(width, MIN_VALUE))
    options.threshold = min(options.threshold, THRESHOLD)
    while options.edgeitems > 1 and (2 * options.edgeitems) ** value.array.ndim > THRESHOLD:
        options.edgeitems -= 1
    try:
        text = tensor_text(value.array, prefix="")
    finally:
        options.linewidth, options.threshold, options.edgeitems = kept
    # What follows the numbers are dtype and size, in columns of their own.
    return text[: text.rindex("]") + 1] if value.array.ndim else text[:-1].partition(",")[0]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."


def table_text(rows: Sequence[Row], width: int, out: Stream) -> str:
    """The rows as columns if they fit the width, else as lists."""
    used = [name for name in COLUMNS if name in COLUMNS[:2] or any(getattr(row, name) for row in rows)]
    columns = [[str(getattr(row, name)) for row in rows] for name in used]
    widths = [max(len(head), *map(_width, column)) for head, column in zip(used, columns)]
    if sum(widths) + GAP * len(widths) > width:
        return "".join(_as_list(row, out) for row in rows)
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    styles = {"expression": "bold", "shape": "dim", "dtype": "dim", "grad_fn": "cyan", "gradient": "green"}
    table = Table(box=None, padding=(0, 0, 0, GAP), pad_edge=True, header_style="dim italic")
    for head in used:
        table.add_column(head, style=styles.get(head, ""), no_wrap=True, overflow="ignore")
    for line in zip(*columns):
        # Text, never a string: nothing that a user typed is read as markup.
        table.add_row(*map(Text, line))
    drawn = StringIO()
    console = Console(
        file=drawn,
        width=width,
        force_terminal=out.colour,
        color_system="standard" if out.colour else None,
        legacy_windows=False,
        _environ={},
    )
    console.print(table)
    return "".join(line.rstrip() + "\n" for line in drawn.getvalue().split("\n")[:-1])


def _width(text: str) -> int:
    return max(map(cells, text.split("\n")))


def _as_list(line: Row, out: Stream) -> str:
    lines = [out.style(line.expression, "1")]
    value, gradient = line.wide
    for name in COLUMNS[1:]:
        cell = getattr(line, name)
        if cell:
            cell = {"value": value, "gradient": gradient}.get(name) or cell
            indent = "\n" + " " * LABEL
            lines.append(f"  {out.style(name.ljust(9), '2')} {cell.replace(chr(10), indent)}")
    return "\n".join(lines) + "\n"
