"""What PyTorch's functions in Python do first with an argument that should be a tensor: there a wrong one is noticed.

``F.mse_loss(x, 3)`` asks ``target.size()`` before anything checks types, so the error is ``'int' object has no
attribute 'size'``; ``F.cross_entropy(x, 3)`` hands it to ``cross_entropy_loss``, which names itself in its error. A row
says which of these a function does; a function without a row names itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .argument_types import type_name

#: function -> what it asks of its parameters, in that order.
_ASKED: dict[str, tuple[tuple[str, str], ...]] = {
    **dict.fromkeys(
        (
            "mse_loss",
            "l1_loss",
            "smooth_l1_loss",
            "huber_loss",
            "binary_cross_entropy",
            "binary_cross_entropy_with_logits",
        ),
        (("target", "size"), ("input", "size")),
    ),
    **dict.fromkeys(("interpolate", "upsample", "group_norm", "local_response_norm"), (("input", "dim"),)),
    "instance_norm": (("input", "size"),),
    "normalize": (("input", "norm"),),
    "affine_grid": (("theta", "is_floating_point"),),
    **dict.fromkeys(("ones_", "constant_"), (("tensor", "fill_"),)),
    **dict.fromkeys(("eye_", "dirac_", "sparse_", "orthogonal_"), (("tensor", "ndimension"),)),
    **dict.fromkeys(("xavier_uniform_", "xavier_normal_"), (("tensor", "dim"),)),
    **dict.fromkeys(("kaiming_uniform_", "kaiming_normal_"), (("tensor", "shape"),)),
    "zeros_": (("tensor", "zero_"),),
    "uniform_": (("tensor", "uniform_"),),
    "normal_": (("tensor", "normal_"),),
    "trunc_normal_": (("tensor", "is_meta"),),
}

#: Functions over one dimension ask for the number of dimensions where none is named, and else for the operation.
_OVER_DIM = {"softmax": "softmax", "log_softmax": "log_softmax", "softmin": "softmax"}

#: function -> the one in C++ to which it hands its arguments.
_HANDED = {"nll_loss": "nll_loss_nd", "cross_entropy": "cross_entropy_loss", "grid_sample": "grid_sampler"}


def wrong_tensor(name: str, where: str, given: Mapping[str, Any], tensor: type) -> Exception | None:
    """What a call says whose argument should have been a tensor; None where the function names itself.

    ``where`` says which argument it is in messages of C++: ``"argument 'target' (position 2)"``.
    """
    asked = _ASKED.get(name, ())
    if name in _OVER_DIM:
        asked = (("input", "dim" if given.get("dim") is None else _OVER_DIM[name]),)
    for parameter, attribute in asked:
        value = given.get(parameter)
        if parameter in given and not isinstance(value, tensor):
            return AttributeError(f"'{type_name(value)}' object has no attribute '{attribute}'")
    if name in _HANDED:
        parameter = where.split("'")[1]
        return TypeError(f"{_HANDED[name]}(): {where} must be Tensor, not {type_name(given[parameter])}")
    return None
