"""``torch.autograd.Function``: operations whose forward and backward a program writes itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ...engine.custom import CustomNode, Error
from ...engine.custom_forward import apply
from ...engine.node import Output
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics.naming import shown_as
from ..calls.python_function import define_python
from ..calls.registry import Method, Property, attributes_of, namespace
from . import graph_nodes  # noqa: F401  a context is a node
from .function_class import FunctionClass, FunctionInstance

NO_SETUP = (
    "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it must override "
    "the setup_context staticmethod. For more details, please see "
    "https://pytorch.org/docs/main/notes/extending.func.html"
)


@shown_as("method")
class Apply:
    """``Square.apply``."""

    __slots__ = ("kind",)

    def __init__(self, kind: FunctionClass) -> None:
        self.kind = kind

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        kind = self.kind
        definition = kind.definition
        if definition.setup_context is not None:
            args = bound(definition.forward, args, kwargs)
        elif kwargs:
            args = by_name(definition.forward, args, kwargs)
        if not state.levels:
            return apply(definition, args)
        if definition.setup_context is None:
            raise RuntimeError(NO_SETUP)
        from ..func.custom_transforms import apply_at_levels

        return apply_at_levels(kind, args)

    @property
    def __name__(self) -> str:
        return "apply"

    def __repr__(self) -> str:
        return f"<bound method Function.apply of {self.kind!r}>"


def _parameters(function: Any) -> tuple[list[str], tuple[Any, ...], bool]:
    """The names of a program's function's parameters, the defaults of the last of them, whether it takes more."""
    code = getattr(function, "code", None)  # what the language's functions have; others take what comes
    return ([], (), True) if code is None else (list(code.names), function.defaults, code.star is not None)


def bound(forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """All arguments in order, defaults filled in. Raises TypeError for a call that doesn't fit."""
    names, defaults, open_ended = _parameters(forward)
    if not names:
        return args
    if len(args) > len(names):
        if open_ended:
            return args
        raise TypeError("too many positional arguments")
    values = dict(zip(names, args))
    for key, value in kwargs.items():
        if key in values:
            raise TypeError(f"multiple values for argument '{key}'")
        if key not in names:
            raise TypeError(f"got an unexpected keyword argument '{key}'")
        values[key] = value
    for name, default in zip(reversed(names), reversed(defaults)):
        values.setdefault(name, default)
    for name in names:
        if name not in values:
            raise TypeError(f"missing a required argument: '{name}'")
    return tuple(values[name] for name in names)


def by_name(forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Arguments of a forward that takes ``ctx``, keywords put in their places. Raises TypeError for a gap."""
    names, _, _ = _parameters(forward)
    names = names[1:]
    values = dict(zip(names, args))
    for key, value in kwargs.items():
        if key not in names:
            raise TypeError(f"forward() got an unexpected keyword argument '{key}'")
        if key in values:
            raise TypeError(f"argument for forward() given by name ('{key}') and position ({names.index(key)})")
        values[key] = value
    last = max(names.index(name) for name in values)
    for k, name in enumerate(names[: last + 1]):
        if name not in values:
            raise TypeError(f"forward() missing required argument: '{name}' (position {k})")
    return tuple(values[name] for name in names[: last + 1])


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
    kind = attributes_of(FunctionClass)
    kind["apply"] = Property(Apply, doc="Run forward, with this class as the history of the results.")
    kind["__name__"] = Property(lambda k: k.name)
    kind["__call__"] = Method(FunctionClass.__call__)
    kind["__instancecheck__"] = Method(lambda k, value: isinstance(value, FunctionInstance) and value.kind is k)
    kind["__subclasscheck__"] = Method(FunctionClass.derives_from)
    kind["*"] = Property(lambda k: k.members)
    attributes_of(FunctionInstance)["__call__"] = Method(FunctionInstance.__call__)
    attributes_of(Apply)["__call__"] = Method(Apply.__call__)
    attributes_of(Apply)["__name__"] = Property(lambda a: "apply")
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
    base = FunctionClass("Function", {}, "torch.autograd.function")
    namespace("torch.autograd")["Function"] = base
    namespace("torch.autograd.function")["Function"] = base
    namespace("torch.autograd.function")["InplaceFunction"] = base.subclass("InplaceFunction", {}, base.module)
    define_python("once_differentiable", once_differentiable, into="function_module")


_register()
