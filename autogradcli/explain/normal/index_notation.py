"""Expressions as sums: what each operation is in index notation.

Operators and what declarations say of indices and powers (``indices=``, ``power=``) are looked into; a view is read off
its own strides; everything else is an atom, spelled as the language spells it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ...engine.operation import Operation
from ...numerics import dtypes
from ..expression import Call, Constant, Expr, Guarded, Item, Name, Operator, Subscript, Written
from ..expression_text import constant as constant_text
from ..expression_text import plain
from ..simplify import uniform
from ..spelling import Spelling, expressed, speak
from .choosing import sum_form
from .forms import Form, binary, call, number, word
from .sums import MOST_STACKED, added, broadcast, constant, contracted, multiplied, of_atom, power, scaled, unit
from .terms import NotSaid, Sum, exact

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _letters(n: int) -> str:
    return _LETTERS[:n]


COPIES = frozenset({"clone", "contiguous", "alias", "detach", "positive"})


class Reader:
    """Reads the expressions of one derivation, each once.

    ``guarded``: zeros that are put in where something is 0 are guards of a rule, as they are in the derivative of one.
    """

    def __init__(self, guarded: bool = False) -> None:
        self._guarded = guarded
        self._known: dict[int, tuple[Expr, Sum, frozenset[Form]]] = {}
        #: What holds apart from the formula that is being read: "0 where x == 0".
        self._conditions: set[Form] = set()

    def conditions(self, root: Expr) -> list[Form]:
        """What holds apart from the formula of an expression that was read: "0 where x == 0"."""
        return sorted(self._known[id(root)][2], key=lambda form: form.order) if id(root) in self._known else []

    def read(self, root: Expr) -> Sum:
        """A whole expression, its parts first: a chain of a thousand operations is no deeper than one."""
        pending: list[tuple[Any, bool]] = [(root, False)]
        seen: set[int] = set()
        while pending:
            part, ready = pending.pop()
            if isinstance(part, (list, tuple)):
                pending += [(p, False) for p in part]
            elif ready:
                self(part)
            elif isinstance(part, Expr) and id(part) not in seen:
                seen.add(id(part))
                pending.append((part, True))
                pending += [(p, False) for p in part.parts]
        return self(root)

    def __call__(self, e: Any) -> Sum:
        if not isinstance(e, Expr):
            return constant(exact(e))
        found = self._known.get(id(e))
        if found is None:
            outer, self._conditions = self._conditions, set()
            try:
                made = self._read(e)
            except NotSaid:
                self._conditions = set()
                made = self._atom(e)
            finally:
                mine, self._conditions = frozenset(self._conditions), outer
            found = self._known[id(e)] = e, made, mine
        self._conditions |= found[2]
        return found[1]

    # -- what is looked into --------------------------------------------------------------------------------

    def _read(self, e: Expr) -> Sum:
        if isinstance(e, Operator):
            return self._operator(e)
        if isinstance(e, Call):
            return self._call(e)
        if isinstance(e, Item):
            said = expressed(e)
            return self._atom(e) if said is None or e.dtype.category < 2 else self(said)
        if isinstance(e, Guarded):
            found = self(e.value)
            condition = self.form(e.condition)
            self._conditions.add(condition)
            return broadcast(found, tuple(e.shape))
        return self._atom(e)

    def _operator(self, e: Operator) -> Sum:
        shape, symbol = tuple(e.shape), e.symbol
        if len(e.operands) == 1:
            return scaled(self(e.operands[0]), Fraction(-1)) if symbol == "-" else self._atom(e)
        left, right = e.operands
        if e.dtype.category < 2:
            return self._atom(e)
        if symbol == "+":
            return added(shape, self(left), self(right))
        if symbol == "-":
            return added(shape, self(left), scaled(self(right), Fraction(-1)))
        if symbol == "*":
            return multiplied(shape, self(left), self(right))
        if symbol == "/":
            return multiplied(shape, self(left), power(self(right), Fraction(-1)))
        if symbol == "**":
            return self._power(left, right, shape, e)
        if symbol == "@":
            return self._matmul(left, right, shape)
        return self._atom(e)

    def _power(self, base: Any, exponent: Any, shape: tuple[int, ...], e: Operator) -> Sum:
        p = self(exponent)
        if not p.terms or (len(p.terms) == 1 and not p.terms[0].factors):
            return broadcast(power(self(base), p.terms[0].c if p.terms else Fraction(0)), shape)
        # a ** (b - 1) is a ** b / a
        number_part = [t for t in p.terms if not t.factors]
        if number_part and isinstance(base, Expr) and isinstance(number_part[0].c, Fraction):
            rest = Sum(p.shape, [t for t in p.terms if t.factors])
            whole = of_atom(binary("**", self.form(base), sum_form(rest)), shape)
            return multiplied(shape, whole, power(self(base), number_part[0].c))
        return of_atom(binary("**", self.form(base), self.form(exponent)), shape)

    def _matmul(self, left: Expr, right: Expr, shape: tuple[int, ...]) -> Sum:
        a, b = left.ndim, right.ndim
        batch = _LETTERS[: max(a, b) - 2] if max(a, b) > 2 else ""
        first = batch[len(batch) - max(a - 2, 0) :] if a > 2 else ""
        second = batch[len(batch) - max(b - 2, 0) :] if b > 2 else ""
        rows, columns = ("x" if a > 1 else ""), ("z" if b > 1 else "")
        spec = [f"{first}{rows}y", f"{second}y{columns}"]
        return contracted(shape, [self(left), self(right)], spec, f"{batch}{rows}{columns}")

    def _call(self, e: Call) -> Sum:
        op, shape = e.op, tuple(e.shape)
        if e.dtype.category < 2:
            return self._atom(e)
        if op.name in COPIES or (op.name == "cast" and self._promoted(e)):
            return self(e.args[0])
        if op.power is not None:
            return power(self(e.args[0]), Fraction(op.power))
        spec = op.indices
        if spec is not None:
            given = dict(zip((p.name for p in op.params), e.args, strict=True))
            if callable(spec):
                spec = spec(**given)
            operands = [a for a in e.args if isinstance(a, Expr)]
            layouts, result = spec.split("->")
            return contracted(shape, [self(a) for a in operands], layouts.split(","), result)
        if (op.view == "single" or op.spelling == "reshape") and isinstance(e.args[0], Expr):
            layout = view_layout(op, e.args, tuple(e.args[0].shape), shape)
            if layout is not None:
                return contracted(shape, [self(e.args[0])], [layout[0]], layout[1])
        if self._guarded and op.name in ("masked_fill", "where"):
            value, mask, fill = e.args if op.name == "masked_fill" else (e.args[2], *e.args[:2])
            equal = isinstance(mask, Operator) and mask.symbol == "==" and uniform(mask.operands[1]) == 0
            if equal and uniform(fill) == 0 and isinstance(value, Expr):
                self._conditions.add(self.form(mask))
                return broadcast(self(value), shape)
        if op.name == "where":
            return self._where(e)
        if op.name == "exp":
            inner = e.args[0]
            if isinstance(inner, Call) and inner.op.name == "log_softmax":
                return of_atom(call("softmax", *self._opaque(inner).parts), shape)
            chosen = _softmax(self.form(inner))
            if chosen is not None:
                return of_atom(chosen, shape)
        if op.name == "select_scatter" and e.ndim == 1 and shape[0] <= MOST_STACKED and uniform(e.args[0]) == 0:
            return multiplied(shape, unit(e.args[3] % shape[0], shape[0]), self(e.args[1]))
        if op.name == "diagonal" and e.ndim == 1 and e.args[1] == 0 and set(e.args[0].shape) == {shape[0]} != {1}:
            return contracted(shape, [self(e.args[0])], ["aa"], "a")
        if op.name == "diag_embed" and e.ndim == 2 and e.args[1] == 0 and shape[0] > 1:
            eye = of_atom(call("eye", number(shape[0])), shape)
            return contracted(shape, [self(e.args[0]), eye], ["a", "ab"], "ab")
        said = expressed(e)
        return self._atom(e) if said is None else self(said)

    @staticmethod
    def _promoted(e: Call) -> bool:
        """A cast of a comparison to the usual dtype, which arithmetic does by itself."""
        given = e.args[0]
        return isinstance(given, Operator) and given.dtype is dtypes.bool_ and e.dtype is dtypes.default.dtype

    def _where(self, e: Call) -> Sum:
        """A choice between something and nothing is a mask; the number before it stays outside."""
        condition, chosen, other = e.args
        if isinstance(condition, Operator) and not isinstance(chosen, Expr) and chosen == 0:
            turned = {"<=": ">", "<": ">=", ">=": "<", ">": "<="}.get(condition.symbol)
            if turned is not None:
                condition = Operator(turned, condition.operands, condition.tensor)
                chosen, other = other, chosen
        if isinstance(other, Expr) or other != 0:
            return self._atom(e)
        shape = tuple(e.shape)
        mask = self._atom(condition) if isinstance(condition, Operator) else None
        if mask is None or len(mask.terms) != 1 or not next(iter(mask.terms[0].factors))[0].is_mask:
            return self._atom(e)
        return multiplied(shape, mask, self(chosen))

    # -- what is taken as it is -----------------------------------------------------------------------------

    def form(self, value: Any) -> Form:
        """An operand as text."""
        if isinstance(value, Constant) and value.ndim:
            return word(constant_text(value).text)
        if isinstance(value, Expr):
            if value.dtype.category < 2:
                return self._opaque(value)
            return sum_form(self(value), whole=True)
        if isinstance(value, list):
            return Form("list", None, tuple(self.form(v) for v in value))
        if isinstance(value, (bool, str)) or value is None:
            return word(repr(value))
        if isinstance(value, int):
            return number(value)
        if isinstance(value, float):
            return number(int(value)) if value.is_integer() else number(value)
        return word(plain(value, {}).text)

    def _atom(self, e: Expr) -> Sum:
        return self._constant(e) if isinstance(e, Constant) else of_atom(self._opaque(e), tuple(e.shape))

    def _opaque(self, e: Expr) -> Form:
        """An expression as the language spells it."""
        if isinstance(e, Name):
            return word(e.name)
        if isinstance(e, Constant):
            return word(constant_text(e).text)
        if isinstance(e, Operator):
            if len(e.operands) == 1:
                return Form("operator", e.symbol, (self.form(e.operands[0]),))
            left, right = self._without_relu(e)
            return binary(e.symbol, self.form(left), self.form(right))
        if isinstance(e, Subscript):
            index = tuple(None if isinstance(i, Expr) else _at(i) for i in e.index)
            parts = (self.form(e.operand), *(self.form(i) for i in e.index if isinstance(i, Expr)))
            return Form("subscript", index, parts)
        if isinstance(e, Guarded):
            return self._opaque(e.call)
        if isinstance(e, Written):
            keywords = tuple(key for key, _ in e.arguments if key)
            made = Form("call", (e.name, keywords), tuple(self.form(value) for _, value in e.arguments))
            return made if e.index is None else Form("subscript", (str(e.index),), (made,))
        call_of = e.call if isinstance(e, Item) else e
        assert isinstance(call_of, Call)
        other = expressed(e)
        if other is not None:
            return self.form(other)
        said = speak(call_of)
        assert isinstance(said, Spelling)
        form = self._spelled(said, e.dtype.category)
        return Form("subscript", (str(e.index),), (form,)) if isinstance(e, Item) and not said.first_only else form

    @staticmethod
    def _without_relu(e: Operator) -> Sequence[Any]:
        """``relu(z) > 0`` is ``z > 0``; dimensions of size 1 in front come by themselves."""
        left, right = (_without_ones(x, y) for x, y in (e.operands, e.operands[::-1]))
        of_relu = isinstance(left, Call) and left.op.name == "relu" and not isinstance(right, Expr) and right == 0
        if of_relu and e.symbol in (">", "<="):
            return left.args[0], right
        return left, right

    def _spelled(self, said: Spelling, category: int) -> Form:
        arguments = list(said.arguments)
        receiver = self.form(arguments.pop(0)[1]) if said.method else None
        keywords = tuple(k for k, _ in arguments if k)
        choice = said.name == "where" and category >= dtypes.FLOATING
        parts = tuple(self._chosen(v) if choice else self.form(v) for _, v in arguments)
        if receiver is not None:
            return Form("method", (said.name, keywords), (receiver, *parts))
        return Form("call", (said.name, keywords), parts)

    def _chosen(self, value: Any) -> Form:
        """What ``where`` chooses: a number where it is the same everywhere, floating as what it stands beside."""
        same = uniform(value) if isinstance(value, Constant) and value.dtype is dtypes.default.dtype else value
        plain = isinstance(same, (int, float)) and not isinstance(same, bool)
        return word(repr(float(same))) if plain else self.form(value)

    def _constant(self, e: Constant) -> Sum:
        shape = tuple(e.shape)
        same = uniform(e)
        if same is not None and e.tensor.array.dtype.kind == "f":
            return constant(exact(same), shape)
        array = e.tensor.array
        if array.ndim == 2 and 1 < len(array) == array.shape[1] and np.array_equal(array, np.eye(len(array))):
            return of_atom(call("eye", number(len(array))), shape)
        return of_atom(word(constant_text(e).text), shape)


def _without_ones(x: Any, beside: Any) -> Any:
    while isinstance(x, Call) and x.op.name in ("reshape", "view", "unsqueeze", "expand"):
        inner = x.args[0]
        extra = x.ndim - inner.ndim if isinstance(inner, Expr) else 0
        if extra <= 0 or not isinstance(beside, Expr) or beside.ndim < x.ndim:
            return x
        if tuple(x.shape) != (1,) * extra + tuple(inner.shape):
            return x
        x = inner
    return x


def _softmax(exponent: Form) -> Form | None:
    """``exp(x - logsumexp(x, 0))``"""
    if exponent.kind != "operator" or exponent.value != "-" or len(exponent.parts) != 2:
        return None
    x, total = exponent.parts
    if total.kind == "call" and total.value in (("logsumexp", ()), ("logsumexp", ("keepdim",))) and total.parts[0] == x:
        dim = total.parts[1]
        if dim.kind == "tuple" and len(dim.parts) == 1:
            dim = dim.parts[0]
        return call("softmax", x, dim) if dim.kind == "number" else None
    return None


def view_layout(
    op: Operation, args: Sequence[Any], given: tuple[int, ...], shape: tuple[int, ...]
) -> tuple[str, str] | None:
    """A view in letters, ``("ab", "ba")`` for a transpose, read off the strides that its kernel gives.

    None where elements are left out, or one dimension is made of several.
    """
    probe = np.empty(given, np.int8)  # a dimension of more than one element has a stride of its own
    try:
        found = op.kernel(probe, *args[1:])
    except (ValueError, TypeError, RuntimeError, IndexError):
        return None
    if not isinstance(found, np.ndarray) or found.shape != shape:
        return None
    result = ""
    for n, stride in zip(found.shape, found.strides):
        if n == 1:
            result += "1"
        elif stride == 0:
            result += _LETTERS[len(given) + len(result)]
        else:
            k = next((k for k in range(len(given)) if probe.strides[k] == stride and given[k] == n), None)
            if k is None:
                return None
            result += _LETTERS[k]
    missing = [k for k, n in enumerate(given) if n != 1 and _LETTERS[k] not in result]
    return None if missing else (_letters(len(given)), result)


def _at(index: Any) -> str:
    if isinstance(index, slice):
        start, stop, step = ("" if part is None else str(part) for part in (index.start, index.stop, index.step))
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
    return str(index)
