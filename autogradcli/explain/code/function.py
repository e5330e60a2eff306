"""The function that ``derive --code`` prints: it gives the value and the gradients, and runs as it stands."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from typing import Any

from ...engine.tensor import Tensor
from ...numerics import dtypes
from ..derived import Evaluate, Shown
from ..normal.forms import Form, word
from ..normal.parsing import parsed
from ..part_shapes import Shapes
from .helpers import ARRAYS, NUMBERS, NUMPY
from .writer import Arrays, Python, Torch, Writer

#: Names that the function itself uses.
_OWN = frozenset({"np", "jnp", "math", "torch", "value", "value_and_gradients"})
_IMPORTS = {
    "numpy": ["import numpy as np"],
    "jax": ["import jax.numpy as jnp"],
    "torch": ["import torch"],
    "python": [],
}


def function_of(
    shown: Shown, values: Mapping[str, Any], evaluate: Evaluate, library: str, meaning: Mapping[str, str]
) -> str:
    """The text of a function of the variables, in their order.

    ``values`` are those of the variables at the point, which give the shapes; ``meaning`` says what
    names stand for that are no words of the language. Raises ValueError, with what to do, where
    the library can't say something of it.
    """
    if not shown.value:
        raise ValueError("no formula of the value itself can be said in the language, so there is no code of it")
    forms = {name: parsed(text) for name, text in shown.gradients}
    where = [(name, parsed(text)) for name, text in shown.where]
    value = parsed(shown.value)
    shapes = Shapes([value, *forms.values(), *(form for _, form in where)], shown.where, values, evaluate)
    if library == "python":
        _numbers_only(values, shapes)
    write = _writer(library, shapes)
    taken = {name for name, _ in where} | _OWN
    names = _identifiers(values, taken)

    def said(form: Form) -> str:
        made = write(form)
        for old, new in names.items():
            if old != new:
                made = made.replaced(parsed(old), word(new))
        return str(made)

    lines = [f"    # {names[name]} is {meaning[name]}" for name in values if meaning.get(name, name) != name]
    lines += [f"    {names[name]} = {_taken(library, names[name], given)}" for name, given in values.items()]
    lines = [line for line in lines if not line.endswith(" = ")]
    lines += [f"    {name} = {said(form)}" for name, form in where]
    lines.append(f"    value = {said(value)}")
    lines += [f"    # no formula for {name}.grad: {why}" for name, why in shown.missing.items()]
    lines += [f"    # {line}" for line in _beside(shown)]
    lines += [f"    # {note}" for note in shown.notes]
    lines.append("    return value, {")
    lines += [f'        "{name}": {said(form)},' for name, form in forms.items()]
    lines.append("    }")
    used = "\n".join(lines)
    helpers = [_helper(name, library) for name in sorted(write.helpers)]
    imports = ["import math"] if re.search(r"\bmath\.", used + "".join(helpers)) else []
    head = "\n".join([*imports, *([""] if imports and _IMPORTS[library] else []), *_IMPORTS[library]])
    definition = f"def value_and_gradients({', '.join(names[name] for name in values)}):\n"
    return "\n\n".join(part for part in (head and head + "\n", *helpers, definition + used + "\n") if part)


def _beside(shown: Shown) -> list[str]:
    """What holds beside the formulas, which the function doesn't look at."""
    found = []
    for condition in shown.conditions:
        what = ", ".join(f"{name}.grad" for name in condition.variables)
        verb = "is" if len(condition.variables) == 1 else "are"
        whole = f"{what} {verb} 0" if condition.whole else f"the terms of {what} without a value are 0"
        found.append(f"where {condition.text}: {whole}")
    return found


def _writer(library: str, shapes: Shapes) -> Writer:
    if library == "python":
        return Python(shapes)
    return Torch(shapes) if library == "torch" else Arrays(shapes, library)


def _numbers_only(values: Mapping[str, Any], shapes: Shapes) -> None:
    for name, value in values.items():
        if isinstance(value, Tensor) and value.array.ndim:
            shape = list(value.array.shape)
            raise ValueError(
                f"--code python is for numbers only, and {name} has the shape {shape}: ask for --code numpy"
            )


def _helper(name: str, library: str) -> str:
    if library == "python":
        return NUMBERS[name].strip() + "\n"
    if library == "jax" and name in NUMPY:
        return {
            "erf": "from jax.scipy.special import erf\n",
            "lgamma": "from jax.scipy.special import gammaln as lgamma\n",
        }[name]
    found = NUMPY[name] if name in NUMPY else ARRAYS[name]
    return found.strip().replace("{np}", "np" if library == "numpy" else "jnp") + "\n"


def _identifiers(values: Mapping[str, Any], taken: set[str]) -> dict[str, str]:
    """The names of the variables as those of parameters: ``lin.weight`` is ``lin_weight``."""
    found: dict[str, str] = {}
    for name in values:
        plain = re.sub(r"\W+", "_", name).strip("_") if not name.isidentifier() else name
        while plain in taken or keyword.iskeyword(plain) or plain in found.values():
            plain += "_"
        found[name] = plain
    return found


def _taken(library: str, name: str, value: Any) -> str:
    """How a parameter becomes what the formulas are about; "" where it is that already."""
    if library == "python" or not isinstance(value, Tensor):
        return ""
    kind = value.dtype.category
    if library == "torch":
        if kind < dtypes.FLOATING:
            return f"torch.as_tensor({name})"
        return f"torch.as_tensor({name}, dtype=torch.{value.dtype.name})"
    module = "np" if library == "numpy" else "jnp"
    dtype = "" if kind < dtypes.FLOATING else f", dtype={'float' if kind == dtypes.FLOATING else 'complex'}"
    return f"{module}.asarray({name}{dtype})"
