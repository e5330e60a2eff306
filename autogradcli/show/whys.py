"""Answers of ``why`` as text and as events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..why.inquiry import Why

NOTHING = "nothing surprising: each gradient is what the operations say\n"


def why_text(found: Why, numbered: bool = True) -> str:
    """The answer, the way that values went, and the mended line with what it gives."""
    head = found.text[0] if found.of in found.text[0] else f"{found.of}: {found.text[0]}"
    lines = [f"{head}\n", *(f"  {line}\n" for line in found.text[1:])]
    if found.path:
        lines.append(f"  {found.path}\n")
    if found.mended is not None:
        change = found.mended.source.split("\n")
        lines.append(f"mended, line {found.mended.line}:\n" if numbered else "mended:\n")
        lines += [f"    {line}\n" for line in change]
        lines.append(f"  then {found.mended.gives}\n")
    return "".join(lines)


def why_event(found: Why) -> dict[str, Any]:
    """The event ``why`` of JSON Lines."""
    event: dict[str, Any] = {
        "event": "why",
        "of": found.of,
        "kind": found.kind,
        "line": found.line,
        "text": found.text,
        "path": found.path,
    }
    if found.mended is not None:
        event["mended"] = found.mended._asdict()
    return event
