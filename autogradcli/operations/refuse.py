"""What kernels say of a dtype that they don't take: PyTorch's words."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from ..numerics import dtypes
from ..numerics.releases import Difference, Varying
from ..numerics.taken import GROUPS

#: The class of the errors about truth values where a number is needed.
NO_BOOLS = Varying(
    NotImplementedError,
    RuntimeError,
    Difference(
        "-, neg, sub, rsub, positive, relu, hardtanh, relu6, cov, corrcoef, trapezoid, cumulative_trapezoid",
        "What takes no bools raises NotImplementedError.",
        "What takes no bools raises RuntimeError.",
        "x = torch.tensor([True, False])\n-x",
    ),
)


def not_implemented_for(kernel: str, x: Any) -> NoReturn:
    """Raise NotImplementedError: PyTorch's kernel of that name has no form for the dtype of ``x``."""
    raise NotImplementedError(f"\"{kernel}\" not implemented for '{dtypes.of(x).type_name}'")


def check_usual(kernel: str, *operands: Any) -> None:
    """Raise NotImplementedError where operands that were not promoted have a dtype in common that is for storage."""
    for x in operands:
        if x.__class__ is np.ndarray and x.dtype.char in "HILQ":
            common = dtypes.result_type(*operands)
            if common.name in GROUPS["unsigned"]:
                not_implemented_for(kernel, np.empty(0, common.np))
            return


def is_storage(x: np.ndarray) -> bool:
    """Whether an array is of one of the dtypes that PyTorch has for storage, which few of its kernels take."""
    return x.dtype.char in "HILQ"


def underivable(function: str) -> Any:
    """A rule for a parameter of a function that PyTorch has no derivative of: raises RuntimeError."""

    def rule(F: Any, g: Any) -> NoReturn:
        raise RuntimeError(f"derivative for aten::{function} is not implemented")

    rule.__dict__["refuses"] = function
    return rule


def unwritten(derivative: str) -> Any:
    """A rule for one parameter that PyTorch's derivatives leave out: raises NotImplementedError."""

    def rule(F: Any, g: Any) -> NoReturn:
        raise NotImplementedError(f"the derivative for '{derivative}' is not implemented.")

    rule.__dict__["unwritten"] = True
    return rule


def as_result(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """What an operation computed, in the dtype of its result. Raises RuntimeError for complex numbers in a real one."""
    if values.dtype.kind == "c" and dtype.kind != "c":
        have, want = dtypes.of(values).type_name, dtypes.from_numpy(dtype).type_name
        raise RuntimeError(f"result type {have} can't be cast to the desired output type {want}")
    return values.astype(dtype, copy=False)
