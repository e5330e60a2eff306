"""``backward`` and ``torch.autograd.grad``: checks and defaults around the engine's pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from ...engine.backward import Pass
from ...engine.deferred import dtype_of, shape_of
from ...engine.hooks import retain_grad
from ...engine.node import Invalid, Node, Nowhere, Output, index_of, node_of
from ...engine.state import state
from ...engine.tensor import MetaTensor, Size, Tensor, wrap
from ...engine.worlds import roles
from ...numerics import dtypes
from ...numerics.repeated import ordinary
from ..calls.argument_types import Value, type_name
from ..calls.python_function import define_python

CREATE_GRAPH = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient "
    "which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you "
    "have to use this function, make sure to reset the .grad fields of your parameters to None after use to break "
    "the cycle and avoid the leak."
)
ONLY_INPUTS = (
    "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for other parts "
    "of the graph, please use torch.autograd.backward."
)


class GradientEdge(tuple[Any, ...]):
    """Where a gradient flows: a node and which of its outputs. Stands for a tensor as root or input."""

    shape: tuple[int, ...] | None  # of the output, where known
    dtype: np.dtype

    def __new__(cls, node: Node, output_nr: int, ownership_token: Any = None) -> GradientEdge:
        edge = tuple.__new__(cls, (node, output_nr, ownership_token))
        edge.shape, edge.dtype = None, dtypes.default.np
        return edge

    @classmethod
    def to(cls, node: Node, output_nr: int, like: np.ndarray) -> GradientEdge:
        """The edge to an output of the shape and dtype of an array."""
        edge = cls(node, output_nr)
        edge.shape, edge.dtype = like.shape, like.dtype
        return edge

    @property
    def node(self) -> Node:
        node: Node = self[0]
        return node

    @property
    def output_nr(self) -> int:
        number: int = self[1]
        return number

    @property
    def ownership_token(self) -> Any:
        return self[2]

    def __repr__(self) -> str:
        return f"GradientEdge(node={self[0]!r}, output_nr={self[1]}, ownership_token=None)"


def edge_of(root: Any) -> Node | Output | None:
    """Where a tensor's gradient enters the graph. Raises RuntimeError for a view whose history became ambiguous."""
    if isinstance(root, MetaTensor):
        raise NotImplementedError("tensors of the meta device have no numbers, so there is no gradient to compute")
    if isinstance(root, GradientEdge):
        if not isinstance(root.node, Node):
            name = type_name(root.node)
            raise RuntimeError(f"GradientEdge's first object must be an autograd.graph.Node but got {name}")
        if not 0 <= root.output_nr < type(root.node).outputs:
            raise RuntimeError("tensor does not have a device")  # PyTorch's words for an output that there isn't
        return Output(root.node, root.output_nr) if type(root.node).outputs > 1 else root.node
    edge: Node | Output | None = root.node
    if isinstance(edge, Invalid):
        raise RuntimeError(edge.message)
    return edge


def _as_tuple(value: Any) -> tuple[Any, ...]:
    if isinstance(value, (Tensor, GradientEdge)):
        return (value,)
    return tuple(value)  # a float raises Python's own TypeError, which is PyTorch's


def _seeds(roots: Sequence[Any], grads: Sequence[Any], create_graph: bool, batched: bool = False) -> list[Any]:
    """The gradients to start from: the given ones, checked, or 1 for a scalar.

    Raises RuntimeError for a shape that isn't the root's, for a non-scalar root without a gradient.
    """
    seeds: list[Any] = []
    for k, (root, grad) in enumerate(zip(roots, grads, strict=False)):  # more gradients than roots do no harm
        if not isinstance(root, (Tensor, GradientEdge)):
            raise AssertionError("Expected output to be a torch.Tensor")
        if grad is None:
            seeds.append(_implicit(root))
            continue
        if not isinstance(grad, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(grad).__name__}")
        wanted = root.shape if isinstance(root, GradientEdge) else shape_of(root)
        shape = grad.array.shape[1:] if batched else grad.array.shape
        if wanted is not None and shape != wanted:
            _mismatch(k, grad, Size(wanted), batched)
        if isinstance(root, GradientEdge):
            seeds.append(grad)
            continue
        if (grad.array.dtype.kind == "c") is not (dtype_of(root).kind == "c"):
            raise RuntimeError(
                "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in "
                f"dtype: grad_output[{k}] has a dtype of {grad.dtype} and output[{k}] has a dtype of {root.dtype}."
            )
        seeds.append(grad)
    if len(seeds) != len(roots):
        raise RuntimeError(f"got {len(roots)} tensors and {len(seeds)} gradients")
    return seeds


def _implicit(root: Any) -> Tensor | None:
    if isinstance(root, GradientEdge):
        shape = root.shape or ()
        if math.prod(shape) != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        return wrap(np.ones(shape, root.dtype))
    if root.node is None:
        return None
    shape, dtype = shape_of(root), dtype_of(root)
    if math.prod(shape) != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    if dtype.kind not in "f" and dtype.name != "bfloat16":
        raise RuntimeError(f"grad can be implicitly created only for real scalar outputs but got {root.dtype}")
    return wrap(np.ones(shape, dtype) if shape else _one(dtype).copy())


@cache
def _one(dtype: np.dtype) -> np.ndarray:
    return np.ones((), dtype)  # to be copied, which costs a tenth


def _mismatch(k: int, grad: Tensor, shape: Size, batched: bool) -> None:
    if not batched:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{k}] has a shape of {grad.shape} and output[{k}] has a shape of {shape}."
        )
    shown = grad.shape[2:]  # PyTorch takes the batch dimension off a second time
    raise RuntimeError(
        "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch dimension. The "
        "sizes of the remaining dimensions are expected to match the shape of corresponding output, but a mismatch was "
        f"detected: grad_output[{k}] has a shape of {shown} and output[{k}] has a shape of {shape}. If you only "
        "want some tensors in `grad_output` to be considered batched, consider using vmap."
    )


def _roots(tensors: Sequence[Any], seeds: Sequence[Any], create_graph: bool) -> list[tuple[Any, Any]]:
    roots = []
    for k, (root, seed) in enumerate(zip(tensors, seeds, strict=True)):
        edge = edge_of(root)
        if edge is None:
            raise RuntimeError(f"element {k} of tensors does not require grad and does not have a grad_fn")
        if not isinstance(root, GradientEdge) and seed.array.dtype is not dtype_of(root):
            seed = roles.cast(seed, root.dtype)
        roots.append((edge, seed))
    return roots


def backward(
    tensors: Value,
    grad_tensors: Any = None,
    retain_graph: Any = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Value = None,
) -> None:
    """Run the graphs of ``tensors`` backward and add the gradients to ``.grad`` of the leaves.

    ``grad_tensors`` are the gradients to start from, of the tensors' shapes; a scalar needs none. With ``inputs``
    only these receive gradients. Raises RuntimeError where a root has no history or a gradient's shape is wrong, and
    inside a function that ``torch.func`` transforms.
    """
    if state.levels:
        raise RuntimeError(
            "backward() called inside a functorch transform. This is not supported, please use functorch.grad or "
            "functorch.vjp instead or call backward() outside of functorch transforms."
        )
    roots = _as_tuple(tensors)
    if inputs is not None:
        inputs = _as_tuple(inputs)
        if not inputs:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    grads = _grads_for(roots, grad_tensors)
    if retain_graph is None:
        retain_graph = create_graph
    starts = _roots(roots, _seeds(roots, grads, create_graph), create_graph)
    if create_graph:
        state.warn_once("UserWarning", CREATE_GRAPH)
    if inputs is None:
        Pass(bool(retain_graph), create_graph, None, True).run(starts)
        return
    for one in inputs:
        _check_input(one)
        if not isinstance(one, GradientEdge):
            retain_grad(one)
    targets = [edge_of(one) for one in inputs]
    Pass(bool(retain_graph), create_graph, targets, True).run(starts)  # type: ignore[arg-type]


def _check_input(one: Any) -> None:
    if not isinstance(one, (Tensor, GradientEdge)):
        raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(one).__name__}")


def _grads_for(roots: tuple[Any, ...], given: Any) -> tuple[Any, ...]:
    return (None,) * len(roots) if given is None else _as_tuple(given)


def tensor_backward(
    self: Tensor, gradient: Any = None, retain_graph: Any = None, create_graph: bool = False, inputs: Value = None
) -> None:
    """Compute the gradients of this tensor with respect to the leaves of its graph, added to their ``.grad``.

    A tensor that is no scalar needs ``gradient``, a tensor of its shape (the vector of the vector-Jacobian product).
    """
    if gradient is None and inputs is None and not create_graph and not state.special:
        node, array = self.node, self.array  # the call of every training loop, with nothing to be asked
        if node is not None and not array.ndim and array.dtype.char in "fd":
            Pass(bool(retain_graph), False, None, True).run([(node, _one(array.dtype).copy())])
            return
    backward(self, gradient, retain_graph, create_graph, inputs=inputs)


def grad(
    outputs: Value,
    inputs: Value,
    grad_outputs: Any = None,
    retain_graph: Any = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: Any = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> Any:
    """The gradients of ``outputs`` with respect to ``inputs``, as a tuple (of a dict, as a dict); ``.grad`` stays as it
    is, whatever ``only_inputs`` says.

    Raises RuntimeError where an input had no part in the outputs, unless ``allow_unused`` (then None) or
    ``materialize_grads`` (then zeros).
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    if allow_unused is None:
        allow_unused = materialize_grads
    roots = _as_tuple(outputs)
    wanted = tuple(inputs.values()) if type(inputs) is dict else _as_tuple(inputs)
    if not only_inputs:
        state.warn("FutureWarning", ONLY_INPUTS)
    grads = _grads_for(roots, grad_outputs)
    if retain_graph is None:
        retain_graph = create_graph
    if is_grads_batched:
        found = _batched(roots, wanted, grads, retain_graph, create_graph, allow_unused)
    else:
        found = _grad_once(roots, wanted, _seeds(roots, grads, create_graph), retain_graph, create_graph)
    if not allow_unused:
        for k, g in enumerate(found):
            if g is None:
                raise RuntimeError(
                    f"The differentiated Tensor at index {k} appears to not have been used in the graph. Set "
                    "allow_unused=True if this is the desired behavior."
                )
    if materialize_grads:
        found = [_zeros_for(w, create_graph) if g is None else g for g, w in zip(found, wanted, strict=True)]
    return dict(zip(inputs, found, strict=True)) if type(inputs) is dict else tuple(found)


def _zeros_for(one: Any, create_graph: bool) -> Tensor:
    """The gradient of an input that had no part: a leaf of its own where the gradients are to be differentiated."""
    if isinstance(one, GradientEdge):
        raise RuntimeError("materialize_grads cannot be used when the given input is a GradientEdge")
    return Tensor(np.zeros(one.array.shape, one.array.dtype), requires_grad=create_graph)


def grad_leaving(roots: tuple[Any, ...], wanted: tuple[Any, ...], grads: Any, create_graph: bool) -> list[Any]:
    """``grad`` of what leaves the innermost level of ``torch.func``: nobody will see a graph of it there."""
    seeds = _seeds(roots, _grads_for(roots, grads), create_graph)
    return _grad_once(roots, wanted, seeds, True, create_graph, closing=True)


def _grad_once(
    roots: tuple[Any, ...],
    wanted: tuple[Any, ...],
    seeds: list[Any],
    retain_graph: bool,
    create_graph: bool,
    closing: bool = False,
) -> list[Any]:
    if not wanted:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    starts = _roots(roots, seeds, create_graph)
    targets = []
    for one in wanted:
        _check_input(one)
        edge = edge_of(one)
        if edge is None:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
        targets.append(edge)
    task = Pass(bool(retain_graph), create_graph, targets, False, closing)
    task.run(starts)
    found: list[Any] = []
    for edge in targets:
        g = task.captured.get((edge.node if isinstance(edge, Output) else edge, index_of(edge)))
        if isinstance(node_of(edge), Nowhere):
            g = None
        if g is not None and not isinstance(g, Tensor):
            g = wrap(ordinary(g))
        found.append(g)
    return found


def _batched(
    roots: tuple[Any, ...], wanted: tuple[Any, ...], grads: tuple[Any, ...], retain: bool, create: bool, unused: bool
) -> list[Any]:
    """One pass for each row of the batch, the results stacked."""
    checked = _seeds(roots, grads, create, batched=True)
    size = checked[0].array.shape[0]
    rows = []
    for k in range(size):
        seeds = [g[k] for g in checked]
        rows.append(_grad_once(roots, wanted, seeds, retain or k < size - 1, create))
    out: list[Any] = []
    for column in zip(*rows, strict=True):
        out.append(None if any(g is None for g in column) else roles.stack(list(column), 0))
    return out


define_python("backward", tensor_backward, into="Tensor")
define_python("backward", backward, into="autograd")
define_python("grad", grad, into="autograd")
