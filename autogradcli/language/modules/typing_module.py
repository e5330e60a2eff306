"""``typing``: words of annotations, which nothing here evaluates. As a value each stands for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...api.calls.protocols import checkable
from ...api.calls.registry import CONSTRUCTORS, Property, attributes_of, namespace
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT
from ..values.budget import budget
from ..values.kinds import Form, TakesTotal
from ..values.text_format import to_str
from .entries import entering
from .records import class_of_annotations

_NAMES = (
    "Any AnyStr AbstractSet Annotated AsyncGenerator AsyncIterable AsyncIterator Awaitable BinaryIO Callable ChainMap "
    "ClassVar Collection Concatenate Container ContextManager Coroutine Counter DefaultDict Deque Dict Final FrozenSet "
    "Generator Generic Hashable IO ItemsView Iterable Iterator KeysView List Literal LiteralString Mapping "
    "MappingView Match MutableMapping MutableSequence MutableSet Never NoReturn NotRequired Optional OrderedDict "
    "ParamSpec Pattern Protocol Required Reversible Self Sequence Set Sized SupportsAbs SupportsBytes SupportsComplex "
    "SupportsFloat SupportsIndex SupportsInt SupportsRound Text TextIO Tuple Type TypeAlias TypeGuard Union Unpack "
    "ValuesView"
)


@shown_as("typing.TypeVar")
class Variable(Form):
    """What ``TypeVar`` and ``NewType`` make: a name, which called gives its argument back."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __call__(self, value: Any, /) -> Any:
        return value

    def __or__(self, other: Any) -> Variable:
        return self

    __ror__ = __or__

    def __repr__(self) -> str:
        return f"~{self.name}"


DIRECT.add(Variable)

_table = namespace("typing")
for _name in _NAMES.split():
    _table[_name] = Form(_name)
_table["TYPE_CHECKING"] = False


@shown_as("function")
class ClassMaker(Form):
    """A word that is called, or stands as the base of a class, and makes a class of fields."""

    __slots__ = ("call", "subclass")

    def __init__(self, text: str, call: Callable[..., Any], subclass: Callable[[str, dict[str, Any]], Any]) -> None:
        super().__init__(text)
        self.call, self.subclass = call, subclass

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.call(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<function {self.text} at {id(self):#x}>"


def NamedTuple(typename: Any, fields: Any = (), /, **more: Any) -> Any:
    pairs = [budget.items(pair) for pair in budget.items(fields)] or [[*pair] for pair in more.items()]
    return class_of_annotations(typename, {"__annotations__": {name: str(kind) for name, kind in pairs}})


@shown_as("typing._TypedDictMeta")
class DictMaker(TakesTotal):
    """What ``class Point(TypedDict)`` makes: called it makes a dict."""

    __slots__ = ("fields", "name")

    def __init__(self, name: str, fields: dict[str, str]) -> None:
        self.name, self.fields = name, fields

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return CONSTRUCTORS[dict](*args, **kwargs)

    def subclass(self, name: str, members: dict[str, Any], total: Any = True) -> DictMaker:
        return DictMaker(name, {**self.fields, **members.get("__annotations__", {})})

    def __repr__(self) -> str:
        return f"<class '__main__.{self.name}'>"


@shown_as("function")
class DictWord(ClassMaker, TakesTotal):
    """``TypedDict``."""

    __slots__ = ()


def TypedDict(typename: Any, fields: Any = None, /, **options: Any) -> DictMaker:
    given = CONSTRUCTORS[dict](fields or {})
    return DictMaker(to_str(typename), {to_str(name): to_str(kind) for name, kind in given.items()})


attributes_of(DictMaker).update(
    {
        "__name__": Property(lambda maker: maker.name),
        "__annotations__": Property(lambda maker: dict(maker.fields)),
    }
)
DIRECT.update({ClassMaker, DictWord, DictMaker})
_table["NamedTuple"] = ClassMaker("NamedTuple", NamedTuple, class_of_annotations)
_table["TypedDict"] = DictWord("TypedDict", TypedDict, DictMaker("TypedDict", {}).subclass)


@entering("typing")
def TypeVar(name: Any, *constraints: Any, **options: Any) -> Variable:
    return Variable(str(name))


@entering("typing")
def NewType(name: Any, tp: Any) -> Variable:
    return Variable(str(name))


@entering("typing")
def cast(typ: Any, val: Any, /) -> Any:
    """The value as it is."""
    return val


def _itself(value: Any, /) -> Any:
    return value


for _name in ("final", "overload", "override", "no_type_check"):
    _itself.__name__ = _name
    entering("typing")(_itself)


@entering("typing")
def runtime_checkable(cls: Any, /) -> Any:
    """A decorator of a protocol's class: ``isinstance`` asks whether a value has the members of it."""
    return checkable(cls)


namespace("typing_extensions").update(_table)


@entering("typing_extensions")
def deprecated(message: Any, /, **options: Any) -> Any:
    """A decorator that leaves what it decorates as it is."""
    return _table["final"]
