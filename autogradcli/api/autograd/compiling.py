"""``torch.compile`` and ``torch.jit``: what makes programs faster or writes them down elsewhere.

``torch.compile`` gives the function back: what it computes is the same, only not faster. So do ``torch.jit.script`` and
``trace``, whose other program computes the same, too; its text and graph aren't here, nor are files of it.
"""

from __future__ import annotations

from typing import Any

from ...engine.callbacks import callee
from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.program_classes import Kind, get, has
from ..calls.python_function import PythonFunction, define_python
from ..calls.registry import CONSTRUCTORS, Method, attributes_of, namespace
from ..tensor.random_state import ForkedRng


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


def script(obj: Value, optimize: Value = None, *, example_inputs: Value = None) -> Any:
    """A function, class or module, given back as it is: what PyTorch makes of it computes the same."""
    return obj


def script_if_tracing(fn: Value) -> Any:
    """The function as it is."""
    return fn


def trace(
    func: Value,
    example_inputs: Value = None,
    optimize: Value = None,
    check_trace: bool = True,
    check_inputs: Value = None,
    check_tolerance: float = 1e-5,
    strict: bool = True,
    *,
    example_kwarg_inputs: Value = None,
) -> Any:
    """A function or module, given back as it is, after it was run on the examples: once, and twice more, under the
    same random numbers, where ``check_trace`` says so."""
    named = example_kwarg_inputs if type(example_kwarg_inputs) is dict else {}
    given = example_inputs if type(example_inputs) is tuple else () if named else (example_inputs,)
    call = callee(func)
    call(*given, **named)
    if check_trace:
        with ForkedRng():
            for _ in range(2):
                call(*given, **named)
    return func


def freeze(mod: Value, preserved_attrs: Value = None, optimize_numerics: bool = True) -> Any:
    """A module that was scripted, given back as it is. Raises RuntimeError for one that is being trained."""
    if type(type(mod)) is Kind and has(mod, "training") and get(mod, "training") is True:
        raise RuntimeError(
            "Freezing is currently only implemented for modules in eval mode. Please call .eval() on your module before"
            " freezing."
        )
    return mod


def optimize_for_inference(mod: Value, other_methods: Value = None) -> Any:
    """A module that was scripted, given back as it is."""
    return mod


def annotate(the_type: Value, the_value: Value) -> Any:
    """The value: the type only matters to ``torch.jit.script``."""
    return the_value


def _register() -> None:
    define_python("compile", compile_)
    for name, function in (
        ("script", script),
        ("script_if_tracing", script_if_tracing),
        ("trace", trace),
        ("freeze", freeze),
        ("optimize_for_inference", optimize_for_inference),
        ("annotate", annotate),
        ("script_method", script_if_tracing),
    ):
        namespace("torch.jit")[name] = PythonFunction(name, function, "torch.jit")
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
