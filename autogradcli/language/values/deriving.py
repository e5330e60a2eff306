"""What a class statement makes of its bases and its metaclass, and ``type(name, bases, members)``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ...api.calls.class_kind import NOT_TOLD, Protocol, has_virtual, metaclass_of
from ...api.calls.program_classes import Generic, Kind, Plain, defines, derive, with_mixin
from ...engine.tensor import Parameter, Tensor
from .kinds import Alias, Form, Metaclass, TakesTotal
from .mappings import HELD

#: Words of annotations whose subclasses annotations may subscript.
_GENERIC = {"Generic": Generic, "Protocol": Protocol}


def subclass_of(bases: list[Any], keywords: dict[str, Any]) -> Any:
    """What makes a subclass. Raises TypeError for a base, or a metaclass, that programs can't derive from."""
    bases = [base.origin if type(base) is Alias else base for base in bases]
    given = tuple(bases)
    bases = [_GENERIC.get(base.text, base) if type(base) is Form else base for base in bases]
    bases = [_as_base(base) for base in bases if type(base) is not Form]
    meta = keywords.pop("metaclass", None)
    named = meta is not None and meta is not type and type(meta) is not Metaclass
    if named or any(metaclass_of(base) is not None for base in bases):
        making = _making()
        own = making.metaclass_for(meta, bases)
        if own is not None:
            return making.Meta(own, given, keywords)
    return maker_of(bases, meta, keywords)


def _making() -> Any:
    """What makes classes of metaclasses, for who has one."""
    from . import metaclass_making

    maker = metaclass_making.maker
    maker.as_base, maker.subclass = _as_base, maker_of
    return metaclass_making


def class_of(name: Any, bases: Any, members: Any, **keywords: Any) -> Any:
    """``type(name, bases, members)``."""
    return _making().OF_TYPE["__new__"].__func__(type, name, bases, members, **keywords)


def decided(value: Any, kind: Any, has: Callable[[Any, str], bool]) -> Any:
    """``isinstance(value, kind)`` where a metaclass or a protocol decides it; NOT_TOLD where neither does."""
    if metaclass_of(kind) is not None or hasattr(kind, "_makes_classes"):
        from ...api.calls.metaclasses import is_instance

        return is_instance(value, kind)
    if Protocol in kind.__bases__:
        from ...api.calls.protocols import fits

        return fits(kind, value, has)
    if has_virtual(kind) or defines(kind, "__subclasshook__"):
        return isinstance(value, kind) or _counts(type(value), kind)
    return NOT_TOLD


def _counts(given: type, kind: Any) -> Any:
    from ...api.calls.protocols import counts_as

    told = counts_as(given, kind)
    return NOT_TOLD if told is None else told


def counts_as_subclass(given: type, kind: Any) -> bool:
    """``issubclass(given, kind)`` of what doesn't derive from it, where a metaclass, a protocol or the class itself may
    have a say."""
    if metaclass_of(kind) is not None:
        from ...api.calls.metaclasses import told_by

        if (told := told_by(kind, "__subclasscheck__", given)) is not NOT_TOLD:
            return bool(told)
    if Protocol in kind.__bases__:
        from ...api.calls.protocols import class_fits

        return class_fits(kind, given)
    if has_virtual(kind) or defines(kind, "__subclasshook__"):
        return _counts(given, kind) is True
    return False


def begun(subclass: Any, name: str) -> dict[str, Any]:
    """The members with which the body of a class begins: what its metaclass prepares, or none."""
    return {} if type(subclass) is partial else subclass.prepared(name)


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
        return _making().meta_base_of(base)
    if not isinstance(base, type):
        return base
    if base is Tensor or base is Parameter:
        from ...api.tensor.tensor_classes import BASES

        return BASES[base]
    if base is type:
        return _making().MetaBase
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
