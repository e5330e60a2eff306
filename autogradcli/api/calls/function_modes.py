"""``torch.overrides.TorchFunctionMode``: a program's mode that sees each call of a function, method or operator, and
each attribute that is read, until its ``with`` is over.

Nothing asks for modes while there is none: whoever enters the first puts what asks in place of the calls
(``Watched``), and whoever leaves the last puts back what was there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.state import state
from ...numerics.naming import shown_as
from ..tensor import operator_names
from .class_kind import Object, members_of
from .overloads import CalculatorFunction, Function
from .overridden import NAME, ask, ask_python, asked
from .python_function import CalculatorPythonFunction, PythonFunction
from .registry import SWITCHES, namespace

#: Functions that PyTorch writes in Python and that ask nobody.
_UNSEEN = frozenset({
    "is_tensor", "is_storage", "typename", "manual_seed", "seed", "initial_seed", "get_rng_state", "set_rng_state",
    "save", "load", "compile", "set_printoptions", "set_default_dtype", "get_default_dtype", "set_default_device",
    "get_default_device", "set_default_tensor_type", "vmap", "set_num_threads", "get_num_threads",
    "use_deterministic_algorithms", "are_deterministic_algorithms_enabled", "set_float32_matmul_precision",
    "get_float32_matmul_precision", "set_grad_enabled", "is_grad_enabled", "set_deterministic_debug_mode",
    "get_deterministic_debug_mode", "broadcast_shapes", "vander", "is_warn_always_enabled", "set_warn_always",
})  # fmt: skip
#: Namespaces whose functions that PyTorch writes in Python ask.
_ASKING = frozenset({"torch", "torch.nn.functional", "Tensor", "torch.autograd", "torch.linalg", "torch.special"})


_PYTHON: tuple[type, ...] = (PythonFunction, CalculatorPythonFunction)


class _Watched:
    """What stands in place of the calls of functions while there are modes, and what stood there."""

    __slots__ = ("before",)

    before: dict[type, Any]

    def __init__(self) -> None:
        self.before = {}

    def begin(self) -> None:
        for seen, kinds in ((_call, (Function, CalculatorFunction)), (_call_python, _PYTHON)):
            for kind in kinds:
                self._watch(kind, seen)
        for switch in SWITCHES:
            switch(True)

    def _watch(self, kind: type, seen: Callable[[Any, Any], Any]) -> None:
        before = kind.__dict__.get("__call__")
        if before is None:
            return
        self.before[kind] = before
        type.__setattr__(kind, "__call__", seen(kind, before))

    def end(self) -> None:
        for kind, before in self.before.items():
            type.__setattr__(kind, "__call__", before)
        self.before.clear()
        for switch in SWITCHES:
            switch(False)


def _call(kind: type, before: Any) -> Callable[..., Any]:
    def call(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        if not state.function_modes:
            return before(self, *args, **kwargs)
        return ask(self.dotted, self.public(), asked((*args, *kwargs.values())), args, kwargs)

    return call


def _call_python(kind: type, before: Any) -> Callable[..., Any]:
    def call(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        if not state.function_modes or self.name in _UNSEEN or self.home not in _ASKING:
            return before(self, *args, **kwargs)
        objects = asked((*args, *kwargs.values()))
        return ask_python(self.dotted, self.public(), self.call, objects, args, kwargs)

    return call


watched = _Watched()
assert operator_names.switch in SWITCHES


@shown_as("torch.overrides.TorchFunctionMode")
class TorchFunctionMode(Object):
    """The base of a mode: its ``__torch_function__(func, types, args, kwargs)`` gives what each call gives. Within it
    the mode is left, so ``func(*args, **kwargs)`` is the call as it would have been."""

    def __init__(self) -> None:
        """Nothing to keep."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise NotImplementedError

    def __enter__(self) -> Any:
        state.function_modes.append(self)
        if not watched.before:
            watched.begin()
        return self

    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        if state.function_modes:
            state.function_modes.pop()
        if not state.function_modes:
            watched.end()


members_of(TorchFunctionMode)[NAME] = TorchFunctionMode.__torch_function__
namespace("torch.overrides")["TorchFunctionMode"] = TorchFunctionMode
