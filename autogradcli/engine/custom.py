"""Nodes whose rules a program wrote: what ``torch.autograd.Function`` becomes in the graph.

The node *is* the ``ctx`` that the program's ``forward`` and ``backward`` get: it keeps the saved tensors and whatever
the program puts on it. ``custom_forward.py`` runs ``forward`` and gives the results the history "this node".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from ..numerics import dtypes
from ..numerics.repeated import ordinary
from .levels.base import Level
from .node import FREED, Node, Output
from .record import edge_at
from .saved import Packed, modified, pack
from .state import state
from .tensor import Tensor, alias, wrap
from .worlds import roles

MISSING_BACKWARD = (
    "You must implement either the backward or vjp method for your custom autograd.Function to use it with backward "
    "mode AD."
)
BOTH = (
    "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only implement one of "
    "them."
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
        super().__init__()
        self.attributes: dict[str, Any] = {}
        edges: list[Any] = []
        needed: list[bool] = []
        infos: list[tuple[tuple[int, ...], np.dtype] | None] = []
        for a in args:
            if isinstance(a, Tensor):
                edge = a.node if level is None else edge_at(a, level)
                edges.append(edge)
                needed.append(edge is not None)
                infos.append((a.array.shape, a.array.dtype))
            else:
                needed.append(False)
                infos.append(None)
        self.needs_input_grad = tuple(needed)
        #: (shape, dtype) of each tensor, None for what is none
        self.input_info = infos
        if state.grad:
            self.edges = tuple(edges)
        else:
            self.edges = (None,) * len(edges)
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
            place = None
            for i, out in enumerate(outputs):
                if out is value:
                    place = i
                    break
            packed = pack(value) if state.pack_hooks else value
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
        grads = self._pull([None if x is None else wrap(ordinary(x)) for x in several])
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
        for k, (grad, info) in enumerate(zip(given, self.input_info, strict=True)):
            if info is None and grad is not None:
                raise RuntimeError(
                    f"function {name} returned a gradient different than None at position {k + 1}, but the "
                    "corresponding forward input was not a Variable"
                )
            if grad is not None and not isinstance(grad, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type(grad).__name__})")
        out: list[Any] = []
        for grad, info in zip(given, self.input_info, strict=True):
            if info is None:
                continue
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
        super().__init__(tuple(None if leaf is None else leaf.node for leaf in leaves))

    def run(self, g: Any) -> tuple[Any, ...]:
        raise RuntimeError(TWICE)

    run_tensors = run


def info_of(value: Any) -> tuple[tuple[int, ...], np.dtype] | None:
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
    spread: Tensor = roles.copy_into(wrap(np.zeros(*info)), grad)
    return spread
