"""``vars(value)`` and ``value.__dict__``: what an object of a program's class holds, to be read."""

from __future__ import annotations

from typing import Any

from ...numerics.naming import shown_as
from .program_classes import Plain, fields_of, members_of, put
from .registry import Method, attributes_of

#: So many attributes may one object have that are written through its ``__dict__``.
MAX_FIELDS = 1 << 16


@shown_as("dict")
class Fields(dict[str, Any]):
    """``vars(value)``: what an object itself holds, by name, at that moment. An entry that is written or deleted is
    the object's, too, where its class is the program's own and has no base of ours."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        fields = fields_of(value)
        if not isinstance(value, Plain | BaseException):  # our own classes keep things for themselves
            fields = {name: field for name, field in fields.items() if not name.startswith("_")}
        elif slots := [name for base in type(value).__mro__ for name in vars(base).get("_slots", ())]:
            fields = {name: field for name, field in fields.items() if name not in slots}
        dict.__init__(self, fields)
        self.value = value

    def __setitem__(self, name: Any, new: Any) -> None:
        """Past descriptors and ``__setattr__``, as in Python."""
        self._check(name, "setattr(x, name, value)")
        own = fields_of(self.value)
        if name not in own and len(own) >= MAX_FIELDS:
            raise MemoryError(f"an object has at most {MAX_FIELDS} attributes")
        own[name] = new
        dict.__setitem__(self, name, new)

    def __delitem__(self, name: Any) -> None:
        self._check(name, "delattr(x, name)")
        if name not in self:
            raise KeyError(name)
        del fields_of(self.value)[name]
        dict.__delitem__(self, name)

    def _check(self, name: Any, otherwise: str) -> None:
        if type(name) is not str or name.startswith("__") or not isinstance(self.value, Plain):
            raise TypeError(f"vars(x) is read here, not written: use {otherwise}")

    def __ior__(self, other: Any) -> Any:  # type: ignore[misc]
        raise TypeError("vars(x) is read here, not written: use setattr(x, name, value)")


def _put_fields(fields: Fields, /, *others: Any, **named: Any) -> None:
    for other in (*others, named):
        if not isinstance(other, dict):
            raise TypeError("update() of vars(x) takes a dict")
        for name, new in other.items():
            if type(name) is not str:
                raise TypeError("attribute name must be string, not '" + type(name).__name__ + "'")
            put(fields.value, name, new)


_NO_DEFAULT: Any = object()


def _pop(fields: Fields, key: Any, default: Any = _NO_DEFAULT, /) -> Any:
    if key not in fields and default is not _NO_DEFAULT:
        return default
    found = fields[key]
    del fields[key]
    return found


def _popitem(fields: Fields, /) -> Any:
    if not fields:
        raise KeyError("popitem(): dictionary is empty")
    key = next(reversed(fields))
    return key, _pop(fields, key)


def _set_default(fields: Fields, key: Any, default: Any = None, /) -> Any:
    if key not in fields:
        fields[key] = default
    return fields[key]


def _clear(fields: Fields, /) -> None:
    for key in [*fields]:
        del fields[key]


@shown_as("mappingproxy")
class Members(dict[str, Any]):
    """``vars(Kind)``: what a class itself has, by name, at that moment; only read."""

    __slots__ = ()

    def __init__(self, kind: type) -> None:
        dict.__init__(self, {"__module__": kind.__module__, **members_of(kind)})

    def __setitem__(self, name: Any, new: Any) -> None:
        raise TypeError("'mappingproxy' object does not support item assignment")

    def __delitem__(self, name: Any) -> None:
        raise TypeError("'mappingproxy' object does not support item deletion")

    def __ior__(self, other: Any) -> Any:  # type: ignore[misc]
        raise TypeError("'|=' is not supported by mappingproxy; use '|' instead")


def _no_writer(name: str) -> Method:
    def refuse(members: Members, /, *args: Any, **kwargs: Any) -> Any:
        raise AttributeError(f"'mappingproxy' object has no attribute '{name}'")

    return Method(refuse)


for _name in ("clear", "pop", "popitem", "setdefault", "update"):
    attributes_of(Members)[_name] = _no_writer(_name)
attributes_of(Members)["copy"] = Method(lambda members: dict(members))
attributes_of(Fields)["update"] = Method(_put_fields)
for _name, _call in (("clear", _clear), ("pop", _pop), ("popitem", _popitem), ("setdefault", _set_default)):
    attributes_of(Fields)[_name] = Method(_call)
attributes_of(Fields)["copy"] = Method(lambda fields: dict(fields))


def made_by(kind: Any) -> Any:
    """A class's declared fields or its ``__init__``, whichever the nearest class has; None where neither is."""
    for base in kind.__mro__:
        found = vars(base).get("fields") or vars(base).get("__members__", {}).get("__init__")
        if found is not None:
            return found
    return None
