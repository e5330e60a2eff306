r"""Forms as LaTeX: ``\frac``, powers, ``\top``, norms, and the usual names of functions.

Elementwise products of arrays are written with ``\odot``, so that they are not read as matrix products; numbers stand
beside what they multiply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from .forms import ATOM, BINDING, POWER, PRODUCT, SIGN, SUM, Form

_GREEK = frozenset(
    {
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
        "xi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega",
    }
)  # fmt: skip
#: Functions that LaTeX has a command for, and those that mathematics writes in another way than the language.
_NAMED = frozenset(
    {"sin", "cos", "tan", "sinh", "cosh", "tanh", "log", "det", "arcsin", "arccos", "arctan", "max", "min"}
)
_RENAMED = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "trace": "tr", "sigmoid": "sigma", "var": "Var",
    "relu": "ReLU", "amax": "max", "amin": "min", "vector_norm": "norm",
}  # fmt: skip
_COMPARED = {"<=": r"\leq", ">=": r"\geq", "!=": r"\neq", "==": "=", "&": r"\wedge", "|": r"\vee"}
#: What changes the shape or the dtype alone, which formulas in mathematics don't show.
_UNSEEN = frozenset({"expand_as", "expand", "double", "float", "half", "bfloat16", "squeeze", "tensor"})

Shape = tuple[int, ...]


class Latex:
    """Writes forms. ``shape_of`` is the shape of a part; None where it isn't known, which counts as an array's.
    ``names`` are what words really are called."""

    def __init__(
        self,
        shape_of: Callable[[Form], Shape | None],
        names: Mapping[str, str] = {},  # nobody changes it
    ) -> None:
        self.shape_of = shape_of
        self.names = names

    def __call__(self, form: Form) -> str:
        return self._written(form)[0]

    def _rank(self, form: Form) -> int | None:
        shape = self.shape_of(form)
        return None if shape is None else len(shape)

    def _within(self, form: Form, binding: int) -> str:
        return _closed(*self._written(form), binding)

    def _written(self, form: Form) -> tuple[str, int]:
        kind, value, parts = form.kind, form.value, form.parts
        if kind == "word":
            return word(self.names.get(value, value)), ATOM
        if kind == "number":
            shown = number(value)
            return shown, SIGN if shown.startswith("-") else PRODUCT if "cdot" in shown else ATOM
        if kind == "operator":
            return self._operator(form)
        if kind == "attribute":
            return self._transposed(parts[0], r"*" if value in ("H", "mH") else r"\top"), POWER
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

    def _transposed(self, inner: Form, mark: str = r"\top") -> str:
        if inner.kind == "call" and inner.value[0].rpartition(".")[2] == "inv":
            return rf"{self._within(inner.parts[0], ATOM)}^{{-{mark}}}"
        return rf"{self._within(inner, ATOM)}^{{{mark}}}"

    def _operator(self, form: Form) -> tuple[str, int]:
        symbol, parts = form.value, form.parts
        if len(parts) == 1:
            sign = {"-": "-", "~": r"\neg "}[symbol]
            return sign + self._within(parts[0], PRODUCT), SIGN if symbol == "~" else PRODUCT
        left, right = parts
        if symbol == "/":
            above, sign = self(left), ""
            if above.startswith("-") and self._written(left)[1] != SUM:
                above, sign = above[1:], "-"
            return rf"{sign}\frac{{{above}}}{{{self(right)}}}", PRODUCT if sign else ATOM
        if symbol == "**":
            return self._power(left, right)
        if symbol == "@":
            return self._matmul(left, right)
        if symbol == "*":
            return self._product(form), PRODUCT
        binding = BINDING.get(symbol, -1)
        shown = _COMPARED.get(symbol, escaped(symbol))
        first = self._spread(left, right) or self._within(left, binding)
        second = self._spread(right, left) or self._within(right, binding + (symbol not in ("+", "&", "|")))
        if symbol == "+" and second.startswith("-"):
            return f"{first} - {second[1:]}", binding
        if second.startswith("-"):
            second = rf"\left({second}\right)"
        return f"{first} {shown} {second}", binding

    def _power(self, base: Form, exponent: Form) -> tuple[str, int]:
        above = self(exponent)
        if exponent.kind == "number" and isinstance(exponent.value, float):
            above = number(Fraction(exponent.value).limit_denominator(60))
        if above == r"\frac{1}{2}":
            return rf"\sqrt{{{self(base)}}}", ATOM
        if base.kind == "call" and len(base.parts) == 1 and self._rank(base) == 0 and exponent.kind == "number":
            name = _RENAMED.get(base.value[0], base.value[0])
            if name in _NAMED:  # \sin^{2}(x)
                return rf"\{name}^{{{above}}}\left({self(base.parts[0])}\right)", ATOM
        if self._rank(base):  # the power of each element, not of a matrix
            above = rf"\odot {above}"
        return f"{self._within(base, ATOM)}^{{{above}}}", POWER

    def _product(self, form: Form) -> str:
        factors = _factors(form)
        text = ""
        for k, factor in enumerate(factors):
            before = factors[k - 1] if k else None
            shown = self._spread(factor, *factors) or self._within(factor, PRODUCT)
            inner = _is_matmul(factor) and k < len(factors) - 1  # (x' A x) x
            elementwise = len(factors) > 1 and self._rank(factor) != 0 and (factor.kind == "operator")
            if k and (shown.startswith("-") or (elementwise and self._arrays(factors) > 1)):
                inner = self._written(factor)[1] < ATOM and not shown.startswith(r"\left(")
            if inner and not shown.startswith(r"\left("):
                shown = rf"\left({shown}\right)"
            if before is None:
                text = shown
            elif shown[:1].isdigit():
                text += rf" \cdot {shown}"
            elif self._rank(before) == 0 or self._rank(factor) == 0:
                wide = before.kind == "word" and text.endswith("}") and r"\mathrm" in self(before)
                text += (r" \, " if wide or shown.startswith(r"\mathrm") else " ") + shown
            else:
                text += rf" \odot {shown}"
        return text

    def _arrays(self, factors: list[Form]) -> int:
        return sum(self._rank(factor) != 0 for factor in factors)

    def _spread(self, form: Form, *others: Form) -> str:
        """A vector beside a matrix: it is each of its rows. "" for anything else."""
        if self._rank(form) != 1 or not any(self._rank(other) == 2 for other in others):
            return ""
        return rf"\mathbf{{1}} {self._row(form)}"

    def _matmul(self, left: Form, right: Form) -> tuple[str, int]:
        a, b = self._rank(left), self._rank(right)
        if a == 1 and b == 1:
            return f"{self._row(left)} {self._within(right, SIGN)}", PRODUCT
        if a == 1:  # a vector is a column
            matrix = right.parts[0] if right.kind == "attribute" else None
            first = self._within(matrix, SIGN) if matrix is not None else self._transposed(right)
            return f"{first} {self._within(left, SIGN)}", PRODUCT
        return f"{self._within(left, PRODUCT)} {self._within(right, SIGN)}", PRODUCT

    def _row(self, vector: Form) -> str:
        """A vector as a row."""
        if vector.kind == "operator" and vector.value == "@" and self._rank(vector.parts[0]) == 1:
            return f"{self._row(vector.parts[0])} {self._within(vector.parts[1], SIGN)}"
        return self._transposed(vector)

    def _call(self, form: Form) -> tuple[str, int]:
        name, parts = form.value[0].rpartition(".")[2], form.parts
        first = parts[0] if parts else None
        keywords = form.value[1]
        if first is None:
            return rf"\operatorname{{{escaped(name)}}}\left(\right)", ATOM
        if name in _UNSEEN:
            return self._written(first)
        if name in ("norm", "vector_norm"):
            order = parts[1] if len(parts) > 1 and (not keywords or keywords[0] in ("ord", "p")) else None
            below = "" if order is None or str(order) == "2" else f"_{{{self(order)}}}"
            return rf"\lVert {self(first)} \rVert{below}", ATOM
        if len(parts) == 1:
            inner = self(first)
            wrapped = {
                "sqrt": (rf"\sqrt{{{inner}}}", ATOM), "exp": (f"e^{{{inner}}}", POWER),
                "abs": (rf"\left|{inner}\right|", ATOM), "eye": ("I", ATOM), "ones_like": (r"\mathbf{1}", ATOM),
                "zeros_like": (r"\mathbf{0}", ATOM), "zeros": (r"\mathbf{0}", ATOM), "ones": (r"\mathbf{1}", ATOM),
            }.get(name)  # fmt: skip
            if wrapped is not None:
                return wrapped
            if name == "inv":
                return f"{self._within(first, ATOM)}^{{-1}}", POWER
        if name in ("full_like", "full"):
            return rf"{self._within(parts[1], PRODUCT)} \, \mathbf{{1}}", PRODUCT
        if name == "outer":
            return rf"{self._within(first, SIGN)} {self._row(parts[1])}", PRODUCT
        if name == "where":
            return self._where(*parts)
        if name == "unsqueeze" and self._rank(first) == 1:
            return self._column(first, str(parts[1])), PRODUCT
        return self._function(name, first, parts[1:], keywords)

    def _function(self, name: str, first: Form, rest: tuple[Form, ...], keywords: tuple[str, ...]) -> tuple[str, int]:
        """A function by its name; the dimension along which it goes stands below, where there are several."""
        shown = _RENAMED.get(name, name)
        head = rf"\{shown}" if shown in _NAMED or shown == "sigma" else rf"\operatorname{{{escaped(shown)}}}"
        if keywords == ("dim",) or (not keywords and len(rest) == 1 and name in _ALONG):
            below = "" if self._rank(first) == 1 else f"_{{{self(rest[0])}}}"
            return rf"{head}{below}\left({self(first)}\right)", ATOM
        rest = tuple(r for r in rest if r.kind != "word" or r.value not in ("None", "True", "False"))
        return rf"{head}\left({', '.join(map(self, (first, *rest)))}\right)", ATOM

    def _sum(self, form: Form, dim: str) -> str:
        """A sum as the product with a vector of ones."""
        ones, row = r"\mathbf{1}", r"\mathbf{1}^{\top}"
        if self._rank(form) == 1:
            return f"{row} {self._within(form, POWER)}"
        inner = self._within(form, POWER)
        if not dim:
            return f"{row} {inner} {ones}"
        return f"{self._transposed(form)} {ones}" if dim in ("0", "-2") else f"{inner} {ones}"

    def _column(self, vector: Form, dim: str) -> str:
        """A vector as a matrix of equal columns, or rows: what it is beside a matrix."""
        if dim in ("0", "-2"):
            return rf"\mathbf{{1}} {self._row(vector)}"
        return rf"{self._within(vector, POWER)} \mathbf{{1}}^{{\top}}"

    def _where(self, condition: Form, chosen: Form, other: Form) -> tuple[str, int]:
        rows = rf"{self(chosen)} & \text{{if }} {self(condition)} \\ {self(other)} & \text{{otherwise}}"
        return rf"\begin{{cases}} {rows} \end{{cases}}", ATOM

    def _method(self, form: Form) -> tuple[str, int]:
        (name, keywords), (receiver, *rest) = form.value, form.parts
        if name in _UNSEEN:
            return self._written(receiver)
        if name == "sum" and not keywords and self._rank(receiver) in (1, 2):
            return self._sum(receiver, "".join(map(str, rest))), PRODUCT
        if name == "mean" and not rest:
            return rf"\overline{{{self(receiver)}}}", ATOM
        if name == "unsqueeze" and self._rank(receiver) == 1:
            return self._column(receiver, str(rest[0])), PRODUCT
        return self._function(name, receiver, tuple(rest), keywords)


#: Functions whose second argument is the dimension along which they go.
_ALONG = frozenset(
    {
        "softmax", "log_softmax", "logsumexp", "sum", "mean", "var", "std", "cumsum", "cumprod", "flip", "amax", "amin",
        "prod", "unsqueeze",
    }
)  # fmt: skip


def _closed(text: str, own: int, binding: int) -> str:
    return text if own >= binding else rf"\left({text}\right)"


def _is_matmul(form: Form) -> bool:
    return form.kind == "operator" and form.value == "@"


def _factors(form: Form) -> list[Form]:
    """Of a product, numbers first."""
    factors: list[Form] = []
    while form.kind == "operator" and form.value == "*":
        factors.insert(0, form.parts[1])
        form = form.parts[0]
    factors.insert(0, form)
    return sorted(factors, key=lambda factor: factor.kind != "number")


def escaped(name: str) -> str:
    return "".join("\\" + c if c in "_%&#$" else c for c in name)


def word(name: str) -> str:
    """A name: one letter with its digits below, a Greek one, or upright."""
    try:
        return number(exact_of(name))
    except ValueError:
        pass
    if name == "inf":
        return r"\infty"
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
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    mantissa, _, exponent = repr(float(value)).partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa
