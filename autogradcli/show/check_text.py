"""What ``check`` found, as a table with sentences, as CSV and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..explain.digits import number_text
from ..studies.check import Asked, Checked
from ..studies.verdicts import AGREES, BENT, DIGITS, UNSURE, Row
from .columns import columns
from .escape import escape_line
from .stream import RED, YELLOW, Stream

#: Rows and sentences that are shown as text.
_ROWS, _NOTES = 24, 8
_HEADS = ("element", "engine", "finite difference", "claimed", "error", "")


def asked_of(order: int, forward: bool, claims: Sequence[str]) -> Asked:
    """What is asked for, from the options as text. Raises ValueError for what doesn't fit together."""
    found: list[tuple[str, str]] = []
    for text in claims:
        name, equals, formula = text.partition("=")
        if not equals or not name.strip() or not formula.strip() or formula.startswith("="):
            raise ValueError(f"--claim {text} is not of the form NAME=FORMULA")
        if any(name.strip() == other for other, _ in found):
            raise ValueError(f"--claim {name.strip()} is given twice")
        found.append((name.strip(), formula.strip()))
    if order == 2 and (found or forward):
        raise ValueError("--order 2 compares the Hessian: leave out --claim and --forward")
    return Asked(order, forward, found)


def check_text(found: Checked, width: int, out: Stream) -> str:
    """The table, sentences about its rows, and how it stands."""
    rows = found.rows[:_ROWS]
    heads = list(_HEADS)
    lines = columns(heads, [_cells(row, out.digits) for row in rows], width, out).splitlines()
    if len(lines) == len(rows) + 1:  # a line a row
        marked = [_marked(line, row, out) for line, row in zip(lines[1:], rows, strict=True)]
        lines = [lines[0], *marked]
    left = found.rows[_ROWS:]
    if left:
        lines.append(f"... and {len(left)} more that {_counted([row.verdict for row in left])}")
    lines += _notes(found)
    return "\n".join([*lines, verdict(found)]) + "\n"


def _cells(row: Row, digits: int | None) -> tuple[str, ...]:
    difference = number_text(row.difference, digits)
    if row.sides is not None:
        difference = f"{number_text(row.sides[0], digits)} or {number_text(row.sides[1], digits)}"
    elif row.difference != row.difference:
        difference = "none"
    claimed = "" if row.claimed is None else number_text(row.claimed, digits)
    sure = row.error > 10 * row.uncertainty or row.error != row.error  # else it may be that of the difference
    error = f"{row.error:.1e}" if sure else "0"
    word = "" if row.verdict == AGREES else row.verdict
    return escape_line(row.element), number_text(row.engine, digits), difference, claimed, error, word


def _marked(line: str, row: Row, out: Stream) -> str:
    return out.style(line, RED) if row.bad else line if row.verdict == AGREES else out.style(line, YELLOW)


def _counted(verdicts: Sequence[str]) -> str:
    kinds = sorted(set(verdicts))
    if kinds == [AGREES]:
        return "agree"
    words = [f"{verdicts.count(kind)}: {'agree' if kind == AGREES else kind}" for kind in kinds]
    return f"are ({', '.join(words)})"


def _notes(found: Checked) -> list[str]:
    said: list[str] = []
    for row in found.rows:
        if row.note:
            text = row.note if row.note.startswith(row.element) else f"{row.element}: {row.note}"
            said.append(escape_line(text))
    more = [f"... and {len(said) - _NOTES} more of such"] if len(said) > _NOTES else []
    return [*said[:_NOTES], *more, *(f"note: {escape_line(note)}" for note in found.notes)]


def verdict(found: Checked) -> str:
    """The last line: whether all is as it should be."""
    count = len(found.rows)
    unsure = sum(row.verdict == UNSURE for row in found.rows)
    bad = sum(row.bad for row in found.rows) - unsure
    undecided = f"{unsure} of {count} can't be decided" if unsure else ""
    if bad:
        return f"{bad} of {count} disagree" + (f", {undecided}" if unsure else "")
    if unsure:
        return undecided
    names = ", ".join(map(escape_line, found.names))
    counts = {kind: sum(row.verdict == kind for row in found.rows) for kind in (BENT, DIGITS)}
    beside = [f"{counts[BENT]} at a kink"] * bool(counts[BENT])
    beside += [f"{counts[DIGITS]} with digits lost"] * bool(counts[DIGITS])
    what = "second derivatives" if found.order == 2 else "gradients"
    with_claims = " and with what is claimed" if found.claims else ""
    but = f", but for {' and '.join(beside)}" if beside else ""
    return f"the {what} with respect to {names} agree with finite differences{with_claims}{but}"


def check_table(found: Checked, write: Callable[..., str], digits: int | None = None) -> str:
    """The rows as a table, by ``csv_text`` or ``markdown_text``; without what can't be a number."""
    heads = ["element", "engine", "difference", "claimed", "error", "verdict"]
    rows = [
        [row.element, row.engine, row.difference, "" if row.claimed is None else row.claimed, row.error, row.verdict]
        for row in found.rows
    ]
    return write(heads, rows, digits)


def check_event(expression: str, asked: Asked, found: Checked) -> dict[str, Any]:
    """The event ``check`` of JSON Lines."""
    return {
        "event": "check",
        "expression": expression,
        "ok": found.ok,
        "order": asked.order,
        "mode": "forward" if asked.forward else "reverse",
        "elements": found.elements,
        "rows": [_row(row) for row in found.rows],
        "notes": found.notes,
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "element": row.element,
        "engine": _number(row.engine),
        "difference": None if row.difference != row.difference else _number(row.difference),
        "uncertainty": _number(row.uncertainty),
        "claimed": None if row.claimed is None else _number(row.claimed),
        "error": _number(row.error),
        "verdict": row.verdict,
        "sides": None if row.sides is None else [_number(side) for side in row.sides],
        "note": row.note,
    }


def _number(value: complex) -> Any:
    return [value.real, value.imag] if np.iscomplexobj(value) else float(value.real)
