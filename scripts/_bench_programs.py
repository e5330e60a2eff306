"""The programs of ``scripts/bench``: a file each in ``bench_programs/``, and how one is timed in a process of its own.

A file begins with lines of the form ``# key: value``:

    name      what the tables call it
    group     what ``--group`` selects by
    runs      of how many runs a round's figure is the median (5)
    process   ``fresh``: the figure is the first run in a new process, without its imports

PyTorch runs the very text that autogradcli runs. ``NAME.jax.py`` beside it, where there is one, defines ``run()``, the
same computation for JAX; its first call, in which ``jax.jit`` compiles, is never timed. ``NAME.autograd.py`` has it for
HIPS autograd.

``NAME.numpy.py`` is not another library but the least that NumPy can do: forward and backward pass written by hand, as
quick as they get, by the interpreter that runs autogradcli. It has ``inputs()``, ``compute()`` of these, which returns
the results, and ``run()``, which is the one after the other. Buffers are the module's, made once: a run that is not
counted comes first. Only the numbers that ``inputs()`` draws are others than PyTorch's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).resolve().parent / "bench_programs"
#: Whom programs are compared with, in the order of the columns.
PEERS = ("torch", "jax", "autograd", "numpy")


@dataclass
class Program:
    """One program, with its twins in other languages."""

    name: str
    group: str
    text: str
    runs: int = 5
    fresh: bool = False
    kind: str = ""
    twins: dict[str, str] = field(default_factory=dict)


def programs() -> list[Program]:
    """All of the folder, by group and name of file."""
    found = []
    for file in sorted(FOLDER.glob("*.py")):
        if "." in file.stem:
            continue
        text = file.read_text()
        head = {}
        for line in text.splitlines():
            if not line.startswith("# "):
                break
            key, _, value = line[2:].partition(": ")
            head[key] = value
        twins = {}
        for peer in PEERS:
            twin = file.with_name(f"{file.stem}.{peer}.py")
            if twin.exists():
                twins[peer] = twin.read_text()
        fresh = head.get("process") == "fresh"
        found.append(Program(head["name"], head["group"], text, int(head.get("runs", 5)), fresh, twins=twins))
    return sorted(found, key=lambda program: program.group)


_PRELUDES = {
    "ours": """
from autogradcli.session import Session
def prepare(text):
    def run():
        failed = []
        ok = Session().run(text, lambda event: failed.append(event))
        assert ok, failed
    return run
""",
    "torch": """
import torch
torch.set_num_threads(THREADS)
def prepare(text):
    code = compile(text, "program", "exec")
    return lambda: exec(code, {"__name__": "__main__"})
""",
    "ours files": """
import io
from autogradcli.cli.batch.files import Batch, Options
from autogradcli.cli.environment import Environment
from autogradcli.cli.request import Settings
def prepare(text):
    files = json.loads(text)
    def run():
        out = io.StringIO()
        options = Options("plain", True, Settings(None, None, 4.0, None), False, None)
        batch = Batch(files, options, Environment(sys.stdin, out, out), keep_going=False, time=False, results=None)
        assert batch.run() == 0, out.getvalue()
    return run
""",
    "torch files": """
import contextlib, io
import torch
torch.set_num_threads(THREADS)
def prepare(text):
    def run():
        with contextlib.redirect_stdout(io.StringIO()):
            for file in json.loads(text):
                with open(file) as lines:
                    exec(compile(lines.read(), file, "exec"), {"__name__": "__main__"})
    return run
""",
    "jax": """
import jax
def prepare(text):
    scope = {}
    exec(compile(text, "program", "exec"), scope)
    return scope["run"]
""",
    "autograd": """
import autograd
def prepare(text):
    scope = {}
    exec(compile(text, "program", "exec"), scope)
    return scope["run"]
""",
    "numpy": """
import numpy
def prepare(text):
    scope = {}
    exec(compile(text, "program", "exec"), scope)
    return scope["run"]
""",
}
_LOOP = """
import json, resource, statistics, sys, time
run = prepare(json.loads(sys.stdin.readline()))
for line in sys.stdin:
    took = []
    for _ in range(int(line)):
        start = CLOCK()
        run()
        took.append(CLOCK() - start)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print("median", statistics.median(took), most, flush=True)
"""


class Contender:
    """A process that runs one program when it is told to."""

    def __init__(self, prelude: str, python: str, text: str, threads: int, cpu: bool, warm: bool) -> None:
        clock = "process_time" if cpu else "perf_counter"
        code = f"THREADS = {threads}\n{_PRELUDES[prelude]}{_LOOP.replace('CLOCK', f'time.{clock}')}"
        self.megabytes = 0
        self._process = subprocess.Popen(
            [python, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(threads),
        )
        self._say(json.dumps(text))
        if warm:
            self.measure(1)

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass

    def measure(self, runs: int) -> float | None:
        """Median seconds of so many runs; None where the program can't run."""
        self._say(str(runs))
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("median "):
                _, seconds, most = line.split()
                self.megabytes = max(self.megabytes, int(most))
                return float(seconds)
        return None

    def close(self) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.wait()


def environment(threads: int) -> dict[str, str]:
    """The surroundings in which every contender computes with so many threads."""
    made = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC"):
        made[name] = str(threads)
    if threads == 1:
        made["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return made


def in_turn(pythons: dict[str, str], program: Program, rounds: int, threads: int, cpu: bool) -> dict[str, list[float]]:
    """Figures of each contender that can run the program, ``rounds`` of them, taken in turn: a machine that others use
    is slower at one time than at another, and that must not decide between two."""
    texts = {"ours": program.text, "torch": program.text, **program.twins}
    who = [name for name in ("ours", *PEERS) if name in pythons and name in texts]
    found: dict[str, list[float]] = {name: [] for name in who}

    def begin(name: str) -> Contender:
        return Contender(name + program.kind, pythons[name], texts[name], threads, cpu, warm=not program.fresh)

    running = {} if program.fresh else {name: begin(name) for name in who}
    for _ in range(rounds):
        for name in who:
            one = running.get(name) or begin(name)
            seconds = one.measure(1 if program.fresh else program.runs)
            if program.fresh:
                one.close()
            if seconds is not None:
                found[name].append(seconds)
    for one in running.values():
        one.close()
    return {name: seconds for name, seconds in found.items() if seconds}


def has(python: str, module: str) -> bool:
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def find_peers(pythons: list[str]) -> dict[str, str]:
    """Which of the interpreters has which contender: the first that can import it. NumPy is the one that we run on."""
    found = {"ours": sys.executable, "numpy": sys.executable}
    for python in pythons:
        for module in PEERS:
            if module not in found and has(python, module):
                found[module] = python
    return found
