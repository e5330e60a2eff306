"""The index of names is what the modules say; with it a start loads few of them, and without it all names are there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def python(code: str, folder: Path = ROOT) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=False)
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
        "from autogradcli.api.calls import registry; from autogradcli.engine.operation import OPERATIONS; "
        "print(len(registry.NAMESPACES['torch']), len(OPERATIONS))"
    )
    fake = (
        "import sys, types; m = types.ModuleType('autogradcli.api.index'); "
        "m.SIZES, m.NAMES, m.CHECKSUM = {'api.gone': 1}, {}, 0; sys.modules[m.__name__] = m; "
    )
    assert python(names) == python(fake + names)


def test_an_edit_that_keeps_the_size_is_seen(tmp_path: Path) -> None:
    """A name that became another, with the index of before: at this start and at the next one."""
    copy = tmp_path / "autogradcli"
    shutil.copytree(ROOT / "autogradcli", copy, ignore=shutil.ignore_patterns("*.pyc", "index.stamp"))
    (copy / "api" / "__pycache__").mkdir(exist_ok=True)
    table = "from autogradcli.api.calls import registry; t = registry.NAMESPACES['torch']; "
    ask = table + "print('mv' in t, 'mw' in t, len(t))"
    before = python(ask, tmp_path)
    assert before.startswith("True False") and python(ask, tmp_path) == before
    assert (copy / "api" / "__pycache__" / "index.stamp").exists()
    module = copy / "api" / "linalg" / "matmul.py"
    text = module.read_text()
    assert text.count('define_both("mv"') + text.count('define("mv"') == 1
    module.write_text(text.replace('("mv"', '("mw"'))
    after = python(ask, tmp_path)
    assert after.startswith("False True") and python(ask, tmp_path) == after
