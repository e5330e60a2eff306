r"""Gradients as equations in LaTeX, out of the very texts that were tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .derived import Evaluate, Shown
from .normal.latex import Latex, word
from .normal.parsing import parsed
from .part_shapes import Shapes
from .spoken import spoken


class Equations(NamedTuple):
    """Pairs of what stands on the left and on the right."""

    gradients: list[tuple[str, str, str]]
    """The variable, left, right with the conditions."""
    where: list[tuple[str, str]]
    missing: list[tuple[str, str]]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, str]:
        """By variable, and the names of what repeats."""
        found = {name: f"{left} = {right}" for name, left, right in self.gradients}
        return found | {left: f"{left} = {right}" for left, right in self.where}


def equations(shown: Shown, values: Mapping[str, Any], evaluate: Evaluate, names: Mapping[str, str]) -> Equations:
    """What ``derive`` shows as equations.

    ``values`` are those of the variables, for the shapes, and ``names`` what they are called.
    """

    def called(name: str) -> str:
        return names.get(name, name)

    gradients = [(name, parsed(text)) for name, text in shown.gradients]
    blocks = [(block, parsed(block.text)) for block in shown.hessian]
    where = [(name, parsed(text)) for name, text in shown.where]
    conditions = [(condition, parsed(condition.text)) for condition in shown.conditions]
    forms = [form for _, form in (*gradients, *blocks, *where, *conditions)]
    either = r" \text{ or } "
    shapes = Shapes(forms, shown.where, values, evaluate)
    latex = Latex(shapes, names)

    def beside(key: str) -> str:
        shown = ""
        for whole, what in ((True, "0"), (False, r"\text{terms without a value } 0")):
            found = [latex(form) for c, form in conditions if key in c.variables and c.whole is whole]
            shown += rf", \quad {what} \text{{ where }} {either.join(found)}" if found else ""
        return shown

    left = []
    for name, form in gradients:
        right = r"\text{independent}" if str(form) == "None" else latex(form)
        left.append((called(name), rf"\nabla_{{{word(called(name))}}}", right + beside(name)))
    for block, form in blocks:
        a, b = word(called(block.first)), word(called(block.second))
        both = rf"{{{a}}}^{{2}}" if a == b else rf"{{{a} {b}}}^{{2}}"
        head = rf"\nabla_{both}" + (f" {word(block.product)}" if block.product else "")
        key = f"{block.first}, {block.second}"
        left.append((f"{called(block.first)}, {called(block.second)}", head, latex(form) + beside(key)))
    missing = [(spoken(name, names), why) for name, why in shown.missing.items()]
    return Equations(left, [(word(name), latex(form)) for name, form in where], missing, shown.notes)


def latex_lines(found: Equations) -> list[str]:
    """An equation a line, then what the names in them mean."""
    lines = [f"{left} = {right}" for _, left, right in found.gradients]
    lines += [rf"\text{{where }} {left} = {right}" for left, right in found.where]
    lines += [f"% no formula for {name}: {why}" for name, why in found.missing]
    return lines + [f"% {note}" for note in found.notes]


def markdown(expression: str, found: Equations) -> str:
    """The same between dollars, under the expression."""
    ticks = "``" if "`" in expression else "`"
    lines = [f"The gradient of {ticks}{' '.join(expression.split())}{ticks}:", ""]
    for _, left, right in found.gradients:
        lines += ["$$", f"{left} = {right}", "$$", ""]
    if found.where:
        lines += ["where " + ", ".join(f"${left} = {right}$" for left, right in found.where), ""]
    for name, why in found.missing:
        lines += [f"No formula for `{name}`: {why}.", ""]
    for note in found.notes:
        lines += [f"Note: {note}.", ""]
    return "\n".join(lines)
