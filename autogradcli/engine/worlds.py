"""The three worlds in which a derivative rule runs.

    arrays    ``F.mul`` is the kernel of ``mul``; the ordinary first-order backward pass, no wrapping, no graph
    tensors   ``F.mul`` is ``mul`` itself, recorded; ``create_graph=True``, and so derivatives of any order
    formulas  ``F.mul`` builds an expression (``explain/formula.py``)

The first two are this file. The engine itself needs a handful of operations to do, once, what no rule has to
(sum over broadcast dimensions, cast, accumulate); which ones play these roles is told by ``operations/``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..numerics.repeated import zeros
from ..numerics.summation import add_reduce
from .lazy import loader
from .operation import OPERATIONS


class Arrays:
    """``F`` on arrays: every operation's kernel, under its name."""

    @staticmethod
    def readable(short: Callable[[], Any], full: Callable[[], Any], *normal: Any) -> Any:
        """A gradient that reads well and doesn't hold everywhere, and the one that does: formulas take the first where
        it gives the same. So do tensors where these are ``normal``: no element is 0, without end or short of digits.
        """
        return full()

    @staticmethod
    def new_zeros(like: Any, size: tuple[int, ...]) -> Any:
        """Zeros that take no memory: whatever is written into them begins with an array of its own."""
        return zeros(tuple(size), like.dtype)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        kernel: Callable[..., Any] = _find(name).kernel
        setattr(self, name, kernel)
        return kernel


class Tensors:
    """``F`` on tensors: every operation itself, recorded."""

    @staticmethod
    def readable(short: Callable[[], Any], full: Callable[[], Any], *normal: Any) -> Any:
        return short() if normal and all(_is_normal(t) for t in normal) else full()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = _find(name).call
        setattr(self, name, call)
        return call


def _is_normal(t: Any) -> bool:
    if (t.meta is not None and t.meta.layer is not None) or t.array.dtype.kind not in "fc":
        return False
    size, limits = np.abs(t.array), np.finfo(t.array.dtype)
    return bool(np.all((size >= limits.tiny) & (size <= limits.max)))


#: What keeps a number finite where a rule has a hole: in a formula it is a condition beside it, not a part of it.
GUARDS = ("guard_where", "guard_fill")


def _find(name: str) -> Any:
    if name in GUARDS:
        return getattr(roles, name).op
    try:
        return OPERATIONS[name]
    except KeyError:
        raise AttributeError(f"no operation is declared as {name!r}") from None


ARRAYS = Arrays()
TENSORS = Tensors()


class Roles:
    """The operations that the engine itself uses, on tensors: set by ``operations/``."""

    __slots__ = (
        "add", "as_strided", "cast", "clone", "clone_grad", "conj", "copy_into", "expand", "guard_fill",
        "guard_where", "permute", "reshape", "select", "stack", "strided_sum", "sum_to", "view_as_complex",
        "view_as_real",
    )  # fmt: skip

    add: Callable[..., Any]  # (a, b): accumulation
    sum_to: Callable[..., Any]  # (g, shape): a gradient summed back over broadcast dimensions
    cast: Callable[..., Any]  # (g, dtype)
    conj: Callable[..., Any]  # (g)
    clone: Callable[..., Any]  # (g)
    clone_grad: Callable[..., Any]  # (g): what .grad holds after a pass with create_graph
    expand: Callable[..., Any]  # (x, shape): a view
    guard_fill: Callable[..., Any]  # (x, condition, value): ``F.guard_fill``
    guard_where: Callable[..., Any]  # (condition, a, b): ``F.guard_where``
    permute: Callable[..., Any]  # (x, dims): a view
    reshape: Callable[..., Any]  # (x, shape): a view where it can be one
    select: Callable[..., Any]  # (x, dim, index): a view
    view_as_complex: Callable[..., Any]  # (pairs): a view
    view_as_real: Callable[..., Any]  # (x): a view
    stack: Callable[..., Any]  # (tensors, dim)
    as_strided: Callable[..., Any]  # (x, size, stride, offset): a view
    copy_into: Callable[..., Any]  # (target, source): in place, recorded
    strided_sum: Callable[..., Any]  # (g, base_shape, base_strides, size, strides, offset): transpose of a window

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if loader.find("roles", name):  # the module that plays it wasn't loaded yet
            found: Callable[..., Any] = object.__getattribute__(self, name)
            return found
        raise AttributeError(name)


roles = Roles()


def sum_to_array(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum a gradient back to the shape that was broadcast to its shape."""
    if g.shape == shape:
        return g
    if not shape:
        return add_reduce(g)
    lead = g.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(k for k, n in enumerate(shape, lead) if n == 1 and g.shape[k] != 1)
    return add_reduce(g, axes).reshape(shape)


def cast_array(g: Any, dtype: np.dtype) -> Any:
    """Bring a gradient to its input's dtype; of a complex one a real input takes the real part."""
    if g.dtype is dtype:
        return g
    if g.dtype.kind == "c" and dtype.kind != "c":
        g = g.real
    return g.astype(dtype)
