"""``torch.autograd.functional``: Jacobians, Hessians and their products with vectors, of functions of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...engine.leaves import require_grad
from ...engine.state import state
from ...engine.tangents import zeros
from ...engine.tensor import Tensor, wrap
from ...engine.worlds import TENSORS, roles
from ..calls.argument_types import Value
from ..calls.python_function import define_python
from ..tensor.attributes import _detach, _requires_grad_
from . import backward_and_grad
from .forward_ad import DualLevel, make_dual, unpack_dual
from .functional_checks import as_tuple, check_requires_grad, check_v, filled, single

Function = Callable[..., Any]
Tensors = tuple[Tensor, ...]

OUTPUTS = "outputs of the user-provided function"
NO_V_OUT = "The vector v can only be None if the user-provided function returns a single Tensor with a single element."
NO_V_IN = (
    "The vector v can only be None if the input to the user-provided function is a single Tensor with a single element."
)


class grad_mode:
    """Recording on or off for a while."""

    __slots__ = ("enabled", "previous")

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled

    def __enter__(self) -> None:
        self.previous, state.grad = state.grad, self.enabled

    def __exit__(self, *problem: object) -> None:
        state.grad = self.previous


def prepared(inputs: Sequence[Tensor], create_graph: bool, need_graph: bool) -> Tensors:
    """Inputs to differentiate by: with ``create_graph`` still connected to what they came from, else cut off."""
    out: list[Tensor] = []
    for x in inputs:
        if create_graph and x.node is not None:
            out.append(TENSORS.view(x, x.array.shape))
        else:
            leaf = _detach(x)
            if need_graph:
                _requires_grad_(leaf, True)
            out.append(leaf)
    return tuple(out)


def finished(tensors: Any, create_graph: bool) -> Any:
    """Results: without history, unless it was asked for."""
    if create_graph:
        return tensors
    return tuple(_detach(t) if isinstance(t, Tensor) else finished(t, False) for t in tensors)


def one_or_all(tensors: Any, is_tuple: bool) -> Any:
    return tensors if is_tuple else tensors[0]


def pulled(
    outputs: Sequence[Tensor | None],
    inputs: Sequence[Tensor],
    cotangents: Sequence[Any] | None = None,
    create_graph: bool = False,
    retain_graph: bool | None = None,
) -> tuple[Tensor | None, ...]:
    """Gradients, None where there is no path."""
    given = [None] * len(outputs) if cotangents is None else list(cotangents)
    pairs = [(out, g) for out, g in zip(outputs, given, strict=True) if out is not None and out.node is not None]
    if not pairs:
        return (None,) * len(inputs)
    found: tuple[Tensor | None, ...] = backward_and_grad.grad(
        [out for out, _ in pairs],
        list(inputs),
        None if cotangents is None else [g for _, g in pairs],
        retain_graph=retain_graph,
        create_graph=create_graph,
        allow_unused=True,
    )
    return found


def _seeds(tensors: Sequence[Tensor]) -> Tensors:
    """Zeros to differentiate by: what is linear in them is differentiated, so their values don't matter."""
    out = tuple(zeros(t) for t in tensors)
    for t in out:
        require_grad(t)
    return out


# -- products -----------------------------------------------------------------------------------------------------


def vjp(func: Function, inputs: Value, v: Value = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The value of ``func`` at ``inputs`` and the product of ``v`` with its Jacobian there.

    ``v`` has the shape of the output and may be left out for a single element. With ``strict`` an output that doesn't
    depend on an input is an error (RuntimeError) instead of a zero.
    """
    with grad_mode(True):
        several, given = as_tuple(inputs, "inputs", "vjp")
        points = prepared(given, create_graph, True)
        many, outputs = as_tuple(func(*points), OUTPUTS, "vjp")
        check_requires_grad(outputs, "outputs", strict)
        if v is not None:
            along = prepared(as_tuple(v, "v", "vjp")[1], create_graph, False)
            check_v(along, outputs, many)
        else:
            along = None
            if len(outputs) != 1 or outputs[0].array.size != 1:
                raise RuntimeError(NO_V_OUT)
    with grad_mode(create_graph or state.grad):
        found = pulled(outputs, points, along, create_graph)
        product = filled(found, points, strict, create_graph, "back")
    outputs, product = finished(outputs, create_graph), finished(product, create_graph)
    return one_or_all(outputs, many), one_or_all(product, several)


def _points_and_v(inputs: Value, v: Value, create_graph: bool, name: str) -> tuple[bool, Tensors, Tensors | None]:
    """The inputs to differentiate by and the vector over them."""
    several, given = as_tuple(inputs, "inputs", name)
    points = prepared(given, create_graph, True)
    if v is None:
        if len(points) != 1 or points[0].array.size != 1:
            raise RuntimeError(NO_V_IN)
        return several, points, None
    along = prepared(as_tuple(v, "v", name)[1], create_graph, False)
    check_v(along, points, several)
    return several, points, along


def jvp(func: Function, inputs: Value, v: Value = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The value of ``func`` at ``inputs`` and the product of its Jacobian there with ``v``.

    Computed by two backward passes; ``torch.func.jvp`` does it in forward mode.
    """
    with grad_mode(True):
        _, points, along = _points_and_v(inputs, v, create_graph, "jvp")
        many, outputs = as_tuple(func(*points), OUTPUTS, "jvp")
        check_requires_grad(outputs, "outputs", strict)
        seeds = _seeds(outputs)
        rows = pulled(outputs, points, seeds, create_graph=True)
        check_requires_grad(rows, "grad_inputs", strict)
    with grad_mode(create_graph or state.grad):
        found = pulled(rows, seeds, along, create_graph)
        product = filled(found, outputs, strict, create_graph, "back_trick")
    outputs, product = finished(outputs, create_graph), finished(product, create_graph)
    return one_or_all(outputs, many), one_or_all(product, many)


def _gradient(func: Function, points: Tensors, strict: bool, name: str) -> tuple[Tensor, Sequence[Any]]:
    """The value of a function of one result with one element, and its gradient with history."""
    out = func(*points)
    many, outputs = as_tuple(out, OUTPUTS, name)
    check_requires_grad(outputs, "outputs", strict)
    single(many, outputs, name)
    gradient = pulled(outputs, points, create_graph=True)
    check_requires_grad(gradient, "jacobian", strict)
    return outputs[0], gradient


def vhp(func: Function, inputs: Value, v: Value = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The value of ``func`` at ``inputs`` and the product of ``v`` with its Hessian there."""
    with grad_mode(True):
        several, points, along = _points_and_v(inputs, v, create_graph, "vhp")
        value, gradient = _gradient(func, points, strict, "vhp")
    with grad_mode(create_graph or state.grad):
        found = pulled(gradient, points, along, create_graph)
        product = filled(found, points, strict, create_graph, "double_back")
    values, product = finished((value,), create_graph), finished(product, create_graph)
    return values[0], one_or_all(product, several)


def hvp(func: Function, inputs: Value, v: Value = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The value of ``func`` at ``inputs`` and the product of its Hessian there with ``v``."""
    with grad_mode(True):
        several, points, along = _points_and_v(inputs, v, create_graph, "hvp")
        value, gradient = _gradient(func, points, strict, "hvp")
        seeds = _seeds(points)
        rows = pulled(gradient, points, seeds, create_graph=True)
        check_requires_grad(gradient, "hessian", strict)
    with grad_mode(create_graph or state.grad):
        found = pulled(rows, seeds, along, create_graph)
        product = filled(found, points, strict, create_graph, "double_back_trick")
    values, product = finished((value,), create_graph), finished(product, create_graph)
    return values[0], one_or_all(product, several)


# -- whole matrices -----------------------------------------------------------------------------------------------


def jacobian(
    func: Function,
    inputs: Value,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of ``func`` at ``inputs``: of shape ``(*output, *input)``, nested as outputs and inputs are.

    With ``create_graph`` it can be differentiated. ``strategy="forward-mode"`` (with ``vectorize``) takes one forward
    pass for each element of the inputs instead of one backward pass for each of the outputs.
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs '
            'than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode":
        return _forward_jacobian(func, inputs, create_graph, strict, vectorize)
    with grad_mode(True):
        several, given = as_tuple(inputs, "inputs", "jacobian")
        points = prepared(given, create_graph, True)
        many, outputs = as_tuple(func(*points), OUTPUTS, "jacobian")
        check_requires_grad(outputs, "outputs", strict)
        if vectorize and strict:
            raise RuntimeError(
                "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. "
                "Please either set `strict=False` or `vectorize=False`."
            )
        blocks = finished(
            tuple(_rows(k, out, points, create_graph, strict) for k, out in enumerate(outputs)), create_graph
        )
    return _nested(blocks, many, several)


def _nested(blocks: Any, many: bool, several: bool) -> Any:
    if not several:
        blocks = tuple(row[0] for row in blocks)
    return blocks if many else blocks[0]


def _rows(k: int, out: Tensor, points: Tensors, create_graph: bool, strict: bool) -> Tensors:
    """The Jacobian of one output with respect to each input, one backward pass for each element."""
    columns: list[list[Tensor]] = [[] for _ in points]
    count = int(out.array.size)
    flat = TENSORS.view(out, (count,)) if out.array.flags.c_contiguous else TENSORS.reshape(out, (count,))
    for j in range(count):
        found = pulled((TENSORS.select(flat, 0, j),), points, create_graph=create_graph, retain_graph=True)
        for at, (g, x) in enumerate(zip(found, points, strict=True)):
            if g is None and strict:
                raise RuntimeError(
                    f"Output {k} of the user-provided function is independent of input {at}. This is not allowed in "
                    "strict mode."
                )
            if g is not None and strict and create_graph and g.node is None:
                raise RuntimeError(
                    f"The jacobian of the user-provided function is independent of input {at}. This is not allowed in "
                    "strict mode when create_graph=True."
                )
            columns[at].append(zeros(x) if g is None else g)
    if not count:
        raise RuntimeError("stack expects a non-empty TensorList")
    return tuple(
        TENSORS.view(roles.stack(column, 0), (*out.array.shape, *x.array.shape))
        for column, x in zip(columns, points, strict=True)
    )


def _forward_jacobian(func: Function, inputs: Value, create_graph: bool, strict: bool, vectorize: bool) -> Any:
    if create_graph:
        raise NotImplementedError(
            'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are not supported '
            'together (yet). Please either set `create_graph=False` or `strategy="reverse-mode"`.'
        )
    if strict:
        raise RuntimeError(
            'torch.autograd.functional.jacobian: `strict=True` and `strategy="forward-mode"` are not supported '
            'together (yet). Please either set `strict=False` or `strategy="reverse-mode"`.'
        )
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for "
            "`vectorize=True`."
        )
    several, points = as_tuple(inputs, "inputs", "jacobian")
    many = False
    blocks: list[list[Any]] = []
    for at, x in enumerate(points):
        columns: list[list[Tensor]] = []
        shapes: list[tuple[int, ...]] = []
        for j in range(x.array.size):
            many, pushed = _push(func, points, at, j)
            columns.append(pushed)
            shapes = [t.array.shape for t in pushed]
        for k, shape in enumerate(shapes):
            stacked = roles.stack([column[k] for column in columns], len(shape))
            if len(blocks) <= k:
                blocks.append([])
            blocks[k].append(TENSORS.reshape(stacked, (*shape, *x.array.shape)))
    if several and many:
        return blocks
    return _nested([tuple(row) for row in blocks], many, several)


def _push(func: Function, points: Tensors, at: int, element: int) -> tuple[bool, list[Tensor]]:
    """The tangents of all outputs along one element of one input."""
    with grad_mode(True), DualLevel():
        duals = []
        for k, x in enumerate(points):
            tangent = np.zeros(x.array.shape, x.array.dtype)
            if k == at:
                tangent.reshape(-1)[element] = 1
            duals.append(make_dual(x, wrap(tangent)))
        many, outputs = as_tuple(func(*duals), OUTPUTS, "jacobian")
        tangents = [unpack_dual(out)[1] for out in outputs]
        return many, [zeros(out) if t is None else t for out, t in zip(outputs, tangents, strict=True)]


def hessian(
    func: Function,
    inputs: Value,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The Hessian of ``func``, which must return a single element, at ``inputs``: ``(*input, *input)``.

    Of several inputs a tuple of tuples of blocks.
    """
    several, given = as_tuple(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')

    def scalar(*points: Tensor) -> Any:
        many, outputs = as_tuple(func(*points), OUTPUTS, "hessian")
        check_requires_grad(outputs, "outputs", strict)
        single(many, outputs, "hessian")
        return TENSORS.squeeze(outputs[0])

    def gradient(*points: Tensor) -> Any:
        if outer_jacobian_strategy == "forward-mode":
            for x in points:
                require_grad(x)
        found = jacobian(scalar, points, create_graph=True)
        check_requires_grad(found, "jacobian", strict)
        return found

    found = jacobian(gradient, given, create_graph, strict, vectorize, outer_jacobian_strategy)
    return found if several else found[0][0]


def _register() -> None:
    for function in (vjp, jvp, vhp, hvp, jacobian, hessian):
        define_python(function.__name__, function, into="functional")


_register()
