"""As which function of ``torch.Tensor`` ``__torch_function__`` sees each operator: ``x + 1`` as ``Tensor.add``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.callbacks import resolver
from ...engine.state import state
from ...engine.tensor import Tensor
from ..calls.overridden import ask, asked, handled
from ..calls.registry import ATTRIBUTES, SWITCHES, Method
from . import operators, subscript

for _module in (operators, subscript):
    _module.install()  # the operators that are asked about here

#: Operators that PyTorch writes in C++, each by its function's name.
_IN_C = {
    "add": "add", "radd": "add", "iadd": "add_", "sub": "sub", "isub": "sub_", "mul": "mul", "rmul": "mul",
    "imul": "mul_", "truediv": "div", "itruediv": "div_", "ifloordiv": "floor_divide_", "mod": "remainder",
    "imod": "remainder_", "matmul": "matmul", "rand": "bitwise_and", "ror": "bitwise_or", "rxor": "bitwise_xor",
    "neg": "neg", "pos": "positive", "abs": "abs", "ne": "ne", "lt": "lt", "le": "le", "gt": "gt", "ge": "ge",
    **{
        name: f"__{name}__"
        for name in (
            "and", "or", "xor", "lshift", "rshift", "iand", "ior", "ixor", "ilshift", "irshift", "invert", "eq", "bool",
            "float", "int", "complex", "index", "getitem", "setitem",
        )
    },
}  # fmt: skip
#: Those that it writes in Python.
_IN_PYTHON = {
    "rsub": "__rsub__", "rtruediv": "__rdiv__", "floordiv": "__floordiv__", "rfloordiv": "__rfloordiv__",
    "rmod": "__rmod__", "pow": "pow", "ipow": "pow_", "rpow": "__rpow__", "rmatmul": "__rmatmul__",
    "rlshift": "__rlshift__", "rrshift": "__rrshift__", "len": "__len__", "contains": "__contains__",
    "format": "__format__", "repr": "__repr__",
}  # fmt: skip

#: special method -> the function's name, and whether PyTorch writes it in Python.
OPERATORS = {
    **{f"__{dunder}__": (name, False) for dunder, name in _IN_C.items()},
    **{f"__{dunder}__": (name, True) for dunder, name in _IN_PYTHON.items()},
}

#: What runs where nobody is asked.
PLAIN: dict[str, Callable[..., Any]] = {
    dunder: getattr(Tensor, dunder) for dunder in (*OPERATORS, "__iter__") if hasattr(Tensor, dunder)
}

_ALONE = frozenset({"neg", "pos", "abs", "invert", "bool", "float", "int", "complex", "index", "len", "repr"})
#: With what an operator of two operands is no tensor's: the other operand is asked then.
_OPERANDS = (Tensor, bool, int, float, complex)
_ANY_OTHER = frozenset({"__getitem__", "__setitem__", "__contains__", "__format__"})


def ask_operator(dunder: str, objects: list[Any], args: tuple[Any, ...]) -> Any:
    """What objects, and modes, say to an operator."""
    name, in_python = OPERATORS[dunder]
    function = resolver.method(name, PLAIN[dunder])
    if not in_python:
        return ask(f"torch.Tensor.{name}", function, objects, args, {})
    named = {"tensor_contents": None} if dunder == "__repr__" else {}
    return handled(f"torch.Tensor.{name}", function, objects, args, args, named)


def asking(dunder: str) -> Callable[..., Any]:
    """An operator of tensors that asks first, where there is somebody to be asked."""
    plain = PLAIN[dunder]
    two = dunder.strip("_") not in _ALONE and dunder not in _ANY_OTHER

    def operate(self: Tensor, /, *args: Any, **named: Any) -> Any:
        objects = asked((self, *args))
        if not (objects or state.function_modes):
            return plain(self, *args, **named)
        if two and len(args) == 1 and not (isinstance(args[0], _OPERANDS) or any(each is args[0] for each in objects)):
            return NotImplemented
        if not two:
            return ask_operator(dunder, objects, (self, *args))
        try:
            return ask_operator(dunder, objects, (self, *args))
        except TypeError:  # as PyTorch: the other operand is asked, and Python says that neither can
            return NotImplemented

    return operate


def switch(on: bool) -> None:
    """Let modes see the operators of all tensors."""
    for dunder, plain in PLAIN.items():
        if dunder in OPERATORS:
            type.__setattr__(Tensor, dunder, asking(dunder) if on else plain)
    type.__setattr__(Tensor, "__iter__", _iterate if on else PLAIN["__iter__"])


def _iterate(self: Tensor) -> Any:
    if not state.function_modes:
        return PLAIN["__iter__"](self)
    return iterate_by_methods(self)


def iterate_by_methods(self: Any) -> Any:
    """A tensor's parts, by the methods whose calls PyTorch shows of an iteration."""
    dim, unbind = ATTRIBUTES[Tensor]["dim"], ATTRIBUTES[Tensor]["unbind"]
    assert isinstance(dim, Method) and isinstance(unbind, Method)
    if not dim.call(self):
        raise TypeError("iteration over a 0-d tensor")
    return iter(unbind.call(self, 0))


SWITCHES.append(switch)
