"""User-level functions: ``define`` declares one with its overloads, and a call of it finds the one that fits.

    define("sum",
           ("(Tensor input, *, ScalarType dtype=None)", sum_all),
           ("(Tensor input, IntList[1]? dim, bool keepdim=False, *, ScalarType dtype=None)", sum_dim),
           into="torch Tensor")

An implementation gets a value for every parameter of its schema, positionally, in the order written there,
with the defaults filled in and the values converted (``kinds.py`` says to what). One that names no ``out``
among its own parameters does not get it either: the result is then written there for it.

The declaration keeps strings; they are parsed at the first call. The first call with arguments of some types
makes a *plan* for these types: the overload and how its parameters get their values. All later calls with
arguments of the same types only look that up, and only what the types can't tell is checked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from ...engine.callbacks import resolver
from ...engine.state import state
from ...engine.tensor import MetaTensor, Tensor
from ..arrays.values import has_scalars, without_scalars
from . import call_errors
from .argument_types import KINDS, TYPE_NAMES, BadElement, Convert, Mismatch
from .call_plans import (
    Implementation,
    Move,
    Plan,
    arguments_of,
    as_floats_where_needed,
    converter_of,
    hooks,
    of_real_numbers,
    on_default_device,
    on_device,
    on_meta,
    simplest,
    unnamed_out,
    writing_out,
)
from .class_kind import Kind
from .registry import Method, attributes_of, namespace
from .signature import ABSENT, ALL_POSITIONAL, Parameter, Signature, Source

#: (schema, implementation), or with the printed form third where PyTorch's differs from the schema.
Overload = tuple[str, Implementation] | tuple[str, Implementation, str]

#: A program could make endless many combinations of types; a function with this many plans starts anew.
_MOST_PLANS = 256

#: short name in ``into`` -> (namespace, what PyTorch prefixes to a function's name there)
PLACES = {
    "torch": ("torch", ""),
    "F": ("torch.nn.functional", ""),
    "linalg": ("torch.linalg", "linalg_"),
    "special": ("torch.special", "special_"),
    "fft": ("torch.fft", "fft_"),
    "autograd": ("torch.autograd", ""),
    "functional": ("torch.autograd.functional", ""),
    "func": ("torch.func", ""),
    "masked": ("torch.masked", "masked_"),
    "windows": ("torch.signal.windows", ""),
    "graph": ("torch.autograd.graph", ""),
    "forward_ad": ("torch.autograd.forward_ad", ""),
    "function_module": ("torch.autograd.function", ""),
    "random": ("torch.random", ""),
    "data": ("torch.utils.data", ""),
    "distributions": ("torch.distributions", ""),
    "kl": ("torch.distributions.kl", ""),
    "overrides": ("torch.overrides", ""),
    "checkpoint": ("torch.utils.checkpoint", ""),
}


#: A function of torch -> classes of arguments -> what runs for exactly these, before any overload is tried: for kinds
#: of tensor that come with a module of their own.
OF_TYPES: dict[str, dict[Any, Implementation]] = {}


def kinds_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[type]:
    """The types of the arguments, and of what lists among them begin with."""
    for value in (*args, *kwargs.values()):
        yield type(value)
        if type(value) in (list, tuple):
            yield from map(type, value[:64])


class Function:
    """A function with PyTorch's argument parsing, as ``torch.sum`` (or, with ``method``, ``Tensor.sum``)."""

    __slots__ = ("_calculator", "_plans", "_schemas", "home", "method", "name", "overloads")

    def __init__(self, name: str, overloads: Sequence[Overload], home: str, method: bool = False) -> None:
        self.name = name
        self.overloads = overloads
        self.home = home
        self.method = method
        self._plans: dict[Any, Plan] = {}
        self._schemas: tuple[Signature, ...] | None = None
        self._calculator: Function | None = None

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        # The key is spelled out for few arguments: tuple(map(type, args)) costs twice as much.
        key: Any
        if kwargs:
            if len(args) == 1 and len(kwargs) == 1:
                (name,) = kwargs
                value = kwargs[name]
                key = (args[0].__class__, name, value.__class__)
                args = (args[0], value)
            else:
                key = (*map(type, args), *kwargs, *map(type, kwargs.values()))
                args = (*args, *kwargs.values())
        elif len(args) == 1:
            key = args[0].__class__
        elif len(args) == 2:
            key = (args[0].__class__, args[1].__class__)
        elif len(args) == 3:
            key = (args[0].__class__, args[1].__class__, args[2].__class__)
        else:
            key = tuple(map(type, args))
        plan = self._plans.get(key)
        if plan is None:
            implementation, values = self.bind(args[: len(args) - len(kwargs)], kwargs, key)
            return implementation(*values)
        implementation, tail, convert = plan
        if convert is None:
            return implementation(*args, *tail)
        try:
            values = convert(args)
        except (Mismatch, BadElement):  # not the values that the plan was made for
            implementation, values = self.bind(args[: len(args) - len(kwargs)], kwargs, key)
        except TypeError:  # a list, in which an object may stand that says what to do
            if not any(type(kind) is Kind for kind in kinds_of(args, {})):
                raise
            implementation, values = self.bind(args[: len(args) - len(kwargs)], kwargs, key)
        return implementation(*values)

    def __repr__(self) -> str:
        if self.method:
            return f"<method '{self.name}' of 'torch._C.TensorBase' objects>"
        if self.home == "torch":
            return f"<built-in method {self.name} of type object at 0x{id(self):x}>"
        return f"<built-in function {self.name}>"

    @property
    def doc(self) -> str:
        """The first docstring among the implementations."""
        for overload in self.overloads:
            if text := overload[1].__doc__:
                return text
        return ""

    @property
    def schemas(self) -> tuple[Signature, ...]:
        """The overloads in the order in which they are declared."""
        if self._schemas is None:
            self._schemas = tuple(
                Signature(self.name, overload[0], overload[2] if len(overload) > 2 else "", self.method)
                for overload in self.overloads
            )
        return self._schemas

    def calculator(self) -> Function:
        """The same function as its bare name offers it: numbers and lists of numbers count as tensors
        wherever this one would raise."""
        if self._calculator is None:
            self._calculator = CalculatorFunction(self.name, self.overloads, self.home, self.method)
        return self._calculator

    # -- the first call with arguments of some types --------------------------------------------------

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any], key: Any) -> tuple[Implementation, Sequence[Any]]:
        """The implementation for these arguments and what it gets. The plan is kept under ``key``.

        Raises what PyTorch raises where no overload fits (TypeError), or a number is too large.
        """
        if any(type(kind) is Kind for kind in kinds_of(args, kwargs)):
            from .overridden import ask, asked

            objects = asked((*args, *kwargs.values()))
            if objects:
                return ask, (self.dotted, self.public(), objects, args, kwargs)
            key = None  # what an object says may change, and its class must not be kept alive
        own = OF_TYPES.get(self.name)
        if own is not None and key in own and self.home == "torch" and not self.method:
            return own[key], args
        if has_scalars((*args, *kwargs.values())) and not self._takes_any():
            args = without_scalars(args)
            kwargs = dict(zip(kwargs, without_scalars(tuple(kwargs.values()))))
            key = (*map(type, args), *kwargs, *map(type, kwargs.values()))
        schemas = self.schemas
        given = args[1:] if self.method else args
        if self.method and not (args and isinstance(args[0], Tensor)):
            call_errors.wrong_receiver(self.name, args)
        if len(schemas) == 1 and not schemas[0].visible and (given or kwargs):
            place = "TensorBase" if self.method else self.home
            call_errors.no_arguments(f"{place}.{self.name}", len(given), bool(kwargs))
        decided_by_types = True
        for index in self._order():
            schema = schemas[index]
            sources, decided = schema.match(given, kwargs, raising=len(schemas) == 1)
            if sources is not None:
                if schema.deprecated:
                    self._warn_of(schema)
                plan = self._plan(index, sources, args, kwargs)
                if decided_by_types and key is not None:
                    if len(self._plans) >= _MOST_PLANS:
                        self._plans.clear()
                    self._plans[key] = plan
                return plan[0], arguments_of(plan, args, kwargs)
            decided_by_types = decided_by_types and decided
        self._refuse(given, kwargs)

    @property
    def dotted(self) -> str:
        """Its name with the module's, as messages have it: ``torch.add``, ``torch.Tensor.add``."""
        return f"{'torch.Tensor' if self.method else self.home}.{self.name}"

    @property
    def qualified(self) -> str:
        """``f.__qualname__`` in PyTorch."""
        if self.method:
            return f"TensorBase.{self.name}"
        return f"_VariableFunctionsClass.{self.name}" if self.home == "torch" else self.name

    def public(self) -> Any:
        """What programs call by the function's name."""
        return resolver.method(self.name, self) if self.method else namespace(self.home).get(self.name, self)

    def _takes_any(self) -> bool:
        """Whether a parameter takes any value: ``torch.tensor``, to which a scalar of NumPy's says a dtype."""
        return any(parameter.kind is KINDS["object"] for schema in self.schemas for parameter in schema.parameters)

    def _order(self) -> list[int]:
        """The overloads in the order in which they are tried: deprecated ones last."""
        return sorted(range(len(self.schemas)), key=lambda index: self.schemas[index].deprecated)

    def _refuse(self, given: tuple[Any, ...], kwargs: dict[str, Any]) -> NoReturn:
        """Raise the TypeError of a call that fits no overload: in detail if only one has the right number
        of parameters."""
        count = len(given) + len(kwargs)
        shown = [schema for schema in self.schemas if not schema.deprecated]
        plausible = [schema for schema in shown if schema.least <= count <= schema.most]
        if len(plausible) == 1:
            plausible[0].match(given, kwargs, raising=True)
        call_errors.no_overload(self.name, given, kwargs, [schema.printed for schema in shown])

    def _plan(
        self,
        index: int,
        sources: Sequence[Source],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        lenient: bool = False,
    ) -> Plan:
        """How the implementation of this overload gets its arguments from a call like this one."""
        schema = self.schemas[index]
        implementation = self.overloads[index][1]
        skip = 0 if schema.receiver is None else 1
        parameters = schema.parameters
        values = (*args, *kwargs.values())
        if hooks.refuse is not None:
            hooks.refuse(self.name, repr(self), self.method, values)
        keyword_at = {name: len(args) + i for i, name in enumerate(kwargs)}
        real: list[int] = []
        moves: list[Move] = [] if schema.receiver is None else [(schema.receiver, 0, None)]
        for i, source in zip(schema.visible, sources):
            at: int | slice
            if source is ABSENT:
                continue
            elif source == ALL_POSITIONAL:
                at = slice(skip, len(args))
            else:
                at = source + skip if isinstance(source, int) else keyword_at[source]
            convert = converter_of(parameters[i], i - skip, values[at], lenient)
            if convert is not None:
                self._try(convert, parameters[i], values[at])
            moves.append((i, at, convert))
            if parameters[i].kind is KINDS["Real"] and isinstance(values[at], (complex, Tensor)):
                real.append(i)
        template = [parameter.default for parameter in parameters]
        out = unnamed_out(parameters, implementation)
        for i, _, _ in moves:
            if parameters[i].kind is KINDS["Device"]:
                implementation = on_device(implementation, i - (out is not None and i > out))
        if implementation is self.overloads[index][1] and _makes(schema):
            if hooks.defaults:
                implementation = on_default_device(implementation)
            else:
                hooks.makers[id(self)] = self._plans
        if state.meta and any(isinstance(value, MetaTensor) for value in values):
            implementation = on_meta(self.name, implementation)
        if out is not None:
            if any(i == out for i, _, _ in moves):
                implementation = writing_out(self.name, implementation, out, parameters)
            else:
                del template[out]
                moves = [(i - (i > out), at, convert) for i, at, convert in moves]
                real = [i - (i > out) for i in real]
        if real:
            implementation = of_real_numbers(implementation, real)
        return implementation, *simplest(template, moves, len(values))

    def _try(self, convert: Convert, parameter: Parameter, value: Any) -> None:
        """Convert once where the parameter's name is known, which the message of a bad element needs."""
        try:
            convert(value)
        except BadElement as bad:
            call_errors.failed_unpacking(self.name, parameter.name, bad.position, bad.message)

    def _warn_of(self, schema: Signature) -> None:
        if hooks.warned:
            return
        hooks.warned = True
        shown = [f"\n\t{self.name}{other.printed}" for other in self.schemas if not other.deprecated]
        state.warn(
            "UserWarning",
            f"This overload of {self.name} is deprecated:\n\t{self.name}{schema.printed}\n"
            f"Consider using one of the following signatures instead:{''.join(shown)} "
            "(Triggered internally at /__w/pytorch/pytorch/torch/csrc/utils/python_arg_parser.cpp:1841.)",
        )


def _makes(schema: Signature) -> bool:
    """Whether a function makes a tensor out of no other, on a device that a call may name."""
    kinds = [parameter.kind for parameter in schema.parameters]
    return schema.receiver is None and KINDS["Device"] in kinds and kinds[0] is not KINDS["Tensor"]


class CalculatorFunction(Function):
    """A function as its bare name offers it: ``exp(2)``, ``exp([0, 1])``."""

    __slots__ = ()

    def calculator(self) -> Function:
        return self

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any], key: Any) -> tuple[Implementation, Sequence[Any]]:
        try:
            return Function.bind(self, args, kwargs, key)
        except TypeError:
            found = self._bind_leniently(args, kwargs) if hooks.extension else None
            if found is None:
                raise
            return found

    def _bind_leniently(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Implementation, Sequence[Any]] | None:
        """None if numbers for tensors don't help either. No plan is kept: it is the values that count."""
        given = args[1:] if self.method else args
        for index, schema in enumerate(self.schemas):
            if schema.deprecated:
                continue
            sources, _ = schema.match(given, kwargs, raising=False, lenient=True)
            if sources is None:
                continue
            try:
                plan = self._plan(index, sources, args, kwargs, lenient=True)
                values = arguments_of(plan, args, kwargs)
                return as_floats_where_needed(plan[0], {id(value) for value in (*args, *kwargs.values())}), values
            except (TypeError, ValueError):  # ragged lists, strings among the numbers
                return None
        return None


TYPE_NAMES[Function] = TYPE_NAMES[CalculatorFunction] = "builtin_function_or_method"


# -- declarations ---------------------------------------------------------------------------------------


def define(name: str, *overloads: Overload, into: str = "torch", aliases: Sequence[str] = (), called: str = "") -> None:
    """Declare a function: its overloads in the order in which they are tried, and the tables that get it.

    ``into`` lists names of ``PLACES``, and ``Tensor`` for a method: there the parameter ``input`` is the
    receiver, wherever it stands, and ``out`` can't be given. Each alias is a function of its own name.
    ``called`` is the name in messages, where PyTorch's differs (``F.logsigmoid`` is called ``log_sigmoid``).
    """
    for spelling in (name, *aliases):
        made: dict[str, Function] = {}
        for place in into.split():
            if place == "Tensor":
                method = Function(called or spelling, overloads, "Tensor", True)
                attributes_of(Tensor)[spelling] = Method(method, overloads[0][1].__doc__ or "")
                continue
            home, prefix = PLACES[place]
            function = made.get(prefix)
            if function is None:
                function = made[prefix] = Function(called or prefix + spelling, overloads, home)
            namespace(home)[spelling] = function
