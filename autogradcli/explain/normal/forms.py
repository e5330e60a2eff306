"""Texts of the language as trees: what a formula looks like, apart from what it means.

A form knows how many operations a reader has to follow (operators, calls, subscripts, transposes), which is what
``choosing`` makes small. Equal forms are equal objects' worth: they compare and hash by their structure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from fractions import Fraction
from typing import Any

SUM, PRODUCT, SIGN, POWER, ATOM = 3, 4, 5, 6, 7
_COMPARE, _OR, _XOR, _AND = -1, 0, 1, 2
BINDING = {
    "|": _OR, "^": _XOR, "&": _AND, "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT,
    "@": PRODUCT, "**": POWER,
}  # fmt: skip


#: A formula of more helps nobody.
MOST_OPERATIONS, MOST_DEPTH = 1_000, 120


class TooLong(ValueError):
    """A formula that nobody would read."""


class Form:
    """A tree of text.

    ``kind``: ``word`` (a name, or text taken as it is), ``number``, ``operator``, ``call``, ``method``,
    ``attribute``, ``subscript``, ``list``, ``tuple``. ``value`` is the word, number, symbol or name; of a call and
    a method a pair of the name and the keywords of the last arguments; of a subscript the index with None where a
    part stands.
    """

    __slots__ = ("_hash", "_text", "depth", "kind", "ops", "parts", "value")

    def __init__(self, kind: str, value: Any, parts: tuple[Form, ...] = ()) -> None:
        self.kind = kind
        self.value = value
        self.parts = parts
        own = 0 if kind in ("word", "number", "list", "tuple") else 1
        if kind == "number":
            own = (value < 0) + (isinstance(value, Fraction) and value.denominator != 1)
        self.ops: int = own + sum(p.ops for p in parts)
        self.depth: int = 1 + max((p.depth for p in parts), default=0)
        if self.depth > MOST_DEPTH or self.ops > MOST_OPERATIONS:
            raise TooLong(f"the formula has more than {MOST_OPERATIONS} operations, or {MOST_DEPTH} inside one another")
        self._hash = hash((kind, value, parts))
        self._text: tuple[str, int] | None = None

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Form)
            and self._hash == other._hash
            and self.kind == other.kind
            and self.value == other.value
            and self.parts == other.parts
        )

    def __str__(self) -> str:
        return text(self)[0]

    def __repr__(self) -> str:
        return f"Form({self})"

    def walk(self) -> Iterator[Form]:
        pending = [self]
        while pending:
            form = pending.pop()
            yield form
            pending += form.parts

    def replaced(self, old: Form, new: Form) -> Form:
        """With ``new`` wherever ``old`` stands."""
        if self == old:
            return new
        if not self.parts:
            return self
        parts = tuple(p.replaced(old, new) for p in self.parts)
        return self if all(a is b for a, b in zip(parts, self.parts)) else Form(self.kind, self.value, parts)

    def qualified(self, taken: Collection[str], homes: Callable[[str], str]) -> Form:
        """With the full names of functions whose names are those of variables."""
        parts = tuple(p.qualified(taken, homes) for p in self.parts)
        value = self.value
        if self.kind == "call" and value[0] in taken:
            value = (homes(value[0]), value[1])
        elif all(a is b for a, b in zip(parts, self.parts)):
            return self
        return Form(self.kind, value, parts)

    @property
    def order(self) -> tuple[int, int, str]:
        """Few operations first, then short, then by the alphabet."""
        words = str(self)
        return (self.ops, len(words), words)


def word(text: str) -> Form:
    return Form("word", text)


def number(value: Any) -> Form:
    """A number: an int, a Fraction or a float."""
    return Form("number", Fraction(value) if isinstance(value, int) else value)


def binary(symbol: str, left: Form, right: Form) -> Form:
    return Form("operator", symbol, (left, right))


def negative(operand: Form) -> Form:
    """The operand with a minus; one that has a minus loses it."""
    if operand.kind == "number":
        return number(-operand.value)
    if operand.kind == "operator" and operand.value == "-" and len(operand.parts) == 1:
        return operand.parts[0]
    if operand.kind == "operator" and operand.value in ("*", "/", "@"):
        return Form("operator", operand.value, (negative(operand.parts[0]), *operand.parts[1:]))
    return Form("operator", "-", (operand,))


def call(name: str, *args: Form, **keywords: Form) -> Form:
    return Form("call", (name, tuple(keywords)), (*args, *keywords.values()))


def method(receiver: Form, name: str, *args: Form, **keywords: Form) -> Form:
    return Form("method", (name, tuple(keywords)), (receiver, *args, *keywords.values()))


def attribute(receiver: Form, name: str) -> Form:
    return Form("attribute", name, (receiver,))


def transposed(matrix: Form) -> Form:
    if matrix.kind == "attribute" and matrix.value == "T":
        return matrix.parts[0]
    return attribute(matrix, "T")


def product(factors: Sequence[Form]) -> Form:
    """Factors of an elementwise product, in the order of reading; at least one."""
    result = factors[0]
    for factor in factors[1:]:
        result = binary("*", result, factor)
    return result


def quotient(top: Sequence[Form], bottom: Sequence[Form]) -> Form:
    above = product(top) if top else number(1)
    return binary("/", above, product(bottom)) if bottom else above


def shape(sizes: Sequence[int]) -> Form:
    return Form("tuple", None, tuple(number(n) for n in sizes))


# -- to text ------------------------------------------------------------------------------------------------


def text(form: Form) -> tuple[str, int]:
    """The text and how strongly its outermost operator binds."""
    if form._text is None:
        form._text = _written(form)
    return form._text


def _written(form: Form) -> tuple[str, int]:
    kind, value, parts = form.kind, form.value, form.parts
    if kind == "word":
        return value, ATOM
    if kind == "number":
        return _number(value)
    if kind == "operator":
        return _operator(value, parts)
    if kind in ("call", "method"):
        name, keywords = value
        rest = parts[1:] if kind == "method" else parts
        words = [text(p)[0] for p in rest]
        first = len(words) - len(keywords)
        shown = ", ".join(words[:first] + [f"{k}={w}" for k, w in zip(keywords, words[first:])])
        return (f"{within(parts[0], ATOM)}.{name}({shown})" if kind == "method" else f"{name}({shown})"), ATOM
    if kind == "attribute":
        return f"{within(parts[0], ATOM)}.{value}", ATOM
    inner = [text(p)[0] for p in parts]
    if kind == "list":
        return f"[{', '.join(inner)}]", ATOM
    if kind == "tuple":
        return f"({', '.join(inner)}{',' if len(inner) == 1 else ''})", ATOM
    rest_of = iter(inner[1:])
    index = ", ".join(next(rest_of) if at is None else at for at in value)
    return f"{within(parts[0], ATOM)}[{index}]", ATOM


def within(form: Form, binding: int) -> str:
    """As an operand of an operator that binds so strongly."""
    words, own = text(form)
    return words if own >= binding else f"({words})"


def _number(value: Any) -> tuple[str, int]:
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return str(value.numerator), SIGN if value < 0 else ATOM
        return f"{value.numerator}/{value.denominator}", PRODUCT
    if isinstance(value, complex):
        return repr(value), ATOM
    if value != value:
        return "nan", ATOM
    if value in (float("inf"), float("-inf")):
        return ("inf", ATOM) if value > 0 else ("-inf", SIGN)
    return repr(float(value)), SIGN if value < 0 else ATOM


def _operator(symbol: str, parts: tuple[Form, ...]) -> tuple[str, int]:
    if len(parts) == 1:
        return symbol + within(parts[0], SIGN), SIGN
    left, right = parts
    binding = BINDING.get(symbol, _COMPARE)
    if symbol == "**":  # binds to the right, and tighter than a sign on its left only
        return f"{within(left, ATOM)}**{within(right, SIGN)}", binding
    nested = binding + 1 if binding == _COMPARE else binding  # comparisons would chain
    if symbol == "+" and right.kind == "operator" and right.value == "-" and len(right.parts) == 1:
        return f"{within(left, nested)} - {within(right.parts[0], binding + 1)}", binding
    # a @ b * c is (a @ b) * c: what is meant is said
    if symbol == "@":
        plain = left.kind == "operator" and left.value in ("*", "/", "%", "//") and not _scalar_factor(left)
        first = f"({text(left)[0]})" if plain else within(left, nested)
        return f"{first} @ {within(right, binding + 1)}", binding
    return f"{within(left, nested)} {symbol} {within(right, binding + 1)}", binding


def _scalar_factor(form: Form) -> bool:
    """``2 * A``: a number times a matrix may stand before ``@`` without parentheses."""
    while form.kind == "operator" and form.value == "*" and len(form.parts) == 2:
        if form.parts[0].kind == "number":
            return True
        form = form.parts[0]
    return False
