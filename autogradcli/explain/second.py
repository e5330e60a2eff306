"""Second derivatives as formulas: the derivative of ``<v, x.grad>``, tried against the engine's own products.

Where a variable and the other have two dimensions together, or fewer, the matrix itself is shown, from which ``v`` has
gone; else the product with ``v``, for a matrix of more dimensions is nothing that a line of text can say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from ..api.autograd.backward_and_grad import grad
from ..engine.tensor import Tensor, wrap
from ..numerics import dtypes
from .conditions import NOTHING, Beside, conditions_of
from .derivation import Derivation, History, NoFormula, gradients
from .derived import DOMAIN, Block, Evaluate, Shown, Subject, agrees, beside, finished, home, moved, plain_of
from .expression import Expr
from .expression_text import text_of
from .hessian import matrix_of, opened
from .normal.choosing import begin, formula
from .normal.forms import Form, TooLong, call, number, shape, word
from .normal.index_notation import Reader
from .normal.repeats import named_parts
from .normal.terms import NotSaid
from .replay import replayed
from .spelling import Unspeakable

#: Names for the tensor that a Hessian is multiplied by.
_SEEDS = ("g", "v", "u", "d", "g_")
_MOST_DIMENSIONS = 2


def second_order(subject: Subject, *, evaluate: Evaluate, plain: bool = False, wrt: Collection[str] = ()) -> Shown:
    """The Hessian of the result, block by block, as text of the language.

    The result has to be a scalar. Raises NoFormula where it has no gradient. ``plain``: the products with a tensor, as
    the rules say them.
    """
    with np.errstate(all="ignore"):
        return finished(subject, _Second(subject, evaluate, plain).shown(wrt), wrt)


class _Second:
    def __init__(self, subject: Subject, evaluate: Evaluate, plain: bool) -> None:
        self.compute = subject.compute
        self.variables = dict(subject.variables)
        self.constant = subject.constant
        self.evaluate = evaluate
        self.plain = plain
        taken = frozenset(self.variables) | frozenset(subject.taken)
        self.seed = next(name for name in _SEEDS if name not in taken)
        self.taken = taken | {self.seed}
        self.second = self.variables | moved({n: v for n, v in self.variables.items() if n not in self.constant})
        self.conditions: dict[str, Beside] = {}
        self._beside = NOTHING
        self.random = np.random.Generator(np.random.PCG64(20))

    def shown(self, wrt: Collection[str]) -> Shown:
        self._check()
        names = [name for name in self.variables if (not wrt or name in wrt) and self._is_leaf(name)]
        forms: dict[str, Form] = {}
        texts: dict[str, str] = {}
        blocks: list[tuple[str, str, bool]] = []
        missing: dict[str, str] = {}
        tries: dict[str, Any] = {}
        for k, second in enumerate(names):
            found, history = self._derivation(second)
            for first in names[: k + 1]:
                key = f"{first}, {second}"
                try:
                    form, text, product, trial = self._block(found, history, first, second)
                except (Unspeakable, TooLong):
                    missing[key] = "no closed form of it can be said in the language"
                    continue
                blocks.append((first, second, product))
                tries[key] = trial
                if form is not None:
                    forms[key] = form
                    self.conditions[key] = self._beside
                texts[key] = text
        named, meanings = named_parts(forms, self.taken)
        where = [(name, str(form)) for name, form in meanings]
        if all(tries[key](where, str(form)) for key, form in named.items()):
            texts |= {key: str(form) for key, form in named.items()}
        else:
            where, meanings = [], []
        order = {name: k for k, name in enumerate(names)}
        blocks.sort(key=lambda b: (order[b[0]], order[b[1]]))
        return Shown(
            [],
            where,
            conditions_of(self.conditions, meanings),
            missing,
            [],
            hessian=[Block(a, b, texts[f"{a}, {b}"], self.seed if product else "") for a, b, product in blocks],
        )

    def _derivation(self, second: str) -> tuple[Derivation | None, History]:
        """The derivative of ``<seed, second.grad>`` with respect to everything; None where it has none."""
        history = History()

        def product(values: Mapping[str, Any]) -> Any:
            (first,) = grad(self.compute(values), [values[second]], create_graph=True, allow_unused=True)
            return wrap(values[second].array * 0) if first is None else first

        seed = self._draw(plain_of(self.variables[second]).array)
        try:
            return gradients(product, self.variables, (wrap(seed),), history, self.seed, self.constant), history
        except NoFormula:  # the gradient is a constant
            return None, history

    def _check(self) -> None:
        """Raise NoFormula for a result that isn't one number with a gradient."""
        given = {name: plain_of(value) for name, value in self.variables.items()}
        result = self.compute(
            {n: Tensor(v.array, requires_grad=True) if self._is_leaf(n) else v for n, v in given.items()}
        )
        if not isinstance(result, Tensor) or result.array.size != 1:
            raise NoFormula("second derivatives are of a result that is one number: take its sum()")
        if not result.requires_grad:
            raise NoFormula("the result has no gradient: it depends on no variable that has one")

    def _is_leaf(self, name: str) -> bool:
        plain = plain_of(self.variables[name])
        return name not in self.constant and isinstance(plain, Tensor) and plain.dtype.category >= dtypes.FLOATING

    def _draw(self, like: np.ndarray) -> np.ndarray:
        return np.asarray(self.random.standard_normal(like.shape).astype(like.dtype))

    def _block(
        self, found: Derivation | None, history: History, first: str, second: str
    ) -> tuple[Form | None, str, bool, Any]:
        """The form (None where the text isn't of the normal form), the text, whether it is a product, and how to try
        another text of it."""
        inner, outer = plain_of(self.variables[second]).array, plain_of(self.variables[first]).array
        matrix = inner.ndim + outer.ndim <= _MOST_DIMENSIONS
        e = None if found is None else dict(found.gradients)[first]
        if found is not None and first in found.unsaid:
            raise Unspeakable(found.unsaid[first])
        if found is None or e is None:
            sizes = (*outer.shape, *inner.shape) if matrix else outer.shape
            self._beside = NOTHING
            zero = call("zeros", shape(sizes)) if sizes else number(0)
            return zero, str(zero), not matrix, lambda where, text: True
        truths = self._truths(found, history, first, inner)

        def holds(where: list[tuple[str, str]], text: str, product: bool) -> bool:
            return all(self._holds(where, text, product, *truth) for truth in truths)

        if not self.plain:
            for product in (False, True) if matrix else (True,):
                form = self._short(e, first, inner.shape, product)
                if form is not None and holds([], str(form), product):
                    return form, str(form), product, lambda where, text, p=product: holds(where, text, p)
        text = text_of(e, self.taken)
        if not holds([], text, True):
            raise Unspeakable("the rules' own form gives something else")
        return None, text, True, None

    def _short(self, e: Expr, first: str, inner: tuple[int, ...], product: bool) -> Form | None:
        begin()
        reader = Reader(guarded=True)
        try:
            if product:
                found = formula(reader.read(e), word(first))
            else:
                with opened(self.seed):
                    s = matrix_of(reader.read(e), self.seed, inner)
                if s is None:
                    return None
                begin()
                found = formula(s)
            self._beside = beside(reader, e, self.taken)
            return found.qualified(self.taken, home)
        except (Unspeakable, TooLong, NotSaid, OverflowError, RecursionError):
            return None

    def _truths(
        self, found: Derivation, history: History, first: str, inner: np.ndarray
    ) -> list[tuple[Mapping[str, Any], np.ndarray, np.ndarray]]:
        """Values, a tensor and the engine's product with it: two tensors at each of two points."""
        here = {name: plain_of(value) for name, value in self.variables.items()}
        truths: list[tuple[Mapping[str, Any], np.ndarray, np.ndarray]] = []
        for values in (here, self.second):
            arrays = {name: values[name].array for name, _ in found.gradients}
            for _ in range(2):
                seed = self._draw(inner)
                try:
                    numbers = replayed(history.steps, [(found.roots[0][0], seed)], arrays)
                except DOMAIN:
                    break
                truths.append((values, seed, numbers.get(first, np.zeros_like(arrays[first]))))
        return truths

    def _holds(
        self,
        where: list[tuple[str, str]],
        text: str,
        product: bool,
        values: Mapping[str, Any],
        seed: np.ndarray,
        true: np.ndarray,
    ) -> bool:
        try:
            made = self.evaluate(where, text, {**values, self.seed: wrap(seed)})
        except Exception:
            return False
        array = np.asarray(made.array if isinstance(made, Tensor) else made, true.dtype)
        if not product:
            if array.shape != (*true.shape, *seed.shape):
                return False
            array = np.asarray(np.tensordot(array, seed, seed.ndim), true.dtype)
        return agrees(array, true)
