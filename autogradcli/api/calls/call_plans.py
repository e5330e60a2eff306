"""A plan: how the arguments of an implementation are made of the arguments of a call, for calls alike.

Made once for arguments of some types, used for all later ones; so the forms that occur most (as they are, one
converted) do no more than they must.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine.lazy import loader
from ...engine.tensor import MetaTensor, Tensor, to_meta
from ...numerics.numbers import number_in
from .argument_types import KINDS, TENSOR_OR_NUMBER, Convert, tensor_list, tensors_of
from .signature import Parameter, is_numbers

Implementation = Callable[..., Any]

#: implementation, defaults that follow the arguments, and what makes its arguments of the call's
#: (positional ones, then the keywords' values), or None if they go in as they are.
Plan = tuple[Implementation, tuple[Any, ...], Convert | None]

#: index among the implementation's parameters, where its value is among the call's, conversion
Move = tuple[int, int | slice, Convert | None]


class Hooks:
    """What other modules provide, so that this one knows no operation.

    to_tensor     makes a tensor of a number or a nested list of numbers, by the rules of ``torch.tensor``
    write_out     (function name, out, what computes the result, its operands) -> what the function returns: ``out``
                  after the result went into it; raises what PyTorch raises where it can't
    dtype_of_out  (function name, out, the dtype that was given or None) -> the dtype to compute in
    place         (device or None, implementation, arguments) -> its result on that device
    default       the device where tensors are made of which a call says nothing; None for the CPU
    defaults      whether a program has ever asked for another one
    refuse        (function name, how it is shown, whether it is a method, values): raises for a tensor without a shape;
                  None as long as there is none
    extension     whether bare names take numbers and lists for tensors at all
    warned        whether the one warning about deprecated overloads was given
    """

    __slots__ = (
        "default", "defaults", "dtype_of_out", "extension", "makers", "place", "refuse", "to_tensor", "warned",
        "write_out",
    )  # fmt: skip

    default: Callable[[], Any]

    dtype_of_out: Callable[[str, Any, Any], Any]
    place: Callable[[Any, Any, Sequence[Any]], Any]
    to_tensor: Callable[[Any], Tensor]
    write_out: Callable[[str, Any, Callable[[], Any], Sequence[Any]], Any]

    def __init__(self) -> None:
        self.refuse: Callable[[str, str, bool, tuple[Any, ...]], None] | None = None
        self.defaults = False
        self.extension = True
        self.makers: dict[int, dict[Any, Plan]] = {}  # plans that were made while nobody had asked for another device
        self.warned = False

    def __getattr__(self, name: str) -> Any:
        if loader.find("hooks", name):  # the module that provides it wasn't loaded yet
            return object.__getattribute__(self, name)
        raise AttributeError(name)


hooks = Hooks()


def arguments_of(plan: Plan, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Sequence[Any]:
    _, tail, convert = plan
    values = (*args, *kwargs.values())
    return (*values, *tail) if convert is None else convert(values)


def converter_of(parameter: Parameter, number: int, value: object, lenient: bool) -> Convert | None:
    """What makes of a value like this one what the implementation wants. ``number`` counts parameters."""
    kind = parameter.kind
    if value is None and parameter.nullable:
        return None
    if kind is KINDS["TensorList"]:
        if lenient:
            return lambda values: tensors_of(list(map(tensor_of, values)), number)
        return lambda values: tensor_list(values, number)
    if kind is KINDS["Tensor"] or (kind is TENSOR_OR_NUMBER and isinstance(value, (tuple, list))):
        return None if isinstance(value, Tensor) else tensor_of
    return None if kind.converter is None else kind.converter(type(value), parameter.size)


def tensor_of(value: object) -> object:
    return hooks.to_tensor(value) if is_numbers(value) else value


def as_floats_where_needed(implementation: Implementation, given: set[int]) -> Implementation:
    """``mean([1, 2])``: a list of integers is one of floats for a function that has no meaning on integers.

    ``given`` are the identities of the call's own arguments: what isn't among them was made of a list or a number.
    """

    def apply(*values: Any, **named: Any) -> Any:
        try:
            return implementation(*values, **named)
        except (RuntimeError, TypeError) as error:
            floats = [value if id(value) in given else _as_float(value) for value in values]
            named_floats = {k: value if id(value) in given else _as_float(value) for k, value in named.items()}
            made = [*floats, *named_floats.values()]
            if all(a is b for a, b in zip(made, [*values, *named.values()], strict=True)):
                raise
            try:
                return implementation(*floats, **named_floats)
            except (RuntimeError, TypeError):
                raise error from None

    return apply


def _as_float(value: Any) -> Any:
    if isinstance(value, Tensor) and value.array.dtype.kind in "iub":
        return hooks.to_tensor(value.array.astype(float).tolist())
    return value


def unnamed_out(parameters: Sequence[Parameter], implementation: Implementation) -> int | None:
    """The place of ``out`` in the schema, if the implementation has no parameter of that name."""
    for i, parameter in enumerate(parameters):
        if parameter.name == "out":
            code = getattr(implementation, "__code__", None)
            named = code is not None and "out" in code.co_varnames[: code.co_argcount]
            return None if named else i
    return None


def writing_out(name: str, implementation: Implementation, out: int, parameters: Sequence[Parameter]) -> Implementation:
    """The implementation of a call with ``out``, which is at this place. One that computes in the dtype of ``out``
    gets it where none was given."""
    names = [p.name for p in parameters]
    del names[out]
    dtype = names.index("dtype") if "dtype" in names else None

    def written(*values: Any) -> Any:
        target = values[out]
        rest = [*values[:out], *values[out + 1 :]]
        if target is None:
            return implementation(*rest)
        if dtype is not None:
            rest[dtype] = hooks.dtype_of_out(name, target, rest[dtype])
        return hooks.write_out(name, target, lambda: implementation(*rest), rest)

    return written


def on_device(implementation: Implementation, at: int) -> Implementation:
    """The implementation of a call with ``device=``, which is at this place: the result lies there."""

    def placed(*values: Any) -> Any:
        return hooks.place(values[at], implementation, values)

    return placed


def on_default_device(implementation: Implementation) -> Implementation:
    """The implementation of a call that makes a tensor and doesn't say where."""

    def placed(*values: Any) -> Any:
        wanted = hooks.default()
        return implementation(*values) if wanted is None else hooks.place(wanted, implementation, values)

    return placed


def meet_default_device() -> None:
    """From now on calls that make tensors ask where."""
    if not hooks.defaults:
        hooks.defaults = True
        for plans in hooks.makers.values():
            plans.clear()
        hooks.makers.clear()


#: What needs numbers, which tensors of the meta device don't have, or would only pretend to give some.
_NEED_NUMBERS = frozenset(
    {
        "nonzero", "nonzero_static", "argwhere", "unique", "unique_consecutive", "masked_select", "bincount", "equal",
        "allclose", "backward", "multinomial", "repeat_interleave", "one_hot", "histc", "histogram", "histogramdd",
        "data_ptr", "is_nonzero", "gradcheck", "gradgradcheck",
    }
)  # fmt: skip


def check_numbers(name: str, values: Sequence[Any]) -> None:
    """Raise NotImplementedError where a function that needs numbers gets a tensor that has none."""
    if name in _NEED_NUMBERS and any(isinstance(value, MetaTensor) for value in values):
        raise NotImplementedError(
            f"aten::{name}: attempted to run this operator with Meta tensors, which have no numbers: make the tensor "
            'without device="meta" where its values matter'
        )


def on_meta(name: str, implementation: Implementation) -> Implementation:
    """The implementation of a call with tensors of the meta device: its results are such ones, too."""

    def apply(*values: Any, **named: Any) -> Any:
        check_numbers(name, values)
        result = implementation(*values, **named)
        for part in result if isinstance(result, (tuple, list)) else (result,):
            if part.__class__ is Tensor:
                to_meta(part)
        return result

    return apply


def of_real_numbers(implementation: Implementation, places: Sequence[int]) -> Implementation:
    """Refuse complex numbers at these places beside tensors that are all real: RuntimeError, in PyTorch's words."""

    def checked(*values: Any) -> Any:
        tensors = [value for value in values if isinstance(value, Tensor)]
        if not any(t.array.dtype.kind == "c" for t in tensors):
            values = tuple(
                number_in(tensors[0].array.dtype, value).item() if i in places and type(value) is complex else value
                for i, value in enumerate(values)
            )
        return implementation(*values)

    return checked


def simplest(template: list[Any], moves: Sequence[Move], given: int) -> tuple[tuple[Any, ...], Convert | None]:
    """The defaults that follow the call's values, and what has to be done to these values, if anything."""
    if all(i == at for i, at, _ in moves) and len(moves) == given:  # in order, without a gap
        tail = tuple(template[given:])
        conversions = [(i, convert) for i, _, convert in moves if convert is not None]
        if not conversions:
            return tail, None
        if len(conversions) == 1:
            return (), _converting_one(*conversions[0], tail)
        return (), _converting(conversions, tail)
    if len(moves) == 2 and moves[0] == (0, 0, None) and moves[1][0] == 1 and isinstance(moves[1][1], slice):
        return (), _gathering(moves[1][2], tuple(template[2:]))
    return (), _moving(template, moves)


def _converting_one(at: int, convert: Convert, tail: tuple[Any, ...]) -> Convert:
    def arguments(values: tuple[Any, ...]) -> list[Any]:
        made = [*values, *tail]
        made[at] = convert(values[at])
        return made

    return arguments


def _converting(conversions: list[tuple[int, Convert]], tail: tuple[Any, ...]) -> Convert:
    def arguments(values: tuple[Any, ...]) -> list[Any]:
        made = [*values, *tail]
        for at, convert in conversions:
            made[at] = convert(made[at])
        return made

    return arguments


def _gathering(convert: Convert | None, tail: tuple[Any, ...]) -> Convert:
    """``x.view(2, 3)``: all but the receiver are one list."""
    assert convert is not None

    def arguments(values: tuple[Any, ...]) -> list[Any]:
        return [values[0], convert(values[1:]), *tail]

    return arguments


def _moving(template: list[Any], moves: Sequence[Move]) -> Convert:
    def arguments(values: tuple[Any, ...]) -> list[Any]:
        made = template.copy()
        for i, at, convert in moves:
            made[i] = values[at] if convert is None else convert(values[at])
        return made

    return arguments
