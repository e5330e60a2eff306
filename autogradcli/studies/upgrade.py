"""What a program prints and differentiates differently in two releases of PyTorch, statement by statement.

Both run side by side, each in a session of its own and with the same seed, one statement of the top level at a time.
After each, what it printed is compared, and what its variables lead to: the values of tensors and their gradients.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ..engine.tensor import Tensor
from ..events import Event, Failed, Gradients, Printed, Value, Warned
from ..language.read.syntax import Source, parse
from ..language.values.text_format import to_repr
from ..session import Session
from ..tensor_names import named_tensors

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")

#: The kinds of a difference: what was printed or shown, an error, a tensor's values, its gradient.
PRINTED, ERROR, TENSOR, GRADIENT = "printed", "error", "value", "gradient"


class Differing(NamedTuple):
    """One thing that differs: at which line, of which statement, what kind of thing and its name, and both texts."""

    line: int
    source: str
    what: str
    name: str
    texts: tuple[str, str]


class Outcome(NamedTuple):
    """The error that ended the program in both releases, if one did, and whether it was the end for one alone."""

    failed: Failed | None
    parted: bool


class _Run:
    """One of the two: its session, and what the last statement said."""

    __slots__ = ("failed", "session", "state", "text")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.text = ""
        self.failed: Failed | None = None
        self.state: dict[str, Tensor] = {}

    def step(self, source: str, line: int) -> None:
        said: list[str] = []
        self.failed = None

        def emit(event: Event) -> None:
            if isinstance(event, Printed):
                said.append(event.text)
            elif isinstance(event, Value):
                said.append(to_repr(event.value) + "\n")
            elif isinstance(event, Warned):
                said.append(f"{event.category}: {event.message}\n")
            elif isinstance(event, Failed):
                self.failed = event
            else:
                assert isinstance(event, Gradients)  # compared by name, whether shown or not

        self.session.run(source, emit, first_line=line)
        self.text = _ADDRESS.sub(" at 0x...", "".join(said))
        self.state = dict(named_tensors(self.session.variables))

    def shown(self, tensor: Tensor | None) -> str:
        """A tensor as the session prints it."""
        if tensor is None:
            return "None"
        variables, found = self.session.variables, []
        last = variables.get("_")
        variables["_"] = tensor
        self.session.run("repr(_)", lambda event: found.append(event))
        if last is None:
            variables.pop("_", None)
        else:
            variables["_"] = last
        return next((str(event.value) for event in found if isinstance(event, Value)), "")


def differences(
    source: str, make: Callable[[str], Session], releases: tuple[str, str]
) -> Iterator[Differing | Outcome]:
    """Run a program in both releases and give what differs, in the order in which it comes, then how it ended.

    ``make`` gives a new session for a release. Raises SyntaxError and its like for a text that is no program.
    """
    runs = tuple(_Run(make(release)) for release in releases)
    runs[0].session.check(source)
    text = Source(source)
    known: set[str] = set()
    for statement in parse(source).body:
        line = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])
        piece = _piece(text, statement, line)
        for run in runs:
            run.step(piece, line)
        yield from _of_step(runs, line, piece.split("\n")[0], known)
        failures = [run.failed for run in runs]
        if any(failures):
            if _words(failures[0]) != _words(failures[1]):
                where = next(f.line for f in failures if f is not None) or line
                shown = (_said(failures[0]), _said(failures[1]))
                yield Differing(where, piece.split("\n")[0], ERROR, "", shown)
                yield Outcome(None, True)
            else:
                yield Outcome(failures[0], False)
            return
    yield Outcome(None, False)


def _piece(text: Source, statement: ast.stmt, line: int) -> str:
    """The lines of a statement, without what stands before or behind it there."""
    end = statement.end_lineno or line
    lines = [text.lines[k] for k in range(line - 1, end)]
    lines[-1] = _cut(lines[-1], 0, statement.end_col_offset)
    if line == statement.lineno:
        lines[0] = _cut(lines[0], statement.col_offset, None)
    return "\n".join(lines)


def _cut(line: str, start: int, end: int | None) -> str:
    """Part of a line; the tree counts in bytes."""
    return line.encode()[start:end].decode()


def _of_step(runs: tuple[_Run, ...], line: int, source: str, known: set[str]) -> Iterator[Differing]:
    first, second = runs
    if first.text != second.text:
        yield Differing(line, source, PRINTED, "", (first.text, second.text))
    for name in dict.fromkeys([*first.state, *second.state]):
        pair = first.state.get(name), second.state.get(name)
        if name == "_" or name.startswith("_.") or _equal(*pair):
            known.discard(name)
        elif name not in known:
            known.add(name)
            what = GRADIENT if name.endswith(".grad") else TENSOR
            yield Differing(line, source, what, name, (first.shown(pair[0]), second.shown(pair[1])))


def _equal(a: Tensor | None, b: Tensor | None) -> bool:
    if a is None or b is None:
        return a is b
    x, y = a.array, b.array
    return x.dtype == y.dtype and x.shape == y.shape and _same(x, y)


def _same(x: Any, y: Any) -> bool:
    if x.dtype.kind in "fc":
        return bool(np.array_equal(x, y, equal_nan=True))
    return bool(x.tobytes() == y.tobytes())


def _words(failed: Failed | None) -> tuple[Any, ...] | None:
    return None if failed is None else (failed.line, failed.type, _ADDRESS.sub("", failed.message))


def _said(failed: Failed | None) -> str:
    return "no error" if failed is None else f"{failed.type}: {failed.message}"
