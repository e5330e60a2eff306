"""``repr`` of a tensor: its text with what autograd knows about it."""

from __future__ import annotations

from ..engine.node import Node
from ..engine.state import state
from ..engine.tensor import Parameter, Tensor
from .tensor_text import tensor_text


def tensor_repr(tensor: Tensor) -> str:
    """``tensor([1., 2.], grad_fn=<MulBackward0>)``, as PyTorch prints it."""
    grad_fn = tensor.grad_fn
    meta = tensor.meta
    tangent = None
    if meta is not None and meta.tangent is not None and meta.level == state.dual_level:
        tangent = format(meta.tangent, "")
    text = tensor_text(
        tensor.array,
        grad_fn=None if grad_fn is None else shown_name(grad_fn),
        requires_grad=tensor.node is not None and grad_fn is None,
        tangent=tangent,
    )
    return f"Parameter containing:\n{text}" if isinstance(tensor, Parameter) else text


def shown_name(node: Node) -> str:
    """The name inside ``grad_fn=<...>``."""
    return type(node).__name__
