"""Formulas in other forms: second derivatives, LaTeX, Markdown, code; what stands beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_ask import ask
from test_derive import Case, Screen, run

from autogradcli.cli import sessions
from autogradcli.explain.derived import TOO_LONG, Subject, agrees
from autogradcli.explain.normal.latex import Latex
from autogradcli.explain.normal.parsing import parsed
from autogradcli.explain.part_shapes import Shapes
from autogradcli.show.derive_options import Wanted, split
from autogradcli.show.formulas import Answer, answer

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "derivatives.jsonl").read_text(encoding="utf-8").splitlines()
]
NUMBERS = [case for case in CASES if all("[" not in value for value in case["values"].values())]
#: What NumPy has no counterpart of, and what has no formula at all.
# NumPy and JAX have no function of that meaning, so `--code` says so and names the form that does.
NOT_IN_NUMPY = {
    *("batch norm (training)", "conv1d", "avg pool", "avg pool 2d", "adaptive avg pool", "max pool"),
    *("pad", "pad squared", "reflection pad", "interpolate", "unfold", "sort", "topk", "real part"),
    *("huber", "weighted nll loss", "multi-margin", "glu", "prelu"),
}


def asked(case: dict[str, Any], **wanted: Any) -> tuple[Case, Answer]:
    """A case, and what ``derive`` answers."""
    found = Case(case["expr"], case["values"])
    function = run(found.session, f"lambda {', '.join(case['values'])}: ({case['expr']}\n)")
    made: list[Answer] = []

    def work() -> None:
        made.append(
            answer(
                case["expr"],
                Subject(lambda given: function(**given), found.values),
                evaluate=found.evaluate,
                wanted=Wanted(**wanted),
            )
        )

    assert sessions.within(found.session, work, case["expr"], Screen())  # type: ignore[arg-type]
    return found, made[0]


# -- code --------------------------------------------------------------------------------------------------


def gives(code: str, values: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """What the function that was written gives."""
    names: dict[str, Any] = {}
    exec(code, names)
    found: tuple[Any, dict[str, Any]] = names["value_and_gradients"](**values)
    return found


def agree(case: dict[str, Any], code: str, found: Case) -> None:
    values = {name: float(v.array) if not v.array.ndim else v.array for name, v in found.values.items()}
    _, gradients = gives(code, values)
    true = found.gradients()
    for name, gradient in true.items():
        assert agrees(np.asarray(gradients[name], gradient.dtype), gradient), f"{name}\n{code}"
    assert set(gradients) == set(found.names)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_numpy_code_runs(case: dict[str, Any]) -> None:
    if case["name"] in NOT_IN_NUMPY:
        with pytest.raises(AssertionError, match=r"has no counterpart of|no formula of the value"):
            asked(case, code="numpy")
        return
    found, made = asked(case, code="numpy")
    agree(case, made.text, found)
    assert made.event["code"] == made.text
    # JAX's functions are called as NumPy's are: the same text with another import has to give the same.
    _, other = asked(case, code="jax")
    assert "np." not in other.text.replace("jnp.", "")
    if "jax.scipy" not in other.text:
        agree(case, other.text.replace("import jax.numpy as jnp", "import numpy as jnp"), found)


@pytest.mark.parametrize("case", NUMBERS, ids=[case["name"] for case in NUMBERS])
def test_python_code_runs(case: dict[str, Any]) -> None:
    found, made = asked(case, code="python")
    agree(case, made.text, found)


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_code_of_installed_libraries_runs(library: str) -> None:
    pytest.importorskip(library)
    for case in CASES:
        if (library == "jax" and case["name"] in NOT_IN_NUMPY) or case["name"] == "avg pool":
            continue
        found, made = asked(case, code=library)
        agree(case, made.text, found)


def test_the_value_is_the_value() -> None:
    found, made = asked({"expr": "sin(x**2) * y + norm(z)", "values": {"x": "2", "y": "3", "z": "[3,4]"}}, code="numpy")
    value, _ = gives(made.text, {"x": 2.0, "y": 3.0, "z": [3.0, 4.0]})
    assert value == pytest.approx(np.sin(4) * 3 + 5)
    assert found.names == ["x", "y", "z"]


def test_code_says_where_it_has_no_value() -> None:
    _, made = asked({"expr": "x.std()", "values": {"x": "[1,2,4]"}}, code="numpy")
    assert "# where std(x, None) == 0: x.grad is 0" in made.text


LOOP = {"expr": "[h := x*1, [h := h*x + sin(h) for i in range(333)], h.sum()][2]", "values": {"x": "[.1, .2]"}}


def test_what_nobody_reads_can_be_run() -> None:
    _, shown = asked(LOOP)
    assert shown.event["missing"] == {"x": TOO_LONG}
    assert shown.text.endswith("--code numpy gives it as a function, a step a line\n")
    found, made = asked(LOOP, code="numpy")
    agree(LOOP, made.text, found)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sum(x)", "x=[1, 2]", "--code", "python"], "python is for numbers only, and x has the shape [2]"),
        (["lgamma(x)", "x=1.5", "--code", "numpy"], "no counterpart of digamma: ask for --code torch"),
        (["x * y", "x=1", "y=2", "--wrt", "z"], "--wrt z: there is no such variable; they are x, y"),
        (["x * x", "x=1", "--latex", "--code", "numpy"], "ask for one of them"),
        (["x * x", "x=1", "--order", "2", "--code", "numpy"], "leave out --order 2"),
        (["x * x", "x=[1, 2]", "--order", "2", "--gradient", "[1, 1]"], "leave out --gradient"),
        (["x * x", "x=1", "--code", "fortran"], "fortran"),
    ],
)
def test_refusals(arguments: list[str], message: str) -> None:
    done = ask("derive", *arguments)
    assert done.code != 0 and message in done.err


# -- second derivatives ------------------------------------------------------------------------------------

HESSIANS = [
    ("x**3 * y", {"x": "2", "y": "5"}, {"x, x": "6 * x * y", "x, y": "3 * x**2", "y, y": "0"}),
    (
        "x @ A @ x",
        {"x": "[1,2]", "A": "[[1,2],[3,4]]"},
        {"x, x": "A + A.T", "x, A": "@ g (g + g.T) @ x", "A, A": "@ g zeros((2, 2))"},
    ),
    ("((A @ x - b)**2).sum()", {"A": "[[1,2],[3,4],[5,6]]", "x": "[1,2]", "b": "[1,0,1]"}, {"x, x": "2 * A.T @ A"}),
    ("(x**3).sum()", {"x": "[1,2]"}, {"x, x": "6 * diag(x)"}),
    ("a @ x", {"a": "[1,2]", "x": "[3,4]"}, {"a, x": "eye(2)", "x, x": "zeros((2, 2))"}),
    ("exp(-x**2)", {"x": "2"}, {}),
    ("logsumexp(x, 0)", {"x": "[1,2,3]"}, {}),
    ("norm(x)", {"x": "[3,4]"}, {}),
    ("tanh(w @ x)", {"x": "[1,2]", "w": "[.1,.2]"}, {}),
    ("log(1 + exp(-y * (X @ w))).sum()", {"X": "[[1,2],[3,4],[5,6]]", "y": "[1.,-1,1]", "w": "[.1,-.2]"}, {}),
]


@pytest.mark.parametrize(("expr", "values", "texts"), HESSIANS, ids=[h[0] for h in HESSIANS])
def test_second_derivatives(expr: str, values: dict[str, str], texts: dict[str, str]) -> None:
    """Against PyTorch's name for them, element by element: each block evaluated as text in a session."""
    found, made = asked({"expr": expr, "values": values}, order=2)
    event = made.event
    assert event["gradients"] == {} and not event["missing"]
    names = list(values)
    assert {(a, b) for a in event["hessian"] for b in event["hessian"][a]} == {
        (a, b) for k, a in enumerate(names) for b in names[k:]
    }
    for name, value in found.values.items():
        found.session.variables[name] = value
    function = f"lambda {', '.join(names)}: ({expr}\n)"
    run(found.session, f"H = torch.autograd.functional.hessian({function}, ({', '.join(names)},)); 0")
    for name, meaning in event["where"].items():
        run(found.session, f"{name} = {meaning}\n0")
    for a, row in event["hessian"].items():
        for b, text in row.items():
            product = f"{a}, {b}" in event.get("products", ())
            if f"{a}, {b}" in texts:
                assert ("@ g " if product else "") + text == texts[f"{a}, {b}"]
            run(found.session, f"g = torch.arange({b}.numel()).reshape({b}.shape) * 0.7 + 0.2; 0")
            block = f"H[{names.index(a)}][{names.index(b)}]"
            wanted = f"({block} * g).flatten({a}.dim()).sum(-1)" if product else block
            true, mine = run(found.session, f"{wanted} + 0"), run(found.session, f"torch.as_tensor({text}) + 0.0")
            assert agrees(np.asarray(mine.array, np.float32), np.asarray(true.array.reshape(mine.array.shape))), text


# -- conditions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expr", "values", "lines"),
    [
        ("x.std()", {"x": "[1,2,4]"}, ["but 0 where std(x, None) == 0"]),
        ("x.std() * y", {"x": "[1,2,4]", "y": "2"}, ["but x.grad is 0 where std(x, None) == 0"]),
        # Where x is 0 the other term isn't: "0 there" would be false of the whole.
        ("x.std() + x.sum()", {"x": "[1,2,4]"}, ["but the terms without a value where std(x, None) == 0 are 0 there"]),
        # (x == 0) & (x >= 0) says no more than x == 0.
        ("x**x", {"x": "2"}, ["but the terms without a value where x == 0 are 0 there"]),
        ("x * y", {"x": "2", "y": "3"}, []),
    ],
)
def test_conditions(expr: str, values: dict[str, str], lines: list[str]) -> None:
    _, made = asked({"expr": expr, "values": values})
    assert [line for line in made.text.splitlines() if line.startswith("but")] == lines


# -- LaTeX -------------------------------------------------------------------------------------------------

VALUES = {"x": "[1.,2.]", "w": "[3.,1.]", "A": "[[1.,2.],[3.,4.]]", "B": "[[2.,1.],[1.,3.]]", "s": "2.", "alpha": "3."}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2 * x", r"2 x"),
        ("x * w", r"x \odot w"),
        ("s * x", r"s x"),
        ("x @ w", r"x^{\top} w"),
        ("A @ x", r"A x"),
        ("x @ A", r"A^{\top} x"),
        ("x @ A @ w", r"x^{\top} A w"),
        ("x @ A.T", r"A x"),
        ("(A + A.T) @ x", r"\left(A + A^{\top}\right) x"),
        ("2 * (x @ A @ x) * x", r"2 \left(x^{\top} A x\right) x"),
        ("A * B", r"A \odot B"),
        ("A * (B @ A)", r"A \odot \left(B A\right)"),
        ("outer(x, w)", r"x w^{\top}"),
        ("inv(A).T", r"A^{-\top}"),
        ("det(A) * inv(A).T", r"\det\left(A\right) A^{-\top}"),
        ("trace(A @ B)", r"\operatorname{tr}\left(A B\right)"),
        ("norm(x)**3", r"\lVert x \rVert^{3}"),
        ("s**0.5", r"\sqrt{s}"),
        ("x**2", r"x^{\odot 2}"),
        ("s**2", r"s^{2}"),
        ("sin(s)**2", r"\sin^{2}\left(s\right)"),
        ("exp(-s**2 / 2)", r"e^{-\frac{s^{2}}{2}}"),
        ("-x / s", r"-\frac{x}{s}"),
        ("s - (x - w)", r"s - \left(x - w\right)"),
        ("A + x", r"A + \mathbf{1} x^{\top}"),
        ("A.sum(0)", r"A^{\top} \mathbf{1}"),
        ("x.sum()", r"\mathbf{1}^{\top} x"),
        ("alpha * s", r"\alpha s"),
        ("sigmoid(x)", r"\sigma\left(x\right)"),
        ("softmax(x, 0)", r"\operatorname{softmax}\left(x\right)"),
        ("where(x > 0, x, 0.)", r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}"),
        ("(x <= 0) & (w != 1)", r"\left(x \leq 0\right) \wedge \left(w \neq 1\right)"),
    ],
)
def test_latex(text: str, wanted: str) -> None:
    case = Case("s", VALUES)
    form = parsed(text)
    made: list[str] = []

    def work() -> None:
        made.append(Latex(Shapes([form], [], case.values, case.evaluate))(form))

    assert sessions.within(case.session, work, text, Screen())  # type: ignore[arg-type]
    assert made == [wanted]


def test_latex_and_markdown_of_an_answer() -> None:
    case = {"expr": "norm(x) * y", "values": {"x": "[3,4]", "y": "2"}}
    _, made = asked(case, latex=True)
    condition = r", \quad 0 \text{ where } \lVert x \rVert = 0"
    assert made.text.splitlines() == [
        r"\nabla_{x} = \frac{y x}{\lVert x \rVert}" + condition,
        r"\nabla_{y} = \lVert x \rVert",
    ]
    assert list(made.event["latex"]) == ["x", "y"]
    _, made = asked(case, markdown=True, wrt=("y",))
    assert made.text == "The gradient of `norm(x) * y`:\n\n$$\n\\nabla_{y} = \\lVert x \\rVert\n$$\n"


# -- what is asked for -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expression", "wanted"),
    [
        ("x - -y", "x - -y", Wanted()),
        ("x * y --wrt x --wrt y --latex", "x * y", Wanted(wrt=("x", "y"), latex=True)),
        ("--order 2 x * y", "x * y", Wanted(order=2)),
        ("f( x ) --code=numpy", "f( x )", Wanted(code="numpy")),
        ("loss --plain --markdown", "loss", Wanted(plain=True, markdown=True)),
    ],
)
def test_options_at_the_prompt(line: str, expression: str, wanted: Wanted) -> None:
    assert split(line) == (expression, wanted)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x --code", "--code needs a value"),
        ("x --code c", "--code is one of python, numpy, jax, torch, not c"),
        ("x --latex=1", "--latex takes no value"),
        ("x --latexx", "there is no option --latexx"),
        ("x --latex + 1", "stands after the options"),
    ],
)
def test_options_that_make_no_sense(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("+", r"\+")):
        split(line)


def test_plain_and_wrt() -> None:
    short = ask("derive", "x * y * x", "x=3", "y=2", "--wrt", "x").out
    assert short == "x.grad = 2 * x * y\n"
    plain = ask("derive", "x * y * x", "x=3", "y=2", "--wrt", "x", "--plain").out
    assert plain.startswith("x.grad = ") and plain != short
