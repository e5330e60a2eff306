"""The index of names is what the modules say; with it a start loads few of them, and without it all names are there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_index_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/index", "--check"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_start_loads_few_modules() -> None:
    count = "import sys, autogradcli.session; print(sum(m.startswith('autogradcli.operations') for m in sys.modules))"
    assert int(python(count)) < 25


def test_a_stale_index_costs_time_but_no_name() -> None:
    names = (
        "from autogradcli.functions import registry; from autogradcli.engine.operation import OPERATIONS; "
        "print(len(registry.NAMESPACES['torch']), len(OPERATIONS))"
    )
    fake = (
        "import sys, types; m = types.ModuleType('autogradcli.functions.index'); "
        "m.SIZES, m.NAMES = {'functions.gone': 1}, {}; sys.modules[m.__name__] = m; "
    )
    assert python(names) == python(fake + names)
