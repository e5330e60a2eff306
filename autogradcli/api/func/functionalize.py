"""``torch.func.functionalize``, by which a program says that its operations in place are to go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...numerics.limits import shown
from ..calls.python_function import define_python
from .transforms import Transformed

_REMOVE = (
    "functionalize(f, remove='mutations'): received invalid argument for remove={}. Valid options are:\n"
    "     remove='mutations': all inplace and out= operators will be removed from the program, and replaced with their "
    "out-of-place equivalents.\n"
    "     remove='mutations_and_views': In addition to the above, all aliasing operators {{view}} will be replaced "
    "with their non-aliasing counterparts, {{view}}_copy.\n"
)


def functionalize(func: Callable[..., Any], *, remove: str = "mutations") -> Transformed:
    """The function itself: what it gives is the same without operations in place, and nothing here traces it.

    Raises RuntimeError for another ``remove`` than PyTorch has, NotImplementedError for the one without views.
    """
    if remove == "mutations_and_views":
        raise NotImplementedError("functionalize(remove='mutations_and_views') isn't here: views stay views")
    if remove != "mutations":
        raise RuntimeError(_REMOVE.format(shown(remove)))
    return Transformed(func, func)


define_python("functionalize", functionalize, into="func")
