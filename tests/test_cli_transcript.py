"""``check-transcript``."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cli_ask import ask
from hypothesis import given
from hypothesis import strategies as st

from autogradcli.cli.transcripts.agreement import agree
from autogradcli.cli.transcripts.check import check
from autogradcli.cli.transcripts.console import Console
from autogradcli.cli.transcripts.docstrings import joined, read, same_program
from autogradcli.cli.transcripts.examples import examples
from autogradcli.session import Session

GOOD = """Some text.

>>> x = torch.tensor([1., 2.], requires_grad=True)
>>> x * 2
tensor([2., 4.], grad_fn=<MulBackward0>)
>>> for i in range(2):
...     print(i)
...
0
1

    >>> print('a\\n\\nb')
    a
    <BLANKLINE>
    b

```
>>> x.nope
Traceback (most recent call last):
  File "anything", line 3
AttributeError: 'Tensor' object has no attribute 'nope'
>>> x.sum
<built-in method sum of Tensor object at 0x7f0123456789>
```
>>> torch.arange(5000)
tensor([   0, ..., 4999])
"""


def test_what_agrees(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(GOOD)
    assert ask("check-transcript", str(path)) == (0, "", f"{path}: 7 examples\n")
    assert ask("check-transcript", "-", stdin=GOOD) == (0, "", "<stdin>: 7 examples\n")
    assert ask("check-transcript", "-", stdin="no prompts") == (0, "", "<stdin>: 0 examples\n")


WRONG = ">>> 1 + 1\n3\n>>> nope\n>>> None\nNone\n  >>> print('x')\n\nend\n"
RIGHT = (
    ">>> 1 + 1\n2\n>>> nope\nTraceback (most recent call last):\n    ...\nNameError: name 'nope' is not defined\n"
    ">>> None\n  >>> print('x')\n  x\n\nend\n"
)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_differences(tmp_path: Path, line_end: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(WRONG.replace("\n", line_end).encode())
    code, out, err = ask("check-transcript", str(path))
    assert (code, err) == (1, f"{path}: 4 examples, 4 differ (line 1, 3, 4, 6)\n")
    assert f"--- {path} (expected)\n" in out and "\n-3\n+2\n" in out and "\n+  x\n" in out
    assert path.read_bytes() == WRONG.replace("\n", line_end).encode()
    assert ask("check-transcript", "--update", str(path)) == (
        0, "", f"{path}: 4 examples, 4 updated (line 1, 3, 4, 6)\n",
    )  # fmt: skip
    assert path.read_bytes() == RIGHT.replace("\n", line_end).encode()
    assert ask("check-transcript", str(path)).code == 0
    assert ask("check-transcript", "--update", "-", stdin=WRONG)[:2] == (0, RIGHT)


def test_several_files_and_those_that_can_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(">>> x = 1\n")
    other = tmp_path / "b.txt"
    other.write_text(">>> x\n1\n")  # another session
    code, _, err = ask("check-transcript", str(path), str(other), "nosuch\x1b.txt")
    assert code == 1 and "a.txt: 1 example\n" in err and "b.txt: 1 example, 1 differ" in err
    assert "nosuch\\x1b.txt: FileNotFoundError" in err
    assert "\x1b" not in ask("check-transcript", "-", stdin=">>> '\x1b[2J'\n").out


@pytest.mark.parametrize(
    ("wanted", "got", "tolerance", "same"),
    [
        ("tensor(0.3334)", "tensor(0.3333)", 0.0, False),
        ("tensor(0.3334)", "tensor(0.3333)", 1e-3, True),
        ("tensor(0.3334)", "tensor(0.3333)", 1e-5, False),
        ("1000.5", "1000.4", 1e-3, True),
        ("[1., 2.]", "[1.,  2.]", 1e-6, True),
        ("[1., 2.]", "[1.,  2.]", 0.0, False),
        ("nan inf", "nan inf", 1e-3, True),
        ("inf", "nan", 1e-3, False),
        ("1 2", "1", 1e-3, False),
        ("a...b", "a anything b", 0.0, True),
        ("a...a", "a", 0.0, False),
        ("x...y...z", "x z y", 0.0, False),
        ("<f at 0x1>", "<f at 0x2a>", 0.0, True),
    ],
)
def test_agreement(wanted: str, got: str, tolerance: float, same: bool) -> None:
    assert agree(wanted, got, tolerance) == same


@given(
    st.lists(
        st.sampled_from([">>> 1", "  >>> print(2)", "... x", "...", "", "text", "```", "  text", ">>>", ">>> if 1:"])
    )
)
def test_an_updated_transcript_agrees(lines: list[str]) -> None:
    text = "\n".join(lines)
    first = check(text, Session(), 0.0)
    assert first.examples == len(list(examples(read(text))))
    again = check(first.text, Session(), 0.0)
    assert again.differing == [] and again.text == first.text


MODULE = '''"""Of a module.

>>> 1 + 1
3
"""
import math

def f(x):
    """Of a function.

    >>> y = 2
    >>> y * 2
    é
    """
    return x  # kept

class A:
    r"""
    >>> 3
    4"""
    x = f"""
>>> 1
"""

def g(): "é"; return """
>>> 7
8""", 5
z = 1
'''


def test_a_python_file_keeps_what_is_no_transcript(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(MODULE, encoding="utf-8")
    assert ask("check-transcript", str(path)).err == f"{path}: 5 examples, 4 differ (line 3, 12, 19, 26)\n"
    assert ask("check-transcript", "--update", str(path)).code == 0
    right = MODULE
    for wrong, new in (("+ 1\n3", "+ 1\n2"), ("2\n    é", "2\n    4"), ("    4", "    3"), ("\n8", "\n7")):
        right = right.replace(wrong, new, 1) if wrong != "    4" else right.replace('    4"""', '    3"""')
    assert path.read_text(encoding="utf-8") == right
    assert ask("check-transcript", str(path)).code == 0


@given(st.lists(st.sampled_from(MODULE.split("\n")), max_size=12))
def test_no_line_outside_of_strings_is_lost(lines: list[str]) -> None:
    """Whatever lines stand in a Python file: updated, it is the same program."""
    text = "\n".join(lines)
    before = read(text)
    checked = check(text, Session(), 0.0)
    assert joined(before.lines) == text
    assert before.tree is None or same_program(before.tree, checked.text)


def test_what_would_end_its_string_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    text = 'def f():\n    """\n    >>> print(1, chr(34) * 3)\n    x\n    """\n    return 1\n'
    path.write_text(text)
    code, _, err = ask("check-transcript", "--update", str(path))
    assert code == 1 and "left as it is" in err and path.read_text() == text


# -- options, folders, time --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("example", "code"),
    [
        (">>> nope  # doctest: +SKIP\n1", 0),
        (">>> print('a  b')  # doctest: +NORMALIZE_WHITESPACE\na\n b", 0),
        (">>> print('a  b')\na b", 1),
        (">>> print('a b c')  # doctest: +ELLIPSIS\na ... c", 0),
        (">>> print('a b c')  # doctest: -ELLIPSIS\na ... c", 1),
        (">>> 1 / 0  # doctest: +IGNORE_EXCEPTION_DETAIL\nTraceback (most recent call last):\nZeroDivisionError: x", 0),
        (">>> 1 / 0\nTraceback (most recent call last):\nZeroDivisionError: x", 1),
        (">>> 1 / 0  # doctest: +IGNORE_EXCEPTION_DETAIL\nTraceback (most recent call last):\nTypeError: x", 1),
        (">>> print()  # doctest: +DONT_ACCEPT_BLANKLINE\n<BLANKLINE>", 1),
        (">>> for i in 1, 2:  # doctest: +NORMALIZE_WHITESPACE, +REPORT_NDIFF\n...     [i,  i]\n[1,   1]\n[2, 2]", 0),
        (">>> 1  # doctest: +FAIL_FAST\n2\n>>> 3\n4", 1),
    ],
)  # fmt: skip
def test_options_of_doctest(example: str, code: int) -> None:
    answer = ask("check-transcript", "-", stdin=example + "\n")
    assert answer.code == code, answer
    assert ("FAIL_FAST" in example) == ("1 example, 1 differ" in answer.err and ">>> 3" in example)
    assert ("SKIP" in example) == ("1 skipped" in answer.err)


def test_an_option_that_doctest_does_not_have() -> None:
    answer = ask("check-transcript", "-", stdin=">>> 1\n1\n>>> 1  # doctest: +ELIPSIS\n1\n")
    assert answer.code == 1
    assert answer.err == "<stdin>: error: line 3: doctest has no option +ELIPSIS; did you mean +ELLIPSIS?\n"


def test_bare_expressions_within_a_loop_are_shown_as_by_pythons_prompt() -> None:
    text = ">>> for i in range(2):\n...     i\n...     if i:\n...         'x'\n...\n0\n1\n'x'\n>>> _\n'x'\n"
    text += ">>> def f():\n...     1\n>>> f()\n>>> class A:\n...     2\n"
    assert ask("check-transcript", "-", stdin=text).code == 0
    assert ask("eval", "-", stdin="for i in range(2):\n    i\n").out == ""  # no prompt


def test_gradients_that_the_prompt_shows_may_stand_there_or_not() -> None:
    begin = ">>> x = tensor(3., requires_grad=True)\n>>> (x * x).backward()\n"
    assert ask("check-transcript", "-", stdin=begin).code == 0
    assert ask("check-transcript", "-", stdin=begin + "x.grad = tensor(6.)\n").code == 0
    assert ask("check-transcript", "-", stdin=begin + "x.grad = tensor(7.)\n").code == 1


def test_what_takes_too_long_is_an_error_of_its_example() -> None:
    text = ">>> while True:\n...     pass\n>>> 1\n1\n"
    answer = ask("check-transcript", "--timeout", "0.2", "-", stdin=text)
    assert answer.code == 1 and "1 differ (line 1)" in answer.err and "+TimeoutError: stopped after 0.2 s" in answer.out


def test_a_folder_stands_for_the_texts_in_it_and_below(tmp_path: Path) -> None:
    (tmp_path / "guide" / ".hidden").mkdir(parents=True)
    (tmp_path / "guide" / "a.md").write_text(">>> 1\n1\n")
    (tmp_path / "guide" / ".hidden" / "b.md").write_text(">>> 1\n2\n")
    (tmp_path / "guide" / "c.csv").write_text(">>> 1\n2\n")
    (tmp_path / "d.py").write_text('"""\n>>> 1\n2\n"""\n')
    (tmp_path / "e.txt").write_text("no example\n")
    answer = ask("check-transcript", str(tmp_path))
    assert answer.err == (
        f"{tmp_path}/d.py: 1 example, 1 differ (line 2)\n{tmp_path}/guide/a.md: 1 example\n"
    )  # fmt: skip
    assert answer.code == 1
    (tmp_path / "empty").mkdir()
    assert "no *.md" in ask("check-transcript", str(tmp_path / "empty")).err


# -- console blocks ----------------------------------------------------------------------------------------

PAGE = """```console
$ autogradcli grad 'x**2' x=3
tensor(9., grad_fn=<PowBackward0>)
x.grad = tensor(6.)
$ printf '1,2\\n3,4\\n' > made.csv && autogradcli eval --var x=@made.csv x.T
tensor([[1, 3],
        [2, 4]])
$ echo '1 + 1' | autogradcli
3
$ autogradcli nope; echo code $?
code 1
$ autogradcli eval --var x=@beside.csv x
tensor([5, 6])
```
"""


def test_commands_of_a_console_block(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    (tmp_path / "beside.csv").write_text("5,6\n")
    path.write_text(PAGE)
    answer = ask("check-transcript", str(path))
    assert answer.code == 1 and answer.err == f"{path}: 5 examples, 2 differ (line 8, 10)\n"
    assert "\n-3\n+2\n" in answer.out
    assert ask("check-transcript", "--update", str(path)).code == 0
    right = path.read_text()
    assert right.replace("\n2\n", "\n3\n") != PAGE and right.startswith(PAGE[:60]) and right.endswith("5, 6])\n```\n")
    assert ask("check-transcript", str(path)) == (0, "", f"{path}: 5 examples\n")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["beside.csv", "page.md"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("touch made", "of programs only autogradcli is run, not touch"),
        ("autogradcli 1 | sh", "of programs only autogradcli is run, not sh"),
        ("echo x > /tmp/made", "/tmp/made leads out of its folder"),
        ("echo x > ../made", "../made leads out of its folder"),
        ("echo x > a/../../made", "a/../../made leads out of its folder"),
        ("autogradcli eval --save=/tmp/made.npz 1", "--save=/tmp/made.npz leads out of its folder"),
        ("autogradcli eval --var x=@/etc/passwd x", "x=@/etc/passwd leads out of its folder"),
        ("autogradcli run '~/x.py'", "~/x.py leads out of its folder"),
        ("autogradcli $(touch made)", "it uses $, which only a shell understands"),
        ('autogradcli "`touch made`"', "it uses `, which only a shell understands"),
        ("autogradcli 1 & touch made", "it uses &, which only a shell understands"),
        ("(autogradcli 1)", "it uses (, which only a shell understands"),
        ("PYTHONPATH=. autogradcli 1", "PYTHONPATH is no setting that an example may have"),
        ("cat page.md | autogradcli; ./made", "of programs only autogradcli is run, not ./made"),
        ("autogradcli", "the prompt needs a terminal"),
        ("autogradcli 'x", "a quote is never closed"),
        ("sort -o made page.md", "sort is known without options alone"),
    ],
)
def test_what_a_console_block_may_not_do(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "page.md"
    text = f"```console\n$ {line}\nanything\n```\n"
    path.write_text(text)
    answer = ask("check-transcript", "--update", str(path))
    assert answer.err == f"{path}: line 2 is not run: {reason}\n{path}: 0 examples\n" and answer.code == 0
    assert path.read_text() == text and [each.name for each in tmp_path.iterdir()] == ["page.md"]


def test_a_check_within_a_check_runs_no_console_blocks(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("```console\n$ autogradcli check-transcript page.md\npage.md: 0 examples\n```\n")
    assert ask("check-transcript", str(path)).code == 0


@pytest.mark.parametrize(
    "line",
    [
        "printf 'a\\nb\\n' | sort | head -n 1", "echo a 'b  c' \"d\"", "printf '%s-%s\\n' a b", "echo a\\ b",
        "printf 'x\\ny\\n' > f; grep y f; cat f | wc -l", "printf 'abcdef\\n' | cut -c 2-4",
        "echo a && echo b || echo c",
        "mkdir d; echo 1 > d/f; echo 2 >> d/f; cat d/f", "printf 'a\\nb\\nc\\n' | tail -n 2 | grep -v c", "echo a # b",
        "printf b | cat; echo $?", "grep a < /dev/null || echo none",
    ],
)  # fmt: skip
def test_lines_mean_what_they_mean_to_a_shell(line: str, tmp_path: Path) -> None:
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
    console = Console("")
    try:
        assert console.run(line) == (done.stdout.rstrip("\n"), "")
    finally:
        console.close()
