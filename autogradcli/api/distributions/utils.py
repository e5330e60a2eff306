"""``torch.distributions.utils``: what distributions of a program's own are made with."""

from __future__ import annotations

from typing import Any

from ..calls.argument_types import Value
from ..calls.overloads import PLACES
from ..calls.python_function import define_python
from . import arguments

PLACES["distribution_utils"] = ("torch.distributions.utils", "")


def broadcast_all(*values: Value) -> Any:
    """Tensors of one shape, made of tensors and numbers. Raises ValueError for other values."""
    return tuple(arguments.broadcast(*values))


def probs_to_logits(probs: Value, is_binary: bool = False) -> Any:
    """The logarithms of probabilities, or the log-odds."""
    return arguments.to_logits(arguments.check_parameter("probs", probs), is_binary)


def logits_to_probs(logits: Value, is_binary: bool = False) -> Any:
    """The probabilities of their logarithms up to a constant, or of log-odds."""
    return arguments.to_probs(arguments.check_parameter("logits", logits), is_binary)


def clamp_probs(probs: Value) -> Any:
    """Probabilities kept away from 0 and 1 by what their dtype can tell from them."""
    return arguments.clamp_probs(arguments.check_parameter("probs", probs))


for _function in (broadcast_all, probs_to_logits, logits_to_probs, clamp_probs):
    define_python(_function.__name__, _function, into="distribution_utils")
