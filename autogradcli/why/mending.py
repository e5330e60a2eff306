"""Changes of a line that are tried: the whole program is run with them before one is shown."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..engine.tensor import Tensor
from ..language.values.text_format import to_repr
from ..tensor_names import named_tensors
from .inquiry import Inquiry, Mended


def mended(inquiry: Inquiry, of: str, line: int, source: str) -> Mended | None:
    """The change, if with it the program runs to its end and ``of`` (``x.grad``) is a finite gradient; else None.

    ``of`` is "" where the program failed: then it is enough that it no longer does, and a gradient is shown if there is
    one.
    """
    old = inquiry.lines.at(line)
    source = source.strip()
    if source == old or not old:
        return None
    text = inquiry.lines.text.split("\n")
    k = line - 1
    indent = text[k][: len(text[k]) - len(text[k].lstrip())]
    changed = [*text[:k], *(indent + part for part in source.split("\n")), *text[k + 1 :]]
    ran = inquiry.again("\n".join(changed))
    if ran.failure is not None:
        return None
    if not of:
        named = dict(named_tensors(ran.variables))
        of = next((f"{name}.grad" for name, tensor in named.items() if tensor.grad is not None), "")
        if not of:
            return Mended(line, source, "the program runs to its end")
    found = value_of(ran.variables, of)
    if not isinstance(found, Tensor) or not np.isfinite(found.array).all():
        return None
    return Mended(line, source, f"{of} = {' '.join(to_repr(found).split())}")


def value_of(variables: Mapping[str, Any], of: str) -> object:
    """What ``x.grad`` or ``lin.weight.grad`` is among variables; None where there is no such thing."""
    named = dict(named_tensors(variables))
    name, _, last = of.rpartition(".")
    tensor = named.get(name if last == "grad" else of)
    return tensor.grad if tensor is not None and last == "grad" else tensor


def replaced(line: str, old: ast.expr, new: str) -> str:
    """A line with another text in the place of one of its expressions, which stands on that line alone."""
    if old.lineno != old.end_lineno or old.end_col_offset is None:
        return line
    bytes_ = line.encode()
    return (bytes_[: old.col_offset] + new.encode() + bytes_[old.end_col_offset :]).decode()
