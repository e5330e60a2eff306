"""Lines of one shape are compiled once; that must show in nothing but the time."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from autogradcli.events import Failed, Printed, Value
from autogradcli.session import Session

INTEGERS = st.sampled_from(["0", "1", "2", "3", "10", "12", "00", "1_0", "0x1f", str(2**63), str(10**18)])
FLOATS = st.sampled_from(["0.5", "2.", "1.25", "3e2", "1e-3", "-1.5", ".5", "007.5", "1e400", "2.5j"])
NAMES = st.sampled_from(["x", "y", "torch", "sum", "f", "exp", "dim", "True", "T", "shape", "None", "__class__", "if"])
LINES = st.sampled_from(
    [
        "x = torch.tensor([{f}, {f}], requires_grad=True)", "x * {i} + {f}", "x.view(2, {i})", "(x + {f}).sum()",
        "torch.ones({i}) @ torch.ones({i})", "print({i}, 'a {i}')", "x[{i}]", "y = -{f}", "y{i} = {i}", "y{i}",
        "-{i} ** {i}", "[{i}, {f}]; {i}", "(lambda a: a + {i})(2)", "[k * {i} for k in range(3)]", "é = {i}",
        "1 if {i} else {f}", "undefined{i}", "({i})", "{i} .real", "a, b = {i}, {f}", "x [ {i} ]", "x.grad",
        "  ", "", "# {i}", "{i} # {f}", "if {i}:\n    x = x + {i}\nelse:\n    y = 2", "s = '''\nx * 3 + 1.0\n'''", "s",
        "z = (\n{i},\n)", "z", "x * 2 + \\\n{f}", "(x * {i}).sum().backward()", "f(x)",
        "def f(a):\n    return a[{i}]\n", "return {i}", "x *", "else:", "{i}.real",
        "(9 * {f}, [1, 2, 3][{i}])", "{v} * {i} - {v}", "{v}.sum(dim={i}, keepdim=True)",
        "{v} = {v} + {f}", "{v}.{v}", "torch.{v}({v}, {v}={i})", "torch.full(size=({i},), fill_value={f})",
        "{v}(1, {v}={i}, {v}={f})", "{v}.grad = None", "not {v} or {v}", "{v}[{i}] = {f}", "{v} is {v}", "1.{v}",
        "{v}({v})", "({v} := {v})", "{v}, {v} = {i}, {f}", "*{v}", "print(*{v}, **{v})", "{v}: {v} = {i}",
        "{i}if x else {f}", "y += {i}", "(y := {i})", "del y",
    ]
)  # fmt: skip


@st.composite
def programs(draw: st.DrawFn) -> str:
    few = st.sampled_from(draw(st.lists(LINES, min_size=1, max_size=5)))
    templates = draw(st.lists(few, min_size=2, max_size=25))
    fill = {"i": INTEGERS, "f": FLOATS, "v": NAMES}
    return "\n".join(re.sub(r"\{([ifv])\}", lambda hole: draw(fill[hole[1]]), line) for line in templates)


def happenings(text: str, *, checked: bool) -> list[tuple[object, ...]]:
    """What a program does; ``checked`` keeps the session from making a shape of any line."""
    found: list[tuple[object, ...]] = []

    def note(event: object) -> None:
        shown = repr(event._replace(value=0)) + repr(event.value) if isinstance(event, Value) else repr(event)
        found.append((type(event), re.sub(r"0x[0-9a-f]+", "0x", shown)))

    session = Session()
    session.run("import torch", note)
    session.run(text, note, checked=checked, first_line=7)
    session.run("x * 5 + 1", note, checked=checked, first_line=90)
    return found


@given(programs())
def test_a_shape_changes_nothing(text: str) -> None:
    assert happenings(text, checked=False) == happenings(text, checked=True)


def test_an_error_stands_where_its_own_line_is() -> None:
    """The third line of its shape, longer than the one that was compiled, in another run of the session."""
    events: list[object] = []
    session = Session()
    session.run("x = torch.ones(2)\nx[0] + 1\nx[1] + 1\n", events.append)
    session.run("\n\nx[100000] + 1\n", events.append)
    failed = events[-1]
    assert isinstance(failed, Failed)
    assert (failed.line, failed.column, failed.end_column, failed.text) == (3, 1, 10, "x[100000] + 1")


def test_printed_lines_have_their_numbers() -> None:
    events: list[object] = []
    Session().run("".join(f"print({k} * 2)\n" for k in range(50)), events.append)
    assert events == [Printed(k + 1, f"{2 * k}\n") for k in range(50)]
