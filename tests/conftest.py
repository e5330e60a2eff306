"""Settings of the whole test run."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A deadline on one example measures the machine's other work. In CI the examples are the same every time and
# the way to repeat one is printed; elsewhere every run looks at new ones.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(autouse=True)
def _interrupts() -> Iterator[None]:
    """A command that runs in the tests' own process says what Ctrl-C does; after it that is Python's affair again."""
    yield
    if signal.getsignal(signal.SIGINT) not in (signal.default_int_handler, signal.SIG_IGN):
        signal.signal(signal.SIGINT, signal.default_int_handler)
