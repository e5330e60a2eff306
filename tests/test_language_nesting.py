"""Wrappers and iterators stand in each other only so deep, whichever way they are put there."""

from __future__ import annotations

import pytest

from autogradcli.events import Event, Failed
from autogradcli.language.values.budget import MAX_LAZY
from autogradcli.session import Session

#: ``v`` in one more wrapper, at the first time around ``f``.
STEPS = [
    "v = slice(v)", "v = slice(0, v)", "v = slice(0, 1, v)", "v = same[v:]", "v = same[:v]", "v = same[::v]",
    "v = staticmethod(v)", "v = classmethod(v)", "v = property(v)", "v = property(f, v)", "v = property(f).setter(v)",
    "v = property(f).getter(v)", "v = property(f).deleter(v)", "v = map(staticmethod(v), [1])",
    "v = filter(staticmethod(v), [1])", "v = slice(staticmethod(v), 0, slice(v))", "v = zip(v if i else [1])",
    "v = enumerate(v if i else [1])", "v = slice(v, v, v)",
    "class C(torch.nn.Module):\n        m = classmethod(v)\n    v = C.m",
]  # fmt: skip

PROGRAM = """
class Same(torch.nn.Module):
    def __getitem__(self, index):
        return index
same = Same()
def f(*args):
    return 0
v = f
for i in range({times}):
    {step}
"""


def failures(step: str, times: int) -> list[str]:
    events: list[Event] = []
    Session().run(PROGRAM.format(step=step, times=times), events.append)
    return [event.type for event in events if isinstance(event, Failed)]


@pytest.mark.parametrize("step", STEPS)
def test_nesting_is_bounded(step: str) -> None:
    assert failures(step, MAX_LAZY // 2) == []
    assert failures(step, MAX_LAZY + 1) == ["RecursionError"]
