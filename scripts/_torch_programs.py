"""Runs programs in PyTorch, for whoever compares: by the PyTorch that the interpreter has, a program a line.

Started as a process of its own, ``PYTHON scripts/_torch_programs.py``: each line of the standard input is a JSON object
with ``program`` (and whatever else, which comes back), each line of the standard output the same with ``stdout`` and
``error`` (null, or ``type``, ``message`` and ``line``). Many programs share the process: what one may have changed for
all is put back before the next. A program that takes longer than ``--seconds`` ends with the error ``Timeout``.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import json
import linecache
import signal
import sys
import traceback
import warnings
from typing import Any

import torch

FILE = "<program>"


class Timeout(BaseException):
    """No ``Exception``: a program's own ``except`` is not to catch it."""


def _out_of_time(number: int, frame: Any) -> None:
    raise Timeout("it took too long")


def put_back() -> None:
    """What a program may have set for the whole process."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float32)
    torch.set_printoptions(profile="default", sci_mode=None)
    torch.set_grad_enabled(True)
    torch.autograd.set_detect_anomaly(False)
    torch.use_deterministic_algorithms(False)


def run(program: str, seconds: float) -> dict[str, Any]:
    """What a program prints in PyTorch, and the error that it ends with."""
    put_back()
    linecache.cache[FILE] = (len(program), None, program.splitlines(keepends=True), FILE)
    printed = io.StringIO()
    error = None
    scope: dict[str, Any] = {"__name__": "__main__"}
    signal.signal(signal.SIGALRM, _out_of_time)
    with warnings.catch_warnings(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            tree = ast.parse(program, FILE)
            exec(compile(tree, FILE, "exec"), scope)
        except BaseException as raised:
            error = {"type": type(raised).__name__, "message": str(raised), "line": _line(raised)}
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return {"stdout": printed.getvalue(), "error": error}


def _line(error: BaseException) -> int | None:
    if isinstance(error, SyntaxError):
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    return lines[-1] if lines else None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    out = sys.stdout
    for line in sys.stdin:
        case = json.loads(line)
        case.update(run(case["program"], options.seconds))
        out.write(json.dumps(case) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
