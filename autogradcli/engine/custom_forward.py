"""The forward step of a program's own Function: ``forward`` runs unrecorded, the results get the history "this node".

What ``forward`` returns may be an input as it is, a view of one, or an input that it changed: each has its own rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..numerics import dtypes
from ..numerics.releases import Difference, varying
from .anomaly import note_forward
from .creation import tell_of
from .custom import CustomNode, Definition, info_of
from .forward import check_tangent
from .hooks import follow_retained
from .inplace import check_inplace
from .levels.base import Level, layer_of
from .levels.lifted import lower
from .node import AccumulateGrad, Invalid, Nowhere
from .state import state
from .tangents import set_tangent, tangent_at, tangent_of, undual, zeros
from .tensor import Tensor, wrap
from .views import link, rebase, refresh_views

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


def apply(
    definition: Definition, args: tuple[Any, ...], level: Level | None = None, lowered: Callable[[], Any] | None = None
) -> Any:
    """Run the program's ``forward`` unrecorded; its results get a node of ``definition`` as their history.

    At a level of ``torch.func``, ``lowered`` gives the results from the level below instead, and the history is the
    level's own. Raises RuntimeError where an input marked dirty isn't returned or may not be changed.
    """
    ctx: CustomNode = definition.node_class(1)(args, level)
    recorded = state.grad and True in ctx.needs_input_grad
    tape = state.tape
    given = None if tape is None else tape.applying(args)
    found = _unrecorded(definition, ctx, args, lowered)
    several = isinstance(found, tuple)
    raw: tuple[Any, ...] = found if several else (found,)
    if len(raw) > 1:
        ctx.__class__ = definition.node_class(len(raw))
    if several or ctx.dirty or ctx.non_differentiable or not _is_new(found, args):
        outputs = _with_histories(ctx, raw, args, recorded)
    else:
        outputs = raw
        inexact = found.array.dtype.kind in dtypes.INEXACT
        ctx.output_info = [info_of(found) if inexact or ctx.materialize_non_diff else None]
        if recorded:
            if inexact:
                found.node = ctx
            if ctx.to_save:
                ctx.keep(raw)
    if state.dual_level or level is not None:
        if ctx.forward_saved is None:
            ctx.forward_saved = ()  # what was saved for backward is not there in forward mode
        _push(definition, ctx, args, outputs, level)
    ctx.forward_saved = None
    ctx.to_save = ()
    if tape is not None:
        tape.applied(definition, given, outputs)
    if state.anomaly:
        note_forward(outputs)
    if state.creation_hooks and recorded:
        tell_of(outputs)
    return outputs if several else outputs[0]


def _is_new(found: Any, args: tuple[Any, ...]) -> bool:
    """Whether a result is a tensor of its own, no input, which nothing else looks into and no history leads to."""
    if type(found) is not Tensor or found.node is not None or found.meta is not None:
        return False
    for a in args:  # noqa: SIM110  a generator takes longer than all the rest
        if a is found:
            return False
    return True


def _with_histories(ctx: CustomNode, raw: tuple[Any, ...], args: tuple[Any, ...], recorded: bool) -> tuple[Any, ...]:
    """Results of any kind, each with the history it must have."""
    ctx.output_info = [info_of(out) if ctx.materialize_non_diff or _has_gradient(ctx, out) else None for out in raw]
    _check_marks(ctx, raw)
    outputs = tuple([_with_history(ctx, k, out, args, recorded) for k, out in enumerate(raw)])
    views = [t.meta for t in outputs if isinstance(t, Tensor) and t.meta is not None and t.meta.note == "custom"]
    if len(views) > 1:
        for meta in views:
            meta.note = ""
    if recorded:
        unchanged = [a for a in args if isinstance(a, Tensor) and not any(a is d for d in ctx.dirty)]
        ctx.keep([None if any(out is a for a in unchanged) else out for out in raw])
    return outputs


def _check_marked_before(dirty: Sequence[Any], non_differentiable: Sequence[Any]) -> None:
    if not all(isinstance(t, Tensor) for t in dirty):
        raise RuntimeError("mark_dirty can only accept variables, but argument ")
    if not all(isinstance(t, Tensor) for t in non_differentiable):
        raise RuntimeError("mark_non_differentiable only accepts variable arguments, but got ")


@varying(
    Difference(
        "ctx.mark_dirty, ctx.mark_non_differentiable",
        "The error about what is no tensor says what it is.",
        "The error about what is no tensor ends before it says what it is.",
        "class Twice(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n"
        "        ctx.mark_dirty(1)\n        return x * 2\n\nTwice.apply(torch.ones(2, requires_grad=True))",
    ),
    before=_check_marked_before,
)
def _check_marked(dirty: Sequence[Any], non_differentiable: Sequence[Any]) -> None:
    for k, t in enumerate(dirty):
        if not isinstance(t, Tensor):
            raise RuntimeError(f"mark_dirty can only accept variables, but argument {k} is of type {type(t).__name__}")
    for t in non_differentiable:
        if not isinstance(t, Tensor):
            name = type(t).__name__
            raise RuntimeError(f"mark_non_differentiable only accepts variable arguments, but got {name}")


def _check_marks(ctx: CustomNode, raw: tuple[Any, ...]) -> None:
    _check_marked(ctx.dirty, ctx.non_differentiable)
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
    if (level is None and not state.dual_level) or (level is not None and not level.tangents):
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
    versions = [t.version if isinstance(t, Tensor) else 0 for t in tangents]
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
        if any(out is d for d in ctx.dirty):
            at = next((k for k, a in enumerate(args) if a is out), None)
            if at is not None and find(out) is not None:
                _check_changed(tangent, before=tangents[at], version=versions[at])
        elif out.base is not None:
            _check_view(out, tangent, args, find)
        check_tangent(out, tangent)
        if level is None:
            set_tangent(out, tangent)
        else:
            layer_of(out, level).tangent = lower(tangent, level)  # type: ignore[union-attr]


def _check_changed(tangent: Tensor, before: Tensor | None, version: int) -> None:
    """Raise RuntimeError where a ``jvp`` did not change the tangent of a changed input in place."""
    if tangent.version == version:
        raise RuntimeError(
            "An inplace custom Function is not modifying the forward mode gradients inplace. If the forward is "
            "modifying an input inplace, then the jvp function must modify the corresponding gradient inplace."
        )
    if tangent is not before:
        raise RuntimeError(
            "An inplace custom Function is not returning the forward mode gradients as-is. If the forward is modifying "
            "an input inplace, then the jvp function must modify the gradient inplace and return it as-is."
        )


def _check_view(out: Tensor, tangent: Tensor, args: tuple[Any, ...], find: Callable[[Any], Any]) -> None:
    """Raise RuntimeError where a result is a view of an input, and its tangent no such view of the input's tangent."""
    source = next(
        (a for a in args if isinstance(a, Tensor) and (out.base is a or (a.base is not None and out.base is a.base))),
        None,
    )
    given = None if source is None else find(source)
    if given is None:
        return
    if tangent.base is None:
        raise RuntimeError(
            "A custom Function's forward is returning a view (or an input as-is) but the jvp is not returning a view."
        )
    if tangent.base is not (given if given.base is None else given.base):
        same = "the given grad input" if given.base is None else "the same base as the given grad input"
        raise RuntimeError(f"A custom Function is returning a view but the jvp is not returning a view of {same}.")


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
