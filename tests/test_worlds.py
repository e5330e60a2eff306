"""The world of formulas: gradients as text, and text that means what the expression means."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogradcli import events
from autogradcli.engine.tensor import Tensor, wrap
from autogradcli.explain.derivation import NoFormula
from autogradcli.explain.derived import Shown, Subject, derive
from autogradcli.explain.expression import Expr, Name
from autogradcli.explain.expression_text import text_of
from autogradcli.explain.formula import FORMULAS
from autogradcli.language.compile.evaluate import evaluate
from autogradcli.language.compile.program import compile_program
from autogradcli.language.lines.line_shapes import Shapes
from autogradcli.language.read.syntax import Source
from autogradcli.language.values import prelude
from autogradcli.language.values.budget import budget
from autogradcli.session import Session

VARIABLES = {
    "x": np.array([0.5, 1.5, 2.5], dtype=np.float32),
    "y": np.array([2.0, -1.0, 0.25], dtype=np.float32),
    "A": np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 1.0], [2.0, 1.0, 0.0]], dtype=np.float32),
    "s": np.array(1.5, dtype=np.float32),
    "d": np.array([1.0, 2.0, 3.0]),
}


def computing(source: str) -> Callable[[Mapping[str, Any]], Any]:
    """What the last line of a program gives, as a function of its variables."""

    def compute(variables: Mapping[str, Any]) -> Any:
        budget.start(None)
        made = None
        for step in compile_program(Source(source, 1), source, Shapes(dict(variables), prelude.make())):
            made = step.run(step.frame)
        return made

    return compute


def shown(compute: Any, variables: dict[str, Tensor], gradient: Any = None) -> Shown:
    """The formulas as the rules say them."""
    names = prelude.make()
    return derive(
        Subject(compute, variables, gradient), evaluate=lambda *given: evaluate(*given, prelude=names), plain=True
    )


def derived(source: str, names: str, gradient: Any = None) -> dict[str, str]:
    return dict(shown(computing(source), {n: wrap(VARIABLES[n].copy()) for n in names.split()}, gradient).gradients)


def missing(source: str, names: str) -> dict[str, str]:
    return shown(computing(source), {n: wrap(VARIABLES[n].copy()) for n in names.split()}).missing


FORMULAS_OF = [
    ("(x ** 2).sum()", {"x": "2 * x"}),
    ("1.5 * ((x + 2) ** 2).sum()", {"x": "1.5 * (2 * (x + 2))"}),
    ("(x * y).sum()", {"x": "y", "y": "x"}),
    ("(x / y).sum()", {"x": "1.0 / y", "y": "-1.0 * (x / y / y)"}),
    ("s ** 3", {"s": "3 * s ** 2"}),
    ("s * s", {"s": "s + s"}),
    ("s.sin().exp()", {"s": "exp(sin(s)) * cos(s)"}),
    ("log(x).sum()", {"x": "1.0 / x"}),
    ("tanh(x).sum()", {"x": "1.0 - tanh(x) * tanh(x)"}),
    ("(s * x).sum()", {"s": "x.sum()", "x": "ones((3,)) * s"}),
    ("sin(A @ x).sum()", {"A": "unsqueeze(cos(A @ x), 1) * x", "x": "t(A) @ cos(A @ x)"}),
    ("torch.where(x > 1, x, y).sum()", {"x": "where(x > 1, ones((3,)), 0.0)", "y": "where(x > 1, 0.0, ones((3,)))"}),
    ("(-x).sum() - y.sum()", {"x": "full((3,), -1.0)", "y": "full((3,), -1.0)"}),
    ("x.sum()", {"x": "ones((3,))", "y": "None"}),
]


@pytest.mark.parametrize(("source", "formulas"), FORMULAS_OF, ids=[source for source, _ in FORMULAS_OF])
def test_formula(source: str, formulas: dict[str, str]) -> None:
    assert derived(source, " ".join(formulas)) == formulas


def test_seed_of_a_result_that_is_no_scalar() -> None:
    gradient = wrap(np.ones(3, np.float32))
    assert derived("x * y", "x y", gradient) == {"x": "g * y", "y": "g * x"}
    with pytest.raises(NoFormula, match="scalar"):
        derived("x * y", "x y")
    with pytest.raises(NoFormula, match="shape"):
        derived("x * y", "x y", wrap(np.ones(2, np.float32)))


def test_a_variable_hides_the_function_of_its_name() -> None:
    """``sin`` is a variable here, so the function is called by its full name."""
    value = wrap(np.array(0.5, dtype=np.float32))
    found = shown(lambda v: Tensor.__mul__(v["cos"], _call("sin", v["x"])), {"cos": value, "x": value})
    assert dict(found.gradients) == {"cos": "sin(x)", "x": "cos * torch.cos(x)"}


def _call(name: str, x: Tensor) -> Any:
    from autogradcli.api.calls.registry import NAMESPACES

    return NAMESPACES["torch"][name](x)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("x.detach().sum()", "no gradient"),
        ("3.0", "no tensor"),
    ],
)
def test_what_has_no_formula_says_why(source: str, says: str) -> None:
    with pytest.raises(NoFormula, match=says):
        derived(source, "x")


def test_a_variable_without_a_formula_costs_itself_alone() -> None:
    source = "z = x * 1\nz[0] = 5.\nz.sum() + y.sum()"
    assert "in place" in missing(source, "x y")["x"]
    assert derived(source, "x y") == {"y": "ones((3,))"}


def test_a_whole_change_in_place_has_a_formula() -> None:
    assert derived("z = x * 2\nz.mul_(y)\nz.sum()", "x y") == {"x": "y * 2", "y": "x * 2"}


def test_a_formula_that_nobody_would_read_is_refused() -> None:
    doubling = "\n".join(["z = s", *["z = sin(z) * cos(z)"] * 16, "z"])
    assert missing(doubling, "s") == {"s": "it is too long to read"}


def test_a_long_chain_is_refused_in_time() -> None:
    assert missing("\n".join(["z = s", *["z = sin(z)"] * 1500, "z"]), "s") == {"s": "it is too long to read"}


def test_a_long_chain_needs_no_recursion() -> None:
    text = derived("\n".join(["z = s", *["z = -z"] * 1500, "z"]), "s")["s"]
    assert text == "tensor(1.0)"


# -- text ---------------------------------------------------------------------------------------------------

NAMES = {n: wrap(np.array(v)) for n, v in {"a": 0.75, "b": -1.25, "c": 2.0}.items()}
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda p, q: p + q,
    "-": lambda p, q: p - q,
    "*": lambda p, q: p * q,
    "/": lambda p, q: p / q,
    "**": lambda p, q: FORMULAS.abs(p) ** q,
}


@st.composite
def expressions(draw: st.DrawFn, depth: int = 4) -> Expr:
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        name = draw(st.sampled_from(sorted(NAMES)))
        return Name(name, NAMES[name])
    kind = draw(st.sampled_from(["-", "sin", "number", *BINARY]))
    left: Expr = draw(expressions(depth=depth - 1))
    right: Expr = draw(expressions(depth=depth - 1)) if kind in BINARY else left
    number = draw(st.sampled_from([2, -3, 0.5, -0.25])) if kind == "number" else 0
    with np.errstate(all="ignore"):
        return combined(kind, left, right, number)


def combined(kind: str, left: Expr, right: Expr, number: float) -> Expr:
    if kind == "-":
        return -left
    if kind == "sin":
        return FORMULAS.sin(left)  # type: ignore[no-any-return]
    if kind == "number":
        return left * number if number < 1 else number - left
    return BINARY[kind](left, right)  # type: ignore[no-any-return]


@given(expression=expressions())
def test_text_means_the_expression(expression: Expr) -> None:
    """Run as a program it gives the value again, and every pair of parentheses changes its meaning."""
    with np.errstate(all="ignore"):
        text = text_of(expression, frozenset(NAMES))
        session = Session()
        session.variables.update(NAMES)
        seen: list[events.Event] = []
        assert session.run(text, seen.append), seen
    (value,) = [e.value for e in seen if isinstance(e, events.Value)]
    assert isinstance(value, Tensor)
    np.testing.assert_array_equal(value.array, expression.tensor.array)
    for fewer in without_a_pair(text):
        assert meaning(fewer) != meaning(text), f"{text} needs no more than {fewer}"


def without_a_pair(text: str) -> Iterator[str]:
    """The text without one pair of parentheses, for each pair that doesn't belong to a call."""
    open_at: list[int] = []
    for k, character in enumerate(text):
        if character == "(":
            open_at.append(k)
        elif character == ")":
            start = open_at.pop()
            if start == 0 or not text[start - 1].isalnum():
                yield text[:start] + text[start + 1 : k] + text[k + 1 :]


def meaning(text: str) -> str:
    try:
        return ast.dump(ast.parse(text))
    except SyntaxError:
        return ""


def test_constants_are_written_with_the_digits_of_their_dtype() -> None:
    constant = wrap(np.array([0.1, 1 / 3, np.inf], dtype=np.float32))
    found = shown(lambda v: FORMULAS_SUM(v["x"] * constant), {"x": wrap(np.ones(3, np.float32))})
    text = dict(found.gradients)["x"]
    assert text == "tensor([0.1, 0.33333334, inf])"


def FORMULAS_SUM(t: Tensor) -> Any:
    from autogradcli.engine.operation import OPERATIONS

    return OPERATIONS["sum_all"].call(t)
