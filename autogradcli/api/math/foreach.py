"""``torch._foreach_add`` and its like: one function on each tensor of a list, as optimizers call them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine.tensor import Tensor
from ..calls.overloads import define
from ..calls.registry import ATTRIBUTES, Method, namespace
from ..calls.titled_nodes import titled

Tensors = Sequence[Tensor]
Call = Callable[..., Any]


def _method(name: str) -> Call:
    entry = ATTRIBUTES[Tensor][name]
    assert isinstance(entry, Method)
    return entry.call


def _same_number(*lists: Sequence[Any]) -> None:
    """Raises RuntimeError where lists of tensors have several lengths."""
    first, *others = lists
    for other in others:
        if len(first) != len(other):
            raise RuntimeError(f"Tensor lists must have the same number of tensors, got {len(first)} and {len(other)}")


def _some(tensors: Tensors) -> None:
    if not tensors:
        raise RuntimeError("Tensor list must have at least one tensor.")


def _as_many(tensors: Tensors, scalars: Sequence[Any]) -> None:
    _some(tensors)
    if len(tensors) != len(scalars):
        raise RuntimeError("Tensor list must have same number of elements as scalar list.")


def _zero_dim(tensor: Tensor) -> Tensor:
    if tensor.ndim or tensor.array.size != 1:
        raise RuntimeError(
            f"scalar tensor expected to be 0 dim but it has {tensor.ndim} dimensions and {tensor.array.size} elements."
        )
    return tensor


def _camel(name: str) -> str:
    return "Foreach" + name.title().replace("_", "")


class _Made:
    """Both forms of a function of lists: with results of its own, and in place."""

    def __init__(self, name: str, one: str = "") -> None:
        self.name = name
        self.one = one or name
        self.plain: list[tuple[str, Call]] = []
        self.changed: list[tuple[str, Call]] = []

    def add(self, words: str, ending: str, arguments: Callable[..., list[tuple[Any, ...]]], **named: Any) -> None:
        """An overload: ``arguments`` checks a call and gives what each tensor's own call takes."""
        one, title = self.one, f"{_camel(self.name)}Backward{ending}"
        by_number = one in ("add", "sub", "mul", "div") and ending.startswith("1")

        def plain(tensors: Tensors, *rest: Any) -> tuple[Tensor, ...]:
            each = arguments(tensors, *rest)
            call = _method(one)
            return tuple(titled(call(t, *given, **named), title) for t, given in zip(tensors, each))

        def changed(tensors: Tensors, *rest: Any) -> Tensors:
            each = arguments(tensors, *rest)
            call = _method(one + "_")
            for t, given in zip(tensors, each):
                before = t.node
                call(t, *given, **named)
                # A tensor whose change wasn't recorded keeps its node, and a view gets one of the memory's.
                if by_number and t.node is not before and type(t.node).__name__ == f"{one.title()}Backward0":
                    titled(t, f"{one.title()}Backward1")
            return tensors

        plain.__doc__ = f"`{one}` of each tensor of a list, as a tuple."
        changed.__doc__ = f"`{one}_` on each tensor of a list."
        self.plain.append((words, plain))
        self.changed.append((words.replace("TensorList self", "Changed self"), changed))

    def define(self, in_place: bool = True) -> None:
        define(f"_foreach_{self.name}", *self.plain)
        if in_place:
            define(f"_foreach_{self.name}_", *self.changed)


def _alone(tensors: Tensors) -> list[tuple[Any, ...]]:
    _some(tensors)
    return [() for _ in tensors]


def _with_one(tensors: Tensors, value: Any) -> list[tuple[Any, ...]]:
    _some(tensors)
    return [(value,) for _ in tensors]


def _with_tensor(tensors: Tensors, value: Tensor, alpha: Any = 1) -> list[tuple[Any, ...]]:
    _some(tensors)
    _zero_dim(value)
    return [(value if alpha == 1 else value * alpha,) for _ in tensors]


def _with_numbers(tensors: Tensors, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    _as_many(tensors, values)
    return [(value,) for value in values]


def _with_each(tensors: Tensors, others: Tensors, alpha: Any = 1) -> list[tuple[Any, ...]]:
    _some(tensors)
    _same_number(tensors, others)
    return [(other if alpha == 1 else other * alpha,) for other in others]


def _with_two(tensors: Tensors, one: Tensors, other: Tensors, value: Any = None) -> list[tuple[Any, ...]]:
    _some(tensors)
    _same_number(tensors, one, other)
    if isinstance(value, Tensor):
        value = value.tolist()  # type: ignore[attr-defined]
    if isinstance(value, (tuple, list)):
        _as_many(tensors, value)
    return list(zip(one, other, value if isinstance(value, (tuple, list)) else [value] * len(tensors)))


_UNARY = (
    "abs acos asin atan ceil cos cosh erf erfc exp expm1 floor frac lgamma log log10 log1p log2 neg reciprocal round "
    "rsqrt sigmoid sign sin sinh sqrt tan tanh trunc"
)
_NUMBER, _NUMBERS = "(TensorList self, Scalar scalar)", "(TensorList self, Scalars scalars)"
_TENSOR, _LIST = "(TensorList self, Tensor other)", "(TensorList self, Tensors other)"
_TENSOR_ALPHA = "(TensorList self, Tensor other, *, Scalar alpha=1)"
_LIST_ALPHA = "(TensorList self, Tensors other, *, Scalar alpha=1)"


def _define_unary() -> None:
    for name in _UNARY.split():
        made = _Made(name)
        made.add("(TensorList self)", "0", _alone)
        made.define()
    clone = _Made("clone")
    clone.add("(TensorList self)", "0", _alone)
    clone.define(in_place=False)
    largest = _Made("max")
    largest.add("(TensorList self)", "1", _alone)
    largest.define(in_place=False)


def _define_binary() -> None:
    for name in ("add", "sub"):
        made = _Made(name)
        made.add(_NUMBER, "1Scalar", _with_one)
        made.add(_NUMBERS, "1ScalarList", _with_numbers)
        if name == "add":
            made.add(_TENSOR_ALPHA, "0Tensor", _with_tensor)
        made.add(_LIST_ALPHA, "0List", _with_each)
        made.define()
    for name, of_lists in (("mul", "0List"), ("div", "0")):
        made = _Made(name)
        made.add(_NUMBERS, "1ScalarList", _with_numbers)
        made.add(_TENSOR, "0Tensor", _with_tensor)
        made.add(_LIST, of_lists, _with_each)
        made.add(_NUMBER, "1Scalar", _with_one)
        made.define()
    for name in ("clamp_max", "clamp_min"):
        made = _Made(name)
        made.add(_NUMBER, "0Scalar", _with_one)
        made.add(_NUMBERS, "0ScalarList", _with_numbers)
        made.add(_LIST, "1List", _with_each)
        made.define()
    for name, bound in (("maximum", "clamp_min"), ("minimum", "clamp_max")):
        made = _Made(name, bound)
        made.add(_NUMBER, "0", _with_one)
        made.add(_NUMBERS, "1", _with_numbers)
        made.add(_LIST, "0List", _with_each)
        made.define()


def _powers_of(base: Any, exponents: Tensors) -> tuple[Tensor, ...]:
    """A number to the power of each tensor of a list."""
    _some(exponents)
    power = namespace("torch")["pow"]
    return tuple(titled(power(base, exponent), "ForeachPowBackward2") for exponent in exponents)


def _define_further() -> None:
    power = _Made("pow")
    power.add("(TensorList self, Scalar exponent)", "0Scalar", _with_one)
    power.add("(TensorList self, Scalars exponent)", "1", _with_numbers)
    power.add("(TensorList self, Tensors exponent)", "0", _with_each)
    define("_foreach_pow", ("(Scalar self, TensorList exponent)", _powers_of), *power.plain)
    define("_foreach_pow_", *power.changed)
    lerp = _Made("lerp")
    lerp.add("(TensorList self, TensorList tensors1, Scalar weight)", "0Scalar", _towards)
    lerp.add("(TensorList self, TensorList tensors1, Scalars weight)", "0ScalarList", _towards)
    lerp.add("(TensorList self, TensorList tensors1, Tensors weights)", "1List", _towards)
    lerp.define()
    for name in ("addcdiv", "addcmul"):
        for spelling, _call in ((name, _fused(name, False)), (name + "_", _fused(name, True))):
            start = (
                f"({'Changed' if spelling.endswith('_') else 'TensorList'} self, TensorList tensor1, TensorList tensor2"
            )
            define(
                f"_foreach_{spelling}",
                (f"{start}, Scalars scalars)", _call),
                (f"{start}, Tensor scalars)", _call),
                (f"{start}, Scalar value=1)", _call),
            )
    define("_foreach_norm", ("(TensorList self, Scalar ord=2, ScalarType? dtype=None)", _norms))
    define("_foreach_powsum", ("(TensorList self, Scalar ord=2, ScalarType? dtype=None)", _sums_of_powers))
    define("_foreach_mm", ("(TensorList self, TensorList mat2)", _products))
    define("_foreach_zero_", ("(Changed self)", _zero))
    define("_foreach_copy_", ("(Changed self, TensorList src, bool non_blocking=False)", _copy))


def _towards(tensors: Tensors, others: Tensors, weight: Any) -> list[tuple[Any, ...]]:
    _some(tensors)
    several = isinstance(weight, (tuple, list))
    if several and (not weight or isinstance(weight[0], Tensor)):
        _same_number(tensors, others, weight)
    else:
        _same_number(tensors, others)
        if several:
            _as_many(tensors, weight)
    return list(zip(others, weight if several else [weight] * len(tensors)))


def _fused(name: str, changes: bool) -> Call:
    def plain(tensors: Tensors, one: Tensors, other: Tensors, value: Any) -> tuple[Tensor, ...]:
        """One of `addcmul` and `addcdiv` of each tensor of a list, as a tuple."""
        call = _method(name)
        title = f"{_camel(name)}Backward0Scalar{'List' if isinstance(value, (tuple, list)) else ''}"
        return tuple(
            titled(call(t, a, b, value=v), title)
            for t, (a, b, v) in zip(tensors, _with_two(tensors, one, other, value))
        )

    def changed(tensors: Tensors, one: Tensors, other: Tensors, value: Any) -> Tensors:
        """One of `addcmul_` and `addcdiv_` on each tensor of a list."""
        call = _method(name + "_")
        for t, (a, b, v) in zip(tensors, _with_two(tensors, one, other, value)):
            call(t, a, b, value=v)
        return tensors

    return changed if changes else plain


def _norms(tensors: Tensors, ord: Any, dtype: Any) -> tuple[Tensor, ...]:
    """The vector norm of each tensor of a list."""
    _some(tensors)
    norm = namespace("torch.linalg")["vector_norm"]
    return tuple(titled(norm(t, ord, dtype=dtype), "ForeachNormBackward0") for t in tensors)


def _sums_of_powers(tensors: Tensors, ord: Any, dtype: Any) -> tuple[Tensor, ...]:
    """The sum of |x|ⁿ of each tensor of a list."""
    _some(tensors)
    total, power = _method("sum"), _method("pow")
    return tuple(total(power(_method("abs")(t), ord), dtype=dtype) for t in tensors)


def _products(tensors: Tensors, others: Tensors) -> tuple[Tensor, ...]:
    """The matrix product of each two of two lists."""
    _some(tensors)
    _same_number(tensors, others)
    return tuple(_method("mm")(a, b) for a, b in zip(tensors, others))


def _zero(tensors: Tensors) -> Tensors:
    """Zeros in each tensor of a list."""
    _some(tensors)
    for tensor in tensors:
        _method("zero_")(tensor)
    return tensors


def _copy(tensors: Tensors, others: Tensors, non_blocking: bool) -> Tensors:
    """The values of each tensor of a list into that of another."""
    _some(tensors)
    _same_number(tensors, others)
    for tensor, other in zip(tensors, others):
        _method("copy_")(tensor, other)
    return tensors


_define_unary()
_define_binary()
_define_further()
