"""What ``grad`` and ``derive`` do with an expression and its variables."""

from __future__ import annotations

from typing import Any

from ..engine import dtypes
from ..engine.tensor import Tensor
from ..events import Event, Failed, Gradients, Value
from ..functions.autograd import tensor_backward
from ..language.text_format import to_repr
from ..session import Session
from ..show.plain import Display, Plain
from . import programs
from .environment import Environment

Variables = tuple[tuple[str, str], ...]

NOT_SCALAR = "grad can be implicitly created only for scalar outputs"
NO_HISTORY = "element 0 of tensors does not require grad and does not have a grad_fn"


class PlainGradients(Plain):
    """PyTorch's text, and ``x.grad = tensor(6.)`` for each gradient."""

    __slots__ = ()

    def show(self, event: Event) -> None:
        if isinstance(event, Gradients):
            for name, tensor in event.leaves:
                head = f"{name}.grad = "
                self.out.write(head + to_repr(tensor.grad).replace("\n", "\n" + " " * len(head)) + "\n")
        else:
            super().show(event)


def open_display(format_: str, environment: Environment, file: str) -> Display:
    display = programs.open_display(format_, environment, file, batch=False)
    return PlainGradients(environment.out, environment.err, file) if type(display) is Plain else display


def show(
    session: Session,
    expression: str,
    variables: Variables,
    gradient: str | None,
    format_: str,
    dtype: str | None,
    environment: Environment,
) -> bool:
    """Show the value and the gradients; False if something went wrong, which is shown then."""
    if not programs.leaves(session, variables, dtypes.NAMES[dtype or "float32"], format_, environment):
        return False
    inputs = {name: session.variables[name] for name, _ in variables}
    display = open_display(format_, environment, "<expression>")
    ok, value = programs.value_of(session, expression, display)
    if ok:
        problem = not_differentiable(expression, value, gradient)
        if problem is None:
            start = None
            if gradient is not None:
                asked = programs.open_display(format_, environment, "--gradient", batch=False)
                ok, start = programs.evaluated(session, gradient, asked)
                asked.end(ok, 0.0)
            if ok:
                display.show(Value(1, expression, value))
                problem = _backward(expression, value, start)
        if problem is not None:
            display.show(problem)
            ok = False
        elif ok:
            display.show(Gradients(1, list(inputs.items())))
    display.end(ok, 0.0)
    return ok


def not_differentiable(expression: str, value: Any, gradient: str | None) -> Failed | None:
    """Why a gradient of this value makes no sense, in PyTorch's words, and what to do."""
    if not isinstance(value, Tensor):
        kind = type(value).__name__
        return programs.about(expression, "TypeError", f"the expression gives a {kind}, which has no gradient")
    if not value.requires_grad:
        hint = "the value does not depend on the variables in a way that has a gradient"
        return programs.about(expression, "RuntimeError", NO_HISTORY, hint)
    if gradient is None and value.array.size != 1:
        hint = (
            f"the value has the shape {list(value.array.shape)}: differentiate its sum(), or give a gradient of "
            "that shape with --gradient (vector-Jacobian product)"
        )
        return programs.about(expression, "RuntimeError", NOT_SCALAR, hint)
    return None


def _backward(expression: str, value: Tensor, start: Any) -> Failed | None:
    if isinstance(start, int | float) and not isinstance(start, bool) and value.array.ndim == 0:
        start = programs.leaf(start, value.dtype)
        start.drop_grad()
    try:
        tensor_backward(value, start)
    except Exception as error:  # whatever a rule raises is the expression's error, as in a session
        return programs.about(expression, type(error).__name__, str(error))
    return None


def derive(
    session: Session,
    expression: str,
    variables: Variables,
    format_: str,
    dtype: str | None,
    environment: Environment,
) -> bool:
    """Show the formula of each gradient; False if something went wrong, which is shown then."""
    from ..explain.formula import derive as formulas

    if not programs.leaves(session, variables, dtypes.NAMES[dtype or "float32"], format_, environment):
        return False
    inputs = {name: session.variables[name] for name, _ in variables}
    display = programs.open_display(format_, environment, "<expression>", batch=False)
    try:
        found = formulas(expression, inputs)
    except Exception as error:  # the expression's own error, or one of a rule that has no formula
        display.show(programs.about(expression, type(error).__name__, str(error)))
        display.end(False, 0.0)
        return False
    if format_ == "json":
        from json import dumps

        environment.out.raw(dumps({"expression": expression, "gradients": dict(found)}) + "\n")
        return True
    for name, text in found:
        head = f"{name}.grad = "
        environment.out.write(head + text.replace("\n", "\n" + " " * len(head)) + "\n")
    return True
