"""``base64``: bytes as letters, and back."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import namespace
from ..compile.calls import Builtin
from ..values.budget import budget, check_text
from ..values.bytes_values import Bytes, BytesLike


def _enter(name: str, call: Callable[[bytes], bytes], *, text: bool) -> None:
    def convert(s: Any) -> Bytes:
        if text and type(s) is str:
            if not s.isascii():
                raise ValueError("string argument should contain only ASCII characters")
            given = s.encode()
        elif isinstance(s, BytesLike):
            given = s.data
        else:
            raise TypeError(f"a bytes-like object is required, not '{type(s).__name__}'")
        check_text(2 * len(given))
        budget.spend(2 * len(given))
        try:
            return Bytes(call(given))
        except binascii.Error as error:
            raise ValueError(str(error)) from None

    namespace("base64")[name] = Builtin(name, convert)


for _name, _call, _text in (
    ("b64encode", base64.b64encode, False), ("b64decode", base64.b64decode, True),
    ("urlsafe_b64encode", base64.urlsafe_b64encode, False), ("urlsafe_b64decode", base64.urlsafe_b64decode, True),
    ("b32encode", base64.b32encode, False), ("b32decode", base64.b32decode, True),
    ("b16encode", base64.b16encode, False), ("b16decode", base64.b16decode, True),
):  # fmt: skip
    _enter(_name, _call, text=_text)
