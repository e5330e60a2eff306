"""Recording an operation in general: the readable form of what ``generate.py`` writes for the common case.

1. unwrap the operands and bring them to one dtype   2. run the kernel   3. wrap the result(s), views as views
4. if anything requires grad, make the node          5. push tangents    6. tell whoever traces
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..numerics import dtypes
from ..numerics.half import run_kernel, widened
from ..numerics.numbers import check_numbers, to_dtype
from ..numerics.shapes import shape_mismatch
from .anomaly import note_forward
from .creation import check_outside, tell_of
from .deferred import INDIRECT, dtype_of, peek, shape_of
from .in_blocks import in_blocks
from .inference import INFERENCE_SAVED, mark_inference
from .levels.base import NOT_HERE, at_levels
from .no_forward import check_forward
from .node import Invalid, Node, Output
from .operation import Operation
from .parameters import Param, Save
from .saved import maker, open_saved, pack, saved_array, saved_tensor
from .state import state
from .tangents import has_tangent
from .tensor import NO_DATA, MetaTensor, Tensor, alias, to_meta, wrap
from .views import attach_views
from .worlds import ARRAYS, TENSORS, cast_array, roles, sum_to_array


def record(op: Operation, args: tuple[Any, ...]) -> Any:
    """Apply ``op`` to tensors: its result as a tensor (or a tuple of them) with the history it must have.

    Raises RuntimeError where shapes or dtypes don't fit, in PyTorch's words.
    """
    if state.profiler is not None:
        return state.profiler.timed(record, op, args)
    if state.levels and state.special:
        found = at_levels(op, args)
        if found is not NOT_HERE:
            return found
    if state.dual_level:
        check_forward(op, args, has_tangent)
    if op.blocks and (found := in_blocks(op, args, _check_and_promote)) is not NOT_HERE:
        return found
    arrays = [_unwrap(p, value) for p, value in zip(op.params, args, strict=True)]
    if op.fits:
        check_numbers(op, arrays)
    if op.constant:
        _check_constant(op, args)
    if op.promote is not None:
        _promote(op, arrays)
    try:
        raw = run_kernel(op, arrays)
    except ValueError as error:
        mismatch = shape_mismatch(arrays) if op.broadcast else None
        if mismatch is None:
            raise
        raise mismatch from error
    multiple = bool(op.outputs) or isinstance(raw, (tuple, list))
    results = [_as_array(r) for r in raw] if multiple else [_as_array(raw)]
    if state.deferred:
        _settle_shared(args, results)
    outputs = [wrap(r) for r in results]
    node = make_node(op, args, arrays, outputs, multiple) if op.has_gradient else None
    if op.view is not None:
        attach_views(op, first_tensor(op, args), outputs, node)
    elif node is not None:
        for k, t in enumerate(outputs):
            differentiable = op.differentiable is None or k in op.differentiable
            if differentiable and t.array.dtype.kind in dtypes.INEXACT:
                t.node = Output(node, k) if type(node).outputs > 1 else node
    if state.special:
        _special(op, args, outputs)
    return tuple(outputs) if multiple else outputs[0]


def _check_constant(op: Operation, args: tuple[Any, ...]) -> None:
    """Raise RuntimeError for an operand that requires grad and that there is no derivative by."""
    if not state.grad or state.inference:
        return
    for p in op.params:
        value = args[p.index]
        if p.name in op.constant and isinstance(value, Tensor) and value.node is not None:
            raise RuntimeError(
                f"The function '{op.aten.replace('.', '_')}' is not differentiable with respect to argument "
                f"'{p.name}'. This input cannot have requires_grad True."
            )


def _check_and_promote(op: Operation, arrays: list[Any]) -> None:
    if op.fits:
        check_numbers(op, arrays)
    if op.promote is not None:
        _promote(op, arrays)
    if op.taken is not None:
        op.taken.check(op, arrays)


def _settle_shared(args: tuple[Any, ...], results: list[np.ndarray]) -> None:
    """A result that is memory of an operand may be changed from now on: what waits for that memory is computed."""
    for value in args:
        for t in value if isinstance(value, (list, tuple)) else (value,):
            if t.__class__ in INDIRECT and any(np.may_share_memory(peek(t), r) for r in results):
                t.array  # noqa: B018 - does it


def _unwrap(p: Param, value: Any) -> Any:
    if p.kind == "list":
        return [t.array for t in value]
    if p.kind == "indices":
        return [None if t is None else t.array for t in value]
    if p.kind == "plain":
        return value
    if value is None or not isinstance(value, Tensor):
        return value
    return value.array if value.__class__ not in INDIRECT else peek(value)


def _as_array(value: Any) -> np.ndarray:
    return value if isinstance(value, np.ndarray) else np.asarray(value)


def _promote(op: Operation, arrays: list[Any]) -> None:
    """Bring the operands to PyTorch's result type, in place."""
    spots = [p.index for p in op.params if p.kind == "tensor" and arrays[p.index] is not None]
    lists = [p.index for p in op.params if p.kind == "list"]
    operands = [arrays[k] for k in spots] + [a for k in lists for a in arrays[k]]
    if not operands:
        return  # an empty list, which the operation itself refuses
    common = operands[0].dtype if operands[0].__class__ is np.ndarray else None
    if common is not None and common.char in "fd":  # which no operation promotes
        for a in operands:
            if a.__class__ is not np.ndarray or a.dtype is not common:
                break
        else:
            return
    dtype = dtypes.result_type(*operands)
    if op.promote == "float" and dtype.category < dtypes.FLOATING:
        dtype = dtypes.default.dtype
    exact = dtype.itemsize == 2 and dtype.category == dtypes.FLOATING and op.half == "exact"
    for k in spots:
        arrays[k] = to_dtype(arrays[k], dtypes.float32 if exact and k == 1 and _is_number(arrays[k]) else dtype)
    for k in lists:
        arrays[k] = [to_dtype(a, dtype) for a in arrays[k]]


def _is_number(operand: Any) -> bool:
    return not isinstance(operand, np.ndarray) or not operand.ndim


def first_tensor(op: Operation, args: tuple[Any, ...]) -> Tensor:
    """The operand whose memory the results share, of an operation that gives views."""
    first: Tensor = next(a for p, a in zip(op.params, args, strict=True) if p.kind == "tensor")
    return first


def make_node(
    op: Operation, args: tuple[Any, ...], arrays: list[Any], outputs: list[Tensor], multiple: bool, level: Any = None
) -> Node | None:
    """The node of these results; at a level of ``torch.func``, of that level's own graph."""
    if not state.grad or state.inference:
        return None
    wants: list[bool] = []
    for p in op.edges:
        value = args[p.index]
        some = value if p.kind == "list" else (value,)
        wants.append(any(edge_at(t, level) is not None for t in some))
    if True not in wants:
        return None
    if op.in_dtype and level is None and outputs[0].array.dtype.kind not in dtypes.INEXACT:
        raise RuntimeError(f"Autograd not support dtype: {outputs[0].dtype.type_name}")
    if op.complex == "refused" and any(t.array.dtype.kind == "c" for t in outputs):
        name = op.aten.replace(".", "_")
        raise RuntimeError(f"{name} does not support automatic differentiation for outputs with complex dtype.")
    operands = op.spread(args)
    kind = op.node_class if not multiple or op.outputs else several(op, len(outputs))
    if state.telling:
        check_outside(kind)
    node = kind(tuple(edge_at(o, level) for o in operands))
    if state.invalid_views:
        for edge in node.edges:
            if isinstance(edge, Invalid):
                raise RuntimeError(edge.message)
    if state.unread_views:
        for o in operands:
            if isinstance(o, Tensor) and o.meta is not None and o.meta.unread:
                o.meta.unread = False
    node.fix = _fix(op, operands, outputs)
    entries: list[Any] = []
    for save in op.saves:
        wanted = any(wants[k] for k in save.wanted_by)
        entries += save_entry(save, wanted, args, outputs, node)
    node.saved = tuple(entries)
    return node


def edge_at(operand: Any, level: Any) -> Node | Output | None:
    """What made an operand, in the graph that is being recorded."""
    if not isinstance(operand, Tensor):
        return None
    meta = operand.meta
    if level is not None and (meta is None or meta.layer is None or meta.layer.level is not level):
        return None
    return operand.node


#: How many classes ``several`` keeps: one for each operation and number of results.
_MOST_KINDS = 1_000
_KINDS: dict[tuple[type[Node], int], type[Node]] = {}


def several(op: Operation, outputs: int) -> type[Node]:
    """The class of a node whose number of outputs depends on the call, as unbind's does: one for each number."""
    found = _KINDS.get((op.node_class, outputs))
    if found is None:
        if len(_KINDS) >= _MOST_KINDS:
            _KINDS.clear()
        members = {"__module__": "builtins", "__slots__": (), "outputs": max(2, outputs)}
        found = _KINDS[op.node_class, outputs] = type(op.node_name, (op.node_class,), members)
    return found


def save_entry(save: Save, wanted: bool, args: tuple[Any, ...], outputs: list[Tensor], node: Node) -> tuple[Any, Any]:
    if save.kind == "output":
        if not wanted:
            return None, None
        t = outputs[save.index]
        if state.pack_hooks and state.overwritten is None:  # else it is packed once it is in its place
            twin = alias(t)
            twin.node = maker(node, save)
            return pack(twin), None
        if state.dual_level or (t.meta is not None and t.meta.layer is not None):
            twin = alias(t)
            twin.node = None
            return twin, t.version
        return t.array, t.need_counter()
    value = args[save.index]
    if save.kind == "input":
        if not wanted or value is None:
            return None, None
        if isinstance(value, (list, tuple)):
            kept = [None if t is None else pack(t) for t in value]
            return kept, [None if t is None else t.version for t in value]
        if isinstance(value, Tensor):
            if value.is_inference:
                raise RuntimeError(INFERENCE_SAVED)
            if value is state.overwritten:
                value = roles.clone(value)
            return pack(value), value.version
        return value, None
    return save.of(args, outputs), None


def _fix(op: Operation, operands: list[Any], outputs: list[Tensor]) -> Any:
    """What a gradient needs after the rule: shapes to sum back to, dtypes to cast to, conjugation."""
    result = outputs[0].array
    shapes = dtypes_ = None
    if op.broadcast and any(isinstance(o, Tensor) and shape_of(o) != result.shape for o in operands):
        shapes = tuple(shape_of(o) if isinstance(o, Tensor) else None for o in operands)
    outside = dtypes.LATE and any(isinstance(o, Tensor) and dtypes.is_outside(o.array) for o in (*operands, *outputs))
    if outside or any(isinstance(o, Tensor) and dtype_of(o) is not result.dtype for o in operands):
        dtypes_ = tuple(dtype_of(o) if isinstance(o, Tensor) and o.node is not None else None for o in operands)
    conj = op.complex == "holomorphic" and any(t.array.dtype.kind == "c" for t in outputs)
    if outside:
        return shapes, dtypes_, WIDE_CONJ if conj else WIDE
    return (shapes, dtypes_, conj) if shapes or dtypes_ or conj else None


#: In the third place of a node's ``fix``, where conjugation is asked for: run the rule in single precision, and both.
WIDE, WIDE_CONJ = 2, 3


# -- the backward step in general -------------------------------------------------------------------------


def run_arrays(node: Node, g: Any) -> tuple[Any, ...]:
    """Gradients of the inputs in the array world, whatever the node saved and however shapes differ."""
    fix = node.fix
    if fix is None:
        return _apply(node, ARRAYS, g, saved_array)
    conj = fix[2] in (True, WIDE_CONJ)
    if fix[2] is True and type(node).op.kind in ("linear", "bilinear"):
        # conj(rule(conj g)) of what is linear in its operand: with its coefficients conjugated it is the rule of g
        return settle(_apply(node, ARRAYS, g, _saved_conjugated), fix)
    if conj:
        g = _each(np.conj, g)
    if fix[2] in (WIDE, WIDE_CONJ):
        grads = _apply(node, ARRAYS, widened(g), _saved_widened)
    else:
        grads = _apply(node, ARRAYS, g, saved_array)
    if conj:
        grads = tuple([None if x is None else np.conj(x) for x in grads])
    return settle(grads, fix)


def settle(grads: tuple[Any, ...], fix: Any) -> tuple[Any, ...]:
    """Bring gradients to the shape and dtype of their inputs."""
    shapes, kinds, _ = fix
    out = list(grads)
    for k, x in enumerate(out):
        if x is None:
            continue
        if shapes is not None:
            shape = shapes[k]
            if shape is not None and x.shape != shape:
                x = sum_to_array(x, shape)
        if kinds is not None and kinds[k] is not None:
            x = cast_array(x, kinds[k])
        out[k] = x
    return tuple(out)


def _saved_widened(node: Node, save: Save, value: Any, mark: Any) -> Any:
    return widened(saved_array(node, save, value, mark))


def _saved_conjugated(node: Node, save: Save, value: Any, mark: Any) -> Any:
    found = saved_array(node, save, value, mark)
    return [_conjugated(x) for x in found] if isinstance(found, list) else _conjugated(found)


def _conjugated(x: Any) -> Any:
    if x.__class__ is complex:
        return x.conjugate()
    return np.conj(x) if isinstance(x, np.ndarray) and x.dtype.kind == "c" else x


def run_tensors(node: Node, g: Any) -> tuple[Any, ...]:
    """Gradients of the inputs in the tensor world: themselves recorded."""
    fix = node.fix
    conj = fix is not None and fix[2] in (True, WIDE_CONJ)
    if conj:
        g = _each(roles.conj, g)
    outer, state.in_rule = state.in_rule, True
    try:
        grads = _apply(node, TENSORS, g, saved_tensor)
    finally:
        state.in_rule = outer
    if fix is None:
        return grads
    return settle_tensors(grads, fix, conj)


def settle_tensors(grads: tuple[Any, ...], fix: Any, conj: bool = False) -> tuple[Any, ...]:
    """``settle`` in the tensor world."""
    out = []
    for k, x in enumerate(grads):
        if x is not None:
            if conj:
                x = roles.conj(x)
            if fix[0] is not None and fix[0][k] is not None and x.array.shape != fix[0][k]:
                x = roles.sum_to(x, fix[0][k])
            if fix[1] is not None and fix[1][k] is not None and x.array.dtype is not fix[1][k]:
                x = roles.cast(x, dtypes.from_numpy(fix[1][k]))
        out.append(x)
    return tuple(out)


def _each(function: Any, g: Any) -> Any:
    return [None if x is None else function(x) for x in g] if isinstance(g, list) else function(g)


def _apply(node: Node, F: Any, g: Any, opener: Any) -> tuple[Any, ...]:
    op: Operation = type(node).op
    return op.pull(F, g, [e is not None for e in node.edges], open_saved(node, opener))


setattr(Node, "run", run_arrays)  # noqa: B010 - the general step is every node's default
setattr(Node, "run_tensors", run_tensors)  # noqa: B010


def _special(op: Operation, args: tuple[Any, ...], outputs: list[Tensor]) -> None:
    if state.meta:
        _meta(op, args, outputs)
    if state.inference:
        for t in outputs:
            if op.view is None or first_tensor(op, args).is_inference:
                mark_inference(t)
    if state.dual_level and not state.inference:
        state.push_tangents(op, args, outputs)
    if state.levels:
        for t in outputs:
            t.need_meta().born = state.levels[-1]
    if state.tape is not None:
        state.tape.append((op, args, outputs))
    if state.anomaly:
        note_forward(outputs)
    if state.creation_hooks:
        tell_of(outputs)


def _meta(op: Operation, args: tuple[Any, ...], outputs: list[Tensor]) -> None:
    """Results of tensors of the meta device are such ones. Raises RuntimeError where others are among the operands."""
    operands: list[Tensor] = []
    for value in args:
        operands += [v for v in (value if isinstance(value, (list, tuple)) else (value,)) if isinstance(v, Tensor)]
    if not any(isinstance(t, MetaTensor) for t in operands):
        return
    if op.copies and not isinstance(operands[0], MetaTensor):
        raise NotImplementedError(NO_DATA)
    if not op.copies and any(t.array.ndim and not isinstance(t, MetaTensor) for t in operands):
        raise RuntimeError("Tensor on device cpu is not on the expected device meta!")
    for t in outputs:
        to_meta(t)
