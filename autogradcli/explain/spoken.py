"""Formulas with what variables are really called: ``lin.weight``, for which a word stands while a formula is made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .derived import Shown
    from .steps import Steps


def spoken(text: str, names: Mapping[str, str]) -> str:
    """A text with what variables are really called."""
    for word_, name in names.items():
        if word_ != name:
            text = re.sub(rf"\b{re.escape(word_)}\b", name.replace("\\", r"\\"), text)
    return text


def all_spoken(shown: Shown, names: Mapping[str, str]) -> Shown:
    """The formulas with what variables are really called, which is not always a word of the language."""
    if all(word_ == name for word_, name in names.items()):
        return shown

    def say(text: str) -> str:
        return spoken(text, names)

    def pairs(found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(say(name), say(text)) for name, text in found]

    return shown._replace(
        gradients=pairs(shown.gradients),
        where=pairs(shown.where),
        conditions=[c._replace(text=say(c.text), variables=tuple(map(say, c.variables))) for c in shown.conditions],
        missing={say(name): why for name, why in shown.missing.items()},
        plain=[say(name) for name in shown.plain],
        value=say(shown.value),
        hessian=[
            block._replace(first=say(block.first), second=say(block.second), text=say(block.text))
            for block in shown.hessian
        ],
    )


def steps_spoken(found: Steps, names: Mapping[str, str]) -> Steps:
    """A derivation with what variables are really called."""
    steps = [
        step._replace(of=spoken(step.of, names), gives=[spoken(line, names) for line in step.gives])
        for step in found.steps
    ]
    return found._replace(steps=steps, shown=all_spoken(found.shown, names))
