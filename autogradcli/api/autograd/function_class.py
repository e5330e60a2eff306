"""The classes that programs derive from ``torch.autograd.Function``."""

from __future__ import annotations

from typing import Any

from ...engine.callbacks import callee
from ...engine.custom import Definition
from ...numerics.naming import shown_as

NO_FORWARD = "You must implement the forward function for custom autograd.Function."
LEGACY = (
    "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function "
    "with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
)


@shown_as("torch.autograd.function.FunctionMeta")
class FunctionClass:
    """A subclass of ``torch.autograd.Function``, or that itself: a value of the language, no class of Python."""

    __slots__ = ("definition", "members", "module", "name")

    def __init__(self, name: str, members: dict[str, Any], module: str = "__main__") -> None:
        self.name = name
        self.module = module
        self.members = members
        self.definition = Definition(
            name,
            callee(members.get("forward", _no_forward)),
            callee(members.get("setup_context")),
            callee(members.get("backward")),
            callee(members.get("vjp")),
            callee(members.get("jvp")),
        )

    def subclass(self, name: str, members: dict[str, Any], module: str = "__main__") -> FunctionClass:
        """What ``class name(self): members`` makes."""
        own = {key: value.__func__ if isinstance(value, staticmethod) else value for key, value in members.items()}
        return FunctionClass(name, {**self.members, **own}, module)

    def __repr__(self) -> str:
        return f"<class '{self.module}.{self.name}'>"

    def __call__(self, *args: Any, **kwargs: Any) -> FunctionInstance:
        return FunctionInstance(self)


@shown_as("torch.autograd.function.Function")
class FunctionInstance:
    """``Square()``: once a way to call a function, now only good for an error that says so."""

    __slots__ = ("kind",)

    def __init__(self, kind: FunctionClass) -> None:
        self.kind = kind

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(LEGACY)

    def __repr__(self) -> str:
        return f"<{self.kind.module}.{self.kind.name} object at 0x{id(self):x}>"


def _no_forward(*args: Any, **kwargs: Any) -> Any:
    raise NotImplementedError(NO_FORWARD)
