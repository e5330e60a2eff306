"""Settings of the whole test run."""

from __future__ import annotations

import os

from hypothesis import settings

# A deadline on one example measures the machine's other work. In CI the examples are the same every time and
# the way to repeat one is printed; elsewhere every run looks at new ones.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")
