"""``b"text"``: bytes as a value of the language's own, which no code in C takes for Python's bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ...numerics.naming import shown_as
from .budget import budget, check_text


@shown_as("UnicodeDecodeError")
class DecodeError(UnicodeError):
    """Bytes that are no text in an encoding. Python's own error holds Python's own bytes."""


@shown_as("UnicodeEncodeError")
class EncodeError(UnicodeError):
    """A text that has no bytes in an encoding."""


@shown_as("bytes")
class BytesLike:
    """Numbers from 0 to 255 in a row: what both kinds of bytes have in common, and help by its name."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __len__(self) -> int:
        return len(self.data)

    def __bool__(self) -> bool:
        return bool(self.data)

    def __iter__(self) -> Iterator[int]:
        return iter(self.data)

    def __getitem__(self, index: Any) -> Any:
        if type(index) is not slice and not isinstance(index, int):
            raise TypeError(f"byte indices must be integers or slices, not {type(index).__name__}")
        found = self.data[index]
        return made(found) if isinstance(found, bytes) else found

    def __contains__(self, item: Any) -> bool:
        if isinstance(item, BytesLike):
            return item.data in self.data
        if not isinstance(item, int):
            raise TypeError(f"a bytes-like object is required, not '{type(item).__name__}'")
        if not 0 <= item < 256:
            raise ValueError("byte must be in range(0, 256)")
        return int(item) in self.data

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, BytesLike):
            raise TypeError(f"can't concat {type(other).__name__} to bytes")
        check_text(len(self) + len(other))
        return made(self.data + other.data)

    def __mul__(self, count: Any) -> Any:
        if not isinstance(count, int):
            return NotImplemented
        check_text(len(self) * count)
        return made(self.data * int(count))

    __rmul__ = __mul__

    def __eq__(self, other: object) -> Any:
        return self.data == other.data if isinstance(other, BytesLike) else NotImplemented

    def __lt__(self, other: object) -> Any:
        return self.data < other.data if isinstance(other, BytesLike) else NotImplemented

    def __le__(self, other: object) -> Any:
        return self.data <= other.data if isinstance(other, BytesLike) else NotImplemented

    def __gt__(self, other: object) -> Any:
        return self.data > other.data if isinstance(other, BytesLike) else NotImplemented

    def __ge__(self, other: object) -> Any:
        return self.data >= other.data if isinstance(other, BytesLike) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.data)

    def __repr__(self) -> str:
        check_text(4 * len(self.data))
        return repr(self.data)


@shown_as("bytes")
class Bytes(BytesLike):
    """Those that nothing changes."""

    __slots__ = ()


@shown_as("bytearray")
class ByteArray(BytesLike):
    """Those that a program may change."""

    __slots__ = ()

    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return ByteArray(found.data) if isinstance(found, BytesLike) else found

    def __setitem__(self, index: Any, value: Any) -> None:
        self.change(lambda held: held.__setitem__(index, value.data if isinstance(value, BytesLike) else value))

    def __delitem__(self, index: Any) -> None:
        self.change(lambda held: held.__delitem__(index))

    def change(self, change: Callable[[bytearray], Any]) -> Any:
        """Change it as Python's own is changed; what that gives."""
        budget.spend(2 * len(self.data))
        held = bytearray(self.data)
        found = change(held)
        check_text(len(held))
        self.data = bytes(held)
        return found

    def __add__(self, other: Any) -> Any:
        return ByteArray(super().__add__(other).data)

    def __iadd__(self, other: Any) -> Any:
        self.data = super().__add__(other).data
        return self

    def __repr__(self) -> str:
        return f"bytearray({super().__repr__()})"


def made(data: bytes) -> Bytes:
    """Bytes that a program made, their cost counted."""
    budget.spend(len(data))
    return Bytes(data)
