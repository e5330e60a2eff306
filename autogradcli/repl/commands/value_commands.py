"""Commands about values: variables, gradients, graphs, formulas, checks, times."""

from __future__ import annotations

import math
from textwrap import fill
from time import perf_counter
from typing import Any

import numpy as np

from ...api.tensor.tensor_repr import shown_name
from ...engine.tensor import Tensor
from ...language.values.text_format import to_repr
from ...session import Session
from ...show.columns import columns
from ...show.escape import escape_line
from ...show.plain import named
from ..guard import said
from ..interruptible import value_of, within
from ..toolbar import duration
from .expressions import expression
from .files import write_picture
from .prompt import Prompt
from .table import CommandError, command, needed

MAX_TEXT = 60


def tensors(session: Session) -> list[str]:
    return [name for name, value in session.variables.items() if isinstance(value, Tensor)]


@command(":vars")
def _vars(prompt: Prompt, argument: str) -> None:
    """Show the variables in a table.

    Of a tensor its shape, dtype, requires_grad, grad_fn and the norm of its
    gradient; of anything else its value.
    """
    variables = {name: value for name, value in prompt.session.variables.items() if name != "_"}
    rows: list[tuple[str, ...]] = []
    within(prompt.interrupts, lambda: rows.extend(_row(*each) for each in variables.items()), ":vars")
    if not rows:
        prompt.out.write("no variables yet\n")
        return
    heads = ("name", "value", "shape", "dtype", "requires_grad", "grad_fn", "gradient norm")
    prompt.out.raw(columns(heads, rows, prompt.width, prompt.out))


def _row(name: str, value: Any) -> tuple[str, ...]:
    name = escape_line(name)
    if not isinstance(value, Tensor):
        text = _text(value)
        return name, text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 3] + "...", "", "", "", "", ""
    try:
        node = value.grad_fn
        grad_fn = "" if node is None else escape_line(shown_name(node))
    except RuntimeError:  # a view whose history became ambiguous
        grad_fn = "Invalid"
    norm = "" if value.grad is None else f"{_norm(value.grad):.4g}"
    return name, "", str(list(value.array.shape)), value.dtype.name, str(value.requires_grad), grad_fn, norm


def _text(value: Any) -> str:
    """The text of a value in one line; of one that has none, why."""
    try:
        return escape_line(" ".join(to_repr(value).split()))
    except Exception as error:  # of a program's own __repr__
        return f"(no text: {said(error)})"


def _norm(value: Tensor) -> float:
    """The root of the sum of the squares of all elements."""
    array = np.abs(value.array).astype("float64")
    return math.sqrt(float((array * array).sum()))


@command(":grads")
def _grads(prompt: Prompt, argument: str) -> None:
    """Show the gradients that variables have."""
    variables = {name: value for name, value in prompt.session.variables.items() if name != "_"}
    found: list[str] = []

    def work() -> None:
        for name, value in variables.items():
            if isinstance(value, Tensor) and value.grad is not None:
                found.append(named(f"{name}.grad", to_repr(value.grad)))

    within(prompt.interrupts, work, ":grads")
    for text in found:
        prompt.out.write(text)
    if not found:
        prompt.out.write("no variable has a gradient: call backward() on a result first\n")


@command(":zero_grad", "[NAME...]", words=tensors)
def _zero_grad(prompt: Prompt, argument: str) -> None:
    """Forget gradients, of these variables or of all."""
    variables = prompt.session.variables
    names = argument.replace(",", " ").split() or [n for n in tensors(prompt.session) if n != "_"]
    for name in names:
        if not isinstance(variables.get(name), Tensor):
            raise CommandError(f"{escape_line(name)} is no tensor")
    changed = [name for name in names if variables[name].grad is not None]
    if changed:
        prompt.assign("; ".join(f"{name}.grad = None" for name in changed))
    prompt.out.write(f"forgotten: {', '.join(f'{name}.grad' for name in changed) or 'nothing'}\n")


@command(":graph", "NAME [--OPTION...]", words=tensors, expression=True)
def _graph(prompt: Prompt, argument: str) -> None:
    """Show the graph that made a tensor, as a tree.

    The argument may be any expression. Variables stand at what they name. After
    it may stand --values, --depth N, --full, --dot, --mermaid, and --svg FILE
    or --html FILE, which write a picture.
    """
    from ...show.graph.graph_options import split
    from ..graphs import graph

    try:
        text, wanted = split(argument)
    except ValueError as problem:
        raise CommandError(escape_line(str(problem))) from None
    made = graph(prompt, needed(text, "a tensor, or an expression that gives one,"), wanted)
    path = wanted.svg or wanted.html
    if path:
        write_picture(path, made)
        prompt.out.write(f"written to {escape_line(path)}\n")
    elif wanted.dot or wanted.mermaid:
        prompt.out.write(made)
    else:
        prompt.out.raw(made)


@command(":time", "EXPR", expression=True)
def _time(prompt: Prompt, argument: str) -> None:
    """Measure how long an expression takes.

    It is run as often as fits into a fifth of a second; whatever it changes is
    put back afterwards.
    """
    session = prompt.session
    needed(argument, "an expression")
    expression(argument)
    before = prompt.steps.snapshot()
    seconds: list[float] = []
    try:
        function = value_of(prompt.interrupts, f"lambda: (\n{argument}\n)")

        def work() -> None:
            end = perf_counter() + 0.2
            while True:
                began = perf_counter()
                function()
                seconds.append((now := perf_counter()) - began)
                if now > end or len(seconds) >= 100_000:
                    return

        within(prompt.interrupts, work, argument)
    finally:
        before.restore(session)
    seconds.sort()
    plural = "" if len(seconds) == 1 else "s"
    median, fastest = duration(seconds[len(seconds) // 2]), duration(seconds[0])
    prompt.out.write(f"{median} (median of {len(seconds)} run{plural}; fastest {fastest})\n")


@command(":derive", "NAME [--OPTION...]", words=tensors, expression=True)
def _derive(prompt: Prompt, argument: str) -> None:
    """Show a gradient as a formula.

    Of a computed variable with respect to the leaves that it was computed from,
    by whatever loops, functions and modules; of any expression with respect to
    each floating tensor in it too. After it may stand --wrt NAME, --order 2,
    --plain, --latex, --markdown, --steps, and --code python, numpy, jax or torch.
    """
    from ...show.derive_options import split
    from ..replayed import derived

    try:
        text, wanted = split(argument)
    except ValueError as problem:
        raise CommandError(escape_line(str(problem))) from None
    prompt.out.write(derived(prompt, needed(text, ASKED), wanted))


@command(":explain", "NAME", words=tensors, expression=True)
def _explain(prompt: Prompt, argument: str) -> None:
    """Show how a gradient comes about, with its numbers.

    Each value on the way from the leaves, then what each operation passes on, by
    its own rule, and the sum where branches meet.
    """
    from ..replayed import explained

    prompt.out.raw(explained(prompt, needed(argument, ASKED)))


@command(":why", "[NAME.grad]", words=tensors)
def _why(prompt: Prompt, argument: str) -> None:
    """Say why a gradient is what it is.

    None, NaN, infinite, 0, or another one than expected, with the line that made it
    so. Without an argument: where the last error came from, or what is surprising.
    """
    from ...show.whys import NOTHING, why_text
    from ..replayed import asked_why

    found = asked_why(prompt, argument.strip())
    prompt.out.write(why_text(found, numbered=False) if found is not None else NOTHING)


@command(":nan", "NAME", words=tensors, expression=True)
def _nan(prompt: Prompt, argument: str) -> None:
    """Say where a NaN in a gradient begins.

    In the derivative of which operation, at which element, and what meets there;
    of a computed variable or of any expression. Of a leaf: in what was computed
    from it last.
    """
    from ..replayed import origin_of_nan

    found = origin_of_nan(prompt, needed(argument, ASKED))
    prompt.out.write(fill(found or "no derivative makes a NaN of numbers here", prompt.width) + "\n")


ASKED = "an expression, or a variable that was computed,"
