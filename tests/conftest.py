"""Settings of the whole test run."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A deadline on one example measures the machine's other work. In CI the examples are the same every time and
# the way to repeat one is printed; elsewhere every run looks at new ones.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


#: Seconds that one test may take; 0: no limit. The slowest needs 50 of one processor, which it may have to share.
#: The limit is for what hangs, not for what is slow.
LIMIT = float(os.environ.get("AUTOGRADCLI_TEST_SECONDS", "900"))
_stderr: list[int] = []


def pytest_configure() -> None:
    """Keep the real stderr: pytest has taken it while this file is read, and takes it again for each test."""
    _stderr.append(os.dup(sys.__stderr__.fileno() if sys.__stderr__ else 2))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A test that hangs ends its process, after a word on which it was and where it hangs; pytest-xdist starts another
    worker and reports the test as failed. A timer of faulthandler's needs no signal, which the calculator uses itself,
    and no help of the interpreter, which may be inside one long call in C."""
    if LIMIT:
        faulthandler.dump_traceback_later(LIMIT, exit=True, file=_stderr[0])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(autouse=True, scope="session")
def _interrupts_are_heard() -> None:
    """``nohup ./scripts/test &`` starts with SIGINT ignored, which every process of the tests would inherit."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _interrupts() -> Iterator[None]:
    """A command that runs in the tests' own process says what Ctrl-C does; after it that is Python's affair again."""
    yield
    if signal.getsignal(signal.SIGINT) not in (signal.default_int_handler, signal.SIG_IGN):
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _print_options() -> Iterator[None]:
    """What a function that was called outside of a session set stays in its test."""
    from autogradcli.api.tensor.tensor_text import PrintOptions, options

    yield
    fresh = PrintOptions()
    for name in PrintOptions.__slots__:
        setattr(options, name, getattr(fresh, name))
