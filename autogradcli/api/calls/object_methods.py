"""What ``object`` has in Python, for ``super()`` and by its own name: making, setting, comparing, showing."""

from __future__ import annotations

from typing import Any

from ...engine.tensor import Tensor
from .class_kind import NO_ARGUMENTS, Kind, is_enumeration, is_program_class
from .program_classes import defines, property_of, put_property, refuse_special, told_of


def _put_plainly(value: Any, name: str, new: Any) -> None:
    """What ``super().__setattr__(name, new)`` does where no base of ours has its own way."""
    refuse_special(value, name)
    _refuse_others(value, name)
    if isinstance(value, Tensor):
        value._put(name, new, True)  # type: ignore[attr-defined]
    elif found := property_of(type(value), name):
        put_property(found, value, name, new)
    elif (told := told_of(value, name, "__set__")) is not None:
        told(value, new)
    else:
        object.__setattr__(value, name, new)


def _remove_plainly(value: Any, name: str) -> None:
    refuse_special(value, name)
    _refuse_others(value, name)
    if isinstance(value, Tensor):
        value._remove(name)  # type: ignore[attr-defined]
    else:
        object.__delattr__(value, name)


def _refuse_others(value: Any, name: str) -> None:
    """What is no object of these classes (a tensor, a function of ours) holds what programs don't see."""
    if type(type(value)) is not Kind:
        raise AttributeError(f"'{type(value).__name__}' object has no attribute '{name}'", name=name, obj=value)


def _begin_plainly(value: Any, *args: Any, **kwargs: Any) -> None:
    if args or kwargs:
        raise TypeError(NO_ARGUMENTS)


def _new_plainly(kind: Any, *args: Any, **kwargs: Any) -> Any:
    """An object of a program's class, with nothing in it yet."""
    if type(kind) is not Kind or not is_program_class(kind) or is_enumeration(kind):
        raise TypeError(f"object.__new__(X): X is no class of the program's own: {getattr(kind, '__name__', 'X')}")
    if issubclass(kind, Tensor):
        raise TypeError(f"object.__new__({kind.__name__}) is not safe, use torch._C.TensorBase.__new__()")
    if issubclass(kind, BaseException):
        return BaseException.__new__(kind, *args)
    if args or kwargs:
        if defines(kind, "__new__"):
            raise TypeError("object.__new__() takes exactly one argument (the type to instantiate)")
        if not defines(kind, "__init__"):
            raise TypeError(f"{kind.__name__}() takes no arguments")
    return object.__new__(kind)


def _told_plainly(kind: Any, /, **keywords: Any) -> None:
    if keywords:
        raise TypeError(f"{kind.__name__}.__init_subclass__() takes no keyword arguments")


#: What ``object`` has in Python for ``super()`` and by its own name.
OF_ALL: dict[str, Any] = {
    "__init__": _begin_plainly,
    "__new__": staticmethod(_new_plainly),
    "__setattr__": _put_plainly,
    "__delattr__": _remove_plainly,
    "__repr__": lambda value: object.__repr__(value),
    "__str__": lambda value: BaseException.__str__(value) if isinstance(value, BaseException) else repr(value),
    "__eq__": lambda value, other: value is other or NotImplemented,
    "__hash__": lambda value: object.__hash__(value),
    "__init_subclass__": _told_plainly,
}
