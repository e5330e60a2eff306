"""A session: what a run emits, what it keeps, and how it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from autogradcli.api.calls.program_classes import Kind
from autogradcli.events import Call, Event, Failed, Gradients, Printed, Value, Warned
from autogradcli.language.values.attribute_lookup import TABLES
from autogradcli.numerics import dtypes
from autogradcli.session import Session


def run(program: str, session: Session | None = None, **options: Any) -> list[Event]:
    events: list[Event] = []
    ok = (session or Session()).run(program, events.append, **options)
    assert ok == (not any(isinstance(event, Failed) for event in events))
    return events


def failure(program: str, **options: Any) -> Failed:
    last = run(program, **options)[-1]
    assert isinstance(last, Failed)
    return last


def test_events_come_in_order_with_lines_and_source() -> None:
    assert run("x = 2\nprint('a',\n  'b')\nx + 1; (x *\n 2)\nNone\nlen('é') + x") == [
        Printed(2, "a b\n"),
        Value(4, "x + 1", 3),
        Value(4, "x *\n 2", 4),
        Value(7, "len('é') + x", 3),
    ]


#: What is loaded when a program first needs it, by several doors: each in a process of its own.
FIRST = {
    "torch.zeros(2, dtype=torch.bfloat16)": "tensor([0., 0.], dtype=torch.bfloat16)",
    "torch.ones(2).bfloat16() * 2": "tensor([2., 2.], dtype=torch.bfloat16)",
    "torch.ones(2).to(torch.float16) + torch.ones(2).to(torch.bfloat16)": "tensor([2., 2.])",
    "torch.finfo(torch.bfloat16).eps": "0.0078125",
    "torch.linalg.lu_factor(torch.eye(2)).pivots": "tensor([1, 2], dtype=torch.int32)",
    "torch.fft.fft(torch.ones(2))": "tensor([2.+0.j, 0.+0.j])",
    "torch.special.airy_ai(torch.zeros(1))": "tensor([0.3550])",
}


@pytest.mark.parametrize("program", FIRST)
def test_the_first_use_of_what_is_loaded_late(program: str) -> None:
    code = f"from autogradcli.session import Session; Session().run({program!r}, lambda event: print(event.value))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == FIRST[program] + "\n"


def test_lines_count_from_the_first_line_given() -> None:
    assert run("print(1)\n2\n3 / 0", first_line=10) == [
        Printed(10, "1\n"),
        Value(11, "2", 2),
        Failed(12, 1, 6, "ZeroDivisionError", "division by zero", "3 / 0"),
    ]


def test_a_function_knows_its_lines_in_later_runs() -> None:
    session = Session()
    run("def f(a):\n    print(a)\n    return 1 / a", session, first_line=3)
    printed, failed = run("1\nf(0)", session, first_line=20, echo=False)
    assert printed == Printed(4, "0\n")
    call = Call(21, 1, 5, "f(0)", "")
    assert failed == Failed(5, 12, 17, "ZeroDivisionError", "division by zero", "    return 1 / a", "", (call,), "f")


def test_without_echo_expressions_are_silent_and_leave_the_last_value() -> None:
    session = Session()
    assert run("1 + 1", session, echo=False) == []
    assert "_" not in session.variables
    run("3 * 3", session)
    assert run("_ + 1\nNone\n_", session) == [Value(1, "_ + 1", 10), Value(3, "_", 10)]


def test_variables_and_functions_stay_for_the_next_run() -> None:
    session = Session()
    run("n = 1\ndef f():\n  return n + m", session)
    assert run("m = 5\nf()", session) == [Value(2, "f()", 6)]
    assert session.variables["m"] == 5


def test_nothing_runs_of_a_program_with_a_syntax_error() -> None:
    (event,) = run("print(1)\nx = = 2")
    assert event == Failed(2, 5, 6, "SyntaxError", "invalid syntax (<program>, line 2)", "x = = 2")


def test_what_ran_before_an_error_stays() -> None:
    session = Session()
    run("a = 1\nb = 1 / 0\nc = 3", session)
    assert list(session.variables) == ["a"]


@pytest.mark.parametrize(
    ("program", "line", "column", "end_column"),
    [
        ("1 + (2 / 0)", 1, 6, 11),
        ("x = 1\n[undefined]", 2, 2, 11),
        ("'é' + (1).foo", 1, 7, 14),
        ("def f(a):\n    return a[3]\n\nf([1])", 2, 12, 16),
        ("[1 / x for x in [1, 0]]", 1, 2, 7),
        ("sorted([0, 1], key=lambda v: 1 / v)", 1, 30, 35),
        ("x = [1,\n     2 / 0,\n     3]", 2, 6, 11),
        ("raise ValueError('no')", 1, 1, 23),
        ("for i in 5: pass", 1, 10, 11),
        ("def f(a): pass\nf()", 2, 1, 4),
        ("try:\n    1 / 0\nexcept ValueError:\n    pass", 2, 5, 10),
        ("f'{1 / 0}'", 1, 4, 9),
    ],
)
def test_an_error_has_the_place_of_the_innermost_expression(
    program: str, line: int, column: int, end_column: int
) -> None:
    failed = failure(program)
    assert (failed.line, failed.column, failed.end_column) == (line, column, end_column)
    assert failed.text == program.split("\n")[line - 1]


@pytest.mark.parametrize(
    ("program", "hint"),
    [
        ("value = 3\nvalu", "did you mean `value`?"),
        ("pritn(1)", "did you mean `print`?"),
        ("'a'.uper()", "did you mean `upper`?"),
        ("math.sqrtt(2)", "did you mean `sqrt`?"),
        ("zzzqqq", ""),
        ("(1).__reduce__", ""),
        ("1 / 0", ""),
    ],
)
def test_a_name_that_does_not_exist_brings_a_hint(program: str, hint: str) -> None:
    assert failure(program).hint == hint


def test_backward_tells_the_leaves_whose_gradient_changed() -> None:
    session = Session()
    run("x = torch.tensor(2., requires_grad=True)\ny = torch.tensor(3., requires_grad=True)\nz = x * 2", session)
    (event,) = run("(x * 5).backward()", session)
    assert isinstance(event, Gradients)
    assert [name for name, _ in event.leaves] == ["x"]
    (event,) = run("w = x\n(x * y).backward()", session)
    assert isinstance(event, Gradients)
    assert [(name, float(leaf.grad)) for name, leaf in event.leaves] == [("x", 8.0), ("y", 2.0)]  # type: ignore[arg-type]
    assert run("(x * y).backward()", session, echo=False) == []


def test_warnings_are_events_with_the_line() -> None:
    program = "x = torch.tensor([1.], requires_grad=True)\ny = x * 2\n\ny.grad"
    (event,) = [event for event in run(program) if isinstance(event, Warned)]
    assert (event.line, event.category) == (4, "UserWarning")


def test_printing_in_a_function_has_its_line_and_the_caller_its_own() -> None:
    program = "def f():\n    print('in')\n    return 1\nprint(f())"
    assert run(program) == [Printed(2, "in\n"), Printed(4, "1\n")]


# Two sessions


def test_sessions_do_not_see_each_others_modes() -> None:
    one, two = Session(), Session(default_dtype=dtypes.float64, grad_enabled=False)
    run("torch.set_grad_enabled(True)\ntorch.set_printoptions(precision=2)", one)
    run("torch.set_default_dtype(torch.float64)", one)
    ask = "torch.is_grad_enabled(), torch.get_default_dtype()"
    assert [repr(event.value) for event in run(ask, one) if isinstance(event, Value)] == ["(True, torch.float64)"]
    assert [repr(event.value) for event in run(ask, two) if isinstance(event, Value)] == ["(False, torch.float64)"]
    assert [repr(event.value) for event in run(ask) if isinstance(event, Value)] == ["(True, torch.float32)"]


def test_precision_belongs_to_the_session() -> None:
    one, two = Session(), Session()
    run("torch.set_printoptions(precision=2)", one)
    show = "print(torch.tensor(0.123456))"
    assert run(show, one) == [Printed(1, "tensor(0.12)\n")]
    assert run(show, two) == [Printed(1, "tensor(0.1235)\n")]


def test_a_seed_makes_the_same_numbers_whatever_other_sessions_draw() -> None:
    one, two = Session(seed=7), Session(seed=7)
    draw = "print(torch.rand(3))"
    first = run(draw, one)
    run(draw)
    second = run(draw, one)
    assert first != second
    assert (run(draw, two), run(draw, two)) == (first, second)


def test_a_mode_ends_with_its_block_even_when_the_run_fails() -> None:
    session = Session()
    run("with torch.no_grad():\n    1 / 0", session)
    assert run("torch.is_grad_enabled()", session)[-1][-1] is True


# Stopping


ENDLESS = [
    "while True: pass",
    "for i in range(10 ** 30): pass",
    "while True:\n    try:\n        while True: pass\n    except:\n        pass",
    "while True:\n    try:\n        while True: pass\n    finally:\n        continue",
    "def f():\n    try:\n        while True: pass\n    finally:\n        return f()\nf()",
    "try:\n    while True: pass\nexcept BaseException:\n    pass\nwhile True: pass",
    "try:\n    while True: pass\nfinally:\n    while True: pass",
    "[i for i in range(10 ** 30) if i < 0]",
    "sum(range(10 ** 30))",
    "max(range(10 ** 30))",
    "any(map(lambda i: False, range(10 ** 30)))",
    "all(range(1, 10 ** 30))",
    "'a' in map(str, range(10 ** 30))",
    "next(filter(None, map(lambda i: 0, range(10 ** 30))))",
    "def f(n):\n    f(n - 1) if n else 0\n    f(n - 1) if n else 0\nf(200)",
    "f = lambda: [f for i in range(10 ** 30) if f is None]\nf()",
]


@pytest.mark.parametrize("program", ENDLESS)
def test_the_deadline_ends_what_never_ends(program: str) -> None:
    start = time.monotonic()
    failed = run(program, Session(deadline_seconds=0.15))[-1]
    assert isinstance(failed, Failed)
    assert (failed.type, failed.message) == ("TimeoutError", "stopped after 0.15 s")
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("program", ENDLESS)
def test_interrupt_ends_what_never_ends_and_the_session_goes_on(program: str) -> None:
    session = Session()
    timer = threading.Timer(0.1, session.interrupt)
    timer.start()
    failed = run(program, session)[-1]
    timer.join()
    assert isinstance(failed, Failed)
    assert failed.type == "KeyboardInterrupt"
    assert run("1 + 1", session) == [Value(1, "1 + 1", 2)]


@pytest.mark.parametrize("program", ENDLESS)
def test_ctrl_c_ends_what_never_ends(program: str) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # `nohup ... &` has it ignored
    try:
        timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        failed = run(program, Session(deadline_seconds=20))[-1]
        timer.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert isinstance(failed, Failed)
    assert failed.type == "KeyboardInterrupt"


def test_what_one_session_must_not_use_is_not_forgotten_by_a_run_of_another() -> None:
    session = Session()
    run("x = torch.ones(4, requires_grad=True)\nb = x * 1\nwith torch.no_grad():\n    v = b[:2]\nb.mul_(2)", session)
    run("torch.ones(2) * 2", Session())
    last = run("y = v * 3", session)[-1]
    assert isinstance(last, Failed) and "A view was created in no_grad mode" in last.message


def test_lines_of_one_shape_are_each_checked() -> None:
    session = Session()
    run("dict(a=1, b=2)\ndict(c=1, d=2)\ndict(e=3, f=4)", session)
    last = run("dict(c=5, d=6)\ndict(g=1, g=2)\ndict(j=1, k=2)", session)[-1]
    assert isinstance(last, Failed) and last.line == 2
    assert last.message.startswith("keyword argument repeated: g")


def test_the_classes_of_a_program_are_not_kept() -> None:
    run("class A(nn.Module):\n    def f(self):\n        return self.training\na = A()\na.f(), a.training, A.f")
    assert not [kind for kind in TABLES if type(kind) is Kind]


def test_an_interrupt_at_the_end_of_a_run_is_not_left_for_the_next() -> None:
    session = Session()
    assert session.run("print(1)", lambda event: session.interrupt())
    assert session.run("for i in range(100_000): pass", [].append)


def test_an_interrupt_between_runs_does_nothing() -> None:
    session = Session()
    session.interrupt()
    assert run("1", session) == [Value(1, "1", 1)]


# The prompt's question


@pytest.mark.parametrize(
    ("source", "complete"),
    [
        ("", True),
        ("x = 1", True),
        ("x = (1,", False),
        ("[1,\n 2", False),
        ("[1,\n 2]", True),
        ("'''a", False),
        ("'abc", True),
        ("x = 1 \\", False),
        ("def f():", False),
        ("def f():\n    return 1", False),
        ("def f():\n    return 1\n", True),
        ("if x:\n    y\nelse:", False),
        ("if x:\n    y\nelse:\n    z\n", True),
        ("for i in x: pass", False),
        ("for i in x: pass\n", True),
        ("try:\n    x", False),
        ("try:\n    x\n", False),
        ("try:\n    x\nexcept E:\n    y\n", True),
        ("@f", False),
        ("@f\ndef g(): pass\n", True),
        ("with x:\n    if y:\n        z", False),
        ("x = )", True),
        ("1 +", True),
        ("lambda = 3", True),
        ("# comment", True),
        ("def f():\nx", True),
        ("class A(B):\n    def f(x):", False),
        ("f(x", False),
        ("{'a': 1,", False),
        ('f"""{x}', False),
    ],
)
def test_is_complete(source: str, complete: bool) -> None:
    assert Session.is_complete(source) is complete


def test_a_script_is_the_main_program() -> None:
    assert run("if __name__ == '__main__':\n    print('run')") == [Printed(2, "run\n")]
