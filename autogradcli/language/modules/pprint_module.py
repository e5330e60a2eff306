"""``pprint``: values over several lines where one is too short."""

from __future__ import annotations

import pprint
from typing import Any

from ..values.budget import budget, check_text
from ..values.foreign import all_values
from ..values.streams import current, writer_of
from ..values.text_format import to_repr
from .entries import entering

_MOST = 1000


@entering("pprint")
def pformat(
    object: Any,
    indent: Any = 1,
    width: Any = 80,
    depth: Any = None,
    *,
    compact: Any = False,
    sort_dicts: Any = True,
    underscore_numbers: Any = False,
) -> str:
    """The text of a value in lines of up to ``width`` letters."""
    for number in (indent, width, depth or 1):
        if type(number) is not int or not 0 <= number <= _MOST:
            raise ValueError(f"indent, width and depth are numbers up to {_MOST}")
    if not all_values([object]):
        raise TypeError(f"pprint() has no text for a {type(object).__name__}")
    budget.spend(8 * len(to_repr(object)))  # which is refused where it is too long, or stands in itself too deeply
    text = pprint.pformat(
        object,
        indent,
        width,
        depth,
        compact=bool(compact),
        sort_dicts=bool(sort_dicts),
        underscore_numbers=bool(underscore_numbers),
    )
    check_text(len(text))
    return text


@entering("pprint")
def pprint_(
    object: Any, stream: Any = None, indent: Any = 1, width: Any = 80, depth: Any = None, **options: Any
) -> None:
    """Print a value in lines of up to ``width`` letters."""
    text = pformat(object, indent, width, depth, **options) + "\n"
    stream = current("stdout") if stream is None else stream
    if stream is not None:
        writer_of(stream)(text)


@entering("pprint")
def pp(object: Any, *args: Any, sort_dicts: Any = False, **kwargs: Any) -> None:
    """``pprint`` with the keys of dicts in their order."""
    pprint_(object, *args, sort_dicts=sort_dicts, **kwargs)
