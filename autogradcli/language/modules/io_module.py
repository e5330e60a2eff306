"""``io``: ``StringIO``, a text in memory, ``BytesIO``, where ``torch.save`` keeps a value, and ``open``."""

from __future__ import annotations

from ...api.calls.registry import namespace
from ...api.nn.kept_files import BUFFERS
from ..compile.calls import Builtin
from ..values.held_streams import HeldBytes, Text, UnsupportedOperation
from ..values.open_files import TextFile, open_

BUFFERS.add(HeldBytes)
_table = namespace("io")
_table |= {
    "StringIO": Text, "BytesIO": HeldBytes, "open": Builtin("open", open_), "TextIOWrapper": TextFile,
    "UnsupportedOperation": UnsupportedOperation, "SEEK_SET": 0, "SEEK_CUR": 1, "SEEK_END": 2,
}  # fmt: skip
