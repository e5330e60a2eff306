"""What a program sees of the graph: ``grad_fn.name()``, ``.next_functions``, ``._saved_self``, hooks on nodes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...engine.accumulation import accumulate, variable_of
from ...engine.backward import current_pass
from ...engine.callbacks import callee
from ...engine.custom import CustomNode
from ...engine.hooks import RemovableHandle, hook_node, hook_tensor, prehook_node
from ...engine.node import FREED, AccumulateGrad, Node, index_of, node_of
from ...engine.operation import Operation
from ...engine.parameters import Save
from ...engine.saved import Packed, pack_with, saved_tensor
from ...engine.tensor import Tensor, wrap
from ...numerics import dtypes
from ...numerics.limits import shown
from ...numerics.naming import shown_as
from ..calls.argument_types import Value, type_name
from ..calls.python_function import define_python
from ..calls.registry import ATTRIBUTES, Attribute, Method, Property, attributes_of, namespace
from .backward_and_grad import GradientEdge

FREED_BEFORE_HOOKS = (
    "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of the graph are "
    "freed when "
    "you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a "
    "second "
    "time or if you need to access saved variables after calling backward."
)


#: What a node keeps of an operand that is no tensor.
_NUMBERS = frozenset({bool, int, float, complex})


@shown_as("torch._C._autograd.SavedTensor", in_c=True)
class SavedTensor:
    """``grad_fn._raw_saved_self``: the place of a saved tensor, for hooks on it alone."""

    __slots__ = ("node", "position", "save")

    def __init__(self, node: Node, save: Save, position: int) -> None:
        self.node = node
        self.save = save
        self.position = position

    def register_hooks(self, pack_hook: Any, unpack_hook: Any) -> None:
        """Keep this saved tensor as ``pack_hook`` makes it. Raises RuntimeError once it is freed or packed."""
        saved = self.node.saved
        if saved is None:
            raise RuntimeError(FREED_BEFORE_HOOKS)
        at = 2 * self.position
        if isinstance(saved[at], Packed):
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair of "
                "hooks "
                "is allowed at a time."
            )
        if saved[at] is None:
            raise RuntimeError("Calling register_hooks on a saved tensor with value None is forbidden")
        tensor = saved_tensor(self.node, self.save, saved[at], saved[at + 1])
        if not isinstance(tensor, Tensor):
            if type(tensor) not in _NUMBERS:
                raise RuntimeError(FREED_BEFORE_HOOKS)
            tensor = wrap(np.asarray(tensor))
        entries = list(saved)
        entries[at] = pack_with(tensor, pack_hook, unpack_hook)
        self.node.saved = tuple(entries)


def _call(node: Node, *grads: Any, **named: Any) -> Any:
    """``grad_fn(gradient)``: what the node alone makes of the gradients of its outputs. No hook sees it.

    Raises RuntimeError for a node that is freed, TypeError for a program's own Function.
    """
    if isinstance(node, CustomNode):
        raise TypeError(f"'{type(node).__name__}' object is not callable")
    if named:
        raise TypeError("keyword arguments are not supported")
    if len(grads) != type(node).outputs:
        raise TypeError(f"expected {type(node).outputs} arguments, got {len(grads)} instead")
    for k, g in enumerate(grads):
        if g is not None and not isinstance(g, Tensor):
            raise TypeError(f"argument {k} is not a Variable")
    if isinstance(node, AccumulateGrad):
        if grads and grads[0] is not None:
            accumulate(node, grads[0].array)
        return ()
    if node.saved is None:
        raise RuntimeError(FREED)
    given = list(grads)
    if all(g is None for g in given):
        made: tuple[Any, ...] = (None,) * len(node.edges)
    else:
        made = node.run_tensors(given if type(node).outputs > 1 else given[0])
    return made[0] if len(made) == 1 else tuple(made)


def _next_functions(node: Node) -> tuple[Any, ...]:
    return tuple((node_of(edge), index_of(edge)) for edge in node.edges)


def _metadata(node: Node) -> dict[Any, Any]:
    extra = node.need_extra()
    if extra.metadata is None:
        extra.metadata = {}
    return extra.metadata


def _register_hook(node: Node, fn: Any) -> RemovableHandle:
    """Call ``fn(grad_inputs, grad_outputs)`` after the node ran; a tuple replaces the gradients."""
    return hook_node(node, fn)


def _register_prehook(node: Node, fn: Any) -> RemovableHandle:
    """Call ``fn(grad_outputs)`` before the node runs; a tuple replaces the gradients."""
    return prehook_node(node, fn)


#: PyTorch calls the first operand ``self``.
_NAMES = {"input": "self", "base": "self"}
_REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}


def _shown_name(save: Save, op: Operation) -> str:
    stem = _NAMES.get(save.param, save.param)
    if save.kind == "shape":
        return f"{stem}_sym_sizes"
    if save.kind == "strides":
        return f"{stem}_sym_strides"
    if save.kind == "dtype":
        return f"{stem}_scalar_type"
    if save.kind == "output":
        return op.outputs[save.index] if op.outputs else save.name
    return stem


def _read(position: int, save: Save) -> Any:
    def get(node: Node) -> Any:
        saved = node.saved
        if saved is None:
            raise RuntimeError(FREED)
        value = saved_tensor(node, save, saved[2 * position], saved[2 * position + 1])
        operand = save.kind == "input" and type(node).op.params[save.index].kind == "tensor"
        if operand and isinstance(value, (bool, int, float, complex)):
            return wrap(np.asarray(value).astype(dtypes.of_scalar(value).np))
        if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
            return tuple(value)
        return _shown(type(node).op, save, value) if save.kind == "plain" else value

    return get


def _shown(op: Operation, save: Save, value: Any) -> Any:
    """A saved argument as PyTorch shows it: integers without sign, the reduction of a loss as its number, the ends of a
    slice as numbers."""
    note = str(op.source.__annotations__.get(save.name))
    if save.name == "reduction" and isinstance(value, str):
        return _REDUCTIONS[value]
    if value is None and op.spelling == "slice":
        return 0 if save.name == "start" else 2**63 - 1
    if "Number" in note or "float" in note:
        return value
    if type(value) is int:
        return value % 2**64
    if isinstance(value, tuple) and all(type(v) is int for v in value):
        return tuple(v % 2**64 for v in value)
    return value


def _numel(node: Node) -> int:
    saved = node.saved
    if saved is None:
        raise RuntimeError(FREED)
    position = next(k for k, save in enumerate(type(node).op.saves) if save.kind == "shape")
    return int(math.prod(saved[2 * position]))


def _raw(position: int, save: Save) -> Any:
    return lambda node: SavedTensor(node, save, position)


def _table_of(kind: type) -> dict[str, Attribute] | None:
    """The attributes of one kind of node: one for each value that it saves."""
    if not issubclass(kind, Node) or kind is Node:
        return None
    op: Operation | None = getattr(kind, "op", None)
    table: dict[str, Attribute] = {}
    if op is None:
        return table
    for position, save in enumerate(op.saves):
        name = _shown_name(save, op)
        table[f"_saved_{name}"] = Property(_read(position, save), doc="A value saved for the backward pass.")
        if save.kind == "shape" and op.spelling == "mean":
            table[f"_saved_{_NAMES[save.param]}_sym_numel"] = Property(_numel, doc="The number of elements averaged.")
        if save.kind in ("input", "output"):
            table[f"_raw_saved_{name}"] = Property(_raw(position, save))
    return table


def get_gradient_edge(tensor: Value) -> GradientEdge:
    """Where the gradient of a tensor flows. Raises RuntimeError for one that requires none."""
    if not isinstance(tensor, Tensor):
        raise AttributeError(f"'{type_name(tensor)}' object has no attribute 'requires_grad'")
    node = node_of(tensor.node)
    if node is None:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    return GradientEdge.to(node, index_of(tensor.node), tensor.array)


@shown_as("torch.autograd.graph._MultiHandle")
class MultiGradHandle:
    """What ``register_multi_grad_hook`` returns."""

    __slots__ = ("handles",)

    def __init__(self, handles: list[RemovableHandle]) -> None:
        self.handles = handles

    def remove(self) -> None:
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(tensors: Value, fn: Value, *, mode: str = "all") -> MultiGradHandle:
    """Call ``fn`` once a backward pass: with all the gradients of ``tensors`` when they are there, or with the first.

    In mode ``"all"`` a tensor that the pass doesn't reach counts as None. Raises ValueError for another mode,
    AssertionError for a tensor that requires no gradient.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {shown(mode)}")

    tensors = list(tensors)
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise AttributeError(f"'{type(tensor).__name__}' object has no attribute 'requires_grad'")
    if any(t.node is None for t in tensors):
        raise AssertionError("Expected gradient function to be set")
    fn = callee(fn)
    seen: dict[Any, dict[int, Any]] = {}

    def make(index: int) -> Any:
        def hook(g: Tensor) -> None:
            task = current_pass()
            arrived = seen.get(task)
            if arrived is None:
                seen.clear()
                arrived = seen[task] = {}
            first = not arrived
            arrived[index] = g
            if mode == "any":
                if first:
                    fn(g)
                return
            due = [k for k, t in enumerate(tensors) if task.will_reach(t.node)]
            if all(k in arrived for k in due):
                fn([arrived.get(k) for k in range(len(tensors))])

        return hook

    return MultiGradHandle([hook_tensor(t, make(k)) for k, t in enumerate(tensors)])


def _register() -> None:
    ATTRIBUTES.makers.append(_table_of)
    table = attributes_of(Node)
    table["name"] = Method(lambda node: node.name(), "The name of the node.")
    table["next_functions"] = Property(_next_functions, doc="Where gradients flow on: (node, output number) pairs.")
    table["metadata"] = Property(_metadata, doc="A dict for the program's own notes.")
    table["_sequence_nr"] = Method(lambda node: node.seq, "Its number in order of creation.")
    table["register_hook"] = Method(_register_hook, _register_hook.__doc__ or "")
    table["register_prehook"] = Method(_register_prehook, _register_prehook.__doc__ or "")
    table["requires_grad"] = Property(lambda node: True)
    table["__call__"] = Method(_call, _call.__doc__ or "")
    attributes_of(AccumulateGrad)["variable"] = Property(variable_of, doc="The leaf.")
    attributes_of(SavedTensor)["register_hooks"] = Method(SavedTensor.register_hooks)
    attributes_of(GradientEdge)["node"] = Property(lambda edge: edge.node)
    attributes_of(GradientEdge)["output_nr"] = Property(lambda edge: edge.output_nr)
    attributes_of(GradientEdge)["ownership_token"] = Property(lambda edge: edge.ownership_token)
    attributes_of(GradientEdge)["_fields"] = Property(lambda edge: ("node", "output_nr", "ownership_token"))
    attributes_of(MultiGradHandle)["remove"] = Method(MultiGradHandle.remove)
    define_python("get_gradient_edge", get_gradient_edge, into="graph")
    define_python("register_multi_grad_hook", register_multi_grad_hook, into="graph")
    Node.__module__ = GradientEdge.__module__ = "torch.autograd.graph"  # as their text names them
    namespace("torch.autograd.graph")["Node"] = Node
    namespace("torch.autograd.graph")["GradientEdge"] = GradientEdge
    namespace("torch.autograd")["SavedTensor"] = SavedTensor


_register()
