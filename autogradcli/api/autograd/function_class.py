"""The classes that programs derive from ``torch.autograd.Function``."""

from __future__ import annotations

from types import MethodType
from typing import Any

from ...engine.callbacks import callee
from ...engine.custom import Definition
from ...engine.state import state
from ...numerics.naming import shown_as

NO_FORWARD = "You must implement the forward function for custom autograd.Function."
LEGACY = (
    "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function "
    "with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
)


@shown_as("torch.autograd.function.FunctionMeta")
class FunctionClass:
    """A subclass of ``torch.autograd.Function``, or that itself: a value of the language, no class of Python."""

    __slots__ = ("base", "definition", "members", "module", "name")

    def __init__(
        self, name: str, members: dict[str, Any], module: str = "__main__", base: FunctionClass | None = None
    ) -> None:
        self.name = name
        self.base = base
        self.module = module
        self.members = {key: self._bound(value) for key, value in members.items()}
        self.definition = Definition(
            name,
            callee(self.members.get("forward", _no_forward)),
            callee(self.members.get("setup_context")),
            callee(self.members.get("backward")),
            callee(self.members.get("vjp")),
            callee(self.members.get("jvp")),
        )

    def subclass(self, name: str, members: dict[str, Any], module: str = "__main__") -> FunctionClass:
        """What ``class name(self): members`` makes."""
        own = {key: value.__func__ if isinstance(value, staticmethod) else value for key, value in members.items()}
        return FunctionClass(name, {**{key: self._freed(v) for key, v in self.members.items()}, **own}, module, self)

    def derives_from(self, other: Any) -> bool:
        """Whether another class is this one or one of its bases."""
        return self is other or (self.base is not None and self.base.derives_from(other))

    def _bound(self, value: Any) -> Any:
        """A method of the class gets the class first."""
        return MethodType(callee(value.__func__), self) if isinstance(value, classmethod) else value

    def _freed(self, value: Any) -> Any:
        """The same for a class that is derived from this one."""
        own = isinstance(value, MethodType) and value.__self__ is self
        return classmethod(value.__func__) if own else value

    def __repr__(self) -> str:
        return f"<class '{self.module}.{self.name}'>"

    def __call__(self, *args: Any, **kwargs: Any) -> FunctionInstance:
        state.warn(
            "DeprecationWarning",
            f"{self!r} should not be instantiated. Methods on autograd functions are all static, so you should invoke "
            "them on the class itself. Instantiating an autograd function will raise an error in a future version of "
            "PyTorch.",
        )
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
