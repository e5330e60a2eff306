"""What a tensor, a dtype, a shape and a device have under their names: ``x.grad``, ``x.requires_grad = True``."""

from __future__ import annotations

from itertools import accumulate
from operator import mul
from typing import Any

import numpy as np

from ...engine.hooks import RemovableHandle, hook_after_accumulation, hook_tensor, retain_grad, retains_grad
from ...engine.lazy import loader
from ...engine.leaves import drop_grad, require_grad
from ...engine.mirrors import MirrorTensor, flipped, memory_of, mirrored, unwatched
from ...engine.node import AccumulateGrad, Invalid, Node
from ...engine.state import state
from ...engine.tangents import set_tangent, tangent_of
from ...engine.tensor import NO_DATA, MetaTensor, Parameter, Size, Tensor, to_meta, wrap
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.limits import charge_items
from ...operations.dims import wrap_dim
from ..arrays.values import NumPyArray
from ..calls.argument_types import Value
from ..calls.overloads import define
from ..calls.python_function import define_python
from ..calls.registry import ATTRIBUTES, Method, Property, attributes_of, namespace
from .operators import item
from .placement import CPU, META, STRIDED, Device, place

IN_TRANSFORM = (
    "You are attempting to call Tensor.requires_grad_() (or perhaps using torch.autograd.functional.* APIs) inside of "
    "a function being transformed by a functorch transform. This is unsupported, please attempt to use the functorch "
    "transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call requires_grad_() outside of a function being "
    "transformed instead."
)


# -- .grad, .data, .requires_grad -------------------------------------------------------------------------


def _get_grad(self: Tensor) -> Tensor | None:
    if self.grad is None and not self.is_leaf and not retains_grad(self):
        state.warn(
            "UserWarning",
            "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
            "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
            "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make "
            "sure "
            "you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information.",
        )
    return self.grad


def _set_grad(self: Tensor, new: Any) -> None:
    if new is None:
        self.store_grad(None)
        return
    if not isinstance(new, Tensor):
        raise TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(new).__name__}")
    if new is self:
        raise RuntimeError("can't assign Variable as its own grad")
    wanted = _wanted_dtype(self)
    if wanted is not None and new.dtype is not wanted:
        raise RuntimeError(
            f"attempting to assign a gradient with dtype '{new.dtype.cpp_name}' to a tensor with grad_dtype "
            f"'{wanted.type_name}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's dtype). "
            "You "
            "can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any dtype. Set "
            "grad_dtype "
            "with caution. Diverging the dtypes of a tensor and its gradient may break downstream systems that assume "
            "they match."
        )
    if new.array.shape != self.array.shape:
        raise RuntimeError(
            f"attempting to assign a gradient of size '{list(new.array.shape)}' to a tensor of size "
            f"'{list(self.array.shape)}'. Please ensure that the gradient and the tensor are the same size"
        )
    self.store_grad(new)


def _grad_dtype(self: Tensor) -> DType | None:
    if not self.is_leaf:
        raise RuntimeError("grad_dtype can only be accessed on leaf tensors.")
    return _wanted_dtype(self)


def _wanted_dtype(self: Tensor) -> DType | None:
    if isinstance(self.node, AccumulateGrad) and self.node.grad_dtype is not ...:
        found: DType | None = self.node.grad_dtype
        return found
    return self.dtype


def _set_grad_dtype(self: Tensor, new: Any) -> None:
    if not self.is_leaf:
        raise RuntimeError("grad_dtype can only be set on leaf tensors.")
    if new is not None and not isinstance(new, DType):
        raise RuntimeError(f"grad_dtype must be a torch.dtype or None, but got {type(new).__name__}")
    if self.grad is not None and new is not None and self.grad.dtype is not new:
        raise RuntimeError(
            f"Cannot set grad_dtype to '{new.type_name}' because there is already a gradient with dtype "
            f"'{self.grad.dtype.type_name}'. Please clear the gradient (.grad = None) before changing grad_dtype, "
            "or ensure the new grad_dtype matches the existing gradient's dtype."
        )
    if isinstance(self.node, AccumulateGrad):
        self.node.grad_dtype = new


def _is_leaf(self: Tensor) -> bool:
    """Raises RuntimeError for a view whose history is not known any more."""
    node = self.node
    if node.__class__ is Invalid:
        raise RuntimeError(node.message)
    return self.is_leaf


def _set_requires_grad(self: Tensor, new: Any) -> None:
    if type(new) is not bool:
        raise RuntimeError("requires_grad must be a bool")
    if new and self.array.dtype.kind not in dtypes.INEXACT:
        raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
    if new and not self.is_leaf:
        raise RuntimeError("you can only change requires_grad flags of leaf variables.")
    _require(self, new)


def _require(self: Tensor, on: bool) -> None:
    if on:
        require_grad(self)
    else:
        drop_grad(self)


def _requires_grad_(self: Tensor, requires_grad: bool) -> Tensor:
    """Make the tensor a leaf that requires grad (or not), in place."""
    if state.levels:
        raise RuntimeError(IN_TRANSFORM)
    _require(self, requires_grad)
    return self


def _detach(self: Tensor) -> Tensor:
    """The same values and memory, cut off from the graph."""
    if self.__class__ is MirrorTensor:
        plain = wrap(memory_of(self))
        plain.counter = self.need_counter()
        return mirrored(plain, self)
    twin = wrap(self.array)
    twin.counter = self.need_counter()
    if self.is_inference:
        twin.need_meta().inference = True
    layer = None if self.meta is None else self.meta.layer
    if layer is not None:
        twin.array = self.array
        twin.need_meta().layer = layer.around(_detach(layer.value))
    if state.levels:
        root = self if self.base is None else self.base
        twin.need_meta().born = None if root.meta is None else root.meta.born
    if state.tape is not None:
        state.tape.left("detach()", self, twin)
    return twin


def _detach_(self: Tensor) -> Tensor:
    """Cut the tensor itself off from the graph, in place."""
    if self.base is not None:
        raise RuntimeError(
            "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
            "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence "
            "detach_() cannot be called on these gradients. To fix this error, please refer to the "
            "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
        )
    grad = self.grad
    self.node = None
    if grad is not None:
        self.store_grad(grad)
    if state.dual_level and tangent_of(self) is not None:
        set_tangent(self, None)
    layer = None if self.meta is None else self.meta.layer
    if layer is not None:  # cut off at the innermost level of torch.func, at the others it stays what it is
        layer.tangent = None
    return self


def _get_data(self: Tensor) -> Tensor:
    unwatched()
    if self.__class__ is MirrorTensor:
        return mirrored(wrap(memory_of(self)), self)
    if isinstance(self, MetaTensor):
        return to_meta(wrap(self.array))
    twin = wrap(self.array)
    if state.tape is not None:
        state.tape.left(".data", self, twin)
    return twin


def _set_data(self: Tensor, new: Any) -> None:
    if not isinstance(new, Tensor):
        raise TypeError(f"Variable data has to be a tensor, but got {type(new).__name__}")
    if self.requires_grad and new.dtype.category < dtypes.FLOATING:
        raise RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")
    self.rebind(new.array)


def _version(self: Tensor) -> int:
    if self.is_inference:
        raise RuntimeError("Inference tensors do not track version counter.")
    return self.version


def _own_attributes(self: Tensor) -> dict[str, Any]:
    """What the program put on the tensor by names of its own: ``x.note = "mine"``."""
    meta = self.need_meta()
    if meta.attributes is None:
        meta.attributes = {}
    return meta.attributes


# -- hooks ---------------------------------------------------------------------------------------------------


def _register_hook(self: Tensor, hook: Value) -> RemovableHandle:
    """Call ``hook(grad)`` whenever the gradient of this tensor is computed; what it returns replaces it."""
    return hook_tensor(self, hook)


def _register_post(self: Tensor, hook: Value) -> RemovableHandle:
    """Call ``hook(tensor)`` after a gradient was added to this leaf's ``.grad``."""
    return hook_after_accumulation(self, hook)


def _retain_grad(self: Tensor) -> None:
    """Keep the gradient of this non-leaf tensor in ``.grad``."""
    retain_grad(self)


# -- conversions ----------------------------------------------------------------------------------------------


def _tolist(self: Tensor) -> Any:
    """The values as nested lists of Python numbers. Raises MemoryError for more than a list may have."""
    if isinstance(self, MetaTensor):
        raise NotImplementedError(NO_DATA)
    charge_items(max(self.array.size, sum(accumulate(self.array.shape[:-1], mul))))
    array = self.array
    values = dtypes.plain(array).tolist()
    if state.tape is not None:
        state.tape.left("tolist()", self, values)
    return values


def array_value(array: np.ndarray) -> NumPyArray:
    """An array in the value that programs have of it, whose methods come with the first."""
    from ..arrays import members  # noqa: F401

    return NumPyArray(array)


def _from_numpy(ndarray: Value) -> Tensor:
    """A tensor on the memory of an array: what is written to one is seen in the other. Raises TypeError for another
    value, ValueError for an array that is stepped through backwards."""
    from ..arrays import members

    return members.from_numpy(ndarray)


def _numpy(self: Tensor, force: bool = False) -> NumPyArray:
    """The values as NumPy shows them, with ``force`` a copy of them where they can't be shown as they lie. Raises
    RuntimeError for a tensor that requires grad, unless nothing is recorded."""
    if isinstance(self, MetaTensor):
        raise TypeError(
            "can't convert meta device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."
        )
    if self.requires_grad and state.grad and not force:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    for flip, word in ((np.conjugate, "conj"), (np.negative, "neg")):
        if flipped(self, flip):
            if force:
                return array_value(self.array.copy())
            raise RuntimeError(
                f"Can't call numpy() on Tensor that has {'conjugate' if word == 'conj' else 'negative'} bit set. Use "
                f"tensor.resolve_{word}().numpy() instead."
            )
    if dtypes.is_outside(self.array):
        raise TypeError(f"Got unsupported ScalarType {self.dtype.type_name}")
    if type(self.array) is not np.ndarray:
        raise RuntimeError("Cannot access data pointer of Tensor that doesn't have storage")
    return array_value(self.array)


def _size(self: Tensor) -> Size:
    """The shape."""
    return self.shape


def _size_at(self: Tensor, dim: int) -> int:
    """The size of one dimension."""
    shape = self.array.shape
    if not shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return int(shape[wrap_dim(dim, len(shape))])


def _type_name(self: Tensor) -> str:
    return f"torch.{self.dtype.type_name}Tensor"


def _numel(self: Tensor) -> int:
    """How many elements there are."""
    return int(self.array.size)


def _data_ptr(self: Tensor) -> int:
    """Where the first element lies in memory."""
    return int(memory_of(self).__array_interface__["data"][0])


def _grad_fn(self: Tensor) -> Any:
    node = self.grad_fn
    if node is not None and Node not in ATTRIBUTES:
        loader.load("api.autograd.graph_nodes")  # what a program can do with it
    return node


def _fields() -> None:
    table = attributes_of(Tensor)
    table["shape"] = Property(lambda t: t.shape, doc="The size of each dimension.")
    table["dtype"] = Property(lambda t: t.dtype, doc="The type of the elements.")
    table["ndim"] = Property(lambda t: t.array.ndim, doc="The number of dimensions.")
    table["requires_grad"] = Property(lambda t: t.requires_grad, _set_requires_grad, doc="Whether gradients flow here.")
    table["grad"] = Property(_get_grad, _set_grad, lambda t: t.store_grad(None), doc="The accumulated gradient.")
    table["grad_fn"] = Property(_grad_fn, doc="The node of the graph that made it.")
    table["grad_dtype"] = Property(_grad_dtype, _set_grad_dtype, doc="The dtype that .grad must have.")
    table["is_leaf"] = Property(_is_leaf, doc="Whether no recorded operation made it.")
    table["retains_grad"] = Property(retains_grad, doc="Whether a non-leaf keeps its gradient.")
    table["output_nr"] = Property(lambda t: t.output_nr, doc="Which output of its grad_fn it is.")
    table["data"] = Property(_get_data, _set_data, doc="The values without history, on the same memory.")
    table["_version"] = Property(_version, doc="How often its memory was changed in place.")
    table["_base"] = Property(lambda t: t.base, doc="Of a view, the tensor that it is a view of.")
    table["device"] = Property(lambda t: META if isinstance(t, MetaTensor) else CPU, doc="Where it lies.")
    table["layout"] = Property(lambda t: STRIDED, doc="torch.strided.")
    table["itemsize"] = Property(lambda t: t.array.itemsize, doc="Bytes of one element.")
    table["nbytes"] = Property(lambda t: t.array.nbytes, doc="Bytes of all elements.")
    table["name"] = Property(lambda t: None, doc="None.")
    for flag in ("is_cuda", "is_sparse", "is_quantized", "is_mps", "is_nested"):
        table[flag] = Property(lambda t: False, doc="False.")
    table["is_cpu"] = Property(lambda t: not isinstance(t, MetaTensor), doc="Whether it lies on the CPU.")
    table["is_meta"] = Property(lambda t: isinstance(t, MetaTensor), doc="Whether it has no numbers.")
    table["*"] = Property(_own_attributes)

    dtype = attributes_of(DType)
    for name in ("is_floating_point", "is_complex", "is_signed", "itemsize"):
        dtype[name] = Property(_slot(name))
    dtype["to_complex"] = Method(_to_complex)
    dtype["to_real"] = Method(dtypes.real_of)
    size = attributes_of(Size)
    size["numel"] = Method(Size.numel)
    attributes_of(Device)["type"] = Property(lambda d: d.type)
    attributes_of(Device)["index"] = Property(lambda d: d.index)
    attributes_of(RemovableHandle)["remove"] = Method(RemovableHandle.remove)
    attributes_of(RemovableHandle)["id"] = Property(lambda handle: handle.key)


def _to_complex(dtype: DType) -> DType:
    if dtype.category < dtypes.FLOATING:
        raise RuntimeError(f"Unknown Complex ScalarType for {dtype.type_name}")
    return dtypes.complex_of(dtype)


def _slot(name: str) -> Any:
    return lambda value: getattr(value, name)  # a fixed list of names, not the program's


def _methods() -> None:
    define("requires_grad_", ("(Tensor input, bool requires_grad=True)", _requires_grad_), into="Tensor")
    define("detach", ("(Tensor input)", _detach), into="torch Tensor")
    define("detach_", ("(Tensor input)", _detach_), into="torch Tensor")
    define("retain_grad", ("(Tensor input)", _retain_grad), into="Tensor")
    define_python("register_hook", _register_hook, into="Tensor")
    define_python("register_post_accumulate_grad_hook", _register_post, into="Tensor")
    define("item", ("(Tensor input)", item), into="Tensor")
    define("tolist", ("(Tensor input)", _tolist), into="Tensor")
    define("numpy", ("(Tensor input, *, bool force=False)", _numpy), into="Tensor")
    define("from_numpy", ("(object ndarray)", _from_numpy))
    define("size", ("(Tensor input)", _size), ("(Tensor input, int dim)", _size_at), into="Tensor")
    define("dim", ("(Tensor input)", lambda t: t.array.ndim), into="Tensor", aliases=("ndimension",))
    define("numel", ("(Tensor input)", _numel), into="torch Tensor")
    define("nelement", ("(Tensor input)", _numel), into="Tensor")
    define("element_size", ("(Tensor input)", lambda t: t.array.itemsize), into="Tensor")
    define("data_ptr", ("(Tensor input)", _data_ptr), into="Tensor")
    define("get_device", ("(Tensor input)", lambda t: -1), into="Tensor")
    define("cpu", ("(Tensor input)", lambda t: place("cpu", lambda t: t, (t,))), into="Tensor")
    define("is_inference", ("(Tensor input)", lambda t: t.is_inference), into="torch Tensor")
    define("_is_view", ("(Tensor input)", lambda t: t.base is not None), into="Tensor")
    define("is_floating_point", ("(Tensor input)", lambda t: t.dtype.is_floating_point), into="torch Tensor")
    define("is_complex", ("(Tensor input)", lambda t: t.dtype.is_complex), into="torch Tensor")
    define("is_signed", ("(Tensor input)", lambda t: t.dtype.is_signed), into="Tensor")
    define("is_nonzero", ("(Tensor input)", lambda t: bool(t)), into="torch Tensor")


def _register() -> None:
    _fields()
    _methods()
    torch = namespace("torch")
    torch["Size"] = Size
    torch["Tensor"] = Tensor
    torch["strided"] = STRIDED

    for home in ("torch.nn", "torch.nn.parameter"):
        namespace(home)["Parameter"] = Parameter


_register()
