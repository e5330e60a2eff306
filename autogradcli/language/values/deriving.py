"""What a class statement makes of its bases and its metaclass, and ``type(name, bases, members)``."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...api.calls.class_kind import NOT_TOLD, Protocol
from ...api.calls.metaclasses import (
    OF_TYPE,
    MetaBase,
    bound_to,
    call_metaclass,
    maker,
    member_of_metaclass,
    metaclass_of,
)
from ...api.calls.program_classes import Generic, Kind, Plain, derive, with_mixin
from ...api.calls.registry import CLASS_ATTRIBUTES, Property
from ...engine.callbacks import callee
from ...engine.tensor import Parameter, Tensor
from .kinds import Form, Metaclass, TakesTotal
from .mappings import HELD

#: Words of annotations whose subclasses annotations may subscript.
_GENERIC = {"Generic": Generic, "Protocol": Protocol}


def subclass_of(bases: list[Any], keywords: dict[str, Any]) -> Any:
    """What makes a subclass. Raises TypeError for a base, or a metaclass, that programs can't derive from."""
    given = tuple(bases)
    bases = [_GENERIC.get(base.text, base) if type(base) is Form else base for base in bases]
    bases = [_as_base(base) for base in bases if type(base) is not Form]
    meta = keywords.pop("metaclass", None)
    if (own := metaclass_for(meta, bases)) is not None:
        return Meta(own, given, keywords)
    return maker_of(bases, meta, keywords)


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
    converted = [_as_base(base) for base in bases if type(base) is not Form]
    if own is None and (winner := metaclass_for(None, converted)) is not None:
        return call_metaclass(winner, name, bases, dict(members), **keywords)
    implied: Any = NOT_TOLD if own is None else member_of_metaclass(own, _IMPLIED)
    if implied is not NOT_TOLD and not any(type(base) is Kind and issubclass(base, implied) for base in converted):
        converted.append(implied)
    made = maker_of(converted, None, keywords)
    members = {"__doc__": None, **members}
    if own is None:
        return made(name, members)
    if made.func is not derive:
        raise TypeError(
            f"a class that derives from {_named(bases[0])} can't have a metaclass of the program's own here"
        )
    return made(name, members, meta=own)


maker.make = _make


def _of_type(name: str) -> Property:
    member = OF_TYPE[name]
    return Property(lambda kind: member.__func__ if type(member) is staticmethod else member)


CLASS_ATTRIBUTES[type] = {name: _of_type(name) for name in OF_TYPE}


def begun(subclass: Any, name: str) -> dict[str, Any]:
    """The members with which the body of a class begins: what its metaclass prepares, or none."""
    return subclass.prepared(name) if type(subclass) is Meta else {}


def maker_of(bases: list[Any], meta: Any, keywords: dict[str, Any]) -> Any:
    """What makes a subclass of these, of no metaclass of a program's. Raises TypeError as ``subclass_of``."""
    if type(meta) is Metaclass:
        if not any(type(base) is Kind and issubclass(base, meta.base) for base in bases):
            bases.append(meta.base)
    elif meta is not None and meta is not type:
        raise TypeError(f"a class can't have {_named(meta)} as its metaclass here: classes that derive from type alone")
    bases = with_mixin(bases)
    if not bases:
        return partial(derive, (Plain,), keywords=keywords)
    if all(type(base) is Kind or _is_error(base) for base in bases):
        return partial(derive, tuple(bases), keywords=keywords)
    if len(bases) == 1 and (not keywords or (isinstance(bases[0], TakesTotal) and [*keywords] == ["total"])):
        try:
            return partial(bases[0].subclass, **keywords)
        except AttributeError:
            pass
    wrong = next(base for base in bases if type(base) is not Kind)
    if isinstance(wrong, type) and wrong in _INSTEAD:
        raise TypeError(f"a class can't derive from {_named(wrong)} here: {_INSTEAD[wrong]}")
    raise TypeError(
        f"a class can't derive from {_named(wrong)} here: bases are the program's own classes, errors, "
        "torch.nn.Module, optimizers and schedulers, or torch.autograd.Function alone"
    )


def _as_base(base: Any) -> Any:
    """What stands for a class of Python's or ours where a program derives from it."""
    if type(base) is Metaclass:
        return meta_base_of(base)
    if not isinstance(base, type):
        return base
    if base is Tensor or base is Parameter:
        from ...api.tensor.tensor_classes import BASES

        return BASES[base]
    if base is type:
        return MetaBase
    return HELD.get(base, base)


_HOLDING = "let its objects hold one, with the special methods that they need (__getitem__, __len__, __iter__)"
#: What to do in place of a class that derives from what programs can't derive from.
_INSTEAD: dict[type, str] = {
    **dict.fromkeys((set, tuple, str), _HOLDING),
    **dict.fromkeys((int, float, complex), "let its objects hold a number, with the operators that they need"),
}


def _is_error(base: Any) -> bool:
    return isinstance(base, type) and issubclass(base, Exception)


def _named(value: Any) -> str:
    return f"'{value.__name__}'" if isinstance(value, type) else f"a value of type '{type(value).__name__}'"
