"""What ``grad`` and ``derive`` do with an expression and its variables."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..api.autograd.backward_and_grad import tensor_backward
from ..engine.tensor import Tensor, wrap
from ..events import Failed, Gradients, Value, Warned
from ..numerics import dtypes
from ..session import Session
from ..show.derive_options import Wanted
from ..show.formulas import answer, print_answer
from ..show.plain import Display, Plain, PlainGradients
from . import playing, sessions
from .environment import Environment
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


def show(session: Session, request: Request, environment: Environment) -> bool:
    """Show the value and the gradients; False if something went wrong, which is shown then."""
    display = open_display(request.format_, environment, FILE)
    found = _evaluate(session, request, display, environment)

    def work() -> None:
        assert found is not None
        if request.format_ != "csv":
            display.show(Value(1, request.expression, found.value))
        tensor_backward(found.value, found.start)
        if request.format_ == "csv":
            display.out.write(_csv(found.inputs))
        else:
            display.show(Gradients(1, list(found.inputs.items())))

    ok = found is not None and sessions.within(session, work, request.expression, display)
    if found is not None:
        if ok and any(leaf.grad is not None and _has_nan(leaf.grad) for leaf in found.inputs.values()):
            _explain_nan(session, request, found, display)
        session.variables["_"] = found.value
    display.end(ok, 0.0)
    return ok


def _csv(inputs: dict[str, Tensor]) -> str:
    """The gradients as a table of one row; zeros for a variable that got none."""
    from ..show.matrix import csv_text, heads

    columns = [head for name, leaf in inputs.items() for head in heads(name, leaf)]
    row: list[Any] = []
    for leaf in inputs.values():
        array = leaf.array * 0 if leaf.grad is None else leaf.grad.array
        row += list(array.reshape(-1))
    return csv_text(columns, [row])


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
    dtype = dtypes.NAMES[request.dtype or "float32"]
    if not sessions.leaves(session, request.variables, dtype, request.format_, environment):
        return None
    inputs = {name: session.variables[name] for name, _ in request.variables}
    ok, value = sessions.value_of(session, request.expression, display)
    if not ok:
        return None
    problem = not_differentiable(request.expression, value, request.gradient)
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
    return Evaluated(value, inputs, start) if ok else None


def not_differentiable(expression: str, value: Any, gradient: str | None) -> Failed | None:
    """Why a gradient of this value makes no sense, in PyTorch's words, and what to do."""
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


def _function(session: Session, request: Request, found: Evaluated, display: Display) -> tuple[bool, Any]:
    """The expression as a function of its variables. It was evaluated once already, so it parses."""
    source = f"lambda {', '.join(found.inputs)}: ({request.expression}\n)"
    return sessions.value_of(session, source, display, shown_as=request.expression)


def _has_nan(tensor: Tensor) -> bool:
    return bool((tensor.array != tensor.array).any())


def _explain_nan(session: Session, request: Request, found: Evaluated, display: Display) -> None:
    """Say where a gradient that is not a number began."""
    from ..explain.nan_search import origin_of_nan

    ok, function = _function(session, request, found, display)

    def work() -> None:
        origin = origin_of_nan(lambda values: function(**values), found.inputs, found.start)
        if origin is not None:
            display.show(Warned(1, "note", origin))

    if ok:
        sessions.within(session, work, request.expression, display)


def _show_formulas(session: Session, request: Request, found: Evaluated, display: Display, wanted: Wanted) -> bool:
    from ..language.compile.evaluate import evaluate

    ok, function = _function(session, request, found, display)

    def work() -> None:
        from ..explain.derived import Subject

        made = answer(
            request.expression,
            Subject(lambda values: function(**values), found.inputs, found.start),
            evaluate=lambda lines, text, values: evaluate(lines, text, values, session.prelude),
            wanted=wanted,
        )
        print_answer(made, request.format_, display)

    return ok and sessions.within(session, work, request.expression, display)
