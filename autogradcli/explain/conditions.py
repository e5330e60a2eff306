"""What holds beside a formula: for which variables, and no more of it than a reader needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .normal.forms import Form


class Condition(NamedTuple):
    """Where the gradients of some variables are 0, whatever their formulas say."""

    text: str
    variables: tuple[str, ...]


def conditions_of(found: Mapping[str, Sequence[Form]]) -> list[Condition]:
    """The conditions of each variable, those that another of the same variable implies left out."""
    of: dict[Form, list[str]] = {}
    for name, forms in found.items():
        for form in _weakest(forms):
            of.setdefault(form, []).append(name)
    return [Condition(str(form), tuple(names)) for form, names in of.items()]


def _weakest(forms: Iterable[Form]) -> list[Form]:
    """Where ``a & b`` holds ``a`` does: the gradient is 0 there already."""
    forms = list(dict.fromkeys(forms))
    parts = {form: _joined(form) for form in forms}
    return [
        form
        for form in forms
        if not any(other is not form and parts[other] < parts[form] for other in forms)
    ]


def _joined(form: Form) -> frozenset[Form]:
    """The conditions that all hold where this one does."""
    if form.kind == "operator" and form.value == "&":
        return _joined(form.parts[0]) | _joined(form.parts[1])
    return frozenset({form})
