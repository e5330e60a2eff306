"""The manual's examples, run as they stand: shell examples by a shell, ``>>> `` examples by check-transcript."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from autogradcli.cli.group import COMMANDS
from autogradcli.cli.transcript import agree
from autogradcli.show.derive_options import OPTIONS
from autogradcli.show.graph.graph_options import OPTIONS as OF_GRAPH

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "cli.md"
FORMULAS = ROOT / "docs" / "derive.md"
GRAPHS = ROOT / "docs" / "graph.md"
LANGUAGE = ROOT / "docs" / "language.md"
WHYS = ROOT / "docs" / "why.md"


def shell_examples(text: str) -> list[tuple[str, str]]:
    """The commands at ``$ `` prompts in blocks marked console, each with what it shows."""
    found: list[tuple[str, str]] = []
    inside = False
    for line in text.splitlines():
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            found.append((line[2:], ""))
        elif inside:
            found[-1] = found[-1][0], found[-1][1] + line + "\n"
    return found


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """An environment in which ``autogradcli`` is the one under test, and no settings are."""
    command = tmp_path / "bin" / "autogradcli"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m autogradcli "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(tmp_path), "NO_COLOR": "1"}


@pytest.mark.parametrize("page", [PAGE, FORMULAS, WHYS, GRAPHS], ids=lambda page: page.stem)
def test_examples_of_the_manual(page: Path, tmp_path: Path, shell: dict[str, str]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for command, expected in shell_examples(page.read_text(encoding="utf-8")):
        done = subprocess.run(
            ["sh", "-c", f"( {command}\n) 2>&1"],
            cwd=folder,
            env=shell,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert agree(expected, done.stdout, 0.0), f"$ {command}\n{done.stdout}"


def test_prompts_in_texts(shell: dict[str, str]) -> None:
    pages = [str(ROOT / "README.md"), str(PAGE), str(LANGUAGE)]
    done = subprocess.run(
        ["autogradcli", "check-transcript", *pages], env=shell, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_on_the_language_shows_what_it_says() -> None:
    text = LANGUAGE.read_text(encoding="utf-8")
    sections = re.split(r"^#+ ", text, flags=re.MULTILINE)[2:]
    assert [part.split("\n")[0] for part in sections if ">>> " not in part] == []
    assert max(map(len, text.splitlines())) <= 120


def test_the_page_on_formulas_shows_every_option() -> None:
    text = FORMULAS.read_text(encoding="utf-8")
    assert len(shell_examples(text)) >= 30
    assert all(f"--{option.name}" in text for option in OPTIONS)


def test_the_page_on_graphs_shows_every_option() -> None:
    text = GRAPHS.read_text(encoding="utf-8")
    assert all(f"--{option.name}" in text for option in OF_GRAPH)


def test_the_manual_names_every_command() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in COMMANDS)


def test_the_manual_page_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "make_man_page"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_pictures_are_what_their_commands_draw(tmp_path: Path) -> None:
    """The graph to the letter; what a library draws may change with it."""
    loader = SourceFileLoader("autogradcli_make_pictures", str(ROOT / "scripts" / "make_pictures"))
    script = ModuleType(loader.name)
    script.__file__ = loader.path
    loader.exec_module(script)
    script.draw("graph.svg", tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text() == (ROOT / "docs" / "pictures" / "graph.svg").read_text()
    for page, name in (("graph.md", "graph.svg"), ("cli.md", "contours.svg")):
        assert f"(pictures/{name})" in (ROOT / "docs" / page).read_text() and (script.FOLDER / name).exists()
