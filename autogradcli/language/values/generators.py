"""What a function with ``yield`` gives: its body, which runs up to the next ``yield`` when it is asked for a value.

The body is a chain of Python's own generators, one for each block around a ``yield`` (``compile/generators.py``), so
to resume it takes levels of the C stack. Each resumption counts as ``LEVELS`` calls against the depth that a program
may have.
"""

from __future__ import annotations

from collections.abc import Generator as PythonGenerator
from typing import Any

from ...api.calls.registry import Method, Property, attributes_of
from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from .budget import MAX_DEPTH, budget

LEVELS = 8


class Closed(BaseException):
    """Thrown at the ``yield`` where a generator stands, by ``close()``: its ``finally`` blocks run, no ``except``
    catches it. A generator that is merely forgotten runs nothing any more."""


@shown_as("generator")
class Generator:
    """An iterator of what a function yields. Raises RecursionError past MAX_DEPTH levels."""

    __slots__ = ("__weakref__", "mode", "name", "steps")

    def __init__(self, steps: PythonGenerator[Any, Any, Any], name: str) -> None:
        self.steps = steps
        self.name = name
        #: What the body runs under, where the function was decorated with it.
        self.mode: ContextMode | None = None

    def __iter__(self) -> Generator:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        """Go on with ``value`` as what the ``yield`` gives."""
        return self._resumed(self.steps.send, value)

    def throw(self, error: Any) -> Any:
        """Go on with an error raised at the ``yield``."""
        if isinstance(error, type) and issubclass(error, BaseException):
            error = error()
        if not isinstance(error, BaseException):
            raise TypeError(
                "exceptions must be classes or instances deriving from BaseException, not " + type(error).__name__
            )
        return self._resumed(self.steps.throw, error)

    def close(self) -> None:
        """End it at the ``yield`` where it stands."""
        try:
            self._resumed(self.steps.throw, Closed())
        except (Closed, StopIteration):
            return
        raise RuntimeError("generator ignored GeneratorExit")

    def _resumed(self, resume: Any, value: Any) -> Any:
        line = budget.line
        budget.depth += LEVELS
        budget.fuel -= 1
        try:
            if budget.depth > MAX_DEPTH:
                raise RecursionError("maximum recursion depth exceeded")
            if budget.fuel < 0:
                budget.poll()
            if self.mode is not None:
                with self.mode.fresh():
                    return resume(value)
            return resume(value)
        finally:
            budget.depth -= LEVELS
            budget.line = line

    def __repr__(self) -> str:
        return f"<generator object {self.name} at {id(self):#x}>"


_table = attributes_of(Generator)
_table["send"] = Method(Generator.send)
_table["throw"] = Method(Generator.throw)
_table["close"] = Method(Generator.close)
_table["__next__"] = Method(Generator.__next__)
_table["__name__"] = Property(lambda generator: generator.name)
