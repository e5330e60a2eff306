"""``hashlib``: digests of bytes."""

from __future__ import annotations

import hashlib
from typing import Any

from ...api.calls.registry import Method, Property, attributes_of, namespace
from ...numerics.naming import shown_as
from ..compile.calls import Builtin
from ..values.budget import budget
from ..values.bytes_values import BytesLike, made

_NAMES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s")


@shown_as("_hashlib.HASH", in_c=True)
class Hash:
    """The digest of the bytes that it was given so far."""

    __slots__ = ("held", "name")

    def __init__(self, name: str, held: Any) -> None:
        self.name, self.held = name, held

    def update(self, data: Any) -> None:
        self.held.update(_within(data))

    def __repr__(self) -> str:
        return f"<{self.name} _hashlib.HASH object @ 0x{id(self):x}>"


def _within(data: Any) -> bytes:
    if type(data) is str:
        raise TypeError("Strings must be encoded before hashing")
    if not isinstance(data, BytesLike):
        raise TypeError("object supporting the buffer API required")
    budget.spend(len(data))
    return data.data


def _new(name: str, data: Any = None) -> Hash:
    found = Hash(name, hashlib.new(name, usedforsecurity=False))
    if data is not None:
        found.update(data)
    return found


def _maker(name: str) -> Builtin:
    return Builtin(name, lambda data=None, *, usedforsecurity=True, string=None: _new(name, data))


def _any(name: Any, data: Any = None, *, usedforsecurity: Any = True) -> Hash:
    if type(name) is not str or name.lower() not in _NAMES:
        raise ValueError(f"unsupported hash type {str(name)[:40]}")
    return _new(name.lower(), data)


attributes_of(Hash).update(
    {
        "update": Method(Hash.update, "Go on with these bytes."),
        "hexdigest": Method(lambda value: value.held.hexdigest(), "The digest as a text."),
        "digest": Method(lambda value: made(value.held.digest()), "The digest as bytes."),
        "copy": Method(lambda value: Hash(value.name, value.held.copy()), "Another one that goes on from here."),
        "name": Property(lambda value: value.name),
        "digest_size": Property(lambda value: value.held.digest_size),
        "block_size": Property(lambda value: value.held.block_size),
    }
)
_table = namespace("hashlib")
for _name in _NAMES:
    _table[_name] = _maker(_name)
_table["new"] = Builtin("new", _any)
