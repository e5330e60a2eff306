"""``torch.autograd.gradcheck`` and ``gradgradcheck``: derivatives against central differences.

The Jacobian of each output with respect to each input is a matrix of shape ``(input elements, output elements)``; it
is found once by differences, ``(f(x + eps) - f(x - eps)) / (2 eps)``, and once by the backward pass (or forward mode).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..engine.random import Generator, default_generator
from ..engine.state import state
from ..engine.tensor import Tensor, wrap
from . import autograd
from .complex_numbers import imag as imaginary_part
from .complex_numbers import real as real_part
from .functional import grad_mode
from .gradcheck_reports import FAST, MAYBE_SLOW, NONDETERMINISTIC, GradcheckError, mismatch
from .kinds import Value
from .python_function import define_python
from .registry import namespace

Function = Callable[..., Any]
Jacobian = list[list[np.ndarray]]  # [output][input]


class _Check:
    """The tolerances of one check."""

    __slots__ = ("atol", "eps", "fast", "nondet_tol", "rtol")

    def __init__(self, eps: float, atol: float, rtol: float, nondet_tol: float, fast: bool) -> None:
        self.eps = eps
        self.atol = float(atol)
        self.rtol = float(rtol)
        self.nondet_tol = nondet_tol
        self.fast = fast

    def close(self, a: np.ndarray, n: np.ndarray, atol: float | None = None) -> bool:
        return bool(np.allclose(a, n, self.rtol, self.atol if atol is None else atol))


def _as_tuple(value: Any) -> tuple[Any, ...]:
    if isinstance(value, tuple):
        return value
    return tuple(value) if isinstance(value, list) else (value,)


def _requires_grad(value: Any) -> bool:
    if not isinstance(value, Tensor):
        raise AttributeError(f"'{type(value).__name__}' object has no attribute 'requires_grad'")
    return value.node is not None


def _tracked(values: Sequence[Any]) -> list[Tensor]:
    return [x for x in values if isinstance(x, Tensor) and x.node is not None]


def _check_inputs(inputs: tuple[Any, ...]) -> list[Tensor]:
    """The inputs that require grad. Raises ValueError where none does, RuntimeError for overlapping memory."""
    tracked: list[Tensor] = []
    for k, x in enumerate(inputs):
        if not isinstance(x, Tensor) or x.node is None:
            continue
        if x.array.dtype.name not in ("float64", "complex128"):
            state.warn(
                "UserWarning",
                f"Input #{k} requires gradient and is not a double precision floating point or complex. This check "
                "will likely fail if all the inputs are not of double precision floating point or complex. ",
            )
        if any(s == 0 and n > 1 for n, s in zip(x.array.shape, x.array.strides, strict=True)):
            raise RuntimeError(
                f"The {k}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                "non-overlapping to be able to compute the numerical gradients correctly. You should call .contiguous "
                "on the input before passing it to gradcheck."
            )
        tracked.append(x)
    if not tracked:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )
    return tracked


# -- by differences -----------------------------------------------------------------------------------------


def _values(function: Function, inputs: tuple[Any, ...]) -> list[np.ndarray]:
    return [np.array(out.array) for out in _as_tuple(function(*inputs))]


def _difference(function: Function, inputs: tuple[Any, ...], x: Tensor, step: np.ndarray, eps: float) -> list[Any]:
    """The change of each output along a step of one input, over twice ``eps``."""
    before = x.array.copy()
    try:
        np.copyto(x.array, before - step)
        low = _values(function, inputs)
        np.copyto(x.array, before + step)
        high = _values(function, inputs)
    finally:
        np.copyto(x.array, before)
    return [(b - a) / (2 * eps) for a, b in zip(low, high, strict=True)]


def _numerical(function: Function, inputs: tuple[Any, ...], tracked: list[Tensor], eps: float) -> Jacobian:
    """By outputs, then inputs; of complex inputs ``d/dx + i d/dy``, PyTorch's convention for gradients."""
    by_input: list[list[np.ndarray]] = []
    for x in tracked:
        rows: list[list[np.ndarray]] = []
        units = (1.0, 1.0j) if x.array.dtype.kind == "c" else (1.0,)
        for j in range(x.array.size):
            parts = []
            for unit in units:
                step = np.zeros(x.array.size, x.array.dtype)
                step[j] = eps * unit
                parts.append(_difference(function, inputs, x, step.reshape(x.array.shape), eps))
            rows.append([p[0] if len(parts) == 1 else p[0] + 1j * p[1] for p in zip(*parts, strict=True)])
        by_input.append([np.array([row[k].reshape(-1) for row in rows]) for k in range(len(rows[0]))] if rows else [])
    outputs = max(map(len, by_input), default=0)
    return [[m[k] if m else np.zeros((0, 0)) for m in by_input] for k in range(outputs)]


# -- by the engine ------------------------------------------------------------------------------------------


def _pull(out: Tensor, tracked: list[Tensor], seed: np.ndarray) -> tuple[Any, ...]:
    return autograd.grad((out,), tuple(tracked), (wrap(seed),), retain_graph=True, allow_unused=True)


def _analytical(out: Tensor, tracked: list[Tensor]) -> list[np.ndarray]:
    """The Jacobian of one output, one backward pass for each element."""
    count = out.array.size
    jacobian = [np.zeros((x.array.size, count), x.array.dtype) for x in tracked]
    for j in range(count):
        seed = np.zeros(count, out.array.dtype)
        seed[j] = 1
        for matrix, g, x in zip(jacobian, _pull(out, tracked, seed.reshape(out.array.shape)), tracked, strict=True):
            if g is not None:
                if g.array.shape != x.array.shape:
                    raise GradcheckError("Analytical gradient has incorrect size")
                matrix[:, j] = g.array.reshape(-1)
    return jacobian


def _checked_analytical(out: Tensor, tracked: list[Tensor], check: _Check) -> list[np.ndarray]:
    first, second = _analytical(out, tracked), _analytical(out, tracked)
    for a, b in zip(first, second, strict=True):
        if a.size and float(np.abs(a - b).max()) > check.nondet_tol:
            raise GradcheckError(NONDETERMINISTIC.format(tolerance=check.nondet_tol))
    return first


def _forward(function: Function, inputs: tuple[Any, ...], tracked: list[Tensor], count: int) -> Jacobian:
    """The Jacobians by forward mode, one pass for each element of the inputs."""
    from .forward_ad import DualLevel, make_dual, unpack_dual

    found: Jacobian = [[] for _ in range(count)]
    for x in tracked:
        columns: list[list[np.ndarray]] = []
        for unit in (1.0, 1.0j) if x.array.dtype.kind == "c" else (1.0,):
            for j in range(x.array.size):
                tangent = np.zeros(x.array.size, x.array.dtype)
                tangent[j] = unit
                with DualLevel():
                    dual = make_dual(x, wrap(tangent.reshape(x.array.shape)))
                    outs = _as_tuple(function(*[dual if a is x else a for a in inputs]))
                    row = []
                    for out in outs:
                        t = unpack_dual(out)[1] if out.array.dtype.kind in "fc" else None
                        row.append(np.zeros(out.array.size) if t is None else t.array.reshape(-1))
                    columns.append(row)
        n = x.array.size
        for k in range(count):
            matrix = np.array([row[k] for row in columns])
            found[k].append(matrix if len(columns) == n else matrix[:n] + 1j * matrix[n:])
    return found


# -- the comparison -----------------------------------------------------------------------------------------


def _compare(
    function: Function, inputs: tuple[Any, ...], tracked: list[Tensor], check: _Check, prefix: str, forward: bool
) -> None:
    with grad_mode(True):
        outputs = _as_tuple(function(*inputs))
        live = [k for k, out in enumerate(outputs) if _requires_grad(out)]
        if not live:
            _expect_zero(function, inputs, tracked, outputs, check)
            return
        if check.fast and not any(t.array.dtype.kind == "c" for t in (*tracked, *outputs)):
            _compare_fast(function, inputs, tracked, [outputs[k] for k in live], live, check, prefix)
            return
        numerical = _numerical(function, inputs, tracked, check.eps)
        if not numerical:
            return
        pushed = _forward(function, inputs, tracked, len(outputs)) if forward else None
        for i, k in enumerate(live):
            found = _checked_analytical(outputs[k], tracked, check) if pushed is None else pushed[k]
            for j, (a, n) in enumerate(zip(found, numerical[k], strict=True)):
                if not check.close(a, n):
                    raise GradcheckError(mismatch(prefix, i, j, wrap(n), wrap(a), forward))


def _expect_zero(
    function: Function, inputs: tuple[Any, ...], tracked: list[Tensor], outputs: tuple[Any, ...], check: _Check
) -> None:
    for out, row in zip(outputs, _numerical(function, inputs, tracked, check.eps)):
        if out.array.dtype.kind in "fc" and any(np.any(np.abs(n) > 0) for n in row):
            raise GradcheckError("Numerical gradient for function expected to be zero")


def _vector(source: Generator, like: Tensor) -> np.ndarray:
    """A random direction of length 1."""
    drawn = source.rand((like.array.size,)).astype(like.array.dtype)
    direction: np.ndarray = drawn / np.sqrt(np.sum(drawn * drawn)) if drawn.size else drawn
    return direction


def _compare_fast(
    function: Function,
    inputs: tuple[Any, ...],
    tracked: list[Tensor],
    outputs: list[Tensor],
    live: list[int],
    check: _Check,
    prefix: str,
) -> None:
    """One random direction on either side instead of whole matrices: ``v^T J u``."""
    source = Generator()
    us = [_vector(source, x) for x in tracked]
    vs = [_vector(source, out) for out in outputs]
    along = [
        _difference(function, inputs, x, (u * check.eps).reshape(x.array.shape), check.eps)
        for x, u in zip(tracked, us, strict=True)
    ]
    for i, (k, out, v) in enumerate(zip(live, outputs, vs, strict=True)):
        grads = _pull(out, tracked, v.reshape(out.array.shape))
        for j, (g, u) in enumerate(zip(grads, us, strict=True)):
            a = np.asarray(0.0 if g is None else np.sum(g.array.reshape(-1) * u))
            n = np.asarray(np.sum(along[j][k].reshape(-1) * v))
            if check.close(a, n, check.atol * float(u.sum()) * float(v.sum())):
                continue
            slow_n = _numerical(function, inputs, [tracked[j]], check.eps)[k][0]
            slow_a = _analytical(out, [tracked[j]])[0]
            worst = float(np.abs(slow_a - slow_n).max()) if slow_a.size else 0.0
            text = FAST.format(numerical=wrap(slow_n), analytical=wrap(slow_a), worst=worst)
            if check.close(slow_a, slow_n):
                text += MAYBE_SLOW
            raise GradcheckError(mismatch(prefix, i, j, wrap(n), wrap(a), False) + text)


def _part(function: Function, real: bool) -> Function:
    """The real or imaginary part of the complex outputs of a function."""
    take = real_part if real else imaginary_part

    def run(*args: Any) -> tuple[Any, ...]:
        return tuple(
            take(out) if isinstance(out, Tensor) and out.array.dtype.kind == "c" else out
            for out in _as_tuple(function(*args))
        )

    return run


def _run(
    function: Function, inputs: tuple[Any, ...], check: _Check, forward: bool, backward: bool, undefined: bool
) -> None:
    tracked = _check_inputs(inputs)
    with grad_mode(True):
        outputs = _as_tuple(function(*inputs))
        live = [out for out in outputs if _requires_grad(out)]
    is_complex = any(out.array.dtype.kind == "c" for out in outputs)
    for way in (False, True):
        if (way and not forward) or (not way and not backward):
            continue
        if is_complex:
            for real, word in ((False, "imaginary"), (True, "real")):
                prefix = f"While considering the {word} part of complex outputs only, "
                _compare(_part(function, real), inputs, tracked, check, prefix, way)
        else:
            _compare(function, inputs, tracked, check, "", way)
    if backward and live:
        _check_linear(live, tracked, undefined)


def _check_linear(live: list[Tensor], tracked: list[Tensor], undefined: bool) -> None:
    """Zeros must pull back to zeros."""
    zeros = tuple(wrap(np.zeros(out.array.shape, out.array.dtype)) for out in live)
    found = autograd.grad(tuple(live), tuple(tracked), zeros, retain_graph=True, allow_unused=True)
    if any(g is not None and np.any(g.array != 0) for g in found):
        raise GradcheckError("backward not multiplied by grad_output")


def gradcheck(
    func: Function,
    inputs: Value,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: Any = None,
) -> bool:
    """Whether the gradients of ``func`` at ``inputs`` agree with finite differences.

    The inputs that require grad should be float64. A disagreement raises GradcheckError, which shows both Jacobians;
    with ``raise_exception=False`` it is False. ``fast_mode`` looks along one random direction only.
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if check_batched_grad and not check_backward_ad:
        raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError("Setting check_batched_forward_grad=True requires check_forward_ad to be True")
    check = _Check(eps, atol, rtol, nondet_tol, fast_mode)
    try:
        _run(func, _as_tuple(inputs), check, check_forward_ad, check_backward_ad, check_undefined_grad)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Function,
    inputs: Value,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Whether the second derivatives of ``func`` agree with finite differences of its gradients.

    ``grad_outputs`` are the gradients to start from, random ones by default. Raises as ``gradcheck`` does.
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    points = _as_tuple(inputs)
    if grad_outputs is None:
        with grad_mode(True):
            seeds = tuple(_random_like(out) for out in _as_tuple(func(*points)) if _requires_grad(out))
    else:
        seeds = _as_tuple(grad_outputs)
    count = len(seeds)

    def gradient(*args: Any) -> tuple[Any, ...]:
        given = args[: len(args) - count]
        outputs = [out for out in _as_tuple(func(*given)) if _requires_grad(out)]
        wanted = tuple(_tracked(given))
        found = autograd.grad(tuple(outputs), wanted, args[len(args) - count :], create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(
        gradient,
        (*points, *seeds),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
    )


def _random_like(out: Tensor) -> Tensor:
    """A gradient to start from: uniform in (-1, 1), requiring grad itself."""
    drawn = default_generator.uniform_(np.empty(out.array.shape, out.array.dtype), -1.0, 1.0)
    return Tensor(drawn, requires_grad=True)


def _register() -> None:
    define_python("gradcheck", gradcheck, into="autograd")
    define_python("gradgradcheck", gradgradcheck, into="autograd")
    table = namespace("torch.autograd.gradcheck")
    table["GradcheckError"] = GradcheckError
    table["gradcheck"] = namespace("torch.autograd")["gradcheck"]
    table["gradgradcheck"] = namespace("torch.autograd")["gradgradcheck"]


_register()
