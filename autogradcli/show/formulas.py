"""Formulas of gradients as text, LaTeX, Markdown, code and JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from .derive_options import Wanted
from .plain import Display, named

if TYPE_CHECKING:
    from ..explain.derived import Evaluate, Shown, Subject
    from ..explain.steps import Steps


class Answer(NamedTuple):
    """What ``derive`` answers: lines of text, and the event of JSON Lines."""

    text: str
    event: dict[str, Any]


def print_answer(made: Answer, format_: str, display: Display) -> None:
    """In the format ``json`` or ``plain``."""
    if format_ == "json":
        from json import dumps

        display.out.raw(dumps(made.event) + "\n")
    else:
        display.out.write(made.text)


def answer(
    expression: str,
    subject: Subject,
    *,
    evaluate: Evaluate,
    wanted: Wanted = Wanted(),  # noqa: B008  # it can't be changed
) -> Answer:
    """Derive a subject and write it as it is ``wanted``. ``expression`` is what the user calls it.

    Text and JSON have the variables' own names, code and LaTeX words that stand for them. Raises NoFormula where there
    is no gradient at all, and ValueError for what the library of ``--code`` can't say and for wishes that don't fit.
    """
    from ..explain.derived import derive, plain_of
    from ..explain.second import second_order
    from ..explain.spoken import all_spoken, steps_spoken

    leaves = [name for name in subject.variables if name not in subject.constant]
    words = {subject.names.get(word, word): word for word in leaves}
    problem = wanted.problem(tuple(words))
    if problem:
        raise ValueError(problem)
    if wanted.steps:
        from ..explain.steps import derived_by_steps

        by_steps = steps_spoken(derived_by_steps(subject, evaluate=evaluate), subject.names)
        return Answer(steps_text(by_steps), steps_event(expression, by_steps))
    wrt = [words[name] for name in wanted.wrt]
    if wanted.order == 2:
        shown = second_order(subject, evaluate=evaluate, plain=wanted.plain, wrt=wrt)
    else:
        shown = derive(subject, evaluate=evaluate, plain=wanted.plain, wrt=wrt, value=bool(wanted.code))
    said = all_spoken(shown, subject.names)
    text, event = formula_text(said), formula_event(expression, said)
    if not (wanted.latex or wanted.markdown or wanted.code):
        return Answer(text, event)
    values = {name: plain_of(value) for name, value in subject.variables.items()} | seed_of(shown, subject)
    if wanted.code:
        from ..explain.code.function import function_of

        texts = " ".join([shown.value, *(text for _, text in (*shown.gradients, *shown.where))])
        used = set(re.findall(r"\w+", texts))
        values = {name: v for name, v in values.items() if name in used or name not in subject.constant}
        code = function_of(shown, values, evaluate, wanted.code, subject.names)
        return Answer(code, event | {"code": code})
    from ..explain.equations import equations, latex_lines, markdown

    found = equations(shown, values, evaluate, subject.names)
    if wanted.markdown:
        return Answer(markdown(expression, found), event | {"markdown": markdown(expression, found)})
    return Answer("".join(f"{line}\n" for line in latex_lines(found)), event | {"latex": found.as_dict()})


def seed_of(shown: Shown, subject: Subject) -> dict[str, Any]:
    """The tensors in the formulas that are no variables: where the gradient starts, what a Hessian is multiplied by."""
    found: dict[str, Any] = {} if subject.gradient is None else {"g": subject.gradient}
    return found | {block.product: subject.variables[block.second] for block in shown.hessian if block.product}


def formula_text(shown: Shown) -> str:
    """What repeats by name, then each gradient, what holds beside them, and what has no formula."""
    lines = [named(name, text) for name, text in shown.where]
    lines += [named(f"{name}.grad", text) for name, text in shown.gradients]
    lines += [
        named(f"hessian({b.first}, {b.second})" + (f" @ {b.product}" if b.product else ""), b.text)
        for b in shown.hessian
    ]
    lines += [f"{line}\n" for line in condition_lines(shown)]
    for name, why in shown.missing.items():
        lines.append(f"no formula for {f'hessian({name})' if ', ' in name else f'{name}.grad'}: {why}\n")
    if not shown.hessian and any("too long" in why for why in shown.missing.values()):
        lines.append("--code numpy gives it as a function, a step a line\n")
    lines += [f"note: {note}\n" for note in shown.notes]
    return "".join(lines)


def condition_lines(shown: Shown) -> list[str]:
    """Where the gradients are 0 whatever the formulas say; of which variables, if not of all."""
    everything = {name for name, _ in shown.gradients} | {f"{b.first}, {b.second}" for b in shown.hessian}
    by_variables: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
    for condition in shown.conditions:
        by_variables.setdefault((condition.whole, condition.variables), []).append(condition.text)
    lines = []
    for (whole, variables), texts in by_variables.items():
        names = "" if set(variables) == everything else _listed(variables, bool(shown.hessian))
        where = " or ".join(texts)
        if not whole:
            lines.append(f"but the terms{names and ' of '}{names} without a value where {where} are 0 there")
        elif names:
            lines.append(f"but {names} {'is' if len(variables) == 1 else 'are'} 0 where {where}")
        else:
            lines.append(f"but 0 where {where}")
    return lines


def _listed(variables: Iterable[str], second: bool) -> str:
    names = [f"hessian({name})" if second else f"{name}.grad" for name in variables]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def formula_event(expression: str, shown: Shown) -> dict[str, Any]:
    """The event ``formula`` of JSON Lines; ``where`` in the order in which it is to be evaluated."""
    event: dict[str, Any] = {
        "event": "formula",
        "expression": expression,
        "gradients": dict(shown.gradients),
        "where": dict(shown.where),
        "conditions": [c.text for c in shown.conditions],
        "missing": shown.missing,
        "notes": list(shown.notes),
    }
    if shown.hessian:
        hessian: dict[str, dict[str, str]] = {}
        products: list[str] = []
        for block in shown.hessian:
            hessian.setdefault(block.first, {})[block.second] = block.text
            products += [f"{block.first}, {block.second}"] * bool(block.product)
        event |= {"hessian": hessian}
        if products:
            event |= {"products": products}
    return event


def steps_text(found: Steps) -> str:
    """The derivation, numbered, and then what ``formula_text`` says."""
    lines = []
    for k, step in enumerate(found.steps, 1):
        lines.append(f"{k:>2}  {step.of}:  {step.rule}\n")
        lines += [f"      {line}\n" for line in step.gives]
    return "".join(lines) + formula_text(found.shown)


def steps_event(expression: str, found: Steps) -> dict[str, Any]:
    """The event ``formula`` with the steps: the rule, what it is applied to, and what follows."""
    return formula_event(expression, found.shown) | {"steps": [step._asdict() for step in found.steps]}
