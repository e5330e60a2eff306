"""What programs see of a class of ours: ``<class 'torch.utils.hooks.RemovableHandle'>``, ``type(v).__name__``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Class = TypeVar("Class", bound=type)


def shown_as(dotted: str) -> Callable[[Class], Class]:
    """Show the decorated class under PyTorch's name for it; a name without a module is a builtin's."""
    module, _, name = dotted.rpartition(".")

    def rename(kind: Class) -> Class:
        # On the type itself: a metaclass may give the names of its classes another meaning.
        type.__setattr__(kind, "__name__", name)
        type.__setattr__(kind, "__qualname__", name)
        type.__setattr__(kind, "__module__", module or "builtins")
        return kind

    return rename
