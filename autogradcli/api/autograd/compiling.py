"""``torch.compile`` and ``torch.jit``: what makes programs faster or writes them down elsewhere.

``torch.compile`` gives the function back: what it computes is the same, only not faster. ``torch.jit.script`` and
``trace`` make another program, with rules of its own, that can be saved: that is not here, and they say so.
"""

from __future__ import annotations

from typing import Any

from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, define_python
from ..calls.registry import CONSTRUCTORS, Method, attributes_of, namespace


@shown_as("function")
class Compiling:
    """``torch.compile(mode=...)``, which decorates."""

    __slots__ = ()


CONSTRUCTORS[Compiling] = Compiling


def _given_back(self: Compiling, model: Any) -> Any:
    return compile_(model)


attributes_of(Compiling)["__call__"] = Method(_given_back, "The function, as it is.")


def compile_(
    model: Value = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: Value = "inductor",
    mode: str | None = None,
    options: Value = None,
    disable: bool = False,
) -> Any:
    """A function or module, given back as it is; without one, what does that as a decorator."""
    if model is None:
        return Compiling()
    return model


def _refuse(name: str, reason: str) -> None:
    home, _, last = name.rpartition(".")

    def refused(*args: Value, **kwargs: Value) -> Any:
        raise NotImplementedError(f"{name}() isn't here: {reason}")

    refused.__doc__ = f"Raises NotImplementedError: {reason}."
    namespace(home)[last] = PythonFunction(last, refused, home)


def is_compiling() -> bool:
    """Whether a program is being compiled: it never is."""
    return False


def ignore(fn: Value = None) -> Any:
    """The function as it is: it only matters to ``torch.jit.script``."""
    return Compiling() if fn is None else fn


def _register() -> None:
    define_python("compile", compile_)
    _refuse("torch.jit.script", "call the function or module itself, which computes the same")
    _refuse("torch.jit.trace", "call the function or module itself, which computes the same")
    _refuse("torch.jit.save", "programs write no files; the command's option --save FILE.npz writes tensors")
    _refuse("torch.jit.load", "programs read no files; the command's option --load FILE gives tensors names")
    _refuse("torch.hub.load", "programs here reach no network")
    for name in ("is_scripting", "is_tracing"):
        namespace("torch.jit")[name] = PythonFunction(name, is_compiling, "torch.jit")
    for name in ("ignore", "unused", "export"):
        namespace("torch.jit")[name] = PythonFunction(name, ignore, "torch.jit")
    namespace("torch.compiler")["is_compiling"] = PythonFunction("is_compiling", is_compiling, "torch.compiler")
    namespace("torch.compiler")["disable"] = PythonFunction("disable", ignore, "torch.compiler")
    namespace("torch.compiler")["reset"] = PythonFunction("reset", reset, "torch.compiler")


def reset() -> None:
    """Forget what was compiled: nothing was."""


_register()
