"""Console blocks: lines ``$ autogradcli ...`` and what they show, run in an empty folder of their own.

A text is somebody's, so its lines are never given to a shell. The only program that they run is this one, by its own
interpreter; ``cat``, ``echo``, ``printf``, ``mkdir`` and a few filters are done here. No word may lead out of the
folder. Files that stand beside the text and are named are copied into it first.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from typing import NamedTuple

from .shell import FILTERS, WRITERS, Command, NotRun, Pipe, read, setting

PROGRAM = "autogradcli"
#: Set for what is run here: a check within a check runs no console blocks.
WITHIN = "AUTOGRADCLI_IN_CONSOLE"
#: What may be set in front of a command.
SETTINGS = ("COLUMNS", "LINES", "NO_COLOR")
#: Seconds that a command may take where nothing is said.
PATIENCE = 60.0
#: Bytes of a file beside a text that is copied, and of what one command may show.
MOST_BYTES = 1 << 27

_OUTSIDE = re.compile(r"(?:^|[=@:,])(?:/|~/|~$)|(?:^|[=@:,/])\.\.(?:/|$)")
#: Where the name of a file may begin in a word.
_FILES = re.compile(r"[^=@:,]+")


class Done(NamedTuple):
    out: bytes
    errors: bytes
    code: int


class Console:
    """The folder and the commands of one text. To be closed."""

    def __init__(self, beside: str, timeout: float | None = None) -> None:
        """``beside``: the folder of the text, "" where there is none."""
        self.beside = beside
        self.timeout = PATIENCE if timeout is None else timeout
        self._made: tempfile.TemporaryDirectory[str] | None = None
        self._home = ""
        self._code = 0

    def close(self) -> None:
        if self._made is not None:
            self._made.cleanup()

    def run(self, line: str) -> tuple[str, str]:
        """What a line shows on a terminal, and "" or why it is not run."""
        try:
            pipes = read(line)
            for pipe in pipes:
                self._allow(pipe)
            shown = b""
            for pipe in pipes:
                if {"&&": self._code != 0, "||": self._code == 0}.get(pipe.joined, False):
                    continue
                shown += self._pipe(pipe)
        except NotRun as reason:
            return "", str(reason)
        except OSError as error:
            return "", error.strerror or str(error)
        except subprocess.TimeoutExpired:
            return f"(stopped after {self.timeout:g} s)", ""
        text = shown.decode("utf-8", "replace").replace("\r\n", "\n")
        return "\n".join([piece.rstrip() for piece in text.split("\n")]).rstrip("\n"), ""

    @property
    def folder(self) -> str:
        if self._made is None:
            self._made = tempfile.TemporaryDirectory(prefix="autogradcli-")
            self._home = os.path.join(self._made.name, "home")
            os.mkdir(self._home)
            os.mkdir(os.path.join(self._made.name, "here"))
        return os.path.join(self._made.name, "here")

    # -- what is allowed ------------------------------------------------------------------------------------

    def _allow(self, pipe: Pipe) -> None:
        """Raises NotRun for a line that is not to be run, before any of it is."""
        for at, command in enumerate(pipe.commands):
            words = command.words[_settings(command.words) :]
            if not words:
                raise NotRun("a command is missing")
            if words[0] not in (PROGRAM, "cat", "ls", "mkdir", *FILTERS, *WRITERS):
                raise NotRun(f"of programs only {PROGRAM} is run, not {words[0]}")
            for word in (*words[1:], command.source, command.target, command.errors):
                if _OUTSIDE.search(word) and word not in ("/dev/null", "&1"):
                    raise NotRun(f"{word} leads out of its folder")
            needs_keys = words[0] == PROGRAM and words[1:] in ([], ["repl"])
            if needs_keys and at == 0 and not command.source:
                raise NotRun("the prompt needs a terminal")

    # -- running --------------------------------------------------------------------------------------------

    def _pipe(self, pipe: Pipe) -> bytes:
        """What is seen of a pipe: errors as they come, and at the end what its last command writes."""
        given = b""
        seen = b""
        for at, command in enumerate(pipe.commands):
            if command.source:
                given = self._read(command.source)
            last = at == len(pipe.commands) - 1
            together = command.errors == "&1" or (last and not command.errors and not command.target)
            done = self._command(command, given if at or command.source else b"", together)
            if command.errors not in ("", "&1"):
                self._write(command.errors, done.errors, append=False)
            else:
                seen += done.errors
            given = done.out
            if command.target:
                self._write(command.target, given, command.append)
                given = b""
            self._code = done.code
        return seen + given

    def _command(self, command: Command, given: bytes, together: bool) -> Done:
        count = _settings(command.words)
        settings, words = command.words[:count], command.words[count:]
        name, *rest = words
        for word in rest:
            self._bring(word)
        if name == PROGRAM:
            return self._program(rest, given, together, dict([each.split("=", 1) for each in settings]))
        rest = [word.replace("$?", str(self._code)) for word in rest] if name == "echo" else rest
        if name == "mkdir":
            for word in rest:
                if word != "-p":
                    os.makedirs(self._path(word), exist_ok="-p" in rest)
            return Done(b"", b"", 0)
        if name == "ls":
            names = sorted(each for each in os.listdir(self._path(rest[0] if rest else "")) if not each.startswith("."))
            return Done("".join([each + "\n" for each in names]).encode(), b"", 0)
        if name == "cat":
            return Done(b"".join([given if word == "-" else self._read(word) for word in rest or ["-"]]), b"", 0)
        if name in WRITERS:
            return Done(WRITERS[name](rest, given), b"", 0)
        files = [word for word in rest if os.path.isfile(self._path(word))]
        if files:
            given = b"".join(map(self._read, files))
        out = FILTERS[name]([word for word in rest if word not in files], given)
        return Done(out, b"", int(name == "grep" and not out))

    def _program(self, words: list[str], given: bytes, together: bool, settings: dict[str, str]) -> Done:
        folder = self.folder
        package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
        environ = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "EDITOR", "VISUAL")}
        path = os.pathsep.join(filter(None, (package, environ.get("PYTHONPATH"))))
        environ |= {"HOME": self._home, "XDG_CONFIG_HOME": self._home, "XDG_STATE_HOME": self._home, WITHIN: "1"}
        environ |= {"NO_COLOR": "1", "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **settings}
        done = subprocess.run(
            [sys.executable, "-P", "-m", PROGRAM, *words],
            cwd=folder,
            env=environ,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if together else subprocess.PIPE,
            timeout=self.timeout,
            check=False,
        )
        return Done(done.stdout[:MOST_BYTES], b"" if together else done.stderr, done.returncode)

    # -- files ----------------------------------------------------------------------------------------------

    def _path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def _bring(self, word: str) -> None:
        """Copy the files that a word may name, where they stand beside the text and not here yet."""
        for name in {word, *_FILES.findall(word)} if self.beside else ():
            if not name.isprintable() or _OUTSIDE.search(name) or len(name) > 200:
                continue
            there, here = os.path.join(self.beside, name), self._path(name)
            if not os.path.isfile(there) or os.path.exists(here) or os.path.getsize(there) > MOST_BYTES:
                continue
            os.makedirs(os.path.dirname(here), exist_ok=True)
            shutil.copyfile(there, here)

    def _read(self, name: str) -> bytes:
        self._bring(name)
        with open(self._path(name), "rb") as file:
            return file.read(MOST_BYTES)

    def _write(self, name: str, data: bytes, append: bool) -> None:
        if name == "/dev/null":
            return
        with open(self._path(name), "ab" if append else "wb") as file:
            file.write(data)


def _settings(words: list[str]) -> int:
    """How many words in front of a command are settings. Raises NotRun for one that isn't allowed."""
    count = 0
    while count < len(words) and setting(words[count]):
        name = words[count].partition("=")[0]
        if name not in SETTINGS:
            raise NotRun(f"{name} is no setting that an example may have")
        count += 1
    return count
