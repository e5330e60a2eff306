"""Streams of text: ``sys.stdout`` and ``sys.stderr``, where ``print`` writes, and what programs put in their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...api.calls.registry import Method, Property, attributes_of
from ...engine.state import state
from ...numerics.naming import shown_as
from ..compile.calls import callable_of
from .attribute_lookup import get_attribute
from .budget import budget, check_text

#: Of the output and of where errors go: what a session keeps another stream under.
IN_PLACE = {"stdout": "sys.stdout", "stderr": "sys.stderr"}


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


#: Those that a program has from the beginning.
STREAMS = {name: Stream(name) for name in IN_PLACE}

_of_streams = attributes_of(Stream)
_of_streams["write"] = Method(lambda stream, text: stream.write(text), "Write a text; how many characters it has.")
_of_streams["writelines"] = Method(
    lambda stream, lines: [stream.write(line) for line in budget.items(lines)] and None,
    "Write texts, one after another.",
)
_of_streams["flush"] = Method(lambda stream: None, "What was written is out already.")
_of_streams["isatty"] = Method(lambda stream: False, "Whether it is a terminal, which a program needn't know.")
_of_streams["writable"] = Method(lambda stream: True, "Whether it takes text.")
_of_streams["readable"] = Method(lambda stream: False, "Whether text can be read.")
_of_streams["encoding"] = Property(lambda stream: "utf-8", doc="How text becomes bytes.")
_of_streams["name"] = Property(lambda stream: f"<{stream.name}>", doc="Its name.")
_of_streams["closed"] = Property(lambda stream: False, doc="Whether it is closed: no.")


def current(name: str) -> Any:
    """What stands for ``sys.stdout`` or ``sys.stderr``: the program's, where it has put one there."""
    return state.flags.get(IN_PLACE[name], STREAMS[name])


def redirect(name: str, stream: Any) -> None:
    """Let ``sys.stdout`` or ``sys.stderr`` be another stream; None: nothing is written."""
    if stream is STREAMS[name]:
        state.flags.pop(IN_PLACE[name], None)
    else:
        state.flags[IN_PLACE[name]] = stream


def writer_of(stream: Any) -> Callable[[str], Any]:
    """What writes a text into a stream, or into an object of the program's that has a ``write``. Raises AttributeError
    where there is none."""
    if isinstance(stream, Stream):
        return stream.write
    write: Callable[[str], Any] = callable_of(get_attribute(stream, "write"))
    return write


def written_to(stream: Any) -> Stream | None:
    """A stream of the language's own. Raises TypeError for what is none."""
    if not isinstance(stream, Stream):
        raise TypeError("a stream is needed here: sys.stdout, sys.stderr, an io.StringIO or an open file")
    return stream
