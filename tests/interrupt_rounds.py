"""Rounds of bursts of SIGINT at a prompt on a real terminal: what it does then, whatever it was doing.

A round brings the prompt into a situation (it waits, a line is typed, a program runs, something is taken back, ...),
sends a burst of signals, and asks the session for its variables. ``scripts/interrupt_rounds`` runs many, tests a few.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pexpect

ROOT = Path(__file__).resolve().parent.parent
CLEAR_LINE = "\x15"
#: What no round may show.
BAD = re.compile(r"Traceback|Unhandled exception|Press ENTER|Exception ignored|never retrieved|internal error")
#: Seconds after which a session that gives no answer is lost.
PATIENCE = 30.0

SETUP = (
    "x = torch.arange(6.).reshape(2, 3).requires_grad_(); big = torch.ones(2_000_000); k = 5; d = {'a': [1, 2]}",
    "loss = (x * x).sum(); loss.backward()",
    "chain = x\rfor i in range(20000): chain = chain * 1.0\r",
    "chain = chain.sum()",
)
#: What a round must find, and in what the session says it.
LOOK = "print('at', {number}, k, d, x.grad.sum().item(), big.sum().item(), chain.item(), loss.item())"
FOUND = "at {number} 5 {{'a': [1, 2]}} 30.0 2000000.0 15.0 55.0"


class Situation(NamedTuple):
    name: str
    keys: str
    """What is typed before the burst."""
    seconds: float = 0.0
    """How long after it the burst begins, at most."""
    ends: bool = True
    """Whether it ends by itself."""
    slowly: bool = False
    """Whether the keys are typed among the signals."""


SITUATIONS = (
    Situation("waiting", "", 0.2),
    Situation("typing", "torch.sin(x).su", slowly=True),
    Situation("typing two lines", "for i in x:\rprint(i", slowly=True),
    Situation("completing", "torch.nn.functional.so\t", 0.05),
    Situation("previewing", "big.sin().sum() + k", slowly=True),
    Situation("submitting", "k = 5\r", 0.02),
    Situation("an endless loop", "while True: big.add_(1); k += 1\r\r", 0.3, ends=False),
    Situation("an endless empty loop", "while True: pass\r\r", 0.1, ends=False),
    Situation("long products", "for i in range(10**9): big @ big\r\r", 0.2, ends=False),
    Situation("a backward pass", "while True: chain.backward(retain_graph=True)\r\r", 0.3, ends=False),
    Situation("printing", "for i in range(3000): print(i, x)\r\r", 0.2),
    Situation("a long result", "list(range(20000))\r", 0.2),
    Situation("an error", "x @ x\r", 0.02),
    Situation("a change and :undo", "big.mul_(0)\r:undo\r", 0.1),
    Situation(":undo and :redo", "d['a'] = [1, 2]\r:undo\r:redo\r", 0.1),
    Situation(":vars", ":vars\r", 0.02),
    Situation(":time", ":time big.add_(1)\r", 0.2),
    Situation(":derive", ":derive loss\r", 0.1),
    Situation("a paste", "\x1b[200~k = 5\nd['a'] = [1, 2]\n\x1b[201~\r", 0.02),
)


class Terminal:
    """A prompt on a terminal, which tells where its cursor is when it is asked."""

    def __init__(self, state: str) -> None:
        unwanted = ("COLUMNS", "LINES", "NO_COLOR", "PROMPT_TOOLKIT_NO_CPR")
        environ = {name: value for name, value in os.environ.items() if name not in unwanted}
        self.child: Any = pexpect.spawn(
            sys.executable,
            ["-P", "-m", "autogradcli"],
            env={**environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": state, "TERM": "xterm", "NO_COLOR": "1"},
            dimensions=(40, 200),
            encoding="utf-8",
            codec_errors="replace",
        )
        #: All that was shown since the round began.
        self.shown = ""
        self.wait_for(">>> ")
        for number, line in enumerate(SETUP):
            self.child.send(f"{line}\r")
            self.child.send(f"print('set' + 'up', {number})\r")
            self.wait_for(f"setup {number}")

    def read(self, seconds: float) -> None:
        """Take what comes in so many seconds."""
        end = time.monotonic() + seconds
        while True:
            try:
                text = self.child.read_nonblocking(1 << 16, max(0.0, end - time.monotonic()))
            except pexpect.TIMEOUT:
                return
            except pexpect.EOF:
                raise Lost from None
            self.shown += text
            for _ in range(text.count("\x1b[6n")):
                self.child.send("\x1b[5;1R")
            if time.monotonic() > end:
                return

    def wait_for(self, text: str, seconds: float = PATIENCE) -> bool:
        """Whether that was shown in time. Raises Lost where no more can come."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            if time.monotonic() > end:
                return False
            self.read(0.02)
        return True

    def close(self) -> None:
        self.child.close(force=True)


class Lost(Exception):
    """The process has ended."""


def play(terminal: Terminal, situation: Situation, number: int, chance: random.Random) -> str:
    """One round: ``right``, or what else came of it. Raises Lost."""
    terminal.shown = ""
    gaps = [chance.uniform(0.001, 0.010) for _ in range(chance.randint(2, 15))]
    typed = situation.keys if situation.slowly else ""
    if not situation.slowly:
        terminal.child.send(situation.keys)
        terminal.read(chance.uniform(0.0, situation.seconds))
    each = len(typed) // len(gaps) + 1
    for k, gap in enumerate(gaps):
        terminal.child.send(typed[k * each : (k + 1) * each])
        os.kill(terminal.child.pid, signal.SIGINT)
        terminal.read(gap)
    again = 0
    while not situation.ends and not terminal.wait_for("KeyboardInterrupt", 3.0):
        # The burst may have been over before the line was submitted.
        again += 1
        if again > 5:
            return "not interrupted"
        os.kill(terminal.child.pid, signal.SIGINT)
    terminal.read(0.05)
    terminal.child.send(CLEAR_LINE + LOOK.format(number=number) + "\r")
    if not terminal.wait_for(f"at {number} "):
        return "no answer"
    terminal.read(0.02)
    if BAD.search(terminal.shown):
        return "traceback"
    return "right" if FOUND.format(number=number) in terminal.shown else "wrong variables"


def run(rounds: int, seed: int, tell: Callable[[str], None] = lambda line: None) -> Counter[str]:
    """So many rounds, through all situations in a random order; how often each outcome came. What was no success is
    told."""
    chance = random.Random(seed)
    order = chance.sample(SITUATIONS, len(SITUATIONS))
    counts: Counter[str] = Counter()
    terminal: Terminal | None = None
    with tempfile.TemporaryDirectory() as state:
        for number in range(rounds):
            situation = order[number % len(order)]
            terminal = terminal or Terminal(state)
            try:
                outcome = play(terminal, situation, number, chance)
            except Lost:
                outcome = "lost"
            counts[outcome] += 1
            if outcome != "right":
                tell(f"round {number}, {situation.name}: {outcome}\n{terminal.shown[-2000:]}")
                terminal.close()
                terminal = None
        if terminal is not None:
            terminal.close()
    return counts
