"""The comparison of ``gradcheck``: one function, its derivatives in one mode, and central differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.random.generator import Generator
from .gradcheck_derivatives import (
    Function,
    along,
    analytical,
    as_tuple,
    differentiable,
    direction,
    directions,
    forward,
    is_tracked,
    matrices,
    numerical,
    pull,
    pushed,
    twice,
)
from .gradcheck_reports import FAST, MAYBE_SLOW, GradcheckError, mismatch

_Result = TypeVar("_Result")


class Check:
    """What one check is told."""

    __slots__ = ("atol", "eps", "fast", "kinds", "nondet_tol", "rtol")

    def __init__(self, eps: float, atol: float, rtol: float, nondet_tol: float, fast: bool, kinds: bool) -> None:
        self.eps = eps
        self.atol = float(atol)
        self.rtol = float(rtol)
        self.nondet_tol = nondet_tol
        self.fast = fast
        self.kinds = kinds

    def close(self, a: Any, n: Any, atol: float | None = None) -> bool:
        return bool(np.allclose(a, n, self.rtol, self.atol if atol is None else atol))


def compare(
    function: Function, inputs: Sequence[Any], check: Check, forward_mode: bool, part: str = "", complex_at: Any = ()
) -> None:
    """One function against differences, in one mode. ``part`` of the complex outputs (forward mode: inputs) at
    ``complex_at`` is all that it is about. Raises GradcheckError."""
    outputs = as_tuple(function(*inputs))
    live = differentiable(outputs)
    tracked = [x for x in inputs if is_tracked(x)]

    def prefix(output: int, given: int) -> str:
        element = "inputs" if forward_mode else "outputs"
        at = next(k for k, x in enumerate(inputs) if x is tracked[given]) if forward_mode else output
        return f"While considering the {part} part of complex {element} only, " if part and at in complex_at else ""

    if check.fast:
        _compare_fast(function, inputs, tracked, outputs, live, check, forward_mode, prefix)
        return
    by_differences = numerical(function, inputs, tracked, check.eps)
    if not live:
        if any(np.any(n != 0) for row in by_differences for n in row):
            raise GradcheckError("Numerical gradient for function expected to be zero")
        return
    if not by_differences:
        return
    columns = forward(function, inputs, tracked, check.kinds) if forward_mode else []
    floating = [k for k, out in enumerate(outputs) if out.array.dtype.kind in dtypes.INEXACT]
    places = [k for k, out in enumerate(outputs) if is_tracked(out)]
    for i, (k, out) in enumerate(zip(places, live, strict=True)):
        if forward_mode:
            found = columns[floating.index(k)]
        else:
            found = twice(_bound(analytical, out, tracked), check.nondet_tol, check.kinds)
        for j, (a, n) in enumerate(zip(found, by_differences[k], strict=True)):
            if not check.close(a, n):
                raise GradcheckError(mismatch(prefix(i, j), i, j, wrap(n), wrap(a), forward_mode))


def _compare_fast(
    function: Function,
    inputs: Sequence[Any],
    tracked: list[Tensor],
    outputs: tuple[Any, ...],
    live: tuple[Tensor, ...],
    check: Check,
    forward_mode: bool,
    prefix: Callable[[int, int], str],
) -> None:
    """One random direction on either side instead of whole matrices: ``v^T J u``; in forward mode ``J u``."""
    source = Generator()
    us = directions(source, tracked)
    by_differences = [along(function, inputs, x, u, check.eps) for x, u in zip(tracked, us, strict=True)]
    floating = [k for k, out in enumerate(outputs) if out.array.dtype.kind in dtypes.INEXACT]
    if forward_mode:
        for j, (x, u) in enumerate(zip(tracked, us, strict=True)):
            found = pushed(function, inputs, x, u[0].astype(x.array.dtype), check.kinds)
            for i, (a, k) in enumerate(zip(found, floating, strict=True)):
                n = by_differences[j][k]
                if not check.close(a, n, check.atol * float(u[0].sum())):
                    detail = _slowly(
                        numerical(function, inputs, [x], check.eps)[k][0],
                        forward(function, inputs, [x])[i][0],
                        check,
                    )
                    raise GradcheckError(mismatch(prefix(i, j), i, j, wrap(n), wrap(a), True) + detail)
        return
    if not live and any(n.size and np.abs(n).max() > check.nondet_tol for row in by_differences for n in row):
        raise GradcheckError("Numerical gradient for function expected to be zero")
    vs = [direction(source, out) for out in live]
    places = [k for k, out in enumerate(outputs) if is_tracked(out)]
    pulled = []
    for out, v in zip(live, vs, strict=True):
        seed = v.astype(out.array.dtype).reshape(out.array.shape)
        pulled.append(
            twice(
                _bound(_pulled, out, tracked, seed),
                check.nondet_tol,
                check.kinds,
            )
        )
    for j, u in enumerate(us):
        for i, (k, out, v) in enumerate(zip(places, live, vs, strict=True)):
            g = pulled[i][j][:, 0]
            a = np.asarray(g.real @ u[0] + 1j * (g.imag @ u[1]) if len(u) > 1 else g @ u[0])
            n = np.asarray(np.sum(by_differences[j][k] * v))
            if check.close(a, n, check.atol * sum(float(part.sum()) for part in u) * float(v.sum())):
                continue
            slow_n = numerical(function, inputs, [tracked[j]], check.eps)[k][0]
            detail = _slowly(slow_n, analytical(out, [tracked[j]])[0][0], check)
            raise GradcheckError(mismatch(prefix(i, j), i, j, wrap(n), wrap(a), False) + detail)


def _slowly(slow_n: np.ndarray, slow_a: np.ndarray, check: Check) -> str:
    worst = float(np.abs(slow_a - slow_n).max()) if slow_a.size else 0.0
    text = FAST.format(numerical=wrap(slow_n), analytical=wrap(slow_a), worst=worst)
    return text + MAYBE_SLOW if check.close(slow_a, slow_n) else text


def _bound(function: Callable[..., _Result], *args: Any) -> Callable[[], _Result]:
    """A function of these arguments, to be called later."""
    return lambda: function(*args)


def _pulled(out: Tensor, tracked: Sequence[Tensor], seed: np.ndarray) -> tuple[list[np.ndarray], bool, bool]:
    return matrices([pull(out, tracked, seed)], tracked)
