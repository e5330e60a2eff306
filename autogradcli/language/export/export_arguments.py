"""What the functions of an exported program want in place of a list: a tensor, tensors, floats."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from ...api.calls.argument_types import KINDS, TENSOR_OR_NUMBER
from ...api.calls.overloads import Function
from ...api.calls.python_function import PythonFunction
from ...api.calls.registry import NAMESPACES
from ..values.text_format import to_repr
from .export_kinds import home_of

#: What a list can't be, so that it becomes a tensor where the function takes one as well.
_NO_LISTS = (KINDS["Tensor"], KINDS["Scalar"], KINDS["float"], KINDS["int"], KINDS["SymInt"], TENSOR_OR_NUMBER)


def wants(name: str, position: int, kind: str, *, of_list: bool = False) -> bool:
    """Whether a function takes nothing but a ``kind``, "Tensor" or "TensorList", there; ``of_list``: of a list."""
    home = home_of(name)
    function = None if home is None else NAMESPACES[home][name]
    if isinstance(function, PythonFunction):
        code = function.call.__code__
        names = code.co_varnames[: code.co_argcount]
        wanted = function.call.__annotations__
        return kind == "Tensor" and position < len(names) and str(wanted.get(names[position])).startswith("Tensor")
    if not isinstance(function, Function):
        return False
    there = [
        schema.parameters[schema.visible[position]].kind
        for schema in function.schemas
        if position < len(schema.visible) and not schema.deprecated
    ]
    if of_list and kind == "Tensor":
        return any(found in _NO_LISTS[::5] for found in there) and all(found in _NO_LISTS for found in there)
    return bool(there) and all(found is KINDS[kind] for found in there)


def needs_floats(name: str, call: ast.Call) -> bool:
    """Whether a function that is called with lists or numbers has no meaning on integers.

    Nothing declares that; so it is asked, with the call's own arguments where the text tells them. A function
    that is made of others may take integers here and not in PyTorch: floats are safe where they give the same.
    """
    home = home_of(name)
    function = None if home is None else NAMESPACES[home][name]
    if not isinstance(function, (Function, PythonFunction)):
        return False
    try:
        keywords = {word.arg: ast.literal_eval(word.value) for word in call.keywords if word.arg}
    except ValueError:
        keywords = {}

    def asked(number: type[int] | type[float]) -> str:
        values = [_stand_in(name, position, argument, number) for position, argument in enumerate(call.args)]
        try:
            with np.errstate(all="ignore"):
                return to_repr(function(*values, **keywords))
        except Exception:  # of whatever type: only whether it answers counts
            return ""

    answer, of_floats = asked(int), asked(float)
    return bool(of_floats) and (not answer or (isinstance(function, PythonFunction) and answer == of_floats))


def _stand_in(name: str, position: int, argument: ast.expr, number: type[int] | type[float]) -> Any:
    make: Callable[[Any], Any] = NAMESPACES["torch"]["tensor"]
    try:
        value = ast.literal_eval(argument)
    except ValueError:
        value = [1, 2]
    if not wants(name, position, "Tensor", of_list=isinstance(value, list)):
        return value
    try:
        return make(value) if number is int else make(value) * 1.0
    except (TypeError, ValueError, RuntimeError):
        return value


def plain_integers(node: ast.expr) -> list[ast.Constant]:
    """The numbers of a list, if all are integers in decimal digits; a point behind them makes floats."""
    numbers = [inner for inner in ast.walk(node) if isinstance(inner, ast.Constant)]
    for inner in ast.walk(node):
        if not isinstance(inner, (ast.List, ast.Constant, ast.UnaryOp, ast.USub, ast.UAdd, ast.Load)):
            return []
    # 0x10 is wider than the number it stands for, and so is 1_000.
    plain = all(
        type(one.value) is int and one.end_col_offset == one.col_offset + len(str(one.value)) for one in numbers
    )
    return numbers if plain else []
