"""The texts of ``:help``, read from ``texts/*.txt`` when the first is asked for.

    = clamp clip
    (input, min=None, max=None)
    Elements below ``min`` become ``min``, ...

    Raises RuntimeError where both bounds are missing.
    !!! torch.clamp(y)

    >>> torch.clamp(y, 1.5, 2.5)
    tensor([2.5000, 1.5000, 2.0000])

A line ``= `` begins an entry and lists its names. A line in parentheses right below is its signature, where the
declaration has none that says something. Then come paragraphs, then examples with what they show (``scripts/
help_examples`` writes that). A line ``!!! `` is a program that is refused as the paragraph says; it is not shown. Tests
run both. A line ``# `` is a comment.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "texts"

#: What every example may use.
SETUP = """
x = torch.tensor([0.25, 0.5, 0.75], requires_grad=True)
y = torch.tensor([3., 1., 2.])
a = torch.tensor([[1., 2.], [3., 4.]])
n = torch.tensor([6, 4, 9])
b = torch.tensor([True, False, True])
z = torch.tensor([1 + 2j, 3 - 4j])
img = torch.arange(16.).reshape(1, 1, 4, 4)
"""


class Example(NamedTuple):
    source: str
    shows: str
    """What running it prints, as it stands in the file."""


class Entry(NamedTuple):
    names: list[str]
    signature: str
    text: str
    examples: list[Example]
    refused: list[str]
    """Programs that raise what the text says."""


def entry(name: str) -> Entry | None:
    """The entry that has a name; None where there is none."""
    part = parts().get(name)
    return None if part is None else _parsed(part)


@cache
def parts() -> dict[str, str]:
    """The text of every entry, under each of its names."""
    found: dict[str, str] = {}
    for path in FOLDER.glob("*.txt"):
        for part in _split(path.read_text(encoding="utf-8")):
            found.update(dict.fromkeys(part.partition("\n")[0].split(), part))
    return found


def read(text: str) -> list[Entry]:
    """The entries of one file, in order."""
    return [_parsed(part) for part in _split(text)]


def _split(text: str) -> list[str]:
    return ("\n" + text).split("\n= ")[1:]


@cache
def _parsed(part: str) -> Entry:
    head, *lines = part.split("\n")
    signature = lines.pop(0) if lines and lines[0].startswith("(") and lines[0].endswith(")") else ""
    at = next((k for k, line in enumerate(lines) if line.startswith(">>> ")), len(lines))
    words = [line for line in lines[:at] if not line.startswith(("#", "!!! "))]
    refused = [line[4:] for line in lines[:at] if line.startswith("!!! ")]
    return Entry(head.split(), signature, "\n".join(words).strip(), list(_examples(lines[at:])), refused)


def _examples(lines: list[str]) -> list[Example]:
    found: list[Example] = []
    for line in lines:
        if line.startswith(">>> "):
            found.append(Example(line[4:], ""))
        elif line.startswith("... ") and not found[-1].shows:
            found[-1] = found[-1]._replace(source=f"{found[-1].source}\n{line[4:]}")
        elif line.startswith("# "):
            continue
        elif found:
            found[-1] = found[-1]._replace(shows=f"{found[-1].shows}{line}\n")
    return [example._replace(shows=example.shows.strip("\n")) for example in found]
