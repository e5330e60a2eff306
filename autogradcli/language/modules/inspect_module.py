"""``inspect``: which parameters a function has, and what kind of thing a value is. No text of a program is here."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import MethodType
from typing import Any

from ...api.calls.object_fields import made_by
from ...api.calls.overloads import Function
from ...api.calls.program_classes import Kind, defines
from ...api.calls.python_function import PythonFunction
from ...api.calls.registry import CLASS_ATTRIBUTES, Method, Property, attributes_of, namespace
from ...numerics.naming import short_name, shown_as
from ..compile.calls import Builtin, is_callable
from ..values.attribute_lookup import get_attribute
from ..values.kinds import BoundMethod, Namespace, UserFunction
from ..values.text_format import to_repr
from .abc_module import abstract_methods
from .entries import entering


@shown_as("inspect._empty")
class Empty:
    """What stands for a default that there is not."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<class 'inspect._empty'>"


EMPTY = Empty()


@shown_as("inspect._ParameterKind")
class ParameterKind:
    """How arguments get to a parameter."""

    __slots__ = ("name", "value")

    def __init__(self, name: str, value: int) -> None:
        self.name, self.value = name, value

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<_ParameterKind.{self.name}: {self.value}>"


_KINDS = {
    name: ParameterKind(name, value)
    for value, name in enumerate(
        ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD", "VAR_POSITIONAL", "KEYWORD_ONLY", "VAR_KEYWORD")
    )
}


@shown_as("inspect.Parameter")
class Parameter:
    """A parameter of a function."""

    __slots__ = ("annotation", "default", "kind", "name")

    def __init__(self, name: str, kind: str, default: Any = EMPTY) -> None:
        self.name, self.kind, self.default = name, kind, default
        self.annotation: Any = EMPTY

    def __str__(self) -> str:
        stars = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}.get(self.kind, "")
        said = "" if self.annotation is EMPTY else f": {_annotated(self.annotation)}"
        equal = " = " if said else "="
        return stars + self.name + said + ("" if self.default is EMPTY else f"{equal}{to_repr(self.default)}")

    def __repr__(self) -> str:
        return f'<Parameter "{self}">'


def _annotated(annotation: Any) -> str:
    """An annotation as Python writes it in a signature."""
    if isinstance(annotation, type):
        home = get_attribute(annotation, "__module__")
        name = short_name(annotation)
        return name if home == "builtins" else f"{home}.{name}"
    return to_repr(annotation).replace("typing.", "")


@shown_as("inspect.Signature")
class Signature:
    """The parameters of a function, in their order."""

    __slots__ = ("parameters", "return_annotation")

    def __init__(self, parameters: list[Parameter], annotations: dict[str, Any]) -> None:
        self.parameters = {each.name: each for each in parameters}
        for each in parameters:
            each.annotation = annotations.get(each.name, EMPTY)
        self.return_annotation = annotations.get("return", EMPTY)

    def __str__(self) -> str:
        parts: list[str] = []
        for each in self.parameters.values():
            if each.kind == "KEYWORD_ONLY" and not any(part.startswith("*") for part in parts):
                parts.append("*")
            parts.append(str(each))
        gives = "" if self.return_annotation is EMPTY else f" -> {_annotated(self.return_annotation)}"
        return f"({', '.join(parts)}){gives}"

    def __repr__(self) -> str:
        return f"<Signature {self}>"

    def bind(self, *args: Any, **kwargs: Any) -> Bound:
        """Which parameter gets which argument. Raises TypeError where that can't be called."""
        found: dict[str, Any] = {}
        rest, named = list(args), dict(kwargs)
        for each in self.parameters.values():
            if each.kind == "VAR_POSITIONAL":
                if rest:
                    found[each.name], rest = tuple(rest), []
            elif each.kind == "VAR_KEYWORD":
                if named:
                    found[each.name], named = named, {}
            elif each.kind != "KEYWORD_ONLY" and rest:
                if each.name in named:
                    raise TypeError(f"multiple values for argument {each.name!r}")
                found[each.name] = rest.pop(0)
            elif each.name in named:
                found[each.name] = named.pop(each.name)
            elif each.default is EMPTY:
                raise TypeError(f"missing a required argument: {each.name!r}")
        if rest:
            raise TypeError("too many positional arguments")
        if named:
            raise TypeError(f"got an unexpected keyword argument {next(iter(named))!r}")
        return Bound(self, found)


@shown_as("inspect.BoundArguments")
class Bound:
    """Arguments by the names of their parameters."""

    __slots__ = ("arguments", "signature")

    def __init__(self, signature: Signature, arguments: dict[str, Any]) -> None:
        self.signature, self.arguments = signature, arguments

    def apply_defaults(self) -> None:
        """Add the defaults of those that were not given."""
        found: dict[str, Any] = {}
        for each in self.signature.parameters.values():
            empty = {"VAR_POSITIONAL": (), "VAR_KEYWORD": {}}.get(each.kind, each.default)
            if each.name in self.arguments:
                found[each.name] = self.arguments[each.name]
            elif empty is not EMPTY:
                found[each.name] = empty
        self.arguments = found

    def by_place(self) -> tuple[Any, ...]:
        """Those that are given by place."""
        found: list[Any] = []
        for each in self.signature.parameters.values():
            if each.name in self.arguments and each.kind in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD"):
                found.append(self.arguments[each.name])
            elif each.kind == "VAR_POSITIONAL":
                found += self.arguments.get(each.name, ())
        return tuple(found)

    def by_name(self) -> dict[str, Any]:
        """Those that are given by name."""
        found: dict[str, Any] = {}
        for each in self.signature.parameters.values():
            if each.kind == "KEYWORD_ONLY" and each.name in self.arguments:
                found[each.name] = self.arguments[each.name]
            elif each.kind == "VAR_KEYWORD":
                found |= self.arguments.get(each.name, {})
        return found

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={to_repr(value)}" for name, value in self.arguments.items())
        return f"<BoundArguments ({given})>"


def _of_program(function: Any) -> Iterator[Parameter]:
    code = function.code
    required = code.positional - len(function.defaults)
    for k, name in enumerate(code.names):
        yield Parameter(name, "POSITIONAL_OR_KEYWORD", function.defaults[k - required] if k >= required else EMPTY)
    if code.star is not None:
        yield Parameter(code.star, "VAR_POSITIONAL")
    for name in code.keyword_only:
        yield Parameter(name, "KEYWORD_ONLY", function.keyword_defaults.get(name, EMPTY))
    if code.stars is not None:
        yield Parameter(code.stars, "VAR_KEYWORD")


def _of_python(function: Any) -> Iterator[Parameter]:
    code = function.__code__
    names, count, only = code.co_varnames, code.co_argcount, code.co_kwonlyargcount
    defaults = function.__defaults__ or ()
    for k, name in enumerate(names[:count]):
        at = k - count + len(defaults)
        yield Parameter(name, "POSITIONAL_OR_KEYWORD", defaults[at] if at >= 0 else EMPTY)
    rest = list(names[count + only :])
    if code.co_flags & 4:
        yield Parameter(rest.pop(0), "VAR_POSITIONAL")
    for name in names[count : count + only]:
        yield Parameter(name, "KEYWORD_ONLY", (function.__kwdefaults__ or {}).get(name, EMPTY))
    if code.co_flags & 8:
        yield Parameter(rest[0], "VAR_KEYWORD")


def _parameters(value: Any) -> list[Parameter]:
    if type(value) is UserFunction:
        return list(_of_program(value))
    if type(value) is MethodType:
        return _parameters(value.__func__)[1:]
    if type(value) is BoundMethod:
        return _parameters(value.call)[1:]
    if type(type(value)) is Kind and not isinstance(value, type):
        return _parameters(get_attribute(value, "forward" if defines(type(value), "forward") else "__call__"))
    if type(value) is Kind:
        made = made_by(value)
        if isinstance(made, dict):
            return [Parameter(name, "POSITIONAL_OR_KEYWORD") for name in made if name.isidentifier()]
        return [] if made is None else _parameters(made)[1:]
    if isinstance(value, (PythonFunction, Builtin)):
        value = value.call
    if type(value) is type(_parameters):
        return list(_of_python(value))
    raise ValueError(f"no signature found for builtin {value!r}")


def _annotations(value: Any) -> dict[str, Any]:
    """What the annotations of a function of the program's mean, or of what makes objects of a class."""
    if type(value) is Kind:
        value = made_by(value)
    elif type(type(value)) is Kind:
        value = get_attribute(value, "forward" if defines(type(value), "forward") else "__call__")
    if type(value) is MethodType:
        value = value.__func__
    found = get_attribute(value, "__annotations__") if type(value) is UserFunction else {}
    return found if type(found) is dict else {}


@entering("inspect")
def signature(obj: Any, /) -> Signature:
    """The parameters of a function or class. Raises TypeError for what can't be called, ValueError where there are
    several ways to call it."""
    if not is_callable(obj):
        raise TypeError(f"{obj!r} is not a callable object")
    return Signature(_parameters(obj), _annotations(obj))


@entering("inspect")
def isfunction(object: Any, /) -> bool:
    """Whether a value is a function that a program made."""
    return type(object) is UserFunction


@entering("inspect")
def isclass(object: Any, /) -> bool:
    """Whether a value is a class."""
    return isinstance(object, type)


@entering("inspect")
def isabstract(object: Any, /) -> bool:
    """Whether a class has abstract methods that nothing has defined."""
    return type(object) is Kind and bool(abstract_methods(object))


@entering("inspect")
def getdoc(object: Any, /) -> Any:
    """The text that a function or class begins with, without its indentation; None where there is none."""
    try:
        found = get_attribute(object, "__doc__")
    except AttributeError:
        return None
    return inspect.cleandoc(found) if type(found) is str else None


@entering("inspect")
def ismethod(object: Any, /) -> bool:
    """Whether a value is a method of an object."""
    return type(object) is BoundMethod


@entering("inspect")
def ismodule(object: Any, /) -> bool:
    """Whether a value is a module."""
    return type(object) is Namespace


@entering("inspect")
def isbuiltin(object: Any, /) -> bool:
    """Whether a value is a function that no program made."""
    return isinstance(object, (Builtin, Function))


@entering("inspect")
def getsource(object: Any, /) -> None:
    """Refused: a program can't read its own text."""
    raise NotImplementedError("inspect.getsource() isn't here: a program can't read its own text")


attributes_of(Signature)["parameters"] = Property(lambda found: dict(found.parameters), doc="Parameters by name.")
CLASS_ATTRIBUTES[Parameter] = {
    "empty": Property(lambda kind: EMPTY),
    **{name: Property(lambda kind, found=found: found) for name, found in _KINDS.items()},  # type: ignore[misc]
}
CLASS_ATTRIBUTES[Signature] = {"empty": Property(lambda kind: EMPTY)}
attributes_of(Parameter)["kind"] = Property(lambda found: _KINDS[found.kind], doc="How arguments get to it.")
attributes_of(ParameterKind)["name"] = Property(lambda kind: kind.name)
attributes_of(ParameterKind)["value"] = Property(lambda kind: kind.value)
attributes_of(Signature)["return_annotation"] = Property(
    lambda found: found.return_annotation, doc="What the function is annotated to give."
)
attributes_of(Parameter)["annotation"] = Property(lambda found: found.annotation, doc="What it is annotated with.")
attributes_of(Parameter)["name"] = Property(lambda found: found.name, doc="Its name.")
attributes_of(Parameter)["default"] = Property(lambda found: found.default, doc="What it is where nothing is given.")
namespace("inspect")["Parameter"] = Parameter
attributes_of(Signature)["bind"] = Method(Signature.bind, "Which parameter gets which argument.")
attributes_of(Bound)["arguments"] = Property(lambda found: found.arguments, doc="Arguments by name.")
attributes_of(Bound)["args"] = Property(Bound.by_place, doc="Those that are given by place.")
attributes_of(Bound)["kwargs"] = Property(Bound.by_name, doc="Those that are given by name.")
attributes_of(Bound)["apply_defaults"] = Method(Bound.apply_defaults, "Add the defaults.")
attributes_of(Parameter)["empty"] = Property(lambda found: EMPTY, doc="What stands for no default.")
