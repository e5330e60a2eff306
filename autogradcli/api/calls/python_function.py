"""Functions that PyTorch writes in Python: ``F.mse_loss``, ``autograd.grad``, ``Tensor.backward``.

The signature of the Python function checks a call, and CPython's own messages are PyTorch's messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType
from typing import Any

from ...engine.callbacks import callee, resolver
from ...engine.state import state
from ...engine.tensor import Tensor
from ..arrays.values import has_scalars, without_scalars
from .argument_types import TYPE_NAMES
from .call_plans import Implementation, as_floats_where_needed, check_numbers, hooks, tensor_of
from .class_kind import Kind
from .gate import ANYTHING, check_arguments, is_plain
from .overloads import PLACES, kinds_of
from .registry import Method, attributes_of, namespace
from .wrong_arguments import ACCIDENTS, explained

#: Functions that take tensors, or tuples of them, and ask all of these.
_OF_TUPLES = (("grad", "torch.autograd"), ("backward", "torch.autograd"))


class PythonFunction:
    """A function whose own Python signature checks its calls, as PyTorch's ``F.mse_loss``."""

    __slots__ = ("asks", "call", "home", "name", "takes_functions", "through")

    def __init__(self, name: str, call: Implementation, home: str) -> None:
        self.name = name
        self.call = renamed(call, name) if getattr(call, "__name__", "").startswith("_") else call
        self.home = home
        #: What runs in place of ``call``, where a context may want the arguments cast first.
        self.through: Implementation | None = None
        annotations = _annotations(call)
        self.takes_functions = any("Function" in text or "Callable" in text for text in annotations)
        #: Whether its tensors may be objects that say what to do with them: not where it takes any value at all, but
        #: those that take them in tuples.
        self.asks = (name, home) in _OF_TUPLES or not any(text.startswith(ANYTHING) for text in annotations[:1])

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        if state.meta:
            check_numbers(self.name, args)
        # One tensor is let in at once: looking for its class in a set takes a third of the time of ``F.relu``.
        plain = len(args) == 1 and args[0].__class__ is Tensor and not kwargs
        if not plain and not (is_plain(args) and is_plain(kwargs.values())):
            if has_scalars((*args, *kwargs.values())):
                args = without_scalars(args)
                kwargs = dict(zip(kwargs, without_scalars(tuple(kwargs.values()))))
            if self.asks and any(type(kind) is Kind for kind in kinds_of(args, kwargs)):
                from .overridden import ask_python, asked

                objects = asked((*args, *kwargs.values()))
                if objects:
                    return ask_python(self.dotted, self.public(), self.call, objects, args, kwargs)
            check_arguments(self.name, self.call, args, kwargs)
            if self.takes_functions:
                args = tuple(map(callee, args))
                kwargs = {name: callee(value) for name, value in kwargs.items()}
        try:
            return (self.through or self.call)(*args, **kwargs)
        except ACCIDENTS as error:
            told = explained(error, self.name, self.call, args, kwargs)
            if told is error:
                raise
            raise told from None

    def __repr__(self) -> str:
        return f"<function {self.name} at 0x{id(self):x}>"

    @property
    def doc(self) -> str:
        return self.call.__doc__ or ""

    @property
    def dotted(self) -> str:
        """Its name with the module's, as messages have it."""
        return f"{'torch.Tensor' if self.home == 'Tensor' else self.home}.{self.name}"

    @property
    def qualified(self) -> str:
        """``f.__qualname__`` in PyTorch."""
        return f"Tensor.{self.name}" if self.home == "Tensor" else self.name

    def public(self) -> Any:
        """What programs call by the function's name."""
        return resolver.method(self.name, self) if self.home == "Tensor" else self

    def calculator(self) -> PythonFunction:
        """The same function as its bare name offers it: a number or a list of numbers counts as a tensor
        where the implementation's annotation says ``Tensor``."""
        made = CalculatorPythonFunction(self.name, self.call, self.home)
        made.through = self.through
        return made


class CalculatorPythonFunction(PythonFunction):
    __slots__ = ()

    def calculator(self) -> PythonFunction:
        return self

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        if not hooks.extension:
            return PythonFunction.__call__(self, *args, **kwargs)
        code = self.call.__code__
        wanted = self.call.__annotations__
        names = code.co_varnames[: code.co_argcount]
        tensors = {name for name, text in wanted.items() if text in ("Tensor", "Tensor | None")}
        values = tuple(
            tensor_of(value) if i < len(names) and names[i] in tensors else value for i, value in enumerate(args)
        )
        named = {name: tensor_of(value) if name in tensors else value for name, value in kwargs.items()}
        given = {id(value) for value in (*args, *kwargs.values())}
        return as_floats_where_needed(PythonFunction.__call__, given)(self, *values, **named)


TYPE_NAMES[PythonFunction] = TYPE_NAMES[CalculatorPythonFunction] = "function"


def _annotations(call: Implementation) -> list[str]:
    return [text for name, text in getattr(call, "__annotations__", {}).items() if name != "return"]


def define_python(
    name: str, implementation: Implementation, *, into: str = "torch", aliases: Sequence[str] = ()
) -> None:
    """Declare a function that checks its arguments as Python does, because PyTorch's is written in Python.

    The names of its parameters are PyTorch's, so that CPython's own messages come out as PyTorch's. For
    ``Tensor`` they begin with ``Tensor.``: ``Tensor.backward() got an unexpected keyword argument 'retain'``.
    """
    for place in into.split():
        if place == "Tensor":
            method = PythonFunction(name, renamed(implementation, f"Tensor.{name}"), "Tensor")
            for spelling in (name, *aliases):
                attributes_of(Tensor)[spelling] = Method(method, implementation.__doc__ or "")
            continue
        home = PLACES[place][0]
        function = PythonFunction(name, renamed(implementation, name), home)
        for spelling in (name, *aliases):
            namespace(home)[spelling] = function


def renamed(implementation: Implementation, qualified: str) -> Implementation:
    """A function of the same code whose messages carry another name; what is no plain function, itself."""
    if implementation.__class__ is not FunctionType or implementation.__qualname__ == qualified:
        return implementation
    twin = FunctionType(
        implementation.__code__,
        implementation.__globals__,
        qualified,
        implementation.__defaults__,
        implementation.__closure__,
    )
    twin.__qualname__ = qualified
    twin.__kwdefaults__ = implementation.__kwdefaults__
    twin.__doc__ = implementation.__doc__
    twin.__annotations__ = implementation.__annotations__
    return twin
