"""A text evaluated within the run under way, in variables of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..lines.line_shapes import Shapes
from ..read.syntax import Source
from .program import compile_program, deep_stack


def evaluate(lines: Sequence[tuple[str, str]], text: str, values: Mapping[str, Any], prelude: Mapping[str, Any]) -> Any:
    """The value of an expression after assignments ``name = text``, all in names of their own.

    Its costs count for the run under way. Raises what it raises, and SyntaxError.
    """
    return evaluate_after("\n".join([f"{name} = {meaning}" for name, meaning in lines]), text, values, prelude)


def evaluate_after(before: str, text: str, values: Mapping[str, Any], prelude: Mapping[str, Any]) -> Any:
    """The same after statements."""
    variables = dict(values)
    program = f"{before}\n_ = (\n{text}\n)"
    with deep_stack():
        for step in compile_program(Source(program), program, Shapes(variables, prelude), learn=False):
            step.run(step.frame)
    return variables["_"]
