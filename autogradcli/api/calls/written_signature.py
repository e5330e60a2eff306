"""Functions whose signature is written in words, for those that PyTorch writes in Python and that share theirs.

    kaiser = signed("kaiser", "M: int, *", "beta: float = 12.0", COMMON, call=compute, doc="...")

``kaiser(3, beta=1.0)`` checks its arguments as Python does, in PyTorch's words then, and calls ``compute`` with one
value for each parameter, in the order written.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any


def signed(name: str, *words: str, call: Callable[..., Any], doc: str) -> Callable[..., Any]:
    """A function of these parameters, written as Python writes them: with annotations, and a ``*`` before what can only
    be named."""
    signature = ", ".join(filter(None, words))
    names = [one.partition(":")[0].strip() for one in signature.split(",") if one.strip() != "*"]
    return made(name, signature, f"return call({', '.join(names)})", {"call": call}, doc)


def made(name: str, signature: str, body: str, scope: dict[str, Any], doc: str) -> Callable[..., Any]:
    """A function of this text, which is our own and never a program's, and sees no more than ``scope``."""
    text = f"from __future__ import annotations\ndef {name}({signature}):\n    {body}\n"
    names = {"__name__": __name__, **scope}
    exec(compile(text, f"<{name}>", "exec"), names)
    function: FunctionType = names[name]
    function.__doc__ = doc
    return function
