"""The tensor: an array, the node that made it, and whatever few tensors have beside.

    array    the values; a view shares the memory of its base through NumPy's own views
    node     what made it (or an ``Output`` of it); for a leaf that requires grad its ``AccumulateGrad``;
             None where no gradient is needed
    counter  a list, shared by all who share the memory: how often it was changed in place and, once it was,
             in which line of the program the last time; None until somebody needs it, which means zero
    meta     base and siblings of a view, forward-mode tangent, ...; None for most

Operators are attached by ``api/``: this file knows no operation.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from ..numerics import dtypes
from ..numerics.blocks import LARGE
from ..numerics.dtypes import DType
from ..numerics.naming import shown_as
from .node import AccumulateGrad, Extra, Invalid, Node, Nowhere, Output, node_of
from .state import state


@shown_as("torch.Size", in_c=True)
class Size(tuple[int, ...]):
    """A shape: ``torch.Size([2, 3])``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    def __getitem__(self, index: Any) -> Any:
        found = tuple.__getitem__(self, index)
        return Size(found) if isinstance(index, slice) else found

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, tuple):
            raise TypeError(f"can only concatenate tuple (not {type(other).__name__}) to torch.Size")
        return Size(tuple.__add__(self, other))

    def __radd__(self, other: Any) -> Any:
        if not isinstance(other, tuple):
            return NotImplemented
        return Size(tuple.__add__(other, self))

    def __mul__(self, times: Any) -> Any:
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def numel(self) -> int:
        product = 1
        for n in self:
            product *= n
        return product


class Meta:
    """What few tensors have. Defaults live on the class: a view is made often and sets but its base."""

    base: Tensor | None = None  # of a view: the tensor that owns the memory
    views: list[weakref.ref[Tensor]] | None = None  # of a base: its living views
    multi_view: bool = False  # made by a function that returns several views, or a view of such a one
    note: str = ""  # under which mode a view was made: "no_grad", "inference"
    made_at: int = 0  # of such a view: the version that its memory had then
    unread: bool = False  # of a view: it got its first history by a change of its base, and nobody has asked for it yet
    grad: Tensor | None = None  # of a tensor that is no leaf requiring grad
    hooks: Extra | None = None  # of a leaf whose requires_grad was switched off: its hooks, for when it is on again
    sink: weakref.ref[AccumulateGrad] | None = None  # and its node, while a graph leads to that
    tangent: Tensor | None = None
    lent: bool = False  # of a tangent: its memory is another tangent's, too
    level: int = 0  # of the tangent: the dual level it belongs to
    layer: Any = None  # of a tensor of torch.func: what its level adds (levels/)
    born: Any = None  # under torch.func: the level that was innermost when it was made
    inference: bool = False
    mirror: Any = None  # of a conjugate or negative view: where its numbers really are (mirrors.py)
    attributes: dict[str, Any] | None = None  # what the program itself put on the tensor


class Tensor:
    __slots__ = ("__weakref__", "array", "counter", "meta", "node")

    array: np.ndarray
    node: Node | Output | None
    meta: Meta | None
    counter: list[int] | None

    def __init__(self, array: np.ndarray, requires_grad: bool = False) -> None:
        if array.size >= LARGE and not state.large:
            state.meet_large()
        self.array = array
        self.node = None
        self.meta = None
        self.counter = None
        if requires_grad:
            self.begin_grad()

    # -- what it is -----------------------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        return Size(self.array.shape)

    @property
    def ndim(self) -> int:
        return self.array.ndim

    @property
    def strides(self) -> tuple[int, ...]:
        """In elements."""
        size = self.array.itemsize
        return tuple([s // size for s in self.array.strides])

    @property
    def dtype(self) -> DType:
        return dtypes.of(self.array)

    @property
    def requires_grad(self) -> bool:
        return self.node is not None

    @property
    def is_leaf(self) -> bool:
        node = self.node
        if node is None or node.__class__ is AccumulateGrad or node.__class__ is Nowhere:
            return True
        if self.meta is not None and self.meta.unread:
            self.meta.unread = False
        return False

    @property
    def grad_fn(self) -> Node | None:
        """The node that made it. Raises RuntimeError for a view whose history became ambiguous."""
        if isinstance(self.node, Invalid):
            raise RuntimeError(self.node.message)
        if self.meta is not None and self.meta.unread:
            self.meta.unread = False
        return None if self.is_leaf else node_of(self.node)

    @property
    def output_nr(self) -> int:
        return self.node.index if isinstance(self.node, Output) else 0

    @property
    def base(self) -> Tensor | None:
        return None if self.meta is None else self.meta.base

    @property
    def is_inference(self) -> bool:
        return self.meta is not None and self.meta.inference

    def need_meta(self) -> Meta:
        if self.meta is None:
            self.meta = Meta()
        return self.meta

    def need_counter(self) -> list[int]:
        if self.counter is None:
            self.counter = [0]
        return self.counter

    def bump(self) -> None:
        """Count a change in place, and note the program's line that made it."""
        counter = self.counter
        if counter is None:
            self.counter = [1, state.where()]
        elif len(counter) == 1:
            counter[0] += 1
            counter.append(state.where())
        else:
            counter[0] += 1
            counter[1] = state.where()

    @property
    def version(self) -> int:
        return 0 if self.counter is None else list.__getitem__(self.counter, 0)

    # -- leaves ---------------------------------------------------------------------------------------

    def begin_grad(self) -> AccumulateGrad:
        """Put a sink under a tensor that has no history; ``leaves.py`` says what else may be to do. Raises RuntimeError
        for a dtype that has no gradients."""
        if dtypes.of(self.array).category < dtypes.FLOATING:
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if self.is_inference and not state.inference:
            raise RuntimeError("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")
        sink = self.node = AccumulateGrad(self)
        return sink

    @property
    def grad(self) -> Tensor | None:
        if self.node.__class__ is AccumulateGrad:
            kept: Tensor | None = self.node.grad
            return kept
        return None if self.meta is None else self.meta.grad

    def store_grad(self, grad: Tensor | None) -> None:
        """Put a gradient into ``.grad`` unchecked."""
        if state.tape is not None:
            state.tape.stored(self, grad)
        if self.node.__class__ is AccumulateGrad:
            self.node.grad = grad
        elif grad is not None or self.meta is not None:
            self.need_meta().grad = grad

    def rebind(self, array: np.ndarray) -> None:
        """``x.data = ...``: other memory under the same tensor, history and gradient untouched."""
        if array.size >= LARGE:
            state.rebound = True
        self.array = array
        if self.node.__class__ is AccumulateGrad:
            self.node.array = array


class Parameter(Tensor):
    """A leaf of a module; prints as ``Parameter containing:``."""

    __slots__ = ()


class MetaTensor(Tensor):
    """A tensor of ``device="meta"``: shape, dtype and history, and no numbers. What ``array`` holds means nothing."""

    __slots__ = ()


#: PyTorch's words where the numbers of such a tensor are asked for.
NO_DATA = "Cannot copy out of meta tensor; no data!"


class MetaParameter(MetaTensor, Parameter):
    """A leaf of a module on the meta device."""

    __slots__ = ()


def to_meta(t: Tensor) -> Tensor:
    """Make a tensor that was just made one of the meta device."""
    if not isinstance(t, MetaTensor):
        t.__class__ = MetaParameter if isinstance(t, Parameter) else MetaTensor
        state.meta = True  # and from now on every operation looks at its operands' classes
        state.refresh()
    return t


def with_numbers(t: Tensor) -> Tensor:
    """Make a tensor of the meta device, whose memory is new, an ordinary one."""
    if isinstance(t, MetaTensor):
        plain: type[Tensor] = Parameter if isinstance(t, Parameter) else Tensor
        Tensor.__setattr__(t, "__class__", plain)
    return t


#: Classes that are another's in all that a program sees, and that other one.
STANDS_FOR: dict[type, type] = {MetaTensor: Tensor, MetaParameter: Parameter}

#: Classes of arrays that are more than their elements, and what makes tensors of them.
WRAPPERS: dict[type, Callable[[Any], Tensor]] = {}


def wrap(array: np.ndarray | np.generic) -> Tensor:
    """A tensor of these values without history."""
    if array.__class__ is not np.ndarray:
        if array.__class__ in WRAPPERS:
            return WRAPPERS[array.__class__](array)
        array = np.asarray(array)
    if array.size >= LARGE and not state.large:
        state.meet_large()
    t: Tensor = _new(Tensor)
    t.array = array
    t.node = None
    t.meta = None
    t.counter = None
    return t


def alias(t: Tensor) -> Tensor:
    """Another tensor of the same memory, history and version counter: what a node saves of a tensor that is
    about to be changed in place, since the tensor itself will point at that very node."""
    twin = wrap(t.array)
    twin.node = t.node
    twin.counter = t.need_counter()
    if state.meta and isinstance(t, MetaTensor):
        to_meta(twin)
    meta = t.meta
    if meta is not None:
        if meta.layer is not None:
            twin.array = t.array
            twin.need_meta().layer = meta.layer.copy()
        if meta.tangent is not None:
            own = twin.need_meta()
            own.tangent, own.level = meta.tangent, meta.level
    return twin


_new = object.__new__

# What programs see of these classes: ``<class 'torch.Tensor'>``.
for _class, _module in (
    (Tensor, "torch"),
    (MetaTensor, "torch"),
    (Parameter, "torch.nn.parameter"),
    (MetaParameter, "torch.nn.parameter"),
):
    _class.__module__ = _module
MetaTensor.__name__ = MetaTensor.__qualname__ = "Tensor"
MetaParameter.__name__ = MetaParameter.__qualname__ = "Parameter"
