"""What programs see of a class of ours: ``<class 'torch.utils.hooks.RemovableHandle'>``, ``type(v).__name__``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Class = TypeVar("Class", bound=type)


#: Our classes that programs see under another's name: what tells one of them from the class whose name it bears.
SHOWN: set[type] = set()


def shown_as(dotted: str, *, in_c: bool = False) -> Callable[[Class], Class]:
    """Show the decorated class under PyTorch's name for it; a name without a module is a builtin's.

    Python's messages call an object of a class that is written in C by the whole of it: ``'torch.dtype' object is not
    iterable``. They take ``__name__``, so it is whole there; programs see ``short_name``.
    """
    module, _, name = dotted.rpartition(".")

    def rename(kind: Class) -> Class:
        # On the type itself: a metaclass may give the names of its classes another meaning.
        type.__setattr__(kind, "__name__", dotted if in_c else name)
        type.__setattr__(kind, "__qualname__", name)
        type.__setattr__(kind, "__module__", module or "builtins")
        SHOWN.add(kind)
        return kind

    return rename


def short_name(kind: type) -> str:
    """What ``__name__`` of a class is to programs: without the module."""
    return kind.__name__.rpartition(".")[2]
