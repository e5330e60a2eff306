"""A session: variables, ``_``, modes, and the events of each run. The command line and the prompt both feed one."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from . import functions as functions  # fills the registry
from .engine.dtypes import DType
from .engine.tensor import Tensor
from .events import Emit, Failed, Gradients, Printed, Value, Warned
from .language import prelude, syntax
from .language.budget import budget
from .language.errors import failed
from .language.program import Step, compile_program, deep_stack
from .language.syntax import Source
from .session_state import SessionState


class Session:
    """One user's variables and modes. ``run`` gives it text; what happens comes out as events."""

    def __init__(
        self,
        *,
        seed: int | None = None,
        default_dtype: DType | None = None,
        grad_enabled: bool = True,
        deadline_seconds: float | None = None,
        memory_bytes: int | None = None,
    ) -> None:
        self.variables: dict[str, Any] = {}
        self.prelude = prelude.make()
        self.deadline_seconds = deadline_seconds
        self.memory_bytes = memory_bytes
        self._state = SessionState(default_dtype=default_dtype, grad_enabled=grad_enabled, seed=seed)
        self._running = False
        #: How many of the last program's top-level statements ended well.
        self.steps_done = 0

    def run(self, source: str, emit: Emit, *, echo: bool = True, first_line: int = 1) -> bool:
        """Run a program; True if it ended well. Events are emitted as they happen, never raised.

        The whole text is read first, so one that is no program does not begin to run. A bare expression whose
        value is not None is emitted, and bound to ``_``, where ``echo`` is set. An error, the deadline and an
        interrupt all end the run with a Failed event; the session can go on after any of them.
        """
        source = source.removeprefix("\ufeff")  # what some editors begin a file with
        text = Source(source, first_line)
        budget.start(self.deadline_seconds, self.memory_bytes)
        budget.write = lambda printed: emit(Printed(budget.line, printed))
        self.steps_done = 0
        self._state.enter(lambda category, message: emit(Warned(budget.line, category, message)))
        try:
            self._running = True
            # What NumPy would warn about (log of 0) is a value like any other here.
            with deep_stack(), np.errstate(all="ignore"):
                program = compile_program(text, source, self.variables, self.prelude)
                for step in program.steps:
                    budget.spend(0)
                    if step.run is not None:
                        step.run(program.frame)
                    else:
                        self._expression(step, program.frame, text, emit, echo)
                    self.steps_done += 1
        except BaseException as error:
            emit(self._failed(error, text))
            return False
        finally:
            self._running = False  # first: while it is set, an impatient interrupt may raise anywhere
            self._state.leave()
        return True

    def _expression(self, step: Step, frame: list[Any], text: Source, emit: Emit, echo: bool) -> None:
        node = step.node
        assert step.value is not None and isinstance(node, ast.Expr)
        line = budget.line = node.lineno
        if not echo:
            step.value(frame)
            return
        before = _gradients(self._leaves()) if _is_backward(node.value) else None
        value = step.value(frame)
        if value is not None:
            self.variables["_"] = value
            emit(Value(line, text.segment(node.value), value))
        if before is not None:
            leaves = [(name, leaf) for name, leaf in self._leaves() if _changed(leaf, before)]
            if leaves:
                emit(Gradients(line, leaves))

    def _leaves(self) -> list[tuple[str, Tensor]]:
        """The named leaves that can have a gradient, each once, by the first of its names."""
        found: dict[int, tuple[str, Tensor]] = {}
        for name, value in self.variables.items():
            if isinstance(value, Tensor) and name != "_" and value.requires_grad and value.is_leaf:
                found.setdefault(id(value), (name, value))
        return list(found.values())

    def _failed(self, error: BaseException, text: Source) -> Failed:
        with deep_stack():
            return failed(error, text, self.variables, self.prelude)

    def interrupt(self) -> None:
        """Stop the run under way, from another thread or a signal handler. Nothing happens if there is none."""
        if self._running:
            budget.interrupted = True
            budget.fuel = 0

    @property
    def running(self) -> bool:
        """Whether a run is under way, so that a KeyboardInterrupt raised now would end it and nothing else."""
        return self._running

    @property
    def state(self) -> SessionState:
        """Modes, default dtype, print options and random numbers."""
        return self._state

    @staticmethod
    def is_complete(source: str) -> bool:
        """Whether a prompt should run this text instead of asking for another line."""
        return syntax.is_complete(source)


#: leaf -> its gradient and a copy of the numbers, since a gradient is added to in place.
_Gradients = dict[int, tuple[Tensor | None, "np.ndarray | None"]]


def _gradients(leaves: list[tuple[str, Tensor]]) -> _Gradients:
    return {id(leaf): (leaf.grad, None if leaf.grad is None else leaf.grad.array.copy()) for _, leaf in leaves}


def _changed(leaf: Tensor, before: _Gradients) -> bool:
    grad, numbers = before.get(id(leaf), (None, None))
    if leaf.grad is not grad or grad is None or numbers is None:
        return leaf.grad is not grad
    return not np.array_equal(grad.array, numbers, equal_nan=True)


def _is_backward(node: ast.expr) -> bool:
    """``loss.backward()``, ``torch.autograd.backward(...)``, ``backward(...)``."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    return (function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")) == "backward"
