"""Elementwise operations on large tensors, deferred and then computed block by block.

A chain like ``tanh(a) * exp(-a * a)`` over ten million numbers takes its time not for arithmetic but for carrying forty
megabytes to memory and back at each step. So an elementwise operation on large tensors computes nothing yet: its result
is a tensor that holds a ``Deferred``, an expression. Whoever asks for the ``array`` of such a tensor gets it computed
then, the whole chain for one block of numbers after the other, which stay in the cache; what nobody asks for, the steps
between, is never stored. A backward pass does the same with derivative rules (``block_backward.py``) and computes the
values that they name anew.

A value must be what it would have been at its statement. So the tensors that an expression reads are *lent*: they
and all tensors that share their memory become of a class whose ``array`` first computes all that waits for it. No
code can change memory without asking some tensor for its array, so none can change it before.

Bit for bit the results are those of the operations run one by one: a kernel is told a part of its operands, and does
with it what it does with the whole.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any

import numpy as np

from ..numerics import dtypes
from ..numerics.dtypes import DType
from .expressions import Deferred, Memory, compute
from .tensor import STANDS_FOR, Parameter, Size, Tensor

#: Operations above each other after which a chain is computed.
DEEPEST = 48

_slot: Any = Tensor.__dict__["array"]


class Loan(Memory):
    """Memory that expressions read: the tensors that share it, and who waits for it."""

    __slots__ = ("members",)

    def __init__(self) -> None:
        super().__init__()
        _loans.add(self)
        self.members: list[weakref.ref[Tensor]] = []

    def end(self) -> None:
        """Compute what waits for the memory, and give the tensors their own class back."""
        asked = self.asked()
        if asked:
            compute(asked)
        for ref in self.members:
            t = ref()
            if t is not None and t.__class__ in LENT:
                array = _slot.__get__(t).array
                t.__class__ = LENT[t.__class__]
                _slot.__set__(t, array)
        self.members = []


_loans: weakref.WeakSet[Loan] = weakref.WeakSet()


def settled(t: Tensor) -> Tensor:
    """The tensor, of the class that it has once its value is computed and nothing waits for its memory."""
    t.array  # noqa: B018 - does it
    return t


def settle_all() -> None:
    """Compute all that waits for memory of tensors: for who changes memory without asking a tensor for it."""
    for loan in list(_loans):
        loan.end()


class _Lent:
    """What a lent tensor holds."""

    __slots__ = ("array", "loan")

    def __init__(self, array: np.ndarray, loan: Loan) -> None:
        self.array = array
        self.loan = loan


def _put(self: Tensor, array: np.ndarray) -> None:
    """``t.array = ...``: another array from now on."""
    self.array  # noqa: B018 - makes it an ordinary tensor, whatever waits for its memory being computed
    _slot.__set__(self, array)


class DeferredTensor(Tensor):
    """A tensor whose array isn't computed yet."""

    __slots__ = ()

    def _array(self) -> np.ndarray:
        array: np.ndarray = _slot.__get__(self).compute(to_change=True)
        object.__setattr__(self, "__class__", Tensor)
        _slot.__set__(self, array)
        return array

    array = property(_array, _put)

    @property
    def shape(self) -> Size:
        return Size(_slot.__get__(self).shape)

    @property
    def ndim(self) -> int:
        return len(_slot.__get__(self).shape)

    @property
    def dtype(self) -> DType:
        return dtypes.from_numpy(_slot.__get__(self).dtype)


class LentTensor(Tensor):
    """A tensor whose memory an expression reads."""

    __slots__ = ()

    def _array(self) -> np.ndarray:
        held = _slot.__get__(self)
        held.loan.end()
        array: np.ndarray = held.array
        return array

    array = property(_array, _put)

    @property
    def shape(self) -> Size:
        return Size(_slot.__get__(self).array.shape)

    @property
    def ndim(self) -> int:
        ndim: int = _slot.__get__(self).array.ndim
        return ndim

    @property
    def dtype(self) -> DType:
        return dtypes.of(_slot.__get__(self).array)


class LentParameter(LentTensor, Parameter):
    """A leaf of a module whose memory an expression reads."""

    __slots__ = ()


def tensor_of(expression: Deferred) -> Tensor:
    """A new tensor with this value."""
    t: Tensor = object.__new__(DeferredTensor)
    _slot.__set__(t, expression)
    t.node = t.meta = t.counter = None
    expression.holders.append(weakref.ref(t))
    return t


#: Lent classes, and what they are otherwise.
LENT: dict[type, type] = {LentTensor: Tensor, LentParameter: Parameter}
_LENDING: dict[type, type] = {Tensor: LentTensor, Parameter: LentParameter}
STANDS_FOR.update({DeferredTensor: Tensor, **LENT})

#: What generated code can't take for an ordinary tensor.
INDIRECT = frozenset({DeferredTensor, LentTensor, LentParameter})

for _class in INDIRECT:  # a program sees no difference
    _shown = Parameter if issubclass(_class, Parameter) else Tensor
    _class.__name__, _class.__qualname__, _class.__module__ = _shown.__name__, _shown.__qualname__, _shown.__module__


def dtype_of(t: Tensor) -> np.dtype:
    """The dtype of a tensor's array, without asking for the array."""
    if t.__class__ is not Tensor and t.__class__ in INDIRECT:
        held = _slot.__get__(t)
        dtype: np.dtype = held.dtype if isinstance(held, Deferred) else held.array.dtype
        return dtype
    return t.array.dtype


def shape_of(t: Tensor) -> tuple[int, ...]:
    """The shape of a tensor's array, without asking for the array."""
    if t.__class__ in INDIRECT:
        held = _slot.__get__(t)
        shape: tuple[int, ...] = held.shape if isinstance(held, Deferred) else held.array.shape
        return shape
    return t.array.shape


def peek(t: Tensor) -> np.ndarray:
    """A tensor's array for who reads it now and keeps nothing of it."""
    if t.__class__ in LENT:
        array: np.ndarray = _slot.__get__(t).array
        return array
    if t.__class__ is DeferredTensor:
        made: np.ndarray = _slot.__get__(t).compute()
        return made
    return t.array


def held_by(t: Tensor) -> Deferred | None:
    """The expression of a tensor that isn't computed yet."""
    if t.__class__ is DeferredTensor:
        held: Deferred = _slot.__get__(t)
        if held.value is None:
            return held
    return None


# -- operands ----------------------------------------------------------------------------------------------


def operand(t: Tensor, loans: set[Memory]) -> Any:
    """What an expression keeps of a tensor: an expression or an array in one line, with what it borrows put among the
    loans; None where the tensor can't be an operand."""
    if t.__class__ is DeferredTensor:
        held: Deferred = _slot.__get__(t)
        loans |= held.loans
        loans.add(held.loan)
        return held
    if t.__class__ in LENT:
        lent = _slot.__get__(t)
        loans.add(lent.loan)
        return lent.array.reshape(-1)
    array = t.array
    if not array.flags.c_contiguous or t.__class__ not in _LENDING:
        return None
    loan = _lend(t)
    if loan is None:
        return None
    loans.add(loan)
    return array.reshape(-1)


def _lend(t: Tensor) -> Loan | None:
    """Lend a tensor, and all that share its memory. None where there are others than those it is known to have."""
    meta = t.meta
    family = [t]
    if meta is not None:
        root = t if meta.base is None else meta.base
        if root.meta is None:
            return None
        family = [root, *[v for ref in root.meta.views or () if (v := ref()) is not None]]
        for each in family:
            other = each.meta
            if other is not None and (
                other.mirror is not None or other.layer is not None or other.tangent is not None or other.inference
            ):
                return None
    counter = t.counter
    if counter is not None and sys.getrefcount(counter) - 2 != sum(each.counter is counter for each in family):
        return None
    if any(each.__class__ not in _LENDING for each in family):
        return None
    loan = Loan()
    for each in family:
        array = each.array
        each.__class__ = _LENDING[each.__class__]
        _slot.__set__(each, _Lent(array, loan))
        loan.members.append(weakref.ref(each))
    return loan
