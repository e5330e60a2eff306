"""Slots: in the tree of a shape, the places of what its lines differ in, which the frame holds.

    line      y = torch.exp(x * 2, out=z)
    tokens    y  torch  exp  x  2  out  z          the frame: numbers as numbers, names as strings
    tree      NameSlot(0) = SlotCall(AttributeSlot(NameSlot(1), 2), ...)

What is compiled here does what its neighbours in ``names``, ``expressions`` and ``call_expressions`` do at the top
level of a program, with a name that is known only when it runs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from keyword import kwlist
from operator import itemgetter
from typing import Any

from ...api.calls.registry import Method, Property
from ..compile.assignment import target
from ..compile.calls import DIRECT, callable_of
from ..compile.context import Context, compiles, expression
from ..compile.expressions import elements
from ..compile.user_functions import call_function
from ..compile.variables import Store, undefined
from ..read.syntax import Place
from ..values.attribute_lookup import TABLES, get_attribute, set_attribute
from ..values.kinds import UNBOUND, Frame, Namespace, Run, UserFunction

#: A number that is an operand: no part of a name, of another literal or of an attribute. None is too long to be an
#: int64 or begins with a zero that Python would refuse; such a one is no token.
_NUMBER = r"(?:[1-9](?<![\w.][1-9])[0-9]{0,17}|0(?<![\w.]0))(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{1,3})?(?![\w.])"
_WORD = r"[A-Za-z_](?<!\w.)\w*"
NUMBER, WORD = re.compile(_NUMBER), re.compile(_WORD)
TOKEN = re.compile(f"{_WORD}|{_NUMBER}")

#: Words that make a shape what it is. The session asks of an expression whether it is a call of ``backward``.
FIXED = frozenset({*kwlist, "backward"})


class Slot(ast.expr):
    """A number."""

    _fields = ()

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index


class NameSlot(ast.expr):
    """A variable, read or assigned."""

    _fields = ("ctx",)

    def __init__(self, index: int, ctx: ast.expr_context) -> None:
        super().__init__()
        self.index = index
        self.ctx = ctx


class AttributeSlot(ast.expr):
    """``value.name``."""

    _fields = ("value", "ctx")

    def __init__(self, value: ast.expr, index: int, ctx: ast.expr_context) -> None:
        super().__init__()
        self.value = value
        self.index = index
        self.ctx = ctx


class SlotCall(ast.expr):
    """A call of an attribute, or with keywords: ``names`` are their slots."""

    _fields = ("func", "args", "keywords")

    def __init__(self, call: ast.Call, names: list[int]) -> None:
        super().__init__()
        self.func, self.args, self.keywords = call.func, call.args, call.keywords
        self.names = names


class SlotMaker:
    """Puts slots into a tree: for the tokens that begin at the offsets in ``starts`` (offset -> index of the token).

    ``unfit`` is set where a name stands in a place that has no slot; ``taken`` are the tokens that got one.
    """

    def __init__(self, starts: Mapping[int, int], names: bool) -> None:
        self.starts = starts
        self.names = names
        self.taken: set[int] = set()
        self.unfit = False
        #: The keywords of each call that has several: they must differ.
        self.keywords: list[list[int]] = []

    def put(self, node: ast.Expr | ast.Assign) -> None:
        """Put slots below a statement."""
        if isinstance(node, ast.Assign):
            node.targets = [self._of(each) for each in node.targets]
        node.value = self._of(node.value)

    def _of(self, node: ast.expr) -> ast.expr:
        """What stands in the place of an expression."""
        made: ast.expr = node
        if type(node) is ast.Constant:
            if type(node.value) in (int, float) and node.col_offset in self.starts:
                made = Slot(self._take(node.col_offset))
        elif type(node) is ast.Name:
            if self.names:
                made = NameSlot(self._take(node.col_offset), node.ctx)
        else:
            self._put_within(node)
            if self.names:
                made = self._of_names(node)
        return made if made is node else ast.copy_location(made, node)

    def _put_within(self, node: ast.expr) -> None:
        of = self._of
        if isinstance(node, ast.BinOp):
            node.left, node.right = of(node.left), of(node.right)
        elif isinstance(node, ast.Call):
            node.func, node.args = of(node.func), [of(argument) for argument in node.args]
            for keyword in node.keywords:
                keyword.value = of(keyword.value)
        elif isinstance(node, (ast.Attribute, ast.Starred, ast.NamedExpr)):
            node.value = of(node.value)
        elif isinstance(node, ast.UnaryOp):
            node.operand = of(node.operand)
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            node.elts = [of(element) for element in node.elts]
        elif isinstance(node, ast.Subscript):
            node.value, node.slice = of(node.value), of(node.slice)
        elif isinstance(node, ast.Slice):
            node.lower, node.upper, node.step = [part and of(part) for part in (node.lower, node.upper, node.step)]
        elif isinstance(node, ast.Compare):
            node.left, node.comparators = of(node.left), [of(each) for each in node.comparators]
        elif isinstance(node, ast.BoolOp):
            node.values = [of(value) for value in node.values]
        elif isinstance(node, ast.IfExp):
            node.test, node.body, node.orelse = of(node.test), of(node.body), of(node.orelse)
        elif isinstance(node, ast.Dict):
            node.keys, node.values = [key and of(key) for key in node.keys], [of(value) for value in node.values]
        else:
            self.unfit = True

    def _of_names(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Attribute):
            at = (node.end_col_offset or 0) - len(node.attr)
            if at in self.starts:  # else the word is fixed and stays what it is
                return AttributeSlot(node.value, self._take(at), node.ctx)
        elif isinstance(node, ast.Call):
            if any(keyword.arg is None for keyword in node.keywords):
                self.unfit = True
            elif node.keywords or isinstance(node.func, AttributeSlot):
                names = [self._take(keyword.col_offset) for keyword in node.keywords]
                if len(names) > 1:
                    self.keywords.append(names)
                return SlotCall(node, names)
        elif isinstance(node, ast.NamedExpr):
            self.unfit = True
        return node

    def _take(self, offset: int) -> int:
        index = self.starts.get(offset, -1)
        if index < 0 or index in self.taken:
            self.unfit = True
        self.taken.add(index)
        return index


@compiles(Slot)
def _slot(node: Slot, c: Context) -> Run:
    return itemgetter(node.index)


@compiles(NameSlot)
def _name(node: NameSlot, c: Context) -> Run:
    index, variables, prelude, at = node.index, c.variables, c.prelude, c.place(node)

    def load(f: Frame, place: Place = at) -> Any:
        name = f[index]
        try:
            return variables[name]
        except KeyError:
            value = prelude.get(name, UNBOUND)
        if value is UNBOUND:
            raise undefined(name)
        return value

    return load


@compiles(AttributeSlot)
def _attribute(node: AttributeSlot, c: Context) -> Run:
    owner, index, at = expression(node.value, c), node.index, c.place(node)

    def attribute(f: Frame, place: Place = at) -> Any:
        value, name = owner(f), f[index]
        entry = TABLES[type(value)].get(name)
        return entry.get(value) if type(entry) is Property else get_attribute(value, name)

    return attribute


@compiles(SlotCall)
def _call(node: SlotCall, c: Context) -> Run:
    arguments = elements(node.args, c)
    keywords = [(index, expression(keyword.value, c)) for index, keyword in zip(node.names, node.keywords)]
    at = c.place(node)
    if not isinstance(node.func, AttributeSlot):
        function = expression(node.func, c)

        def call(f: Frame, place: Place = at) -> Any:
            callee = function(f)
            if type(callee) in DIRECT:
                return callee(*arguments(f), **{f[index]: value(f) for index, value in keywords})
            given, named = arguments(f), {f[index]: value(f) for index, value in keywords}
            return callable_of(callee)(*given, **named)

        return call
    owner, index = expression(node.func.value, c), node.func.index

    def call_attribute(f: Frame, place: Place = at) -> Any:
        value, name = owner(f), f[index]
        kind = type(value)
        if kind is Namespace:
            known = value.names
            callee = known[name] if name in known else get_attribute(value, name)
        else:
            entry = TABLES[kind].get(name)
            if type(entry) is Method:
                if keywords:
                    return entry.call(value, *arguments(f), **{f[k]: argument(f) for k, argument in keywords})
                return entry.call(value, *arguments(f))
            callee = get_attribute(value, name)
        if keywords:
            if type(callee) in DIRECT:
                return callee(*arguments(f), **{f[k]: argument(f) for k, argument in keywords})
            given, named = arguments(f), {f[k]: argument(f) for k, argument in keywords}
            return callable_of(callee)(*given, **named)
        if type(callee) is UserFunction:
            return call_function(callee, arguments(f))
        if type(callee) in DIRECT:
            return callee(*arguments(f))
        given = arguments(f)
        return callable_of(callee)(*given)

    return call_attribute


def store_of(node: ast.expr, c: Context) -> Store | None:
    """What assigns to a target that may hold slots; None for one that has none of its own."""
    if isinstance(node, NameSlot):
        index, variables = node.index, c.variables

        def store(f: Frame, value: Any) -> None:
            variables[f[index]] = value

        return store
    if isinstance(node, AttributeSlot):
        owner, name_at, at = expression(node.value, c), node.index, c.place(node)

        def store_attribute(f: Frame, value: Any, place: Place = at) -> None:
            set_attribute(owner(f), f[name_at], value)

        return store_attribute
    return target(node, c) if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) else None
