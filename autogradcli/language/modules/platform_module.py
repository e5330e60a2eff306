"""``platform``: what Python and what system this is, as far as programs print it."""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import Any

from .entries import entering


def _enter(name: str, read: Callable[[], Any], doc: str) -> None:
    def tell() -> Any:
        return read()

    tell.__name__, tell.__doc__ = name, doc
    entering("platform")(tell)


for _name, _read, _doc in (
    ("system", platform.system, "The name of the system: Linux, Darwin or Windows."),
    ("machine", platform.machine, "The kind of processor."),
    ("processor", platform.processor, "The kind of processor, where the system tells."),
    ("python_version", platform.python_version, "Python's version."),
    ("python_implementation", platform.python_implementation, "Which Python it is."),
    ("python_version_tuple", platform.python_version_tuple, "Python's version, in parts."),
    ("architecture", lambda: ("64bit", ""), "The width of an address."),
    ("release", lambda: "", "Nothing: which release of the system this is, no program needs."),
    ("node", lambda: "", "Nothing: on which machine this is, no program needs."),
    ("platform", lambda: f"{platform.system()}-{platform.machine()}", "System and processor in one word."),
):
    _enter(_name, _read, _doc)
