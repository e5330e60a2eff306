"""Expressions as text of the language. Parentheses stand only where Python's precedence needs them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np

from ..numerics import dtypes
from ..numerics.dtypes import DType
from .expression import Call, Constant, Expr, Guarded, Item, Name, Operator, Subscript, Written, expressions_in
from .normal.forms import TooLong
from .simplify import shortest, uniform
from .spelling import Spelling, expressed, speak

#: A formula longer than this helps nobody, and a shared part makes it grow exponentially.
LONGEST = 20_000

_COMPARE, _OR, _XOR, _AND, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(9)
_BINDING = {
    "|": _OR, "^": _XOR, "&": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "//": _PRODUCT,
    "%": _PRODUCT, "@": _PRODUCT, "**": _POWER,
}  # fmt: skip


class Text:
    """A piece of text and how strongly its outermost operator binds."""

    __slots__ = ("binding", "text")

    def __init__(self, text: str, binding: int = _ATOM) -> None:
        if len(text) > LONGEST:
            raise TooLong(f"the formula has more than {LONGEST} characters; ask for smaller parts of it")
        self.text = text
        self.binding = binding

    def within(self, binding: int) -> str:
        """As an operand of an operator that binds so strongly."""
        return self.text if self.binding >= binding else f"({self.text})"


def text_of(root: Expr, taken: frozenset[str] = frozenset()) -> str:
    """An expression as text. ``taken`` are the names of variables, which hide functions of the same name.

    Raises TooLong; Unspeakable for an operation that the language has no call for.
    """
    done: dict[int, Text] = {}
    stack: list[tuple[Expr, bool]] = [(root, False)]
    while stack:  # no recursion: a chain of a thousand operations is no deeper than one
        node, ready = stack.pop()
        if id(node) in done:
            continue
        if not ready:
            stack.append((node, True))
            other = expressed(node)
            needed = node.parts if other is None else (other,)
            stack.extend((part, False) for part in expressions_in(needed))
            continue
        done[id(node)] = _one(node, done, taken)
    return done[id(root)].text


#: A text that is longer gets a name where every step has a line of its own.
_LONGEST_STEP = 60


def lines_of(roots: Sequence[Expr], taken: frozenset[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Expressions as a program: lines ``name = text`` for what is used more than once or is long, and what the roots
    are in terms of these names.

    Of a formula that is too long to read: as long as the computation, however often a part of it is used. Raises
    Unspeakable.
    """
    uses: Counter[int] = Counter(id(root) for root in roots)
    done: dict[int, Text] = {}
    order: list[Expr] = []
    stack: list[tuple[Expr, bool]] = [(root, False) for root in reversed(roots)]
    seen: set[int] = set()
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            said = speak(node) if isinstance(node, Call) else None
            parts = expressions_in((said,) if isinstance(said, Expr) else node.parts)
            uses.update(id(part) for part in parts)
            stack.extend((part, False) for part in reversed(parts))
    lines: list[tuple[str, str]] = []
    names = (name for k in count(1) if (name := f"t{k}") not in taken)
    for node in order:
        made = _one(node, done, taken)
        simple = isinstance(node, (Name, Constant)) or made.text.isidentifier()
        several = isinstance(node, Call) and len(node.results) > 1
        if not simple and not several and (uses[id(node)] > 1 or len(made.text) > _LONGEST_STEP):
            name = next(names)
            lines.append((name, made.text))
            made = Text(name)
        done[id(node)] = made
    return lines, [done[id(root)].text for root in roots]


def _one(node: Expr, done: dict[int, Text], taken: frozenset[str]) -> Text:
    if isinstance(node, Name):
        return Text(node.name)
    if isinstance(node, Constant):
        return constant(node)
    if isinstance(node, Operator):
        return _operator(node.symbol, [plain(p, done) for p in node.operands])
    if isinstance(node, Subscript):
        return Text(f"{done[id(node.operand)].within(_ATOM)}[{', '.join(_at(i, done) for i in node.index)}]")
    if isinstance(node, Item):
        other = expressed(node)
        if other is not None:
            return done[id(other)]
        said = speak(node.call)
        only = isinstance(said, Spelling) and said.first_only
        return Text(done[id(node.call)].text + ("" if only else f"[{node.index}]"))
    if isinstance(node, Guarded):
        return done[id(node.call)]
    if isinstance(node, Written):
        shown = [(f"{key}=" if key else "") + plain(value, done).text for key, value in node.arguments]
        item = "" if node.index is None else f"[{node.index}]"
        return Text(f"{node.name}({', '.join(shown)}){item}")
    assert isinstance(node, Call)
    other = expressed(node)
    if other is not None:
        return done[id(other)]
    said = speak(node)
    if not isinstance(said, Spelling):
        return done[id(said[0] if isinstance(said, tuple) else said)]
    return _call(said, done, taken)


def _call(said: Spelling, done: dict[int, Text], taken: frozenset[str]) -> Text:
    arguments = list(said.arguments)
    name = said.dotted if said.name in taken else said.name
    if said.method:
        name = f"{plain(arguments.pop(0)[1], done).within(_ATOM)}.{said.name}"
    shown = [(f"{keyword}=" if keyword else "") + plain(value, done).text for keyword, value in arguments]
    return Text(f"{name}({', '.join(shown)})")


def _at(index: int | slice | Expr, done: dict[int, Text]) -> str:
    if isinstance(index, Expr):
        return done[id(index)].text
    if isinstance(index, int):
        return str(index)
    start, stop, step = ("" if part is None else str(part) for part in (index.start, index.stop, index.step))
    return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"


def _operator(symbol: str, operands: Sequence[Text]) -> Text:
    if len(operands) == 1:
        return Text(symbol + operands[0].within(_SIGN), _SIGN)
    left, right = operands
    binding = _BINDING.get(symbol, _COMPARE)
    if symbol == "**":  # binds to the right, and tighter than a sign on its left only
        return Text(f"{left.within(_ATOM)} ** {right.within(_SIGN)}", binding)
    nested = binding + 1 if binding == _COMPARE else binding  # comparisons would chain
    return Text(f"{left.within(nested)} {symbol} {right.within(binding + 1)}", binding)


def plain(value: Any, done: dict[int, Text]) -> Text:
    """An operand: an expression that is done, a number, a shape, a dtype, a string."""
    if isinstance(value, Expr):
        return done[id(value)]
    if isinstance(value, (list, tuple)):
        inner = ", ".join(plain(v, done).text for v in value)
        if isinstance(value, list):
            return Text(f"[{inner}]")
        return Text(f"({inner},)" if len(value) == 1 else f"({inner})")
    if isinstance(value, DType):
        return Text(repr(value))
    if isinstance(value, np.dtype):
        return Text(repr(dtypes.from_numpy(value)))
    if isinstance(value, np.generic):
        return number(value.item())
    if isinstance(value, (bool, str)) or value is None:
        return Text(repr(value))
    if isinstance(value, slice):
        return Text(f"slice({value.start!r}, {value.stop!r}, {value.step!r})")
    return number(value)


def number(value: Any) -> Text:
    """A Python number. Raises TypeError for anything else."""
    if isinstance(value, float) and not math.isfinite(value):
        return Text("nan") if value != value else Text("inf") if value > 0 else Text("-inf", _SIGN)
    if not isinstance(value, (int, float, complex)):
        raise TypeError(f"a formula can't show {type(value).__name__}")
    text = repr(value)
    return Text(text, _SIGN if text.startswith("-") else _ATOM)


def constant(node: Constant) -> Text:
    """A tensor's values: as a number of copies where they are all the same."""
    array = node.tensor.array
    dtype = node.tensor.dtype
    usual = dtype in (dtypes.default.dtype, dtypes.bool_, dtypes.int64)
    suffix = "" if usual else f", dtype={dtype!r}"
    same = uniform(node)
    if array.ndim == 0:
        return Text(f"tensor({_element(array)}{suffix})")
    shape = "(" + ", ".join(map(str, array.shape)) + ("," if array.ndim == 1 else "") + ")"
    if not array.size:
        return Text(f"zeros({shape}, dtype={dtype!r})")
    if same is not None:
        named = {0: "zeros", 1: "ones"}.get(same) if str(same)[0] != "-" else None
        if named:
            suffix = "" if dtype is dtypes.default.dtype else f", dtype={dtype!r}"
            return Text(f"{named}({shape}{suffix})")
        return Text(f"full({shape}, {number(same).text}{suffix})")
    if array.size * 4 > LONGEST:
        raise TooLong(f"the formula has a constant of {array.size} elements")
    return Text(f"tensor({_nested(array)}{suffix})")


def _nested(array: np.ndarray) -> str:
    if array.ndim == 0:
        return _element(array)
    return "[" + ", ".join(_nested(a) for a in array) + "]"


def _element(array: np.ndarray) -> str:
    value: Any = array[()]
    return repr(value.item()) if value.dtype.kind in "biuc" else number(shortest(value)).text
