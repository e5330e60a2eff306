"""What draws record: values that were drawn, which depend on a tensor and have no derivative by it.

PyTorch gives a normal draw a node whose gradients are zeros, and others one that says that there is no derivative. The
values are drawn by whoever calls; here they are handed on.
"""

from __future__ import annotations

from typing import Any

from ...engine.operation import Array, Index, Number, operation
from ..refuse import underivable

_NO_EXAMPLES = "its values are drawn elsewhere"


def _zeros_for_mean(F: Any, g: Any, mean_shape: tuple[int, ...]) -> Any:
    return F.new_zeros(g, mean_shape)


def _zeros_for_deviation(F: Any, g: Any, std_shape: tuple[int, ...]) -> Any:
    return F.new_zeros(g, std_shape)


@operation(
    node="NormalBackward3",
    spelling="normal",
    complex="refused",
    mean=_zeros_for_mean,
    std=_zeros_for_deviation,
    examples=_NO_EXAMPLES,
)
def normal_of_both(mean: Array, std: Array, values: Index) -> Array:
    """Normal values, drawn with the mean and the standard deviation at their places."""
    return values


@operation(node="NormalBackward1", spelling="normal", complex="refused", mean=_zeros_for_mean, examples=_NO_EXAMPLES)
def normal_of_means(mean: Array, std: Number, values: Index) -> Array:
    """Normal values, drawn with the mean at their places."""
    return values


@operation(
    node="NormalBackward2", spelling="normal", complex="refused", std=_zeros_for_deviation, examples=_NO_EXAMPLES
)
def normal_of_deviations(mean: Number, std: Array, values: Index) -> Array:
    """Normal values, drawn with the standard deviation at their places."""
    return values


#: Whether the mean and the standard deviation are tensors -> what records the draw.
NORMAL = {(True, True): normal_of_both, (True, False): normal_of_means, (False, True): normal_of_deviations}


@operation(
    node="torch::autograd::NotImplemented",
    spelling="bernoulli",
    input=underivable("bernoulli"),
    examples=_NO_EXAMPLES,
)
def bernoulli_of_number(input: Array, values: Index) -> Array:
    """Ones and zeros in the shape of ``input``, drawn with one probability."""
    return values


@operation(
    node="torch::autograd::NotImplemented",
    count=underivable("binomial"),
    prob=underivable("binomial"),
    examples=_NO_EXAMPLES,
)
def binomial(count: Array, prob: Array, values: Index) -> Array:
    """Successes in ``count`` trials, drawn."""
    return values
