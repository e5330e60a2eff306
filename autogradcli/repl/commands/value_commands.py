"""Commands about values: variables, gradients, graphs, formulas, checks, times."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from textwrap import fill
from time import perf_counter
from typing import Any

import numpy as np

from ...api.tensor.tensor_repr import shown_name
from ...api.tensor.tensor_text import options
from ...engine.tensor import Tensor
from ...language.values.text_format import to_repr
from ...session import Session
from ...show.columns import columns, columns_width
from ...show.escape import escape_line
from ...show.plain import named
from ...tensor_names import named_modules, named_tensors
from ..guard import said
from ..interruptible import value_of, within
from ..toolbar import duration
from .expressions import expression
from .files import write_picture
from .prompt import Prompt
from .table import CommandError, command, needed

#: Elements of a tensor that are shown whole in a pager.
MOST_ELEMENTS = 1_000_000
#: Characters of a value in a table at most and at least, tensors in one variable that are shown, and names that are
#: offered.
MAX_TEXT, MIN_TEXT, MOST_INNER, MOST_NAMES = 60, 12, 20, 1000


def tensors(session: Session) -> list[str]:
    """The names of the tensors that variables lead to, ``lin.weight`` among them."""
    return [name for name, _ in islice(named_tensors(session.variables), MOST_NAMES)]


@command(":vars")
def _vars(prompt: Prompt, argument: str) -> None:
    """Show the variables in a table.

    Of a tensor its shape, dtype, requires_grad, grad_fn and the norm of its
    gradient; of anything else its value, and the tensors in it.
    """
    variables = {name: value for name, value in prompt.session.variables.items() if name != "_"}
    rows: list[tuple[str, ...]] = []
    within(prompt.interrupts, lambda: rows.extend(_rows(variables)), ":vars")
    if not rows:
        prompt.out.write("no variables yet\n")
        return
    heads = ("name", "value", "shape", "dtype", "requires_grad", "grad_fn", "gradient norm")
    others = columns_width(heads, [(name, "", *rest) for name, _, *rest in rows])
    room = min(max(prompt.width - others - 2, MIN_TEXT), MAX_TEXT)
    rows = [(name, _cut(text, room), *rest) for name, text, *rest in rows]
    prompt.out.raw(columns(heads, rows, prompt.width, prompt.out))


def _rows(variables: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row for each variable, below it one for each tensor in it that is no variable itself."""
    shown = {id(value) for value in variables.values()}
    for name, value in variables.items():
        yield _row(name, value)
        if isinstance(value, Tensor):
            continue
        inside = [
            (inner, tensor)
            for inner, tensor in islice(named_tensors({name: value}), MOST_NAMES)
            if id(tensor) not in shown and not shown.add(id(tensor))  # type: ignore[func-returns-value]
        ]
        for inner, tensor in inside[:MOST_INNER]:
            yield _row(inner, tensor)
        if inside[MOST_INNER:]:
            yield f"({len(inside) - MOST_INNER} more in {escape_line(name)})", "", "", "", "", "", ""


def _row(name: str, value: Any) -> tuple[str, ...]:
    name = escape_line(name)
    if not isinstance(value, Tensor):
        return name, _text(value), "", "", "", "", ""
    try:
        node = value.grad_fn
        grad_fn = "" if node is None else escape_line(shown_name(node))
    except RuntimeError:  # a view whose history became ambiguous
        grad_fn = "Invalid"
    norm = "" if value.grad is None else f"{_norm(value.grad):.4g}"
    return name, "", str(list(value.array.shape)), value.dtype.name, str(value.requires_grad), grad_fn, norm


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 3] + "..."


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
    """Show the gradients that there are.

    Those of variables, of the parameters of modules, and of tensors in lists,
    tuples, dicts and objects.
    """
    found: list[str] = []

    def work() -> None:
        for name, value in _with_gradient(prompt.session).items():
            found.append(named(f"{name}.grad", to_repr(value.grad)))

    within(prompt.interrupts, work, ":grads")
    for text in found:
        prompt.out.write(text)
    if not found:
        prompt.out.write("no variable has a gradient: call backward() on a result first\n")


def _with_gradient(session: Session) -> dict[str, Tensor]:
    """The tensors that have a gradient, each under the first of its names."""
    found: dict[str, Tensor] = {}
    seen: set[int] = set()
    for name, tensor in named_tensors({name: value for name, value in session.variables.items() if name != "_"}):
        if tensor.grad is not None and id(tensor) not in seen:
            seen.add(id(tensor))
            found[name] = tensor
    return found


@command(":zero_grad", "[NAME...]", words=tensors)
def _zero_grad(prompt: Prompt, argument: str) -> None:
    """Forget gradients, of these or of all.

    A name may be a variable, a parameter such as lin.weight, an element such as
    ws[0], and a module or a list, which means all in it.
    """
    there = _with_gradient(prompt.session)
    changed = _meant(prompt.session, argument, there) if argument else list(there)
    if changed:
        prompt.assign("; ".join(f"{name}.grad = None" for name in changed))
    prompt.out.write(f"forgotten: {', '.join(f'{name}.grad' for name in changed) or 'nothing'}\n")


def _meant(session: Session, argument: str, there: dict[str, Tensor]) -> list[str]:
    """The names of tensors with a gradient that an argument means: its words are names of tensors, and of what has
    tensors in it. Raises CommandError."""
    tensors = dict(named_tensors(session.variables))
    owners = {*session.variables, *named_modules(session.variables).values()}
    names = sorted({*tensors, *owners}, key=len, reverse=True)
    found: list[str] = []
    rest = argument.replace(",", " ").strip()
    while rest:
        name = next((name for name in names if _begins(rest, name)), "")
        under = [each for each in tensors if each == name or each.startswith((f"{name}.", f"{name}["))]
        if not name or not under:
            raise CommandError(f"{escape_line(name or rest.split()[0])} is no tensor")
        same = {id(tensors[each]) for each in under if not each.endswith(".grad")}
        found += [each for each, tensor in there.items() if id(tensor) in same]
        rest = rest[len(name) :].lstrip(" ")
    return list(dict.fromkeys(found))


def _begins(text: str, name: str) -> bool:
    return text.startswith(name.replace(",", " ")) and text[len(name) : len(name) + 1] in ("", " ")


@command(":page", "[EXPR]", words=tensors, expression=True)
def _page(prompt: Prompt, argument: str) -> None:
    """Show a value whole, in a pager.

    All elements of a tensor, however many; without an argument of the last value.
    $PAGER names the pager, which is less by default.
    """
    value = value_of(prompt.interrupts, argument or "_", or_none=True)
    texts: list[str] = []

    def work() -> None:
        kept, options.threshold = options.threshold, MOST_ELEMENTS
        try:
            texts.append(to_repr(value))
        finally:
            options.threshold = kept

    within(prompt.interrupts, work, argument or "_")
    prompt.page(texts[0])


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
