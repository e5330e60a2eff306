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
