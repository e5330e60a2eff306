"""One overload of a function, parsed from a line: ``(Tensor input, IntList[1]? dim, bool keepdim=False)``.

The language of these lines is that of PyTorch's own argument parser (the type words stand in ``kinds.py``):
``*`` begins the keyword-only parameters, ``?`` after a type allows None, so does a default of None, ``[n]``
after a list type lets one number stand for n of them. A line that ends in ``|deprecated`` is tried last and
not shown.

``match`` says where each parameter finds its value in a call, or raises what PyTorch says when it finds none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from . import call_errors
from .argument_types import KINDS, NUMBERS_AS_TENSORS, TENSOR_OR_NUMBER, Kind, accepts_int_list, is_number

#: NumPy's names that PyTorch takes for some of its own, in the order in which they are looked for.
_NUMPY_NAMES = {"dim": ("axis",), "keepdim": ("keepdims",), "input": ("x", "a", "x1"), "other": ("x2",)}

_WORDS = {"None": None, "True": True, "False": False, "at::Reduction::Mean": 0}  # as PyTorch says, and what it takes

#: Where a parameter finds its value: an index into the positional arguments, a keyword, or one of these two.
Source = int | str | None
ABSENT: Final = None
ALL_POSITIONAL: Final = -1


class Parameter:
    """A parameter as declared. ``default`` counts if ``optional``; ``size`` is the n of ``IntList[n]``."""

    __slots__ = (
        "default", "default_text", "keyword_only", "kind", "name", "nullable", "numpy_names", "optional",
        "size",
    )  # fmt: skip

    name: str
    kind: Kind
    size: int
    nullable: bool
    keyword_only: bool
    optional: bool
    default: Any
    default_text: str
    numpy_names: tuple[str, ...]

    def __init__(self, text: str, keyword_only: bool, numbers_as_tensors: bool) -> None:
        word, _, rest = text.partition(" ")
        self.nullable = word.endswith("?")
        word, _, size = word.rstrip("?").partition("[")
        self.size = int(size[:-1]) if size else 0
        self.kind = KINDS[word]
        if numbers_as_tensors and word == "Tensor":
            self.kind = TENSOR_OR_NUMBER
        self.name, equals, self.default_text = rest.partition("=")
        self.optional = bool(equals)
        self.default = self._default(word) if equals else None
        self.nullable = self.nullable or self.default_text == "None"
        self.keyword_only = keyword_only
        self.numpy_names = _NUMPY_NAMES.get(self.name, ())

    def _default(self, word: str) -> Any:
        text = self.default_text
        if text in _WORDS:
            return _WORDS[text]
        if text[0] in "\"'":
            return text[1:-1]
        if word == "IntList":
            if text[0] in "({":
                return tuple(int(item) for item in text[1:-1].split(",") if item)
            return (int(text),) * self.size
        if word == "float":
            return float(text)
        try:
            return int(text)
        except ValueError:
            return float(text)

    def __str__(self) -> str:
        shown = f"{self.kind.printed} {self.name}"
        return f"{shown} = {self.default_text}" if self.optional else shown


class Signature:
    """An overload. ``parameters`` are all, in the order of the implementation; ``visible`` the indices of
    those a caller can give: for a method neither the receiver (``input``, wherever it stands) nor ``out``."""

    __slots__ = (
        "deprecated", "least", "most", "most_positional", "name", "parameters", "printed", "receiver",
        "varargs", "visible",
    )  # fmt: skip

    def __init__(self, name: str, text: str, printed: str = "", method: bool = False) -> None:
        text, _, tail = text.partition("|")
        self.name = name
        self.deprecated = tail == "deprecated"
        self.parameters: list[Parameter] = []
        keyword_only = False
        numbers = name in NUMBERS_AS_TENSORS
        for part in text[1:-1].split(", "):
            if part == "*":
                keyword_only = True
            elif part:
                self.parameters.append(Parameter(part, keyword_only, numbers))
        self.receiver: int | None = None
        self.visible = list(range(len(self.parameters)))
        if method:
            self._hide()
        shown = [self.parameters[i] for i in self.visible]
        self.least = sum(not parameter.optional for parameter in shown)
        self.most = len(shown)
        self.most_positional = sum(not parameter.keyword_only for parameter in shown)
        self.varargs = self.most_positional == 1 and shown[0].kind is KINDS["IntList"]
        self.printed = printed or self._print(shown)

    def _hide(self) -> None:
        names = [parameter.name for parameter in self.parameters]
        self.receiver = names.index("input")
        self.visible = [i for i in self.visible if i != self.receiver and names[i] != "out"]

    @staticmethod
    def _print(parameters: Sequence[Parameter]) -> str:
        shown: list[str] = []
        for i, parameter in enumerate(parameters):
            if parameter.keyword_only and (i == 0 or not parameters[i - 1].keyword_only):
                shown.append("*")
            shown.append(str(parameter))
        return f"({', '.join(shown)})"

    def match(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any], raising: bool, lenient: bool = False
    ) -> tuple[list[Source] | None, bool]:
        """The source of each visible parameter, or None for a call that does not fit.

        The second value says whether the types of the arguments alone decided against: no other values of
        the same types could fit. ``lenient`` takes numbers, and lists of them, for tensors. ``args`` are
        without the receiver. Raises TypeError instead of returning None if ``raising``.
        """
        given = len(args)
        if given > self.most_positional and not self.varargs:
            if raising:
                call_errors.too_many(self.name, self.least, self.most_positional, given)
            return None, True
        sources: list[Source] = []
        used = 0
        keywords_left = len(kwargs)
        for i in self.visible:
            parameter = self.parameters[i]
            source: Source = ABSENT
            value: object = None
            if used < given:
                if parameter.keyword_only:
                    if raising:
                        call_errors.too_many(self.name, self.least, self.most_positional, given)
                    return None, True
                source, value = used, args[used]
            elif kwargs:
                for name in (parameter.name, *parameter.numpy_names):
                    if name in kwargs:
                        source, value = name, kwargs[name]
                        keywords_left -= 1
                        break
            if source is ABSENT:
                if not parameter.optional:
                    if raising:
                        self._complain_of_missing(len(sources))
                    return None, True
            elif (
                (value is None and parameter.nullable)
                or parameter.kind.accepts(value, parameter.size)
                or (lenient and stands_for_tensor(parameter, value))
            ):
                used += source.__class__ is int
            elif self.varargs and source == 0 and accepts_int_list(args, 0):
                source, used = ALL_POSITIONAL, given
            elif raising:
                self._complain_of_type(parameter, source, value, given)
            elif parameter.kind.depends_on_value(type(value)):
                return None, self._refuses_type(args, used + 1)
            else:
                return None, True
            sources.append(source)
        if used < given:
            if raising:
                call_errors.too_many(self.name, self.least, self.most_positional, given)
            return None, True
        if keywords_left:
            if raising:
                self._complain_of_keywords(kwargs, given)
            return None, True
        return sources, True

    def _refuses_type(self, args: tuple[Any, ...], start: int) -> bool:
        """Whether some argument from ``start`` on does not fit, whatever its value."""
        for i, value in zip(self.visible[start:], args[start:]):
            parameter = self.parameters[i]
            kind = parameter.kind
            if not (
                (value is None and parameter.nullable)
                or kind.depends_on_value(type(value))
                or kind.accepts(value, parameter.size)
            ):
                return True
        return False

    def _complain_of_missing(self, start: int) -> None:
        names = [self.parameters[i].name for i in self.visible[start:] if not self.parameters[i].optional]
        call_errors.missing(self.name, names)

    def _complain_of_type(self, parameter: Parameter, source: Source, value: object, given: int) -> None:
        printed = parameter.kind.printed
        if not isinstance(source, int):
            call_errors.wrong_type(self.name, parameter.name, None, printed, value)
        if self.varargs and given > self.most_positional:
            call_errors.too_many(self.name, self.least, self.most_positional, given)
        if isinstance(value, (tuple, list)) and value and parameter.kind is KINDS["IntList"]:
            call_errors.wrong_element(self.name, parameter.name, source + 1, printed, value[0])
        call_errors.wrong_type(self.name, parameter.name, source + 1, printed, value)

    def _complain_of_keywords(self, kwargs: Mapping[str, Any], given: int) -> None:
        names = [self.parameters[i].name for i in self.visible]
        for keyword in kwargs:
            if keyword not in names:
                call_errors.unexpected_keyword(self.name, keyword, names)
            if names.index(keyword) < given:
                call_errors.several_values(self.name, keyword)
        raise TypeError("invalid keyword arguments")


def stands_for_tensor(parameter: Parameter, value: object) -> bool:
    """Whether the calculator's extension takes this value for the tensor (or tensors) that is wanted."""
    return parameter.kind in (KINDS["Tensor"], TENSOR_OR_NUMBER) and is_numbers(value)


def is_numbers(value: object) -> bool:
    """A number, or a list or tuple of such, nested as one likes. What is shared, or in itself, is looked at once."""
    pending = [value]
    seen: set[int] = set()
    while pending:
        item = pending.pop()
        if isinstance(item, (tuple, list)):
            if id(item) not in seen:
                seen.add(id(item))
                pending.extend(item)
        elif not is_number(item):
            return False
    return True
