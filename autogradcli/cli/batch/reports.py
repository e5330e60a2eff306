"""What other tools read of a batch: JUnit's XML in a file, and TAP in place of what programs show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import IO

from ...show.escape import escape_line
from ...show.stream import Stream, StreamClosed
from ..environment import CHUNK, Environment
from .ends import Ended

#: Characters of what a program shows, and of its errors, that a report has; of more it says how much.
KEPT = 1 << 14
#: Colours, which are for a terminal.
_COLOURS = "\x1b\\[[0-9;]*m"
#: What XML 1.0 has no way to write. A pattern that is compiled when it is used: what ``re`` makes of these ranges takes
#: as long as a tenth of a start.
_NO_XML = "[^\t\n\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_XML_ATTRIBUTE = _XML | str.maketrans({"\t": "&#9;", "\n": "&#10;"})


class Kept:
    """The beginning of a text that comes in parts."""

    __slots__ = ("parts", "size")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0

    def add(self, text: str) -> None:
        if self.size < KEPT:
            self.parts.append(text[: KEPT - self.size])
        self.size += len(text)

    def text(self) -> str:
        text = re.sub(_COLOURS, "", "".join(self.parts))
        return text if self.size <= KEPT else f"{text}\n... and {self.size - KEPT} characters more\n"


class Case:
    """What is kept of one program for a report."""

    __slots__ = ("err", "out")

    def __init__(self) -> None:
        self.out, self.err = Kept(), Kept()

    def recording(self, environment: Environment) -> Environment:
        """The same environment, what is written kept here too."""
        other = environment.copied()
        other.out, other.err = _Recorded(environment.out, self.out), _Recorded(environment.err, self.err)
        return other


class _Recorded(Stream):
    """A stream, whose texts are kept as well."""

    __slots__ = ("kept", "stream")

    def __init__(self, stream: Stream, kept: Kept) -> None:
        super().__init__(stream.file)
        self.always_escape, self.colour, self.terminal = stream.always_escape, stream.colour, stream.terminal
        self.digits = stream.digits
        self.stream = stream
        self.kept = kept

    def raw(self, text: str) -> None:
        self.kept.add(text)
        try:
            self.stream.raw(text)
        except StreamClosed as closed:
            self.closed = closed
            raise


class JUnit:
    """A file for what shows results of tests: a suite with one case a program, in the order of the programs.

    Written once all have ended, or one has ended the batch, and then the rest is there as skipped; never by halves.
    """

    def __init__(self, path: str) -> None:
        from tempfile import TemporaryFile

        self.path = path
        self.cases: IO[bytes] = TemporaryFile()  # noqa: SIM115  of 100,000 programs it is too much for memory
        self.seconds = 0.0

    def ended(self, name: str, ended: Ended, case: Case) -> None:
        self.seconds += ended.seconds
        parts = [f'  <testcase classname="autogradcli" name="{_attribute(name)}" time="{ended.seconds:.6f}">\n']
        if not ended.ok:
            kind, message = _attribute(ended.type or "Error"), _attribute(ended.message)
            # In JSON errors are events on standard output, so that standard error has none.
            text = case.err.text() or f"{name}:{ended.line}: {ended.type}: {ended.message}\n"
            parts.append(f'    <failure type="{kind}" message="{message}">{_xml(text)}</failure>\n')
        for tag, kept in (("system-out", case.out), ("system-err", case.err)):
            if kept.size and (ended.ok or kept is case.out):
                parts.append(f"    <{tag}>{_xml(kept.text())}</{tag}>\n")
        parts.append("  </testcase>\n")
        self.cases.write("".join(parts).encode())

    def finish(self, passed: int, failed: int, skipped: Sequence[str]) -> None:
        """Write the file. Raises OSError."""
        from ...data.drafts import write_atomically

        tests = passed + failed + len(skipped)
        counts = f'tests="{tests}" failures="{failed}" errors="0" skipped="{len(skipped)}" time="{self.seconds:.6f}"'
        head = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {counts}>\n<testsuite name="autogradcli" {counts}>\n'
        )

        def write(file: IO[bytes]) -> None:
            file.write(head.encode())
            self.cases.seek(0)
            while part := self.cases.read(CHUNK):
                file.write(part)
            for name in skipped:
                file.write(
                    f'  <testcase classname="autogradcli" name="{_attribute(name)}" time="0">\n'
                    f'    <skipped message="not run: a program before it failed"/>\n  </testcase>\n'.encode()
                )
            file.write(b"</testsuite>\n</testsuites>\n")

        write_atomically(self.path, write)


def _xml(text: str) -> str:
    return re.sub(_NO_XML, _named, text.replace("\r\n", "\n").translate(_XML))


def _attribute(text: str) -> str:
    return re.sub(_NO_XML, _named, text.translate(_XML_ATTRIBUTE))


def _named(found: re.Match[str]) -> str:
    """What has no place in XML, as Python would write it."""
    return ascii(found[0])[1:-1]


class Tap(Stream):
    """The standard output as TAP, version 14: a line for each program, before it as comments what it shows."""

    __slots__ = ("inside", "number")

    def __init__(self, stream: Stream, total: int) -> None:
        super().__init__(stream.file)
        self.always_escape, self.digits = stream.always_escape, stream.digits
        self.colour = False
        #: Whether a line of a program's has begun and not ended.
        self.inside = False
        self.number = 0
        super().raw(f"TAP version 14\n1..{total}\n")

    def raw(self, text: str) -> None:
        """What a program shows: lines that begin with #, which a reader of TAP passes over."""
        if not text:
            return
        begin = "" if self.inside else "# "
        self.inside = not text.endswith("\n")
        body = text if self.inside else text[:-1]
        super().raw(begin + body.replace("\n", "\n# ") + ("" if self.inside else "\n"))

    def ended(self, name: str, ended: Ended) -> None:
        """The line for a program, with a block of YAML where it failed."""
        self.number += 1
        # Backslash and # have a meaning in TAP.
        title = escape_line(name).replace("\\", "\\\\").replace("#", "\\#")
        text = f"{'' if ended.ok else 'not '}ok {self.number} - {title} # time={1000 * ended.seconds:.3f}ms\n"
        if not ended.ok:
            text += f"  ---\n  message: {_yaml(ended.message)}\n  severity: fail\n"
            text += f"  type: {_yaml(ended.type or 'Error')}\n"
            if ended.line:
                text += f"  at:\n    file: {_yaml(name)}\n    line: {ended.line}\n"
            text += "  ...\n"
        self._line(text)

    def finish(self, skipped: Sequence[str]) -> None:
        if skipped:
            self._line("Bail out! A program has failed, and --keep-going was not asked for.\n")

    def _line(self, text: str) -> None:
        if self.inside:
            self.inside = False
            text = "\n" + text
        super().raw(text)


def _yaml(text: str) -> str:
    """A text in double quotes, as YAML reads it: its escapes are those of JSON."""
    from json.encoder import encode_basestring_ascii

    return encode_basestring_ascii(text)
