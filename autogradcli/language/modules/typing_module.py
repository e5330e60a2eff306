"""``typing``: words of annotations, which nothing here evaluates. As a value each stands for itself."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ...api.calls.registry import namespace
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT
from ..values.kinds import Form
from .collections_module import add_to_record, record_class
from .entries import entering

_NAMES = (
    "Any AnyStr Annotated Callable ClassVar Concatenate Deque Dict DefaultDict Final FrozenSet Generator Generic "
    "Iterable Iterator List Literal Mapping MutableMapping Never NoReturn Optional OrderedDict ParamSpec "
    "Protocol Self Sequence Set Sized SupportsFloat SupportsInt Text Tuple Type TypeAlias TypedDict Union"
)


@shown_as("typing.TypeVar")
class Variable:
    """What ``TypeVar`` and ``NewType`` make: a name, which called gives its argument back."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
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
namespace("typing_extensions").update(_table)


class NamedTuple(Form):
    """``class Point(NamedTuple)``: tuples whose elements have the names that the class annotates."""

    __slots__ = ()

    def subclass(self, name: str, members: dict[str, Any]) -> type:
        """The class of these members: fields, their defaults, methods and properties."""
        fields = list(members.get("__annotations__", {}))
        given = [field for field in fields if field in members]
        for before, after in pairwise(fields):
            if before in given and after not in given:
                raise TypeError(
                    f"non-default namedtuple field {after} cannot follow default field{'s' * (len(given) > 1)} "
                    + ", ".join(given)
                )
        kind = record_class(name, fields, [members[field] for field in given])
        for member, value in members.items():
            if member not in fields and not member.startswith("__"):
                add_to_record(kind, member, value)
        return kind


_table["NamedTuple"] = namespace("typing_extensions")["NamedTuple"] = NamedTuple("NamedTuple")


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


for _name in ("final", "overload", "no_type_check", "runtime_checkable"):
    _itself.__name__ = _name
    entering("typing")(_itself)
