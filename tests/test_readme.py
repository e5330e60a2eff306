"""The README's examples are true: each command in a ``console`` block prints what stands below it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples() -> list[tuple[str, str]]:
    """(command, what it prints), in order."""
    found: list[tuple[str, str]] = []
    for block in BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed))
    return found


@pytest.mark.parametrize(("command", "printed"), examples(), ids=lambda text: text[:40])
def test_example(command: str, printed: str) -> None:
    # Both spellings are the same program; here it is the one that these tests import.
    shell = re.sub(r"^(\./scripts/run|autogradcli)", f"{sys.executable} -m autogradcli", command)
    done = subprocess.run(
        ["bash", "-c", shell], capture_output=True, text=True, cwd=ROOT, stdin=subprocess.DEVNULL, check=False
    )
    assert done.stdout + done.stderr == printed


def test_there_are_examples() -> None:
    assert len(examples()) >= 5
