r"""Forms as LaTeX: ``\frac``, powers, ``\top``, norms, and the usual names of functions.

Elementwise products of arrays are written with ``\odot``, so that they are not read as matrix products; numbers stand
beside what they multiply.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from .forms import ATOM, BINDING, POWER, PRODUCT, SIGN, SUM, Form

_GREEK = frozenset(
    {
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
        "xi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega",
    }
)  # fmt: skip
_NAMED = frozenset({"sin", "cos", "tan", "sinh", "cosh", "tanh", "log", "exp", "det", "arcsin", "arccos", "arctan"})
_RENAMED = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "trace": "tr", "norm": "norm", "sigmoid": "sigma"}
_COMPARED = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne", "==": "=", "&": r"\wedge", "|": r"\vee"}
#: What gives a number whatever it is given.
_TO_NUMBERS = frozenset({"norm", "det", "trace", "dot", "logdet"})


class Latex:
    """Writes forms; ``scalars`` are the names of variables without dimensions."""

    def __init__(self, scalars: Collection[str] = ()) -> None:
        self.scalars = frozenset(scalars)

    def __call__(self, form: Form) -> str:
        return self._written(form)[0]

    def _within(self, form: Form, binding: int) -> str:
        text, own = self._written(form)
        return text if own >= binding else rf"\left({text}\right)"

    def _written(self, form: Form) -> tuple[str, int]:
        kind, value, parts = form.kind, form.value, form.parts
        if kind == "word":
            return word(value), ATOM
        if kind == "number":
            return number(value), SIGN if value < 0 else ATOM
        if kind == "operator":
            return self._operator(form)
        if kind == "attribute" and value == "T":
            inner = parts[0]
            if inner.kind == "call" and inner.value[0] == "inv":
                return rf"{self._within(inner.parts[0], ATOM)}^{{-\top}}", POWER
            return rf"{self._within(inner, ATOM)}^{{\top}}", POWER
        if kind == "call":
            return self._call(form)
        if kind == "method":
            return self._method(form)
        if kind == "subscript":
            rest = iter(parts[1:])
            at = ", ".join(self(next(rest)) if i is None else i for i in value)
            return rf"{self._within(parts[0], ATOM)}_{{{at}}}", ATOM
        inner_text = ", ".join(map(self, parts))
        return (rf"\left[{inner_text}\right]" if kind == "list" else rf"\left({inner_text}\right)"), ATOM

    def _operator(self, form: Form) -> tuple[str, int]:
        symbol, parts = form.value, form.parts
        if len(parts) == 1:
            sign = {"-": "-", "~": r"\neg "}[symbol]
            return sign + self._within(parts[0], SIGN), SIGN
        left, right = parts
        if symbol == "/":
            return rf"\frac{{{self(left)}}}{{{self(right)}}}", ATOM
        if symbol == "**":
            if right.kind == "number" and right.value == Fraction(1, 2):
                return rf"\sqrt{{{self(left)}}}", ATOM
            exponent = self(right)
            if right.kind == "number" and isinstance(right.value, float):
                exponent = number(Fraction(right.value).limit_denominator(60))
            return f"{self._within(left, ATOM)}^{{{exponent}}}", POWER
        if symbol == "@":
            return rf"{self._within(left, PRODUCT)} {self._within(right, SIGN)}", PRODUCT
        if symbol == "*":
            plain = self._is_scalar(left) or self._is_scalar(right)
            between = r" \, " if plain else r" \odot "
            if left.kind == right.kind == "number" or (right.kind == "number"):
                between = r" \cdot "
            return f"{self._within(left, PRODUCT)}{between}{self._within(right, SIGN)}", PRODUCT
        binding = BINDING.get(symbol, -1)
        shown = _COMPARED.get(symbol, symbol)
        tight = binding + 1 if symbol in ("-", *_COMPARED) else binding
        return f"{self._within(left, binding)} {shown} {self._within(right, max(tight, SUM))}", binding

    def _is_scalar(self, form: Form) -> bool:
        if form.kind == "number":
            return True
        if form.kind == "word":
            return form.value in self.scalars
        if form.kind == "method":
            return form.value == ("sum", ()) or (
                form.value[0] in ("sum", "mean", "var", "std") and len(form.parts) == 1
            )
        if form.kind == "call" and form.value[0] in _TO_NUMBERS:
            return True
        return form.kind in ("call", "operator") and bool(form.parts) and all(map(self._is_scalar, form.parts))

    def _call(self, form: Form) -> tuple[str, int]:
        name, parts = form.value[0].rpartition(".")[2], form.parts
        if len(parts) == 1:
            inner = parts[0]
            if name == "sqrt":
                return rf"\sqrt{{{self(inner)}}}", ATOM
            if name == "exp":
                return f"e^{{{self(inner)}}}", POWER
            if name == "inv":
                return f"{self._within(inner, ATOM)}^{{-1}}", POWER
            if name == "abs":
                return rf"\left|{self(inner)}\right|", ATOM
            if name == "norm":
                return rf"\lVert {self(inner)} \rVert", ATOM
            if name == "eye":
                return "I", ATOM
            if name == "ones_like":
                return r"\mathbf{1}", ATOM
        if name == "outer":
            return rf"{self._within(parts[0], SIGN)} \, {self._within(parts[1], ATOM)}^{{\top}}", PRODUCT
        if name == "where":
            return self._where(*parts)
        shown = _RENAMED.get(name, name)
        head = rf"\{shown}" if shown in _NAMED or shown == "sigma" else rf"\operatorname{{{escaped(shown)}}}"
        return rf"{head}\left({', '.join(map(self, parts))}\right)", ATOM

    def _where(self, condition: Form, chosen: Form, other: Form) -> tuple[str, int]:
        rows = rf"{self(chosen)} & \text{{if }} {self(condition)} \\ {self(other)} & \text{{otherwise}}"
        return rf"\begin{{cases}} {rows} \end{{cases}}", ATOM

    def _method(self, form: Form) -> tuple[str, int]:
        (name, _), (receiver, *rest) = form.value, form.parts
        if name in ("expand_as", "expand", "double", "float", "half", "bfloat16"):  # shapes and dtypes are not shown
            return self._written(receiver)
        if name == "sum" and not rest:
            return rf"\sum {self._within(receiver, PRODUCT)}", PRODUCT
        dims = ", ".join(self(r) for r in rest if r.kind != "word")
        below = f"_{{{dims}}}" if dims else ""
        return rf"\operatorname{{{escaped(name)}}}{below}\left({self(receiver)}\right)", ATOM


def escaped(name: str) -> str:
    return name.replace("_", r"\_")


def word(name: str) -> str:
    """A name: one letter with its digits below, a Greek one, or upright."""
    try:
        return number(exact_of(name))
    except ValueError:
        pass
    stem = name.rstrip("0123456789")
    below = name[len(stem) :].lstrip("_")
    stem = stem.rstrip("_") or stem
    if stem in _GREEK:
        shown = rf"\{stem}"
    elif len(stem) == 1:
        shown = stem
    else:
        shown = rf"\mathrm{{{escaped(stem)}}}"
    return f"{shown}_{{{below}}}" if below else shown


def exact_of(text: str) -> Fraction:
    """A number that stands as a word: ``0.`` Raises ValueError for any other."""
    return Fraction(text)


def number(value: Fraction | float) -> str:
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return str(value.numerator)
        sign = "-" if value < 0 else ""
        return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    if value != value:
        return r"\mathrm{NaN}"
    if value in (float("inf"), float("-inf")):
        return r"\infty" if value > 0 else r"-\infty"
    mantissa, _, exponent = repr(float(value)).partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa
