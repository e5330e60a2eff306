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
from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np

from ..numerics import dtypes
from ..numerics.blocks import over_blocks
from ..numerics.dtypes import DType
from ..numerics.memory import keep
from .state import state
from .tensor import STANDS_FOR, Parameter, Size, Tensor

#: Operations above each other after which a chain is computed.
DEEPEST = 48
#: How often the value of a tensor is computed and not kept, before it is.
_OFTEN = 2

_slot: Any = Tensor.__dict__["array"]


class Deferred:
    """A value that isn't computed yet: a kernel and its operands, each an array in one line, another expression, or
    what is no array. ``value`` is the array once it is."""

    __slots__ = (
        "__weakref__", "args", "depth", "dtype", "holders", "kernel", "loan", "loans",
        "sample", "shape", "value", "visits",
    )  # fmt: skip

    def __init__(
        self, kernel: Any, args: tuple[Any, ...], shape: tuple[int, ...], sample: np.ndarray, loans: set[Loan]
    ) -> None:
        self.kernel = kernel
        self.args = args
        self.shape = shape
        self.dtype = sample.dtype
        self.sample = sample
        self.value: np.ndarray | None = None
        self.visits = 0
        self.depth: int = 1 + max([a.depth for a in args if a.__class__ is Deferred], default=0)
        self.holders: list[weakref.ref[Tensor]] = []
        self.loan = Loan()  # of the memory that its value will have
        self.loans = loans
        mine = weakref.ref(self)
        for loan in loans:
            loan.waiting.append(mine)
        state.deferred += 1
        if state.deferred == 1:
            state.refresh()

    def __del__(self) -> None:
        if self.value is None:
            _one_less()

    def tensor(self) -> Tensor:
        """A new tensor with this value."""
        t: Tensor = object.__new__(DeferredTensor)
        _slot.__set__(t, self)
        t.node = t.meta = t.counter = None
        self.holders.append(weakref.ref(t))
        return t

    def is_held(self) -> bool:
        """Whether a tensor has this value: the program's, or one that a node saved."""
        return any(holder() is not None for holder in self.holders)

    def settle(self, array: np.ndarray) -> None:
        self.value = array
        self.args = ()
        self.loans = set()
        _one_less()

    def compute(self, to_change: bool = False) -> np.ndarray:
        """The value, and where it may be changed, all that reads it."""
        wanted = self.loan.asked() if to_change else []
        if self.value is None:
            wanted.append(self)
        if wanted:
            compute(wanted)
        assert self.value is not None
        return self.value


class Folded(Deferred):
    """The sum, or the like, of all elements of an expression: ``finish`` makes it of what ``of_block`` gives for each
    block. A backward pass that computes the expression anew computes this, too."""

    __slots__ = ("_of_blocks", "of_block")

    def __init__(self, of: Deferred, of_block: Any, of_blocks: Any) -> None:
        super().__init__(None, (of,), (), of.sample, {*of.loans, of.loan})
        self.of_block = of_block
        self._of_blocks = of_blocks
        _folds.add(self)

    @property
    def of(self) -> Deferred:
        of: Deferred = self.args[0]
        return of

    def finish(self, parts: dict[int, Any]) -> None:
        found = self._of_blocks(np.array([parts[k] for k in sorted(parts)]), prod(self.of.shape))
        self.settle(np.asarray(found))


_folds: weakref.WeakSet[Folded] = weakref.WeakSet()


def _one_less() -> None:
    state.deferred -= 1
    if not state.deferred:
        state.refresh()


class Loan:
    """Memory that expressions read: the tensors that share it, and who waits for it."""

    __slots__ = ("__weakref__", "members", "waiting")

    def __init__(self) -> None:
        _loans.add(self)
        self.members: list[weakref.ref[Tensor]] = []
        self.waiting: list[weakref.ref[Deferred]] = []

    def asked(self) -> list[Deferred]:
        """What waits for the memory and is some tensor's."""
        return [e for ref in self.waiting if (e := ref()) is not None and e.value is None and e.is_held()]

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


def operand(t: Tensor, loans: set[Loan]) -> Any:
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


# -- computing ---------------------------------------------------------------------------------------------


class Plan:
    """Expressions in an order in which they can be computed, for one block after the other."""

    __slots__ = ("_cells", "_leaves", "_places", "_steps")

    def __init__(self, wanted: Iterable[Deferred]) -> None:
        self._cells = 0
        self._leaves: list[tuple[int, np.ndarray]] = []
        self._steps: list[tuple[Any, tuple[Any, ...], list[tuple[int, int]], int]] = []
        self._places: dict[Any, int] = {}
        for each in wanted:
            self._add(each)

    def _add(self, wanted: Deferred) -> None:
        stack = [wanted]
        while stack:
            each = stack[-1]
            if each in self._places:
                stack.pop()
                continue
            if each.value is not None:
                self.leaf(each.value.reshape(-1), each)
                stack.pop()
                continue
            missing = [a for a in each.args if a.__class__ is Deferred and a not in self._places]
            if missing:
                stack += missing
                continue
            stack.pop()
            moves = []
            for at, a in enumerate(each.args):
                if a.__class__ is Deferred:
                    moves.append((at, self._places[a]))
                elif a.__class__ is np.ndarray and a.ndim:
                    moves.append((at, self.leaf(a)))
            self._steps.append((each.kernel, each.args, moves, self._place(each)))

    def _place(self, key: Any) -> int:
        place = self._places[key] = self._cells
        self._cells += 1
        return place

    def leaf(self, array: np.ndarray, key: Any = None) -> int:
        """The place of an array's part in a block."""
        key = (array.__array_interface__["data"][0], array.dtype.char) if key is None else key
        if key not in self._places:
            self._leaves.append((self._place(key), array))
        return self._places[key]

    def place(self, expression: Deferred) -> int:
        return self._places[expression]

    def add_folds(self, size: int) -> list[Folded]:
        """Take up what folds of one size need but a step more than is computed anyway."""
        found = []
        for each in [e for e in _folds if e.value is None and e.of.value is None and e.is_held()]:
            near = all(a in self._places for a in each.of.args if a.__class__ is Deferred)
            if near and prod(each.of.shape) == size:
                self._add(each.of)
                found.append(each)
        return found

    def expressions(self) -> list[Deferred]:
        return [key for key in self._places if key.__class__ is Deferred and key.value is None]

    def cells(self, begin: int, end: int) -> list[Any]:
        """The values of all places in one block."""
        cells: list[Any] = [None] * self._cells
        for place, array in self._leaves:
            cells[place] = array[begin:end]
        for kernel, args, moves, place in self._steps:
            given = list(args)
            for at, source in moves:
                given[at] = cells[source]
            cells[place] = kernel(*given)
        return cells


def compute(wanted: list[Deferred]) -> None:
    """Compute expressions and keep their values. Raises what ends a run."""
    keep()
    groups: dict[int, tuple[list[Deferred], list[Folded]]] = {}
    for each in wanted:
        if isinstance(each, Folded):
            groups.setdefault(prod(each.of.shape), ([], []))[1].append(each)
        else:
            groups.setdefault(prod(each.shape), ([], []))[0].append(each)
    for size, (stored, folds) in groups.items():
        _compute(size, stored, folds)


def _compute(size: int, stored: list[Deferred], folds: list[Folded]) -> None:
    plan = Plan([*stored, *[each.of for each in folds]])
    for each in plan.expressions():
        if each.visits >= _OFTEN and each not in stored and each.is_held():
            stored.append(each)
        each.visits += 1
    arrays = [(plan.place(each), np.empty(size, each.dtype)) for each in stored]
    parts: list[tuple[int, Folded, dict[int, Any]]] = [(plan.place(each.of), each, {}) for each in folds]

    def work(k: int, begin: int, end: int) -> None:
        cells = plan.cells(begin, end)
        for place, array in arrays:
            array[begin:end] = cells[place]
        for place, each, found in parts:
            found[k] = each.of_block(cells[place])

    over_blocks(size, work)
    for each, (_, array) in zip(stored, arrays, strict=True):
        each.settle(array.reshape(each.shape))
    for _, fold, found in parts:
        fold.finish(found)
