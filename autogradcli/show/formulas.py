"""Formulas of gradients as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .plain import named

if TYPE_CHECKING:
    from ..explain.derived import Shown


def formula_text(shown: Shown) -> str:
    """What repeats by name, then each gradient, what holds beside them, and what has no formula."""
    lines = [named(name, text) for name, text in shown.where]
    lines += [named(f"{name}.grad", text) for name, text in shown.gradients]
    lines += [f"but 0 where {condition}\n" for condition in shown.conditions]
    lines += [f"no formula for {name}.grad: {why}\n" for name, why in shown.missing.items()]
    lines += [f"note: {note}\n" for note in shown.notes]
    return "".join(lines)


def formula_event(expression: str, shown: Shown) -> dict[str, Any]:
    """The event ``formula`` of JSON Lines; ``where`` in the order in which it is to be evaluated."""
    return {
        "event": "formula",
        "expression": expression,
        "gradients": dict(shown.gradients),
        "where": dict(shown.where),
        "conditions": shown.conditions,
        "missing": shown.missing,
        "notes": list(shown.notes),
    }
