"""Classes that a metaclass of a program's makes, by a class statement or by ``type(name, bases, members)``."""

from __future__ import annotations

from typing import Any

from ...api.calls.class_kind import NOT_TOLD, metaclass_of
from ...api.calls.metaclasses import OF_TYPE, MetaBase, bound_to, call_metaclass, member_of_metaclass
from ...api.calls.metaclasses import maker as maker
from ...api.calls.program_classes import Kind, derive
from ...api.calls.registry import CLASS_ATTRIBUTES, Property
from ...engine.callbacks import callee
from .kinds import Form, Metaclass


class Meta:
    """A metaclass of a program's, or a function in place of one, that is about to make a class."""

    __slots__ = ("bases", "keywords", "meta")

    def __init__(self, meta: Any, bases: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        self.meta, self.bases, self.keywords = meta, bases, keywords

    def prepared(self, name: str) -> dict[str, Any]:
        """What ``__prepare__`` gives. Raises TypeError where that is no dict."""
        found = member_of_metaclass(self.meta, "__prepare__") if type(self.meta) is Kind else NOT_TOLD
        if found is NOT_TOLD:
            return {}
        given = callee(bound_to(found, self.meta, self.meta))(name, self.bases, **self.keywords)
        if not isinstance(given, dict):
            raise TypeError(f"{self.meta.__name__}.__prepare__() must return a mapping, not {type(given).__name__}")
        return dict(given)

    def __call__(self, name: str, members: dict[str, Any]) -> Any:
        members = {"__module__": "__main__", "__qualname__": name, **members}
        if members["__doc__"] is None:
            del members["__doc__"]
        if type(self.meta) is Kind:
            return call_metaclass(self.meta, name, self.bases, members, **self.keywords)
        return callee(self.meta)(name, self.bases, members, **self.keywords)


def metaclass_for(meta: Any, bases: list[Any]) -> Any:
    """The most derived among a metaclass that is named and those of bases; None where no program's is among them.
    Raises TypeError where none derives from all others."""
    if meta is not None and meta is not type and not isinstance(meta, (type, Form)) and callable(meta):
        return meta
    own = [meta] if type(meta) is Kind and issubclass(meta, MetaBase) else []
    found = [*own, *(each for base in bases if (each := metaclass_of(base)) is not None)]
    for each in found:
        if all(issubclass(each, other) for other in found):
            return each
    if found:
        raise TypeError(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses "
            "of all its bases"
        )
    return None


def meta_base_of(word: Metaclass) -> Any:
    """The base of a metaclass that derives from ABCMeta: its classes derive from ABC, too."""
    return derive((MetaBase,), word.text, {_IMPLIED: word.base})


#: A member of a metaclass: a base that its classes have.
_IMPLIED = "_implied"


def _make(mcs: Any, name: str, bases: tuple[Any, ...], members: dict[str, Any], keywords: dict[str, Any]) -> Any:
    """What ``type.__new__`` makes, of a metaclass of a program's or of ``type`` itself."""
    own = None if mcs is type else mcs
    converted = [maker.as_base(base) for base in bases if type(base) is not Form]
    if own is None and (winner := metaclass_for(None, converted)) is not None:
        return call_metaclass(winner, name, bases, dict(members), **keywords)
    implied: Any = NOT_TOLD if own is None else member_of_metaclass(own, _IMPLIED)
    if implied is not NOT_TOLD and not any(type(base) is Kind and issubclass(base, implied) for base in converted):
        converted.append(implied)
    made = maker.subclass(converted, None, keywords)
    members = {"__doc__": None, **members}
    if own is None:
        return made(name, members)
    if made.func is not derive:
        raise TypeError(f"a class that derives from {bases[0]!r} can't have a metaclass of the program's own here")
    return made(name, members, meta=own)


maker.make = _make


def _of_type(name: str) -> Property:
    member = OF_TYPE[name]
    return Property(lambda kind: member.__func__ if type(member) is staticmethod else member)


CLASS_ATTRIBUTES[type] = {name: _of_type(name) for name in OF_TYPE}
