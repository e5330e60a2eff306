"""``dataclasses``: classes of declared fields, as Python makes them, out of the language's own classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...api.calls.class_fields import KEYWORDS, REQUIRED, bound
from ...api.calls.class_lookup import get_of_class, put_in_class
from ...api.calls.program_classes import Kind, is_program_class, members_of, special
from ...api.calls.registry import Property, attributes_of, namespace
from ...numerics.naming import shown_as
from ..compile.calls import Builtin, callable_of
from ..values import at_length
from ..values.attribute_lookup import get_attribute, set_attribute
from ..values.budget import MAX_DEPTH, budget, hashable
from ..values.text_format import to_repr


@shown_as("dataclasses.FrozenInstanceError")
class FrozenInstanceError(AttributeError):
    """A field of an object of a frozen class is assigned."""


@shown_as("dataclasses._MISSING_TYPE")
class Missing:
    """There is no default."""


MISSING = Missing()
#: As an annotation: the fields after it are by keyword only.
KW_ONLY = Missing()


@shown_as("dataclasses.Field")
class Field:
    """What a class says of one field."""

    __slots__ = ("compare", "default", "default_factory", "hash", "init", "kw_only", "metadata", "name", "repr", "type")

    def __init__(
        self,
        *,
        default: Any = MISSING,
        default_factory: Any = MISSING,
        init: Any = True,
        repr: Any = True,
        hash: Any = None,
        compare: Any = True,
        metadata: Any = None,
        kw_only: Any = MISSING,
    ) -> None:
        if default is not MISSING and default_factory is not MISSING:
            raise ValueError("cannot specify both default and default_factory")
        self.name = self.type = ""
        self.default, self.default_factory = default, default_factory
        self.init, self.repr, self.hash, self.compare, self.kw_only = init, repr, hash, compare, kw_only
        self.metadata = {} if metadata is None else metadata

    def __repr__(self) -> str:
        return f"Field(name={self.name!r},type={self.type!r},default={to_repr(self.default)})"


attributes_of(Field).update(
    {
        "name": Property(lambda field: field.name),
        "type": Property(lambda field: field.type),
        "default": Property(lambda field: field.default),
        "default_factory": Property(lambda field: field.default_factory),
        "init": Property(lambda field: field.init),
        "repr": Property(lambda field: field.repr),
        "hash": Property(lambda field: field.hash),
        "compare": Property(lambda field: field.compare),
        "metadata": Property(lambda field: field.metadata),
        "kw_only": Property(lambda field: field.kw_only),
    }
)


def _counted(function: Callable[..., Any]) -> Callable[..., Any]:
    """A method of ours that may come to itself again, by the values in the fields: a call like a program's own."""

    def method(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        budget.depth += 1
        try:
            if budget.depth > MAX_DEPTH:
                raise RecursionError("maximum recursion depth exceeded")
            return function(self, *args, **kwargs)
        finally:
            budget.depth -= 1

    return method


def dataclass(
    cls: Any = None,
    /,
    *,
    init: Any = True,
    repr: Any = True,
    eq: Any = True,
    order: Any = False,
    unsafe_hash: Any = False,
    frozen: Any = False,
    match_args: Any = True,
    kw_only: Any = False,
    slots: Any = False,
    weakref_slot: Any = False,
) -> Any:
    """Give a class what its annotated names say: ``__init__``, ``__repr__``, ``__eq__``, ``order`` the comparisons.

    Raises TypeError for a value that is no class of the program's, or for a field without a default after one with.
    """
    if order and not eq:
        raise ValueError("eq must be true if order is true")

    def wrap(kind: Any) -> Any:
        if type(kind) is not Kind or not is_program_class(kind):
            raise TypeError(f"dataclass() should be used on a class of the program's, not {type(kind).__name__}")
        own = members_of(kind)
        fields = _fields_of(kind, own, bool(kw_only))
        compared = [name for name, field in fields.items() if field.compare]
        made: dict[str, Any] = {"__dataclass_fields__": fields}
        if init:
            made["__init__"] = _init_of(kind, fields, bool(frozen))
        if repr:
            made["__repr__"] = _repr_of([name for name, field in fields.items() if field.repr])
        if eq:
            made["__eq__"] = _comparison(compared, lambda a, b: a == b)
        if order:
            made["__lt__"] = _comparison(compared, lambda a, b: a < b)
            made["__le__"] = _comparison(compared, lambda a, b: a <= b)
            made["__gt__"] = _comparison(compared, lambda a, b: a > b)
            made["__ge__"] = _comparison(compared, lambda a, b: a >= b)
        if match_args:
            made["__match_args__"] = tuple(name for name, f in fields.items() if f.init and not f.kw_only)
        if unsafe_hash or (eq and frozen):
            made["__hash__"] = _hash_of([name for name in compared if fields[name].hash in (None, True)])
        elif eq:
            made["__hash__"] = None
        if frozen:
            made["__setattr__"], made["__delattr__"] = _refusal("assign to"), _refusal("delete")
        for name, value in made.items():
            if name not in own or name == "__dataclass_fields__":
                put_in_class(kind, name, value)
        return kind

    return wrap if cls is None else wrap(cls)


def _words(annotation: str) -> str:
    """An annotation without quotes and without the name of the module that what it names comes from."""
    return annotation.strip("'\"").removeprefix("typing.").removeprefix("dataclasses.")


def _fields_of(kind: Kind, own: dict[str, Any], kw_only: bool) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for base in reversed(kind.__mro__[1:]):
        fields.update(members_of(base).get("__dataclass_fields__", {}))
    for name, text in own.get("__annotations__", {}).items():
        words = _words(text)
        if words.startswith("ClassVar"):
            continue
        if words == "KW_ONLY":
            kw_only = True
            continue
        given = own.get(name, MISSING)
        field = given if type(given) is Field else Field(default=given)
        if type(field.default) in (list, dict, set):
            raise ValueError(
                f"mutable default {type(field.default)} for field {name} is not allowed: use default_factory"
            )
        field.name, field.type = name, text
        if field.kw_only is MISSING:
            field.kw_only = kw_only
        fields[name] = field
        if type(given) is Field:
            own.pop(name)
            if field.default is not MISSING:
                own[name] = field.default
    last = ""
    for name, field in fields.items():
        if field.init and not field.kw_only:
            if field.default is not MISSING or field.default_factory is not MISSING:
                last = name
            elif last:
                raise TypeError(f"non-default argument {name!r} follows default argument {last!r}")
    return fields


class _Call:
    """What ``bound`` reads of a class."""

    def __init__(self, name: str, fields: dict[str, Any]) -> None:
        self.__qualname__ = name
        self.fields = fields


_FROM_FACTORY = object()


def _init_of(kind: Kind, fields: dict[str, Field], frozen: bool) -> Callable[..., None]:
    taken: dict[str, Any] = {}
    for field in sorted((f for f in fields.values() if f.init), key=lambda f: bool(f.kw_only)):
        if field.kw_only and KEYWORDS not in taken:
            taken[KEYWORDS] = None
        made = field.default_factory is not MISSING
        taken[field.name] = _FROM_FACTORY if made else REQUIRED if field.default is MISSING else field.default
    call = _Call(kind.__name__, taken)
    passed_on = [field.name for field in fields.values() if _words(field.type).startswith("InitVar")]
    put = _put_anyway if frozen else set_attribute

    def init(self: Any, /, *args: Any, **kwargs: Any) -> None:
        values = bound(call, args, kwargs)
        for name, field in fields.items():
            if name in passed_on:
                continue
            value = values.get(name, _FROM_FACTORY if field.default_factory is not MISSING else field.default)
            if value is _FROM_FACTORY:
                value = callable_of(field.default_factory)()
            if value is not MISSING:
                put(self, name, value)
        if _has_member(type(self), "__post_init__"):
            special(self, "__post_init__")(*[values[name] for name in passed_on])

    return _counted(init)


def _has_member(kind: Any, name: str) -> bool:
    try:
        get_of_class(kind, name)
    except AttributeError:
        return False
    return True


def _put_anyway(value: Any, name: str, new: Any) -> None:
    object.__setattr__(value, name, new)


def _repr_of(names: list[str]) -> Callable[..., str]:
    running: set[int] = set()

    def text(self: Any, /) -> str:
        if id(self) in running:
            return "..."
        running.add(id(self))
        try:
            parts = [f"{name}={to_repr(get_attribute(self, name))}" for name in names]
        finally:
            running.discard(id(self))
        return f"{type(self).__qualname__}({', '.join(parts)})"

    return _counted(text)


def _comparison(names: list[str], operate: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def compare(self: Any, other: Any, /) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        mine, its = (tuple(get_attribute(value, name) for name in names) for value in (self, other))
        return at_length.compare(operate, mine, its)

    return _counted(compare)


def _hash_of(names: list[str]) -> Callable[..., int]:
    def hashed(self: Any, /) -> int:
        return hash(hashable(tuple(get_attribute(self, name) for name in names)))

    return _counted(hashed)


def _refusal(what: str) -> Callable[..., None]:
    def refuse(self: Any, name: Any, /, *value: Any) -> None:
        raise FrozenInstanceError(f"cannot {what} field {name!r}")

    return refuse


def _declared(value: Any, message: str) -> dict[str, Field]:
    kind: Any = value if type(value) is Kind else type(value)
    if type(kind) is Kind and _has_member(kind, "__dataclass_fields__"):
        found: dict[str, Field] = get_of_class(kind, "__dataclass_fields__")
        return found
    raise TypeError(message)


def fields(class_or_instance: Any, /) -> tuple[Field, ...]:
    """The fields of a class or of an object of one. Raises TypeError for others."""
    return tuple(_declared(class_or_instance, "must be called with a dataclass type or instance").values())


def is_dataclass(obj: Any, /) -> bool:
    """Whether it is such a class, or an object of one."""
    try:
        _declared(obj, "")
    except TypeError:
        return False
    return True


def _of_object(name: str, value: Any) -> dict[str, Field]:
    message = f"{name}() should be called on dataclass instances"
    if type(value) is Kind:
        raise TypeError(message)
    return _declared(value, message)


def asdict(instance: Any, /) -> dict[str, Any]:
    """The fields as a dict, those of fields that are such objects too."""
    return {name: _plain(get_attribute(instance, name), asdict) for name in _of_object("asdict", instance)}


def astuple(instance: Any, /) -> tuple[Any, ...]:
    """The fields as a tuple, those of fields that are such objects too."""
    return tuple(_plain(get_attribute(instance, name), astuple) for name in _of_object("astuple", instance))


def _plain(value: Any, inner: Callable[[Any], Any]) -> Any:
    budget.depth += 1
    try:
        if budget.depth > MAX_DEPTH:
            raise RecursionError("maximum recursion depth exceeded")
        budget.spend(64)
        if type(value) is not Kind and is_dataclass(value):
            return inner(value)
        if type(value) is list or type(value) is tuple:
            return type(value)([_plain(each, inner) for each in value])
        if type(value) is dict:
            return {key: _plain(each, inner) for key, each in value.items()}
        return value
    finally:
        budget.depth -= 1


def replace(instance: Any, /, **changes: Any) -> Any:
    """An object of the same class, with other values for some fields."""
    for name, field in _of_object("replace", instance).items():
        if not field.init:
            if name in changes:
                raise ValueError(f"field {name} is declared with init=False, it cannot be specified with replace()")
        elif name not in changes:
            changes[name] = get_attribute(instance, name)
    return type(instance)(**changes)


_table = namespace("dataclasses")
for _function in (dataclass, fields, is_dataclass, asdict, astuple, replace):
    _table[_function.__name__] = Builtin(_function.__name__, _function)
_table["field"] = Builtin("field", Field)
_table.update(
    {
        "Field": Field, "MISSING": MISSING, "KW_ONLY": KW_ONLY, "InitVar": MISSING,
        "FrozenInstanceError": FrozenInstanceError,
    }
)  # fmt: skip
