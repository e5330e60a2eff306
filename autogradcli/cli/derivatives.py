"""What ``jacobian``, ``hessian``, ``jvp`` and ``vjp`` do: PyTorch's functions of these names on an expression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..api.calls.registry import NAMESPACES
from ..engine.tensor import Tensor, wrap
from ..events import Value
from ..language.values.text_format import to_repr
from ..session import Session
from ..show.matrix import csv_text, heads, markdown_text, matrix, matrix_text
from ..show.plain import Display, Plain, named
from ..show.stream import terminal_size
from . import sessions, subjects
from .environment import Environment
from .gradients import FILE, NOT_SCALAR, not_differentiable
from .named_values import Named, bind
from .request import Request, Variables


class Wanted(NamedTuple):
    """Which derivative. ``directions``: the tangents of jvp by name, the gradient of vjp under ""."""

    what: str
    directions: Variables
    matrix: bool


class Found(NamedTuple):
    """Blocks of derivatives, with what labels them, and the value of the expression."""

    value: Any
    rows: list[tuple[str, Tensor]]
    columns: list[tuple[str, Tensor]]
    blocks: list[list[Tensor]]


def show(session: Session, request: Request, environment: Environment, wanted: Wanted) -> bool:
    """Show the derivative; False if something went wrong, which is shown then."""
    display = sessions.open_display(request.format_, environment, FILE, batch=False)
    ok = _show(session, request, environment, wanted, display)
    display.end(ok, 0.0)
    return ok


def _show(session: Session, request: Request, environment: Environment, wanted: Wanted, display: Display) -> bool:
    named = bind(session, request, environment)
    text = subjects.read(request, session, display, environment) if named else None
    if named is None or text is None:
        return False
    value = _value(session, text, request, named, wanted.what, display)
    if value is None:
        return False
    inputs = named.leaves
    directions = _directions(session, request, wanted, inputs, value, display, environment)
    if directions is None:
        return False
    function = subjects.function_of(session, text, list(inputs))

    def work() -> None:
        _write(request, wanted, _derivative(wanted.what, function, inputs, value, directions), display)

    return sessions.within(session, work, request.expression, display)


def _value(
    session: Session, text: subjects.Text, request: Request, named: Named, what: str, display: Display
) -> Tensor | None:
    """The expression's value, by itself, so that an error in it has its place."""
    ok, value = subjects.value_of(session, text, request, named, display)
    if not ok:
        return None
    if not isinstance(value, Tensor):
        kind = sessions.article(type(value).__name__)
        display.show(sessions.about(text.asked, "TypeError", f"a tensor is needed, not {kind}"))
        return None
    if not named.leaves:
        problem = not_differentiable(text.asked, value, "", named)
        display.show(problem or sessions.about(text.asked, "ValueError", "there is no variable to differentiate by"))
        return None
    if what == "hessian" and value.array.size != 1:
        hint = f"the value has the shape {list(value.array.shape)}: differentiate its sum(), or ask for the jacobian"
        display.show(sessions.about(text.asked, "RuntimeError", NOT_SCALAR, hint))
        return None
    return value


def _directions(
    session: Session,
    request: Request,
    wanted: Wanted,
    inputs: dict[str, Tensor],
    value: Tensor,
    display: Display,
    environment: Environment,
) -> list[Tensor] | None:
    """The tangents of jvp, one an input, zeros where none is given; the gradient of vjp; each of its shape."""
    what = wanted.what
    if what not in ("jvp", "vjp"):
        return []
    like = inputs if what == "jvp" else {"": value}
    option = "--tangent" if what == "jvp" else "--gradient"
    found = {name: wrap(np.zeros_like(tensor.array)) for name, tensor in like.items()}
    for name, text in wanted.directions:
        if name not in like:
            display.show(sessions.about(text, "NameError", f"{option} {name}: there is no variable {name}"))
            return None
        title = f"{option} {name}".rstrip()
        ok, direction = sessions.evaluated(session, name or "gradient", text, request.format_, environment, title)
        if not ok:
            return None
        its = like[name].array
        if isinstance(direction, int | float | complex) and not its.ndim:
            direction = wrap(its.dtype.type(direction))
        if not isinstance(direction, Tensor) or direction.array.shape != its.shape:
            said = f"{title}: a tensor of the shape {list(its.shape)} is needed"
            display.show(sessions.about(text, "ValueError", said))
            return None
        found[name] = wrap(direction.array.astype(its.dtype))
    if not wanted.directions:
        [only, *others] = like.values()
        if others or only.array.size != 1:
            shapes = ", ".join(f"{name} {list(tensor.array.shape)}".strip() for name, tensor in like.items())
            noun = "shapes are" if others else "shape is"
            example = f"{option} {next(iter(inputs)) + '=' if what == 'jvp' else ''}VALUE"
            said = f"in which direction? Say it with {example}; the {noun} {shapes}"
            display.show(sessions.about(request.expression, "ValueError", said))
            return None
        return [wrap(np.ones_like(only.array))]
    return list(found.values())


def _derivative(what: str, function: Any, inputs: dict[str, Tensor], value: Tensor, directions: list[Tensor]) -> Found:
    compute: Callable[..., Any] = NAMESPACES["torch.autograd.functional"][what]
    columns = list(inputs.items())
    given = tuple(inputs.values())
    if what == "jacobian":
        return Found(value, [("", value)], columns, [list(compute(function, given))])
    if what == "hessian":
        return Found(value, columns, columns, [list(line) for line in compute(function, given)])
    if what == "jvp":
        value, product = compute(function, given, tuple(directions))
        return Found(value, [("", value)], [("jvp", wrap(np.zeros(())))], [[product]])
    value, products = compute(function, given, directions[0])
    return Found(value, [("", wrap(np.zeros(())))], columns, [list(products)])


def _write(request: Request, wanted: Wanted, found: Found, display: Display) -> None:
    out, what = display.out, wanted.what
    numbers = None
    if wanted.matrix or request.format_ in ("csv", "markdown"):
        rows, columns = ([tensor for _, tensor in side] for side in (found.rows, found.columns))
        numbers = matrix(found.blocks, rows, columns)
    if request.format_ == "csv":
        assert numbers is not None
        out.write(csv_text(_heads(found.columns), numbers, out.digits))
        return
    if request.format_ == "markdown":
        assert numbers is not None
        labelled = [(label, *row) for label, row in zip(_heads(found.rows), numbers)]
        out.write(markdown_text(["", *_heads(found.columns)], labelled, out.digits))
        return
    if request.format_ == "json":
        out.raw(_json(request, what, found, None if numbers is None else wrap(numbers)) + "\n")
        return
    if numbers is not None and type(display) is not Plain:
        if what in ("jvp", "vjp"):
            display.show(Value(1, request.expression, found.value))
        width = terminal_size()[0]
        out.raw(matrix_text(_heads(found.columns), _heads(found.rows), numbers, width, out, out.digits))
        return
    shown: list[tuple[str, Tensor]]
    if numbers is not None:
        shown = [("", wrap(numbers))]
    else:
        shown = [
            (", ".join(filter(None, (row, column))), block)
            for (row, _), line in zip(found.rows, found.blocks)
            for (column, _), block in zip(found.columns, line)
        ]
    with_value = what in ("jvp", "vjp")
    if type(display) is not Plain:
        if with_value:
            display.show(Value(1, request.expression, found.value))
        for name, block in shown:
            display.show(Value(1, what if name == what else f"{what} {name}".rstrip(), block))
        return
    if with_value:
        out.write(to_repr(found.value) + "\n")
    for name, block in shown:
        bare = len(shown) == 1 and not with_value
        label = f"{name}.vjp" if what == "vjp" else name
        out.write(to_repr(block) + "\n" if bare else named(label, to_repr(block)))


def _heads(side: list[tuple[str, Tensor]]) -> list[str]:
    """What the elements of one side of a matrix are called; ``value`` for that of a result that is a number."""
    return [head or "value" for name, tensor in side for head in heads(name, tensor)]


def _json(request: Request, what: str, found: Found, whole: Tensor | None) -> str:
    from ..show.json_lines import encoded, strict_json

    blocks: Any
    if whole is not None:
        blocks = encoded(whole)
    elif what == "jvp":
        blocks = encoded(found.blocks[0][0])
    else:
        lines = {
            row: {name: encoded(block) for (name, _), block in zip(found.columns, line)}
            for (row, _), line in zip(found.rows, found.blocks)
        }
        blocks = lines if what == "hessian" else lines[""]
    event = {"event": what, "expression": request.expression, "value": encoded(found.value)}
    return strict_json({**event, what: blocks})
