"""Where a run failed, and a hint. The error's own type and words stay Python's and PyTorch's."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from ..events import Failed
from .hints import hint
from .read.syntax import Place, Source
from .values.budget import UNCATCHABLE, OutOfTime


def failed(error: BaseException, source: Source, variables: Mapping[str, Any], prelude: Mapping[str, Any]) -> Failed:
    """The event for an error that ended a run. Never raises, whatever a program put into its error."""
    if not isinstance(error, SyntaxError):  # whose place is in its arguments
        from .values.foreign import entering

        error = entering(error)
    place = place_of(error.__traceback__)
    kind, message = described(error)
    if place is None:
        if isinstance(error, SyntaxError) and type(error.lineno) is int and type(error.offset) is int:
            # The parser counts from 1 in every text.
            line = error.lineno + source.first_line - 1
            column = max(error.offset, 1)
            end = error.end_offset if error.end_offset and error.end_lineno == error.lineno else column + 1
            return Failed(line, column, max(end, column + 1), kind, message, source.line(line))
        return Failed(source.first_line, 1, 2, kind, message, source.line(source.first_line))
    source = place.source
    line, offset, end_line, end_offset = place.extent()
    column = source.column(line, offset)
    text = source.line(line)
    end = source.column(line, end_offset) if end_line == line else len(text) + 1
    return Failed(
        line,
        column,
        max(end, column + 1),
        kind,
        message,
        text,
        hint(error, message, variables, prelude),
    )


def place_of(traceback: TracebackType | None) -> Place | None:
    """The innermost piece of the program that was running.

    A compiled node is a Python function with its place as a default argument, so the traceback tells and a
    run without errors pays nothing.
    """
    found = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if "place" in code.co_varnames:
            place = traceback.tb_frame.f_locals.get("place")
            if type(place) is Place:
                found = place
        traceback = traceback.tb_next
    return found


def described(error: BaseException) -> tuple[str, str]:
    """What an error is called and what it says. Never raises: making the text may run a program's ``__repr__``.

    Where that fails, Python's own words stand in its place, and where it is stopped, what stopped it.
    """
    from .values.text_format import to_str

    kind = _type_name(error)
    if isinstance(error, RecursionError) and all(type(part) is str for part in error.args):
        # Python's own limit adds what it was doing ("... while calling a Python object").
        return kind, str(error)
    try:
        return kind, in_our_words(to_str(error))
    except UNCATCHABLE as stop:
        return _type_name(stop), "".join([part for part in stop.args if type(part) is str])
    except (RecursionError, MemoryError):
        return kind, "(an error whose text is too long)"
    except BaseException:
        return kind, "<exception str() failed>"


def _type_name(error: BaseException) -> str:
    """The name of an error's class; of another library's own (``_ArrayMemoryError``), of Python's that it is one of."""
    if isinstance(error, OutOfTime):
        return "TimeoutError"
    kind = type(error)
    while kind.__module__.partition(".")[0] in FOREIGN:
        kind = kind.__mro__[1]
    return kind.__name__


#: Libraries whose classes of errors no program knows.
FOREIGN = frozenset({"numpy", "scipy", "ml_dtypes", "zipfile", "zlib", "json"})


#: How NumPy's messages about what no tensor can be begin, and what to say instead.
_TOO_MANY_DIMENSIONS = "a tensor can have at most 64 dimensions here"
_TOO_LARGE = "a tensor of this size is too large"
_WORDS = {
    "maximum supported dimension for an ndarray": _TOO_MANY_DIMENSIONS,
    "number of dimensions must be within [0, 64]": _TOO_MANY_DIMENSIONS,
    "when no subspace is given, the number of index arrays": _TOO_MANY_DIMENSIONS,
    "array is too big; `arr.size": _TOO_LARGE,
    "Maximum allowed dimension exceeded": _TOO_LARGE,
    "Maximum allowed size exceeded": _TOO_LARGE,
}


def in_our_words(message: str) -> str:
    """What NumPy says about arrays that can't be, said of tensors; every other message as it is."""
    for beginning, words in _WORDS.items():
        if message.startswith(beginning):
            return words
    return message
