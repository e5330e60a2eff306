"""What ``derive`` says of a program: evaluated, it is what ``backward()`` gives, or it says why there is no formula."""

from __future__ import annotations

import re

import numpy as np
import pytest
from derive_programs import Maker

from autogradcli.engine.tensor import Tensor
from autogradcli.events import Event, Failed, Value
from autogradcli.explain.derived import Shown, agrees
from autogradcli.recorded import NoFormula, formulas, play
from autogradcli.session import Session


def ran(session: Session, text: str) -> list[Event]:
    events: list[Event] = []
    session.run(text, events.append)
    return events


def derived(text: str, asked: str = "loss") -> Shown:
    return formulas(play(Session(seed=0), [text], asked))


def wrong(text: str, asked: str = "loss") -> tuple[list[str], int, int]:
    """What is wrong in the formulas of a program; how many there are, and how many weren't said."""
    try:
        shown = derived(text, asked)
    except NoFormula as problem:
        session = Session(seed=0)
        failed = [e for e in ran(session, f"{text}\n{asked}.backward()") if isinstance(e, Failed)]
        return ([] if failed else [f"no formula, but backward() goes: {problem}"]), 0, 1
    after, now = Session(seed=0), Session(seed=0)
    # What is compared is the gradient that this pass adds.
    lines = "".join(f"{name}.grad = None\n" for name, _ in shown.gradients)
    events = ran(after, f"{text}\n{lines}{asked}.backward()\n")
    ran(now, text)
    told = any("changed in place" in note or "another tensor" in note for note in shown.notes)
    problems = [e for e in events if isinstance(e, Failed)]
    if problems or told:  # backward() can't go back any more, or the names have other values by now
        return ([] if told else [str(problems)]), 0, len(shown.gradients)
    found = []
    for name, meaning in shown.gradients:
        where = "".join(f"{n} = {m}\n" for n, m in shown.where)
        mine = [e.value for e in ran(now, f"{where}torch.as_tensor({meaning}).detach()") if isinstance(e, Value)]
        true = [e.value for e in ran(after, f"{name}.grad") if isinstance(e, Value)]
        if meaning == "None":
            assert not true
            continue
        if not mine or not true or not agrees(np.asarray(mine[0].array), true[0].array):
            found.append(f"{name}.grad = {meaning}: {mine} instead of {true}")
    return found, len(shown.gradients), len(shown.missing)


def test_random_programs() -> None:
    said = 0
    for seed in range(120):
        text = Maker(seed).text()
        found, count, _ = wrong(text)
        assert not found, text + "\n".join(found)
        said += count
    assert said > 200
