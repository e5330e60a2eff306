"""``torch.autograd.Function``: operations whose forward and backward a program writes itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ...engine.custom import CustomNode, Error
from ...engine.node import Output
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics.naming import shown_as
from ..calls.python_function import define_python
from ..calls.registry import Method, Property, attributes_of, namespace
from . import graph_nodes  # noqa: F401  a context is a node
from .function_class import Function, InplaceFunction

# -- ctx --------------------------------------------------------------------------------------------------------


def _save_for_backward(ctx: CustomNode, *tensors: Any) -> None:
    """Keep tensors for ``backward``, where ``ctx.saved_tensors`` gives them back, checked for changes."""
    ctx.to_save = tensors


def _save_for_forward(ctx: CustomNode, *tensors: Any) -> None:
    """Keep tensors for ``jvp``."""
    ctx.forward_saved = tensors


def _mark_dirty(ctx: CustomNode, *tensors: Any) -> None:
    """Say which inputs ``forward`` changed in place; they must be returned."""
    ctx.dirty = tensors


def _mark_non_differentiable(ctx: CustomNode, *tensors: Any) -> None:
    """Say which outputs have no gradient."""
    ctx.non_differentiable = tensors


def _set_materialize_grads(ctx: CustomNode, value: bool) -> None:
    """Whether ``backward`` gets zeros (the default) or None for outputs that nothing depends on."""
    ctx.materialize = bool(value)


def _set_materialize_non_diff(ctx: CustomNode, value: Any) -> None:
    ctx.materialize_non_diff = bool(value)


@shown_as("function")
class OnceDifferentiable:
    """A backward that runs unrecorded; differentiating its result again is an error."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = callee(function)

    @property
    def __name__(self) -> str:
        return str(getattr(self.function, "__name__", "backward"))

    def __repr__(self) -> str:
        return repr(self.function)

    def __call__(self, ctx: CustomNode, *args: Any) -> Any:
        grad, state.grad = state.grad, False
        try:
            found = self.function(ctx, *args)
        finally:
            state.grad = grad
        if not grad or not any(isinstance(a, Tensor) and a.node is not None for a in args):
            return found
        several = found if isinstance(found, tuple) else (found,)
        node = _error_class(len(several))(several)
        out = tuple(
            None if t is None else _tracked(t, Output(node, k) if len(several) > 1 else node)
            for k, t in enumerate(several)
        )
        return out if isinstance(found, tuple) else out[0]


def _error_class(outputs: int) -> type[Error]:
    return Error if outputs == 1 else type("Error", (Error,), {"__slots__": (), "outputs": outputs})


def _tracked(t: Tensor, edge: Any) -> Tensor:
    twin = wrap(t.array)
    twin.node = edge
    return twin


def once_differentiable(fn: Callable[..., Any]) -> OnceDifferentiable:
    """Decorate a ``backward`` that can't be differentiated itself."""
    return OnceDifferentiable(fn)


def _register() -> None:
    attributes_of(OnceDifferentiable)["__call__"] = Method(OnceDifferentiable.__call__)
    ctx = attributes_of(CustomNode)
    for name, method in (
        ("save_for_backward", _save_for_backward),
        ("save_for_forward", _save_for_forward),
        ("mark_dirty", _mark_dirty),
        ("mark_non_differentiable", _mark_non_differentiable),
        ("set_materialize_grads", _set_materialize_grads),
    ):
        ctx[name] = Method(method, method.__doc__ or "")
    ctx["saved_tensors"] = Property(lambda node: node.saved_tensors, doc="What save_for_backward kept.")
    ctx["saved_variables"] = ctx["saved_tensors"]
    ctx["needs_input_grad"] = Property(lambda node: node.needs_input_grad, doc="Which inputs need a gradient.")
    ctx["to_save"] = Property(lambda node: node.to_save or None)
    ctx["dirty_tensors"] = Property(lambda node: node.dirty or None)
    ctx["non_differentiable"] = Property(lambda node: node.non_differentiable or None)
    ctx["_materialize_non_diff_grads"] = Property(lambda node: node.materialize_non_diff, _set_materialize_non_diff)
    ctx["*"] = Property(lambda node: node.attributes)
    namespace("torch.autograd")["Function"] = Function
    namespace("torch.autograd.function")["Function"] = Function
    namespace("torch.autograd.function")["InplaceFunction"] = InplaceFunction
    define_python("once_differentiable", once_differentiable, into="function_module")


_register()
