"""What a mock was called with: ``unittest.mock.call``, and lists of calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...api.calls.registry import Property, attributes_of
from ...numerics.naming import shown_as
from ..compile.calls import DIRECT
from ..values.at_length import equal
from ..values.attribute_lookup import ANY
from ..values.budget import check_text
from ..values.text_format import to_repr


def written(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """A call as it is written."""
    parts = [*map(to_repr, args), *(f"{key}={to_repr(value)}" for key, value in kwargs.items())]
    check_text(sum(map(len, parts)))
    return f"{name}({', '.join(parts)})"


@shown_as("unittest.mock._Call")
class Call:
    """A call: with which arguments, and of which attribute."""

    __slots__ = ("args", "kwargs", "name")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any], name: str = "") -> None:
        self.args, self.kwargs, self.name = args, kwargs, name

    def __repr__(self) -> str:
        name = f"call.{self.name}" if self.name and not self.name.startswith("()") else f"call{self.name}"
        return written(name, self.args, self.kwargs)

    def __eq__(self, other: Any) -> Any:
        if type(other) is tuple:
            return len(other) == 2 and bool(equal((self.args, self.kwargs), other))
        if not isinstance(other, Call):
            return NotImplemented
        return self.name == other.name and bool(equal((self.args, self.kwargs), (other.args, other.kwargs)))

    def __len__(self) -> int:
        return 2

    def __iter__(self) -> Iterator[Any]:
        return iter((self.args, self.kwargs))

    def __getitem__(self, index: Any) -> Any:
        return (self.args, self.kwargs)[index]


class _Parts(dict[str, Any]):
    """``call.step.run``: an attribute of every name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __contains__(self, name: object) -> bool:
        return type(name) is str and not name.startswith("__")

    def __getitem__(self, name: str) -> Caller:
        return Caller(f"{self.name}.{name}" if self.name else name)


@shown_as("unittest.mock._Call")
class Caller:
    """``call``, which makes calls to compare with."""

    __slots__ = ("name",)

    def __init__(self, name: str = "") -> None:
        self.name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Call:
        return Call(args, kwargs, self.name)

    def __repr__(self) -> str:
        return f"call.{self.name}" if self.name else "call"


DIRECT.add(Caller)
attributes_of(Caller)[ANY] = Property(lambda caller: _Parts(caller.name))
attributes_of(Call)["args"] = Property(lambda call: call.args, doc="What was given by place.")
attributes_of(Call)["kwargs"] = Property(lambda call: call.kwargs, doc="What was given by name.")
