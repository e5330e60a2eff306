"""``torch.autograd.gradcheck`` and ``gradgradcheck``: derivatives against central differences.

``gradcheck_derivatives.py`` computes what is compared here; ``gradcheck_further.py`` checks the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.leaves import require_grad
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics.random.generator import default_generator
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, define_python
from ..calls.registry import namespace
from ..math.complex_numbers import imag as imaginary_part
from ..math.complex_numbers import real as real_part
from . import backward_and_grad
from .functional_derivatives import grad_mode
from .gradcheck_compare import Check, compare
from .gradcheck_derivatives import Function, analytical, as_tuple, differentiable, is_tracked, numerical, reentrant
from .gradcheck_further import (
    check_batched,
    check_batched_forward,
    check_undefined,
    check_undefined_forward,
    check_zeros,
)
from .gradcheck_reports import GradcheckError


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
            part: Any = given[k]
            other: Any = imaginary_part(inputs[k]) if real else real_part(inputs[k])
            given[k] = part + other * 1j if real else other + part * 1j
        return as_tuple(function(*given))

    return run


def _run(
    function: Function,
    inputs: tuple[Any, ...],
    check: Check,
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
                compare(_part_of_outputs(function, real), inputs, check, False, word, at)
        elif backward:
            compare(function, inputs, check, False)
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


def _run_forward(function: Function, inputs: tuple[Any, ...], check: Check, undefined: bool) -> None:
    at = [k for k, x in enumerate(inputs) if isinstance(x, Tensor) and x.array.dtype.kind == "c"]
    if not at:
        compare(function, inputs, check, True)
        if undefined:
            check_undefined_forward(function, inputs)
        return
    parts = []
    for real, word in ((False, "imaginary"), (True, "real")):
        take = real_part if real else imaginary_part
        given = [take(x) if k in at else x for k, x in enumerate(inputs)]
        part = _part_of_inputs(function, inputs, at, real)
        compare(part, given, check, True, word, at)
        parts.append((part, given))
    if undefined:
        for part, given in parts:
            check_undefined_forward(part, given)


# -- what programs call -------------------------------------------------------------------------------------


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
    check = Check(eps, atol, rtol, nondet_tol, fast_mode, check_grad_dtypes)
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
                require_grad(x)  # forward mode cuts its inputs off
        given, pulled = args[:-count], args[-count:]
        wanted = tuple(x for x, needed in zip(given, tracked, strict=False) if needed)
        found = backward_and_grad.grad(
            differentiable(func(*given)), wanted, pulled, create_graph=True, allow_unused=True
        )
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
