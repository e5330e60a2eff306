"""The language is Python: each program here does the same in Python itself, output and error alike."""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from autogradcli.events import Event, Failed, Printed
from autogradcli.session import Session

PROGRAMS = [
    program.strip("\n") + "\n"
    for program in (Path(__file__).parent / "hostile" / "python_programs.txt").read_text().split("\n----\n")
]


def ours(program: str) -> tuple[str, tuple[str, str, int] | None]:
    events: list[Event] = []
    Session().run(program, events.append, echo=False)
    text = "".join([event.text for event in events if isinstance(event, Printed)])
    errors = [(event.type, event.message, event.line) for event in events if isinstance(event, Failed)]
    return without_addresses(text), errors[0] if errors else None


def python(program: str) -> tuple[str, tuple[str, str, int] | None]:
    """What Python prints, and the error with the line of its innermost frame inside the program."""
    written = io.StringIO()
    error = None
    numbers = itertools.count(1).__next__  # of threads: other tests have some, too
    with contextlib.redirect_stdout(written), patch("threading._counter", numbers):
        try:
            exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})
        except SyntaxError as problem:
            error = (type(problem).__name__, str(problem), problem.lineno or 0)
        except Exception as problem:
            line, trace = 0, problem.__traceback__
            while trace is not None:
                if trace.tb_frame.f_code.co_filename == "<program>":
                    line = trace.tb_lineno
                trace = trace.tb_next
            error = (type(problem).__name__, str(problem), line)
    return without_addresses(written.getvalue()), error


def without_addresses(text: str) -> str:
    return re.sub(r"0x[0-9a-f]{6,}", "0x...", text)


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the reference is Python 3.11: others word errors anew")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.split("\n", 1)[0][:50])
def test_does_what_python_does(program: str) -> None:
    assert ours(program) == python(program)
