"""Values as a table for a terminal: an expression, its value, shape, type, history and gradient side by side.

What a column would repeat stays out of the value's own text: in the table ``tensor([1., 2.],
dtype=torch.float64)`` is ``[1., 2.]`` with ``float64`` beside it. Columns that no row needs are left out. Rows appear
as they come, in columns that are as wide as before where that will do. What is too wide for its column stands below its
row, where it has the whole width; where the other columns alone fill the terminal, each result is a short list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..api.tensor.tensor_repr import shown_name
from ..api.tensor.tensor_text import PrintOptions, options, tensor_text
from ..engine.tensor import Tensor
from ..events import Event, Gradients, Value
from ..numerics.records import Record
from .echo import echoed
from .errors import cells
from .escape import escape, escape_line
from .plain import Plain
from .stream import DIM, Stream, terminal_size

#: Tensors of more elements are shown by their edges, of which about so many elements are shown too.
THRESHOLD = 200
#: Characters that are shown of an expression and of a value that is no tensor.
MAX_EXPRESSION = 40
MAX_TEXT = 2000
#: Blanks between two columns, and at the left edge.
GAP = 2
#: Cells that a column has at least, so that few later rows need wider ones.
LEAST = {"expression": 10, "value": 12}
#: A value's column is not made narrower than this: then each result is a list.
MIN_VALUE = 16
LEAF = "leaf"
#: Columns of a terminal below which each result is a list.
NARROW = 60
BELOW = "gradient"


class Row(Record):
    """One line of the table, its cells escaped. The fields are the columns' heads."""

    expression: str
    value: str
    shape: str = ""
    type: str = ""
    requires_grad: str = ""
    """What made it, where it has a history, or that it is a leaf."""
    gradient: str = ""


_STYLES = {"expression": "1", "shape": DIM, "type": DIM, "requires_grad": "36", "gradient": "32"}


class Rich(Plain):
    """Results in tables, everything else as in Plain.

    With ``collect`` consecutive results stand in one table, which is written when something else has to be
    or the program ends; without, each appears at once, below the same heads as long as its cells fit.
    """

    __slots__ = ("collect", "rows", "table", "width")

    def __init__(self, out: Stream, err: Stream, file: str, *, collect: bool) -> None:
        super().__init__(out, err, file)
        self.collect = collect
        self.rows: list[Row] = []
        self.width = terminal_size()[0]
        self.table = Table(self.width, out)

    def show(self, event: Event) -> None:
        if isinstance(event, Value):
            self.rows.append(row(event.source, event.value, self.width, digits=self.out.digits))
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
            self.out.raw(self.table.text(rows))


def row(expression: str, value: Any, width: int, gradient: Tensor | None = None, digits: int | None = None) -> Row:
    """The cells of a value for a terminal of that width: made at once, for a later statement may change it.

    ``gradient`` stands in for ``value.grad``. Raises what making a value's text raises.
    """
    expression = escape_line(_cut(" ".join(expression.split()), MAX_EXPRESSION))
    if not isinstance(value, Tensor):
        return Row(expression, escape(_cut(echoed(value, digits), MAX_TEXT)), type=escape_line(type(value).__name__))
    node = value.grad_fn
    history = escape_line(shown_name(node)) if node is not None else LEAF if value.requires_grad else ""
    if gradient is None:
        gradient = value.grad
    return Row(
        expression,
        numbers(value, width - 2 * GAP),
        str(list(value.array.shape)),
        value.dtype.name,
        history,
        "" if gradient is None else numbers(gradient, width - 2 * GAP),
    )


def numbers(value: Tensor, width: int) -> str:
    """A tensor's numbers alone, in lines of about that many characters."""
    kept = options.linewidth, options.threshold, options.edgeitems
    own = options.linewidth if options.linewidth != PrintOptions().linewidth else width
    options.linewidth = max(min(own, width), MIN_VALUE)
    options.threshold = min(options.threshold, THRESHOLD)
    while options.edgeitems > 1 and (2 * options.edgeitems) ** value.array.ndim > THRESHOLD:
        options.edgeitems -= 1
    try:
        text = tensor_text(value.array, prefix="")
        if max(map(len, text.splitlines())) > options.linewidth > MIN_VALUE:  # brackets that close aren't counted there
            options.linewidth = max(options.linewidth - value.array.ndim, MIN_VALUE)
            text = tensor_text(value.array, prefix="")
    finally:
        options.linewidth, options.threshold, options.edgeitems = kept
    # What follows the numbers are dtype and size, in columns of their own.
    return text[: text.rindex("]") + 1] if value.array.ndim else text[:-1].partition(",")[0]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."


class Table:
    """The columns of one display: as wide as they were, until a row needs others."""

    __slots__ = ("out", "width", "widths")

    def __init__(self, width: int, out: Stream) -> None:
        self.width = width
        self.out = out
        #: Cells of each column that is in use, by its head.
        self.widths: dict[str, int] = {}

    def text(self, rows: Sequence[Row]) -> str:
        """The rows, below their heads where these are new."""
        beside = ("expression", "shape", "type", "requires_grad")
        needed = {head: max(_width(getattr(each, head)) for each in rows) for head in beside}
        widths = {
            head: max(n, len(head), LEAST.get(head, 0)) for head, n in needed.items() if n or head == "expression"
        }
        for head, before in self.widths.items():
            if head in beside:
                widths[head] = max(before, widths.get(head, 0))
        room = self.width - sum(widths.values()) - GAP * (len(widths) + 1)
        if room < MIN_VALUE or self.width < NARROW:
            self.widths = {}
            return "".join(_as_list(each, self.width, self.out) for each in rows)
        # Side by side where each takes no more than half of what is left.
        half = (room - GAP) // 2
        inline = [bool(each.gradient) and _width(each.value) <= half >= _width(each.gradient) for each in rows]
        if any(inline) or "gradient" in self.widths:
            wanted = max([len("gradient"), *[_width(each.gradient) for each, fits in zip(rows, inline) if fits]])
            widths["gradient"] = max(self.widths.get("gradient", 0), wanted)
            room -= widths["gradient"] + GAP
        fitting = [_width(each.value) for each in rows if _width(each.value) <= room]
        wanted = max([len("value"), LEAST["value"], *fitting, self.widths.get("value", 0)])
        widths["value"] = min(wanted, room)
        text = ""
        if widths != self.widths:
            self.widths = {head: widths[head] for head in Row._fields if head in widths}
            heads = GAP * " " + (GAP * " ").join([head.ljust(n) for head, n in self.widths.items()])
            text = self.out.style(heads.rstrip(), "2;3") + "\n"
        return text + "".join(self._row(each, fits) for each, fits in zip(rows, inline))

    def _row(self, row: Row, inline: bool) -> str:
        wide = _width(row.value) > self.widths["value"]
        shown = row._replace(value="" if wide else row.value, gradient=row.gradient if inline else "")
        columns = {head: getattr(shown, head).split("\n") for head in self.widths}
        text = ""
        for k in range(max(map(len, columns.values()))):
            line = ""
            for head, n in self.widths.items():
                cell = columns[head][k] if k < len(columns[head]) else ""
                line += GAP * " " + self.out.style(cell, _STYLES.get(head, "")) + " " * (n - cells(cell))
            text += line.rstrip() + "\n"
        if wide:
            text += _indented(row.value, 2 * GAP)
        if row.gradient and not inline:
            at = GAP + self.widths["expression"] + GAP
            label = GAP * " " + self.out.style(BELOW, DIM)
            gradient = row.gradient.split("\n")
            if not wide and _width(row.gradient) <= self.width - at:
                first = label + " " * (at - GAP - len(BELOW)) + self.out.style(gradient[0], "32") + "\n"
                return text + first + _indented("\n".join(gradient[1:]), at, self.out)
            text += label + "\n" + _indented(row.gradient, 2 * GAP, self.out)
        return text


def _indented(text: str, by: int, out: Stream | None = None) -> str:
    lines = text.split("\n") if text else []
    return "".join([" " * by + (line if out is None else out.style(line, "32")) + "\n" for line in lines])


def table_text(rows: Sequence[Row], width: int, out: Stream) -> str:
    """A table of these rows alone."""
    return Table(width, out).text(rows)


def _width(text: str) -> int:
    return max(map(cells, text.split("\n")))


def _as_list(row: Row, width: int, out: Stream) -> str:
    """A result for a narrow terminal: the value and the gradient each below what is said of them."""
    history = f"requires_grad: {row.requires_grad}" if row.requires_grad else ""
    beside = "  ".join(filter(None, (row.type, row.shape, history)))
    lines = [out.style(row.expression, "1") + (GAP * " " + out.style(beside, DIM) if beside else "")]
    if GAP + cells(row.expression) + cells(beside) > width:
        lines = [out.style(row.expression, "1"), GAP * " " + out.style(beside, DIM)]
    text = "\n".join(lines) + "\n" + _indented(row.value, GAP)
    if row.gradient:
        text += GAP * " " + out.style(BELOW, DIM) + "\n" + _indented(row.gradient, 2 * GAP, out)
    return text
