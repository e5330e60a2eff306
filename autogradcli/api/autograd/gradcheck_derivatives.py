"""What ``gradcheck`` compares: Jacobians by central differences, by the backward pass and by forward mode.

A Jacobian of one output with respect to one input is a matrix of shape ``(input elements, output elements)``; by
differences it is ``(f(x + eps) - f(x - eps)) / (2 eps)``. Of complex inputs it is ``d/dx + i d/dy``, PyTorch's
convention for gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.random.generator import Generator
from ...operations.elementwise.arithmetic import BOOL_PAIR
from ..tensor.attributes import _detach
from . import backward_and_grad
from .forward_ad import DualLevel, make_dual, unpack_dual
from .gradcheck_reports import NONDETERMINISTIC, GradcheckError

Function = Callable[..., Any]
Jacobian = list[list[np.ndarray]]  # [output][input]


def as_tuple(value: Any) -> tuple[Any, ...]:
    if isinstance(value, tuple):
        return value
    return tuple(value) if isinstance(value, list) else (value,)


def requires_grad(value: Any) -> bool:
    if not isinstance(value, Tensor):
        raise AttributeError(f"'{type(value).__name__}' object has no attribute 'requires_grad'")
    return value.node is not None


def is_tracked(value: Any) -> bool:
    return isinstance(value, Tensor) and value.node is not None


def differentiable(outputs: Any) -> tuple[Tensor, ...]:
    return tuple(out for out in as_tuple(outputs) if requires_grad(out))


# -- by differences -----------------------------------------------------------------------------------------


def _values(function: Function, inputs: Sequence[Any]) -> list[np.ndarray]:
    return [np.array(out.array) for out in as_tuple(function(*inputs))]


def difference(
    function: Function, inputs: Sequence[Any], x: Tensor, step: np.ndarray, eps: float, index: tuple[int, ...] | None
) -> list[np.ndarray]:
    """The change of each output along a step of one input, over twice ``eps``, flat.

    Raises AssertionError where the step changes the shape or dtype of an output.
    """
    before = x.array.copy()
    try:
        np.copyto(x.array, before - step)
        low = _values(function, inputs)
        np.copyto(x.array, before + step)
        high = _values(function, inputs)
    finally:
        np.copyto(x.array, before)
    return [_slope(a, b, eps, index) for a, b in zip(low, high, strict=True)]


def _slope(a: np.ndarray, b: np.ndarray, eps: float, index: tuple[int, ...] | None) -> np.ndarray:
    where = "" if index is None else f"on index {index} "
    shown: list[tuple[str, Any, Any]] = [
        ("shape", f"torch.Size({list(a.shape)})", f"torch.Size({list(b.shape)})"),
        ("dtype", dtypes.of(a), dtypes.of(b)),
    ]
    for word, was, now in shown:
        if was != now:
            raise AssertionError(
                f"Expected `func` to return outputs with the same {word} when inputs are perturbed {where}by {eps}, "
                f"but got: {word}s {was} and {now}."
            )
    if a.dtype.kind == "b":
        raise RuntimeError(BOOL_PAIR)
    slope: np.ndarray = (b - a).reshape(-1) / (2 * eps)
    return slope


def numerical(function: Function, inputs: Sequence[Any], tracked: Sequence[Tensor], eps: float) -> Jacobian:
    """By outputs, then inputs."""
    by_input: list[list[np.ndarray]] = []
    for x in tracked:
        rows: list[list[np.ndarray]] = []
        for index in np.ndindex(x.array.shape):
            parts = []
            for unit in units(x):
                step = np.zeros(x.array.shape, x.array.dtype)
                step[index] = eps * unit
                parts.append(difference(function, inputs, x, step, eps, index))
            rows.append([p[0] if len(parts) == 1 else p[0] + 1j * p[1] for p in zip(*parts, strict=True)])
        by_input.append([np.array([row[k] for row in rows]) for k in range(len(rows[0]))] if rows else [])
    outputs = max(map(len, by_input), default=0)
    return [[m[k] if m else np.zeros((0, 0)) for m in by_input] for k in range(outputs)]


def units(x: Tensor) -> tuple[complex, ...]:
    return (1.0, 1.0j) if x.array.dtype.kind == "c" else (1.0,)


# -- by the backward pass -----------------------------------------------------------------------------------


def pull(out: Tensor, tracked: Sequence[Tensor], seed: np.ndarray) -> tuple[Any, ...]:
    found: tuple[Any, ...] = backward_and_grad.grad(
        (out,), tuple(tracked), (wrap(seed),), retain_graph=True, allow_unused=True
    )
    return found


def analytical(out: Tensor, tracked: Sequence[Tensor]) -> tuple[list[np.ndarray], bool, bool]:
    """The Jacobians of one output, one backward pass for each element; whether all sizes and dtypes fit."""
    count = out.array.size
    rows = []
    for j in range(count):
        seed = np.zeros(count, out.array.dtype)
        seed[j] = 1
        rows.append(pull(out, tracked, seed.reshape(out.array.shape)))
    return matrices(rows, tracked)


def matrices(rows: Sequence[Sequence[Any]], tracked: Sequence[Tensor]) -> tuple[list[np.ndarray], bool, bool]:
    """Gradients, a row for each element of an output, as matrices; whether all sizes and dtypes fit."""
    found = [np.zeros((x.array.size, len(rows)), x.array.dtype) for x in tracked]
    sizes = kinds = True
    for j, row in enumerate(rows):
        for matrix, g, x in zip(found, row, tracked, strict=True):
            if g is None:
                continue
            if g.array.shape != x.array.shape:
                sizes = False
            elif g.array.dtype != x.array.dtype:
                kinds = False
            matrix[:, j] = g.array.reshape(-1)
    return found, sizes, kinds


def twice(call: Callable[[], tuple[list[np.ndarray], bool, bool]], tol: float, kinds_matter: bool) -> list[np.ndarray]:
    """A Jacobian, computed twice. Raises GradcheckError where the two differ, for a wrong size or dtype."""
    (first, sizes, kinds), (second, _, _) = call(), call()
    if kinds_matter and not kinds:
        raise GradcheckError("Gradient has dtype mismatch")
    if not sizes:
        raise GradcheckError("Analytical gradient has incorrect size")
    if not reentrant(first, second, tol):
        raise GradcheckError(NONDETERMINISTIC.format(tolerance=tol))
    return first


def reentrant(first: Sequence[np.ndarray], second: Sequence[np.ndarray], tol: float) -> bool:
    return not any(a.size and float(np.abs(a - b).max()) > tol for a, b in zip(first, second, strict=True))


# -- by forward mode ----------------------------------------------------------------------------------------


def pushed(function: Function, inputs: Sequence[Any], x: Tensor, tangent: np.ndarray, kinds: bool) -> list[np.ndarray]:
    """The tangents of the outputs of floating dtypes along one direction of one input, flat."""
    found: list[np.ndarray] = []
    with DualLevel():
        given = []
        for a in inputs:
            along = tangent if a is x else np.zeros(a.array.shape, a.array.dtype) if is_tracked(a) else None
            given.append(a if along is None else make_dual(_detach(a), wrap(along.reshape(a.array.shape))))
        for out in as_tuple(function(*given)):
            if out.array.dtype.kind not in dtypes.INEXACT:
                continue
            t = unpack_dual(out)[1]
            if kinds and t is not None and (t.array.dtype.kind == "c") != (out.array.dtype.kind == "c"):
                raise GradcheckError("Forward AD gradient has dtype mismatch.")
            found.append(np.zeros(out.array.size, out.array.dtype) if t is None else t.array.reshape(-1).copy())
    return found


def forward(function: Function, inputs: Sequence[Any], tracked: Sequence[Tensor], kinds: bool = False) -> Jacobian:
    """The Jacobians of the outputs of floating dtypes, one pass for each element of the inputs."""
    by_input: list[list[np.ndarray]] = []
    for x in tracked:
        rows = []
        for j in range(x.array.size):
            tangent = np.zeros(x.array.size, x.array.dtype)
            tangent[j] = 1
            rows.append(pushed(function, inputs, x, tangent, kinds))
        by_input.append([np.array([row[k] for row in rows]) for k in range(len(rows[0]))] if rows else [])
    outputs = max(map(len, by_input), default=0)
    return [[m[k] if m else np.zeros((0, 0)) for m in by_input] for k in range(outputs)]


# -- along random directions --------------------------------------------------------------------------------


def direction(source: Generator, like: Tensor) -> np.ndarray:
    """A random direction of length 1; real where it is to be one of a complex tensor's parts."""
    kind = np.empty(0, like.array.dtype).real.dtype
    drawn = source.rand((like.array.size,)).astype(kind)
    found: np.ndarray = drawn / np.sqrt(np.sum(drawn * drawn)) if drawn.size else drawn
    return found


def directions(source: Generator, tracked: Sequence[Tensor]) -> list[tuple[np.ndarray, ...]]:
    """One for each part of each input."""
    return [tuple(direction(source, x) for _ in units(x)) for x in tracked]


def along(
    function: Function, inputs: Sequence[Any], x: Tensor, us: tuple[np.ndarray, ...], eps: float
) -> list[np.ndarray]:
    """The derivative of each output along the directions of one input, by differences."""
    parts = [
        difference(function, inputs, x, (u * unit * eps).astype(x.array.dtype).reshape(x.array.shape), eps, None)
        for u, unit in zip(us, units(x), strict=True)
    ]
    return [p[0] if len(parts) == 1 else p[0] + 1j * p[1] for p in zip(*parts, strict=True)]
