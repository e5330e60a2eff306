"""Names by their beginning, without loading the modules that define them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..api.calls.registry import ATTRIBUTES, NAMESPACES
from ..engine.lazy import loader
from ..session import Session


def bare_names(session: Session, beginning: str) -> list[str]:
    """What a program has without an import, variables apart."""
    pool: Iterable[str]
    if loader.complete:
        pool = session.prelude
    else:
        pool = {*dict.keys(session.prelude), *NAMESPACES, *_indexed()}
    return [name for name in pool if name.startswith(beginning) and name in session.prelude]


def is_beginning(session: Session, beginning: str) -> bool:
    """Whether a variable or a bare name begins so."""
    return any(name.startswith(beginning) for name in session.variables) or bool(bare_names(session, beginning))


def is_attributes_beginning(beginning: str) -> bool:
    """Whether an attribute of anything, or a name in any namespace, begins so."""
    tables = [*ATTRIBUTES.values(), *NAMESPACES.values()]
    return any(name.startswith(beginning) for table in tables for name in dict.keys(table)) or any(
        name.startswith(beginning) for name in _indexed()
    )


def loading() -> Iterator[None]:
    """Load what is not loaded yet, a module at each step: the first Tab, and the first wrong name, would else wait for
    all of them."""
    if loader.complete:
        return
    for module in loader.all_modules():
        loader.load(module)
        yield
    loader.load_all()


def _indexed() -> Iterable[str]:
    return loader.all_names()


def dotted(text: str) -> list[str]:
    """The dotted name that ends the text: ``sin(torch.nn.fu`` gives ``["torch", "nn", "fu"]``.

    What stands before a dot and is no name gives "" in its place: ``f(x).gr`` is ``["", "gr"]``.
    """
    start = len(text)
    while start and (text[start - 1] == "." or text[start - 1] == "_" or text[start - 1].isalnum()):
        start -= 1
    names = text[start:].split(".")
    if len(names) > 1 and not names[0].isidentifier():
        names[0] = ""
    return names
