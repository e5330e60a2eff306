"""What ``scripts/bench`` measures beside single programs: starts of the process, long files, many files."""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from _bench_programs import Program


def start_times(commands: dict[str, list[str]], runs: int) -> dict[str, float]:
    """Median wall time of whole processes, taken in turn so that a drift of the machine meets all alike."""
    took: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        subprocess.run(command, capture_output=True, check=False)
    for _ in range(runs):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, capture_output=True, check=False)
            took[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in took.items()}


def like_lines() -> str:
    """20,000 lines as programs write them: distinct in their numbers."""
    return "import torch\n" + "\n".join(f"torch.tensor({k}.5) * {k % 97} + {k}" for k in range(20000)) + "\n"


def unlike_lines() -> str:
    """20,000 lines of expressions drawn at random, most of them like no other in more than their numbers."""
    draw = random.Random(0)

    def expression(depth: int) -> str:
        x, kind = f"x{draw.randrange(4)}", draw.randrange(8 if depth else 2)
        if kind == 0:
            return x
        if kind == 1:
            return f"{draw.randrange(1, 9)}.{draw.randrange(10)}"
        if kind < 5:
            return f"({expression(depth - 1)} {draw.choice('+-*')} {expression(depth - 1)})"
        if kind == 5:
            return f"torch.{draw.choice(['sin', 'exp', 'tanh', 'relu', 'abs'])}({x} * {expression(depth - 1)})"
        if kind == 6:
            return f"({x} + {expression(depth - 1)}).{draw.choice(['sum', 'mean', 'cos', 'sigmoid', 'detach'])}()"
        return f"-{expression(depth - 1)}"

    tensors = [f"x{k} = torch.tensor([{k}.5, 1.0, 2.0])" for k in range(4)]
    lines = [f"x{draw.randrange(4)} {draw.choice('+-*')} {expression(2)}" for _ in range(20000)]
    return "\n".join(["import torch", *tensors, *lines, ""])


SMALL_FILE = """import torch
x = torch.tensor([1.0, 2.0, {k}.5], requires_grad=True)
y = (x * {r} + 1).sin().sum()
y.backward()
print(y, x.grad)
"""


def line_programs() -> list[Program]:
    """Long files of lines, like each other and unlike."""
    return [
        Program("20,000 lines", "lines", like_lines(), runs=2),
        Program("20,000 unlike lines", "lines", unlike_lines(), runs=2),
    ]


def thousand_files(folder: str) -> Program:
    """A thousand files of five lines, written into a folder, as `autogradcli run` runs them."""
    files = []
    for k in range(1000):
        files.append(f"{folder}/p{k:04}.py")
        Path(files[-1]).write_text(SMALL_FILE.format(k=k, r=k % 97))
    return Program("1,000 files", "lines", json.dumps(files), runs=3, kind=" files")


PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def million_lines() -> Iterator[tuple[str, float, int]]:
    """One file of a tenth of a million expression lines, and one of a million: name, seconds, megabytes at most."""
    with tempfile.TemporaryDirectory() as folder:
        for count in (100_000, 1_000_000):
            program = Path(folder) / "lines.py"
            with program.open("w") as file:
                file.writelines(f"torch.tensor({k}.5) * {k % 97} + {k}\n" for k in range(count))
            call = [sys.executable, "-m", "autogradcli", "run", str(program)]
            start = time.perf_counter()
            done = subprocess.run([sys.executable, "-c", PEAK, *call], capture_output=True, text=True, check=True)
            yield f"{count:,} lines", time.perf_counter() - start, int(done.stdout) // 1024


def starts(pythons: dict[str, str], runs: int) -> dict[str, float]:
    """Median seconds of whole processes of each command, NumPy's and PyTorch's import beside them."""
    command = shutil.which("autogradcli", path=str(Path(sys.executable).parent)) or ""
    call = [command] if command else [sys.executable, "-m", "autogradcli"]
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "empty.py"
        program.write_text("2 + 2\n")
        commands = {
            "numpy": [sys.executable, "-c", "import numpy"],
            "eval": [*call, "eval", "--format", "plain", "2 + 2"],
            "--help": [*call, "--help"],
            "--version": [*call, "--version"],
            "run": [*call, "run", str(program)],
        }
        if "torch" in pythons:
            commands["torch"] = [pythons["torch"], "-c", "import torch; print(torch.tensor(2) + 2)"]
        return start_times(commands, runs)
