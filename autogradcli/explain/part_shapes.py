"""The shapes of the parts of a formula, by evaluating them: what a notation has to know that the text doesn't say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..engine.tensor import Tensor
from .normal.forms import Form

Evaluate = Callable[[list[tuple[str, str]], str, Mapping[str, Any]], Any]
Shape = tuple[int, ...]
#: Parts that are looked at; a formula of more is long enough to be read without.
_MOST = 2_000


class Shapes:
    """``shapes(form)`` is the shape of a part of the formulas that were given; None where it isn't known."""

    def __init__(
        self,
        forms: Iterable[Form],
        where: list[tuple[str, str]],
        values: Mapping[str, Any],
        evaluate: Evaluate,
    ) -> None:
        self._known: dict[Form, Shape | None] = {}
        #: Numbers of Python's own, which libraries treat in another way than arrays without dimensions.
        self.numbers: set[Form] = set()
        parts = list(dict.fromkeys(part for form in forms for part in form.walk() if _has_value(part)))[:_MOST]
        texts = [str(part) for part in parts]
        try:
            made = evaluate(where, f"[{', '.join(texts)}]", values)
        except Exception:  # a part that means something only where it stands: the others alone
            made = [_tried(text, where, values, evaluate) for text in texts]
        for part, value in zip(parts, made, strict=True):
            if isinstance(value, Tensor):
                self._known[part] = tuple(value.array.shape)
            elif isinstance(value, (int, float, complex)):
                self._known[part] = ()
                self.numbers.add(part)

    def __call__(self, form: Form) -> Shape | None:
        return () if form.kind == "number" else self._known.get(form)

    def rank(self, form: Form) -> int | None:
        shape = self(form)
        return None if shape is None else len(shape)


def _has_value(part: Form) -> bool:
    return part.kind not in ("number", "list", "tuple") and not (part.kind == "word" and "lambda" in part.value)


def _tried(text: str, where: list[tuple[str, str]], values: Mapping[str, Any], evaluate: Evaluate) -> Any:
    try:
        return evaluate(where, text, values)
    except Exception:
        return None
