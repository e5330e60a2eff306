"""``abc``: classes whose objects can't be made until all that is abstract in them is defined."""

from __future__ import annotations

from typing import Any

from ...api.calls.program_classes import Kind, Plain, members_of
from ...api.calls.protocols import register
from ...api.calls.registry import namespace
from ...engine.callbacks import callee
from ...numerics.naming import shown_as
from ..values.kinds import Metaclass, UserFunction
from .entries import entering

_MARK = "__isabstractmethod__"


def _is_abstract(member: Any) -> bool:
    if type(member) in (staticmethod, classmethod):
        member = member.__func__
    if type(member) is property:
        member = member.fget
    return type(member) is UserFunction and _MARK in member.attributes


def abstract_methods(kind: Kind) -> list[str]:
    names: dict[str, bool] = {}
    for base in reversed(kind.__mro__):
        names.update({name: _is_abstract(member) for name, member in members_of(base).items()})
    return sorted(name for name, abstract in names.items() if abstract)


@shown_as("abc.ABC")
class ABC(Plain):
    """The base of a class with ``@abstractmethod``s. Raises TypeError where one of them is not defined."""

    def __new__(cls, *args: Any, **kwargs: Any) -> ABC:
        if missing := abstract_methods(cls):
            plural = "s" if len(missing) > 1 else ""
            raise TypeError(
                f"Can't instantiate abstract class {cls.__name__} with abstract method{plural} {', '.join(missing)}"
            )
        return super().__new__(cls)


def _abstract_methods(kind: Kind) -> frozenset[str]:
    return frozenset(abstract_methods(kind))


ABC._of_class = ("__abstractmethods__",)
members_of(ABC)["__abstractmethods__"] = property(_abstract_methods)
members_of(ABC)["register"] = classmethod(register)
members_of(ABC)["__new__"] = staticmethod(ABC.__new__)  # which a program's own calls


@entering("abc")
def abstractmethod(funcobj: Any, /) -> Any:
    """Mark a method as one that a subclass has to define."""
    if type(funcobj) is UserFunction:
        funcobj.attributes[_MARK] = True
    return funcobj


@entering("abc")
def abstractproperty(fget: Any = None, /) -> property:
    """A property that a subclass has to define: an old word for both decorators."""
    if type(fget) is not UserFunction:
        raise TypeError("abstractproperty() takes a function")
    return property(callee(abstractmethod(fget)))


namespace("abc")["ABC"] = ABC
namespace("abc")["ABCMeta"] = Metaclass("ABCMeta", ABC)
