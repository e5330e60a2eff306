"""The language beyond Python's own: what it adds, what it leaves out, and that it is closed."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogradcli import language
from autogradcli.events import Event, Failed, Value
from autogradcli.language.read.tokens import call_at_end
from autogradcli.language.values.attribute_lookup import names_of
from autogradcli.session import Session

FILES = sorted(Path(language.__file__).parent.glob("*.py"))


def last(program: str, **options: Any) -> Event:
    events: list[Event] = []
    Session(**options).run(program, events.append)
    return events[-1]


def value(program: str) -> object:
    event = last(program)
    assert isinstance(event, Value), event
    return event.value


def failure(program: str) -> tuple[str, str]:
    event = last(program)
    assert isinstance(event, Failed), event
    return event.type, event.message


# What the prompt reads of a text that isn't finished


@pytest.mark.parametrize(
    ("text", "chain", "position"),
    [
        ("torch.nn.functional.relu(", ["torch", "nn", "functional", "relu"], 0),
        ("torch.nn.functional.relu(x, ", ["torch", "nn", "functional", "relu"], 1),
        ("f(", ["f"], 0),
        ("x.sum(dim=0, ", ["x", "sum"], 1),
        ("a + b.c(1)(", [], None),
        ("f(g(1, 2), [3, 4], ", ["f"], 2),
        ("f(x[", ["f"], 0),
        ("y = [torch.ones(", ["torch", "ones"], 0),
        ("def f(", [], None),
        ("class A(", [], None),
        ("2.0(", [], None),
        ("x[0].sum(", [], None),
        ("f(1)", [], None),
        ("'f('", [], None),
    ],
)
def test_the_call_that_a_text_ends_in(text: str, chain: list[str], position: int | None) -> None:
    call = call_at_end(text)
    assert (call.chain if call else []) == chain
    assert not chain or (call is not None and call.position == position)


# Extensions


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("[1, 2, 3] * torch.tensor([1., 2., 3.])", "tensor([1., 4., 9.])"),
        ("torch.tensor([1., 2.]) + [1, 2]", "tensor([2., 4.])"),
        ("x = torch.tensor([1., 2.])\nx -= [1, 1]\nx", "tensor([0., 1.])"),
        ("torch.tensor([1., 2.]) > [1, 1]", "tensor([False,  True])"),
        ("[1, 2] * 2", "[1, 2, 1, 2]"),
        ("[1] + [2]", "[1, 2]"),
        ("sqrt(4)", "2.0"),
        ("exp(0) + sin(0)", "1.0"),
        ("sin(torch.tensor([0.]))", "tensor([0.])"),
        ("pi", repr(math.pi)),
        ("abs(torch.tensor([-1.]))", "tensor([1.])"),
        ("sum([1, 2]), max(1, 2), min([3, 1]), abs(-1), round(2.6), pow(2, 3), all([1]), any([0])", ""),
        ("ones(2)", "tensor([1., 1.])"),
        ("tensor([1, 2])", "tensor([1, 2])"),
    ],
)
def test_extensions(program: str, text: str) -> None:
    assert repr(value(program)) == (text or "(3, 2, 1, 1, 3, 8, True, False)")


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("[1] - [2]", "unsupported operand type(s) for -: 'list' and 'list'"),
        ("['a'] * torch.ones(1)", None),
        ("torch.ones(2) + 'a'", None),
        ("torch.sqrt(4)", None),
    ],
)
def test_where_no_extension_applies_the_error_stands(program: str, message: str | None) -> None:
    kind, text = failure(program)
    assert kind == "TypeError"
    assert message is None or text == message


def test_a_program_may_use_any_extra_name_for_its_own() -> None:
    assert value("exp = 3\nsum = exp + 1\nsum") == 4
    assert value("def f():\n    tensor = 5\n    return tensor\nf()") == 5


def test_a_class_is_made_of_its_base_and_its_body() -> None:
    program = """
import torch
k = 3
class Scale(torch.autograd.Function):
    "Doubles."
    factor = 2
    twice = factor * k
    @staticmethod
    def forward(ctx, x):
        ctx.seen = [c for c in range(Scale.factor)]
        return x * Scale.twice
    @staticmethod
    def backward(ctx, g):
        return g * Scale.twice * len(ctx.seen)
x = torch.tensor([1.0], requires_grad=True)
Scale.apply(x).backward()
x.grad, Scale.factor
"""
    assert repr(value(program)) == "(tensor([12.]), 2)"


def test_a_mode_decorates_a_function() -> None:
    program = "x = torch.ones(1, requires_grad=True)\n@torch.no_grad()\ndef f(): return x * 2\n(f(), x * 2)"
    assert repr(value(program)) == "(tensor([2.]), tensor([2.], grad_fn=<MulBackward0>))"


# Closedness


def test_the_language_does_not_use_what_leads_out() -> None:
    """No eval, exec or compile, and getattr and its like on nothing: what is reachable is in the tables."""
    forbidden = {"eval", "exec", "compile", "getattr", "setattr", "delattr", "hasattr", "globals", "__import__"}
    found = [
        f"{file.name}:{node.lineno} {node.func.id}"
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in forbidden
    ]
    assert not found


#: Names and texts of functions and modules, and the errors behind an error.
TEXTS = {"__name__", "__version__", "__doc__", "__qualname__", "__module__", "__cause__", "__context__"}
TEXTS |= {"__annotations__", "__defaults__", "__kwdefaults__", "__traceback__"}


#: What a metaclass calls of ``type``: functions of the language's own.
OF_METACLASSES = {"__new__", "__init__", "__call__", "__prepare__"}


def test_no_attribute_table_has_dunders_but_names() -> None:
    values = [1, 1.0, 1j, True, "a", [], (), {}, set(), range(1), slice(1), None, int, ValueError("x"), print]
    session = Session()
    session.run("x = torch.ones(1, requires_grad=True) * 2\ng = x.grad_fn\nf = lambda: 0\nm = x.sum", lambda e: None)
    for each in [*values, *session.variables.values(), *session.prelude.values()]:
        names = {name for name in names_of(each) if name.startswith("__")}
        assert names <= (TEXTS | OF_METACLASSES if each is type else TEXTS), each


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
        | st.tuples(inner, inner)
    ),
    max_leaves=8,
)


@given(JSON)
def test_what_is_printed_evaluates_to_itself(original: object) -> None:
    event = last(f"[{original!r}]")
    assert isinstance(event, Value)
    assert event.value == [original]
    assert repr(event.value) == f"[{original!r}]"


NUMBERS = st.integers(-9, 9).map(str) | st.sampled_from(["0.5", "True", "2.0", "1e3", "(1, 2)", "[3]", "'ab'", "None"])
# `is` only with None: whether two equal literals are one object is an affair of Python's compiler, which warns of it.
EXPRESSIONS = st.recursive(
    NUMBERS,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(
        ["+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>", "<", "<=", "==", "!=", ">", ">=", "in", "not in",
         "and", "or"]), inner)
    | st.builds("({} {} None)".format, inner, st.sampled_from(["is", "is not"]))
    | st.builds("({}{})".format, st.sampled_from(["-", "+", "~", "not "]), inner)
    | st.builds("({} if {} else {})".format, inner, inner, inner)
    | st.builds("({})[{}]".format, inner, inner)
    | st.builds("[{} for i in {}]".format, inner, inner)
    | st.builds("{}({})".format, st.sampled_from(["abs", "len", "str", "int", "list", "sorted", "sum", "repr"]), inner),
    max_leaves=6,
)  # fmt: skip


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@given(EXPRESSIONS)
def test_random_expressions_are_python(source: str) -> None:
    try:
        expected: object = repr(eval(source))
    except Exception as error:
        expected = type(error).__name__
    event = last(f"repr({source})")
    got = event.value if isinstance(event, Value) else event.type if isinstance(event, Failed) else None
    assert got == expected


WORDS = """x y f 1 0.5 'a' ( ) [ ] { } : , = == + - * ** / // % . @ ~ := -> if else for in while def lambda return class
try except finally with as import from torch math print range not and or is None True del global nonlocal raise assert
pass break continue yield await async match case _ __class__ grad sum f'{x}' ; ..."""


@given(st.lists(st.sampled_from([*WORDS.split(), "\n", "\n    ", "    "]), max_size=25))
def test_any_text_ends_in_events(words: list[str]) -> None:
    events: list[Event] = []
    session = Session(deadline_seconds=1.0)
    ok = session.run(" ".join(words), events.append)
    assert ok is not any(isinstance(event, Failed) for event in events)
    session.is_complete(" ".join(words))
