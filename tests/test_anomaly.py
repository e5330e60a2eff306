"""Anomaly detection: both of its warnings, in PyTorch's words, with the program's own lines.

A case of ``data/anomalies.txt`` is a title, a program, and after ``=>`` what ``run`` shows on the standard error. The
warnings are those of PyTorch 2.13.0, but for what stands in its own files.
"""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from cli_ask import ask

from autogradcli.engine import anomaly
from autogradcli.session import Session

CASES = (Path(__file__).parent / "data" / "anomalies.txt").read_text().removesuffix("\n").split("\n---\n")


@pytest.mark.parametrize("case", CASES, ids=[case.partition("\n")[0] for case in CASES])
def test_what_is_shown(case: str) -> None:
    program, _, shown = case.partition("\n")[2].partition("\n=>\n")
    assert ask("run", "--no-echo", "-", stdin=program).err.rstrip() == shown


def test_a_mode_is_no_function() -> None:
    assert "'detect_anomaly' object is not callable" in ask("eval", "torch.autograd.detect_anomaly()(torch.sin)").err


def test_nothing_is_kept_of_a_graph_that_has_gone() -> None:
    before = len(anomaly._made)
    session = Session()
    program = "x = torch.tensor(1., requires_grad=True)\nfor k in range(50): y = x.exp().sin()"
    session.run(f"torch.autograd.set_detect_anomaly(True)\n{program}", lambda event: None)
    during = len(anomaly._made)
    session.variables.clear()
    gc.collect()
    assert before < during < before + 10 and len(anomaly._made) <= before
