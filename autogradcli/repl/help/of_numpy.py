"""What ``:help`` says about names of ``numpy``: the first sentences of NumPy's own texts, and its signatures."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from ...api.arrays.values import NumPyArray, NumPyObject, NumPyScalar

#: The modules that have a text of their own among the namespaces.
MODULES = frozenset({"numpy", "numpy.linalg", "numpy.fft", "numpy.random", "numpy.testing", "numpy.exceptions"})


def is_of_numpy(home: str, owner: Any) -> bool:
    """Whether a name is one of ``numpy``'s, or a member of one of its values."""
    return (home.startswith("numpy.") and home not in MODULES) or isinstance(owner, NumPyObject)


def text_and_signature(home: str, owner: Any, value: Any) -> tuple[str, str]:
    """About a name: what NumPy's documentation begins with, and how it is called; empty where it says nothing."""
    last = home.rpartition(".")[2]
    kernel = _kernel(last, owner, value)
    if kernel is None:
        return f"NumPy's `{last}`, which means here what it means there.", ""
    text = _first_sentences(kernel.__doc__ or "", last)
    return text or f"NumPy's `{last}`, which means here what it means there.", _signature(kernel, owner is not None)


def _kernel(last: str, owner: Any, value: Any) -> Any:
    if isinstance(owner, NumPyArray):
        return vars(np.ndarray).get(last)
    if isinstance(owner, NumPyScalar):
        return vars(np.generic).get(last)
    source = getattr(owner, "source", None)
    if source is not None:
        return getattr(type(source), last, None)
    return getattr(getattr(value, "call", None), "kernel", None)


def _first_sentences(text: str, name: str) -> str:
    """The first part of a docstring that is no signature."""
    for part in inspect.cleandoc(text).split("\n\n"):
        line = " ".join(part.split())
        if line and not line.startswith((f"{name}(", "a.", "x.")):
            return line if line.endswith((".", ":")) else f"{line}."
    return ""


def _signature(kernel: Any, method: bool) -> str:
    try:
        found = inspect.signature(kernel)
    except (TypeError, ValueError):
        return ""
    parameters = [p for p in found.parameters.values() if p.name not in ("like", "subok", "signature", "self")]
    return str(found.replace(parameters=parameters, return_annotation=inspect.Signature.empty))
