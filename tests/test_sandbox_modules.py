"""What a program gives to a module of Python's never gets to that module's look-ups (see ``test_sandbox.py``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from test_sandbox import ORDINARY, Asked, Spy

from autogradcli.api.calls.registry import NAMESPACES
from autogradcli.engine.modes import ContextMode, restore, snapshot
from autogradcli.language import modules
from autogradcli.language.compile.calls import callable_of, is_callable
from autogradcli.language.values.attribute_lookup import get_attribute, names_of
from autogradcli.language.values.budget import budget
from autogradcli.session import Session

#: Values that they make, whose methods are called too.
MADE = (
    "argparse.ArgumentParser()", "logging.getLogger('a')", "tqdm.tqdm([1, 2])", "contextlib.ExitStack()",
    "contextlib.nullcontext(1)", "collections.Counter('ab')", "collections.deque([1])", "collections.OrderedDict(a=1)",
    "collections.namedtuple('P', 'x y')(1, 2)", "functools.lru_cache(lambda x: x)", "functools.partial(max, 1)",
    "functools.singledispatch(lambda x: x)", "types.SimpleNamespace(a=1)", "unittest.TestCase()", "pytest.mark",
    "pytest.raises(ValueError)", "random.Random(0)", "contextlib.contextmanager(lambda: 1)",
)  # fmt: skip


def _callables(session: Session) -> Iterator[tuple[str, Any]]:
    """All that Python's own modules have to call, and the methods of what they make."""
    for module in modules.NAMES:
        if module in ("numpy", "time"):  # the one has a test of its own, the other sleeps
            continue
        modules.load(module)
        for place in [place for place in NAMESPACES if place.split(".")[0] == module]:
            for name in sorted(NAMESPACES[place]):
                yield f"{place}.{name}", NAMESPACES[place][name]
    for text in MADE:
        session.run(f"import {text.partition('.')[0]}\nmade = {text}", lambda event: None)
        made = session.variables["made"]
        for name in names_of(made):
            yield f"{text}.{name}", get_attribute(made, name)


def test_a_foreign_object_in_each_of_pythons_own_modules() -> None:
    session, spy, count = Session(), Spy(), 0
    usual: list[Any] = [1, "a", [1, 2], {"a": 1}, ValueError, NAMESPACES["torch"]["sin"]]
    forms = [(spy,), (spy, spy), ([spy],), ((spy, spy),), *[(value, spy) for value in usual], (spy, 1), ("a", spy, spy)]
    modes, Asked.names = snapshot(), {}
    budget.start(None)
    try:
        for place, value in [*_callables(session)]:
            if not is_callable(value):
                continue
            for args in forms:
                for named in ({}, {"key": spy}, {"default": spy}):
                    Asked.place, Asked.on = place, True
                    count += 1
                    try:
                        _take(callable_of(value)(*args, **named))
                    except (Exception, SystemExit):
                        continue
                    finally:
                        Asked.on = False
    finally:
        restore(modes)
    assert count > 10_000
    # ``dict |= spy`` asks for the keys of what may be a dict.
    assert not {name: place for name, place in Asked.names.items() if name not in {*ORDINARY, "keys"}}


def _take(made: Any) -> None:
    """What has been made, taken as programs take it: iterated, or entered and left."""
    if isinstance(made, ContextMode):
        with made:
            return
    if not isinstance(made, Spy) and hasattr(type(made), "__next__"):
        for _ in zip(range(3), made):
            pass
