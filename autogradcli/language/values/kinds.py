"""The kinds of value that the language itself makes: functions, namespaces, bound methods, lazy iterators.

Their Python attributes are out of a program's reach: it sees what ``attributes.py`` has in its tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from ...api.calls import registry
from ...api.calls.overloads import CalculatorFunction, Function
from ...api.calls.python_function import CalculatorPythonFunction, PythonFunction
from ...numerics.naming import shown_as
from ...numerics.releases import releases
from .budget import MAX_LAZY, budget
from .nesting import LAZY_KINDS, depth_of

if TYPE_CHECKING:
    _Zip = zip[Any]
    _Map = map[Any]
    _Filter = filter[Any]
else:
    _Zip, _Map, _Filter = zip, map, filter  # which can't be subscripted when they run

#: The variables of one call: values by slot. A variable that an inner function shares is a one-element list.
Frame = list[Any]
#: A compiled expression, or a compiled statement (None: go on; else a signal).
Run = Callable[[Frame], Any]


class _Unbound:
    """What a slot holds before its variable is assigned."""

    __slots__ = ()


UNBOUND = _Unbound()


class UserFunction:
    """A function of the program. The engine may call it as any Python callable (hooks, ``torch.func.grad``)."""

    __slots__ = ("__weakref__", "attributes", "cells", "code", "defaults", "keyword_defaults", "name", "qualname")

    def __init__(
        self,
        code: Any,
        name: str,
        qualname: str,
        defaults: tuple[Any, ...],
        keyword_defaults: dict[str, Any],
        cells: list[Any],
    ) -> None:
        #: What ``compile/user_functions.py`` made of its text.
        self.code = code
        self.name = name
        self.qualname = qualname
        self.defaults = defaults
        self.keyword_defaults = keyword_defaults
        self.cells = cells
        #: What the program set on it (``f.calls = 0``).
        self.attributes: dict[str, Any] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.code.call(self, args, kwargs)

    @property
    def __name__(self) -> str:
        return self.name

    @property
    def yields(self) -> bool:
        """Whether a call gives a generator."""
        return bool(self.code.yields)

    def __repr__(self) -> str:
        return f"<function {self.qualname} at {id(self):#x}>"


def _files(dotted: str) -> dict[str, dict[str, str]]:
    """The modules that are files of PyTorch's, where a dotted name may be one of them."""
    if not dotted.startswith(("torch.", "functorch")):
        return {}
    from ...api.calls.torch_files import FILES

    return FILES


class Namespace:
    """A module-like value: ``torch``, ``torch.nn.functional``, ``math``. Wraps the registry's tables."""

    __slots__ = ("dotted", "names")

    _made: ClassVar[dict[str, Namespace]] = {}

    def __init__(self, dotted: str) -> None:
        self.dotted = dotted
        #: What has been looked up so far: a cache before the registry.
        self.names: dict[str, Any] = {}

    @classmethod
    def of(cls, dotted: str) -> Namespace | None:
        """The namespace of that name, the same object each time; None if there is none."""
        found = cls._made.get(dotted)
        if found is None:
            prefix = dotted + "."
            if (
                dotted in registry.NAMESPACES
                or any(name.startswith(prefix) for name in registry.NAMESPACES)
                or dotted in _files(dotted)
            ):
                found = cls._made[dotted] = cls(dotted)
        return found

    def get(self, name: str) -> Any:
        """The value of a name, UNBOUND if there is none."""
        if name == "__name__":
            return self.dotted
        if name == "__dict__":  # a copy: what a module has is no program's to change
            return {each: value for each in self.all_names() if (value := self.get(each)) is not UNBOUND}
        table = registry.NAMESPACES.get(self.dotted)
        if table is not None and name in table:
            value = table[name]
            if type(value) is registry.Property:  # a setting: what it is now
                return value.get(self)
        else:
            home = _files(self.dotted).get(self.dotted, {}).get(name)
            if home is not None:
                value = registry.NAMESPACES[home].get(name, UNBOUND)
            else:
                value = Namespace.of(f"{self.dotted}.{name}") or UNBOUND
            if value is UNBOUND and self.dotted in registry.FURTHER:
                found = registry.FURTHER[self.dotted](name)
                value = UNBOUND if found is None else found
        if value is not UNBOUND:
            self.names[name] = value
        return value

    def all_names(self) -> list[str]:
        """Every name in it, sub-namespaces too, sorted: for completion and suggestions."""
        prefix = self.dotted + "."
        inner = {d[len(prefix) :].partition(".")[0] for d in registry.NAMESPACES if d.startswith(prefix)}
        known = _files(self.dotted).get(self.dotted, ())
        return sorted({*inner, *known, *registry.NAMESPACES.get(self.dotted, ())})

    def __repr__(self) -> str:
        return f"<module '{self.dotted}'>"

    @classmethod
    def forget(cls, newest: bool) -> None:
        """Another release of PyTorch is meant, and some names may be others."""
        for made in cls._made.values():
            made.names.clear()


releases.watch(Namespace.forget)


class Form:
    """A word of annotations, such as ``typing.List``. Subscripts and ``|`` give words, as a base it is none."""

    __slots__ = ("parameters", "text")

    __iter__ = None  # else Python would go by subscripts, for ever

    def __init__(self, text: str, parameters: str = "") -> None:
        self.text = text
        self.parameters = parameters

    def __getitem__(self, parameters: Any) -> Form:
        parts = parameters if type(parameters) is tuple else (parameters,)
        if self.parameters or len(parts) > _PARTS:
            return Form(self.text, self.parameters)
        text = self.text
        some = tuple([part for part in parts if part is not None and part is not type(None)])
        if text == "Union" and len(parts) == 2 and len(some) == 1:
            text, parts = "Optional", some
        said = [
            f"ForwardRef({each})" if type(part) is str and text != "Literal" else each
            for part, each in zip(parts, map(_annotated, parts), strict=True)
        ]
        return Form(text, f"[{', '.join(said)[:_TEXT]}]")

    def __or__(self, other: Any) -> Form:
        return self

    __ror__ = __or__

    def __repr__(self) -> str:
        return f"typing.{self.text}{self.parameters}"


@shown_as("type")
class Metaclass(Form):
    """A class of classes that ``class A(metaclass=...)`` may name: it makes what a base of ours makes."""

    __slots__ = ("base",)

    def __init__(self, text: str, base: type) -> None:
        super().__init__(text)
        self.base = base


class TakesTotal:
    """A base behind which a class statement may say ``total=``: ``TypedDict`` and what derives from it."""

    __slots__ = ()


#: Classes of Python's that annotations subscript: ``list[int]``.
GENERIC: frozenset[type] = frozenset({list, tuple, dict, set, frozenset, type})


def _annotated(word: Any) -> str:
    """A part of an annotation as its text has it."""
    if word is None or word is type(None):
        return "None"
    if word is ...:
        return "..."
    if isinstance(word, type):
        return word.__qualname__ if word.__module__ == "builtins" else f"{word.__module__}.{word.__qualname__}"
    if type(word) is list and len(word) <= _PARTS:
        return f"[{', '.join(map(_annotated, word))[:_TEXT]}]"
    return repr(word) if isinstance(word, Form) or type(word) in (int, str, bool) else type(word).__name__


class Alias(Form):
    """``list[int]``: a word of annotations. Called it makes what the class makes; nothing checks its elements."""

    __slots__ = ("arguments", "origin")

    def __init__(self, origin: type, parameters: Any) -> None:
        parts = parameters if type(parameters) is tuple else (parameters,)
        if len(parts) > _PARTS:
            raise TypeError(f"an annotation of more than {_PARTS} parts")
        super().__init__(f"{_annotated(origin)}[{', '.join(map(_annotated, parts))[:_TEXT]}]")
        self.origin = origin
        self.arguments = parts

    def __or__(self, other: Any) -> Form:
        return union_of(self, other) or NotImplemented

    def __ror__(self, other: Any) -> Form:
        return union_of(other, self) or NotImplemented

    def __repr__(self) -> str:
        return self.text


class Union(Alias):
    """``int | None``: a word of annotations, and what ``isinstance`` takes."""

    __slots__ = ("members",)

    def __init__(self, members: tuple[Any, ...]) -> None:
        Form.__init__(self, " | ".join(map(_annotated, members))[:_TEXT])
        self.members = members


#: How much of an annotation is kept as its text, and how many parts one may have.
_TEXT, _PARTS = 1000, 100


def union_of(a: Any, b: Any) -> Form | None:
    """``a | b`` of words of annotations; None where one of them is none."""
    members: list[Any] = []
    for each in (a, b):
        if not (each is None or isinstance(each, (type, Form))):
            return None
        members += each.members if type(each) is Union else (each,)
    members = [each for k, each in enumerate(members) if not any(each is other for other in members[:k])]
    if len(members) > _PARTS:
        raise TypeError(f"an annotation of more than {_PARTS} parts")
    return members[0] if len(members) == 1 else Union(tuple(members))


def _written_in_python(call: Any) -> bool:
    """Whether a method is one of those of tensors that PyTorch writes in Python: its text is a function's."""
    return isinstance(call, PythonFunction) and call.home == "Tensor"


class BoundMethod:
    """A method taken from its value without being called at once: ``f = x.sum``."""

    __slots__ = ("call", "name", "value")

    def __init__(self, call: Callable[..., Any], value: Any, name: str) -> None:
        self.call, self.value, self.name = call, value, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.call(self.value, *args, **kwargs)

    @property
    def __name__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        if _written_in_python(self.call):
            return f"<bound method Tensor.{self.name} of {self.value!r}>"
        return f"<built-in method {self.name} of {type(self.value).__name__} object at {id(self.value):#x}>"

    def __eq__(self, other: object) -> bool:
        return type(other) is BoundMethod and self.call is other.call and self.value is other.value

    def __hash__(self) -> int:
        return hash((id(self.call), id(self.value)))


def class_of_methods(kind: type) -> str:
    """What messages call a class: PyTorch's tensor methods and properties belong to its base class in C++."""
    return "torch._C.TensorBase" if kind.__name__ == "Tensor" else kind.__name__


class UnboundMethod:
    """A method taken off its class: ``str.upper``, ``torch.Tensor.add``. Called, its first argument is the value.

    Raises TypeError for a value of another class.
    """

    __slots__ = ("call", "kind", "name", "qualified")

    def __init__(self, call: Callable[..., Any], kind: type, name: str, in_python: bool = False) -> None:
        self.call, self.kind, self.name = call, kind, name
        if isinstance(call, (Function, PythonFunction)):
            self.qualified = call.qualified
        else:
            owner = kind.__name__ if in_python else class_of_methods(kind).rpartition(".")[2]
            self.qualified = f"{owner}.{name}"

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        if not args:
            owner = class_of_methods(self.kind).rpartition(".")[2]
            raise TypeError(f"unbound method {owner}.{self.name}() needs an argument")
        if not isinstance(args[0], self.kind):
            raise TypeError(
                f"descriptor '{self.name}' for '{class_of_methods(self.kind)}' objects doesn't apply to a "
                f"'{type(args[0]).__name__}' object"
            )
        return self.call(*args, **kwargs)

    @property
    def __name__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        if _written_in_python(self.call):
            return f"<function Tensor.{self.name} at {id(self.call):#x}>"
        return f"<method '{self.name}' of '{class_of_methods(self.kind)}' objects>"


def _depth(*sources: Any) -> int:
    """How many iterators stand on each other, wrappers among them counted."""
    depth = 1 + max(map(depth_of, sources), default=0)
    if depth > MAX_LAZY:
        raise RecursionError("maximum recursion depth exceeded")
    return depth


#: So many iterables make of each step of ``zip`` a tuple worth counting.
_WIDE = 64


def _charged(iterables: tuple[Any, ...]) -> tuple[Any, ...]:
    """What ``zip`` takes in place of so many iterables: each of its tuples is counted, as it is as long as they are."""
    if len(iterables) <= _WIDE:
        return iterables
    first, *others = iterables
    return (_spending(iter(first), 8 * len(iterables)), *others)


def _spending(iterator: Iterator[Any], size: int) -> Iterator[Any]:
    for value in iterator:
        budget.spend(size)
        yield value


class LazyZip(_Zip):
    __slots__ = ("depth",)

    depth: int

    def __new__(cls, *iterables: Iterable[Any], strict: Any = False) -> LazyZip:
        return super().__new__(cls, *_charged(iterables), strict=strict)  # type: ignore[return-value]

    def __init__(self, *iterables: Iterable[Any], strict: Any = False) -> None:
        self.depth = _depth(*iterables)


class LazyMap(_Map):
    __slots__ = ("depth",)

    depth: int

    def __init__(self, function: Callable[..., Any], *iterables: Iterable[Any]) -> None:
        self.depth = _depth(function, *iterables)


class LazyFilter(_Filter):
    __slots__ = ("depth",)

    depth: int

    def __new__(cls, function: Callable[..., Any] | None, iterable: Iterable[Any]) -> LazyFilter:
        # A long run of rejected elements is a loop in C, which must be interruptible.
        return super().__new__(cls, function, budget.polled(iter(iterable)))

    def __init__(self, function: Callable[..., Any] | None, iterable: Iterable[Any]) -> None:
        self.depth = _depth(function, iterable)


class LazyEnumerate(enumerate[Any]):
    __slots__ = ("depth",)

    depth: int

    def __init__(self, iterable: Iterable[Any], start: int = 0) -> None:
        self.depth = _depth(iterable)


LAZY = (LazyZip, LazyMap, LazyFilter, LazyEnumerate)
LAZY_KINDS.update(LAZY)

# Programs see these classes by type(v), repr and in error messages, under the names that Python has for them.
for _kind, _name in (
    (UserFunction, "function"),
    (BoundMethod, "builtin_function_or_method"),
    (UnboundMethod, "method_descriptor"),
    (Function, "builtin_function_or_method"),
    (CalculatorFunction, "builtin_function_or_method"),
    (PythonFunction, "function"),
    (CalculatorPythonFunction, "function"),
    (Namespace, "module"),
    (Form, "_SpecialForm"),
    (Alias, "GenericAlias"),
    (Union, "UnionType"),
    (LazyZip, "zip"),
    (LazyMap, "map"),
    (LazyFilter, "filter"),
    (LazyEnumerate, "enumerate"),
):
    type.__setattr__(_kind, "__name__", _name)
    _kind.__qualname__ = _name
    _kind.__module__ = "builtins"
