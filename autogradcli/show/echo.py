"""The text of a value that nobody printed: its ``repr``, without what differs from run to run."""

from __future__ import annotations

import re
from typing import Any

from ..language.values.text_format import to_repr

#: A string, which is passed over, or an object with its address.
_ADDRESS = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|(<[^<>'"]* at )0x[0-9a-f]+>""")


def echoed(value: Any) -> str:
    """The text of a value, with ``0x...`` for the address of an object. Raises as ``to_repr``."""
    text = to_repr(value)
    if " at 0x" in text and type(value) is not str:
        text = _ADDRESS.sub(lambda found: f"{found[1]}0x...>" if found[1] else found[0], text)
    return text
