"""``sys.stdout`` and ``sys.stderr``: where ``print(file=...)`` writes."""

from __future__ import annotations

from typing import Any

from ...api.calls.registry import Method, attributes_of
from ...engine.state import state
from ...numerics.naming import shown_as
from .budget import budget, check_text


@shown_as("_io.TextIOWrapper")
class Stream:
    """The output, or where errors go."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def write(self, text: Any) -> int:
        """Write a text; how many characters it has."""
        if type(text) is not str:
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        check_text(len(text))
        if self.name == "stdout":
            budget.print(text)
        elif text.strip():
            state.warn("stderr", text.rstrip("\n"))
        return len(text)

    def __repr__(self) -> str:
        return f"<_io.TextIOWrapper name='<{self.name}>' mode='w' encoding='utf-8'>"


attributes_of(Stream)["write"] = Method(Stream.write, "Write a text; how many characters it has.")
attributes_of(Stream)["flush"] = Method(lambda stream: None, "What was written is out already.")
attributes_of(Stream)["isatty"] = Method(
    lambda stream: False, "Whether it is a terminal, which a program needn't know."
)


def written_to(stream: Any) -> Stream | None:
    """Where ``print(file=stream)`` writes. Raises TypeError for what is no stream."""
    if not isinstance(stream, Stream):
        raise TypeError("print() has no other place to write to than sys.stdout and sys.stderr")
    return stream
