"""What repeats gets a name: over all gradients of an expression together, in the order of use.

Only what saves a reader work is named, and never in a way that two formulas need different values of one name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from .forms import Form, word
from .sharing import Shared, most_shared, with_name

#: Capital letters for what has dimensions, small ones for numbers; never those that stand for something in this field.
_ARRAYS = "PQRSUVHKMN"
_NUMBERS = "pqrsuvhkmn"
#: A name has to save so many operations.
_LEAST_SAVED = 2
_MOST_NAMES = 6


def named_parts(
    formulas: dict[str, Form], taken: Collection[str], scalars: Collection[Form] = ()
) -> tuple[dict[str, Form], list[tuple[str, Form]]]:
    """The formulas with names for what repeats in them, and what the names mean, each in terms of those before it.

    ``scalars`` are the parts known to be numbers.
    """
    left = dict(formulas)
    meanings: list[tuple[str, Form]] = []
    names = {True: [c for c in _NUMBERS if c not in taken], False: [c for c in _ARRAYS if c not in taken]}
    while len(meanings) < _MOST_NAMES:
        all_forms = [*left.values(), *(form for _, form in meanings)]
        best = _most_saving(all_forms)
        saved = 0 if best is None else _saved(all_forms, best)
        shared = most_shared(all_forms)
        if shared is not None and shared[0] > saved and shared[0] >= _LEAST_SAVED:
            best = shared[1].form
        else:
            shared = None
        if best is None:
            break
        free = names[best in scalars] or names[best not in scalars]
        if not free:
            break
        name = free.pop(0)
        new = word(name)
        chosen, part = best, None if shared is None else shared[1]

        def named(form: Form, chosen: Form = chosen, part: Shared | None = part, new: Form = new) -> Form:
            return form.replaced(chosen, new) if part is None else with_name(form, part, new)

        left = {n: named(form) for n, form in left.items()}
        meanings = [(n, named(form)) for n, form in meanings]
        meanings.append((name, best))
    return _renamed(left, _in_order(left, meanings))


def _renamed(
    formulas: dict[str, Form], meanings: list[tuple[str, Form]]
) -> tuple[dict[str, Form], list[tuple[str, Form]]]:
    """The names in the order of the alphabet that they were taken from."""
    for_all = [name for name, _ in meanings]
    order = [c for c in _ARRAYS + _NUMBERS if c in for_all]
    through = {name: word(f"#{new}") for name, new in zip(for_all, order)}  # by way of what stands nowhere

    def renamed(form: Form) -> Form:
        for name, new in through.items():
            form = form.replaced(word(name), new)
        for letter in order:
            form = form.replaced(word(f"#{letter}"), word(letter))
        return form

    return (
        {name: renamed(form) for name, form in formulas.items()},
        [(letter, renamed(form)) for letter, (_, form) in zip(order, meanings)],
    )


def _most_saving(formulas: Sequence[Form]) -> Form | None:
    count: Counter[Form] = Counter(
        part for form in formulas for part in form.walk() if part.ops and part.kind != "number"
    )
    repeated = [((uses - 1) * part.ops, part.ops, str(part), part) for part, uses in count.items() if uses > 1]
    best = max(repeated, default=None, key=lambda found: found[:3])
    return None if best is None or best[0] < _LEAST_SAVED else best[3]


def _saved(formulas: Sequence[Form], part: Form) -> int:
    uses = sum(p == part for form in formulas for p in form.walk())
    return (uses - 1) * part.ops


def _in_order(formulas: dict[str, Form], meanings: Sequence[tuple[str, Form]]) -> list[tuple[str, Form]]:
    """What a name means before its first use, those of the first formula first."""
    meaning = dict(meanings)
    order: list[tuple[str, Form]] = []
    done: set[str] = set()

    def visit(form: Form) -> None:
        for name in _words(form):
            if name in meaning and name not in done:
                done.add(name)
                visit(meaning[name])
                order.append((name, meaning[name]))

    for form in formulas.values():
        visit(form)
    return order


def _words(form: Form) -> list[str]:
    """The names in a formula from left to right."""
    if form.kind == "word":
        return [form.value]
    return [name for part in form.parts for name in _words(part)]
