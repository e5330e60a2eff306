"""Nodes whose rules a program wrote: what ``torch.autograd.Function`` becomes in the graph.

The node *is* the ``ctx`` that the program's ``forward`` and ``backward`` get: it keeps the saved tensors and whatever
the program puts on it. ``apply`` runs ``forward`` unrecorded and then gives the results the history "this node".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from . import dtypes
from .forward import check_tangent, set_tangent, tangent_of, undual
from .hooks import follow_retained
from .inplace import check_inplace
from .layers import Level, layer_of, lower, tangent_at, zeros
from .node import FREED, AccumulateGrad, Invalid, Node, Nowhere, Output
from .record import edge_at
from .saved import Packed, modified, pack
from .state import next_sequence, state
from .tensor import Tensor, alias, wrap
from .views import link, rebase, refresh_views
from .worlds import roles

MISSING_BACKWARD = (
    "You must implement either the backward or vjp method for your custom autograd.Function to use it with backward "
    "mode AD."
)
BOTH = (
    "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only implement one of "
    "them."
)
MISSING_JVP = "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
NOT_RETURNED = (
    "Some elements marked as dirty during the forward method were not returned as output. The inputs that are "
    "modified inplace must all be outputs of the Function."
)
DIRTY_LEAF = "a leaf Variable that requires grad has been used in an in-place operation."
DIRTY_VIEW = (
    "If your Function modifies inplace an input that is a view of another Tensor, your Function cannot return more "
    "than one Tensor. This is not supported by the current autograd engine. You should either make sure the input is "
    "not a view (using .clone() for example) or make your Function only return one Tensor (potentially splitting it "
    "into two Functions: one doing the inplace that returns a single Tensor and a second one that does the other "
    "operations). You can ask on the forum https://discuss.pytorch.org/ if you need help to do this change."
)
NEEDLESSLY_DIRTY = (
    "Only input Tensors should be given to ctx.mark_dirty(). If a Tensor is not an input, there is no need to pass it "
    "to mark_dirty()."
)
TWICE = "trying to differentiate twice a function that was marked with @once_differentiable"


class Definition:
    """What the program wrote: the name of its class and the functions in it that matter to the engine."""

    __slots__ = ("backward", "forward", "jvp", "name", "node_classes", "setup_context", "vjp")

    def __init__(
        self,
        name: str,
        forward: Callable[..., Any],
        setup_context: Callable[..., Any] | None,
        backward: Callable[..., Any] | None,
        vjp: Callable[..., Any] | None,
        jvp: Callable[..., Any] | None,
    ) -> None:
        self.name = name
        self.forward = forward
        self.setup_context = setup_context
        self.backward = backward
        self.vjp = vjp
        self.jvp = jvp
        self.node_classes: dict[int, type[CustomNode]] = {}

    def node_class(self, outputs: int) -> type[CustomNode]:
        """The class of its nodes with so many outputs."""
        made = self.node_classes.get(outputs)
        if made is None:
            members = {"__slots__": (), "__module__": "torch.autograd.function", "definition": self, "outputs": outputs}
            made = self.node_classes[outputs] = type(self.name + "Backward", (CustomNode,), members)
        return made


class CustomNode(Node):
    """A node of a program's own Function, and the ``ctx`` of its methods."""

    __slots__ = (
        "attributes", "dirty", "forward_saved", "freed", "input_info", "kept", "materialize", "materialize_non_diff",
        "needs_input_grad",
        "non_differentiable", "on_view", "output_info", "to_save",
    )  # fmt: skip

    own_rule = True
    definition: ClassVar[Definition]

    def __init__(self, args: tuple[Any, ...], level: Level | None) -> None:
        self.seq = next_sequence()
        self.saved = ()
        self.fix = None
        self.extra = None
        self.edges = ()
        self.attributes: dict[str, Any] = {}
        self.needs_input_grad = tuple(edge_at(a, level) is not None for a in args)
        #: (shape, dtype) of each tensor, None for what is none
        self.input_info = [_info(a) for a in args]
        self.output_info: list[tuple[tuple[int, ...], np.dtype] | None] = []
        self.to_save: tuple[Any, ...] = ()
        self.forward_saved: tuple[Any, ...] | None = None
        self.kept: list[Any] | None = None
        self.freed = False
        self.dirty: tuple[Any, ...] = ()
        self.non_differentiable: tuple[Any, ...] = ()
        self.materialize = True
        self.materialize_non_diff = True
        #: it changed a view in place: the first gradient is written into a window of the base's
        self.on_view = False

    def __repr__(self) -> str:
        return f"<torch.autograd.function.{type(self).__name__} object at 0x{id(self):x}>"

    # -- what it saves --------------------------------------------------------------------------------

    def keep(self, outputs: Sequence[Any]) -> None:
        """Keep what ``save_for_backward`` was given, each tensor with its version, an output without its history."""
        kept: list[Any] = []
        for k, value in enumerate(self.to_save):
            if value is None:
                kept.append(None)
                continue
            if not isinstance(value, Tensor):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {k} is of type {type(value).__name__}"
                )
            place = next((i for i, out in enumerate(outputs) if out is value), None)
            packed = pack(value)
            if place is not None and not isinstance(packed, Packed):
                packed = alias(value)
                packed.node = None
            kept.append((packed, value.version, place))
        self.kept = kept
        self.to_save = ()

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """The saved tensors. Raises RuntimeError where they were freed or modified."""
        if self.forward_saved is not None:
            return self.forward_saved
        if self.freed:
            raise RuntimeError(FREED)
        return tuple(None if entry is None else self._open(*entry) for entry in self.kept or ())

    def _open(self, value: Tensor | Packed, version: int, place: int | None) -> Tensor:
        maker = None if place is None else self.output_edge(place)
        if isinstance(value, Packed):
            if maker is None:
                return value.open_with_history()
            value = value.open()
        elif value.version != version:
            raise modified(value.array, maker if maker is not None else value.node, value.counter, version)
        if maker is None:
            return value
        twin = alias(value)
        twin.node = maker
        return twin

    def output_edge(self, index: int) -> Node | Output:
        return self if type(self).outputs == 1 else Output(self, index)

    def release(self) -> None:
        if self.kept:
            self.kept = None
            self.freed = True

    # -- the backward step ----------------------------------------------------------------------------

    def run(self, g: Any) -> tuple[Any, ...]:
        several = g if isinstance(g, list) else [g]
        grads = self._pull([None if x is None else wrap(x) for x in several])
        return tuple(None if t is None else t.array for t in grads)

    def run_tensors(self, g: Any) -> tuple[Any, ...]:
        return self._pull(list(g) if isinstance(g, list) else [g])

    def _pull(self, grads: list[Any]) -> tuple[Any, ...]:
        """The program's own backward, its result checked against the inputs."""
        definition = self.definition
        if definition.backward is not None and definition.vjp is not None:
            raise RuntimeError(BOTH)
        rule = definition.backward or definition.vjp
        if rule is None:
            raise NotImplementedError(MISSING_BACKWARD)
        if self.materialize:
            pairs = zip(grads, self.output_info, strict=True)
            grads = [wrap(np.zeros(*info)) if g is None and info is not None else g for g, info in pairs]
        given = rule(self, *grads)
        return self._checked(given if isinstance(given, tuple) else (given,))

    def _checked(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """Gradients in the order of the edges. Raises RuntimeError for a wrong number, kind or shape."""
        name = type(self).__name__
        count = len(self.input_info)
        if len(given) > count and all(x is None for x in given[count:]):
            given = given[:count]
        if len(given) != count:
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected {count}, got {len(given)})"
            )
        out: list[Any] = []
        for k, (grad, info) in enumerate(zip(given, self.input_info, strict=True)):
            if info is None:
                if grad is not None:
                    raise RuntimeError(
                        f"function {name} returned a gradient different than None at position {k + 1}, but the "
                        "corresponding forward input was not a Variable"
                    )
                continue
            if grad is not None and not isinstance(grad, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type(grad).__name__})")
            wanted = self.edges[len(out)] is not None
            if grad is None or not wanted:
                out.append(None)
            elif self.on_view and not out:
                out.append(_spread(grad, info))
            else:
                out.append(_fitted(grad, info, name, len(out)))
        return tuple(out)


class Error(Node):
    """Stands in the graph where ``once_differentiable`` cut it: running it is the error."""

    __slots__ = ()

    title = "torch::autograd::Error"

    def __init__(self, grads: Sequence[Any]) -> None:
        leaves = [None if g is None else Tensor(g.array, requires_grad=True) for g in grads]
        self.seq = next_sequence()
        self.saved = ()
        self.fix = None
        self.extra = None
        self.edges = tuple(None if leaf is None else leaf.node for leaf in leaves)

    def run(self, g: Any) -> tuple[Any, ...]:
        raise RuntimeError(TWICE)

    run_tensors = run


def _info(value: Any) -> tuple[tuple[int, ...], np.dtype] | None:
    return (value.array.shape, value.array.dtype) if isinstance(value, Tensor) else None


def _fitted(grad: Tensor, info: tuple[tuple[int, ...], np.dtype], name: str, index: int) -> Tensor:
    """A gradient in its input's shape and dtype. Raises RuntimeError where the shape can't be reached by summing."""
    shape, dtype = info
    have = grad.array.shape
    if have != shape:
        pairs = zip(reversed(shape), reversed(have))
        if len(shape) > len(have) or any(n not in (1, m) for n, m in pairs):
            raise RuntimeError(
                f"Function {name} returned an invalid gradient at index {index} - got {list(have)} but expected shape "
                f"compatible with {list(shape)}"
            )
        grad = roles.sum_to(grad, shape)
    if grad.array.dtype.kind == "c" and dtype.kind != "c":
        raise RuntimeError(
            "Expected isFloatingType(grad.scalar_type()) || (input_is_complex == grad_is_complex) to be true, but got "
            "false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)"
        )
    if grad.array.dtype is not dtype:
        grad = roles.cast(grad, dtypes.from_numpy(dtype))
    return grad


def _spread(grad: Tensor, info: tuple[tuple[int, ...], np.dtype]) -> Tensor:
    """A gradient as it is copied into a window. Raises RuntimeError where the shapes don't allow it."""
    if grad.array.shape == info[0]:
        return grad
    return roles.copy_into(wrap(np.zeros(*info)), grad)  # type: ignore[no-any-return]


# -- the forward step ---------------------------------------------------------------------------------------


def apply(
    definition: Definition, args: tuple[Any, ...], level: Level | None = None, lowered: Callable[[], Any] | None = None
) -> Any:
    """Run the program's ``forward`` unrecorded; its results get a node of ``definition`` as their history.

    At a level of ``torch.func``, ``lowered`` gives the results from the level below instead, and the history is the
    level's own. Raises RuntimeError where an input marked dirty isn't returned or may not be changed.
    """
    ctx: CustomNode = definition.node_class(1)(args, level)
    recorded = state.grad and True in ctx.needs_input_grad
    found = _unrecorded(definition, ctx, args, lowered)
    several = isinstance(found, tuple)
    raw: tuple[Any, ...] = found if several else (found,)
    if len(raw) > 1:
        ctx.__class__ = definition.node_class(len(raw))
    ctx.edges = tuple(edge_at(a, level) if recorded else None for a in args if isinstance(a, Tensor))
    ctx.output_info = [_info(out) if ctx.materialize_non_diff or _has_gradient(ctx, out) else None for out in raw]
    _check_marks(ctx, raw)
    outputs = tuple(_with_history(ctx, k, out, args, recorded) for k, out in enumerate(raw))
    views = [t.meta for t in outputs if isinstance(t, Tensor) and t.meta is not None and t.meta.note == "custom"]
    if len(views) > 1:
        for meta in views:
            meta.note = ""
    if recorded:
        ctx.keep(raw)
    if ctx.forward_saved is None:
        ctx.forward_saved = ()  # what was saved for backward is not there in forward mode
    _push(definition, ctx, args, outputs, level)
    ctx.forward_saved = None
    ctx.to_save = ()
    return outputs if several else outputs[0]


def _check_marks(ctx: CustomNode, raw: tuple[Any, ...]) -> None:
    if not all(isinstance(t, Tensor) for t in ctx.dirty):
        raise RuntimeError("mark_dirty can only accept variables, but argument ")
    if not all(isinstance(t, Tensor) for t in ctx.non_differentiable):
        raise RuntimeError("mark_non_differentiable only accepts variable arguments, but got ")
    if any(not any(out is d for out in raw) for d in ctx.dirty):
        raise RuntimeError(NOT_RETURNED)


def _unrecorded(
    definition: Definition, ctx: CustomNode, args: tuple[Any, ...], lowered: Callable[[], Any] | None
) -> Any:
    found = lowered() if lowered is not None else None
    grad, state.grad = state.grad, False
    try:
        with undual():
            if definition.setup_context is None:
                return definition.forward(ctx, *args)
            if lowered is None:
                found = definition.forward(*args)
            definition.setup_context(ctx, args, found)
            return found
    finally:
        state.grad = grad


def _push(
    definition: Definition, ctx: CustomNode, args: tuple[Any, ...], outputs: tuple[Any, ...], level: Level | None
) -> None:
    """Run the program's ``jvp`` where an input has a tangent. Raises NotImplementedError where there is none."""
    if (level is None and not state.dual_level) or (level is not None and level.kind != "jvp"):
        return
    find = tangent_of if level is None else lambda a: tangent_at(a, level)
    tangents = [find(a) for a in args]
    if all(t is None for t in tangents):
        return
    if definition.jvp is None:
        raise NotImplementedError(MISSING_JVP)
    if ctx.materialize:
        tangents = [
            zeros(a) if t is None and isinstance(a, Tensor) and a.array.dtype.kind in dtypes.INEXACT else t
            for a, t in zip(args, tangents, strict=True)
        ]
    with undual():
        given = definition.jvp(ctx, *tangents)
    found = given if isinstance(given, tuple) else (given,)
    if len(found) != len(outputs):
        raise RuntimeError(
            "Function's jvp returned an invalid number of forward gradients "
            f"(expected {len(outputs)} but got {len(found)})"
        )
    for out, tangent in zip(outputs, found, strict=True):
        if tangent is None or not isinstance(out, Tensor):
            continue
        if out.base is not None and tangent.base is None and not any(out is d for d in ctx.dirty):
            raise RuntimeError(
                "A custom Function's forward is returning a view (or an input as-is) but the jvp is not returning a "
                "view."
            )
        check_tangent(out, tangent)
        if level is None:
            set_tangent(out, tangent)
        else:
            layer_of(out, level).tangent = lower(tangent, level)  # type: ignore[union-attr]


def _with_history(ctx: CustomNode, index: int, out: Any, args: tuple[Any, ...], recorded: bool) -> Any:
    """One result with the history it must have."""
    if not isinstance(out, Tensor):
        return out
    is_input = any(out is a for a in args)
    is_dirty = any(out is d for d in ctx.dirty)
    if is_dirty:
        out.bump()
    if not recorded or not _has_gradient(ctx, out):
        return _alias(out) if out.node is not None or (is_input and not is_dirty) else out
    if is_dirty:
        return _changed(ctx, index, out, is_input)
    if is_input:
        out = _alias(out)
    out.node = ctx.output_edge(index)
    meta = out.meta
    if meta is not None and meta.base is not None:
        meta.note = "custom"
        meta.multi_view = True
    return out


def _has_gradient(ctx: CustomNode, out: Any) -> bool:
    return (
        isinstance(out, Tensor)
        and out.array.dtype.kind in dtypes.INEXACT
        and not any(out is t for t in ctx.non_differentiable)
    )


def _alias(t: Tensor) -> Tensor:
    """A view of all of a tensor: it can have a history of its own."""
    view = wrap(t.array)
    link(t, view)
    return view


def _changed(ctx: CustomNode, index: int, out: Tensor, is_input: bool) -> Tensor:
    """An input that the program changed in place and returns: the same tensor with a new history, and so its views and
    those that share its memory."""
    before = out.node.before if isinstance(out.node, Invalid) else out.node
    if isinstance(before, (AccumulateGrad, Nowhere)):
        raise RuntimeError(DIRTY_LEAF)
    if not is_input:
        state.warn("UserWarning", NEEDLESSLY_DIRTY)
    base = out.base
    if base is not None:
        if len(ctx.output_info) > 1:
            raise RuntimeError(DIRTY_VIEW)
        check_inplace(out)
        ctx.on_view = True
        rebase(out, ctx)
        refresh_views(base)
    else:
        old, out.node = out.node, ctx.output_edge(index)
        follow_retained(out, old)
        refresh_views(out)
    return out
