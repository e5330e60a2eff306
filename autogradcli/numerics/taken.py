"""Which dtypes a kernel takes: PyTorch compiles each of its kernels for some, and names it where it refuses another.

    takes=("floating complex", "silu_cpu")
    takes=("floating", lambda input, how: f"max_pool{input.ndim - 2}d")       where the name goes by the arguments

    takes=("all", "add_stub")                  all but numbers of eight bits, which only few take (``half.py``)

The words are groups, ``floating`` being ``half`` and ``single`` (which is double precision too), or names of dtypes.
``unsigned`` are the dtypes that PyTorch has for storage, and most of its kernels leave out: ``usual`` are all others.
It is the first operand that is looked at, or the one that a third word names, after promotion where the operation
promotes; where it doesn't and they broadcast, what they would be promoted to.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import dtypes
from .declared import Declared
from .shapes import shape_mismatch

Name = str | Callable[..., str]
Takes = tuple[str, Name] | tuple[str, Name, str]

#: In place of words: nothing is looked at, and the name is for numbers of eight bits alone.
ALL = "all"

_HALF, _SINGLE = ("float16", "bfloat16"), ("float32", "float64")

#: The groups of dtypes that declarations name, and that help speaks of.
GROUPS: dict[str, tuple[str, ...]] = {
    "bool": ("bool",),
    "integer": ("uint8", "int8", "int16", "int32", "int64"),
    "unsigned": ("uint16", "uint32", "uint64"),
    "half": _HALF,
    "single": _SINGLE,
    "floating": _HALF + _SINGLE,
    "float8": tuple(d.name for d in dtypes.FLOAT8),
    "complex": tuple(d.name for d in dtypes.ALL if d.category == dtypes.COMPLEX),
}
GROUPS["usual"] = tuple(
    name for group, names in GROUPS.items() if group not in ("unsigned", "float8") for name in names
)

#: NumPy's letter for each name; a 64-bit integer has two.
_LETTERS = {d.name: d.np.char for d in dtypes.ALL} | dtypes.LETTERS_OUTSIDE
_LETTERS["int64"], _LETTERS["uint64"] = "lq", "LQ"


def dtypes_of(words: str) -> list[str]:
    """The names of the dtypes that words stand for. Raises KeyError for one that is neither group nor dtype."""
    return [name for word in words.split() for name in GROUPS.get(word) or (dtypes.NAMES[word].name,)]


class Taken:
    """What a declaration says of dtypes, ready to be asked."""

    __slots__ = ("at", "letters", "name", "names")

    def __init__(self, params: Sequence[Any], words: str, name: Name, operand: str = "") -> None:
        self.names = dtypes_of(words)
        self.letters = "".join(_LETTERS[n] for n in self.names)
        self.name = name
        self.at: int = next(p.index for p in params if operand in ("", p.name) and p.kind in ("tensor", "list"))

    def check(self, op: Declared, arrays: Sequence[Any]) -> None:
        """Raise NotImplementedError where the operand is of another dtype.

        What else is wrong with the call comes first, since PyTorch picks its kernel last of all: RuntimeError,
        IndexError, or what the operation itself has to say of the dtype.
        """
        x = arrays[self.at]
        if isinstance(x, list):
            if not x:
                return  # which the kernel refuses itself
            x = x[0]
        if x.dtype.char in self.letters:
            return
        if op.broadcast and op.promote is None:
            given = [a for p, a in zip(op.params, arrays, strict=True) if p.kind == "tensor" and a is not None]
            x = np.empty(0, dtypes.result_type(*given).np)
            if x.dtype.char in self.letters:
                return
        _try(op, arrays)
        name = self.name if isinstance(self.name, str) else self.name(*arrays)
        raise NotImplementedError(f"\"{name}\" not implemented for '{dtypes.of(x).type_name}'")


def _try(op: Declared, arrays: Sequence[Any]) -> None:
    """Let the kernel say what it has against operands like these, all ones, and indices that are all zero. It needn't
    cope with their dtype."""
    operands = [
        _ones(a) if p.kind in ("tensor", "list") else _zeros(a) if p.kind in ("index", "indices") else a
        for p, a in zip(op.params, arrays, strict=True)
    ]
    if op.promote is not None and (mismatch := shape_mismatch(operands)):
        raise mismatch
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            op.kernel(*operands)
        except Exception as error:
            own = isinstance(error, NotImplementedError) and " not implemented for '" not in str(error)
            if own or type(error) in (RuntimeError, IndexError):
                raise
            if op.broadcast and isinstance(error, ValueError) and (mismatch := shape_mismatch(operands)):
                raise mismatch from None


def _ones(value: Any) -> Any:
    """Ones of the same shape and dtype, which take no memory."""
    if isinstance(value, list):
        return [_ones(v) for v in value]
    return np.broadcast_to(np.ones((), value.dtype), value.shape) if isinstance(value, np.ndarray) else value


def _zeros(value: Any) -> Any:
    """The same of zeros, for indices that aren't looked at yet; a mask stays what it is."""
    if isinstance(value, list):
        return [_zeros(v) for v in value]
    if not isinstance(value, np.ndarray) or value.dtype.kind == "b":
        return value
    return np.broadcast_to(np.zeros((), value.dtype), value.shape)
