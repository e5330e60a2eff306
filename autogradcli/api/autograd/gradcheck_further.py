"""What ``gradcheck`` checks beside the numbers: zeros and missing gradients pulled back, rows of gradients at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.backward import Pass
from ...engine.custom import CustomNode
from ...engine.node import AccumulateGrad, Node, Output
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...engine.worlds import roles
from ...numerics import dtypes
from ...numerics.random.generator import Generator, default_generator
from ..func.transforms import jvp_with
from ..func.vmap import vmapped
from ..tensor.attributes import _detach
from . import backward_and_grad
from .forward_ad import DualLevel, make_dual, unpack_dual
from .gradcheck_derivatives import Function, as_tuple, differentiable, directions, is_tracked
from .gradcheck_reports import BATCHED, BATCHED_FORWARD, UNDEFINED, UNDEFINED_NOT_ZERO, GradcheckError, rows_differ


def check_zeros(live: Sequence[Tensor], tracked: Sequence[Tensor], masked: bool) -> None:
    """Zeros must pull back to zeros. Raises GradcheckError."""
    found = backward_and_grad.grad(tuple(live), tuple(tracked), _zeros(live), allow_unused=True, retain_graph=True)
    for g, x in zip(found, tracked, strict=True):
        if g is None:
            continue
        if np.any(g.array != 0) and not (masked and np.allclose(g.array, 0)):
            raise GradcheckError("backward not multiplied by grad_output")
        if g.array.dtype != x.array.dtype:
            raise GradcheckError("grad is incorrect type")
        if g.array.shape != x.array.shape:
            raise GradcheckError("grad is incorrect size")


def _zeros(outputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    return tuple(wrap(np.zeros(out.array.shape, out.array.dtype)) for out in outputs)


# -- no gradient at all -------------------------------------------------------------------------------------


class _WithoutPass(Pass):
    """A pass in which outputs may have no gradient. What PyTorch calls then is called: hooks, with None, and the
    backward of a program's own Function."""

    __slots__ = ()

    def walk(self, order: list[Node]) -> None:
        for node in order:
            given = self.pending.get(node)
            if given is None or (isinstance(given, list) and all(x is None for x in given)):
                self._without(node)
                self.pending.pop(node, None)
            super().walk([node])

    def _without(self, node: Node) -> None:
        if node.extra is not None:
            for hooks in list(node.extra.tensor_hooks.values()):
                for hook in list(hooks.values()):
                    hook(None)
        if isinstance(node, CustomNode):
            grads = node.run([None] * type(node).outputs)
            for edge, g in zip(node.edges, grads, strict=False):
                if edge is not None and g is not None:
                    self.arrive(edge, g)


def check_undefined(function: Function, inputs: Sequence[Any], tracked: Sequence[Tensor]) -> None:
    """The backward pass must do with no gradient for all outputs, and for each of several. Raises GradcheckError."""
    count = len(differentiable(function(*inputs)))
    cases: list[set[int]] = [set(range(count))]
    if count > 1:
        cases += [{k} for k in range(count)]
    for missing in cases:
        outputs = differentiable(function(*inputs))
        try:
            found = _pulled_without(outputs, tracked, missing)
        except RuntimeError as error:
            _warn()
            raise GradcheckError(UNDEFINED) from error
        if any(np.any(g != 0) for g in found):
            _warn()
            raise GradcheckError(UNDEFINED_NOT_ZERO)


def _pulled_without(outputs: Sequence[Tensor], tracked: Sequence[Tensor], missing: set[int]) -> list[np.ndarray]:
    task = _WithoutPass(False, False, [x.node for x in tracked if x.node is not None], accumulate=False)
    roots: list[tuple[Node | Output, Any]] = []
    for k, (out, seed) in enumerate(zip(outputs, _zeros(outputs), strict=True)):
        if out.node is not None and not isinstance(out.node, AccumulateGrad):
            roots.append((out.node, None if k in missing else seed.array))
    task.run(roots)
    return [g.array if isinstance(g, Tensor) else g for g in task.captured.values()]


def _warn() -> None:
    state.warn(
        "UserWarning",
        "Backwards compatibility: New undefined gradient support checking feature is enabled by default, but it may "
        "break existing callers of this function. If this is true for you, you can call this function with "
        '"check_undefined_grad=False" to disable the feature',
    )


def check_undefined_forward(function: Function, inputs: Sequence[Any]) -> None:
    """An input without a tangent must give what one with a tangent of zeros gives. Raises GradcheckError."""
    source = Generator()
    tracked = [x for x in inputs if is_tracked(x)]
    us = dict(zip(map(id, tracked), directions(source, tracked), strict=True))

    def tangents(x: Tensor, zero: bool) -> list[Tensor | None]:
        with DualLevel():
            given = []
            for a in inputs:
                if not is_tracked(a) or (a is x and not zero):
                    given.append(_detach(a) if a is x else a)
                    continue
                t = np.zeros(a.array.shape) if a is x else us[id(a)][0].reshape(a.array.shape)
                given.append(make_dual(_detach(a), wrap(t.astype(a.array.dtype))))
            outs = [out for out in as_tuple(function(*given)) if out.array.dtype.kind in dtypes.INEXACT]
            return [unpack_dual(out)[1] for out in outs]

    for x in tracked:
        for k, (a, b) in enumerate(zip(tangents(x, True), tangents(x, False), strict=True)):
            if a is not None and b is not None and not np.allclose(a.array, b.array, 1e-5, 1e-8):
                raise GradcheckError(
                    "Mismatch in tangent values for output with index: ", k, " when input: ", x,
                    " has an undefined tangent value. ", " Got: ", a, " but expected: ", b,
                )  # fmt: skip


# -- several gradients at once ------------------------------------------------------------------------------


def _drawn(like: Tensor) -> Tensor:
    return wrap(default_generator.randn(like.array.shape, like.array.dtype))


def _compare_rows(call: Function, given: list[Tensor], text: str, output: int | None) -> None:
    """``call`` for each of two, and for both under ``vmap``. Raises GradcheckError where it fails or they differ."""
    one_by_one = [call(g) for g in given]
    expected = [roles.stack(list(column), 0) for column in zip(*one_by_one, strict=True)]
    try:
        found = vmapped(call, 0, 0, "error", (roles.stack(given, 0),), {})
    except RuntimeError as error:
        raise GradcheckError(f"While computing batched gradients, got: {error}\n\n{text}") from error
    for k, (a, b) in enumerate(zip(found, expected, strict=True)):
        if not np.allclose(a.array, b.array, 1e-5, 1e-8):
            raise GradcheckError(rows_differ(k if output is None else output, k, a, b, text))


def check_batched(out: Tensor, tracked: Sequence[Tensor], output: int) -> None:
    """Two backward passes at once must give what one after the other does. Raises GradcheckError."""

    def pulled(v: Tensor) -> tuple[Tensor, ...]:
        found = backward_and_grad.grad((out,), tuple(tracked), (v,), retain_graph=True, allow_unused=True)
        return tuple(
            wrap(np.zeros(x.array.shape, x.array.dtype)) if g is None else g
            for g, x in zip(found, tracked, strict=True)
        )

    _compare_rows(pulled, [_drawn(out), _drawn(out)], BATCHED, output)


def check_batched_forward(function: Function, inputs: Sequence[Any]) -> None:
    """The same in forward mode, for each input. Raises GradcheckError."""
    for k, x in enumerate(inputs):
        if not is_tracked(x) or x.array.dtype.kind not in dtypes.INEXACT:
            continue
        rest = [_detach(a) if isinstance(a, Tensor) else a for a in inputs]

        def push(tangent: Tensor, k: int = k, rest: list[Any] = rest) -> tuple[Any, ...]:
            def alone(primal: Tensor) -> tuple[Any, ...]:
                return tuple(out for out in as_tuple(function(*rest[:k], primal, *rest[k + 1 :])) if out is not None)

            found: tuple[Any, ...] = jvp_with(alone, (rest[k],), (tangent,))[1]
            return found

        _compare_rows(push, [_drawn(x), _drawn(x)], BATCHED_FORWARD, None)
