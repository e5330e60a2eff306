"""A form of the language as a form of a library: the same tree in other words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from ..derived import home
from ..normal.forms import Form, attribute, binary, call, number, word
from ..part_shapes import Shapes
from .function_names import ARRAY, CASTS, HELPERS, KEYWORDS, MATH, REDUCTIONS

Arguments = dict[str, Form]


def short_name(form: Form) -> str:
    return str(form.value[0]).rpartition(".")[2]


class Writer:
    """``helpers`` are the functions used that have to be written out."""

    #: What users call the library.
    library = ""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.helpers: set[str] = set()

    def __call__(self, form: Form) -> Form:
        if form.kind == "word":
            return self.word(form)
        if form.kind == "call":
            return self.call(form, short_name(form), form.parts, form.value[1])
        if form.kind == "method":
            return self.method(form)
        if form.kind == "attribute" and form.value != "T":
            return self.transposed(form)
        return Form(form.kind, form.value, tuple(map(self, form.parts)))

    def word(self, form: Form) -> Form:
        if "lambda" in str(form.value):
            self.lacks("torch.func.vjp")
        return form

    def call(self, form: Form, name: str, parts: Sequence[Form], keywords: Sequence[str]) -> Form:
        raise NotImplementedError

    def method(self, form: Form) -> Form:
        """As the function of that name."""
        return self.call(form, form.value[0], form.parts, form.value[1])

    def transposed(self, form: Form) -> Form:
        self.lacks(form.value)

    def lacks(self, name: str) -> NoReturn:
        other = (
            ""
            if self.library == "torch"
            else ": ask for --code torch"
            if self.library != "python"
            else (": ask for --code numpy")
        )
        raise ValueError(f"--code {self.library} has no counterpart of {name}{other}")

    @staticmethod
    def split(parts: Sequence[Form], keywords: Sequence[str]) -> tuple[list[Form], Arguments]:
        """Arguments by place, and by name."""
        first = len(parts) - len(keywords)
        return list(parts[:first]), dict(zip(keywords, parts[first:], strict=True))

    def bound(self, parts: Sequence[Form], keywords: Sequence[str], names: Sequence[str], what: str) -> list[Form]:
        """The arguments in the order of these names, as far as they are given. Raises ValueError for others."""
        given, named = self.split(parts, keywords)
        if len(given) > len(names) or not set(named) <= set(names[len(given) :]):
            self.lacks(f"{what} with these arguments")
        rest = names[len(given) :]
        found = [*given, *(named[n] for n in rest if n in named)]
        if list(named) != list(rest[: len(named)]):
            self.lacks(f"{what} with these arguments")
        return found


class Torch(Writer):
    library = "torch"

    def word(self, form: Form) -> Form:
        return word("math." + form.value) if form.value in ("inf", "nan", "pi") else form

    def call(self, form: Form, name: str, parts: Sequence[Form], keywords: Sequence[str]) -> Form:
        full = form.value[0] if "." in form.value[0] else home(form.value[0])
        full = "torch.nn.functional." + full[2:] if full.startswith("F.") else full
        given = tuple(map(self, parts))
        if given and all(p.kind == "number" or p in self.shapes.numbers for p in parts) and name in MATH:
            full = MATH[name]
        if not full.startswith(("torch.", "math.")) and full not in MATH.values():
            self.lacks(name)
        return Form("call", (full, tuple(keywords)), given)

    def method(self, form: Form) -> Form:
        return Form("method", form.value, tuple(map(self, form.parts)))

    def transposed(self, form: Form) -> Form:
        return Form(form.kind, form.value, tuple(map(self, form.parts)))


class Python(Writer):
    """For numbers only."""

    library = "python"

    def word(self, form: Form) -> Form:
        return word("math." + form.value) if form.value in ("inf", "nan", "pi") else super().word(form)

    def call(self, form: Form, name: str, parts: Sequence[Form], keywords: Sequence[str]) -> Form:
        if name in ("where",):
            condition, chosen, other = map(self, parts)
            return word(f"({chosen} if {condition} else {other})")
        given = [self(p) for p in parts]
        if name in ("ones_like", "zeros_like"):
            return number(1.0 if name == "ones_like" else 0.0)
        if name == "full_like":
            return given[1]
        if name in ("sum", "mean", "prod", "expand_as", "expand", "squeeze", "tensor", "clone", *CASTS):
            return given[0]
        if name in ("norm", "vector_norm"):
            return call("abs", given[0])
        if name in ("reciprocal", "rsqrt"):
            below = given[0] if name == "reciprocal" else call("math.sqrt", given[0])
            return binary("/", number(1), below)
        if name in ("square", "pow"):
            return binary("**", given[0], given[1] if name == "pow" else number(2))
        if name == "relu":
            return call("max", given[0], number(0.0))
        if name in ("sigmoid", "softplus", "sign", "sgn", "sinc", "xlogy") and not keywords:
            name = "sign" if name == "sgn" else name
            self.helpers.add(name)
            return call(name, *given)
        if name in MATH and not keywords:
            return call(MATH[name], *given)
        self.lacks(name)

    def transposed(self, form: Form) -> Form:
        return self(form.parts[0])


class Arrays(Writer):
    """NumPy and JAX, which is called as NumPy is."""

    def __init__(self, shapes: Shapes, library: str) -> None:
        super().__init__(shapes)
        self.library = library
        self.np = "np" if library == "numpy" else "jnp"

    def word(self, form: Form) -> Form:
        if form.value in ("inf", "nan", "pi"):
            return word(f"{self.np}.{form.value}")
        if str(form.value).startswith("torch."):
            self.lacks(form.value)
        return super().word(form)

    def to(self, name: str, *args: Form, **keywords: Form) -> Form:
        return call(f"{self.np}.{name}", *args, **keywords)

    def transposed(self, form: Form) -> Form:
        turned = self.to("swapaxes", self(form.parts[0]), number(-1), number(-2))
        return turned if form.value == "mT" else self.to("conj", turned)

    def call(self, form: Form, name: str, parts: Sequence[Form], keywords: Sequence[str]) -> Form:
        special: Callable[..., Form] | None = _SPECIAL.get(name)
        if special is not None:
            return special(self, form, parts, keywords)
        given, named = self.split(parts, keywords)
        if name in REDUCTIONS:
            return self._reduction(form, name, given, named)
        if name in HELPERS:
            self.helpers.add(name)
            return call(name, *map(self, self.bound(parts, keywords, HELPERS[name], name)))
        if name in ARRAY and not named:
            return self.to(ARRAY[name], *map(self, given))
        self.lacks(name)

    def _reduction(self, form: Form, name: str, given: list[Form], named: Arguments) -> Form:
        found = {KEYWORDS.get(key, key): self(value) for key, value in named.items()}
        positional = list(map(self, given))
        if name in ("max", "min", "amax", "amin") and self.shapes(form) is None:
            self.lacks(f"{name} with two results")
        if name in ("var", "std"):
            if "unbiased" in found:
                found["ddof"] = number(int(str(found.pop("unbiased")) == "True"))
            positional[1:] = [p for p in positional[1:] if str(p) != "None"]
            found.setdefault("ddof", number(1))
        if not set(found) <= {"axis", "keepdims", "ddof"}:
            self.lacks(f"{name} with these arguments")
        return self.to(REDUCTIONS[name], *positional, **found)


# -- what NumPy says in another way -------------------------------------------------------------------------

Parts = Sequence[Form]


def _elements(parts: Parts) -> Form:
    """Sizes or dimensions as a tuple, however they were given."""
    if len(parts) == 1 and parts[0].kind in ("tuple", "list"):
        return Form("tuple", None, parts[0].parts)
    return Form("tuple", None, tuple(parts))


def _expanded(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    shape = w.shapes(form)
    if shape is None:
        w.lacks("expand")
    return w.to("broadcast_to", w(parts[0]), Form("tuple", None, tuple(map(number, shape))))


def _expanded_as(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    return w.to("broadcast_to", w(parts[0]), w.to("shape", w(parts[1])))


def _reshaped(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    return w.to("reshape", w(parts[0]), _elements(parts[1:]))


def _permuted(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    return w.to("transpose", w(parts[0]), _elements(parts[1:]))


def _swapped(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    return w.to("swapaxes", *map(w, parts))


def _transposed(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    return attribute(w(parts[0]), "T")


def _norm(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    given, named = w.split(parts, keywords)
    order = given[1] if len(given) > 1 else named.get("ord", named.get("p", number(2)))
    dim = given[2] if len(given) > 2 else named.get("dim")
    if dim is not None:
        return w.to("linalg.norm", w(given[0]), w(order), w(dim), keepdims=w(named.get("keepdim", word("False"))))
    w.helpers.add("norm")
    return call("norm", w(given[0])) if str(order) == "2" else call("norm", w(given[0]), w(order))


def _filled(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    value, mask, fill = map(w, parts)
    return w.to("where", mask, fill, value)


def _clamped(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    given, named = w.split(parts, keywords)
    low, high = [*given[1:], *[None] * 2][:2]
    low, high = low or named.get("min"), high or named.get("max")
    return w.to("clip", w(given[0]), *(word("None") if bound is None else w(bound) for bound in (low, high)))


def _relu(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    return w.to("maximum", w(parts[0]), number(0))


def _softplus(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    if len(parts) > 1:
        w.lacks("softplus with a beta")
    return w.to("logaddexp", number(0), w(parts[0]))


def _log_sigmoid(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    return Form("operator", "-", (w.to("logaddexp", number(0), Form("operator", "-", (w(parts[0]),))),))


def _over(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    root = short_name(form) == "rsqrt"
    return binary("/", number(1), w.to("sqrt", w(parts[0])) if root else w(parts[0]))


def _log_det(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    return Form("subscript", ("1",), (w.to("linalg.slogdet", w(parts[0])),))


def _gathered(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    value, dim, index = map(w, w.bound(parts, keywords, ("input", "dim", "index"), "gather"))
    return w.to("take_along_axis", value, index, axis=dim)


def _selected(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    value, dim, index = map(w, w.bound(parts, keywords, ("input", "dim", "index"), "index_select"))
    return w.to("take", value, index, axis=dim)


def _tensor(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    return w.to("array", w(parts[0]))


def _cast(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    return w.to("asarray", w(parts[0]), dtype=word("float"))


def _linear(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    x, weight, *bias = map(w, w.bound(parts, keywords, ("input", "weight", "bias"), "linear"))
    made = binary("@", x, attribute(weight, "T"))
    return binary("+", made, bias[0]) if bias else made


def _class_loss(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    name = short_name(form)
    if len(parts) != 2 or w.shapes.rank(parts[0]) != 2 or w.shapes.rank(parts[1]) != 1:
        w.lacks(f"{name} with these arguments")
    w.helpers.add(name)
    return call(name, *map(w, parts))


def _embedding(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    if form.value[0] in ("embedding", "torch.embedding"):  # whose order is another than that of nn.functional
        table, index = map(w, w.bound(parts, keywords, ("weight", "indices"), "embedding"))
    else:
        index, table = map(w, w.bound(parts, keywords, ("input", "weight"), "embedding"))
    return Form("subscript", (None,), (table, index))


def _einsum(w: Arrays, form: Form, parts: Parts, keywords: Sequence[str]) -> Form:
    return w.to("einsum", *map(w, parts))


_SPECIAL: dict[str, Callable[..., Form]] = {
    "expand": _expanded, "expand_as": _expanded_as, "broadcast_to": _expanded, "reshape": _reshaped,
    "view": _reshaped, "permute": _permuted, "transpose": _swapped, "swapaxes": _swapped, "t": _transposed,
    "norm": _norm, "vector_norm": _norm, "masked_fill": _filled, "clamp": _clamped, "clip": _clamped, "relu": _relu,
    "softplus": _softplus, "logsigmoid": _log_sigmoid, "reciprocal": _over, "rsqrt": _over, "logdet": _log_det,
    "gather": _gathered, "index_select": _selected, "tensor": _tensor, "linear": _linear,
    "einsum": _einsum, "embedding": _embedding,
    "nll_loss": _class_loss, "cross_entropy": _class_loss,
    **dict.fromkeys(CASTS, _cast),
}  # fmt: skip
