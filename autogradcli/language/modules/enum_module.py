"""``enum``: the classes of ``api/calls/enumerations.py``, ``auto`` and ``unique``."""

from __future__ import annotations

from typing import Any

from ...api.calls.enumerations import Auto, Enum, IntEnum, StrEnum
from ...api.calls.program_classes import Kind
from ...api.calls.registry import namespace
from .entries import entering

namespace("enum").update({"Enum": Enum, "IntEnum": IntEnum, "StrEnum": StrEnum})


@entering("enum")
def auto() -> Auto:
    """The value after the last one of an Enum."""
    return Auto()


@entering("enum")
def unique(enumeration: Any, /) -> Any:
    """The class itself. Raises ValueError where two names are of one member."""
    if type(enumeration) is not Kind or enumeration.__named__ is None:
        raise TypeError("unique() takes a class derived from Enum")
    twice = [f"{name} -> {each.name}" for name, each in enumeration.__named__.items() if name != each.name]
    if twice:
        raise ValueError(f"duplicate values found in <enum '{enumeration.__name__}'>: {', '.join(twice)}")
    return enumeration
