"""The two lines below the prompt: what the line would give or what the open call wants, and the session's state."""

from __future__ import annotations

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_width
from prompt_toolkit.utils import get_cwidth

from ..language.read.tokens import call_at_end
from ..session import Session
from ..show.escape import escape_line
from .signatures import overloads, pieces, shown


def hint_line(session: Session, before_cursor: str, preview: str, width: int) -> StyleAndTextTuples:
    """The signature of the call that the cursor is in, and the preview, as far as both fit."""
    line = signature_help(session, before_cursor)
    if preview:
        style = "class:bottom-toolbar.error" if "Error: " in preview else "class:bottom-toolbar.result"
        room = width - fragment_list_width(line) - 3
        if line and get_cwidth(preview) + 2 > room:
            line = []
        line = [(style, "= " + preview), *([("", "   "), *line] if line else [])]
    return cut(line, width)


def signature_help(session: Session, before_cursor: str) -> StyleAndTextTuples:
    """``sum(input, dim, keepdim=False)`` with the parameter that is being written marked; empty outside of calls."""
    if before_cursor.startswith(":"):
        before_cursor = before_cursor.partition(" ")[2]
    call = call_at_end(before_cursor)
    if call is None:
        return []
    found = overloads(session, call.chain)
    if not found:
        return []
    signature, at = shown(found, call)
    line: StyleAndTextTuples = [("", escape_line(call.chain[-1]))]
    for text, k in pieces(signature):
        line.append(("class:bottom-toolbar.argument" if k == at >= 0 else "", escape_line(text)))
    more = f"  +{len(found) - 1} more" if len(found) > 1 else ""
    return [*line, ("", more)]


def status_line(
    *, grad_enabled: bool, dtype: str, variables: int, seconds: float | None, width: int, keys: str = ""
) -> StyleAndTextTuples:
    """Grad mode, the mode of the keys where they have some, default dtype, count of variables and time of the last
    evaluation, the first ones first."""
    mode = "grad on" if grad_enabled else "grad off"
    parts: StyleAndTextTuples = [("class:bottom-toolbar.status" if grad_enabled else "class:bottom-toolbar.mode", mode)]
    rest = [*([keys] if keys else []), dtype, f"{variables} variable{'' if variables == 1 else 's'}"]
    if seconds is not None:
        rest.append(duration(seconds))
    for text in rest:
        if fragment_list_width(parts) + len(text) + 3 > width:
            break
        parts.append(("class:bottom-toolbar.status", f" | {text}"))
    return parts


def duration(seconds: float) -> str:
    """``12.3 ms``: three digits in the unit that fits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 1000 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def cut(line: StyleAndTextTuples, width: int) -> StyleAndTextTuples:
    """The line, ended by ``...`` where it is wider than the terminal."""
    if fragment_list_width(line) <= width:
        return line
    kept: StyleAndTextTuples = []
    room = width - 3
    for style, text, *_ in line:
        for k, character in enumerate(text):
            room -= get_cwidth(character)
            if room < 0:
                return [*kept, (style, text[:k]), ("", "...")]
        kept.append((style, text))
    return kept
