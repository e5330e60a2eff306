"""``repr`` of a tensor: its text with what autograd knows about it."""

from __future__ import annotations

from typing import Any

from ...engine.node import Invalid, Node
from ...engine.sparse import SparseTensor
from ...engine.state import state
from ...engine.tensor import MetaTensor, Parameter, Tensor
from .tensor_text import meta_text, tensor_text


def tensor_repr(tensor: Tensor, tensor_contents: None = None) -> str:
    """``tensor([1., 2.], grad_fn=<MulBackward0>)``, as PyTorch prints it."""
    meta = tensor.meta
    if meta is not None and meta.layer is not None:
        return layer_repr(meta.layer)
    if isinstance(tensor, SparseTensor):
        from .rows_tensor import RowsTensor
        from .sparse_rows import rows_text
        from .sparse_tensors import sparse_text

        return rows_text(tensor) if isinstance(tensor, RowsTensor) else sparse_text(tensor)
    ambiguous = isinstance(tensor.node, Invalid)
    grad_fn = None if ambiguous else tensor.grad_fn
    tangent = None
    if meta is not None and meta.tangent is not None and meta.level == state.dual_level:
        tangent = format(meta.tangent, "")
    if isinstance(tensor, MetaTensor):
        name = None if grad_fn is None else shown_name(grad_fn)
        text = meta_text(tensor.array, name, tensor.node is not None)
        return f"Parameter containing:\n{text}" if isinstance(tensor, Parameter) else text
    kind = type(tensor)
    own = kind.__module__ == "__main__"  # a class of the program's
    text = tensor_text(
        tensor.array,
        grad_fn="Invalid" if ambiguous else None if grad_fn is None else shown_name(grad_fn),
        requires_grad=tensor.node is not None and grad_fn is None,
        tangent=tangent,
        prefix=f"{kind.__name__}(" if own else "tensor(",
    )
    if own and isinstance(tensor, Parameter):
        text = f"Parameter({text})"
    return f"Parameter containing:\n{text}" if isinstance(tensor, Parameter) else text


def layer_repr(layer: Any) -> str:
    """A tensor of a level of ``torch.func``, with what is inside."""
    inside = tensor_repr(layer.value)
    number = layer.level.number if layer.level in state.levels else -2
    kind, more = ("BatchedTensor", f" bdim={layer.bdim},") if layer.level.rows else ("GradTrackingTensor", "")
    if kind == "BatchedTensor":
        number = layer.level.number
    shown = "\n".join("    " + line for line in inside.split("\n"))
    return f"{kind}(lvl={number},{more} value=\n{shown}\n)"


def shown_name(node: Node) -> str:
    """The name inside ``grad_fn=<...>``."""
    return type(node).__name__
