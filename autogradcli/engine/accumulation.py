"""Where gradients end: the ``.grad`` of leaves, and of other tensors that retain theirs."""

from __future__ import annotations

from typing import Any

import numpy as np

from .inference import mark_inference
from .node import AccumulateGrad
from .sparse import SparseTensor, sparse_array
from .state import state
from .tensor import Tensor, wrap
from .views import check_overlap
from .worlds import roles


def accumulate(sink: AccumulateGrad, g: Any, own_memory: bool = False) -> None:
    """Add a complete gradient (array or tensor) to a leaf's ``.grad``. Raises RuntimeError where that is to be changed
    in place, and several of its elements are one memory location. ``own_memory``: nobody else has the array."""
    if state.tape is not None:
        state.tape.arrived(sink, g)
    old = sink.grad
    recorded = isinstance(g, Tensor)
    if g.__class__ is not np.ndarray and not recorded:
        sink.grad = _with_sparse(old, g)
    elif old is not None and old.__class__ is not Tensor and hasattr(old, "dense"):
        sink.grad = wrap(old.dense + (g.array if recorded else g))
    elif old is None:
        if own_memory and state.tape is None and g.flags.c_contiguous and sink.array.flags.c_contiguous:
            sink.grad = wrap(g)
        else:
            sink.grad = roles.clone_grad(g) if recorded else wrap(own(g, sink.array))
    elif recorded:
        sink.grad = roles.add(old, g)
    elif not state.grad and old.array.dtype is g.dtype:
        check_overlap(old.array)
        if not old.array.flags.writeable:
            sink.grad = wrap(old.array + g)
        else:
            old.array += g  # in place, so who holds .grad sees the sum, as in PyTorch
            old.bump()
    else:
        sink.grad = wrap(np.asarray(old.array + g))
    if state.inference and sink.grad is not None:
        mark_inference(sink.grad)


def _with_sparse(old: Tensor | None, g: Any) -> Tensor:
    """A gradient of another class than arrays', a sparse one for instance, and what was there before."""
    if old is None:
        return wrap(g)
    return wrap((sparse_array(old) if isinstance(old, SparseTensor) else old.array) + g)


def add_grad(tensor: Tensor, g: Tensor, create_graph: bool) -> None:
    """Add to the ``.grad`` of a tensor that is no leaf (``retain_grad``, ``backward(inputs=...)``)."""
    old = tensor.grad
    if old is None:
        tensor.store_grad(roles.clone(g) if create_graph else wrap(np.array(g.array)))
    else:
        tensor.store_grad(roles.add(old, g))


def own(g: Any, variable: np.ndarray) -> np.ndarray:
    """A gradient as an array of its own: writable, shared with nobody, and laid out in memory as its variable is where
    that leaves no gaps."""
    if variable.flags.c_contiguous:
        return np.array(g, order="C")
    dense = np.empty_like(variable, g.dtype)  # keeps the order of the dimensions, but no gaps
    if dense.strides != variable.strides:
        return np.array(g, order="C")
    dense[...] = g
    return dense


def variable_of(sink: AccumulateGrad) -> Tensor:
    """The leaf of a sink; where the program dropped it, a twin that shares its memory and gradient."""
    variable = sink.variable_ref()
    if variable is None:
        variable = wrap(sink.array)
        variable.node = sink
    return variable
