"""Results as a table for other programs: CSV or Markdown, a row each, written at the end."""

from __future__ import annotations

from ..api.tensor.tensor_repr import shown_name
from ..engine.tensor import Tensor
from ..events import Event, Gradients, Printed, Value
from .echo import echoed
from .matrix import csv_text, markdown_text
from .plain import Plain
from .stream import Stream
from .table import LEAF, Row, numbers

#: Wider than any line of numbers.
_WIDE = 1 << 20


class Rows(Plain):
    """A row for each result, with the columns of the terminal's table. What the program prints goes to ``err``."""

    __slots__ = ("markdown", "rows")

    def __init__(self, out: Stream, err: Stream, file: str, *, markdown: bool) -> None:
        super().__init__(out, err, file)
        self.markdown = markdown
        self.rows: list[Row] = []

    def show(self, event: Event) -> None:
        if isinstance(event, Value):
            self.rows.append(self._row(event.source, event.value))
        elif isinstance(event, Gradients):
            self.rows += [self._row(name, leaf) for name, leaf in event.leaves]
        elif isinstance(event, Printed):
            self.err.write(event.text)
        else:
            super().show(event)

    def _row(self, expression: str, value: object) -> Row:
        expression = " ".join(expression.split())
        if not isinstance(value, Tensor):
            return Row(expression, echoed(value, self.out.digits), type=type(value).__name__)
        node = value.grad_fn
        history = shown_name(node) if node is not None else LEAF if value.requires_grad else ""
        gradient = "" if value.grad is None else _line(value.grad)
        return Row(expression, _line(value), str(list(value.array.shape)), value.dtype.name, history, gradient)

    def end(self, ok: bool, seconds: float) -> None:
        if self.rows:
            write = markdown_text if self.markdown else csv_text
            self.out.write(write(Row._fields, self.rows))


def _line(tensor: Tensor) -> str:
    return " ".join(numbers(tensor, _WIDE).split())
