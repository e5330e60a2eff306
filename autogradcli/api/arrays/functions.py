"""The functions of ``numpy``, each by its name with what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.tensor import Tensor
from ...numerics import dtypes
from . import buffers, costs, errstate, joining, printing
from .calls import Call, Cost
from .gate import number_of
from .kinds import ABSTRACT, CLASSES, NumPyDType, dtype_of, give, kind_of
from .ufuncs import Ufunc
from .values import NumPyArray, NumPyScalar

#: What ``numpy`` has: name -> value.
NAMES: dict[str, Any] = {
    "pi": np.pi, "e": np.e, "inf": np.inf, "nan": np.nan, "euler_gamma": np.euler_gamma, "newaxis": None,
    "ndarray": NumPyArray, "__version__": np.__version__, "dtype": NumPyDType,
    **ABSTRACT, **CLASSES, "bool_": CLASSES["bool"],
    "double": CLASSES["float64"], "single": CLASSES["float32"], "half": CLASSES["float16"], "int_": CLASSES["int64"],
    "intp": CLASSES["int64"], "long": CLASSES["int64"], "intc": CLASSES["int32"], "uint": CLASSES["uint64"],
    "csingle": CLASSES["complex64"], "cdouble": CLASSES["complex128"],
}  # fmt: skip


def _enter(names: str, cost: Cost, **options: Any) -> None:
    for name in names.split():
        kernel = getattr(np, name, None)
        if isinstance(kernel, np.ufunc):
            NAMES[name] = Ufunc(name, kernel, cost)
        elif kernel is not None:  # some came with a later NumPy
            NAMES[name] = Call(name, kernel, cost, **options)


# Element by element, NumPy's ufuncs: a tensor among the operands makes a tensor.
_enter(
    "add subtract multiply divide true_divide floor_divide mod remainder fmod power pow float_power maximum minimum "
    "fmax fmin equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor logical_not "
    "bitwise_and bitwise_or bitwise_xor bitwise_not bitwise_invert invert left_shift right_shift arctan2 atan2 hypot "
    "abs absolute fabs negative positive sqrt square cbrt reciprocal exp exp2 expm1 log log2 log10 log1p sin cos tan "
    "arcsin arccos arctan asin acos atan sinh cosh tanh arcsinh arccosh arctanh asinh acosh atanh floor ceil trunc "
    "rint sign signbit copysign nextafter isnan isinf isfinite conj conjugate degrees radians deg2rad rad2deg "
    "logaddexp logaddexp2 heaviside divmod modf frexp ldexp gcd lcm clip round around",
    costs.broadcasting(),
    of_tensors=True,
)
_enter(
    "real imag angle sinc nan_to_num where isclose allclose array_equal array_equiv i0 isreal iscomplex real_if_close "
    "fix isposinf isneginf interp unwrap copyto",
    costs.broadcasting(4),
)
NAMES["copyto"].writes = True

# Making arrays.
_enter("array asarray asanyarray ascontiguousarray asfortranarray copy", costs.linear(2), text=False)
_enter("zeros ones empty full", costs.filled())
_enter("zeros_like ones_like empty_like full_like", costs.like)
_enter("arange", costs.counting)
_enter("linspace logspace geomspace", costs.spaced)
_enter("eye identity tri tril_indices triu_indices", costs.square)
_enter("diag diagflat", costs.diagonal)
_enter("diag_indices", costs.square)
_enter("meshgrid ix_", costs.grid, text=True)
_enter("indices", costs.indices)
_enter("vander", costs.powers(1, "N"))
_enter("hanning hamming bartlett blackman", costs.filled(0, "M"))

# Products.
_enter("matmul", costs.matmul, of_tensors=True)
_enter("dot inner vdot", costs.product)
_enter("tensordot", costs.tensordot)
_enter("outer kron", costs.outer)
_enter("cross", costs.broadcasting(8))
_enter("einsum", costs.einsum, text=True)
_enter("convolve correlate cov corrcoef", costs.squared, text=True)

# Shapes. PyTorch's tensors come back as tensors from these few.
_enter("reshape transpose squeeze cumsum cumprod argsort argmax argmin", costs.linear(2, 4), of_tensors=True)
_enter(
    "ravel permute_dims matrix_transpose moveaxis rollaxis swapaxes expand_dims atleast_1d atleast_2d atleast_3d "
    "concatenate concat stack vstack hstack dstack column_stack row_stack append insert delete roll flip fliplr flipud "
    "rot90 triu tril trace diagonal block astype unstack trim_zeros select choose extract compress",
    costs.linear(3, 2),
)
_enter("repeat", costs.repeated, of_tensors=True)
_enter("tile", costs.tiled)
_enter("resize", costs.filled(1, "new_shape"))
_enter("pad", costs.padded, text=True)
_enter("broadcast_to", costs.window)
_enter("broadcast_arrays", costs.broadcasting(8))
_enter("split array_split vsplit hsplit dsplit", costs.sections)
_enter("shape size ndim broadcast_shapes", lambda args, named: (0, 0))
_enter("take take_along_axis", costs.choosing)
_enter("fill_diagonal put put_along_axis place putmask", costs.linear(1), writes=True)

# Reductions, orders, sets.
_enter(
    "sum prod mean std var min max amin amax ptp any all average count_nonzero nansum nanprod nanmean nanstd nanvar "
    "nanmin nanmax nanargmin nanargmax nancumsum nancumprod diff ediff1d gradient trapezoid cumulative_sum "
    "cumulative_prod",
    costs.linear(3, 2),
)
_enter(
    "sort lexsort partition argpartition unique median nanmedian searchsorted digitize isin intersect1d union1d "
    "setdiff1d setxor1d unique_values",
    costs.linear(4, 8),
    text=True,
)
_enter("percentile quantile nanpercentile nanquantile", costs.quantiles, text=True)
_enter("nonzero argwhere flatnonzero", costs.places)
_enter("histogram histogram_bin_edges", costs.bins)
_enter("bincount", costs.bincount)
_enter("unravel_index ravel_multi_index", costs.linear(8))

#: ``numpy.lib.stride_tricks.sliding_window_view``
WINDOWS = Call("sliding_window_view", np.lib.stride_tricks.sliding_window_view, costs.windows)

# Polynomials.
_enter("polyfit", costs.powers(2, "deg"))
_enter("polyval", costs.horner)
_enter("polymul polyadd polysub polyder polyint polydiv", costs.squared)
_enter("roots poly", costs.roots)

# About values.
_enter("isscalar iscomplexobj isrealobj may_share_memory shares_memory result_type promote_types", lambda a, n: (0, 0))


def issubdtype(arg1: Any, arg2: Any) -> bool:
    """Whether a dtype is of a kind: ``issubdtype(a.dtype, floating)``."""
    return bool(np.issubdtype(kind_of(arg1), kind_of(arg2)))


def isscalar(element: Any) -> bool:
    """Whether a value is one number or text."""
    return isinstance(element, (NumPyScalar, bool, int, float, complex, str))


def _scalar(name: str) -> Any:
    """What calling a class of scalars does."""
    call = Call(name, getattr(np, name), costs.linear(1))

    def construct(value: Any = 0, /) -> Any:
        if type(value) is str and len(value) <= 1000:
            return give(np.dtype(name).type(value))
        if isinstance(value, Tensor) and not value.array.ndim:  # Python's conversion, which PyTorch warns of
            return give(np.dtype(name).type(number_of(value)))
        return call(value)

    return construct


def _abstract(name: str) -> Any:
    def create(*args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"cannot create 'numpy.{name}' instances")

    return create


CONSTRUCTED: dict[type, Any] = {
    **{kind: _abstract(name) for name, kind in ABSTRACT.items()},
    **{kind: _scalar(name) for name, kind in CLASSES.items()},
}


def _dtype(dtype: Any) -> NumPyDType:
    found = dtypes.float64.np if dtype is None else dtype_of(dtype)
    if found is None:
        raise TypeError("Cannot interpret that as a data type")
    return NumPyDType(found)


CONSTRUCTED[NumPyDType] = _dtype
NAMES |= {
    "issubdtype": issubdtype, "isscalar": isscalar, "finfo": printing.finfo, "iinfo": printing.iinfo,
    "set_printoptions": printing.set_printoptions, "get_printoptions": printing.get_printoptions,
    "printoptions": printing.PrintOptions, "array2string": printing.array2string, "array_repr": printing.array_repr,
    "array_str": printing.array_str, "errstate": errstate.ErrState, "seterr": errstate.seterr,
    "geterr": errstate.geterr,
}  # fmt: skip
joining.NAMES_OF |= {
    name: NAMES[name] for name in ("linspace", "arange", "column_stack", "atleast_1d", "concatenate", "asarray")
}
NAMES["frombuffer"] = buffers.frombuffer
NAMES |= {"c_": joining.Columns(), "r_": joining.Rows(), "ndindex": joining.ndindex, "ndenumerate": joining.ndenumerate}
