"""Names that programs ask before they compute: what kind of thing a value is, and what a machine here is not.

Among them the flags of devices that are not there, ``torch.dtype`` and its like as classes for ``isinstance``, and
``apply_``, which calls a function for each element.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...engine.callbacks import callee
from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...numerics.dtypes import DType
from ...numerics.limits import counted, run, shown
from ...numerics.naming import short_name
from ...operations.shape.copies import cast
from ..calls.argument_types import Value, type_name
from ..calls.overloads import define
from ..calls.python_function import define_python
from ..calls.registry import CONSTRUCTORS, NAMESPACES, Property, attributes_of, namespace
from .memory_format import MemoryFormat
from .operators import method
from .placement import SPARSE_CSR, Layout

# -- what a value is --------------------------------------------------------------------------------------------


def typename(obj: Value) -> str:
    """The name of the type of a value, with its module: `torch.FloatTensor` for a tensor."""
    if isinstance(obj, Tensor):
        return f"torch.{obj.dtype.type_name}Tensor"
    kind = type(obj)
    module = kind.__module__
    return short_name(kind) if module in ("builtins", "__main__") else f"{module}.{short_name(kind)}"


def _is_tensor_like(inp: Value) -> bool:
    """Whether a value is a tensor, or acts as one."""
    return isinstance(inp, Tensor) or _has_torch_function((inp,))


def _never(self: Tensor) -> bool:
    """False: there is no such memory and no such device here."""
    return False


def _itself(self: Tensor) -> Tensor:
    """The tensor itself: all memory here is one process's."""
    return self


def _pinned(self: Tensor, device: Value = None) -> Tensor:
    raise RuntimeError("Cannot access accelerator device when none is available.")


def _dim_order(self: Tensor, *, ambiguity_check: Value = False) -> tuple[int, ...]:
    """The dimensions in the order in which they lie in memory, from the slowest."""
    strides = self.array.strides
    return tuple(sorted(range(self.array.ndim), key=lambda k: -strides[k]))


def _dense(self: Tensor, dtype: Any, masked_grad: Any) -> Tensor:
    """The tensor itself, which is dense, in another dtype if one is given."""
    return self if dtype is None or dtype is self.dtype else cast(self, dtype)


def _not_sparse(name: str) -> Callable[[Tensor], Any]:
    def refuse(input: Tensor) -> Any:
        """Raises RuntimeError: only a sparse tensor has it."""
        raise RuntimeError(
            f"{name} is not supported for tensors of layout Strided: make a sparse tensor with to_sparse"
        )

    return refuse


def _has_torch_function(relevant_args: Value) -> bool:
    """Whether one of these is an object whose class says what functions do with it."""
    from ..calls.overridden import asked

    return bool(asked(relevant_args))


def _has_torch_function_unary(obj: Value, /) -> bool:
    """Whether a value is an object whose class says what functions do with it."""
    return _has_torch_function((obj,))


def _has_torch_function_variadic(*objects: Value) -> bool:
    """Whether one of some values is an object whose class says what functions do with it."""
    return _has_torch_function(objects)


def _handle_torch_function(public_api: Value, relevant_args: Value, *args: Value, **kwargs: Value) -> Any:
    """What these objects say to the call of a function. Raises TypeError where none says anything."""
    from ..calls.overridden import asked, handled

    name = public_api.__name__ if callable(public_api) and hasattr(public_api, "__name__") else ""
    return handled(f"__main__.{name}", public_api, asked(relevant_args), relevant_args, args, kwargs)


def _define_questions() -> None:
    define_python("typename", typename)
    define_python("is_tensor_like", _is_tensor_like, into="overrides")
    define_python("has_torch_function", _has_torch_function, into="overrides")
    define_python("has_torch_function_unary", _has_torch_function_unary, into="overrides")
    define_python("has_torch_function_variadic", _has_torch_function_variadic, into="overrides")
    define_python("handle_torch_function", _handle_torch_function, into="overrides")
    define("is_signed", ("(Tensor input)", lambda t: t.dtype.is_signed), into="torch")
    define("get_device", ("(Tensor input)", lambda t: -1), into="torch")
    for name in ("is_pinned", "is_shared"):
        define(name, ("(Tensor input)", _never), into="Tensor")
    define("is_distributed", ("(Tensor input)", _never), into="torch Tensor")
    define("share_memory_", ("(Tensor input)", _itself), into="Tensor")
    define_python("pin_memory", _pinned, into="Tensor")
    define_python("dim_order", _dim_order, into="Tensor")
    define("to_dense", ("(Tensor input, ScalarType? dtype=None, *, bool? masked_grad=None)", _dense), into="Tensor")
    table = attributes_of(Tensor)
    for flag in (
        "is_ipu",
        "is_maia",
        "is_mkldnn",
        "is_mtia",
        "is_sparse_csr",
        "is_vulkan",
        "is_xla",
        "is_xpu",
        "volatile",
    ):
        table[flag] = Property(_never, doc="False.")


# -- classes for isinstance -------------------------------------------------------------------------------------


def _not_made(name: str) -> Callable[..., Any]:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"cannot create 'torch.{name}' instances")

    return refuse


def _define_classes() -> None:
    torch = namespace("torch")
    for name, kind in (("dtype", DType), ("layout", Layout), ("memory_format", MemoryFormat)):
        torch[name] = kind
        CONSTRUCTORS[kind] = _not_made(name)
    torch["sparse_csr"] = SPARSE_CSR
    for name in ("sparse_csc", "sparse_bsr", "sparse_bsc"):
        torch[name] = Layout(f"torch.{name}")
    torch["legacy_contiguous_format"] = torch["contiguous_format"]
    torch["newaxis"] = None
    for name in ("has_lapack", "has_mkl", "has_openmp", "has_spectral"):
        torch[name] = True


# -- functions of numbers that may be symbols in PyTorch ------------------------------------------------------------


def sym_int(a: Value) -> int:
    """A number as an integer, towards zero."""
    if not isinstance(a, (int, float, str, Tensor)):
        name = type_name(a)
        raise TypeError(f"int() argument must be a string, a bytes-like object or a real number, not '{name}'")
    return int(_single(a))


def sym_float(a: Value) -> float:
    """A number as a float."""
    if not isinstance(a, (int, float, str, Tensor)):
        raise TypeError(f"float() argument must be a string or a real number, not '{type_name(a)}'")
    return float(_single(a))


def _single(a: Any) -> Any:
    """The number of a tensor of one element; anything else as it is."""
    if not isinstance(a, Tensor):
        return a
    if a.array.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    return method("item")(a)


def _class_of(a: Any) -> str:
    return f"<class '{'torch.Tensor' if type(a) is Tensor else type_name(a)}'>"


def _largest(pick: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def choose(a: Any, b: Any) -> Any:
        for x in (a, b):
            if not isinstance(x, (int, float)):
                kinds = "<class 'numpy.integer'>, <class 'numpy.floating'>, <class 'int'>, <class 'float'>"
                raise AssertionError(f"expected ({kinds}), got {_class_of(x)}")
        found = pick(a, b)
        return float(found) if isinstance(a, float) or isinstance(b, float) else found

    return choose


def sym_max(a: Value, b: Value) -> Any:
    """The larger of two numbers; a float where one of them is."""
    return _largest(max)(a, b)


def sym_min(a: Value, b: Value) -> Any:
    """The smaller of two numbers; a float where one of them is."""
    return _largest(min)(a, b)


def sym_not(a: Value) -> bool:
    """The opposite of a truth."""
    return not a


def sym_ite(b: Value, t: Value, f: Value) -> Any:
    """The one value or the other."""
    if not isinstance(b, bool):
        raise AssertionError(f"expected SymBool or bool, got {_class_of(b)}")
    if type(t) is not type(f):
        raise AssertionError(f"type mismatch: {_class_of(t)} vs {_class_of(f)}")
    return t if b else f


def sym_sum(args: Value) -> Any:
    """The sum of numbers, or of tensors; one alone is its own."""
    if isinstance(args, (int, float, Tensor)):
        return args
    terms = counted(list(args) if isinstance(args, (list, tuple, str)) else [args])
    total: Any = 0
    for term in terms:
        if not isinstance(term, (int, float, Tensor)):
            raise TypeError(f"unsupported operand type(s) for +: '{type_name(total)}' and '{type_name(term)}'")
        total = total + term
    return total


def sym_sqrt(a: Value) -> float:
    """The square root of a number."""
    if not isinstance(a, (int, float, Tensor)):
        raise TypeError(f"must be real number, not {type_name(a)}")
    return math.sqrt(_single(a))


# -- settings and checks --------------------------------------------------------------------------------------------


def set_warn_always(b: Value) -> None:
    """Whether warnings that PyTorch gives once come each time; a setting that changes nothing here."""
    if not isinstance(b, bool):
        raise TypeError(f"setWarnOnlyOnce expects a bool, but got {type_name(b)}")
    state.flags["torch.warn_always"] = b


def is_warn_always_enabled() -> bool:
    """What `set_warn_always` set."""
    return bool(state.flags.get("torch.warn_always", False))


def set_default_tensor_type(t: Value) -> None:
    """Set the floating dtype that numbers get, by the old name of a kind of tensor. Raises TypeError."""
    name = t.rpartition(".")[2] if isinstance(t, str) else short_name(t) if isinstance(t, type) else ""
    for dtype in dtypes.ALL:
        if dtype.is_floating_point and name == f"{dtype.type_name}Tensor":
            dtypes.default.set(dtype)
            return
    raise TypeError("only floating-point types are supported as the default type")


def assert_(condition: Value, message: Value) -> None:
    """Raise AssertionError with a message where a condition is false."""
    if not condition:
        raise AssertionError(message)


def _define_python() -> None:
    for function in (
        sym_int, sym_float, sym_max, sym_min, sym_not, sym_ite, sym_sum, sym_sqrt, set_warn_always,
        is_warn_always_enabled, set_default_tensor_type,
    ):  # fmt: skip
        define_python(function.__name__, function)
    define_python("_assert", assert_)


# -- a function for each element --------------------------------------------------------------------------------------


def _by_element(name: str, count: int) -> Callable[..., Tensor]:
    def apply(self: Tensor, *given: Any) -> Tensor:
        *others, function = given
        if self.node is not None:
            raise RuntimeError(
                f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead."
            )
        if any(isinstance(other, Tensor) and other.node is not None for other in others):
            raise RuntimeError(
                f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead."
            )
        call = callee(function)
        rows = [method("tolist")(method("flatten")(each)) for each in (self, *others)]
        made = [call(*values) for values in counted(list(zip(*rows)))]
        new = NAMESPACES["torch"]["tensor"](made, dtype=self.dtype)
        method("copy_")(self, method("reshape")(new, self.shape))
        return self

    apply.__doc__ = f"Calls a function with each element{' of each tensor' * (count > 0)} and keeps what it returns."
    return apply


def _apply_(self: Tensor, callable: Value) -> Tensor:
    """Calls a function with each element and keeps what it returns. Raises RuntimeError for a tensor with a history."""
    return _by_element("apply_", 0)(self, callable)


def _map_(self: Tensor, tensor: Tensor, callable: Value) -> Tensor:
    """Calls a function with each two elements and keeps what it returns. Raises RuntimeError as `apply_`."""
    return _by_element("map_", 1)(self, method("expand")(tensor, self.shape), callable)


def _map2_(self: Tensor, x: Tensor, y: Tensor, callable: Value) -> Tensor:
    """Calls a function with each three elements and keeps what it returns. Raises RuntimeError as `apply_`."""
    expand = method("expand")
    return _by_element("map2_", 2)(self, expand(x, self.shape), expand(y, self.shape), callable)


def _cond(pred: Value, true_fn: Value, false_fn: Value, operands: Value = ()) -> Any:
    """What one of two functions makes of the operands, as a condition says."""
    if isinstance(pred, Tensor) and pred.array.size != 1:
        raise RuntimeError(f"Expected pred to be bool or single-element tensor, but got {pred}.")
    if not isinstance(pred, (bool, int, float, Tensor)):
        raise RuntimeError(f"Expected pred to be bool or tensor, but got {shown(pred)}.")
    return callee(true_fn if pred else false_fn)(*operands)


def _while_loop(cond_fn: Value, body_fn: Value, carried_inputs: Value) -> Any:
    """What a function makes of its own results, as long as a condition holds."""
    if not callable(cond_fn) or not callable(body_fn):
        raise RuntimeError("Expect cond_fn and body_fn to be callable.")
    condition, body = callee(cond_fn), callee(body_fn)
    values = tuple(carried_inputs)
    while condition(*values):
        run.spend(64)
        found = body(*values)
        values = tuple(found) if isinstance(found, (tuple, list)) else (found,)
    return values


def _define_callers() -> None:
    define_python("apply_", _apply_, into="Tensor")
    define("map_", ("(Tensor input, Tensor tensor, object callable)", _map_), into="Tensor")
    define("map2_", ("(Tensor input, Tensor x, Tensor y, object callable)", _map2_), into="Tensor")
    define_python("cond", _cond)
    define_python("while_loop", _while_loop)


_define_questions()
_define_classes()
_define_python()
_define_callers()
