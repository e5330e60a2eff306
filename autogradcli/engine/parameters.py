"""What a declaration is read for: its parameters, what its rules name of a call, and what it was in older releases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..numerics.releases import Difference


def rule_names(rule: Callable[..., Any], skip: int) -> tuple[str, ...]:
    """The names of a function's parameters after the first few."""
    code = rule.__code__
    return code.co_varnames[skip : code.co_argcount]


class Param:
    """One parameter of an operation."""

    __slots__ = ("default", "has_default", "index", "kind", "name", "number", "optional", "scalar")

    def __init__(self, name: str, index: int, annotation: str, default: Any, has_default: bool) -> None:
        self.name = name
        self.index = index
        words = [w.strip() for w in annotation.split("|")]
        self.kind = {"Array": "tensor", "Index": "index", "list[Array]": "list", "list[Index]": "indices"}.get(
            words[0], "plain"
        )
        self.number = self.kind == "tensor" and "Number" in words  # a Python number is accepted as it is
        self.scalar = self.kind == "plain" and "Number" in words  # always a Python number, perhaps a complex one
        self.optional = self.kind != "plain" and "None" in words
        self.default = default
        self.has_default = has_default


class Save:
    """One value that a node keeps: which, and for which edges' sake."""

    __slots__ = ("index", "kind", "name", "param", "wanted_by")

    def __init__(self, name: str, kind: str, param: str, index: int) -> None:
        self.name = name
        self.kind = kind  # input, output, plain, shape, dtype, strides
        self.param = param
        self.index = index
        self.wanted_by: list[int] = []  # positions in ``edges``

    def of(self, args: Sequence[Any], results: Sequence[Any]) -> Any:
        """The value itself, where an operation was called: tensors, or whatever stands for them in a world."""
        if self.kind == "output":
            return results[self.index]
        value = args[self.index]
        ask = _ASKED.get(self.kind)
        if ask is None:
            return value
        return [ask(v) for v in value] if isinstance(value, (list, tuple)) else ask(value)


#: What rules may ask of a value; a number has no shape but that, and no dtype.
_ASKED: dict[str, Callable[[Any], Any]] = {
    "shape": lambda value: tuple(getattr(value, "shape", ())),
    "dtype": lambda value: getattr(value, "dtype", None),
    "strides": lambda value: value.strides,
}


def save_of(op: str, params: Sequence[Param], name: str) -> Save:
    """What a parameter of an operation's rule means. Raises TypeError where it means nothing."""
    by_name = {p.name: p for p in params}
    if name in by_name:
        kind = "plain" if by_name[name].kind == "plain" else "input"
        return Save(name, kind, name, by_name[name].index)
    if name.startswith("result"):
        return Save(name, "output", "", int(name[6:] or 0))
    stem, _, suffix = name.rpartition("_")
    if stem in by_name and suffix in _ASKED:
        return Save(name, suffix, stem, by_name[stem].index)
    raise TypeError(f"{op}: a rule names {name!r}, which is neither a parameter nor a result")


class Before:
    """What an operation was in PyTorch 2.13, as options that are put in place of those declared."""

    __slots__ = ("difference", "options")

    def __init__(self, difference: Difference, **options: Any) -> None:
        if "kernel" in options:
            raise TypeError("kernels are kept by those who found them: make what differs in one a Varying value")
        self.difference = difference
        self.options = options
