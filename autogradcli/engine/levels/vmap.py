"""One dimension hidden: what an operation does at a level of ``vmap``.

A batched tensor's layer holds a tensor of the level below with one dimension more; the batched tensor itself has the
shape of one row. Its ``array`` has that shape too, but no values: whoever looks at values for all rows at once is
told that it can't be done.

    elementwise   the rows side by side:       mul((3,2)·, (2,))    ->  mul((3,2), (2,))
    with a rule   the dimensions moved by one: sum_dim(x·, 0)       ->  sum_dim(x, 1)
    else          row by row, results stacked
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...numerics import dtypes
from ...numerics.layouts import overlaps_itself, strides_of
from ..inplace import check_cast, write_result
from ..mirrors import flip_of, memory_of
from ..node import Node
from ..operation import Operation
from ..record import first_tensor
from ..state import state
from ..tensor import Tensor, wrap
from ..views import Window, link
from ..worlds import roles
from .base import Layer, Level, dispatched, family, layer_of, like, mark_born, promote

NO_ITEM = (
    "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor, "
    "please try to rewrite what you're doing with other operations. If error is occurring somewhere inside PyTorch "
    "internals, please file a bug report."
)
NO_CONTROL = (
    "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't support that "
    "yet, please file an issue at https://github.com/pytorch/pytorch/issues ."
)
NO_SHAPE = (
    "vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over aten::{name}. "
    "Please file an issue at https://github.com/pytorch/pytorch/issues if you need this feature."
)
NO_MASK = (
    "vmap: We do not support batching operators that can support dynamic shape. Attempting to batch over indexing with "
    "a boolean mask."
)
NO_INPLACE = (
    "vmap: {what}(self, *extra_args) is not possible because there exists a Tensor `other` in extra_args that has more "
    "elements than `self`. This happened due to `other` being vmapped over but `self` not being vmapped over {where}. "
    "Please try to use out-of-place operators instead of {what}. If said operator is being called inside the PyTorch "
    "framework, please file a bug report instead."
)
SLOW = (
    "There is a performance drop because we have not yet implemented the batching rule for aten::{name}. Please file "
    "us an issue on GitHub so that we can prioritize its implementation. (Triggered internally at "
    "/__w/pytorch/pytorch/aten/src/ATen/functorch/BatchedFallback.cpp:82.)"
)
#: What operations declare as ``rows``, up to a colon -> what does it for all rows: ``(op, level, args, rest)`` gives a
#: result with the hidden dimension first; NotImplemented where it can't. ``operations/batch/`` fills it.
BATCH_RULES: dict[str, Callable[..., Any]] = {}


class Opaque(np.ndarray):
    """The shape and dtype of a row, and no values."""

    def item(self, *args: Any) -> Any:
        raise RuntimeError(NO_ITEM)

    def tolist(self) -> Any:
        raise RuntimeError(NO_ITEM)

    def __bool__(self) -> bool:
        raise RuntimeError(NO_CONTROL)

    def __float__(self) -> float:
        raise RuntimeError(NO_ITEM)

    def __int__(self) -> int:
        raise RuntimeError(NO_ITEM)

    def __index__(self) -> int:
        raise RuntimeError(NO_ITEM)

    def __complex__(self) -> complex:
        raise RuntimeError(NO_ITEM)

    def __getitem__(self, index: Any) -> Any:
        raise RuntimeError(NO_ITEM)

    def __array_ufunc__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(NO_ITEM)

    def __array_function__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(NO_ITEM)


class VmapLevel(Level):
    """A running ``vmap``: a tensor of it is one of ``size`` rows."""

    __slots__ = ("randomness", "size")

    rows = True

    def __init__(self, size: int, randomness: str) -> None:
        super().__init__()
        self.size = size
        self.randomness = randomness

    def apply(self, op: Operation, args: tuple[Any, ...]) -> Any:
        """The operation for all rows."""
        word = op.rows(*args) if callable(op.rows) else op.rows
        rows, _, how = (word or ("dims" if op.dims else "")).partition(": ")
        if rows == "masks" and any(layer_of(m, self) and m.array.dtype.kind == "b" for m in args[1]):
            raise RuntimeError(NO_MASK)
        if is_elementwise(op) or rows == "each":
            tensors = [a for a in args if isinstance(a, Tensor)]
            if len(tensors) == 1 and not any(isinstance(a, (list, tuple)) for a in args):
                layer = layer_of(tensors[0], self)
                assert layer is not None
                alone = op.call(*[layer.value if a is tensors[0] else a for a in args])
                if isinstance(alone, Tensor):
                    made = batched(self, alone, layer.bdim)  # the hidden dimension stays where it is
                    if op.view is None:
                        mark_born([made])
                    else:
                        _link_views(op, self, args, [made])
                    return made
        found: Any = NotImplemented
        rule = BATCH_RULES.get(rows)
        if rule is not None:
            found = rule(op, self, args, how)
        elif is_elementwise(op):
            found = side_by_side(op, self, args)
        if found is NotImplemented:
            if rows == "slow" and state.running_node is None:
                state.warn("UserWarning", SLOW.format(name=how))
            found = row_by_row(op, self, args)
        several = isinstance(found, (tuple, list))
        outputs = [batched(self, t) for t in (found if several else [found])]
        if op.view is None:
            mark_born(outputs)
        else:
            _link_views(op, self, args, outputs)
        return tuple(outputs) if several else outputs[0]

    def write(self, target: Tensor, result: Tensor, check: bool, call: Any) -> None:
        """Raises RuntimeError where each row would write its own into one memory, or what doesn't fit its dtype."""
        layer = layer_of(target, self)
        if layer is None:
            if state.running_node is None and not state.own_memory:
                raise RuntimeError(NO_INPLACE.format(what="inplace arithmetic", where="in a vmap"))
            layer = open_to(target, self)
        found = layer_of(result, self)
        new = result if found is None else aligned(result, self, target.array.ndim)
        if check and result.array.ndim > target.array.ndim:
            raise RuntimeError(
                f"output with shape {list(target.array.shape)} doesn't match the broadcast shape "
                f"{list(result.array.shape)}"
            )
        if check and result.array.dtype is not target.array.dtype:
            check_cast(dtypes.of(result.array), dtypes.of(target.array))
        place = rows_first(layer)
        if new.array.shape != place.array.shape:
            new = roles.expand(new, place.array.shape)
        if getattr(getattr(call, "op", None), "overlap", False) and overlaps_itself(memory_of(place)):
            _fill_shared(place, new)
        elif _made_by(new, call) and layer_of(place) is None is place.base:
            write_result(place, new, check=False, call=call)
        else:
            roles.copy_into(place, new)  # the rows were put together by more than one operation
        target.bump()

    def outside(self, layer: Layer, array: np.ndarray) -> np.ndarray:
        return row_shape(array, layer.bdim)

    def like(self, made: Tensor, layer: Layer) -> Tensor:
        return batched(self, like(spread(made, self.size), rows_first(layer)))

    def check_shared(self, target: Tensor, call: Any, args: Sequence[Any]) -> None:
        name = dispatched(call, args).partition(".")[0]
        op: Operation | None = getattr(call, "op", None)
        how = None if op is None else op.in_vmap
        if how == "broadcast":
            shape = np.broadcast_shapes(target.array.shape, *(a.array.shape for a in args if isinstance(a, Tensor)))
            raise RuntimeError(
                f"output with shape {list(target.array.shape)} doesn't match the broadcast shape {[self.size, *shape]}"
            )
        if how == "arithmetic":
            raise RuntimeError(NO_INPLACE.format(what="inplace arithmetic", where="in a vmap"))
        if how == "named":
            raise RuntimeError(NO_INPLACE.format(what=name, where="in a vmap"))
        raise RuntimeError(NO_INPLACE.format(what=f"aten::{name}", where=f"at level {self.number}"))


def batched(level: VmapLevel, value: Tensor, bdim: int = 0) -> Tensor:
    """A tensor of a vmap level: ``value`` with dimension ``bdim`` hidden."""
    t = wrap(value.array)
    t.array = row_shape(value.array, bdim)
    t.need_meta().layer = Layer(level, value, bdim)
    return t


def row_shape(array: np.ndarray, bdim: int) -> np.ndarray:
    """The first row, whose values can't be looked at."""
    if not array.shape[bdim]:
        return np.empty(array.shape[:bdim] + array.shape[bdim + 1 :], array.dtype).view(Opaque)
    place: Any = (*(slice(None),) * bdim, 0, ...)
    first: np.ndarray = np.ndarray.__getitem__(array, place)
    hidden = first.view(Opaque)
    hidden.flags.writeable = False  # nor changed behind the rows' backs
    return hidden


def rows_first(layer: Layer) -> Tensor:
    """The value of a batched tensor with the hidden dimension in front."""
    value, at = layer.value, layer.bdim
    if not at:
        return value
    n = value.array.ndim
    moved: Tensor = roles.permute(value, (at, *(k for k in range(n) if k != at)))
    return moved


def row(value: Any, level: VmapLevel, k: int) -> Any:
    """Row ``k`` of a value that may belong to the level, or of a list of such."""
    if isinstance(value, (list, tuple)):
        parts = [row(v, level, k) for v in value]
        return parts if isinstance(value, list) else tuple(parts)
    layer = layer_of(value, level)
    return value if layer is None else roles.select(layer.value, layer.bdim, k)


def is_elementwise(op: Operation) -> bool:
    return op.kind == "elementwise" or op.promote in ("float", "compare")


def side_by_side(op: Operation, level: VmapLevel, args: Sequence[Any]) -> Any:
    """An elementwise operation on the rows as they lie. NotImplemented where operands differ in dtype and in whether
    they have dimensions: what a row without dimensions weighs in promotion, its tensor with one doesn't."""
    rank = 0
    dtype = None
    mixed = False
    for a in args:
        if isinstance(a, Tensor):
            array = a.array
            rank = max(rank, array.ndim)
            mixed = mixed or (dtype is not None and array.dtype is not dtype)
            dtype = array.dtype
        elif isinstance(a, (list, tuple)):
            return NotImplemented
    if mixed:
        weighed = [t for t, p in zip(args, op.params, strict=True) if isinstance(t, Tensor) and p.kind == "tensor"]
        if len({t.array.dtype for t in weighed}) > 1 and any(not t.array.ndim for t in weighed):
            shared = any(layer_of(t, level) is None for t in weighed)
            if rank or shared:
                return NotImplemented
    given = [aligned(a, level, rank) for a in args]
    found = op.call(*(given if op.broadcast else _in_one_shape(op, given)))
    if isinstance(found, Tensor) and found.array.ndim <= rank:  # only operands that its values don't come from differ
        found = roles.expand(found, (level.size, *found.array.shape))
    return found


def _in_one_shape(op: Operation, args: list[Any]) -> list[Any]:
    """The operands of an operation that doesn't broadcast: those without rows repeated for each, so that gradients are
    summed over these again."""
    spots = [p.index for p in op.params if p.kind == "tensor" and isinstance(args[p.index], Tensor)]
    shapes = {args[k].array.shape for k in spots}
    if len(shapes) < 2:
        return args
    try:
        whole = np.broadcast_shapes(*shapes)
    except ValueError:
        return args  # which the operation refuses
    return [roles.expand(a, whole) if k in spots and a.array.shape != whole else a for k, a in enumerate(args)]


def aligned(value: Any, level: VmapLevel, rank: int) -> Any:
    """An operand with the hidden dimension first and so many after it, so that broadcasting does the rest."""
    layer = layer_of(value, level)
    if layer is None:
        return value
    tensor = rows_first(layer)
    shape = tensor.array.shape
    if len(shape) <= rank:
        tensor = roles.reshape(tensor, (shape[0], *(1,) * (rank + 1 - len(shape)), *shape[1:]))
    return tensor


def row_by_row(op: Operation, level: VmapLevel, args: Sequence[Any]) -> Any:
    """The operation on each row, the results stacked. Raises RuntimeError where their shapes depend on values."""
    if not level.size:
        empty = op.call(*[_no_row(a, level) for a in args])
        several = isinstance(empty, (tuple, list))
        none = [wrap(np.empty((0, *t.array.shape), t.array.dtype)) for t in (empty if several else [empty])]
        return none if several else none[0]
    args = [_to_front(a, level) for a in args]
    rows = [op.call(*[row(a, level, k) for a in args]) for k in range(level.size)]
    if isinstance(rows[0], (tuple, list)):
        return [stacked(column, op) for column in zip(*rows, strict=True)]
    return stacked(rows, op)


def _to_front(value: Any, level: VmapLevel) -> Any:
    """A value, or a list of such, with the hidden dimension in front, also where it was there: PyTorch records that."""
    if isinstance(value, (list, tuple)):
        parts = [_to_front(v, level) for v in value]
        return parts if isinstance(value, list) else tuple(parts)
    layer = layer_of(value, level)
    if layer is None or layer.value.node is None:
        return value
    n, at = layer.value.array.ndim, layer.bdim
    return batched(level, roles.permute(layer.value, (at, *(k for k in range(n) if k != at))))


def _no_row(value: Any, level: VmapLevel) -> Any:
    """Zeros in the shape of a row, where there is no row."""
    if isinstance(value, (list, tuple)):
        parts = [_no_row(v, level) for v in value]
        return parts if isinstance(value, list) else tuple(parts)
    return value if layer_of(value, level) is None else wrap(np.zeros(value.array.shape, value.array.dtype))


def stacked(rows: Sequence[Tensor], op: Operation) -> Tensor:
    if op.rows == "dynamic":
        raise RuntimeError(NO_SHAPE.format(name=op.aten))
    together: Tensor = roles.stack(list(rows), 0)
    return roles.reshape(together, together.array.shape) if together.node is not None else together


def spread(value: Tensor, size: int) -> Tensor:
    """A tensor without the hidden dimension as one with it, in memory of its own laid out as the tensor's is."""
    array = value.array
    strides = strides_of(array)
    span = 1 + sum((n - 1) * s for n, s in zip(array.shape, strides)) if array.size else 1
    storage = np.zeros((size, span), array.dtype)
    item = array.itemsize
    out = np.ndarray((size, *array.shape), array.dtype, storage, 0, (span * item, *(s * item for s in strides)))
    t = wrap(out)
    before, state.own_memory = state.own_memory, True
    try:
        roles.copy_into(t, value)
    finally:
        state.own_memory = before
    return t


def open_to(t: Tensor, level: VmapLevel) -> Layer:
    """Make a tensor of the level below, with all who share its memory, one of this level: each row gets its own."""
    root, *views = family(t)
    windows = [Window(view.array, root.array) for view in views]
    layer = promote(root, level)
    layer.value = spread(layer.value, level.size)
    root.array = row_shape(layer.value.array, 0)
    apart = strides_of(layer.value.array)[0]
    for view, w in zip(views, windows, strict=True):
        own = layer_of(view, level)
        assert own is not None
        own.value = roles.as_strided(layer.value, (level.size, *w.size), (apart, *w.strides), w.offset)
        view.array = row_shape(own.value.array, 0)
    found = layer_of(t, level)
    assert found is not None
    return found


def _link_views(op: Operation, level: VmapLevel, args: tuple[Any, ...], views: list[Tensor]) -> None:
    """Views are views at this level, too: what is about to become one of a level further in takes its family along."""
    source = first_tensor(op, args)
    layer = layer_of(source, level)
    if layer is None:
        return
    memory = memory_of(layer.value).view(np.ndarray)
    for view in views:
        own = view.need_meta().layer
        if np.may_share_memory(memory, memory_of(own.value).view(np.ndarray)):
            link(source, view)
            view.need_meta().layer = own


def _made_by(result: Tensor, call: Any) -> bool:
    """Whether a result outside has the history of this very operation, and no other after it."""
    op, node = getattr(call, "op", None), result.node
    return op is not None and isinstance(node, Node) and getattr(type(node), "op", None) is op


def _fill_shared(place: Tensor, new: Tensor) -> None:
    """Write what a fill gives where several elements are one memory location. Raises RuntimeError where that is to be
    recorded further out."""
    if layer_of(place) is not None or layer_of(new) is not None or place.node is not None or new.node is not None:
        roles.copy_into(place, new)
        return
    memory, flip = memory_of(place), flip_of(place)
    values = new.array if flip is None else flip(new.array)
    np.copyto(memory, values, casting="unsafe", where=values != memory)
    place.bump()
