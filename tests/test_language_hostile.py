"""Programs that try to get out, to eat the machine or to stop it: each ends with the error that it names."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from autogradcli.events import Event, Failed, Value
from autogradcli.session import Session

HOSTILE = [
    program.strip("\n")
    for program in (Path(__file__).parent / "hostile" / "programs.txt").read_text().split("\n----\n")
]

#: A slow machine gets more than the second that a program may take.
SECONDS = 4.0
MEMORY = 600 << 20


def run(program: str, **options: object) -> list[Event]:
    events: list[Event] = []
    Session(memory_bytes=MEMORY // 2, **options).run(program, events.append)  # type: ignore[arg-type]
    return events


@pytest.mark.parametrize("program", HOSTILE, ids=lambda program: " ".join(program.split("\n")[1:])[:60])
def test_hostile_program(program: str) -> None:
    expected = program.split("\n", 1)[0].removeprefix("# ").split(":")[0]
    start, peak = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    events = run(program)
    assert time.monotonic() - start < SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) << 10 < MEMORY
    failures = [event for event in events if isinstance(event, Failed)]
    if expected == "ok":
        assert not failures
    else:
        assert [failure.type for failure in failures] == [expected], failures
    assert not any(isinstance(event, Value) and type(event.value).__module__ == "types" for event in events)


N = 50_000
TEXTS = {
    "parentheses": ("(" * N, "SyntaxError"),
    "brackets": ("[" * N + "]" * N, "SyntaxError"),
    "minus": ("-" * N + "1", "MemoryError"),
    "attributes": ("x" + ".a" * N, "RecursionError"),
    "calls": ("f" + "()" * N, "RecursionError"),
    "sum": ("1" + "+1" * N, "RecursionError"),
    "a sum that Python takes": ("1" + "+1" * 900, None),
    "conditions": ("1 if 1 else " * N + "1", "MemoryError"),
    "branches": ("if 0: pass\n" + "elif 0: pass\n" * N, "MemoryError"),
    "lambdas": ("lambda: " * 900 + "1", None),
    "targets": ("x = " * N + "1", None),
    "indentation": ("".join(" " * i + "if 1:\n" for i in range(150)), "IndentationError"),
    "decorators": ("@a\n" * N + "def f(): pass", "NameError"),
    "a long number": ("9" * 5000, "SyntaxError"),
    "a long hexadecimal number": ("0x" + "f" * 100_000, "SyntaxError"),
    "a null byte": ("x = 'a\0b'", "SyntaxError"),
    "half a character": ("x = '\ud800'", "SyntaxError"),
    "a byte order mark": ("\ufeffx = 1", None),
    "carriage returns": ("if 1:\r\n    x = 1\r\n", None),
    "tabs": ("if 1:\n\tx = 1\n        y = 2", "TabError"),
    "nested comprehensions": ("[" * 60 + "1" + " for i in [1]]" * 60, None),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_that_parsers_stumble_over(name: str) -> None:
    text, expected = TEXTS[name]
    failures = [event.type for event in run(text) if isinstance(event, Failed)]
    assert failures == ([] if expected is None else [expected])
    Session.is_complete(text)
