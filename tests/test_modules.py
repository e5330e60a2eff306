"""Modules that a program imports and that aren't Python's, or whose report goes elsewhere: ``tqdm``, ``unittest``,
``pytest``; and the ways out that ``argparse``, ``logging`` and ``sys`` have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autogradcli.events import Failed, Printed
from autogradcli.session import Session

UNITTEST = """
import unittest
class A(unittest.TestCase):
    def setUp(self): self.x = [1]
    def tearDown(self): print("down")
    def test_passes(self):
        self.assertEqual(self.x, [1]); self.assertAlmostEqual(0.1 + 0.2, 0.3); self.assertIn(1, self.x)
        self.assertGreater(2, 1); self.assertCountEqual([1, 2], [2, 1]); self.assertIsInstance(1, int)
        self.assertRaises(ZeroDivisionError, lambda: 1 / 0)
        with self.assertRaisesRegex(ValueError, "invalid literal") as caught: int("x")
        print(type(caught.exception).__name__)
    def test_fails(self): self.assertEqual(1, 2, "why")
    def test_errs(self): raise KeyError("k")
    @unittest.skip("later")
    def test_skipped(self): pass
    def helper(self): pass
"""

#: program -> what it prints, and how its error, if it has one, begins
PROGRAMS = {
    "from tqdm import tqdm, trange\nfor i in tqdm(range(2), desc='d', leave=False): print(i)\n"
    "print(len(tqdm([1, 2, 3])), list(trange(3)))\nbar = tqdm(total=10)\nbar.update(4); bar.set_postfix(loss=0.1)\n"
    "print(bar.n, bar.total); tqdm.write('written'); bar.close()\n"
    "with tqdm(range(2)) as t:\n    for i in t: t.set_description('x')\nprint(t.n)\n"
    "from tqdm.auto import tqdm as auto; print(auto is tqdm)": ("0\n1\n3 [0, 1, 2]\n4 10\nwritten\n2\nTrue\n", ""),
    "from tqdm import tqdm\nx = []\nfor _ in range(300): x = tqdm(x)\nlist(x)": ("", "RecursionError: maximum"),
    UNITTEST + "unittest.main(exit=False)": ("down\ndown\nValueError\ndown\n", ""),
    UNITTEST + "unittest.main(argv=[''])": ("down\ndown\nValueError\ndown\n", ""),
    "import unittest\nclass T(unittest.TestCase):\n    def test(self): print(self.id())\nunittest.main()\nprint(1)": (
        "__main__.T.test\n", "",
    ),
    "import unittest\nclass T(unittest.TestCase): pass\nT().assertRaisesRegex(ValueError, 'a.*b', int, 'x')": (
        "", "NotImplementedError: patterns aren't here",
    ),
    "import pytest\nwith pytest.raises(ValueError, match='invalid') as e: int('x')\nprint(e.value)\n"
    "print(0.1 + 0.2 == pytest.approx(0.3), 1.1 == pytest.approx(1, rel=0.2), [1, 2.1] == pytest.approx([1, 2]))\n"
    "@pytest.mark.parametrize('a', [1])\ndef f(a): return a\nprint(f(3), pytest.approx(2))\n"
    "with pytest.raises(KeyError): 1": (
        "invalid literal for int() with base 10: 'x'\nTrue True False\n3 approx(2)\n",
        "AssertionError: DID NOT RAISE KeyError",
    ),
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('--n', type=int)\np.parse_args(['--n', 'x'])": (
        "", "",
    ),
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('--n', required=True)\np.parse_args()": (
        "", "",
    ),
    "import logging\nlogging.basicConfig(filename='x')": ("", "NotImplementedError: there is no folder for files here"),
    "import timeit\ntimeit.timeit('1 + 1')": ("", "NotImplementedError: timeit() takes a function here"),
    "import os\nprint(os.environ, os.getenv('HOME'))": ("{} None\n", ""),
    "from enum import Enum\nclass A(Enum):\n    X = 1\n    def _missing_(cls, v): return cls.X": (
        "", "TypeError: _missing_ of an enumeration isn't here",
    ),
    "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int = 1\n    y: int": (
        "", "TypeError: Non-default namedtuple field y cannot follow default field x",
    ),
    "from functools import singledispatch\n@singledispatch\ndef f(x): return 0\n@f.register\ndef _(x): return 1": (
        "", "TypeError: Invalid first argument to `register()`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.strip().splitlines()[0][:60])
def test_does_and_refuses(program: str) -> None:
    events: list[object] = []
    Session().run(program, events.append, echo=False)
    printed, error = PROGRAMS[program]
    assert "".join(event.text for event in events if isinstance(event, Printed)) == printed
    failed = [f"{event.type}: {event.message}" for event in events if isinstance(event, Failed)]
    assert (failed or [""])[0].startswith(error) and bool(failed) == bool(error), failed


@pytest.mark.parametrize(
    ("program", "code", "told"),
    [
        (UNITTEST + "unittest.main()", 1, "FAILED (failures=1, errors=1, skipped=1)"),
        ("import unittest\nclass T(unittest.TestCase):\n    def test(self): pass\nunittest.main()", 0, "Ran 1 test in"),
        ("import argparse\np = argparse.ArgumentParser()\np.parse_args(['--x'])", 2, "unrecognized arguments: --x"),
        ("import logging\nlogging.warning('seen'); logging.info('not')", 0, "WARNING:root:seen"),
        ("import sys\nsys.exit('bye')", 1, "bye"),
        ("import sys\nsys.exit(3)", 3, ""),
    ],
)
def test_what_the_command_says_and_ends_with(program: str, code: int, told: str, tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(program)
    command = [sys.executable, "-m", "autogradcli", "run", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == code
    assert told in ended.stderr


def test_nothing_is_loaded_before_a_program_names_it() -> None:
    code = (
        "import sys, autogradcli.session as s\n"
        "x = s.Session(); x.run('import torch\\nclass A: pass\\nprint(torch.ones(2).sum())', lambda event: None)\n"
        "late = ('bytes_methods', 'compile.annotations')\n"
        "found = [m for m in sys.modules if m.startswith('autogradcli.language.modules.') or m.endswith(late)]\n"
        "print(found, 'ml_dtypes' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] False"


#: Patterns that are asked about one place after the other in a text of this length.
LONG_TEXTS = r"""
import re
t = "a1.5b22.75 c333 .5 4.25" * 800
found = [
    re.findall(r"\d+\.\d+", t), re.findall(r"(\w)(\d+)\.\d+", t), re.findall(r"(\d+)\.\d+", t),
    re.findall(r"\d+\.\d+|\d+|\w+|\S", t), re.search(r"\d+\.\d\d", t).span(), re.search(r"\d+\.\d+x", t),
    re.sub(r"\d+\.\d+", "N", t), re.subn(r"(\d+)\.(\d+)", r"\2_\1", t), re.subn(r"\d+\.\d+", len, t, count=-1),
    re.subn(r"\d+\.\d+", lambda m: "<" + m[0] + ">", t, count=3), re.split(r"(\d+)\.\d+", t),
    re.split(r"\d+\.\d+", t, maxsplit=2), [m.span() for m in re.finditer(r"(?P<a>\d+)\.(?P<b>\d+)", t)],
    re.compile(r"(?P<a>\d+)\.(?P<b>\d+)").search(t).groupdict(),
]
"""


def test_patterns_in_long_texts() -> None:
    """They find what Python finds, and can be stopped."""
    expected: dict[str, Any] = {}
    exec(LONG_TEXTS, expected)
    session = Session(deadline_seconds=1.0)
    events: list[Any] = []
    assert session.run(LONG_TEXTS, events.append)
    assert session.variables["found"] == expected["found"]
    assert not session.run(r're.search(r"\d+\.\d+", "1" * 140_000)', events.append)
    assert "stopped after" in events[-1].message
