"""What ``grad`` and ``derive`` do with an expression and its variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..api.autograd.backward_and_grad import tensor_backward
from ..engine.tensor import Tensor, wrap
from ..events import Failed, Gradients, Value, Warned
from ..session import Session
from ..show.derive_options import Wanted
from ..show.formulas import answer, print_answer
from ..show.plain import Display, Plain, PlainGradients
from . import playing, sessions, subjects
from .environment import Environment
from .named_values import Named, bind, floating
from .request import Request

#: What stands for the expression's file in front of an error, and the gradient's.
FILE, TITLE = playing.EXPRESSION, playing.GRADIENT
NOT_SCALAR = "grad can be implicitly created only for scalar outputs"
NO_HISTORY = "element 0 of tensors does not require grad and does not have a grad_fn"


def open_display(format_: str, environment: Environment, file: str) -> Display:
    display = sessions.open_display(format_, environment, file, batch=False)
    return PlainGradients(environment.out, environment.err, file) if type(display) is Plain else display


class Evaluated(NamedTuple):
    value: Tensor
    inputs: dict[str, Tensor]
    start: Any
    text: subjects.Text


def show(session: Session, request: Request, environment: Environment) -> bool:
    """Show the value and the gradients; False if something went wrong, which is shown then."""
    display = open_display(request.format_, environment, FILE)
    found = _evaluate(session, request, display, environment)

    def work() -> None:
        assert found is not None
        if request.format_ not in ("csv", "markdown"):
            display.show(Value(1, request.expression, found.value))
        tensor_backward(found.value, found.start)
        if request.format_ == "csv":
            display.out.write(_csv(found.inputs, display.out.digits))
        elif request.format_ == "markdown":
            display.out.write(_markdown(request, found, display.out.digits))
        else:
            display.show(Gradients(1, list(found.inputs.items())))

    ok = found is not None and sessions.within(session, work, request.expression, display)
    if found is not None:
        has_nan = any(leaf.grad is not None and _has_nan(leaf.grad) for leaf in found.inputs.values())
        if ok and has_nan and all(name in session.variables for name in found.inputs):
            _explain_nan(session, request, found, display)
        session.variables["_"] = found.value
    display.end(ok, 0.0)
    return ok


def _csv(inputs: dict[str, Tensor], digits: int | None) -> str:
    """The gradients as a table of one row; zeros for a variable that got none."""
    from ..show.matrix import csv_text, heads

    columns = [head for name, leaf in inputs.items() for head in heads(name, leaf)]
    row: list[Any] = []
    for leaf in inputs.values():
        array = leaf.array * 0 if leaf.grad is None else leaf.grad.array
        row += list(array.reshape(-1))
    return csv_text(columns, [row], digits)


def _markdown(request: Request, found: Evaluated, digits: int | None) -> str:
    """A row for the value, and one for each variable with its gradient."""
    from ..show.matrix import markdown_text
    from ..show.table import numbers

    def text(tensor: Tensor | None) -> str:
        return "" if tensor is None else " ".join(numbers(tensor, 1 << 16).split())

    rows = [(request.expression, text(found.value), "")]
    rows += [(name, text(leaf), text(leaf.grad)) for name, leaf in found.inputs.items()]
    return markdown_text(("expression", "value", "gradient"), [(f"`{name}`", *more) for name, *more in rows], digits)


def derive(session: Session, request: Request, environment: Environment, wanted: Wanted) -> bool:
    """Show the formula of each gradient; False if something went wrong, which is shown then."""
    if playing.is_program(request.expression):
        return _derive_program(session, request, environment, wanted)
    display = sessions.open_display(request.format_, environment, FILE, batch=False)
    found = _evaluate(session, request, display, environment)
    ok = found is not None and _show_formulas(session, request, found, display, wanted)
    display.end(ok, 0.0)
    return ok


def _derive_program(session: Session, request: Request, environment: Environment, wanted: Wanted) -> bool:
    played = playing.play(session, request, environment)
    if played is None:
        return False
    from ..language.compile.evaluate import evaluate
    from ..recorded import subject

    given = [name for name, _ in request.variables]

    def work() -> None:
        made = answer(
            request.expression,
            subject(played.program, played.start, given),
            evaluate=lambda lines, text, values: evaluate(lines, text, values, session.prelude),
            wanted=wanted,
        )
        print_answer(made, request.format_, played.display)

    ok = playing.within(played, work)
    played.display.end(ok, 0.0)
    return ok


def _evaluate(session: Session, request: Request, display: Display, environment: Environment) -> Evaluated | None:
    """The expression's value, its inputs and the gradient to start from; None if that fails, which is shown."""
    named = bind(session, request, environment)
    if named is None:
        return None
    text = subjects.read(request, session, display, environment)
    if text is None:
        return None
    ok, value = subjects.value_of(session, text, request, named, display)
    if not ok:
        return None
    inputs = named.leaves if request.wrt else named.leaves | _own_leaves(session, text, named)
    problem = not_differentiable(text.asked, value, request.gradient, named)
    if problem is not None:
        display.show(problem)
        return None
    start = None
    if request.gradient is not None:
        ok, start = sessions.evaluated(session, "gradient", request.gradient, request.format_, environment, TITLE)
        if ok and isinstance(start, int | float) and value.array.ndim == 0:
            start = wrap(value.array.dtype.type(start))
        if ok and (not isinstance(start, Tensor) or start.array.shape != value.array.shape):
            shape = list(value.array.shape)
            asked = sessions.open_display(request.format_, environment, TITLE, batch=False)
            asked.show(sessions.about(request.gradient, "ValueError", f"a tensor of the shape {shape} is needed"))
            asked.end(False, 0.0)
            ok = False
    return Evaluated(value, inputs, start, text) if ok else None


def _own_leaves(session: Session, text: subjects.Text, named: Named) -> dict[str, Tensor]:
    """What a program made itself and requires a gradient of, by name: nothing arrived there yet."""
    from ..tensor_names import named_tensors

    known = {id(leaf) for leaf in named.leaves.values()}
    variables = {name: value for name, value in session.variables.items() if name != "_"}
    own = {} if not text.before else dict(named_tensors(variables))
    found = {
        name: tensor
        for name, tensor in own.items()
        if tensor.requires_grad and tensor.is_leaf and id(tensor) not in known and floating(tensor)
    }
    for tensor in found.values():
        tensor.store_grad(None)
    return found


def not_differentiable(expression: str, value: Any, gradient: str | None, named: Named | None = None) -> Failed | None:
    """Why a gradient of this value makes no sense, in PyTorch's words, and what to do."""
    has_history = isinstance(value, Tensor) and value.requires_grad
    if named is not None and not named.leaves and named.held and not has_history:
        kinds = [f"{name} is {sessions.article(_kind(held))}" for name, held in named.held.items()]
        hint = f"{', '.join(kinds)}, and only floating numbers have gradients; --wrt NAME takes a variable as such"
        return sessions.about(expression, "RuntimeError", NO_HISTORY, hint)
    if not isinstance(value, Tensor):
        kind = type(value).__name__
        return sessions.about(
            expression, "TypeError", f"the expression gives {sessions.article(kind)}, which has no gradient"
        )
    if not value.requires_grad:
        hint = "the value does not depend on the variables in a way that has a gradient"
        return sessions.about(expression, "RuntimeError", NO_HISTORY, hint)
    if gradient is None and value.array.size != 1:
        hint = (
            f"the value has the shape {list(value.array.shape)}: differentiate its sum(), or give a gradient of "
            "that shape with --gradient (vector-Jacobian product)"
        )
        return sessions.about(expression, "RuntimeError", NOT_SCALAR, hint)
    return None


def _kind(value: Any) -> str:
    return f"{value.dtype.name} tensor" if isinstance(value, Tensor) else type(value).__name__


def _function(session: Session, found: Evaluated) -> Callable[[Mapping[str, Any]], Any]:
    """The expression as a function of its variables by their names."""
    call = subjects.function_of(session, found.text, list(found.inputs))
    return lambda values: call(*[values[name] for name in found.inputs])


def _has_nan(tensor: Tensor) -> bool:
    return bool((tensor.array != tensor.array).any())


def _explain_nan(session: Session, request: Request, found: Evaluated, display: Display) -> None:
    """Say where a gradient that is not a number began."""
    from ..explain.nan_search import origin_of_nan

    function = _function(session, found)

    def work() -> None:
        origin = origin_of_nan(function, found.inputs, found.start)
        if origin is not None:
            display.show(Warned(1, "note", origin))

    sessions.within(session, work, request.expression, display)


def _show_formulas(session: Session, request: Request, found: Evaluated, display: Display, wanted: Wanted) -> bool:
    from ..language.compile.evaluate import evaluate

    function = _function(session, found)

    def work() -> None:
        from ..explain.derived import Subject

        made = answer(
            request.expression,
            Subject(function, found.inputs, found.start),
            evaluate=lambda lines, text, values: evaluate(lines, text, values, session.prelude),
            wanted=wanted,
        )
        print_answer(made, request.format_, display)

    return sessions.within(session, work, request.expression, display)
