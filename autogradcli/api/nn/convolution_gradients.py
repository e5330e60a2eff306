"""``torch.nn.grad``: the gradients of convolutions as functions of their own; and ``stateless.functional_call``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...engine.modes import enable_grad
from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics.limits import charge_array
from ..calls.argument_types import Value
from ..calls.overloads import PLACES
from ..calls.python_function import define_python
from ..calls.registry import namespace
from .functional_call import functional_call
from .functions_by_attribute import F, M, T

PLACES["nn_grad"] = ("torch.nn.grad", "")
PLACES["stateless"] = ("torch.nn.utils.stateless", "")


def _gradient(rank: int, of_weight: bool, given: Tensor, size: Any, grad_output: Tensor, options: Any) -> Any:
    """The gradient of a convolution with respect to the operand of this size, which does not depend on its values."""
    shape = tuple(size)
    charge_array(shape)
    differentiable = state.grad and (given.requires_grad or grad_output.requires_grad)
    with enable_grad():
        start = M.requires_grad_(T.zeros(shape, dtype=given.dtype), True)
        operands = (given, start) if of_weight else (start, given)
        result = getattr(F, f"conv{rank}d")(*operands, None, *options)
        grad = namespace("torch.autograd")["grad"]
        return grad(result, start, grad_output, create_graph=differentiable)[0]


def _define(rank: int) -> None:
    def of_input(
        input_size: Sequence[int],
        weight: Tensor,
        grad_output: Tensor,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Tensor:
        """The gradient of the convolution with respect to its input, of the size ``input_size``."""
        found: Tensor = _gradient(rank, False, weight, input_size, grad_output, (stride, padding, dilation, groups))
        return found

    def of_weight(
        input: Tensor,
        weight_size: Sequence[int],
        grad_output: Tensor,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Tensor:
        """The gradient of the convolution with respect to its weight, of the size ``weight_size``."""
        found: Tensor = _gradient(rank, True, input, weight_size, grad_output, (stride, padding, dilation, groups))
        return found

    define_python(f"conv{rank}d_input", of_input, into="nn_grad")
    define_python(f"conv{rank}d_weight", of_weight, into="nn_grad")


for _rank in (1, 2, 3):
    _define(_rank)


def _stateless(
    module: Value,
    parameters_and_buffers: Value,
    args: Value = None,
    kwargs: Value | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """``torch.func.functional_call`` under its older name."""
    state.warn(
        "FutureWarning",
        "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed in a future "
        "version of PyTorch. Please use `torch.func.functional_call` instead which is a drop-in replacement.",
    )
    return functional_call(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)


define_python("functional_call", _stateless, into="stateless")
