"""A session: variables, ``_``, modes, and the events of each run. The command line and the prompt both feed one."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import api as api  # fills the registry
from .engine.state import state
from .engine.tensor import Tensor
from .events import Drawn, Emit, Failed, Gradients, Printed, Value, Warned
from .language.compile.program import Step, check, compile_program, deep_stack
from .language.lines.line_shapes import Shapes
from .language.read import syntax
from .language.read.syntax import Source
from .language.values import prelude
from .language.values.budget import budget
from .numerics.dtypes import DType
from .session_state import SessionState
from .tensor_names import named_leaves

if TYPE_CHECKING:
    from .api.nn.kept_files import Files
    from .notes import Watch

#: What some editors begin a file with.
_MARK = "\ufeff"


class Session:
    """One user's variables and modes. ``run`` gives it text; what happens comes out as events.

    ``pytorch`` is the release that is meant, ``"2.13"``; None: that of the process.
    """

    def __init__(
        self,
        *,
        seed: int | None = None,
        default_dtype: DType | None = None,
        grad_enabled: bool = True,
        deadline_seconds: float | None = None,
        memory_bytes: int | None = None,
        digits: int | None = None,
        pytorch: str | None = None,
    ) -> None:
        self.variables: dict[str, Any] = {}
        self.prelude = prelude.make()
        self._shapes = Shapes(self.variables, self.prelude)
        self.deadline_seconds = deadline_seconds
        self.memory_bytes = memory_bytes
        self._state = SessionState(
            default_dtype=default_dtype, grad_enabled=grad_enabled, seed=seed, digits=digits, pytorch=pytorch
        )
        self._running = False
        #: What the program is called in tracebacks.
        self.file = "<stdin>"
        self._plots: Any = None
        #: Where ``torch.save`` puts what it is given (``api/nn/kept_files.py``); None: in memory.
        self.files: Files | None = None
        self._warned: set[tuple[int, str, str]] = set()
        #: Who is told of backward passes, and may have a note at the end of a run.
        self.watch: Watch | None = None
        #: How many of the last program's top-level statements ended well, or were gone on after; whether all did.
        self.steps_done = 0
        self.completed = False
        #: What the last program gave ``sys.exit``; None where it did not call it.
        self.exit_code: int | None = None

    def check(self, source: str) -> None:
        """Read a program, or a part of one that is whole, without running it. Raises SyntaxError and its like."""
        check(source.removeprefix(_MARK), self._shapes)

    def run(
        self,
        source: str,
        emit: Emit,
        *,
        echo: bool = True,
        first_line: int = 1,
        checked: bool = False,
        blocks: bool = False,
        going: bool = False,
    ) -> bool:
        """Run a program; True if it ended well. Events are emitted as they happen, never raised.

        The whole text is read first, so one that is no program does not begin to run. A bare expression whose
        value is not None is emitted, and bound to ``_``, where ``echo`` is set. An error, the deadline and an
        interrupt all end the run with a Failed event; the session can go on after any of them. ``checked``: this
        session's ``check`` has read the text before. ``blocks``: the values of bare expressions within ``for``,
        ``if`` and their like are emitted too, as Python's prompt shows them. ``going``: after a statement of the top
        level that fails the next ones run all the same; what nothing may catch ends the run even so.
        """
        source = source.removeprefix(_MARK)
        text = Source(source, first_line)
        outer = budget.limits()
        budget.start(self.deadline_seconds, self.memory_bytes)
        budget.write = lambda printed: emit(Printed(budget.line, printed))
        self.steps_done = 0
        self.completed = False
        ok = True
        self._state.enter(lambda category, message: self._warn(category, message, emit))
        watched, state.watch = state.watch, None if self.watch is None else self.watch.began
        file, state.file = state.file, self.file
        outside, state.draw, state.plots = (state.draw, state.plots), self._drawn(emit), self._plots
        files, state.files = state.files, self.files

        def show(line: int, text: str, value: Any) -> None:
            self.variables["_"] = value
            emit(Value(line, text, value))

        self.exit_code = None
        try:
            self._running = True
            # What NumPy would warn about (log of 0) is a value like any other here.
            with deep_stack(), np.errstate(all="ignore"):
                for step in compile_program(
                    text, source, self._shapes, learn=not checked, show=show if blocks else None
                ):
                    budget.spend(0)
                    budget.line = step.line
                    try:
                        if echo and step.bare is not None:
                            self._show(step, step.bare, emit)
                        else:
                            step.run(step.frame)
                    except Exception as error:
                        if not going:
                            raise
                        ok = False
                        emit(self._failed(error, text))
                    self.steps_done += 1
                self.completed = True
                if self.watch is not None and (note := self.watch.ended(self.variables, text.line, budget.line)):
                    emit(note)
        except SystemExit as exit_:
            self.exit_code = exit_.code if isinstance(exit_.code, int) else 0 if exit_.code is None else 1
            if isinstance(exit_.code, str):
                emit(self._failed(exit_, text))
            return self.exit_code == 0
        except BaseException as error:
            if self.watch is not None:
                self.watch.forget()
            emit(self._failed(error, text))
            return False
        finally:
            self._running = False  # first: while it is set, an impatient interrupt may raise anywhere
            budget.resume(outer)
            state.watch, state.file = watched, file
            self._plots, (state.draw, state.plots) = state.plots, outside
            ok = self._settled(text, emit) and ok
            self.files, state.files = state.files, files
            self._state.leave()
        return ok

    def _settled(self, text: Source, emit: Emit) -> bool:
        """Write what stands in files that the program left open; False, and why, where that can't be."""
        try:
            if state.files is not None:
                state.files.settle()
        except (OSError, MemoryError) as error:
            emit(self._failed(error, text))
            return False
        return True

    @staticmethod
    def _drawn(emit: Emit) -> Callable[[Any, str], None]:
        return lambda figures, file: emit(Drawn(budget.line, figures, file))

    def _warn(self, category: str, message: str, emit: Emit) -> None:
        """Emit a warning, the same one of the same line once, as Python does."""
        key = budget.line, category, message
        if key not in self._warned:
            self._warned.add(key)
            emit(Warned(*key))

    def _show(self, step: Step, bare: ast.expr, emit: Emit) -> None:
        """Run a bare expression and emit its value, and after a ``backward()`` the leaves that it reached."""
        before = _gradients(named_leaves(self.variables)) if _is_backward(bare) else None
        value = step.run(step.frame)
        if value is not None and (state.plots is None or not state.plots.is_drawing(value)):
            self.variables["_"] = value
            emit(Value(step.line, step.source.segment(bare), value))
        if before is not None:
            leaves = [(name, leaf) for name, leaf in named_leaves(self.variables) if _changed(leaf, before)]
            if leaves:
                emit(Gradients(step.line, leaves))

    def _failed(self, error: BaseException, text: Source) -> Failed:
        from .language.errors import failed

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
