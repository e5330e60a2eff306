"""``secrets``: numbers and words by chance, which no seed decides."""

from __future__ import annotations

import secrets
from typing import Any

from ..values.budget import budget, check_bits, check_text
from ..values.bytes_values import Bytes
from .entries import entering


def _count(nbytes: Any) -> int:
    if nbytes is None:
        return 32
    if type(nbytes) is not int:
        raise TypeError(f"'{type(nbytes).__name__}' object cannot be interpreted as an integer")
    if nbytes < 0:
        raise ValueError("negative argument not allowed")
    check_text(2 * nbytes)
    budget.spend(2 * nbytes)
    return nbytes


@entering("secrets")
def token_hex(nbytes: Any = None) -> str:
    """So many bytes by chance, as digits."""
    return secrets.token_hex(_count(nbytes))


@entering("secrets")
def token_urlsafe(nbytes: Any = None) -> str:
    """So many bytes by chance, as letters that an address may have."""
    return secrets.token_urlsafe(_count(nbytes))


@entering("secrets")
def token_bytes(nbytes: Any = None) -> Bytes:
    """So many bytes by chance."""
    return Bytes(secrets.token_bytes(_count(nbytes)))


@entering("secrets")
def randbelow(exclusive_upper_bound: Any) -> int:
    """A whole number by chance, from 0 on and below this one."""
    if type(exclusive_upper_bound) is not int:
        raise TypeError(f"'{type(exclusive_upper_bound).__name__}' object cannot be interpreted as an integer")
    if exclusive_upper_bound <= 0:
        raise ValueError("Upper bound must be positive.")
    return secrets.randbelow(exclusive_upper_bound)


@entering("secrets")
def randbits(k: Any) -> int:
    """A whole number of so many bits by chance."""
    if type(k) is not int:
        raise TypeError(f"'{type(k).__name__}' object cannot be interpreted as an integer")
    check_bits(k)
    return secrets.randbits(k)


@entering("secrets")
def choice(seq: Any) -> Any:
    """One of some values by chance. Raises IndexError where there are none."""
    found = budget.items(seq)
    if not found:
        raise IndexError("Cannot choose from an empty sequence")
    return found[secrets.randbelow(len(found))]
