"""Events as JSON Lines: one object a line, written as things happen.

Values are objects with a ``type``:

    tensor           dtype, shape, data (nested lists), requires_grad, is_leaf, grad_fn, grad
    int float bool str NoneType   data
    complex          data: [real, imaginary]
    list tuple set frozenset Size ...   data: a list of values
    dict             data: a list of [key, value]
    range            data: [start, stop, step]
    everything else  text: its ``repr``

A complex number within a tensor's data is [real, imaginary] too, so its data is one level deeper than its
shape. ``grad`` is null or an object of dtype, shape and data. The JSON is strict: not-a-number and the
infinities are the strings "NaN", "Infinity" and "-Infinity". The data of a tensor of more than MAX_DATA
elements is null, and what stands deeper than MAX_DEPTH inside one another has ``text`` in place of data.
"""

from __future__ import annotations

from json import dumps
from json.encoder import encode_basestring_ascii as quote
from math import isfinite
from typing import TYPE_CHECKING, Any

from ..api.tensor.tensor_repr import shown_name
from ..engine.tensor import MetaTensor, Tensor
from ..events import Drawn, Event, Failed, Gradients, Noted, Printed, Value, Warned
from ..language.values.budget import measure
from ..numerics.dtypes import plain
from .echo import echoed
from .plain import Display
from .stream import Stream
from .whys import why_event

if TYPE_CHECKING:
    from ..why.inquiry import Why

MAX_DATA = 1 << 20
MAX_DEPTH = 100


class JsonLines(Display):
    """The events of one program as lines on ``out``.

    ``bounds`` adds a line before and one after the program; ``gradients`` adds a line after each
    ``backward()``, with the leaves that it reached.
    """

    __slots__ = ("bounds", "gradients", "head", "program")

    def __init__(self, out: Stream, file: str, *, bounds: bool = True, gradients: bool = False) -> None:
        super().__init__(out)
        self.head = self.program = f'", "file": {quote(file)}'
        self.bounds = bounds
        self.gradients = gradients

    def at_cell(self, number: int) -> None:
        self.head = f'{self.program}, "cell": {number}' if number else self.program

    def begin(self) -> None:
        if self.bounds:
            self.out.raw(f'{{"event": "begin{self.head}}}\n')

    def show(self, event: Event) -> None:
        if type(event) is Printed:
            text = quote(event.text)
            self.out.raw(f'{{"event": "print{self.head}, "line": {event.line}, "text": {text}}}\n')
        elif type(event) is Value:
            value = strict_json(encoded(event.value))
            source = quote(event.source)
            self.out.raw(
                f'{{"event": "value{self.head}, "line": {event.line}, "source": {source}, "value": {value}}}\n'
            )
        elif isinstance(event, Failed):
            self.note_failure(event)
            # What could not even be read has no place of its own; here it is the beginning.
            line, column = max(event.line, 1), max(event.column, 1)
            hint = f', "hint": {quote(event.hint)}' if event.hint else ""
            if event.calls:
                hint += f', "calls": {strict_json([call._asdict() for call in event.calls])}'
            self.out.raw(
                f'{{"event": "error{self.head}, "line": {line}, "column": {column}, '
                f'"type": {quote(event.type)}, "message": {quote(event.message)}{hint}}}\n'
            )
        elif isinstance(event, Warned):
            category, message = quote(event.category), quote(event.message)
            self.out.raw(
                f'{{"event": "warning{self.head}, "line": {event.line}, '
                f'"category": {category}, "message": {message}}}\n'
            )
        elif isinstance(event, Noted):
            rest = strict_json({"line": event.line, "of": event.of, "kind": event.kind, "text": event.text})
            self.out.raw(f'{{"event": "note{self.head}, {rest[1:]}\n')
        elif isinstance(event, Drawn) and self.plots is not None:
            self.plots.show(event)
        elif isinstance(event, Gradients) and self.gradients:
            leaves = strict_json({name: encoded(leaf) for name, leaf in event.leaves})
            self.out.raw(f'{{"event": "gradients{self.head}, "line": {event.line}, "leaves": {leaves}}}\n')

    def answer(self, found: Why) -> None:
        rest = strict_json({name: value for name, value in why_event(found).items() if name != "event"})
        self.out.raw(f'{{"event": "why{self.head}, {rest[1:]}\n')

    def end(self, ok: bool, seconds: float) -> None:
        if self.bounds:
            word = "true" if ok else "false"
            self.out.raw(f'{{"event": "end{self.head}, "ok": {word}, "seconds": {seconds:.6f}}}\n')


def encoded(value: Any) -> dict[str, Any]:
    """A value as JSON types, for ``strict_json``. Raises MemoryError or RecursionError if out of proportion."""
    measure(value, text=True)
    return _value(value, [])


def _value(value: Any, path: list[int]) -> dict[str, Any]:
    if isinstance(value, Tensor):
        return tensor(value)
    kind = type(value)
    if value is None or kind is bool or kind is int or kind is str or kind is float:
        return {"type": kind.__name__, "data": value}
    if kind is complex:
        return {"type": "complex", "data": [value.real, value.imag]}
    if kind is range:
        return {"type": "range", "data": [value.start, value.stop, value.step]}
    if not isinstance(value, tuple | list | dict | set | frozenset):
        return {"type": kind.__name__, "text": echoed(value)}
    if id(value) in path or len(path) >= MAX_DEPTH:
        return {"type": kind.__name__, "text": "..."}
    path.append(id(value))
    if isinstance(value, dict):
        data: list[Any] = [[_value(key, path), _value(inner, path)] for key, inner in value.items()]
    else:
        data = [_value(inner, path) for inner in value]
    path.pop()
    return {"type": kind.__name__, "data": data}


def tensor(value: Tensor) -> dict[str, Any]:
    """A tensor with what autograd knows about it."""
    grad_fn, grad = value.grad_fn, value.grad
    return {
        "type": "tensor",
        **_array(value),
        "requires_grad": value.requires_grad,
        "is_leaf": value.is_leaf,
        "grad_fn": None if grad_fn is None else shown_name(grad_fn),
        "grad": None if grad is None else _array(grad),
    }


def _array(value: Tensor) -> dict[str, Any]:
    array = value.array
    return {
        "dtype": value.dtype.name,
        "shape": list(array.shape),
        "data": _data(array) if array.size <= MAX_DATA and not isinstance(value, MetaTensor) else None,
    }


def _data(array: Any) -> Any:
    kind = array.dtype.kind
    if kind == "c":
        return _pairs(array.real.tolist(), array.imag.tolist())
    return plain(array).tolist()


def _pairs(real: Any, imag: Any) -> list[Any]:
    return [_pairs(*both) for both in zip(real, imag)] if isinstance(real, list) else [real, imag]


def strict_json(value: Any) -> str:
    """JSON without the NaN and Infinity that Python would write: these become strings."""
    try:
        return dumps(value, allow_nan=False)
    except ValueError:
        return dumps(_strict(value), allow_nan=False)


def _strict(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _strict(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_strict(inner) for inner in value]
    if isinstance(value, float) and not isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    return value
