"""``torch.__version__``: a text that is ordered as versions are (PEP 440)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ...numerics.naming import shown_as
from ...numerics.releases import VERSIONS, releases
from ..calls.registry import namespace

_VERSION = re.compile(
    r"\s*v?(?:(?P<epoch>[0-9]{1,18})!)?(?P<release>[0-9]{1,18}(?:\.[0-9]{1,18})*)"
    r"(?:[-_.]?(?P<pre>alpha|beta|preview|pre|a|b|c|rc)[-_.]?(?P<pre_n>[0-9]{0,18}))?"
    r"(?:-(?P<post_n1>[0-9]{1,18})|[-_.]?(?P<post>post|rev|r)[-_.]?(?P<post_n2>[0-9]{0,18}))?"
    r"(?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_n>[0-9]{0,18}))?"
    r"(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*",
    re.IGNORECASE | re.ASCII,
)
_LETTERS = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
#: Texts longer than this are no versions.
_LONGEST = 1000


def _key(text: str) -> tuple[Any, ...] | None:
    """What a version is ordered by; None for a text that is none."""
    found = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    release = [int(n) for n in found["release"].split(".")]
    while len(release) > 1 and not release[-1]:
        release.pop()
    post = found["post_n1"] or (found["post"] and (found["post_n2"] or "0"))
    if found["pre"]:
        letters = found["pre"].lower()
        pre: tuple[Any, ...] = (0, _LETTERS.get(letters, letters), int(found["pre_n"] or 0))
    else:  # a development version without either comes before all, any other after those before the release
        pre = (-1,) if found["dev"] and not post else (1,)
    dev = (0, int(found["dev_n"] or 0)) if found["dev"] else (1,)
    local = (
        tuple((1, int(p), "") if p.isdigit() else (0, 0, p.lower()) for p in re.split(r"[-_.]", found["local"]))
        if found["local"]
        else None
    )
    return (
        int(found["epoch"] or 0), tuple(release), pre, -1 if post is None else int(post), dev,
        (0, ()) if local is None else (1, local),
    )  # fmt: skip


@shown_as("torch.torch_version.TorchVersion")
class TorchVersion(str):
    """A version that can be compared with a text, a tuple of numbers, another version."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __gt__(self, other: Any) -> bool:
        return self._compared(other, str.__gt__, lambda a, b: a > b)

    def __lt__(self, other: Any) -> bool:
        return self._compared(other, str.__lt__, lambda a, b: a < b)

    def __ge__(self, other: Any) -> bool:
        return self._compared(other, str.__ge__, lambda a, b: a >= b)

    def __le__(self, other: Any) -> bool:
        return self._compared(other, str.__le__, lambda a, b: a <= b)

    def __eq__(self, other: object) -> bool:
        return self._compared(other, str.__eq__, lambda a, b: a == b)

    def __ne__(self, other: object) -> bool:  # PyTorch leaves it to the text
        return str.__ne__(self, other)

    def _compared(self, other: Any, plain: Callable[[Any, Any], bool], ordered: Callable[[Any, Any], bool]) -> bool:
        """As versions where both are some, else as texts."""
        own = _key(str(self))
        text = ".".join(map(str, other[:_LONGEST])) if isinstance(other, (tuple, list)) else other
        given = _key(text) if isinstance(text, str) else None
        if own is None or given is None:
            return plain(self, other)
        return ordered(own, given)


def _set(newest: bool) -> None:
    """The text of the release in force, where programs look for it."""
    text = TorchVersion(VERSIONS[releases.current])
    namespace("torch")["__version__"] = namespace("torch.version")["__version__"] = text


for _name, _value in (("cuda", None), ("hip", None), ("xpu", None), ("debug", False)):
    namespace("torch.version")[_name] = _value
releases.watch(_set)
