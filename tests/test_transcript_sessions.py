"""What ``:transcript`` writes passes ``check-transcript``, whatever was typed: sessions put together at random."""

from __future__ import annotations

import io
import random
from pathlib import Path
from threading import Timer

import pytest
from cli_ask import ask
from prompt_toolkit.history import DummyHistory
from prompt_toolkit.input import DummyInput
from prompt_toolkit.output import DummyOutput

from autogradcli.cli.transcripts.check import check
from autogradcli.numerics import dtypes
from autogradcli.repl.app import Prompt
from autogradcli.session import Session
from autogradcli.show.stream import Stream

#: What is typed: values, gradients, errors, printed text that looks like a transcript's own, commands, all in turn.
INPUTS = [
    "x = torch.tensor([1., 2.], requires_grad=True)",
    "y = (x * 3).sum(); y",
    "y.backward()",
    "x.grad",
    "w = torch.rand(2, requires_grad=True)",
    "(w * x).sum().backward()",
    "torch.randn(3)",
    "torch.manual_seed(3)",
    "for i in range(3):\n    i\n    if i == 1:\n        x * i\n",
    "def f(a):\n    a\n    return a * 2\n",
    "f(x)",
    "f",
    "x.sum",
    "s = '''a\n\n  b  \n>>> c'''",
    "s",
    "print(s)",
    "print('>>> 1\\n... 2\\n```\\n...\\n   ... x')",
    "print('\"\"\"', \"'''\")",
    "print('\\n\\n')",
    "print('Traceback (most recent call last):\\n  x\\nValueError: y')",
    "print('no end', end='')",
    "print('\\x1b[31m')",
    "print('é ∂', end=' ')",
    "1 / 0",
    "nope",
    "x +",
    "def broken(:",
    "raise ValueError('a\\n\\n>>> b')",
    "print('before'); 1 / 0; print('after')",
    "torch.arange(3000)",
    "lin = torch.nn.Linear(2, 1)",
    "lin(x).sum().backward()",
    "_",
    "n = 0\nwhile True:\n    n += 1\n",
    "n",
    "n = 5",
    "import torch",
    "a = 1\na\nb = 2\nb",
    "# nothing",
    "x.data.mul_(2)",
    ":undo",
    ":redo",
    ":reset",
    ":vars",
    ":grads",
    ":zero_grad",
    ":no_grad",
    ":no_grad off",
    ":dtype float64",
    ":dtype nonsense",
    ":seed 7",
    ":seed",
    ":format rich",
    ":format json",
    ":help softmax",
    ":derive y",
    ":time 1 + 1",
    ":set digits 2",
    ":nonsense",
]
LOOP = "while True"


def prompt_of(session: Session) -> Prompt:
    out = Stream(io.StringIO())
    return Prompt(session, out, out, history=DummyHistory(), input=DummyInput(), output=DummyOutput())


def typed(prompt: Prompt, text: str) -> None:
    """One input; a loop without an end is interrupted."""
    if LOOP in text:
        timer = Timer(0.05, prompt.session.interrupt)
        timer.start()
        prompt.handle(text)
        timer.join()
    else:
        prompt.handle(text)


@pytest.mark.parametrize("seed", range(40))
def test_a_transcript_passes_its_check(seed: int, tmp_path: Path) -> None:
    chosen = random.Random(seed)
    options = {"seed": chosen.choice([None, 4]), "grad_enabled": chosen.random() < 0.8}
    session = Session(default_dtype=dtypes.NAMES[chosen.choice(["float32", "float32", "float64"])], **options)
    prompt = prompt_of(session)
    inputs = chosen.choices(INPUTS, k=25)
    for text in inputs:
        typed(prompt, text)
    path = tmp_path / "seen.txt"
    prompt.handle(f":transcript {path}")
    text = path.read_text(encoding="utf-8")
    assert ":transcript" not in text
    checked = check(text, Session(), 0.0)
    assert checked.differing == [], "\n".join(
        [*text.split("\n"), "-- as it came:", *checked.text.split("\n"), str(checked.differing)]
    )
    assert checked.examples == len(inputs) + text.startswith(">>> # autogradcli ")
    assert checked.skipped == sum(LOOP in text for text in inputs)


def test_a_transcript_says_with_which_seed_it_began(tmp_path: Path) -> None:
    for typed_in, began in (("torch.rand(1)", True), ("torch.manual_seed(2); torch.rand(1)", False), ("1", False)):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.txt"
        prompt = prompt_of(Session())
        prompt.handle(typed_in)
        prompt.handle(f":transcript {path}")
        assert path.read_text().startswith(f">>> # autogradcli --seed {prompt.seed}\n") == began
        assert ask("check-transcript", str(path)).code == 0
