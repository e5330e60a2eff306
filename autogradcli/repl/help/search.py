"""Searching the help: names that hold a word, then texts that do; and the names that a misspelt one may have meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...api.calls.registry import ATTRIBUTES, NAMESPACES
from ...api.calls.torch_files import FILES
from ...engine.lazy import loader
from ...engine.tensor import Tensor
from ...language.values.attribute_lookup import names_of
from ...language.values.builtins import BUILTINS
from ...session import Session
from .names import entry_for, in_one_line
from .pages import NoSuchName, find
from .texts import Entry


class Found(NamedTuple):
    name: str
    """As a program says it, and as ``:help`` takes it."""
    about: str


#: How well a name fits, the best first.
_EXACT, _BEGINS, _HOLDS, _FIRST, _TEXT, _NOT = range(6)


def search(session: Session, words: str) -> list[Found]:
    """The names that fit all the words, those with them in the name first, whatever is the same once."""
    wanted = words.lower().split()
    if not wanted:
        return []
    found: dict[tuple[int, str], tuple[int, int, str, str]] = {}
    for name in known_names():
        last = name.rpartition(".")[2].lower()
        entry = entry_for(session, name)
        fit = max(_fit(word, last, entry) for word in wanted)
        if fit == _NOT or (entry is None and last.endswith("_")):
            continue
        # A text is found once, and a name that has the word once for all the places where it stands.
        key = hash(name) if entry is None else id(entry), last if fit <= _HOLDS else ""
        rank = fit, len(name), name.lower(), name
        if key not in found or rank < found[key]:
            found[key] = rank
    return [Found(name, in_one_line(session, name, None, None)) for *_, name in sorted(found.values())]


def _fit(word: str, last: str, entry: Entry | None) -> int:
    if word == last:
        return _EXACT
    if last.startswith(word):
        return _BEGINS
    if word in last:
        return _HOLDS
    text = entry.text.lower() if entry is not None else ""
    if word not in text:
        return _NOT
    return _FIRST if word in text.partition("\n")[0] else _TEXT


def known_names() -> Iterator[str]:
    """Every public name, by the shortest text that gives it."""
    loader.load_all()
    seen: set[str] = set()
    for name in BUILTINS:
        if not name.startswith("_"):
            seen.add(name)
            yield name
    for home, table in NAMESPACES.items():
        if home in FILES:  # a file of PyTorch's, whose names programs know from elsewhere
            continue
        room = _ROOMS.get(home, home)
        yield room
        for name in table:
            if name.startswith("_") or (home == "torch" and name in seen):
                continue
            seen.add(name)
            yield f"{room}.{name}"
    for name in ATTRIBUTES[Tensor]:
        if not name.startswith("_") and name != "*" and name not in seen:
            yield f"torch.Tensor.{name}"


#: How programs call the namespaces that have a short name.
_ROOMS = {"torch.nn": "nn", "torch.nn.functional": "F", "torch.nn.init": "nn.init", "torch.nn.utils": "nn.utils"}


def near(session: Session, dotted: str, most: int = 3) -> list[str]:
    """Names that a misspelt one may have meant, the nearest first."""
    from difflib import get_close_matches

    home, _, last = dotted.rpartition(".")
    if home:
        try:
            owner, value = find(session, home)
            pool = list(names_of(value)) if owner is None else []
        except NoSuchName:
            pool = []
        return [f"{home}.{name}" for name in get_close_matches(last, pool, most, 0.7)]
    short: dict[str, str] = {}
    for name in known_names():
        short.setdefault(name.rpartition(".")[2], name)
    names = get_close_matches(last, [*session.variables, *short], most, 0.7)
    return [name if name in session.variables or name in session.prelude else short[name] for name in names]
