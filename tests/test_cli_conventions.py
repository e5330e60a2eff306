"""Colours, settings, completion, leading minus signs, and what start-up loads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_ask import COMMAND, ENVIRON, ROOT, ask, run
from hypothesis import given
from hypothesis import strategies as st

from autogradcli.cli import config
from autogradcli.cli.group import COMMANDS, SUMMARIES, cli, own_first
from autogradcli.cli.options import words_last

RED = "\x1b[1;31m"


@pytest.mark.parametrize(
    ("arguments", "environ", "terminal", "coloured"),
    [
        ([], {}, True, True),
        ([], {}, False, False),
        ([], {"NO_COLOR": "1"}, True, False),
        ([], {"TERM": "dumb"}, True, False),
        (["--color", "auto"], {}, True, True),
        (["--color", "never"], {}, True, False),
        (["--color=always"], {}, False, True),
        (["--color", "always"], {"NO_COLOR": "1"}, False, True),
    ],
)
def test_colours(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], environ: dict[str, str], terminal: bool, coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    for order in (["eval", "nope", *arguments], [*arguments, "eval", "nope"], ["eval", *arguments, "nope"]):
        answer = ask(*order, terminal=terminal)
        assert answer.code == 1
        assert (RED in answer.err) == coloured and ("\x1b" in answer.err) == coloured


def test_a_wrong_colour() -> None:
    assert ask("eval", "1", "--color", "red").code == 2
    assert own_first(["a", "--", "--color", "x"]) == ["a", "--", "--color", "x"]
    assert own_first(["a", "--color"]) == ["a", "--color"]


# -- settings ----------------------------------------------------------------------------------------------


def settled(folder: Path, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return run(*arguments, env={**ENVIRON, "XDG_CONFIG_HOME": str(folder)}, **options)


def test_settings(tmp_path: Path) -> None:
    path = tmp_path / "autogradcli" / "config.toml"
    assert settled(tmp_path, "config", "--path").stdout == f"{path}\n"
    assert not path.exists()
    assert settled(tmp_path, "config", "--write").stdout == f"{path}\n"
    assert path.read_text() == settled(tmp_path, "config").stdout == config.TEMPLATE
    assert settled(tmp_path, "1 + 1").stdout == "2\n"
    done = settled(tmp_path, "config", "--write")
    assert done.returncode == 1 and "there already" in done.stderr

    # Every setting that the file shows is one, once its # is gone, with the value that it has anyway.
    path.write_text(config.TEMPLATE.replace("\n#", "\n"))
    text = path.read_text()
    path.write_text("\n".join(line for line in text.splitlines() if "=" in line or line.startswith("[")))
    assert settled(tmp_path, "torch.ones(1).dtype").stdout == "torch.float32\n"
    assert settled(tmp_path, "run", "-", input="1").stdout == "1\n"

    path.write_text('dtype = "float64"\nformat = "json"\n[run]\nformat = "plain"\necho = false\n')
    assert settled(tmp_path, "1").stdout.startswith("{")
    assert settled(tmp_path, input="torch.ones(1).dtype").stdout.count("float64") == 1
    assert settled(tmp_path, "1", "--format", "plain").stdout == "1\n"
    assert settled(tmp_path, "run", "-", input="1\nprint(2)").stdout == "2\n"
    assert settled(tmp_path, "1", "--no-config").stdout == settled(tmp_path, "--no-config", "1").stdout == "1\n"
    assert settled(tmp_path, "derive", "x * y", "x=1", "y=2").stdout.startswith("{")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("formt = 'json'", "there is no setting `formt`; did you mean `format`?"),
        ("format = 'xml'", "format is 'xml'; one of auto, rich, plain, json, csv, markdown is needed"),
        ("memory = 'much'", "memory is 'much'; a number of gigabytes is needed"),
        ("[rn]\njobs = 1", "there is no command `rn` for the table [rn]; did you mean `run`?"),
        ("[run]\njobs = -1", "[run] jobs is -1; a whole number up to 10000 is needed"),
        ("[eval]\njobs = 1", "autogradcli eval has no option --jobs"),
        ("format =\n", "line 1"),
        ("\x00", ""),
    ],
)
def test_wrong_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str) -> None:
    path = tmp_path / "autogradcli" / "config.toml"
    path.parent.mkdir()
    path.write_text(text)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    done = settled(tmp_path, "eval", "1")
    assert (done.returncode, done.stdout) == (2, "")
    assert str(path) in done.stderr and says in done.stderr and "Traceback" not in done.stderr
    assert settled(tmp_path, "config", "--path").returncode == 0
    assert settled(tmp_path, "eval", "1", "--no-config").returncode == 0


def test_settings_never_come_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (tmp_path, tmp_path / "autogradcli", tmp_path / ".config" / "autogradcli"):
        folder.mkdir(exist_ok=True, parents=True)
        (folder / "config.toml").write_text("format = 'json'")
    for home in ("", ".", "relative"):
        env = {**ENVIRON, "XDG_CONFIG_HOME": home, "HOME": "/nonexistent"}
        assert run("1", env=env, cwd=tmp_path).stdout == "1\n"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert Path(config.path()).is_absolute()


# -- completion --------------------------------------------------------------------------------------------


def completed(*words: str) -> list[str]:
    """What the shell would be offered for the last word."""
    env = {
        **ENVIRON,
        "_AUTOGRADCLI_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["autogradcli", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = run(env=env)
    assert (done.returncode, done.stderr) == (0, "")
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["gr"], {"grad", "graph"}),
        ([""], set(COMMANDS)),
        (["--no"], {"--no-config"}),
        (["eval", "--fo"], {"--format"}),
        (["eval", "--format", "p"], {"plain"}),
        (["hessian", "x**2", "x=1", "--ma"], {"--matrix"}),
        (["run", "--jo"], {"--jobs"}),
        (["completion", ""], {"bash", "zsh", "fish"}),
    ],
)
def test_what_completion_offers(words: list[str], offered: set[str]) -> None:
    assert set(completed(*words)) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(tmp_path: Path, shell: str) -> None:
    script = run("completion", shell).stdout
    assert f"_AUTOGRADCLI_COMPLETE={shell}_complete" in script
    found = shutil.which(shell)
    if found is None:
        return
    path = tmp_path / "script"
    path.write_text(script)
    check = subprocess.run([found, "-n", str(path)], capture_output=True, text=True, check=False)
    assert (check.returncode, check.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_completion_in_bash(tmp_path: Path) -> None:
    command = tmp_path / "autogradcli"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m autogradcli "$@"\n')
    command.chmod(0o755)
    program = """
source <(autogradcli completion bash)
COMP_WORDS=(autogradcli eval --form) COMP_CWORD=2
_autogradcli_completion autogradcli --form eval
echo "${COMPREPLY[@]}"
"""
    env = {**ENVIRON, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, env=env, check=False)
    assert done.stdout == "--format\n", done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
@pytest.mark.parametrize(
    ("line", "parts", "made"),
    [
        ("autogradcli eval --var x=@da", "autogradcli eval --var x =@ da", "@data.csv"),
        ("autogradcli grad x x=@", "autogradcli grad x x =@", "@data.csv"),
        ("autogradcli eval --format=p", "autogradcli eval --format = p", "plain"),
        ("autogradcli eval --var=x=@da", "autogradcli eval --var = x =@ da", "@data.csv"),
        ("autogradcli  eval  --load da", "autogradcli eval --load da", "data.csv"),
    ],
)
def test_bash_parts_words_at_signs_that_we_do_not(tmp_path: Path, line: str, parts: str, made: str) -> None:
    command = tmp_path / "bin" / "autogradcli"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m autogradcli "$@"\n')
    command.chmod(0o755)
    (tmp_path / "data.csv").touch()
    program = f"""
compopt() {{ :; }}
source <(autogradcli completion bash)
COMP_LINE="{line}" COMP_WORDS=({parts}) COMP_CWORD={len(parts.split()) - 1}
_autogradcli_completion autogradcli
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    env = {**ENVIRON, "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, env=env, check=False, cwd=tmp_path)
    assert made in done.stdout.split("\n"), done.stderr


# -- and the rest ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["check-transcrip", "x"], 2, "did you mean `check-transcript`?"),
        (["jacobain", "x", "x=1"], 2, "did you mean `jacobian`?"),
        (["hessian", "-x**2", "x=1"], 0, ""),
        (["grad", "-x", "x=-1"], 0, ""),
        (["export"], 2, "FILE"),
        (["completion", "tcsh"], 2, "tcsh"),
        (["run", "--jobs", "-1", "x"], 2, "jobs"),
    ],
)
def test_words(arguments: list[str], code: int, says: str) -> None:
    answer = ask(*arguments)
    assert answer.code == code and says in answer.err and "Traceback" not in answer.err


def test_what_new_commands_load() -> None:
    """Settings that are none, folders and files cost nothing, and help loads nothing heavy."""
    program = """
import sys
from autogradcli.cli.main import main
for name in "jacobian run check-transcript export completion config".split():
    main([name, "--help"])
heavy = {"numpy", "rich", "prompt_toolkit", "scipy", "tomllib", "csv", "zipfile", "tempfile"} & set(sys.modules)
assert not heavy, heavy
main(["eval", "2 + 2"])
print(sorted({"rich", "scipy", "json", "tomllib", "csv", "selectors", "difflib"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=ENVIRON, check=False)
    assert done.stdout.endswith("4\n[]\n"), done.stdout + done.stderr


def test_every_command_is_in_the_manual_page() -> None:
    page = (ROOT / "docs" / "man" / "autogradcli.1").read_text()
    context = cli.make_context("autogradcli", [], resilient_parsing=True)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--"):
                    assert option.replace("-", "\\-") in page, (name, option)


def test_the_manual_page_is_well_formed() -> None:
    groff = shutil.which("groff")
    if groff is not None:
        page = ROOT / "docs" / "man" / "autogradcli.1"
        done = subprocess.run(
            [groff, "-man", "-ww", "-z", "-Tutf8", str(page)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_help_through_a_pipe_that_closes() -> None:
    shell = " ".join([*COMMAND, "config"])
    done = subprocess.run(["sh", "-c", f"{shell} | true"], capture_output=True, text=True, env=ENVIRON, check=False)
    assert done.stderr == ""


# -- what a hostile pass found --------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_on_a_full_disk_is_no_internal_error(word: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        done = run(word, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1 and "can't be written: No space left" in done.stderr
    assert "internal" not in done.stderr


def test_wrong_settings_stand_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "autogradcli" / "config.toml"
    path.parent.mkdir()
    path.write_text("bogus = [")
    assert "--no-config" in settled(tmp_path, "1").stderr
    for arguments in (("eval", "-h"), ("grad", "--help"), ("1", "--no-config")):
        assert settled(tmp_path, *arguments).returncode == 0
    assert settled(tmp_path, "eval", "--", "-h").returncode == 2


@pytest.mark.parametrize("kind", ["folder", "loop", "pipe"])
def test_settings_that_are_no_file_are_not_passed_over_in_silence(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "autogradcli" / "config.toml"
    path.parent.mkdir()
    {"folder": path.mkdir, "loop": lambda: path.symlink_to(path), "pipe": lambda: os.mkfifo(path)}[kind]()
    done = settled(tmp_path, "1")
    assert (done.returncode, done.stdout) == (2, "") and str(path) in done.stderr


def test_csv_as_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "autogradcli" / "config.toml"
    path.parent.mkdir()
    path.write_text('format = "csv"')
    assert settled(tmp_path, "grad", "x*x", "x=3").stdout == "x\n6.0\n"
    assert settled(tmp_path, "run", "-", input="1").stdout == "1\n"
    path.write_text('[run]\nformat = "csv"')
    assert "[run] format is 'csv'; one of auto" in settled(tmp_path, "run", "-", input="1").stderr


def test_an_option_without_its_value_says_where_to_look() -> None:
    answer = ask("eval", "--var")
    assert answer.code == 2 and "more: autogradcli --help" in answer.err


@pytest.mark.parametrize(
    ("words", "made"),
    [
        ("eval --var x=@da", "x=@data.csv"),
        ("grad x x=@sub/", "x=@sub/in.npz"),
        ("eval --load da", "data.csv"),
        ("eval --save su", "sub/"),
        ("hessian x x=@nosuch/", ""),
    ],
)
def test_files_behind_an_at_sign_are_completed(tmp_path: Path, words: str, made: str) -> None:
    (tmp_path / "data.csv").touch()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "in.npz").touch()
    asked = {"_AUTOGRADCLI_COMPLETE": "fish_complete", "COMP_WORDS": f"autogradcli {words}"}
    done = run(cwd=tmp_path, env={**ENVIRON, **asked, "COMP_CWORD": words.split()[-1]})
    assert done.stdout.strip() == (f"plain,{made}" if made else "")


def test_the_help_fits_a_terminal_and_names_every_command() -> None:
    text = run("--help").stdout
    assert max(map(len, text.splitlines())) <= 80 and "..." not in text.replace("[ARGS]...", "")
    assert text.index("autogradcli grad 'x**2 * y' x=3 y=2") < text.index("Options:")
    assert list(SUMMARIES) == list(COMMANDS) and all(f"  {name} " in text for name in COMMANDS)
    assert run("help").stdout == text and run("help", "grad").stdout == run("grad", "--help").stdout


def test_help_about_a_name_and_a_search() -> None:
    about = ask("help", "softmax")
    assert (
        about.code == 0 and about.out.startswith("softmax\n  softmax(input, dim") and ">>> torch.softmax(y" in about.out
    )
    assert ask("help", "nn.Linear").out.startswith("nn.Linear\n")
    found = ask("help", "conv").out.splitlines()
    assert found[0].split()[0] == "F.conv1d" and any("Conv2d" in line for line in found)
    assert max(map(len, found)) <= 80
    assert any("unfold" in line for line in ask("help", "windows").out.splitlines())
    nothing = ask("help", "sofmax")
    assert (nothing.code, nothing.out) == (1, "") and "did you mean softmax" in nothing.err
    assert ask("help", "torch.nope").code == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["1", "+", "1"], "2\n"),
        (["(1", "+", "1)"], "2\n"),
        (["pi"], "3.141592653589793\n"),
        (["pi", "*", "2"], "6.283185307179586\n"),
        (["x = 2", "x * 3"], "6\n"),
        (["sin"], "`sin` is a function, not a command: autogradcli 'sin(2)' calls it"),
        (["sin", "0"], "autogradcli 'sin(0)' calls it, autogradcli help sin tells about it"),
        (["exp"], "`exp` is a function"),
        (["evl"], "did you mean `eval`?"),
    ],
)
def test_what_a_beginner_types_first(words: list[str], says: str) -> None:
    answer = ask(*words)
    assert answer.out == says if answer.code == 0 else (answer.code == 2 and says in answer.err)


WORDS = st.lists(st.sampled_from(["-", "--", "-x", "-h", "--flag", "--value", "--value=1", "--x+y", "x", "-1", ""]))


@given(WORDS)
def test_options_go_first_and_words_keep_their_order(args: list[str]) -> None:
    ordered = words_last(args, {"--flag", "-h"}, {"--value"})
    if ordered is args:
        assert args[-1] == "--value"
        return
    rest = iter(args)
    options, words = [], []
    for arg in rest:
        if arg == "--":
            words += rest
        elif arg == "--value":
            options += [arg, next(rest)]
        else:
            (options if arg in ("--flag", "-h", "--value=1") else words).append(arg)
    assert ordered == [*options, "--", *words]
