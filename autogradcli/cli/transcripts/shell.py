"""The part of a shell's language that examples need: words, pipes, files, ``&&``, ``||``. Nothing is expanded.

What a line may do is a closed list: it is read here, not given to a shell, and of programs only ``autogradcli`` is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

_OPERATORS = ("2>&1", "&&", "||", "2>>", "2>", ">>", ">", "<", "|", ";")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")


class NotRun(Exception):
    """A line that asks for more than examples may, and why."""


class Command(NamedTuple):
    """One command of a pipe. ``source`` and ``target`` are files for its input and output ("" for none), ``errors``
    where its errors go: "" to where the terminal is, "&1" to its output, or a file."""

    words: list[str]
    source: str = ""
    target: str = ""
    append: bool = False
    errors: str = ""


class Pipe(NamedTuple):
    """Commands that hand on what they write. ``joined`` is what stands before it: "", ";", "&&" or "||"."""

    joined: str
    commands: list[Command]


class Token(NamedTuple):
    text: str
    operator: bool


def read(line: str) -> list[Pipe]:
    """The pipes of a line. Raises NotRun."""
    pipes: list[Pipe] = []
    joined = ""
    commands: list[Command] = []
    words: list[str] = []
    redirected: dict[str, object] = {}
    tokens = _tokens(line)
    tokens.append(Token(";", True))
    at = 0
    while at < len(tokens):
        text, operator = tokens[at]
        at += 1
        if not operator:
            words.append(text)
        elif text == "2>&1":
            redirected["errors"] = "&1"
        elif text in ("<", ">", ">>", "2>", "2>>"):
            if at >= len(tokens) or tokens[at].operator:
                raise NotRun(f"{text} needs a file behind it")
            name = {"<": "source", ">": "target", ">>": "target"}.get(text, "errors")
            redirected[name] = tokens[at].text
            if name == "target":
                redirected["append"] = text == ">>"
            at += 1
        else:
            if not words:
                if text == ";" and at == len(tokens) and pipes and not commands:
                    break
                raise NotRun(f"a command is missing before {text}" if at < len(tokens) else "it is no whole command")
            commands.append(Command(words, **redirected))  # type: ignore[arg-type]  # each of its field
            words, redirected = [], {}
            if text != "|":
                pipes.append(Pipe(joined, commands))
                joined, commands = text, []
    return pipes


def _tokens(line: str) -> list[Token]:
    tokens: list[Token] = []
    word: str | None = None
    k = 0

    def end() -> None:
        nonlocal word
        if word is not None:
            tokens.append(Token(word, False))
        word = None

    while k < len(line):
        c = line[k]
        found = next((each for each in _OPERATORS if line.startswith(each, k)), None)
        if found is not None and (not found.startswith("2") or word is None):
            end()
            tokens.append(Token(found, True))
            k += len(found)
        elif c in " \t\n":
            end()
            k += 1
        elif c == "#" and word is None:
            break
        elif c == "'":
            close = line.find("'", k + 1)
            if close < 0:
                raise NotRun("a quote is never closed")
            word = (word or "") + line[k + 1 : close]
            k = close + 1
        elif c == '"':
            k += 1
            word = word or ""
            while k < len(line) and line[k] != '"':
                _no_expansion(line, k)
                if line[k] == "\\" and line[k + 1 : k + 2] in ('"', "\\", "$", "`"):
                    k += 1
                word += line[k]
                k += 1
            if k >= len(line):
                raise NotRun("a quote is never closed")
            k += 1
        elif c == "\\":
            word = (word or "") + line[k + 1 : k + 2]
            k += 2
        else:
            _no_expansion(line, k)
            if c in "()&" or (c == "~" and word is None):
                raise NotRun(f"it uses {c}, which only a shell understands")
            word = (word or "") + c
            k += 1
    end()
    return tokens


def _no_expansion(line: str, k: int) -> None:
    if line[k] == "`" or (line[k] == "$" and line[k + 1 : k + 2] != "?" and line[k + 1 : k + 2].strip(" '\"")):
        raise NotRun(f"it uses {line[k]}, which only a shell understands")


def setting(word: str) -> bool:
    """Whether a word in front of a command is ``NAME=VALUE``."""
    return _ASSIGNED.match(word) is not None


# Commands that are part of it: what they write, given their words and what they are handed.

Builtin = Callable[[list[str], bytes], bytes]


def _echo(words: list[str], given: bytes) -> bytes:
    return (" ".join(words) + "\n").encode()


_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "r": "\r", '"': '"', "'": "'"}


def _printf(words: list[str], given: bytes) -> bytes:
    """``printf`` with ``%s`` and ``%d`` alone."""
    if not words:
        raise NotRun("printf needs a text")
    text = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), words[0])
    values = iter(words[1:])
    made = re.sub("%([%sd])", lambda found: "%" if found[1] == "%" else next(values, ""), text)
    if next(values, None) is not None:
        raise NotRun("printf is given more than its text takes")
    return made.encode()


def _head(words: list[str], given: bytes) -> bytes:
    count = _count(words)
    return b"".join(given.splitlines(keepends=True)[:count])


def _tail(words: list[str], given: bytes) -> bytes:
    count = _count(words)
    return b"".join(given.splitlines(keepends=True)[-count:]) if count else b""


def _count(words: list[str]) -> int:
    if not words:
        return 10
    text = words[1] if len(words) == 2 and words[0] == "-n" else words[0].lstrip("-n") if len(words) == 1 else ""
    if not text.isdecimal():
        raise NotRun("of head and tail only -n NUMBER is known")
    return int(text)


def _sort(words: list[str], given: bytes) -> bytes:
    if words:
        raise NotRun("sort is known without options alone")
    return b"".join([line + b"\n" for line in sorted(given.splitlines())])


def _grep(words: list[str], given: bytes) -> bytes:
    invert = words[:1] == ["-v"]
    if len(words) - invert != 1:
        raise NotRun("of grep only a pattern and -v are known")
    try:
        pattern = re.compile(words[-1].encode())
    except re.error:
        raise NotRun("grep's pattern is not understood") from None
    return b"".join(
        [line for line in given.splitlines(keepends=True) if (pattern.search(line.rstrip(b"\n")) is None) == invert]
    )


def _cut(words: list[str], given: bytes) -> bytes:
    found = re.fullmatch(r"-c ?(\d+)-(\d+)", " ".join(words))
    if found is None:
        raise NotRun("of cut only -c FROM-TO is known")
    first, last = int(found[1]) - 1, int(found[2])
    lines = given.decode(errors="replace").splitlines()
    return "".join([line[first:last] + "\n" for line in lines]).encode()


def _wc(words: list[str], given: bytes) -> bytes:
    if words != ["-l"]:
        raise NotRun("of wc only -l is known")
    return b"%d\n" % given.count(b"\n")


#: Those that read what they are handed, or files that are named behind their options.
FILTERS: dict[str, Builtin] = {"head": _head, "tail": _tail, "sort": _sort, "grep": _grep, "cut": _cut, "wc": _wc}
#: Those that read nothing.
WRITERS: dict[str, Builtin] = {"echo": _echo, "printf": _printf}
