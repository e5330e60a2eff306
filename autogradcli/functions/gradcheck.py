"""``torch.autograd.gradcheck`` and ``gradgradcheck``: derivatives against central differences.

``gradcheck_derivatives.py`` computes what is compared here; ``gradcheck_further.py`` checks the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..engine import dtypes
from ..engine.random import Generator, default_generator
from ..engine.state import state
from ..engine.tensor import Tensor, wrap
from . import autograd
from .complex_numbers import imag as imaginary_part
from .complex_numbers import real as real_part
from .functional import grad_mode
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
    reentrant,
    twice,
)
from .gradcheck_further import (
    check_batched,
    check_batched_forward,
    check_undefined,
    check_undefined_forward,
    check_zeros,
)
from .gradcheck_reports import FAST, MAYBE_SLOW, GradcheckError, mismatch
from .python_function import PythonFunction, define_python
from .registry import namespace


class _Check:
    """What one check is told."""

    __slots__ = ("atol", "eps", "fast", "kinds", "nondet_tol", "rtol")

    def __init__(self, eps: float, atol: float, rtol: float, nondet_tol: float, fast: bool, kinds: bool) -> None:
        self.eps = eps
        self.atol = atol
        self.rtol = rtol
        self.nondet_tol = nondet_tol
        self.fast = fast
        self.kinds = kinds

    def close(self, a: Any, n: Any, atol: float | None = None) -> bool:
        return bool(np.allclose(a, n, self.rtol, self.atol if atol is None else atol))


def _check_inputs(inputs: tuple[Any, ...]) -> None:
    """Raise ValueError where no input requires grad, RuntimeError for overlapping memory."""
    for k, x in enumerate(inputs):
        if not is_tracked(x):
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
    if not any(is_tracked(x) for x in inputs):
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )


# -- the comparison -----------------------------------------------------------------------------------------


def _compare(
    function: Function, inputs: Sequence[Any], check: _Check, forward_mode: bool, part: str = "", complex_at: Any = ()
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
            found = twice(lambda out=out: analytical(out, tracked), check.nondet_tol, check.kinds)  # type: ignore[misc]
        for j, (a, n) in enumerate(zip(found, by_differences[k], strict=True)):
            if not check.close(a, n):
                raise GradcheckError(mismatch(prefix(i, j), i, j, wrap(n), wrap(a), forward_mode))


def _compare_fast(
    function: Function,
    inputs: Sequence[Any],
    tracked: list[Tensor],
    outputs: tuple[Any, ...],
    live: tuple[Tensor, ...],
    check: _Check,
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
                lambda out=out, seed=seed: matrices([pull(out, tracked, seed)], tracked),  # type: ignore[misc]
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


def _slowly(slow_n: np.ndarray, slow_a: np.ndarray, check: _Check) -> str:
    worst = float(np.abs(slow_a - slow_n).max()) if slow_a.size else 0.0
    text = FAST.format(numerical=wrap(slow_n), analytical=wrap(slow_a), worst=worst)
    return text + MAYBE_SLOW if check.close(slow_a, slow_n) else text


# -- complex numbers, a part at a time ----------------------------------------------------------------------


def _part_of_outputs(function: Function, real: bool) -> Function:
    """The real or imaginary part of the complex outputs of a function."""
    take = real_part if real else imaginary_part

    def run(*args: Any) -> tuple[Any, ...]:
        return tuple(
            take(out) if isinstance(out, Tensor) and out.array.dtype.kind == "c" else out
            for out in as_tuple(function(*args))
        )

    return run


def _part_of_inputs(function: Function, inputs: tuple[Any, ...], places: list[int], real: bool) -> Function:
    """The function of the real or imaginary parts of its complex inputs, their other parts held fixed."""

    def run(*args: Any) -> tuple[Any, ...]:
        given = list(args)
        for k in places:
            whole = inputs[k]
            given[k] = given[k] + imaginary_part(whole) * 1j if real else real_part(whole) + given[k] * 1j
        return as_tuple(function(*given))

    return run


def _run(
    function: Function,
    inputs: tuple[Any, ...],
    check: _Check,
    forward_mode: bool,
    backward: bool,
    undefined: bool,
    batched: bool,
    batched_forward: bool,
    masked: bool,
) -> None:
    _check_inputs(inputs)
    with grad_mode(True):
        outputs = as_tuple(function(*inputs))
        live = differentiable(outputs)
        if backward and any(out.array.dtype.kind == "c" for out in outputs):
            at = [k for k, out in enumerate(live) if out.array.dtype.kind == "c"]
            for real, word in ((False, "imaginary"), (True, "real")):
                _compare(_part_of_outputs(function, real), inputs, check, False, word, at)
        elif backward:
            _compare(function, inputs, check, False)
        if forward_mode:
            _run_forward(function, inputs, check, undefined)
        if batched_forward:
            check_batched_forward(function, inputs)
        if not backward:
            return
        tracked = [x for x in inputs if is_tracked(x)]
        if batched:
            for k, out in enumerate(live):
                check_batched(out, tracked, k)
        if live:
            check_zeros(live, tracked, masked)
            if undefined:
                check_undefined(function, inputs, tracked)


def _run_forward(function: Function, inputs: tuple[Any, ...], check: _Check, undefined: bool) -> None:
    at = [k for k, x in enumerate(inputs) if isinstance(x, Tensor) and x.array.dtype.kind == "c"]
    if not at:
        _compare(function, inputs, check, True)
        if undefined:
            check_undefined_forward(function, inputs)
        return
    parts = []
    for real, word in ((False, "imaginary"), (True, "real")):
        take = real_part if real else imaginary_part
        given = [take(x) if k in at else x for k, x in enumerate(inputs)]
        part = _part_of_inputs(function, inputs, at, real)
        _compare(part, given, check, True, word, at)
        parts.append((part, given))
    if undefined:
        for part, given in parts:
            check_undefined_forward(part, given)


# -- what programs call -------------------------------------------------------------------------------------


def gradcheck(
    func: Function,
    inputs: Any,
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
    with ``raise_exception=False`` it is False. ``fast_mode`` looks along one random direction only. Further checked:
    that a pass repeated gives the same, that zeros and missing gradients are pulled back as zeros, and, if asked for,
    dtypes, forward mode and several gradients at once.
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if check_batched_grad and not check_backward_ad:
        raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError("Setting check_batched_forward_grad=True requires check_forward_ad to be True")
    check = _Check(eps, atol, rtol, nondet_tol, fast_mode, check_grad_dtypes)
    try:
        _run(
            func, as_tuple(inputs), check, check_forward_ad, check_backward_ad, check_undefined_grad,
            check_batched_grad, check_batched_forward_grad, bool(masked),
        )  # fmt: skip
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Function,
    inputs: Any,
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
    for name, on in (("check_undefined_grad", check_undefined_grad), ("check_batched_grad", check_batched_grad)):
        if on and not check_rev_over_rev:
            raise AssertionError(f"Setting {name}=True requires check_rev_over_rev to be True")
    points = as_tuple(inputs)
    if grad_outputs is None:
        with grad_mode(True):
            seeds = tuple(_random_like(out) for out in differentiable(func(*points)))
    else:
        seeds = as_tuple(grad_outputs)
    count = len(seeds)
    tracked = [is_tracked(x) for x in (*points, *seeds)]

    def gradient(*args: Any) -> tuple[Any, ...]:
        for x, needed in zip(args, tracked, strict=True):
            if needed and x.node is None:
                x.require_grad()  # forward mode cuts its inputs off
        given, pulled = args[: len(args) - count], args[len(args) - count :]
        wanted = tuple(x for x, needed in zip(given, tracked, strict=False) if needed)
        found = autograd.grad(differentiable(func(*given)), wanted, pulled, create_graph=True, allow_unused=True)
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
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
    )


def _random_like(out: Tensor) -> Tensor:
    """A gradient to start from: uniform in (-1, 1), requiring grad itself."""
    drawn = default_generator.uniform_(np.empty(out.array.shape, out.array.dtype), -1.0, 1.0)
    return Tensor(drawn, requires_grad=True)


PRIVATE = (
    "`{name}` was part of PyTorch's private API and not meant to be exposed. We are deprecating it and it will be "
    "removed in a future version of PyTorch. If you have a specific use for this or feature request for this to be a "
    "stable API, please file us an issue at https://github.com/pytorch/pytorch/issues/new"
)


def _private(name: str, grad_out: float, outputs: Sequence[Tensor]) -> None:
    state.warn("FutureWarning", PRIVATE.format(name=name))
    if grad_out != 1.0:
        raise ValueError(f"Expected grad_out to be 1.0. {name} no longer supports values of grad_out != 1.0.")
    if any(out.array.dtype.kind == "c" for out in outputs):
        raise ValueError(
            f"Expected output to be non-complex. {name} no longer supports functions that return complex outputs."
        )


def get_numerical_jacobian(
    fn: Function, inputs: Any, target: Any = None, eps: float = 1e-3, grad_out: float = 1.0
) -> tuple[Tensor, ...]:
    """The Jacobians, by differences, of the first output of ``fn``, which takes a tuple, for each input."""

    def spread(*given: Any) -> Any:
        return fn(given)

    _private("get_numerical_jacobian", grad_out, as_tuple(spread(*as_tuple(inputs))))
    wanted = [x for x in as_tuple(inputs if target is None else target) if is_tracked(x)]
    return tuple(wrap(numerical(spread, as_tuple(inputs), [x], eps)[0][0]) for x in wanted)


def get_analytical_jacobian(
    inputs: Any, output: Tensor, nondet_tol: float = 0.0, grad_out: float = 1.0
) -> tuple[tuple[Tensor, ...], bool, bool, bool]:
    """The Jacobians of ``output`` for each input; whether a second pass gives the same, sizes and dtypes fit."""
    _private("get_analytical_jacobian", grad_out, (output,))
    tracked = [x for x in as_tuple(inputs) if is_tracked(x)]
    found, sizes, kinds = analytical(output, tracked)
    again = analytical(output, tracked)[0]
    return tuple(map(wrap, found)), reentrant(found, again, nondet_tol), sizes, kinds


def _register() -> None:
    define_python("gradcheck", gradcheck, into="autograd")
    define_python("gradgradcheck", gradgradcheck, into="autograd")
    table = namespace("torch.autograd.gradcheck")
    table["GradcheckError"] = GradcheckError
    for function in (gradcheck, gradgradcheck):
        table[function.__name__] = namespace("torch.autograd")[function.__name__]
    for private in (get_numerical_jacobian, get_analytical_jacobian):
        table[private.__name__] = PythonFunction(private.__name__, private, "torch.autograd.gradcheck")


_register()
