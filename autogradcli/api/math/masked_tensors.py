"""``torch.masked.MaskedTensor``: a tensor whose mask says which of its elements count.

Its object holds two tensors of the same shape: the data, which has the history, and the mask, of bools. To the engine
it is a tensor of its data's values without a history; functions ask it (``masked_functions.py``), and what they make
of the data gets the mask that belongs to it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.custom import CustomNode, Definition
from ...engine.custom_forward import apply
from ...engine.deferred import settled
from ...engine.leaves import require_grad
from ...engine.node import AccumulateGrad, Node
from ...engine.sparse import SparseTensor
from ...engine.state import state
from ...engine.tensor import MetaTensor, Tensor, wrap
from ...numerics import dtypes
from ...numerics.limits import charge_text
from ...numerics.naming import shown_as
from ..calls.registry import ATTRIBUTES, Method, Property
from ..tensor.tensor_classes import TensorClass, as_class, attributes_of

_PROTOTYPE = (
    "The PyTorch API of MaskedTensors is in prototype stage and will change in the near future. Please open a Github "
    "issue for feature requests and see our documentation on the torch.masked module for further information about "
    "the project."
)
_HAS_HISTORY = (
    "It is not recommended to create a MaskedTensor with a tensor that requires_grad. To avoid this, you can use "
    "data.detach().clone()"
)
_DTYPES = frozenset({"float16", "float32", "float64", "bool", "int8", "int16", "int32", "int64"})


def method(name: str, value: Tensor, *args: Any, **named: Any) -> Any:
    """``value.name(*args)`` of an ordinary tensor."""
    entry = ATTRIBUTES[Tensor][name]
    assert isinstance(entry, Method)
    return entry.call(value, *args, **named)


@shown_as("torch.masked.maskedtensor.core.MaskedTensor")
class MaskedTensor(TensorClass):
    """Data, and a mask that is True where an element counts."""

    __slots__ = ()

    def __new__(cls, data: Any, mask: Any, requires_grad: Any = False) -> Any:
        return new(data, mask, requires_grad)

    def get_data(self) -> Any:
        """The data as an ordinary tensor, with its history."""
        data = data_of(self)
        return apply(_GET_DATA, (data,)) if data.requires_grad else method("detach", data)

    def get_mask(self) -> Any:
        """The mask: True where an element counts."""
        return mask_of(self)

    def to_tensor(self, value: Any) -> Any:
        """The data with ``value`` where no element counts."""
        return method("masked_fill", self.get_data(), method("logical_not", mask_of(self)), value)

    def is_sparse_coo(self) -> bool:
        return False

    def is_sparse_csr(self) -> bool:
        return False

    def __repr__(self) -> str:
        return masked_text(self)

    def __str__(self) -> str:
        return masked_text(self)

    def __format__(self, spec: Any) -> str:
        if spec:
            raise TypeError("unsupported format string passed to MaskedTensor.__format__")
        return masked_text(self)


def is_masked(value: Any) -> bool:
    return isinstance(value, MaskedTensor)


def data_of(masked: Any) -> Tensor:
    """The data, with its history. Raises TypeError where a program has put something else in its place."""
    return _held(masked, "_masked_data")


def mask_of(masked: Any) -> Tensor:
    """The mask. Raises TypeError where a program has put something else in its place."""
    return _held(masked, "_masked_mask")


def _held(masked: Any, name: str) -> Tensor:
    found = attributes_of(masked).get(name)
    if not isinstance(found, Tensor) or isinstance(found, MaskedTensor):
        raise TypeError(f"{name} must be a Tensor")
    return found


# -- making ------------------------------------------------------------------------------------------------


def masked(data: Tensor, mask: Tensor, reach: Tensor | None = None) -> Any:
    """What has this data, with its history, and this mask. Raises TypeError and ValueError where they don't fit."""
    _check(data, mask)
    made = as_class(wrap(settled(data).array), MaskedTensor)
    own = attributes_of(made)
    own["_masked_data"], own["_masked_mask"] = data, mask
    if reach is not None:
        own[_REACH] = reach
    return made


#: What has the same graph as the data, of sums alone: the gradient of it is positive at the elements of a leaf that
#: the gradient of the data comes to, which are those that count in the leaf's gradient.
_REACH = "_reach"


def reach_of(value: Any) -> Tensor | None:
    """That of an object whose data requires grad."""
    if not is_masked(value) or not data_of(value).requires_grad:
        return None
    own = attributes_of(value)
    found = own.get(_REACH)
    if not isinstance(found, Tensor) or found.array.shape != data_of(value).array.shape:
        found = own[_REACH] = new_reach(data_of(value))
    return found


def new_reach(data: Tensor) -> Tensor:
    """That of a leaf."""
    made = wrap(np.zeros(data.array.shape))
    require_grad(made)
    return made


def gradient_of(value: Any) -> Any:
    """``value.grad``, with the mask of the elements that it came to."""
    gradient = read(data_of(value), "grad")
    if gradient is None:
        return None
    own, mask = attributes_of(value).get(_REACH), mask_of(value)
    reached = read(own, "grad") if isinstance(own, Tensor) and own.is_leaf else None
    if reached is not None and reached.array.shape == mask.array.shape:
        mask = wrap(mask.array & (reached.array != 0))
    return masked(gradient, mask)


def forget_gradient(value: Any) -> None:
    """``value.grad = None``."""
    write(data_of(value), "grad", None)
    own = attributes_of(value).get(_REACH)
    if isinstance(own, Tensor) and own.is_leaf:
        write(own, "grad", None)


def read(value: Tensor, name: str) -> Any:
    """``value.name`` of an ordinary tensor."""
    entry = ATTRIBUTES[Tensor][name]
    assert isinstance(entry, Property)
    return entry.get(value)


def write(value: Tensor, name: str, new: Any) -> None:
    """``value.name = new`` of an ordinary tensor."""
    entry = ATTRIBUTES[Tensor][name]
    assert isinstance(entry, Property) and entry.set is not None
    entry.set(value, new)


def replace(target: Any, data: Tensor, mask: Tensor) -> None:
    """Give an object other data, and another mask, as operations in place do."""
    _check(data, mask)
    own = attributes_of(target)
    own["_masked_data"], own["_masked_mask"] = data, mask
    Tensor.__setattr__(target, "array", settled(data).array)


def _check(data: Tensor, mask: Tensor) -> None:
    for each in (data, mask):
        if isinstance(each, (SparseTensor, MetaTensor)):
            raise TypeError("masked tensors here have dense data and masks: use .to_dense() first")
    kind, given = dtypes.of(mask.array), dtypes.of(data.array)
    if kind is not dtypes.bool_:
        raise TypeError("mask must have dtype bool.")
    if given.name not in _DTYPES:
        raise TypeError(f"{given!r} is not supported in MaskedTensor.")
    if data.array.ndim != mask.array.ndim:
        raise ValueError("data.dim() must equal mask.dim()")
    if data.array.shape != mask.array.shape:
        raise ValueError("data.size() must equal mask.size()")


def _check_tensors(data: Any, mask: Any) -> None:
    for name, value in (("data", data), ("mask", mask)):
        if is_masked(value) or not isinstance(value, Tensor):
            raise TypeError(f"{name} must be a Tensor")
    state.warn_once("UserWarning", _PROTOTYPE)


def new(data: Any, mask: Any, requires_grad: Any = False) -> Any:
    """A leaf: a copy of the data, with a copy of the mask."""
    _check_tensors(data, mask)
    if data.requires_grad:
        state.warn("UserWarning", _HAS_HISTORY)
    _check(data, mask)
    own = method("clone", method("detach", data))
    if requires_grad:
        method("requires_grad_", own)
    return masked(own, method("clone", method("detach", mask)))


def with_history(data: Any, mask: Any) -> Any:
    """The data with its history, and a copy of the mask."""
    _check_tensors(data, mask)
    _check(data, mask)
    if not data.requires_grad:
        return masked(method("clone", data), method("clone", method("detach", mask)))
    own = method("clone", method("detach", mask))
    return masked(apply(_CONSTRUCTOR, (data, own)), own)


def reduced(data: Tensor) -> Any:
    """What a reduction gave, with the node that PyTorch has there."""
    return apply(_REDUCED, (data,)) if data.requires_grad else data


# -- nodes -------------------------------------------------------------------------------------------------


def _copied(ctx: Any, data: Tensor, *mask: Tensor) -> Tensor:
    if mask:
        ctx.attributes["mask"] = mask[0]
    copy: Tensor = method("clone", method("detach", data))
    return copy


def _passed(ctx: Any, gradient: Any) -> Any:
    return gradient


def _masked_gradient(ctx: Any, gradient: Any) -> Any:
    """Pass the gradient on; the leaves that it reaches get it with the mask."""
    mask = ctx.attributes["mask"]
    for leaf in _leaves(ctx.edges[0], mask.array.shape):
        _mask_next(leaf, mask)
    return gradient, None


_GET_DATA = Definition("GetData", _copied, None, _passed, None, None)
_REDUCED = Definition("Constructor", _copied, None, _passed, None, None)
_CONSTRUCTOR = Definition("Constructor", _copied, None, _masked_gradient, None, None)


def _leaves(edge: Any, shape: tuple[int, ...]) -> list[AccumulateGrad]:
    """The leaves of that shape that are reached element by element. Raises NotImplementedError where others are: of
    their gradients nobody knows here which elements count."""
    found: list[AccumulateGrad] = []
    pending: list[Any] = [edge]
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        node = getattr(node, "node", node)  # an output among several
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, AccumulateGrad):
            if node.array.shape != shape:
                raise NotImplementedError(_WHICH.format(f"a leaf of shape {tuple(node.array.shape)}"))
            found.append(node)
        elif _is_pointwise(node):
            pending += node.edges
        else:
            raise NotImplementedError(_WHICH.format(type(node).__name__))
    return found


_WHICH = (
    "a gradient with a mask goes back through operations on each element alone here, to leaves of the mask's shape, "
    "not through {}: make the tensor a leaf, masked_tensor(data.detach(), mask, requires_grad=True)"
)


def _is_pointwise(node: Node) -> bool:
    if isinstance(node, CustomNode):
        return node.definition in (_GET_DATA, _CONSTRUCTOR)
    op = getattr(type(node), "op", None)
    return op is not None and (op.kind == "elementwise" or op.name in _POINTWISE)


#: Operations on each element whose declarations say another kind: they are linear or bilinear, too.
_POINTWISE = frozenset({"add", "sub", "mul", "div", "neg", "clone", "alias", "cast", "positive", "rsub"})


def _mask_next(leaf: AccumulateGrad, mask: Tensor) -> None:
    """Once the gradient has arrived at a leaf, it has the mask."""
    hooks = leaf.need_extra().post_accumulate
    key = id(_MASKING)

    def hook(variable: Any) -> None:
        hooks.pop(key, None)
        if leaf.grad is not None:
            leaf.grad = masked(method("detach", leaf.grad), mask)

    hooks[key] = hook


_MASKING = object()

# -- text --------------------------------------------------------------------------------------------------


def masked_text(value: Any) -> str:
    """Each element, or ``--`` where it doesn't count."""
    data, mask = data_of(value).array, mask_of(value).array
    charge_text(16 * data.size)
    if not data.ndim:
        return f"MaskedTensor({_element(data.item()) if mask.item() else '--'}, {mask.item()})"
    shown = "\n".join("  " + line for line in _rows(data.tolist(), mask.tolist(), data.ndim).split("\n"))
    return f"MaskedTensor(\n{shown}\n)"


def _element(value: Any) -> str:
    return f"{value:8.4f}" if isinstance(value, float) else str(value)


def _rows(data: list[Any], mask: list[Any], ndim: int) -> str:
    if ndim == 1:
        shown = list(map(_element, data))
        wide = max(len(text) if counts else 8 for text, counts in zip(shown, mask))
        return "[" + ", ".join(text if counts else "--".rjust(wide) for text, counts in zip(shown, mask)) + "]"
    rows = [_rows(d, m, ndim - 1) for d, m in zip(data, mask)]
    return "[\n" + ",\n".join("\n".join("  " + line for line in row.split("\n")) for row in rows) + "\n]"
