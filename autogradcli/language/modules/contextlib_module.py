"""``contextlib``: contexts made of generators, and those that change nothing, swallow errors or hold others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...api.calls.program_classes import METHODS
from ...api.calls.registry import CONSTRUCTORS, Method, attributes_of, namespace
from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT, Builtin, callable_of
from ..compile.control import entered
from ..values.budget import UNCATCHABLE, budget, check_items
from ..values.foreign import entering as as_known
from ..values.generators import Generator

_table = namespace("contextlib")


class _Context(ContextMode):
    """A context of this module. What ends the whole program leaves it without a word."""

    def __enter__(self) -> Any:
        self.depth = budget.depth
        return self.enter()

    def __exit__(self, *problem: Any) -> bool:  # type: ignore[override]  # one that may swallow the error
        error = problem[1]
        if error is None:
            self.leave(None)
            return False
        if isinstance(error, UNCATCHABLE):
            return False
        depth, budget.depth = budget.depth, self.depth
        dealt_with = self.leave(as_known(error))
        if not dealt_with:
            budget.depth = depth
        return dealt_with

    def enter(self) -> Any:
        return None

    def leave(self, error: BaseException | None) -> bool:
        return False


@shown_as("contextlib._GeneratorContextManager")
class GeneratorContext(_Context):
    """What a function decorated with ``contextmanager`` gives: up to its ``yield`` it enters, after it it leaves."""

    def __init__(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.made = function, args, kwargs
        self.steps = callable_of(function)(*args, **kwargs)
        if not isinstance(self.steps, Generator):
            raise TypeError(f"'{type(self.steps).__name__}' object is not an iterator")

    def fresh(self) -> ContextMode:
        return GeneratorContext(*self.made)

    def enter(self) -> Any:
        try:
            return next(self.steps)
        except StopIteration:
            raise RuntimeError("generator didn't yield") from None

    def leave(self, error: BaseException | None) -> bool:
        try:
            if error is None:
                next(self.steps)
            else:
                self.steps.throw(error)
        except StopIteration as stop:
            return stop is not error
        except BaseException as other:
            if other is error:
                return False
            raise
        if error is None:
            raise RuntimeError("generator didn't stop")
        raise RuntimeError("generator didn't stop after throw()")


@shown_as("function")
class Maker:
    """A function that is decorated with ``contextmanager``."""

    __slots__ = ("function",)

    def __init__(self, function: Any) -> None:
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> GeneratorContext:
        return GeneratorContext(self.function, args, kwargs)

    @property
    def name(self) -> str:
        return str(getattr(self.function, "name", "function"))

    def __repr__(self) -> str:
        return repr(self.function)


DIRECT.add(Maker)
METHODS.add(Maker)


def contextmanager(func: Any) -> Maker:
    """A function whose generators are contexts: what stands before ``yield`` enters, what stands after it leaves."""
    callable_of(func)
    return Maker(func)


@shown_as("contextlib.nullcontext")
class NullContext(_Context):
    """A context that changes nothing."""

    def __init__(self, enter_result: Any = None) -> None:
        self.enter_result = enter_result

    def enter(self) -> Any:
        return self.enter_result


@shown_as("contextlib.suppress")
class Suppress(_Context):
    """A context after which errors of some kinds are forgotten."""

    def __init__(self, *exceptions: Any) -> None:
        for kind in exceptions:
            if not isinstance(kind, type) or not issubclass(kind, BaseException):
                raise TypeError("issubclass() arg 2 must be a class, a tuple of classes, or a union")
        self.exceptions = exceptions

    def leave(self, error: BaseException | None) -> bool:
        return error is not None and isinstance(error, self.exceptions)


@shown_as("contextlib.ExitStack")
class ExitStack(_Context):
    """A context that holds others, and leaves them in reverse order."""

    def __init__(self) -> None:
        self.leaving: list[Callable[[BaseException | None], Any]] = []

    def enter(self) -> ExitStack:
        return self

    def _add(self, leave: Callable[[BaseException | None], Any]) -> None:
        check_items(len(self.leaving) + 1)
        self.leaving.append(leave)

    def enter_context(self, cm: Any) -> Any:
        """Enter a context, which is left with this one; what entering it gives."""
        if isinstance(cm, ContextMode):
            value = cm.__enter__()
            self._add(lambda error: cm.__exit__(type(error) if error else None, error, None))
            return value
        leave, value = entered(cm)
        self._add(lambda error: leave(type(error) if error else None, error, None))
        return value

    def callback(self, callback: Any, /, *args: Any, **kwds: Any) -> Any:
        """Call a function when this context is left; it is returned."""
        call = callable_of(callback)
        self._add(lambda error: call(*args, **kwds) and None)
        return callback

    def close(self) -> None:
        """Leave everything now."""
        self.leave(None)

    def leave(self, error: BaseException | None) -> bool:
        first, raised = error, False
        while self.leaving:
            budget.poll()
            try:
                if self.leaving.pop()(error) and error is not None:
                    error, raised = None, False
            except UNCATCHABLE:
                raise
            except Exception as other:
                error, raised = as_known(other), True
        if raised and error is not None:
            raise error
        return first is not None and error is None


for _name, _kind in (("nullcontext", NullContext), ("suppress", Suppress), ("ExitStack", ExitStack)):
    _table[_name] = _kind
    CONSTRUCTORS[_kind] = _kind
_table["contextmanager"] = Builtin("contextmanager", contextmanager)
for _method in ("enter_context", "callback", "close"):
    attributes_of(ExitStack)[_method] = Method(vars(ExitStack)[_method])
