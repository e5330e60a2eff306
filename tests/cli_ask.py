"""The command line for tests: in this process, where only answers count, and as a process of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from autogradcli.cli import main as entry
from autogradcli.cli.environment import Environment

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-P", "-m", "autogradcli"]
ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "XDG_CONFIG_HOME": os.devnull}


class Answer(NamedTuple):
    code: int
    out: str
    err: str


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def ask(*arguments: str, stdin: bytes | str = "", terminal: bool = False) -> Answer:
    """All of the command but the process. Its settings are none."""
    out, err = (Terminal(), Terminal()) if terminal else (io.StringIO(), io.StringIO())
    data = stdin if isinstance(stdin, bytes) else stdin.encode()

    def environment(**options: Any) -> Environment:
        return Environment(io.TextIOWrapper(io.BytesIO(data)), out, err)

    with patch.object(entry, "Environment", environment):
        code = entry.main(["--no-config", *arguments])
    return Answer(code, out.getvalue(), err.getvalue())


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command as a process."""
    defaults = {"capture_output": True, "text": True, "timeout": 60, "env": ENVIRON, "stdin": subprocess.DEVNULL}
    if "input" in options:
        del defaults["stdin"]
    return subprocess.run([*COMMAND, *arguments], **{**defaults, **options})  # type: ignore[no-any-return]
