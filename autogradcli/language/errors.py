"""Where a run failed, and a hint. The error's own type and words stay Python's and PyTorch's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..api.arrays.values import NumPyObject
from ..events import Call, Failed
from .advice import of_syntax
from .compile.call_stack import calls_of, place_of
from .hints import hint
from .read.syntax import Place, Source
from .values.budget import UNCATCHABLE, OutOfTime


def failed(error: BaseException, source: Source, variables: Mapping[str, Any], prelude: Mapping[str, Any]) -> Failed:
    """The event for an error that ended a run. Never raises, whatever a program put into its error."""
    if not isinstance(error, SyntaxError):  # whose place is in its arguments
        from .values.foreign import entering

        error = entering(error)

    def is_function(name: str) -> bool:
        return name not in variables and name in prelude and callable(prelude[name])

    place = place_of(error.__traceback__)
    kind, message = described(error)
    if place is None:
        if isinstance(error, SyntaxError) and type(error.lineno) is int and type(error.offset) is int:
            # The parser counts from 1 in every text.
            line = error.lineno + source.first_line - 1
            column = max(error.offset, 1)
            end = error.end_offset if error.end_offset and error.end_lineno == error.lineno else column + 1
            text = source.line(line)
            said = error.msg if type(error.msg) is str else ""
            return Failed(
                line, column, max(end, column + 1), kind, message, text, of_syntax(said, text, column, is_function)
            )
        return Failed(source.first_line, 1, 2, kind, message, source.line(source.first_line))
    calls = calls_of(error.__traceback__)
    *before, (_, function) = calls or [(place, "")]
    line, column, end, text = _where(place)
    return Failed(
        line,
        column,
        end,
        kind,
        message,
        text,
        hint(error, message, variables, prelude),
        tuple([Call(*_where(called), its) for called, its in before]),
        function,
    )


def _where(place: Place) -> tuple[int, int, int, str]:
    """Line, column and the column behind the end of a place, and the text of its line."""
    source = place.source
    line, offset, end_line, end_offset = place.extent()
    column = source.column(line, offset)
    text = source.line(line)
    end = source.column(line, end_offset) if end_line == line else len(text) + 1
    return line, column, max(end, column + 1), text


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
    while kind.__module__.partition(".")[0] in FOREIGN and not issubclass(kind, NumPyObject):
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
