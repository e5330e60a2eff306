"""Gradients of parameters: dropping and clipping them, and all parameters as one vector: ``torch.nn.utils``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...engine.leaves import drop_grad
from ...engine.state import state
from ...engine.tensor import Tensor
from ..calls.argument_types import Value
from ..calls.overloads import PLACES
from ..calls.python_function import define_python
from .functions_by_attribute import L, M, T

PLACES["nn_utils"] = ("torch.nn.utils", "")


def clear_grad(parameter: Tensor, set_to_none: bool) -> None:
    """Drop a gradient, or cut it from its history and make it zero in place."""
    grad = parameter.grad
    if grad is None:
        return
    if set_to_none:
        parameter.store_grad(None)
        return
    if grad.grad_fn is not None:
        M.detach_(grad)
    else:
        drop_grad(grad)
    before, state.grad = state.grad, False
    try:
        M.zero_(grad)
    finally:
        state.grad = before


def _list(parameters: Value) -> list[Tensor]:
    if isinstance(parameters, Tensor):
        return [parameters]
    several = list(parameters)
    for value in several:
        if not isinstance(value, Tensor):
            raise AttributeError(f"'{type(value).__name__}' object has no attribute 'grad'")
    return several


class Unrecorded:
    """``with torch.no_grad()``, from inside."""

    __slots__ = ("before",)

    def __enter__(self) -> None:
        self.before, state.grad = state.grad, False

    def __exit__(self, *error: object) -> None:
        state.grad = self.before


def _total_norm(tensors: list[Tensor], norm_type: float, error_if_nonfinite: bool) -> Any:
    """The norm of all elements. Raises RuntimeError for one that is not finite, where asked to."""
    if not tensors:
        return T.tensor(0.0)
    norms = [L.vector_norm(t, float(norm_type)) for t in tensors]
    total = L.vector_norm(T.stack(norms), float(norm_type))
    if error_if_nonfinite and not bool(T.isfinite(total)):
        raise RuntimeError(
            f"The total norm of order {float(norm_type)} for gradients from `parameters` is non-finite, so it cannot "
            "be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )
    return total


def get_total_norm(
    tensors: Value, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """The norm of all elements of several tensors together."""
    with Unrecorded():
        total: Tensor = _total_norm(_list(tensors), norm_type, error_if_nonfinite)
        return total


def clip_grads_with_norm_(parameters: Value, max_norm: float, total_norm: Any, foreach: bool | None = None) -> None:
    """Scale gradients in place by ``max_norm / total_norm``, where that is less than one."""
    with Unrecorded():
        grads = [p.grad for p in _list(parameters) if p.grad is not None]
        if grads:
            coefficient = M.clamp(max_norm / (total_norm + 1e-6), max=1.0)
            for grad in grads:
                M.mul_(grad, coefficient)


def clip_grad_norm_(
    parameters: Value,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale gradients in place so that their norm together is at most ``max_norm``; the norm they had."""
    with Unrecorded():
        max_norm, several = float(max_norm), _list(parameters)
        grads = [p.grad for p in several if p.grad is not None]
        total: Tensor = _total_norm(grads, norm_type, error_if_nonfinite)
        clip_grads_with_norm_(several, max_norm, total)
        return total


def clip_grad_norm(
    parameters: Value,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The old name of ``clip_grad_norm_``, which says so."""
    state.warn(
        "FutureWarning",
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(parameters: Value, clip_value: float, foreach: bool | None = None) -> None:
    """Clamp each element of the gradients to at most ``clip_value`` in magnitude, in place."""
    most = float(clip_value)
    with Unrecorded():
        for parameter in _list(parameters):
            if parameter.grad is not None:
                M.clamp_(parameter.grad, min=-most, max=most)


def _tensors(parameters: Value) -> list[Tensor]:
    several = list(parameters)
    for value in several:
        if not isinstance(value, Tensor):
            raise AttributeError(f"'{type(value).__name__}' object has no attribute 'device'")
    return several


def parameters_to_vector(parameters: Value) -> Tensor:
    """All elements of the parameters as one vector."""
    vector: Tensor = T.cat([M.view(p, -1) for p in _tensors(parameters)])
    return vector


def vector_to_parameters(vec: Tensor, parameters: Value) -> None:
    """Make the parameters share the memory of a vector's parts. Raises TypeError for what is no tensor."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    several = _tensors(parameters)
    for parameter, part in zip(several, _parts(vec, several)):
        parameter.rebind(part.array)


def _parts(vector: Any, parameters: list[Tensor]) -> Iterator[Any]:
    start = 0
    for parameter in parameters:
        count = parameter.array.size
        yield M.view_as(vector[start : start + count], parameter)
        start += count


for _function in (
    get_total_norm, clip_grads_with_norm_, clip_grad_norm_, clip_grad_norm, clip_grad_value_,
    parameters_to_vector, vector_to_parameters,
):  # fmt: skip
    define_python(_function.__name__, _function, into="nn_utils")
